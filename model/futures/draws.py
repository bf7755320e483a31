"""From a point of the unit cube to the facts of one future: triangular ranges, one shared and one own normal score per fact."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtr, ndtri

from model.contract import Fact, Good, Row, Segment
from model.errors import Faults
from model.facts import REGISTRY, override_facts
from model.futures.pedigree import DriverFacts, Pedigree
from model.futures.response import Following, followed
from model.names import Trade
from model.scenario import Scenario
from model.tables import Tables
from model.units import measure

Floats = npt.NDArray[np.float64]
EDGE = 1e-3
"""Shared and own draws stay this far inside the unit interval: designs that visit corners have no normal score there."""


@dataclass(frozen=True)
class Uncertain:
    """One uncertain row of a fact table: where it stands, its triangle, its driver and the series it is drawn with."""

    table: str
    place: int
    low: float
    mode: float
    high: float
    driver: str
    series: str
    falling: bool


@dataclass(frozen=True)
class Draws:
    """Every uncertain fact of a data folder, and the dims in which futures are drawn: drivers first, then own terms.

    A *series* is what gets one draw: a fact with all its years and paths, all effects of one measure, or all of a driver.
    """

    tables: Tables
    pedigree: Pedigree
    facts: tuple[Uncertain, ...]
    following: tuple[Following, ...] = ()

    @cached_property
    def drivers(self) -> list[str]:
        """Drivers that move at least one fact."""
        return sorted({fact.driver for fact in self.facts})

    @cached_property
    def series(self) -> list[str]:
        """Names of the series, ``driver/subject/parameter/item`` or the driver's own."""
        return sorted({fact.series for fact in self.facts})

    @cached_property
    def driver_of(self) -> dict[str, str]:
        """Driver of each series."""
        return {fact.series: fact.driver for fact in self.facts}

    @cached_property
    def own(self) -> list[str]:
        """Series that have a term of their own: those of drivers whose facts are not fully correlated."""
        return [name for name in self.series if self.pedigree.drivers[self.driver_of[name]].correlation < 1]

    @property
    def dims(self) -> list[str]:
        """Names of the cube's dims."""
        return [*self.drivers, *self.own]

    @property
    def groups(self) -> list[str]:
        """Driver of each dim: sensitivity is asked by driver, the own terms of its facts included."""
        return [*self.drivers, *(self.driver_of[name] for name in self.own)]

    def positions(self, points: Floats) -> Floats:
        """Where in its range each series stands, (member, series) in 0..1; ``points`` are (member, dim)."""
        scores = ndtri(np.clip(points, EDGE, 1 - EDGE))
        at = {name: place for place, name in enumerate(self.dims)}
        found = np.empty((len(points), len(self.series)))
        for place, name in enumerate(self.series):
            driver = self.driver_of[name]
            shared = self.pedigree.drivers[driver].correlation
            score = np.sqrt(shared) * scores[:, at[driver]]
            if shared < 1:
                score = score + np.sqrt(1 - shared) * scores[:, at[name]]
            found[:, place] = ndtr(score)
        return found

    def values(self, positions: Floats) -> Floats:
        """Values of the uncertain facts at the positions of one member."""
        places = {name: place for place, name in enumerate(self.series)}
        at = positions[[places[fact.series] for fact in self.facts]]
        at = np.where([fact.falling for fact in self.facts], 1 - at, at)
        return triangular(at, *(np.array([getattr(fact, end) for fact in self.facts]) for end in ("low", "mode", "high")))

    def tables_at(self, positions: Floats) -> Tables:
        """The tables of one future: drawn values in place of the stated ones, everything else as it was."""
        rows: dict[str, list[Row]] = {}
        for fact, value in zip(self.facts, self.values(positions).tolist(), strict=True):
            drawn = rows.setdefault(fact.table, list(self.tables.rows[fact.table]))
            drawn[fact.place] = drawn[fact.place].model_copy(update={"value": value})
        made = replace(self.tables, rows=self.tables.rows | {table: tuple(found) for table, found in rows.items()})
        return followed(self.tables, _calibrated(self.tables, made), self.following)

    def frame(self) -> pd.DataFrame:
        """Each series with its driver, worst grade, and what it holds, for rankings."""
        found = pd.DataFrame(
            [(fact.series, fact.driver, str(row.grade), row.subject, row.parameter, row.item or "", row.unit)
             for fact in self.facts if isinstance(row := self.tables.rows[fact.table][fact.place], Fact)],
            columns=["series", "driver", "grade", "subject", "parameter", "item", "unit"],
        )  # fmt: skip
        return found.sort_values("grade", kind="stable").groupby("series").last()


def triangular(at: Floats, low: Floats, mode: Floats, high: Floats) -> Floats:
    """Quantiles of triangular distributions with the given ends and mode; a range without width gives its mode."""
    width = high - low
    safe = np.where(width > 0, width, 1.0)
    turn = (mode - low) / safe
    left = low + np.sqrt(np.maximum(at * safe * (mode - low), 0))
    right = high - np.sqrt(np.maximum((1 - at) * safe * (high - mode), 0))
    return np.where(width > 0, np.where(at < turn, left, right), mode)


