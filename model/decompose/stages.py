"""Stages of the objective solved line by line: multipliers by column generation, a proven bound, and a plan chosen among known paths.

Where branch and bound can not even solve the relaxation (thousands of lines over many years), the lines are let go one by one: rows that
couple them get multipliers (``generate``), every line's cheapest path is found exactly (``paths``), and the sum is a bound
(``pricing``). Multipliers come from one line of each family of lines alike; the bound is always taken over all lines. Of the paths that
were found each line takes one, and what is made is decided with them (``choice``).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from model.decompose.choice import Kept, Programme
from model.decompose.coupling import Coupling, coupling
from model.decompose.dive import Dive
from model.decompose.fleet import Fleet
from model.decompose.generate import Generated, Pool, generate
from model.decompose.master import Master
from model.decompose.pricing import Few, Pricer, representatives
from model.decompose.reading import Reader
from model.decompose.rounding import candidates
from model.decompose.units import Patterns, units
from model.errors import LimitError
from model.handover import Floats, Matrix
from model.language import told
from model.names import Goal
from model.scenario import SolverOptions
from model.solve import Listener, Outcome, Progress, Stage, Status, silent

FINE = 1e-4
"""Gap between mixture and bound at which multipliers are good enough."""
PENALTY = 10.0
"""Price of breaking a row by all that enters it, against the objective."""
OTHERS = 1_000
"""Choices of paths that all lines together have besides those that their families mix."""
UNMET = 1e-6
"""Most slack, against its limit, of a plan that meets every row."""


@dataclass(frozen=True)
class Plan:
    """All columns of the matrix, value and bound of a stage, rounds of column generation, seconds."""

    point: Floats
    value: float
    bound: float
    rounds: int
    seconds: float


@dataclass
class _Search:
    """What is known on the way through the stages."""

    matrix: Matrix
    options: SolverOptions
    listener: Listener
    fleet: Fleet
    parts: Coupling
    few: Few
    pool: Pool = field(default_factory=Pool)
    kept: list[Floats] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def keeping(self) -> Kept:
        """Objectives of earlier stages as rows over the free columns."""
        width = len(self.parts.free)
        return Kept(sparse.csr_array(np.array(self.kept).reshape(-1, width)), np.array(self.most))

    def penalty(self, pricer: Pricer) -> Floats:
        """Price of breaking each coupling row, and each kept objective."""
        reach = np.maximum(np.abs(self.parts.least), np.abs(self.parts.most))
        use = (pricer.costs != 0) & np.isfinite(reach)
        scale = max(1.0, float(np.abs(pricer.costs[use]) @ reach[use]))
        entering = abs(self.parts.lines) @ self.fleet.ceiling()
        limits = [np.where(np.isfinite(side), np.abs(side), 0.0) for side in (self.parts.lower, self.parts.upper)]
        size = np.maximum(np.maximum(*limits), 0.1 * entering)
        return PENALTY * scale / np.concatenate([np.maximum(size, 1e-3), np.maximum(np.abs(np.array(self.most)), 1e-3)])

    def tied(self, penalty: Floats) -> Floats:
        """The same for rows that share a multiplier."""
        rows = len(self.parts.rows)
        first = self.parts.tie.indices[self.parts.tie.indptr[:-1]]
        return np.concatenate([penalty[:rows][first], penalty[rows:]])

    def stage(self, goal: Goal) -> tuple[Plan, Pricer]:
        """Plan and bound of one stage."""
        began = time.perf_counter()
        pricer = Pricer(self.matrix, self.fleet, self.parts, goal)
        penalty, kept = self.penalty(pricer), self.keeping()

        def heard(found: Generated) -> bool:
            seconds = time.perf_counter() - began
            met = found.mixture.slack.sum() < UNMET
            self.listener(Progress(goal, seconds, found.value if met else np.nan, found.bound, found.gap if met else np.nan))
            return seconds > self.options.time_limit

        master = Master(self.parts, pricer.costs, kept.rows, kept.most, self.tied(penalty))
        gap = self.options.gap_of(goal)
        found = generate(pricer, master, self.pool, min(FINE, gap / 4 or FINE), self.few, heard)
        bound = pricer.price(master, found.prices).bound
        point, value = self.plan(pricer, found, kept, penalty, lambda: time.perf_counter() - began > self.options.time_limit)
        if point is None:
            raise LimitError(told("limit_without_plan", stage=told(f"goal_{goal}")))
        return Plan(point, value, bound, found.rounds, time.perf_counter() - began), pricer

    def plan(
        self, pricer: Pricer, found: Generated, kept: Kept, penalty: Floats, late: Callable[[], bool]
    ) -> tuple[Floats | None, float]:  # fmt: skip
        """A plan from a mixture; None where rows stay broken."""
        chosen = candidates(pricer, self.few, found, self.pool, OTHERS // len(self.fleet.names))
        patterns = Patterns(pricer, self.few)
        patterns.learn(self.pool)
        patterns.add(chosen)
        programme = Programme(pricer, patterns, kept, penalty)
        for unit in units(pricer, self.few):
            programme.begin(unit, chosen[unit.number])
        programme.flush()
        programme.settle()
        end = Dive(pricer, self.few, patterns, programme, penalty[programme.slack_row]).run(late)
        whole = not end.left and end.point[programme.slacks].max(initial=0.0) <= UNMET
        return (programme.point(end.point) if whole else None), end.value


def solve_by_lines(
    matrix: Matrix, goals: Sequence[Goal], options: SolverOptions, keep: float = 0.0, listener: Listener = silent
) -> Outcome:
    """Solve the stages in order, line by line; each keeps the values of those before it within ``keep``, or within their gap.

    Every stage's bound holds for the least value under what earlier stages were kept at. A stage counts as optimal where value and
    bound meet within its gap. Raises ``LimitError`` where no plan is found, ``SolverError`` for a matrix whose lines have rows that
    this way does not know.
    """
    reader = Reader(matrix)
    fleet = Fleet(reader, options.threads)
    parts = coupling(reader, fleet)
    search = _Search(matrix, options, listener, fleet, parts, representatives(fleet, parts))
    plans: list[tuple[Goal, Plan]] = []
    for goal in goals:
        plan, pricer = search.stage(goal)
        plans.append((goal, plan))
        search.kept.append(pricer.costs)
        allowed = max(plan.value + keep * abs(plan.value), plan.bound + options.gap_of(goal) * abs(plan.bound))
        search.most.append(allowed - pricer.constant)
    point = plans[-1][1].point if plans else np.zeros(0)
    return Outcome([_told(matrix, options, point, goal, plan) for goal, plan in plans], point)


def _told(matrix: Matrix, options: SolverOptions, point: Floats, goal: Goal, plan: Plan) -> Stage:
    """A stage at the final plan."""
    value = matrix.worth(goal, point)
    gap = max(value - plan.bound, 0.0) / max(abs(value), 1e-9)
    status = Status.OPTIMAL if gap <= options.gap_of(goal) else Status.LIMIT
    return Stage(goal, status, value, plan.bound, gap, plan.seconds, plan.rounds)
