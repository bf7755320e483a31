"""Facts: about something, of a known parameter, in range, in a unit that exists, by year and path only where they may vary."""

from collections import defaultdict

from model.checks.references import ids
from model.contract import (
    FACTS,
    Account,
    Clause,
    Configuration,
    Fact,
    Good,
    Group,
    Line,
    Measure,
    Named,
    Ratio,
    Segment,
    Transition,
)  # fmt: skip
from model.errors import Faults
from model.facts import REGISTRY, out_of_range
from model.names import Source
from model.parameters import Parameter
from model.tables import Tables
from model.units import UnitError, measure

CITY = "city"
"""The one subject of city_facts.csv."""
_KINDS: dict[str, tuple[type[Named], ...]] = {
    "line_facts": (Line,), "configuration_facts": (Configuration,), "transition_facts": (Transition,), "measure_facts": (Measure,),
    "segment_facts": (Segment,), "group_facts": (Group,), "quota_facts": (Account, Ratio), "clause_facts": (Clause,),
    "good_facts": (Good,),
}  # fmt: skip


def check_facts(tables: Tables, faults: Faults) -> None:
    """Every fact of every table, row by row."""
    for table in FACTS:
        subjects = _subjects(table, tables)
        allowed = sorted(name for where, name in REGISTRY if where == table)
        where = " or ".join(f"{kind.title}.csv" for kind in _KINDS.get(table, ())) or f"the subjects ({CITY})"
        for number, row in tables.numbered(table):
            if not isinstance(row, Fact):
                continue
            if row.subject not in subjects:
                faults.add(f"{table}.csv", f"'{row.subject}' is not in {where}", number, "subject")
            parameter = REGISTRY.get((table, row.parameter))
            if parameter is None:
                message = f"parameter '{row.parameter}' is used nowhere (allowed: {', '.join(allowed)})"
                faults.add(f"{table}.csv", message, number, "parameter")
                continue
            _item(row, parameter, f"{table}.csv", number, faults)
            _variation(row, parameter, f"{table}.csv", number, faults)
            _value(row, parameter, f"{table}.csv", number, faults)
            check_unit(row.unit, f"{table}.csv", number, faults)
        _years(table, tables, faults)


def _subjects(table: str, tables: Tables) -> set[str]:
    if table == "city_facts":
        return {CITY}
    found = {name for kind in _KINDS[table] for name in ids(tables, kind)}
    if table == "good_facts":
        sites = {row.site for row in tables.of(Line)}
        found |= {f"{good.id}@{site}" for good in tables.of(Good) if good.on_site for site in sites}
    return found


def _item(row: Fact, parameter: Parameter, file: str, number: int, faults: Faults) -> None:
    """The item stands where the parameter needs one, and names a source where it must."""
    sources = sorted(str(source) for source in Source)
    if parameter.item == "" and row.item is not None:
        faults.add(file, f"'{row.parameter}' has no item; leave the cell empty", number, "item")
    if parameter.item and row.item is None:
        faults.add(file, f"'{row.parameter}' needs its {parameter.item} in this cell", number, "item")
    if parameter.item == "source" and row.item and row.item not in sources:
        faults.add(file, f"'{row.item}' is not an emission source ({', '.join(sources)})", number, "item")


def _variation(row: Fact, parameter: Parameter, file: str, number: int, faults: Faults) -> None:
    """A year or a path stands only where the parameter may vary with it."""
    if row.year is not None and not parameter.yearly:
        faults.add(file, f"'{row.parameter}' does not vary by year; leave the cell empty", number, "year")
    if row.path is not None and not parameter.paths:
        faults.add(file, f"'{row.parameter}' has no paths; leave the cell empty", number, "path")


def _value(row: Fact, parameter: Parameter, file: str, number: int, faults: Faults) -> None:
    """The value lies in its own range and in its parameter's; an estimate says why."""
    low = float("-inf") if row.low is None else row.low
    high = float("inf") if row.high is None else row.high
    if not low <= row.value <= high:
        faults.add(file, f"value {row.value} is outside its range {low} to {high}", number, "value")
    wrong = out_of_range(row, parameter)
    if wrong:
        faults.add(file, wrong, number, "value")
    if row.grade == "E" and not row.note:
        faults.add(file, "an estimate (grade E) needs its reason in the note", number, "note")


def _years(table: str, tables: Tables, faults: Faults) -> None:
    """A parameter is given either by year or for every year, not both."""
    stated: dict[tuple[object, ...], dict[bool, int]] = defaultdict(dict)
    for number, row in tables.numbered(table):
        if isinstance(row, Fact):
            stated[(row.subject, row.parameter, row.item, row.path)].setdefault(row.year is None, number)
    for found in stated.values():
        if len(found) == 2:
            faults.add(f"{table}.csv", f"given for every year here, but by year in row {found[False]}", found[True], "year")


def check_unit(unit: str, file: str, number: int, faults: Faults) -> None:
    """A unit is one of units.csv, or a ratio of two."""
    try:
        measure(unit)
    except UnitError as error:
        faults.add(file, str(error), number, "unit")


def known(unit: str) -> bool:
    """Is it a unit of units.csv, or a ratio of two?"""
    try:
        measure(unit)
    except UnitError:
        return False
    return True


def check_metrics(tables: Tables, faults: Faults) -> None:
    """Specific energy, its levels and the savings of measures are in one metric per configuration."""
    named = ("specific_energy", "benchmark", "baseline")
    metric: dict[str, str] = {}
    for number, row in tables.numbered("configuration_facts"):
        if isinstance(row, Fact) and row.parameter in named and metric.setdefault(row.subject, row.unit) != row.unit and known(row.unit):
            message = f"'{row.parameter}' is in {row.unit}, but {row.subject}'s metric is {metric[row.subject]}"
            faults.add("configuration_facts.csv", message, number, "unit")
    hosts = {row.id: {metric[name] for name in row.configurations if name in metric} for row in tables.of(Measure)}
    hosts |= {row.id: {metric[row.configuration]} for row in tables.of(Line) if row.configuration in metric}
    for table, parameter in (("measure_facts", "specific_energy_saving"), ("line_facts", "specific_energy")):
        for number, row in tables.numbered(table):
            if isinstance(row, Fact) and row.parameter == parameter and hosts.get(row.subject, {row.unit}) != {row.unit}:
                found = ", ".join(sorted(hosts[row.subject])) or "none"
                faults.add(
                    f"{table}.csv", f"'{parameter}' is in {row.unit}, but the metric of its configurations is {found}", number, "unit"
                )
