r"""What a clause's number is worth in emissions: the dual with all yes-or-no decisions fixed, and the clause really moved.

The dual says what emissions change by when a clause's number grows by one and no furnace, kiln or measure is decided
otherwise. Moving the clause by a step and solving again says what they do change by. Between both stands the same step
with the decisions fixed:

.. math::

    \Delta E = \lambda h + (E_{fixed}(h) - E - \lambda h) + (E(h) - E_{fixed}(h))

the dual times the step, what is lost where the dual's range ends within the step, what is won as lines are decided otherwise;
so the difference is explained to the last tonne. In a closest run every one of them first keeps the shortfall as small as
the moved clause allows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from model.errors import InfeasibleError, SolverError
from model.handover import Matrix
from model.names import Goal
from model.schema import BINARY, TAKEN
from model.session import Ask, Plan, Session, restricted
from model.solve import Listener, silent
from model.tradeoff.clauses import moved, size_of
from model.tradeoff.ground import Ground, resolved

SIDES = (-1, 1)
"""A clause is moved a step down and a step up."""


NEAR = 1e-5
"""Changes of emissions nearer than this (10ktCO2e, or share of the change) are the same: sums of thousands of floating-point terms."""


@dataclass(frozen=True)
class Bench:
    """What prices are measured at: the stored plan's decisions, and the least emissions that they allow."""

    base: Ground
    session: Session
    heard: Listener

    @property
    def goals(self) -> tuple[Goal, ...]:
        """Stages up to emissions."""
        return (Goal.SHORTFALL, Goal.EMISSIONS) if Goal.SHORTFALL in self.base.values else (Goal.EMISSIONS,)

    def settled(self) -> "Bench":
        """The same at the plan of least emissions, solved to the gap asked for (the stored one may have moved within its own)."""
        plan = self.solve(self.base.problem, fixed=False)
        stages = {stage.goal: stage for stage in plan.outcome.stages}
        values = {goal: stage.value for goal, stage in stages.items()}
        bounds = {goal: min(stage.bound, stage.value) for goal, stage in stages.items()}
        return replace(self, base=replace(self.base, flat=plan.flat, values=values, bounds=bounds))

    def solve(self, problem: xr.Dataset, *, fixed: bool, goals: tuple[Goal, ...] = (), limits: dict[Goal, float] | None = None) -> Plan:
        """Least emissions of a problem, with the plan's yes-or-no decisions or with any."""
        given = {name: self.base.flat[name].values for name in BINARY} if fixed else {}
        ask: Ask = replace(self.base.ask, goals=goals or self.goals, keep=0.0, fixed=given, limits=limits or {})
        return resolved(self.base, problem, ask, self.session, self.heard)


def dual_price(bench: Bench, clause: str, shift: float = 1.0) -> float:
    """Change of emissions (10ktCO2e) per unit of a clause's number, yes-or-no decisions fixed.

    Rows are compared before and after the clause grows by ``shift``: what their limits and coefficients change by, times
    their duals. So every rule in which the number stands counts, wherever it stands.
    """
    base, problem = bench.base, bench.base.problem
    after = moved(problem, clause, shift)
    best: dict[Goal, float] = {}
    drift = 0.0
    if Goal.SHORTFALL in base.values:
        plan = bench.solve(problem, fixed=True, goals=(Goal.SHORTFALL,))
        best = {Goal.SHORTFALL: plan.value(Goal.SHORTFALL)}
        drift = _drift(plan, _asked(bench, problem, plan.ask), _asked(bench, after, plan.ask), Goal.SHORTFALL)
    plan = bench.solve(problem, fixed=True, goals=(Goal.EMISSIONS,), limits=best)
    limits = {goal: value + drift for goal, value in best.items()}
    before = _asked(bench, problem, plan.ask)
    return _drift(plan, before, _asked(bench, after, replace(plan.ask, limits=limits)), Goal.EMISSIONS) / shift


def _asked(bench: Bench, problem: xr.Dataset, ask: Ask) -> Matrix:
    return restricted(problem, bench.session.compiled(problem, ask), ask)


def _drift(plan: Plan, before: Matrix, after: Matrix, goal: Goal) -> float:
    """First-order change of a stage's value from one matrix to another of the same rows and columns."""
    values, duals = plan.outcome.values, plan.outcome.duals[goal]
    name = f"objective_{goal}"
    ends = [np.where(duals > 0, asked.lower, asked.upper) for asked in (before, after)]
    limit = np.zeros(len(duals))
    stood = (duals != 0) & np.isfinite(ends[0]) & np.isfinite(ends[1])  # a dual towards a side that has no limit is rounding of the solver
    np.subtract(ends[1], ends[0], out=limit, where=stood)
    cost = (after.objectives[name] - before.objectives[name]) @ values + after.offsets[name] - before.offsets[name]
    return float(cost + duals @ (limit - (after.matrix - before.matrix) @ values))


