"""Parts of a scenario: the types of its keys, closed to unknown ones. What a key means stands in ``catalogue/scenarios.csv``."""

import math
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
    model_validator,
)

from model.contract import Slug, Text, Year
from model.language import told
from model.names import ArcKind, Goal, Method
from model.tolerances import GAP


class Strict(BaseModel):
    """Base of scenario parts: frozen, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _number(given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not math.isfinite(given):
        raise ValueError(told("number_or_years"))
    return float(given)


def _year(given: object) -> int:
    year = int(given) if isinstance(given, str) and given.isascii() and given.isdigit() else given
    if isinstance(year, bool) or not isinstance(year, int) or not 1900 <= year <= 2100:
        raise ValueError(told("no_year", found=given, hint=told("number_or_years")))
    return year


def _amount(given: object) -> float | dict[int, float]:
    if isinstance(given, dict) and given:
        return dict(sorted((_year(year), _number(number)) for year, number in given.items()))
    return _number(given)


def _setting(given: object) -> bool | float | dict[int, float]:
    return given if isinstance(given, bool) else _amount(given)


def _written(amount: bool | float | dict[int, float]) -> bool | float | dict[str, float]:
    """As JSON has it: years as text."""
    return {str(year): number for year, number in amount.items()} if isinstance(amount, dict) else amount


_BY_YEAR = {
    "type": "object",
    "patternProperties": {"^(19|20)[0-9]{2}$": {"type": "number"}},
    "additionalProperties": False,
    "minProperties": 1,
}

Amount = Annotated[
    float | dict[int, float], PlainValidator(_amount), PlainSerializer(_written), WithJsonSchema({"anyOf": [{"type": "number"}, _BY_YEAR]})
]
"""A number, or numbers by year: in force from the first year given, interpolated between, held after the last."""

Setting = Annotated[
    bool | float | dict[int, float],
    PlainValidator(_setting),
    PlainSerializer(_written),
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "number"}, _BY_YEAR]}),
]
"""Of a clause: true (in force as the data give it), false (not in force), or an amount (in force with it)."""


def amount_by_year(amount: float | dict[int, float], years: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """An amount over years; NaN before the first year that it gives."""
    if not isinstance(amount, dict):
        return np.full(len(years), float(amount))
    given = sorted(amount)
    return np.where(years < given[0], np.nan, np.interp(years, given, [amount[year] for year in given]))


class Words(Strict):
    """A text in both languages."""

    zh: Text
    en: Text


class Years(Strict):
    """Planning years: the base year, whose decisions are fixed, then every ``step`` years to the last; or those ``given``."""

    first: Year
    last: Year
    step: Annotated[int, Field(ge=1, le=10)] = 1
    given: list[Year] | None = None

    @model_validator(mode="after")
    def _order(self) -> "Years":
        if self.last <= self.first:
            raise ValueError(told("years_backwards"))
        if self.given is not None:
            if self.given != sorted(set(self.given)):
                raise ValueError(told("years_must_rise"))
            if (self.given[0], self.given[-1]) != (self.first, self.last):
                raise ValueError(told("years_ends"))
        return self

    def all(self) -> tuple[int, ...]:
        """The base year, then every planning year, the last included."""
        if self.given is not None:
            return tuple(self.given)
        inner = tuple(range(self.first, self.last, self.step))
        return (*inner, self.last)


def _years(given: object) -> object:
    """A list of years says first and last by itself."""
    if not isinstance(given, list):
        return given
    if len(given) < 2 or any(isinstance(year, bool) or not isinstance(year, int) for year in given):
        raise ValueError(told("years_too_few"))
    return {"first": given[0], "last": given[-1], "given": given}


Horizon = Annotated[Years, BeforeValidator(_years)]


class Selection(Strict):
    """Which measures may be used."""

    allow: Literal["all"] | list[Slug] = "all"
    forbid: list[Slug] = Field(default_factory=list)


class TransitionSelection(Selection):
    """Which transitions may be used."""

    forbid_kinds: list[ArcKind] = Field(default_factory=list)


class ClauseLever(Strict):
    """Switches a clause, or gives it another value from a year on."""

    active: bool | None = None
    value: Amount | None = None
    from_year: Year | None = None


def _switch(choice: object) -> object:
    if isinstance(choice, ClauseLever):
        return choice
    if not isinstance(choice, bool | dict):
        raise ValueError(told("switch_expected"))
    return {"active": choice} if isinstance(choice, bool) else choice


ClauseChoice = Annotated[ClauseLever, BeforeValidator(_switch)]


class Override(Strict):
    """Replaces the value of facts; everything that is left out matches all."""

    table: Slug
    subject: Slug
    parameter: Slug
    item: str | None = None
    path: Slug | None = None
    year: Year | None = None
    value: float = Field(allow_inf_nan=False)


class Budget(Strict):
    """Investment budget, 100 million CNY of 2020."""

    yearly: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    total: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


if TYPE_CHECKING:
    PlanGoal = Goal
else:
    PlanGoal = Annotated[Literal["shortfall", "emissions", "cost"], AfterValidator(Goal)]
    """A stage that a scenario may name: any but the aim of an analysis."""


class SolverOptions(Strict):
    """Limits and settings of the solver; the time limit is per stage."""

    gap: Annotated[float, Field(ge=0, lt=1)] = GAP
    gaps: dict[PlanGoal, Annotated[float, Field(ge=0, lt=1)]] = Field(default_factory=dict)
    time_limit: Annotated[float, Field(gt=0, le=86_400)] = 600.0
    threads: Annotated[int, Field(ge=1, le=256)] = 1
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0
    method: Method = Method.BRANCH

    def gap_of(self, goal: Goal) -> float:
        """Gap of a stage."""
        return self.gaps.get(goal, self.gap)
