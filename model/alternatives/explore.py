"""Nearly optimal plans, each found by asking for as much as possible that no plan before it did.

A decision is a transition or a measure that a line takes (in whatever year) or does not take. It is settled once plans of both
kinds are known. Every step asks for a plan that settles as many decisions anew as it can; when the solver proves that no plan
inside the limits settles another one, the decisions left are the same in every such plan. Nothing is sampled: what is open is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from model.names import Goal
from model.schema import TAKEN
from model.session import Ask, Plan, Session, start_of
from model.solve import Listener, silent
from model.tolerances import INTEGRALITY
from model.tradeoff import Ground

Floats = npt.NDArray[np.float64]
Bits = npt.NDArray[np.bool_]
FIXED = ("on", "move", "fit", "install")
STEP_GAP = 0.02
"""Relative gap at which a step may stop; only the last one must be proven."""
HALF = 0.5


@dataclass(frozen=True)
class Terms:
    """What a search asks: the stage that may get worse, by which share of its best, how many plans, seconds of a step."""

    goal: Goal
    within: float
    most: int
    seconds: float


@dataclass(frozen=True)
class Known:
    """Plans found so far and whether it is proven that nothing else can be settled.

    Attributes:
        plans: Decisions over flat dims, the best plan first.
        bits: Per plan, whether each decision (steps, then retrofits) is taken.
        complete: Did the solver prove that every plan inside the limits agrees on what is not settled?
    """

    plans: tuple[xr.Dataset, ...]
    bits: Bits
    complete: bool

    @property
    def settled(self) -> Bits:
        """Decisions of which plans of both kinds are known."""
        return np.asarray(self.bits.any(axis=0) & ~self.bits.all(axis=0))


def bits_of(flat: xr.Dataset) -> Bits:
    """The decisions that a plan takes, over steps and then retrofits."""
    return np.concatenate([flat[name].values.sum(axis=1) > HALF for name in TAKEN])


def limits_of(base: Ground, terms: Terms) -> dict[Goal, float]:
    """Every stage before the one that may get worse at its best, and that one within its share."""
    limits: dict[Goal, float] = {}
    for goal, value in base.values.items():
        if goal is terms.goal:
            return limits | {goal: value + terms.within * abs(value)}
        limits[goal] = value
    return limits


def _asking(base: Ground, terms: Terms, known: Known, gap: float) -> tuple[Ask, float]:
    """A plan that settles most; and the value of the aim at which nothing is settled."""
    steps = base.problem.sizes["step"]
    reward = np.where(known.settled, 0.0, np.where(known.bits[0], 1.0, -1.0))
    years = np.ones(base.problem.sizes["year"])
    weights = {name: part[:, None] * years for name, part in zip(TAKEN, (reward[:steps], reward[steps:]), strict=True)}
    options = base.ask.options.model_copy(update={"gap": gap, "gaps": {}, "time_limit": terms.seconds})
    ask = replace(base.ask, goals=(Goal.AIM,), limits=limits_of(base, terms), aim=weights, options=options, keep=0.0)
    return ask, float((reward > 0).sum())


def explore(base: Ground, terms: Terms, known: Known | None = None, listener: Listener = silent) -> Iterator[Known]:
    """Plans within a share of a stage's best value, one more after every step, until nothing new can be settled.

    ``known`` is where an earlier search stopped. A search also ends when ``terms.most`` plans are known or a step ran out of time
    without a plan that settles anything; it is not complete then. Every plan is certified, with its continuous decisions at least
    emissions, then least cost. Source: modelling to generate alternatives (Brill, Chang and Hopkins 1982).
    """
    session, gap = Session(), STEP_GAP
    known = known or Known((base.flat,), bits_of(base.flat)[None, :], complete=False)
    while not known.complete and len(known.plans) < terms.most:
        ask, nothing = _asking(base, terms, known, gap)
        matrix = session.compiled(base.problem, ask)
        plan = session.solve_matrix(base.problem, matrix, ask, listener, start_of(base.problem, matrix, known.plans[-1]))
        if plan.value(Goal.AIM) <= nothing - HALF:
            flat = _sensible(base, terms, plan, session)
            known = replace(known, plans=(*known.plans, flat), bits=np.vstack([known.bits, bits_of(flat)]))
        elif plan.bound(Goal.AIM) > nothing - HALF or gap == 0:
            known = replace(known, complete=plan.bound(Goal.AIM) > nothing - 1 + INTEGRALITY)
            yield known
            return
        else:
            gap = 0.0
            continue
        yield known


def _sensible(base: Ground, terms: Terms, plan: Plan, session: Session) -> xr.Dataset:
    """The same binaries with the rest at least emissions, then least cost, inside the limits."""
    fixed = {name: np.round(plan.flat[name].values) for name in FIXED}
    ask = replace(base.ask, goals=(Goal.EMISSIONS, Goal.COST), limits=limits_of(base, terms), fixed=fixed, keep=0.0)
    matrix = session.compiled(base.problem, ask)
    return session.solve_matrix(base.problem, matrix, ask, silent, start_of(base.problem, matrix, plan.flat)).flat
