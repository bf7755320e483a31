"""Facts -> numbers: looks a parameter up, checks and converts its unit, interpolates its years."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from model.contract import FACTS, Configuration, Fact, Good, Group
from model.errors import Faults
from model.language import Told, told
from model.parameters import PARAMETERS, Parameter
from model.scenario import Override, Scenario, amount_by_year, fact_levers
from model.tables import Tables
from model.units import UnitError, convert, measure

Array = npt.NDArray[np.float64]
REGISTRY = {(parameter.table, parameter.name): parameter for parameter in PARAMETERS}
_Key = tuple[str, str, str, str | None]


def _matches(override: Override, fact: Fact, table: str) -> bool:
    return (
        override.table == table
        and override.subject == fact.subject
        and override.parameter == fact.parameter
        and (override.item is None or override.item == fact.item)
        and (override.path is None or override.path == fact.path)
        and (override.year is None or override.year == fact.year)
    )


def out_of_range(fact: Fact, parameter: Parameter) -> Told | None:
    """What is wrong with a value beyond its parameter's range, if anything is."""
    try:
        value = fact.value * measure(fact.unit).factor if parameter.unit not in ("metric", "any") else fact.value
    except UnitError:
        return None
    if value < parameter.low and not parameter.low:
        return told("value_negative", parameter=fact.parameter, value=fact.value)
    if value < parameter.low:
        return told("value_too_small", parameter=fact.parameter, least=parameter.low, value=fact.value)
    return told("value_too_large", parameter=fact.parameter, most=parameter.high, value=fact.value) if value > parameter.high else None


def override_facts(tables: Tables, overrides: list[Override], faults: Faults) -> dict[str, tuple[Fact, ...]]:
    """The fact tables after a scenario's overrides; an override that meets no fact is a fault."""
    met = [False] * len(overrides)
    changed: dict[str, tuple[Fact, ...]] = {}
    for table in FACTS:
        rows = list(tables.facts(table))
        for number, override in enumerate(overrides):
            for position, fact in enumerate(rows):
                if _matches(override, fact, table):
                    met[number] = True
                    rows[position] = fact.model_copy(update={"value": override.value, "note": "overridden by the scenario"})
                    wrong = out_of_range(rows[position], REGISTRY[(table, fact.parameter)])
                    if wrong:
                        faults.add(
                            "scenario",
                            told("under_key", name="facts", why=told("about", subject=override.subject, why=wrong)),
                            column="facts",
                        )
        changed[table] = tuple(rows)
    for override, hit in zip(overrides, met, strict=True):
        if not hit:
            faults.add("scenario", told("no_fact_matches", asked=override.model_dump(exclude_none=True)), column="facts")
    return changed