def clause_prices(
    base: Ground, steps: dict[str, float], earlier: xr.Dataset | None = None, session: Session | None = None, heard: Listener = silent
) -> Iterator[xr.Dataset]:
    """Prices of clauses, each yielded with those before it.

    Args:
        base: A stored result.
        steps: How far each clause is moved, model units.
        earlier: What is stored of the same study.
        session: Solves; a new one by default.
        heard: Hears the solver.

    Yields:
        Over ``clause``: ``step``, ``dual`` (10ktCO2e per unit); over (``clause``, ``side``): changes of emissions for a step,
        10ktCO2e: ``fixed`` (yes-or-no decisions fixed; NaN where they no longer fit), ``solved`` (solved again; NaN: no plan),
        ``solved_low`` and ``solved_high`` (what the solver's gaps leave open), ``decided`` (moves and retrofits that differ).
    """
    done = earlier
    left = [clause for clause in steps if earlier is None or clause not in earlier["clause"].values]
    bench = Bench(base, session or Session(), heard)
    bench = bench.settled() if left else bench
    for clause in left:
        rows = [_moved(bench, clause, side * steps[clause]) for side in SIDES]
        row = xr.Dataset(
            {"step": ("clause", [steps[clause]]), "dual": ("clause", [dual_price(bench, clause)])}
            | {name: (("clause", "side"), np.array([[item[name] for item in rows]])) for name in rows[0]},
            coords={"clause": [clause], "side": list(SIDES)},
        )
        done = row if done is None else xr.concat([done, row], "clause")
        yield done
    if not left and done is not None:
        yield done


def _moved(bench: Bench, clause: str, by: float) -> dict[str, float]:
    """What emissions change by when a clause moves; nothing where its number would fall below zero."""
    found = dict.fromkeys(("fixed", "solved", "solved_low", "solved_high", "decided"), np.nan)
    if size_of(bench.base.problem, clause) + by < 0:
        return found
    problem, before = moved(bench.base.problem, clause, by), bench.base.values[Goal.EMISSIONS]
    plans = []
    for fixed in (True, False):
        try:
            plans.append(bench.solve(problem, fixed=fixed))
        except (InfeasibleError, SolverError) as error:
            if not fixed and not isinstance(error, InfeasibleError):
                raise
            continue
        if fixed:
            found["fixed"] = plans[-1].value(Goal.EMISSIONS) - before
    if not plans:
        return found
    shortfall = min(_first(plan, Goal.SHORTFALL) for plan in plans)
    level = [plan for plan in plans if _first(plan, Goal.SHORTFALL) <= shortfall + 1e-9 * max(1.0, abs(shortfall))]
    best = min(level, key=lambda plan: plan.value(Goal.EMISSIONS))
    lowest, bound = min(bench.base.bounds[Goal.EMISSIONS], before), plans[-1].bound(Goal.EMISSIONS)
    return found | {
        "solved": best.value(Goal.EMISSIONS) - before,
        "solved_low": min(bound, best.value(Goal.EMISSIONS)) - before,
        "solved_high": best.value(Goal.EMISSIONS) - lowest,
        "decided": float(changes(bench.base.flat, best.flat)),
    }


def _first(plan: Plan, goal: Goal) -> float:
    return plan.value(goal) if goal in plan.ask.goals else 0.0


def changes(before: xr.Dataset, after: xr.Dataset, names: Sequence[str] = TAKEN) -> int:
    """How many moves and installations differ between two plans."""
    return int(sum((np.round(before[name].values) != np.round(after[name].values)).sum() for name in names))


def difference(row: xr.Dataset) -> str:
    """Why dual and true change of one clause differ: ``same``, ``gap``, ``none``, ``lines`` or ``range``, the first that holds."""
    sides, step, dual = row["side"].values, float(row["step"]), float(row["dual"])
    solved, fixed, low, high = (row[name].values for name in ("solved", "fixed", "solved_low", "solved_high"))
    linear = dual * step * sides
    near = NEAR * np.maximum(1.0, np.abs(linear))
    known = ~np.isnan(solved)
    if known.all() and (np.abs(solved - linear) <= near).all():
        return "same"
    if known.all() and ((low - near <= linear) & (linear <= high + near)).all():
        return "gap"
    if not known.all():
        return "none"
    kept = ~np.isnan(fixed) & (np.abs(solved - fixed) <= near)
    return "range" if kept.all() else "lines"
