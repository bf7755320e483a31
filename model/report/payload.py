"""Results -> one JSON document that holds everything the page shows, in both languages.

The same document feeds the static report and the live page. Texts come as pairs [Chinese, English].
"""

import base64
import gzip
import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from model.contract import (
    Cluster,
    Configuration,
    District,
    Good,
    Group,
    Inconsistency,
    Indicator,
    Line,
    Measure,
    Segment,
    SourceRow,
    Transition,
)
from model.language import clean, read_catalogue
from model.report.causes import between
from model.report.figures import clause_texts, scenario_figures
from model.report.ground import check_ground
from model.report.tiles import short_names, tile_places
from model.store import Stored
from model.tables import Tables
from model.units import read_names

FORMAT = 1
SPOKEN = ("page_", "sector_", "source_", "cost_", "kind_", "state_", "row_", "goal_", "status_", "step_", "term_",
          "member_", "outcome_", "player_", "verdict_")  # fmt: skip
"""Beginnings of the catalogue keys that the page speaks."""
DIGITS = 7
"""Significant digits of numbers in the page."""


def payload(results: Sequence[Stored], tables: Tables, folder: Path | None = None) -> dict[str, Any]:
    """The document of a page: texts, names, lines, tiles and one entry per scenario, in the order given.

    Studies of the results (trade-off, prices of clauses) are read from ``folder``, where they stand beside the results.

    Raises ``ResultError`` where the results cannot be compared.
    """
    check_ground(results, tables)
    texts = {key: [text["zh"], text["en"]] for key, text in read_catalogue().items() if key.startswith(SPOKEN)}
    sources = {row.id: [row.title_zh, row.title_en] for row in tables.of(SourceRow)}
    document = {
        "format": FORMAT,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": version("materials-pathways"),
        "data": {"name": tables.folder.name, "hash": tables.digest()},
        "texts": texts,
        "names": _names(tables),
        "clauses": clause_texts(tables, sources, read_names()),
        "groups": _groups(tables),
        "lines": _lines(tables, sources),
        "tiles": _tiles(tables),
        "indicators": [
            {"name": [row.name_zh, row.name_en], "unit": [row.unit_zh, row.unit_en], "first": row.value_2020, "last": row.value_2025}
            for row in tables.of(Indicator) if row.clause is None
        ],
        "inconsistencies": [
            {"topic": [row.topic_zh, row.topic_en], "first": row.statement_a, "second": row.statement_b,
             "choice": [row.choice_zh, row.choice_en]}
            for row in tables.of(Inconsistency)
        ],
        "between": between(results),
        "scenarios": _once([scenario_figures(stored, tables, folder) for stored in results]),
    }  # fmt: skip
    return dict(plain(document))


def _once(scenarios: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Flows of the base year, which are the same in all scenarios, stand in the first one only."""
    for scenario in scenarios[1:]:
        for kind, layouts in scenario["flows"].items():
            if layouts[0] == scenarios[0]["flows"][kind][0]:
                layouts[0] = None
    return scenarios


def _named(rows: Iterable[Any]) -> dict[str, list[str]]:
    return {row.id: [row.name_zh, row.name_en] for row in rows}


def _names(tables: Tables) -> dict[str, dict[str, list[str]]]:
    """Names of everything that charts label, by kind."""
    kinds = {"configuration": Configuration, "arc": Transition, "measure": Measure, "good": Good, "cluster": Cluster, "segment": Segment,
             "district": District}  # fmt: skip
    return {kind: _named(tables.of(row)) for kind, row in kinds.items()}


def _groups(tables: Tables) -> dict[str, dict[str, Any]]:
    units = read_names()
    return {row.id: {"name": [row.name_zh, row.name_en], "sector": row.sector, "unit": list(units[row.unit])} for row in tables.of(Group)}


def _lines(tables: Tables, sources: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Lines in the order of groups, then of the table."""
    order = {row.id: place for place, row in enumerate(tables.of(Group))}
    rows = sorted(tables.of(Line), key=lambda row: order[row.group])
    return [
        {
            "id": row.id, "name": [row.name_zh, row.name_en], "group": row.group, "district": row.district or "", "status": row.status,
            "start": row.start, "grade": str(row.grade), "source": sources.get(row.source, [row.source, row.source]),
        }
        for row in rows
    ]  # fmt: skip


def _tiles(tables: Tables) -> list[dict[str, Any]]:
    districts = tables.of(District)
    places = tile_places(districts)
    return [
        {"id": row.id, "zone": row.zone, "short": short_names(row), "column": places[row.id][0], "row": places[row.id][1]}
        for row in districts
    ]


def plain(value: Any) -> Any:
    """A document that JSON can hold: finite numbers of few digits, texts without control characters, NaN and infinity as null."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool | int | None):
        return value
    number = float(value)
    if not np.isfinite(number):
        return None
    short = float(f"{number:.{DIGITS}g}")
    return int(short) if short.is_integer() else short


def to_json(document: dict[str, Any]) -> str:
    """A document as strict JSON: numbers are finite, letters stand as they are."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def packed(document: dict[str, Any]) -> str:
    """Its JSON, compressed (gzip) in letters that may stand inside a script element (base64); the same document gives the same letters."""
    return base64.b64encode(gzip.compress(to_json(document).encode(), mtime=0)).decode("ascii")