def _limits(table: str, fact: Fact) -> tuple[float, float]:
    """Least and most that the fact's parameter allows, in the fact's unit."""
    parameter = REGISTRY[(table, fact.parameter)]
    factor = 1.0 if parameter.unit in ("metric", "any") else measure(fact.unit).factor
    return parameter.low / factor, parameter.high / factor


def _series(driver: str, correlation: float, row: DriverFacts, fact: Fact) -> str:
    if correlation == 1:
        return driver
    parts = [driver, fact.subject] if row.together else [driver, fact.subject, fact.parameter, fact.item or ""]
    return "/".join(part for part in parts if part)


def _balanced(tables: Tables) -> set[tuple[str, str, str]]:
    """Uses that the base year fixes, as (table, subject, item).

    What cannot be bought balances in the base year, and output on both sides is known; a segment that sells a good of the
    lines counts what is made.
    """
    inside = {good.id for good in tables.of(Good) if good.buy is Trade.NO}
    sold = {(row.id, row.sells) for row in tables.of(Segment)}
    return {
        (table, fact.subject, fact.item or "")
        for table in ("configuration_facts", "line_facts", "segment_facts")
        for fact in tables.facts(table)
        if fact.parameter == "use" and ((fact.item or "").split("@")[0] in inside or (fact.subject, fact.item) in sold)
    }


def _of_path(fact: Fact, scenario: Scenario) -> bool:
    """Does the fact belong to the future path that the scenario chose?"""
    subject = "carbon" if fact.parameter == "carbon_price" else fact.subject
    return fact.path in (None, scenario.paths.get(subject))


def uncertain_facts(tables: Tables, pedigree: Pedigree, scenario: Scenario) -> Draws:
    """Every fact that is drawn: it belongs to a driver of kind ``fact`` and its range has a width.

    What statistics fix in the base year, what the scenario sets, and paths that it did not choose stay as they are.
    """
    stated, balanced = override_facts(tables, scenario.facts, Faults()), _balanced(tables)
    found: list[Uncertain] = []
    for table in sorted({row.table for row in pedigree.facts}):
        for place, fact in enumerate(tables.facts(table)):
            row = pedigree.row_of(table, fact)
            driver = pedigree.drivers[row.driver] if row else None
            if row is None or driver is None or driver.kind != "fact" or (row.base_held and fact.year == scenario.years.first):
                continue
            fixed = fact.parameter == "use" and (table, fact.subject, fact.item or "") in balanced
            if fixed or stated[table][place] is not fact or not _of_path(fact, scenario):
                continue
            least, most = _limits(table, fact)
            low, high = (float(np.clip(end, least, most)) for end in pedigree.range_of(fact, row))
            if low < high:
                series = _series(driver.id, driver.correlation, row, fact)
                found.append(Uncertain(table, place, low, fact.value, high, driver.id, series, row.draw == "size" and fact.value < 0))
    return Draws(tables, pedigree, tuple(found), tuple(_following(tables, pedigree, scenario, stated["configuration_facts"])))


def _following(tables: Tables, pedigree: Pedigree, scenario: Scenario, stated: tuple[Fact, ...]) -> Iterator[Following]:
    """Facts of configurations that answer to a demand, unless the scenario sets them."""
    goods = tables.facts("good_facts")
    for place, fact in enumerate(tables.facts("configuration_facts")):
        row = pedigree.row_of("configuration_facts", fact)
        if row is None or row.follows is None or stated[place] is not fact:
            continue
        demand = tuple(
            number for number, good in enumerate(goods)
            if (good.subject, good.parameter) == (row.follows, "final_demand") and _of_path(good, scenario)
        )  # fmt: skip
        if demand:
            yield Following(place, *pedigree.range_of(fact, row), demand)


def _base_value(tables: Tables, parameter: str) -> float:
    """Sum over segments of first stated output times a ratio, before calibration."""
    stated: dict[tuple[str, str], float] = {}
    for fact in tables.facts("segment_facts"):
        stated.setdefault((fact.subject, fact.parameter), fact.value)
    return sum(stated.get((row.id, "base_output"), 0.0) * stated.get((row.id, parameter), 0.0) for row in tables.of(Segment))


def _scaled(tables: Tables, table: str, parameter: str, factor: float) -> Tables:
    """The tables with all facts of a parameter times a factor."""
    rows = [fact.model_copy(update={"value": fact.value * factor}) if fact.parameter == parameter else fact for fact in tables.facts(table)]
    return replace(tables, rows=tables.rows | {table: tuple(rows)})


def _calibrated(stated: Tables, drawn: Tables) -> Tables:
    """Value added and new materials of the base year stay what the statistics say: ratios are drawn, sums are not."""
    for ratio, table, calibrates in (
        ("value_added_ratio", "city_facts", "value_added_factor"),
        ("new_material_share", "segment_facts", "new_material_share"),
    ):
        before, after = _base_value(stated, ratio), _base_value(drawn, ratio)
        if before and after and before != after:
            drawn = _scaled(drawn, table, calibrates, before / after)
    return drawn
