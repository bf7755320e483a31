"""Deciding window by window: what a planner does who sees only some years ahead, against one who sees them all.

In each window the years up to its end are planned, and the moves and retrofits of its first years are kept; then the window rolls on.
What is made follows the moves of its own year, so it is left free in years that are past: it comes out as it was. Targets and limits
of years beyond the window are not seen.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from model.errors import InfeasibleError, LimitError
from model.futures.walls import wall
from model.names import Goal
from model.problem import assemble
from model.problem.assemble import Activity
from model.scenario import Scenario
from model.schema import DECISIONS, TAKEN
from model.session import Ask, Plan, Session, restricted
from model.solution import PAIRS
from model.tables import Tables

Floats = npt.NDArray[np.float64]
Choice = tuple[str, str, str, int]
"""A decision that is taken: variable, line, what, year."""


@dataclass(frozen=True)
class Window:
    """What one window sees: its first and last year, the years before ``following`` that it decides for good."""

    first: int
    last: int
    following: int


@dataclass(frozen=True)
class Rolling:
    """Plans window by window; where one has none, ``stopped`` is that window and ``why`` what would have to give (``walls.wall``)."""

    windows: tuple[Window, ...]
    plans: tuple[Plan, ...]
    stopped: Window | None = None
    why: str = ""

    @property
    def plan(self) -> Plan | None:
        """The plan of all years that the last window ends with."""
        return None if self.stopped else self.plans[-1]

    def price(self, foresight: Plan) -> dict[Goal, tuple[float, float]]:
        """By stage what short sight costs, in the stage's unit: as found, and the least that the solver's bounds leave. Read in order."""
        if self.plan is None:
            return {}
        goals = [stage.goal for stage in foresight.outcome.stages]
        found = {goal: self.plan.value(goal) for goal in goals}
        return {goal: (found[goal] - foresight.value(goal), self.plan.bound(goal) - foresight.value(goal)) for goal in goals}


def windows_of(years: tuple[int, ...], width: int, step: int) -> Iterator[Window]:
    """Windows of ``width`` planning years, each ``step`` years after the one before, until one sees the last year."""
    planned = years[1:]
    for start in range(0, len(planned), step):
        end = min(start + width, len(planned))
        last = end == len(planned)
        yield Window(planned[start], planned[end - 1], planned[-1] + 1 if last else planned[start + step])
        if last:
            return


def roll(
    session: Session, tables: Tables, scenario: Scenario, ask: Ask, width: int, step: int = 1, activity: Activity | None = None
) -> Rolling:
    """Plan window by window; ``step`` must not exceed ``width``.

    Raises ``InputError`` where the scenario does not fit a shorter horizon, ``SolverError`` where the examiner objects.
    """
    taken: dict[Choice, float] = {}
    seen: list[Window] = []
    plans: list[Plan] = []
    decided = scenario.years.first
    for window in windows_of(scenario.years.all(), width, step):
        problem = assemble(tables, _until(scenario, window.last), activity)
        own = replace(ask, fixed=_fixed(problem, taken, decided))
        matrix = session.compiled(problem, own)
        seen.append(window)
        try:
            plan = session.solve_matrix(problem, matrix, own)
        except InfeasibleError:
            return Rolling(tuple(seen), tuple(plans), window, wall(problem, restricted(problem, matrix, own), own))
        except LimitError:
            return Rolling(tuple(seen), tuple(plans), window)
        plans.append(plan)
        taken = _taken(plan, window.following)
        decided = window.following - 1
    return Rolling(tuple(seen), tuple(plans))


def _until(scenario: Scenario, last: int) -> Scenario:
    """The scenario with a shorter horizon."""
    years = [year for year in scenario.years.all() if year <= last]
    return scenario.model_copy(update={"years": scenario.years.model_copy(update={"last": last, "given": years})})


def _labels(problem: xr.Dataset, name: str) -> list[tuple[str, str]]:
    """Line and arc or measure of each place of a decision."""
    dim = DECISIONS[name].dims[0]
    return list(zip(*(problem[f"{dim}_{half}"].values.tolist() for half in PAIRS[dim]), strict=True))


def _taken(plan: Plan, following: int) -> dict[Choice, float]:
    """Every decision of the years before ``following``, taken or not."""
    years = plan.problem["year"].values.tolist()
    return {
        (name, line, what, year): float(value)
        for name in TAKEN
        for (line, what), row in zip(_labels(plan.problem, name), plan.flat[name].values, strict=True)
        for year, value in zip(years, row, strict=True)
        if year < following
    }


def _fixed(problem: xr.Dataset, taken: dict[Choice, float], decided: int) -> dict[str, Floats]:
    """Decisions of past years as they were; what a shorter horizon did not know was not taken."""
    years = problem["year"].values.tolist()
    return {
        name: np.array([
            [taken.get((name, line, what, year), 0.0) if year <= decided else np.nan for year in years]
            for line, what in _labels(problem, name)
        ]).reshape(-1, len(years))
        for name in TAKEN
    }  # fmt: skip
