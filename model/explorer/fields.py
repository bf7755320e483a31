"""The lever form and the facts as the page shows them: names, units, values of the chosen scenario, ranges, grades, sources."""

from dataclasses import asdict
from math import isfinite
from typing import Any

from model.contract import FACTS, TABLES, Fact, Good, Named, SourceRow
from model.names import Goal, Scope, Target
from model.parameters import PARAMETERS
from model.scenario import Scenario, lever_fields
from model.tables import Tables
from model.units import UNITS, read_names

ROWS, MOST_ROWS = 15, 200
"""Facts in one answer: as a rule, and at most."""


def unit_names(unit: str) -> list[str]:
    """A unit in words, Chinese and English: ``kWh/t`` part by part; a plain number has none."""
    names = read_names()
    if unit in UNITS:
        return list(names[unit])
    top, _, bottom = unit.partition("/")
    pairs = [names.get(part.strip("()"), (part, part)) for part in (top, bottom)]
    return ["/".join(pair[place] or "1" for pair in pairs) for place in (0, 1)]


def lever_form(tables: Tables, scenario: Scenario) -> dict[str, Any]:
    """Everything that the form offers for a scenario, with what the scenario itself says."""
    said = scenario.model_dump(mode="json")
    fields = []
    for field in lever_fields(tables, scenario):
        own = said[field.lever]
        body = asdict(field) | {"name": [field.name_zh, field.name_en], "unit": unit_names(field.unit), "said": own}
        if field.subject:
            body["said"] = own.get(field.subject) if isinstance(own, dict) else None
        body |= {end: body[end] if isfinite(body[end]) else None for end in ("low", "high")}
        fields.append({key: value for key, value in body.items() if key not in ("name_zh", "name_en")})
    return {
        "base": scenario.name, "title": [scenario.title.zh, scenario.title.en], "years": list(scenario.years.all()), "fields": fields,
        "choices": {
            "boundary": {"values": [str(scope) for scope in Scope], "said": said["boundary"]},
            "targets": {"values": [str(target) for target in Target], "said": said["targets"]},
            "objectives": {"values": ["emissions,cost", "cost,emissions", "emissions", "cost"], "said": ",".join(said["objectives"])},
        },
        "paths": {subject: {"values": values, "said": said["paths"].get(subject)} for subject, values in _paths(tables).items()},
        "budget": {part: said["budget"][part] for part in ("yearly", "total")},
        "solver": {"gap": scenario.solver.gap_of(Goal.EMISSIONS), "time_limit": scenario.solver.time_limit},
    }  # fmt: skip


def _paths(tables: Tables) -> dict[str, list[str]]:
    """Futures that the facts know, by what they are about."""
    found: dict[str, set[str]] = {}
    for table in FACTS:
        for row in tables.facts(table):
            if row.path is not None:
                found.setdefault("carbon" if row.parameter == "carbon_price" else row.subject, set()).add(row.path)
    return {subject: sorted(paths) for subject, paths in sorted(found.items())}


def path_names(tables: Tables) -> dict[str, list[str]]:
    """Names of what has futures, Chinese and English."""
    goods = {row.id: [row.name_zh, row.name_en] for row in tables.of(Good)}
    return {subject: goods.get(subject, [subject, subject]) for subject in _paths(tables)}


class FactList:
    """Every fact of a data folder in a form that can be searched."""

    def __init__(self, tables: Tables) -> None:
        kinds = [kind for kind in TABLES.values() if issubclass(kind, Named)]
        names = {(kind.title, row.id): [row.name_zh, row.name_en] for kind in kinds for row in tables.of(kind)}
        meanings = {(row.table, row.name): [row.zh, row.en] for row in PARAMETERS}
        sources = {row.id: [row.title_zh, row.title_en] for row in tables.of(SourceRow)}
        self.rows = []
        for table, about in FACTS.items():
            for row in tables.facts(table):
                self.rows.append(_fact(table, row, names.get((about, row.subject)), meanings.get((table, row.parameter)),
                                       sources.get(row.source), names))  # fmt: skip
        self._words = [" ".join(map(str, _flat(row))).casefold() for row in self.rows]

    def found(self, words: str, *, subject: str = "", grade: str = "", offset: int = 0, size: int = ROWS) -> dict[str, Any]:
        """Facts that hold every word, about a subject, of a grade; ``size`` of them from ``offset``."""
        size = max(1, min(size, MOST_ROWS))
        asked = words.casefold().split()
        rows = [
            row for row, text in zip(self.rows, self._words, strict=True)
            if all(word in text for word in asked) and subject in ("", row["subject"]) and grade in ("", row["grade"])
        ]  # fmt: skip
        return {"count": len(rows), "all": len(self.rows), "offset": offset, "size": size, "rows": rows[offset : offset + size]}


def _fact(
    table: str,
    row: Fact,
    name: list[str] | None,
    meaning: list[str] | None,
    source: list[str] | None,
    names: dict[tuple[str, str], list[str]],
) -> dict[str, Any]:
    item = names.get(("goods", (row.item or "").split("@")[0]))
    return {
        "table": table, "subject": row.subject, "name": name or [row.subject, row.subject], "parameter": row.parameter,
        "meaning": meaning or [row.parameter, row.parameter], "item": item or [row.item or "", row.item or ""], "path": row.path or "",
        "year": row.year, "value": row.value, "unit": unit_names(row.unit), "low": row.low, "high": row.high, "grade": str(row.grade),
        "source": source or [row.source, row.source], "note": row.note,
    }  # fmt: skip


def _flat(row: dict[str, Any]) -> list[object]:
    return [part for value in row.values() for part in (value if isinstance(value, list) else [value]) if part is not None]