class FactBook:
    """All facts of a data folder as one look-up, in model units, for the years of a scenario."""

    def __init__(self, tables: Tables, scenario: Scenario, faults: Faults) -> None:
        self.years = scenario.years.all()
        self.paths = scenario.paths
        self.faults = faults
        self.levers = fact_levers(scenario, tables, faults)
        self.goods = {row.id: row for row in tables.of(Good)}
        self.groups = {row.id: row for row in tables.of(Group)}
        self.product = {row.id: row.good for row in tables.of(Configuration)}
        self._rows: dict[_Key, list[Fact]] = defaultdict(list)
        self._series: dict[tuple[str, str, str, str | None, str, str], Array | None] = {}
        self.items: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        self.tables = override_facts(tables, scenario.facts, faults)
        self.futures: set[str] = set()
        for table, facts in self.tables.items():
            for fact in facts:
                self._rows[(table, fact.subject, fact.parameter, fact.item)].append(fact)
                if fact.path:
                    self.futures.add("carbon" if fact.parameter == "carbon_price" else fact.subject)
                known = self.items[(table, fact.subject, fact.parameter)]
                if fact.item and fact.item not in known:
                    known.append(fact.item)

    def check_paths(self) -> None:
        """A path is chosen only for what has futures."""
        for subject in self.paths:
            if subject not in self.futures:
                allowed = ", ".join(sorted(self.futures)) or told("word_nothing")
                self.faults.add("scenario", told("no_futures", subject=subject, allowed=allowed), column="paths")

    def has(self, table: str, subject: str, parameter: str, item: str | None = None) -> bool:
        """Is there such a fact?"""
        return (table, subject, parameter, item) in self._rows

    def unit_text(self, table: str, subject: str, parameter: str) -> str:
        """The unit that a fact is written in."""
        return self._rows[(table, subject, parameter, None)][0].unit

    def unit_of(self, good: str) -> str:
        """Dimension of a good's unit; ``good@site`` has its good's."""
        return measure(self.goods[good.split("@")[0]].unit).dimensions[0]

    def _dimensions(self, parameter: Parameter, item: str | None, product: str, group: str) -> tuple[str, str]:
        names = {"good": item or "", "product": product, "group": group}
        top, _, bottom = parameter.unit.partition("/")

        def dimension(word: str) -> str:
            if word == "good":
                return self.unit_of(names["good"])
            if word in ("product", "group"):
                return names[word]
            return word

        return dimension(top), dimension(bottom) if bottom else ""

    def _value(self, table: str, fact: Fact, parameter: Parameter, product: str, group: str) -> float:
        if parameter.unit in ("metric", "any"):
            return fact.value
        item = fact.subject if table == "good_facts" else fact.item
        try:
            return convert(fact.value, fact.unit, self._dimensions(parameter, item, product, group))
        except UnitError as error:
            self.faults.add(f"{table}.csv", told("about", subject=f"{fact.subject}, {fact.parameter}", why=error.message), column="unit")
            return 1.0  # until the fault ends the run, something may divide by it

    def _choose(self, table: str, rows: list[Fact], parameter: Parameter) -> list[Fact]:
        """The rows of the path that the scenario chose."""
        named = {row.path for row in rows if row.path}
        if not named:
            return rows
        subject = "carbon" if parameter.name == "carbon_price" else rows[0].subject
        path = self.paths.get(subject)
        if path not in named:
            key = "path_unknown" if path else "path_not_chosen"
            self.faults.add("scenario", told(key, subject=subject, path=path, allowed=", ".join(sorted(named))), column="paths")
            return [row for row in rows if row.path == min(named)]
        return [row for row in rows if row.path in (path, None)]

    def series(self, table: str, subject: str, name: str, item: str | None = None, *, product: str = "", group: str = "") -> Array | None:
        """Values by year of the scenario, in model units; ``None`` where there is no fact.

        Between given years the value is interpolated; a year outside them is a fault. The array is shared: do not write to it.
        """
        key = (table, subject, name, item, product, group)
        if key not in self._series:
            self._series[key] = self._read(table, subject, name, item, product, group)
        return self._series[key]

    def _read(self, table: str, subject: str, name: str, item: str | None, product: str, group: str) -> Array | None:
        rows = self._rows.get((table, subject, name, item))
        if not rows:
            return None
        parameter = REGISTRY[(table, name)]
        rows = self._choose(table, rows, parameter)
        values = {row.year: self._value(table, row, parameter, product, group) for row in rows}
        if None in values:
            found = np.full(len(self.years), values[None])
        else:
            known = sorted((year, value) for year, value in values.items() if year is not None)
            outside = [year for year in self.years if not known[0][0] <= year <= known[-1][0]]
            if outside and parameter.yearly and name != "base_output":
                why = told("no_value_in_year", year=outside[0], first=known[0][0], last=known[-1][0])
                self.faults.add(f"{table}.csv", told("about", subject=f"{subject}, {name}", why=why), column="year")
            found = np.interp(self.years, [year for year, _ in known], [value for _, value in known])
        amount = None if item else self.levers.get((table, subject, name))
        return found if amount is None else self._levered(table, rows[0], amount, found, product, group)

    def _levered(self, table: str, fact: Fact, amount: float | dict[int, float], found: Array, product: str, group: str) -> Array:
        """Values with a lever's amount from its first year on; the base year keeps its own, where the parameter has years at all."""
        parameter = REGISTRY[(table, fact.parameter)]
        if isinstance(amount, dict) and not parameter.yearly:
            self.faults.add("scenario", told("one_value_only", subject=fact.subject, parameter=fact.parameter), column="levers")
            return found
        asked = amount_by_year(amount, np.array(self.years))
        if parameter.yearly:
            asked[0] = np.nan
        stated = {value: fact.model_copy(update={"value": value}) for value in asked[~np.isnan(asked)].tolist()}
        for wrong in sorted({fault for one in stated.values() if (fault := out_of_range(one, parameter)) is not None}):
            self.faults.add("scenario", told("about", subject=fact.subject, why=wrong), column="levers")
        turned = {value: self._value(table, one, parameter, product, group) for value, one in stated.items()}
        return np.array([turned.get(value, before) for value, before in zip(asked.tolist(), found.tolist(), strict=True)])

    def number(self, table: str, subject: str, name: str, item: str | None = None, *, product: str = "", group: str = "") -> float:
        """The value of a parameter that does not vary; its default where it has one, else NaN."""
        found = self.series(table, subject, name, item, product=product, group=group)
        if found is not None:
            return float(found[0])
        default = REGISTRY[(table, name)].default
        return np.nan if default is None else default

    def needed(self, table: str, subject: str, name: str, *, product: str = "", group: str = "") -> float:
        """A value that must be there; its absence is a fault."""
        value = self.number(table, subject, name, product=product, group=group)
        if np.isnan(value):
            self.faults.add(f"{table}.csv", told("parameter_missing", subject=subject, parameter=name), column="parameter")
        return value

    def subjects(self, table: str, name: str) -> Iterable[str]:
        """Subjects that state a parameter."""
        return (subject for (where, subject, parameter, _) in self._rows if where == table and parameter == name)
