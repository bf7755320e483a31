"""Two-stage plans of many futures: groups of them are solved together, and the best of their early decisions is kept by all.

A group is the extensive form of a few futures (``stacked``) with the rows over early decisions of all others, so that what it decides
early can be begun in every future. Each group's early decisions are a candidate for all; every future then adapts to it by itself.

Bounds (Sandikci, Kong and Schaefer 2013, "A hierarchy of bounds for stochastic mixed-integer programs"): with weights ``W[g]`` of groups,
``sum(W[g] * min(f[g](x) over x)) <= min(sum(W[g] * f[g](x)) over x)``; the mean of the worst share obeys the same, since one level for all
futures is a level for each group. Of a stage behind another this is a bound only where the stages before reach theirs: then no group
can have given any of them away for this one.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np

from model.errors import LimitError, SolverError
from model.futures.stacked import Future, stack
from model.language import told
from model.names import Goal
from model.schema import TAKEN
from model.session import Ask, Plan, Session
from model.solve import Stage, Status
from model.tolerances import ABSOLUTE_GAP

TRIED = 5
"""Most candidates that all futures try: those nearest to what the groups decide on the whole."""
REACHED = 1e-5
"""A stage that lies this close to its bound, relatively, has reached it."""

Adapt = Callable[[Future, Plan], Plan | None]
"""The best plan of a future with the early decisions of another plan; nothing where they cannot be carried out."""
Heard = Callable[[str, int, int], None]
"""Told which step has done how many of how many."""


@dataclass(frozen=True)
class Grouped:
    """Stages of the best candidate over all futures, with their bounds, and what each future makes of it."""

    stages: list[Stage]
    plans: tuple[Plan, ...]


def tail_mean(values: Sequence[float], weights: Sequence[float], tail: float | None) -> float:
    """Expected value, or the mean of the worst (largest) share ``tail``."""
    order = np.argsort(values)[::-1]
    worst, weight = np.asarray(values, dtype=float)[order], np.asarray(weights, dtype=float)[order]
    share = weight.sum() * (1.0 if tail is None else tail)
    taken = np.clip(share - np.concatenate([[0.0], np.cumsum(weight)[:-1]]), 0.0, weight)
    return float(taken @ worst / taken.sum())


def in_groups(
    session: Session, futures: Sequence[Future], ask: Ask, until: int, alone: Sequence[Plan], tail: float | None,
    size: int, first: Sequence[Plan | None], adapt: Adapt, part: Callable[[Future, Ask, np.ndarray], Plan], heard: Heard,
) -> Grouped:  # fmt: skip
    """The best plan found by groups of ``size`` futures; ``alone`` are the futures' own plans, ``first`` a candidate that was tried.

    Raises ``LimitError`` where no candidate can be carried out in all futures.
    """
    chosen = [list(range(at, min(at + size, len(futures)))) for at in range(0, len(futures), size)]
    weights = [future.weight for future in futures]
    best = _Best(ask.goals, weights, tail, [{stage.goal: stage.bound for stage in plan.outcome.stages} for plan in alone])
    candidates, bounds = [], []
    for number, members in enumerate(chosen):
        heard("foresight_groups", number, len(chosen))
        bounds.append(best.known(members))
        with suppress(LimitError, SolverError):
            bound, plan = _group(session, futures, members, ask, until, tail, part)
            bounds[-1] = {goal: max(bound[goal], least) for goal, least in bounds[-1].items()}
            candidates.append(plan)
    if all(plan is not None for plan in first):
        best.offer([plan for plan in first if plan is not None])
    tried = _central(candidates, futures[0].problem["year"].values <= until)[:TRIED]
    for number, candidate in enumerate(tried):
        heard("foresight_candidates", number, len(tried))
        best.offer(_adapted(best, futures, candidate, adapt))
    if best.plans is None:
        raise LimitError(told("no_early_decisions_for_all", count=len(tried)))
    shares = [sum(weights[member] for member in members) for members in chosen]
    return Grouped(_stages(ask, best, bounds, shares), tuple(best.plans))


def _group(
    session: Session, futures: Sequence[Future], members: Sequence[int], ask: Ask, until: int, tail: float | None,
    part: Callable[[Future, Ask, np.ndarray], Plan],
) -> tuple[dict[Goal, float], Plan]:  # fmt: skip
    """Bounds of a group's stages, and the plan of its first future."""
    total = sum(futures[member].weight for member in members)
    own = [replace(futures[member], weight=futures[member].weight / total) for member in members]
    others = [future for number, future in enumerate(futures) if number not in members]
    whole = stack(own, until, tail, others)
    outcome = session.outcome(whole.matrix, ask)
    return {stage.goal: stage.bound for stage in outcome.stages}, part(own[0], ask, whole.point(0, outcome.values))


