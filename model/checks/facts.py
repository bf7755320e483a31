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
from model.language import told, told_all
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
        files = [told("told_as_it_is", text=f"{kind.title}.csv") for kind in _KINDS.get(table, ())]
        where = told_all(files, "told_or_told") if files else told("word_subjects", subjects=CITY)
        for number, row in tables.numbered_facts(table):
            if row.subject not in subjects:
                faults.add(f"{table}.csv", told("key_unknown", name=row.subject, where=where), number, "subject")
            parameter = REGISTRY.get((table, row.parameter))
            if parameter is None:
                message = told("parameter_unknown", parameter=row.parameter, allowed=", ".join(allowed))
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
        faults.add(file, told("item_not_needed", parameter=row.parameter), number, "item")
    if parameter.item and row.item is None:
        faults.add(file, told("item_needed", parameter=row.parameter, item=told(f"item_{parameter.item}")), number, "item")
    if parameter.item == "source" and row.item and row.item not in sources:
        faults.add(file, told("source_unknown", name=row.item, allowed=", ".join(sources)), number, "item")


def _variation(row: Fact, parameter: Parameter, file: str, number: int, faults: Faults) -> None:
    """A year or a path stands only where the parameter may vary with it."""
    if row.year is not None and not parameter.yearly:
        faults.add(file, told("year_not_needed", parameter=row.parameter), number, "year")
    if row.path is not None and not parameter.paths:
        faults.add(file, told("path_not_needed", parameter=row.parameter), number, "path")


def _value(row: Fact, parameter: Parameter, file: str, number: int, faults: Faults) -> None:
    """The value lies in its own range and in its parameter's; an estimate says why."""
    low = float("-inf") if row.low is None else row.low
    high = float("inf") if row.high is None else row.high
    if not low <= row.value <= high:
        faults.add(file, told("value_outside", value=row.value, low=low, high=high), number, "value")
    wrong = out_of_range(row, parameter)
    if wrong:
        faults.add(file, wrong, number, "value")
    if row.grade == "E" and not row.note:
        faults.add(file, told("estimate_without_reason"), number, "note")


def _years(table: str, tables: Tables, faults: Faults) -> None:
    """A parameter is given either by year or for every year, not both."""
    stated: dict[tuple[object, ...], dict[bool, int]] = defaultdict(dict)
    for number, row in tables.numbered_facts(table):
        stated[(row.subject, row.parameter, row.item, row.path)].setdefault(row.year is None, number)
    for found in stated.values():
        if len(found) == 2:
            faults.add(f"{table}.csv", told("given_both_ways", row=found[False]), found[True], "year")


def check_unit(unit: str, file: str, number: int, faults: Faults) -> None:
    """A unit is one of units.csv, or a ratio of two."""
    try:
        measure(unit)
    except UnitError as error:
        faults.add(file, error.message, number, "unit")


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
    for number, row in tables.numbered_facts("configuration_facts"):
        if row.parameter in named and metric.setdefault(row.subject, row.unit) != row.unit and known(row.unit):
            message = told("metric_differs", parameter=row.parameter, unit=row.unit, subject=row.subject, metric=metric[row.subject])
            faults.add("configuration_facts.csv", message, number, "unit")
    hosts = {row.id: {metric[name] for name in row.configurations if name in metric} for row in tables.of(Measure)}
    hosts |= {row.id: {metric[row.configuration]} for row in tables.of(Line) if row.configuration in metric}
    for table, parameter in (("measure_facts", "specific_energy_saving"), ("line_facts", "specific_energy")):
        for number, row in tables.numbered_facts(table):
            if row.parameter == parameter and hosts.get(row.subject, {row.unit}) != {row.unit}:
                found = ", ".join(sorted(hosts[row.subject])) or told("word_none")
                faults.add(f"{table}.csv", told("metric_of_hosts", parameter=parameter, unit=row.unit, metric=found), number, "unit")
