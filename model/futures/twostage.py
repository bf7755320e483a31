"""Two-stage plans: moves and retrofits until a year are taken once, the rest adapts to each of several futures.

The extensive form is one matrix (``stacked``), or several where futures are many (``groups``), that goes through the session's door like
any other; the answer is taken apart again and every future's plan is examined on its own problem. Compared are: each future's own best
plan (nobody could know so early: wait and see), and the early decisions of the plan of the stated facts with the rest adapting (nobody
thought of futures).
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from model.errors import InfeasibleError, InputError, LimitError, SolverError
from model.futures.ensemble import Prepared
from model.futures.groups import Heard, in_groups
from model.futures.stacked import Future, stack
from model.futures.walls import wall
from model.language import told
from model.names import Goal
from model.replay import unbalanced
from model.schema import TAKEN
from model.session import Ask, Plan, Session, certified, restricted
from model.solve import Outcome, Start, Status
from model.solve.outcome import Stage

TOGETHER = 5
"""Most futures of real size that one matrix holds; more are solved in groups."""
DIGITS = 6
"""Stages that agree so far are alike; the next one decides."""


@dataclass(frozen=True)
class Between:
    """A difference that is only known up to the solver's gaps: value found, least and most that it can be."""

    value: float
    least: float
    most: float


@dataclass(frozen=True)
class TwoStage:
    """A two-stage plan: stages of the stack, a certified plan a future, and what it is compared with.

    ``alone`` are the futures' own best plans, ``stated`` the plans with the early decisions of the stated facts; nothing where
    those cannot be carried out, and then ``why`` says what would have to give (``walls.wall``).
    """

    until: int
    tail: float | None
    futures: tuple[Future, ...]
    outcome: Outcome
    plans: tuple[Plan, ...]
    alone: tuple[Plan, ...]
    stated: tuple[Plan | None, ...]
    why: tuple[str, ...]

    @property
    def known(self) -> tuple[Plan, ...]:
        """The best plan found for each future: its own, or its part of the two-stage plan, which a gap can leave the better one."""
        return tuple(min(pair, key=_order) for pair in zip(self.alone, self.plans, strict=True))

    def expected(self, plans: Sequence[Plan], goal: Goal) -> float:
        """Expected value of a stage."""
        return float(sum(future.weight * plan.value(goal) for future, plan in zip(self.futures, plans, strict=True)))

    def information(self, goal: Goal) -> Between:
        """Expected value of perfect information: the two-stage plan's expected value less that of the futures' own best plans."""
        bound = float(sum(future.weight * plan.bound(goal) for future, plan in zip(self.futures, self.alone, strict=True)))
        found, own = self.expected(self.plans, goal), self.expected(self.known, goal)
        known = next((stage.bound for stage in self.outcome.stages if stage.goal is goal), -np.inf) if self.tail is None else -np.inf
        return Between(found - own, known - own, found - bound)

    def solution(self, goal: Goal) -> Between | None:
        """Value of the stochastic solution: what the early decisions of the stated facts cost more; nothing where they fail."""
        held = [plan for plan in self.stated if plan is not None]
        if len(held) < len(self.futures):
            return None
        found, kept = self.expected(self.plans, goal), self.expected(held, goal)
        low = float(sum(future.weight * plan.bound(goal) for future, plan in zip(self.futures, held, strict=True)))
        known = next((stage.bound for stage in self.outcome.stages if stage.goal is goal), -np.inf) if self.tail is None else -np.inf
        return Between(kept - found, low - found, kept - known)


def kept(found: TwoStage) -> xr.Dataset:
    """A two-stage plan as it is stored: every future's decisions and ledgers along ``future``, and what it is compared with.

    ``value``, ``bound`` (goal) are of the whole; ``weight`` (future) are probabilities; ``own`` and ``of_stated`` (future, goal) are
    stages of the future's own best plan and of the early decisions of the stated facts, not a number where these fail.
    """
    goals = [stage.goal for stage in found.outcome.stages]
    plans = xr.concat([plan.result for plan in found.plans], "future", join="override", combine_attrs="drop_conflicts")
    own = [[plan.value(goal) for goal in goals] for plan in found.known]
    stated = [[np.nan if plan is None else plan.value(goal) for goal in goals] for plan in found.stated]
    return plans.assign(
        value=("goal", [stage.value for stage in found.outcome.stages]),
        bound=("goal", [stage.bound for stage in found.outcome.stages]),
        weight=("future", [future.weight for future in found.futures]),
        own=(("future", "goal"), own), of_stated=(("future", "goal"), stated),
    ).assign_coords(goal=[str(goal) for goal in goals])  # fmt: skip


