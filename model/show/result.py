"""A stored result as an analyst's first reading: headline, scorecard, emissions, decisions, money, energy, files."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from model.analysis import (
    UPPER,
    Decision,
    Score,
    clause_units,
    decisions_taken,
    energy_table,
    frozen_reference,
    money_table,
    scorecard,
    sector_table,
    source_table,
    state_of,
    totals,
)  # fmt: skip
from model.contract import Clause, District, Indicator
from model.language import Speaker, recalled, told_all
from model.names import Scope
from model.show.text import number, plain, table
from model.store import Stored
from model.tables import Tables
from model.units import read_names

STYLES = {"state_no_quota": "yellow", "state_binding": "yellow", "state_missed": "red", "state_met": "green"}
"""Colour of each state of a clause."""


def result_views(stored: Stored, tables: Tables, say: Speaker, folder: Path) -> list[RenderableType]:
    """Everything that ``run`` and ``show`` print of one result, in reading order."""
    scores = scorecard(stored.result, stored.inputs)
    taken = decisions_taken(stored.result, stored.inputs)
    reference = frozen_reference(stored.result, stored.inputs)
    views: list[RenderableType] = [
        *_headline(stored, scores, reference, say),
        _scores(scores, tables, say),
        _emissions(stored, reference, say),
        _years(say("head_sources"), source_table(stored.result), "source", say),
        _moves(stored, [item for item in taken if item.kind != "retrofit"], tables, say),
        _retrofits(stored, [item for item in taken if item.kind == "retrofit"], say),
        _years(say("head_money"), money_table(stored.result).rename(index={"investment": "row_investment"}), "cost", say),
        _years(say("head_energy"), energy_table(stored.result), "row", say),
        _stages(stored.manifest, say),
    ]
    outside = [row for row in tables.of(Indicator) if row.clause is None]
    if outside:
        views.append(_outside(outside, say))
    name = stored.manifest["scenario"]
    return [
        *views,
        plain(_certificate(stored.manifest, say)),
        plain(say("files", result=folder / f"{name}.nc", manifest=folder / f"{name}.json")),
    ]


def _headline(stored: Stored, scores: list[Score], reference: pd.Series, say: Speaker) -> list[RenderableType]:
    scope = str(json.loads(stored.result.attrs["scenario_json"])["boundary"])
    path = totals(stored.result).loc[scope].astype(float)
    title = say.pick(stored.result.attrs["title_zh"], stored.result.attrs["title"])
    span = stored.inputs["span"].to_series()
    saved = totals(stored.result).loc[str(Scope.THREE)].to_numpy()[-1] / reference.to_numpy()[-1] - 1
    lines: list[RenderableType] = [plain(say(
        "headline", title=title, first=path.index[1], last=path.index[-1], total=float((path * span).to_numpy().sum()), end=path.iloc[-1],
        change=path.iloc[-1] / path.iloc[0] - 1, saved=saved, scope=say(f"row_{scope}"),
    ), "bold")]  # fmt: skip
    missed = [score for score in scores if score.target and score.slack < 0 and not score.binding]
    names = [say.pick(*_names(stored, "clause", score.clause)) for score in missed]
    if missed:
        lines.append(
            plain(say("headline_missed", year=missed[0].year, count=len(missed), names=say.pick("、", ", ").join(names)), "yellow")
        )
    else:
        lines.append(plain(say("headline_met"), "green"))
    open_stages = [stage for stage in stored.manifest["stages"] if stage["status"] != "optimal"]
    if open_stages:
        gaps = [say("gap_of", stage=say(f"goal_{stage['goal']}"), gap=f"{stage['gap']:.2%}") for stage in open_stages]
        lines.append(plain(say("headline_gap", stages=say.pick("，", ", ").join(gaps)), "yellow"))
    gate = stored.manifest["base_year_gate"]
    lines.append(
        plain(
            say("gate_passed") if gate == "passed" else say("gate_failed", why=say.told(told_all(recalled(record) for record in gate))),
            "" if gate == "passed" else "red",
        )
    )
    return lines


def _names(stored: Stored, dim: str, label: str) -> tuple[str, str]:
    at = stored.inputs[dim].values.tolist().index(label)
    return str(stored.inputs[f"{dim}_zh"].values[at]), str(stored.inputs[f"{dim}_en"].values[at])


def _scores(scores: list[Score], tables: Tables, say: Speaker) -> Table:
    rows = {row.id: row for row in tables.of(Clause)}
    units = clause_units(tables)
    columns = ("clause", "place", "year", "asked", "reached", "slack", "unit", "state")
    shown = table(say("head_score"), [say(f"col_{name}") for name in columns])
    for score in scores:
        row = rows[score.clause]
        state = state_of(score)
        digits = 3 if abs(score.asked) < 10 and score.rule != "replacement" else 1
        asked = "–" if pd.isna(score.asked) else ("≤ " if score.rule in UPPER else "≥ ") + number(score.asked, digits)
        place, unit = say.pick(row.place, row.place_en or row.place), unit_name(units.get(score.clause), say)
        shown.add_row(
            plain(say.pick(row.name_zh, row.name_en)), plain(place), str(score.year), asked, number(score.reached, digits),
            number(score.slack, digits), plain(unit), plain(say(state), STYLES[state]),
        )  # fmt: skip
    return shown


def unit_name(unit: str | None, say: Speaker) -> str:
    """A unit as a reader knows it; nothing where there is none."""
    return say.pick(*read_names()[unit]) if unit else ""


def _years(title: str, frame: pd.DataFrame, prefix: str, say: Speaker, digits: int = 1) -> Table:
    shown = table(title, [say("col_item"), *[str(year) for year in frame.columns]], right=1)
    for label, row in frame.iterrows():
        name = str(label) if str(label).startswith("row_") else f"{prefix}_{label}"
        shown.add_row(plain(say(name)), *[number(value, digits) for value in row])
    return shown


def _emissions(stored: Stored, frozen: pd.Series, say: Speaker) -> Table:
    frame = sector_table(stored.result)
    shown = table(say("head_emissions"), [say("col_item"), *[str(year) for year in frame.columns]], right=1)
    for label, row in frame.iterrows():
        key = f"row_{label}" if label in ("segments", "imports") else f"sector_{label}"
        name = say(key) if key in ("row_segments", "row_imports") or _known(key) else str(label)
        shown.add_row(plain(name), *[number(value) for value in row])
    total = frame.sum()
    shown.add_section()
    shown.add_row(plain(say("row_total"), "bold"), *[number(value) for value in total])
    shown.add_row(plain(say("row_frozen")), *[number(value) for value in frozen])
    shown.add_row(plain(say("row_saved")), *[number(value) for value in frozen.to_numpy() - total.to_numpy()])
    shown.add_section()
    for scope, row in totals(stored.result).iterrows():
        shown.add_row(plain(say(f"row_{scope}")), *[number(value) for value in row])
    return shown


def _known(key: str) -> bool:
    from model.language import read_catalogue

    return key in read_catalogue()


def _moves(stored: Stored, moves: list[Decision], tables: Tables, say: Speaker) -> Table:
    shown = table(say("head_decisions"), [say(f"col_{name}") for name in ("year", "kind", "line", "district", "what")])
    named = {row.id: say.pick(row.name_zh, row.name_en) for row in tables.of(District)}
    places = stored.inputs["line_district"].values.tolist()
    district = {line: named.get(place, place) for line, place in zip(stored.inputs["line"].values.tolist(), places, strict=True)}
    for item in moves:
        line, arc = say.pick(*_names(stored, "line", item.line)), say.pick(*_names(stored, "arc", item.what))
        shown.add_row(str(item.year), plain(say(f"kind_{item.kind}")), plain(line), plain(district[item.line]), plain(arc))
    return shown


def _retrofits(stored: Stored, retrofits: list[Decision], say: Speaker) -> Table:
    years = [str(year) for year in stored.inputs["year"].values.tolist()[1:]]
    shown = table(say("head_retrofits"), [say("col_what"), *years], right=1)
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(years, 0))
    for item in retrofits:
        counts[item.what][str(item.year)] += 1
    for measure, row in sorted(counts.items()):
        shown.add_row(plain(say.pick(*_names(stored, "measure", measure))), *[str(count or "") for count in row.values()])
    return shown


def _stages(manifest: dict[str, Any], say: Speaker) -> Table:
    shown = Table(title=plain(say("head_stages"), "bold"), title_justify="left", show_header=False, box=None)
    for stage in manifest["stages"]:
        shown.add_row(plain(say(
            "stage_line", stage=say(f"goal_{stage['goal']}"), value=f"{stage['value']:,.4f}", bound=f"{stage['bound']:,.4f}",
            gap=f"{stage['gap']:.4%}", nodes=stage["nodes"], seconds=stage["seconds"], status=say(f"status_{stage['status']}"),
        )))  # fmt: skip
    parts = ", ".join(f"{say(f'step_{name}')} {seconds:.1f}" for name, seconds in manifest["seconds"].items())
    shown.add_row(plain(say("quiet_note", seconds=sum(manifest["seconds"].values()), parts=parts)))
    return shown


def _outside(rows: list[Indicator], say: Speaker) -> Table:
    shown = table(say("head_outside"), [say("col_item"), say("col_2020"), say("col_2025"), say("col_unit")])
    for row in rows:
        shown.add_row(
            plain(say.pick(row.name_zh, row.name_en)),
            f"{row.value_2020:g}",
            f"{row.value_2025:g}",
            plain(say.pick(row.unit_zh, row.unit_en)),
        )
    return shown


def _certificate(manifest: dict[str, Any], say: Speaker) -> str:
    certificate = manifest["certificate"]
    rule, worst = max(certificate["violations"].items(), key=lambda item: item[1])
    gaps = [abs(told - found) / max(1.0, abs(found)) for told, found in certificate["objectives"].values()]
    return say("certified", worst=worst, rule=rule, gap=max(gaps, default=0.0))


def opinion_line(opinion: dict[str, Any], say: Speaker) -> Text:
    """What a second solver found for a stage, beside our value."""
    done = say("status_optimal" if opinion["optimal"] else "status_limit")
    return plain(say("second_opinion", stage=say(f"goal_{opinion['goal']}"), value=number(opinion["second_value"], 3), status=done,
                     bound=number(opinion["second_bound"], 3), ours=number(opinion["value"], 3)), "green")  # fmt: skip
