"""Where the number of a provision stands: in facts, or in the scenario; and how it is written when it gives way."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from model.contract import Account, Fact
from model.errors import Faults
from model.explain.provisions import SWITCHES, Provision
from model.facts import FactBook, override_facts
from model.scenario import Scenario
from model.tables import Tables
from model.units import measure

Floats = npt.NDArray[np.float64]
Change = dict[str, Any]
DIGITS = 4
"""Written numbers are rounded to this many digits behind the first, always to the looser side."""
NEAR = 1e-7
"""A number this close (relatively) to a round one is written as that."""
FACTS = {
    "growth_most": ("segment_facts", "growth_most"),
    "growth_least": ("segment_facts", "growth_least"),
    "supply": ("good_facts", "supply"),
    "sales": ("good_facts", "sales"),
    "demand": ("good_facts", "final_demand"),
    "minimum_load": ("configuration_facts", "minimum_load"),
    "pace_moves": ("group_facts", "pace_moves"),
    "pace_retrofits": ("group_facts", "pace_retrofits"),
}  # fmt: skip
"""Families that are one fact of their subject: table and parameter."""
DAYS = "staggered_days"


@dataclass(frozen=True)
class Step:
    """One number that changes: the table or part of the scenario, subject, parameter, year (``None``: all), before, after, unit."""

    table: str
    subject: str
    parameter: str
    year: int | None
    before: float
    after: float
    unit: str
    path: str | None = None


def outward(new: float, old: float, sign: int) -> float:
    """A number rounded to the looser side (up for sign 1), or to the round number that it all but is."""
    scale = max(abs(new), abs(old))
    if scale == 0 or not math.isfinite(scale):
        return new
    step = 10.0 ** (math.floor(math.log10(scale)) - DIGITS)
    near = round(new / step) * step
    rounded = near if abs(near - new) <= NEAR * scale else (math.ceil(new / step) if sign > 0 else math.floor(new / step)) * step
    return round(rounded, max(0, DIGITS + 2 - math.floor(math.log10(scale))))


class Levers:
    """Facts and choices of a scenario, and what to write so that a provision gives way."""

    def __init__(self, tables: Tables, scenario: Scenario, problem: xr.Dataset) -> None:
        self.tables, self.scenario, self.problem = tables, scenario, problem
        self.facts = override_facts(tables, scenario.facts, Faults())
        self.book = FactBook(tables, scenario, Faults())
        self.years = np.array(scenario.years.all())
        self.subject_of = dict(zip(problem["clause"].values.tolist(), problem["clause_subject"].values.tolist(), strict=True))

    def rows(self, table: str, subject: str, parameter: str) -> list[Fact]:
        """The facts of a parameter that the scenario uses."""
        found = [fact for fact in self.facts[table] if (fact.subject, fact.parameter) == (subject, parameter)]
        named = [fact for fact in found if fact.path]
        return [fact for fact in found if fact.path in (None, self.scenario.paths.get(subject))] if named else found

    def undated(self) -> frozenset[tuple[str, str]]:
        """(family, subject) whose number is the same in all years."""
        found = {("total_budget", ""), ("yearly_budget", "")}
        found |= {("replacement", clause) for clause in self.subject_of}
        for family, (table, parameter) in FACTS.items():
            for subject in {fact.subject for fact in self.facts[table] if fact.parameter == parameter}:
                if all(fact.year is None for fact in self.rows(table, subject, parameter)):
                    found.add((family, subject))
        for clause, rule in zip(self.problem["clause"].values.tolist(), self.problem["clause_rule"].values.tolist(), strict=True):
            lever = self.scenario.clauses.get(clause)
            if (lever and lever.value is not None) or all(fact.year is None for fact in self.rows("clause_facts", clause, "value")):
                found.add((rule, clause))
        for group in self.problem["group"].values.tolist():
            if all(fact.year is None for *_, rows in self._availability(group) for fact in rows):
                found.add(("availability", group))
        return frozenset(found)

    def known(self, provision: Provision) -> bool:
        """Can a scenario say this provision differently? Not a line's last year, output taken over from a result, or a fact not stated."""
        if provision.family in FACTS and not self._paced(provision):
            table, parameter = FACTS[provision.family]
            stated = all(self.rows(table, subject, parameter) or self.rows(table, subject.split("@")[0], parameter)
                         for subject in provision.subjects)  # fmt: skip
            return stated and not (provision.family.startswith("growth") and self.scenario.activity is not None)
        return provision.family != "end_of_life"

    def _paced(self, provision: Provision) -> bool:
        """Does the scenario itself set a group's pace?"""
        return provision.family.startswith("pace") and provision.subjects[0] in self.scenario.pace

    def written(self, provision: Provision, by: Floats) -> tuple[Change, list[Step]] | None:
        """What to write so that a provision gives way by ``by`` (year, in its own units); ``None`` where no scenario can."""
        if not self.known(provision):
            return None
        if provision.family in SWITCHES:
            return self._switched(provision, by)
        if provision.clause:
            return self._clause(provision, by)
        if provision.family in ("yearly_budget", "total_budget"):
            name = provision.family.removesuffix("_budget")
            before = float(provision.value[-1])
            after = outward(before + float(by.max()), before, 1)
            return {"budget": {name: after}}, [Step("budget", "", name, None, before, after, "100M CNY")]
        if provision.family == "availability":
            return self._gathered(self._available(provision.subjects[0], by))
        if self._paced(provision):
            group, before = provision.subjects[0], float(provision.value[-1])
            after = outward(before + float(by.max()), before, 1)
            return {"pace": {group: after}}, [Step("pace", group, "pace", None, before, after, "1")]
        return self._gathered(self._plain(provision, by))

    def _switched(self, provision: Provision, by: Floats) -> tuple[Change, list[Step]]:
        """A clause left out; the step says by how much it would have been missed, where that is an amount of capacity."""
        clause = provision.subjects[0]
        amount = float(by.max()) if provision.family in ("no_new_capacity", "replacement") else 0.0
        step = Step("clauses", clause, "active", None, amount, 0.0, self.unit(clause))
        return {"clauses": {clause: {"active": False}}}, [step]

    def unit(self, clause: str) -> str:
        """The unit of a clause: of its own fact, else of the group that it or its quota account is about."""
        rows = self.rows("clause_facts", clause, "value")
        subject = self.subject_of[clause]
        accounts = {row.id: row.group for row in self.tables.of(Account)}
        group = self.book.groups.get(str(accounts.get(subject, subject)))
        return rows[0].unit if rows else group.unit if group else "1"

    def _clause(self, provision: Provision, by: Floats) -> tuple[Change, list[Step]] | None:
        """A clause's own value; the quota at hand of a replacement clause; without any number the clause is switched off."""
        clause = provision.subjects[0]
        lever = self.scenario.clauses.get(clause)
        if provision.family == "replacement":
            rows = self.rows("quota_facts", self.subject_of[clause], "endowment")
            return self._gathered(self._shifted("quota_facts", rows, by, 1)) if rows else self._switched(provision, by)
        rows = self.rows("clause_facts", clause, "value")
        if lever is None or lever.value is None:
            return self._gathered(self._shifted("clause_facts", rows, by, provision.sign)) if rows else self._switched(provision, by)
        factor = measure(rows[0].unit).factor if rows else 1.0
        given = lever.value if isinstance(lever.value, dict) else {None: lever.value}
        after = {year: outward(value + provision.sign * float(by.max()) / factor, value, provision.sign) for year, value in given.items()}
        unit = rows[0].unit if rows else "1"
        steps = [Step("clauses", clause, "value", year, value, after[year], unit) for year, value in given.items()]
        return {"clauses": {clause: {"value": after if isinstance(lever.value, dict) else after[None]}}}, steps

    def _plain(self, provision: Provision, by: Floats) -> Iterable[Step]:
        table, parameter = FACTS[provision.family]
        for subject in provision.subjects:
            rows = self.rows(table, subject, parameter) or self.rows(table, subject.split("@")[0], parameter)
            yield from self._shifted(table, rows, by, provision.sign, relative=provision.family.startswith("growth"))

    def _availability(self, group: str) -> Iterable[tuple[str, str, list[Fact]]]:
        """Facts that say how much lines of a group can make: table, parameter, rows."""
        lines = [line for line, own in zip(self.problem["line"].values, self.problem["line_group"].values, strict=True) if own == group]
        states = zip(self.problem["state_line"].values, self.problem["state_configuration"].values, strict=True)
        for line in lines:
            yield "line_facts", "availability", self.rows("line_facts", str(line), "availability")
        for configuration in sorted({str(configuration) for line, configuration in states if line in lines}):
            stated = self.rows("configuration_facts", configuration, "availability")
            name = "availability" if stated else DAYS
            yield "configuration_facts", name, stated or self.rows("configuration_facts", configuration, DAYS)

    def _available(self, group: str, by: Floats) -> Iterable[Step]:
        """Availability raised by shares, or days of staggered production lowered by as much."""
        unit = measure(self.book.groups[group].unit).dimensions[0]
        nameplate = self.book.number("group_facts", group, "capacity_per_nameplate", group=unit) * 1e4
        for table, parameter, rows in self._availability(group):
            if parameter == DAYS and rows:
                rate = self.book.number("configuration_facts", rows[0].subject, "peak_rate")
                yield from self._shifted(table, rows, by * nameplate / rate, -1)
            else:
                yield from self._shifted(table, rows, by, 1)

    def _shifted(self, table: str, rows: list[Fact], by: Floats, sign: int, *, relative: bool = False) -> Iterable[Step]:
        """Facts moved so far that the numbers between them move at least as far in every year."""
        shares = self._shares(rows, relative=relative)
        for fact in rows:
            reach = by if fact.year is None else np.where(shares.get(fact.year, 0.0) > 0, by / self._moving(shares), 0.0)
            amount = float(reach.max(initial=0.0))
            if amount <= 0:
                continue
            shift = amount * fact.value if relative else amount / measure(fact.unit).factor
            after = outward(fact.value + sign * shift, fact.value, sign)
            after = max(after, 0.0) if fact.value >= 0 else after
            if fact.parameter == "availability":
                after = min(after, max(fact.value, 1 / measure(fact.unit).factor))
            if after == fact.value:
                continue
            yield Step(table, fact.subject, fact.parameter, fact.year, fact.value, after, fact.unit, fact.path)

    def _shares(self, rows: list[Fact], *, relative: bool) -> dict[int, Floats]:
        """Share that each dated fact after the base year has in each year's number (of its size where moves are relative)."""
        dated = sorted((fact.year, fact.value) for fact in rows if fact.year is not None)
        known = [year for year, _ in dated]
        parts = {year: np.interp(self.years, known, [float(year == other) for other in known]) for year in known}
        if relative:
            whole = np.interp(self.years, known, [value for _, value in dated]) if dated else self.years
            parts = {year: parts[year] * value / np.where(whole == 0, 1.0, whole) for year, value in dated}
        later = {year: part for year, part in parts.items() if year > self.years[0]}
        return later or parts

    @staticmethod
    def _moving(shares: dict[int, Floats]) -> Floats:
        """Share of each year's number that can move; 1 where none can."""
        whole = np.sum(list(shares.values()), axis=0)
        return np.where(whole > 0, whole, 1.0)

    def _gathered(self, steps: Iterable[Step]) -> tuple[Change, list[Step]] | None:
        found = list(steps)
        return ({"facts": [_override(step) for step in found]}, found) if found else None


def _override(step: Step) -> Change:
    """A step as an entry of a scenario's ``facts``."""
    stated = {name: getattr(step, name) for name in ("table", "subject", "parameter", "path", "year")}
    return {name: value for name, value in stated.items() if value is not None} | {"value": step.after}