def _central(candidates: Sequence[Plan], early: np.ndarray) -> list[Plan]:
    """Candidates without doubles, nearest to the mean of all first."""
    if not candidates:
        return []
    bits = np.array([np.concatenate([np.round(plan.flat[name].values[:, early]).ravel() for name in TAKEN]) for plan in candidates])
    away = np.abs(bits - bits.mean(axis=0)).sum(axis=1)
    _, kept = np.unique(bits, axis=0, return_index=True)
    return [candidates[number] for number in sorted(kept.tolist(), key=lambda number: (away[number], number))]


@dataclass
class _Best:
    """The best candidate so far; ``own`` are the bounds of the futures' own plans."""

    goals: Sequence[Goal]
    weights: Sequence[float]
    tail: float | None
    own: Sequence[dict[Goal, float]]
    plans: list[Plan] | None = None

    def known(self, members: Sequence[int]) -> dict[Goal, float]:
        """What the own plans of some futures prove for each stage."""
        weights = [self.weights[member] for member in members]
        return {goal: tail_mean([self.own[member][goal] for member in members], weights, self.share(goal)) for goal in self.goals}

    def share(self, goal: Goal) -> float | None:
        """The worst share that a stage is the mean of; nothing for an expected value."""
        return self.tail if goal is Goal.EMISSIONS else None

    def worth(self, plans: Sequence[Plan | None]) -> list[float]:
        """Value of each stage; a future that is not solved yet counts with the bound of its own plan."""
        found = []
        for goal in self.goals:
            values = [bound[goal] if plan is None else plan.value(goal) for plan, bound in zip(plans, self.own, strict=True)]
            found.append(tail_mean(values, self.weights, self.share(goal)))
        return found

    def hopeless(self, plans: Sequence[Plan | None]) -> bool:
        """Can these plans, whatever the futures that are not solved yet bring, no longer be better than the best?"""
        if self.plans is None:
            return False
        for found, least in zip(self.worth(plans), self.worth(self.plans), strict=True):
            room = REACHED * max(1.0, abs(least))
            if found < least - room:
                return False
            if found > least + room:
                return True
        return True

    def offer(self, plans: Sequence[Plan] | None) -> None:
        """Take plans that are better."""
        if plans is not None and not self.hopeless(plans):
            self.plans = list(plans)


def _adapted(best: _Best, futures: Sequence[Future], candidate: Plan, adapt: Adapt) -> list[Plan] | None:
    """Every future's plan with the early decisions of a candidate; nothing where one has none, or where it can not be the best."""
    found: list[Plan | None] = [None] * len(futures)
    for number, future in enumerate(futures):
        found[number] = adapt(future, candidate)
        if found[number] is None or best.hopeless(found):
            return None
    return [plan for plan in found if plan is not None]


def _stages(ask: Ask, best: _Best, bounds: Sequence[dict[Goal, float]], shares: Sequence[float]) -> list[Stage]:
    """Value, bound and gap of each stage over all futures; a bound only as long as the stages before reach theirs."""
    stages, known = [], True
    for goal, value in zip(ask.goals, best.worth(best.plans or []), strict=True):
        bound = float(sum(share * own[goal] for share, own in zip(shares, bounds, strict=True))) if known else -np.inf
        gap = max(value - bound, 0.0) / max(abs(value), 1e-9)
        status = Status.OPTIMAL if value - bound <= max(ask.options.gap_of(goal) * abs(value), ABSOLUTE_GAP) else Status.LIMIT
        stages.append(Stage(goal, status, value, bound, gap, 0.0, 0))
        known = known and value - bound <= REACHED * max(1.0, abs(value))
    return stages
