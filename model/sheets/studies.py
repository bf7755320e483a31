"""Studies stored beside the results, as tidy sheets: trade-offs, prices and values of clauses, what nearly optimal plans share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from model.analysis import clause_units
from model.sheets.labels import Labels, unit_pair, worded
from model.sheets.results import MONEY, TONNES, Rows, columns
from model.studies import studies_of
from model.units import read_names

OPEN = dict.fromkeys(("value", "value_low", "value_high", "emission"), TONNES)
MOVED = dict.fromkeys(("dual", "step_down", "step_up"), read_names()["tCO2e"])
TRADE_OFFS = columns("scenario axis_zh axis_en amount emission supported proven", amount=MONEY, emission=TONNES)
PRICES = columns("scenario clause name_zh name_en unit_zh unit_en step dual step_down step_up", **MOVED)
VALUES = columns("scenario game_zh game_en id name_zh name_en clauses value value_low value_high", **OPEN)
SHARED = columns("scenario line line_zh line_en id name_zh name_en verdict_zh verdict_en plans_share")


def _trade_offs(labels: Labels, studies: dict[str, Any]) -> Rows:
    rows: Rows = []
    for key, axis in (("tradeoff", "cost"), ("output", "output")):
        study = studies[key]
        rows += [
            (labels.scenario, *worded(f"front_{axis}", axis), point[axis], point["emissions"], point["supported"], study["exact"])
            for point in (study["points"] if study else [])
        ]
    return rows


def _prices(labels: Labels, studies: dict[str, Any]) -> Rows:
    units = clause_units(labels.tables)
    return [
        (labels.scenario, row["id"], *labels.of("clause", row["id"]), *unit_pair(units.get(row["id"], "")), row["step"], row["dual"],
         row["down"], row["up"])
        for row in studies["prices"]
    ]  # fmt: skip


def _values(labels: Labels, studies: dict[str, Any]) -> Rows:
    return [
        (labels.scenario, *worded(f"shapley_lead_{study['lead']}", study["lead"]), player["id"], *_player(labels, player["id"]),
         ", ".join(player["clauses"]), player["value"], player["low"], player["high"])
        for study in studies["shapley"] for player in study["players"]
    ]  # fmt: skip


def _player(labels: Labels, name: str) -> tuple[str, str]:
    """Names of a group of clauses, or of the one clause that plays alone."""
    told = worded(f"player_{name}", "")
    return told if any(told) else labels.of("clause", name)


def _shared(labels: Labels, studies: dict[str, Any]) -> Rows:
    return [
        (labels.scenario, row["line"], *labels.of("line", row["line"]), row["what"],
         *labels.of("measure" if row["kind"] == "measure" else "arc", row["what"]), *worded(f"verdict_{row['verdict']}", row["verdict"]),
         row["share"])
        for row in (studies["alternatives"] or {"decisions": []})["decisions"]
    ]  # fmt: skip


STUDIES: dict[str, tuple[Any, Callable[[Labels, dict[str, Any]], Rows]]] = {
    "tradeoffs": (TRADE_OFFS, _trade_offs),
    "prices": (PRICES, _prices),
    "values": (VALUES, _values),
    "alternatives": (SHARED, _shared),
}


def study_rows(results: list[Labels], folder: Path) -> dict[str, tuple[Any, Rows]]:
    """Sheets of the studies that somebody has run for these results; ``folder`` holds the results. Raises ``ResultError``."""
    found = [(labels, studies_of(folder, labels.stored)) for labels in results]
    sheets = {name: (heads, [row for labels, studies in found for row in rows(labels, studies)]) for name, (heads, rows) in STUDIES.items()}
    return {name: (heads, rows) for name, (heads, rows) in sheets.items() if rows}