def _order(plan: Plan) -> list[float]:
    """Plans in order of their stages."""
    return [round(stage.value, DIGITS) for stage in plan.outcome.stages]


def _unheard(step: str, done: int, total: int) -> None:
    """Tells nobody."""


def two_stage(
    session: Session, futures: Sequence[Future], ask: Ask, until: int, alone: Sequence[Plan], base: Plan, tail: float | None = None,
    together: int = TOGETHER, heard: Heard = _unheard,
) -> TwoStage:  # fmt: skip
    """The plan of the extensive form; ``alone`` are the futures' own plans, ``base`` is the plan of the stated facts.

    More than ``together`` futures are solved in groups of so many (``groups``). Raises ``InfeasibleError`` where no early decisions fit
    all futures, ``LimitError``, or ``SolverError`` where the examiner objects.
    """
    stated, why = zip(*(_holding(session, future, ask, base, until) for future in futures), strict=True)
    if len(futures) > together:

        def adapt(future: Future, plan: Plan) -> Plan | None:
            return _holding(session, future, ask, plan, until)[0]

        found = in_groups(session, futures, ask, until, alone, tail, together, stated, adapt, _part, heard)
        return TwoStage(until, tail, tuple(futures), Outcome(found.stages, np.zeros(0)), found.plans, tuple(alone), stated, why)
    whole = stack(futures, until, tail)
    start = _start(whole.matrix.matrix.shape[1], whole.places, [plan or own for plan, own in zip(stated, alone, strict=True)])
    outcome = session.outcome(whole.matrix, ask, start=Start(start) if all(stated) else None)
    plans = tuple(_part(future, ask, whole.point(number, outcome.values)) for number, future in enumerate(futures))
    return TwoStage(until, tail, tuple(futures), outcome, plans, tuple(alone), stated, why)


def _start(width: int, places: list[np.ndarray], plans: Sequence[Plan]) -> np.ndarray:
    """Plans that share their early decisions, as columns of the stack."""
    values = np.zeros(width)
    for place, plan in zip(places, plans, strict=True):
        values[place] = plan.outcome.values
    return values


def _holding(session: Session, future: Future, ask: Ask, base: Plan, until: int) -> tuple[Plan | None, str]:
    """The future's best plan with the early decisions of another; where there is none, what would have to give."""
    early = future.problem["year"].values <= until
    own = replace(ask, fixed={name: np.where(early[None, :], base.flat[name].values, np.nan) for name in TAKEN})
    try:
        return session.solve_matrix(future.problem, future.matrix, own, start=Start(base.outcome.values, other_facts=True)), ""
    except InfeasibleError:
        return None, wall(future.problem, restricted(future.problem, future.matrix, own), own)
    except LimitError:
        return None, ""


def _part(future: Future, ask: Ask, values: np.ndarray) -> Plan:
    """One future's share of the answer, examined on its own problem; its stages have no bound of their own."""
    stages = [Stage(goal, Status.OPTIMAL, future.matrix.worth(goal, values), -np.inf, np.inf, 0.0, 0) for goal in ask.goals]
    return certified(future.problem, future.matrix, ask, Outcome(stages, values))


def drawn(session: Session, prepared: Prepared) -> list[Future]:
    """Every drawn future that does not contradict the base year, equally likely."""
    found = []
    for positions in prepared.positions.values:
        with suppress(InputError):
            problem = prepared.task.problem(positions)
            if not unbalanced(problem):
                found.append(Future(problem, session.compiled(problem, prepared.task.ask), 1.0))
    return found


def futures_of(session: Session, ask: Ask, problems: Sequence[Future], start: Start | None) -> tuple[list[Future], list[Plan]]:
    """The futures that have a plan of their own, weighted anew, and these plans. Raises ``InfeasibleError`` where none has."""
    found: list[tuple[Future, Plan]] = []
    for future in problems:
        try:
            plan = session.solve_matrix(future.problem, future.matrix, ask, start=start)
        except (InfeasibleError, LimitError, SolverError):
            continue
        found.append((future, plan))
    if not found:
        raise InfeasibleError(told("no_future_has_a_plan", count=len(problems)))
    total = sum(future.weight for future, _ in found)
    return [replace(future, weight=future.weight / total) for future, _ in found], [plan for _, plan in found]
