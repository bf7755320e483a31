"""Facts that answer to others: days of staggered production, which the authorities set by what the market asks for.

Drawing demand and leaving the days as they were would make futures that no authority lets happen: demand is high and kilns stand
still as if it were not. A row of ``driver_facts.csv`` with a good under ``follows`` says so: in each future the time that is left to
run changes in proportion to final demand of that good, within the range that the fact states.
"""

from dataclasses import dataclass, replace

import numpy as np

from model.contract import Fact
from model.tables import Tables

YEAR = 365.0
"""Days of a year, as the model's availability counts them."""


@dataclass(frozen=True)
class Following:
    """A fact of ``configuration_facts`` that follows final demand: its place, its range, its demand's places in ``good_facts``."""

    place: int
    low: float
    high: float
    demand: tuple[int, ...]


def followed(stated: Tables, drawn: Tables, following: tuple[Following, ...]) -> Tables:
    """The drawn tables, with days that follow demand: the time left to run, over its stated value, is demand over stated demand."""
    if not following:
        return drawn
    before, after = stated.facts("good_facts"), drawn.facts("good_facts")
    configurations = list(drawn.facts("configuration_facts"))
    known = stated.facts("configuration_facts")
    repairs = {fact.subject: fact.value for fact in known if fact.parameter == "maintenance_days"}
    for one in following:
        fact = known[one.place]
        ratio = _level(after, one.demand, fact.year) / _level(before, one.demand, fact.year)
        most = YEAR - repairs.get(fact.subject, 0.0)
        days = float(np.clip(most - (most - fact.value) * ratio, one.low, one.high))
        configurations[one.place] = fact.model_copy(update={"value": days})
    return replace(drawn, rows=drawn.rows | {"configuration_facts": tuple(configurations)})


def _level(facts: tuple[Fact, ...], places: tuple[int, ...], year: int | None) -> float:
    """Final demand of a year, interpolated; the mean of all years where a fact has none."""
    known = sorted((fact.year or 0, fact.value) for fact in (facts[place] for place in places))
    years, values = (np.array(part, dtype=float) for part in zip(*known, strict=True))
    return float(values.mean() if year is None else np.interp(year, years, values))
