"""Stages of the objective solved line by line: multipliers by column generation, a proven bound, a plan, production by another master.

Where branch and bound can not even solve the relaxation (thousands of lines over many years), the lines are let go one by one: rows that
couple them get multipliers (``generate``), every line's cheapest plan is found exactly (``paths``), and the sum is a bound
(``pricing``). Multipliers come from one line of each family of lines alike; the bound is always taken over all lines. The mixture is
rounded line by line (``rounding``), mended (``following``, ``repair``), and what is made is decided anew (``production``).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from model.decompose.coupling import Coupling, coupling
from model.decompose.fleet import Fleet
from model.decompose.following import Bonds, bonds, follow, unfit
from model.decompose.generate import Generated, Pool, generate
from model.decompose.master import Master
from model.decompose.pricing import Few, Pricer, representatives
from model.decompose.production import Produced, produce
from model.decompose.reading import Reader
from model.decompose.repair import Whole, bars, repair, whole_rows
from model.decompose.rounding import spread
from model.errors import LimitError
from model.handover import Floats, Matrix
from model.language import told
from model.names import Goal
from model.scenario import SolverOptions
from model.solve import Listener, Outcome, Progress, Stage, Status, silent

ROOM = 1e-3
"""Share by which a later stage may spoil an earlier one here: whole plans of lines do not meet a kept value to the last digit."""
FINE = 1e-4
"""Gap between mixture and bound at which multipliers are good enough."""
PENALTY = 10.0
"""Price of breaking a row by all that enters it, against the objective."""
MENDINGS = 6
"""Most times that bonds and rows are mended in turn."""
UNMET = 1e-5
"""Most slack of a plan that meets every row."""


@dataclass
class _Search:
    """What is known on the way through the stages."""

    matrix: Matrix
    options: SolverOptions
    listener: Listener
    fleet: Fleet
    parts: Coupling
    few: Few
    bound: Bonds
    whole: Whole
    pool: Pool = field(default_factory=Pool)
    kept: list[Floats] = field(default_factory=list)
    most: list[float] = field(default_factory=list)

    def kept_rows(self) -> sparse.csr_array:
        """Objectives of earlier stages as rows over the free columns."""
        return sparse.csr_array(np.array(self.kept)) if self.kept else sparse.csr_array((0, len(self.parts.free)))

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

    def stage(self, goal: Goal, former: Floats | None) -> tuple[Produced, float, int, Pricer]:
        """Plan, bound and rounds of one stage; ``former`` is the plan of the stage before."""
        began = time.perf_counter()
        pricer = Pricer(self.matrix, self.fleet, self.parts, goal)
        penalty = self.penalty(pricer)
        kept, most = self.kept_rows(), np.array(self.most)

        def heard(found: Generated) -> bool:
            seconds = time.perf_counter() - began
            met = found.mixture.slack.sum() < UNMET
            self.listener(Progress(goal, seconds, found.value if met else np.nan, found.bound, found.gap if met else np.nan))
            return seconds > self.options.time_limit

        master = Master(self.parts, pricer.costs, kept, most, self.tied(penalty))
        found = generate(pricer, master, self.pool, min(FINE, self.options.gap_of(goal) / 4 or FINE), self.few, heard)
        bound = pricer.price(master, found.prices).bound
        plans = [self.plan(pricer, found, kept, most, penalty)]
        if former is not None:
            plans.append(produce(self.matrix, pricer, former, kept, most, penalty, FINE))
        good = [plan for plan in plans if plan.slack < UNMET]
        if not good:
            raise LimitError(told("limit_without_plan", stage=told(f"goal_{goal}")))
        return min(good, key=lambda plan: plan.value), bound, found.rounds, pricer

    def plan(self, pricer: Pricer, found: Generated, kept: sparse.csr_array, most: Floats, penalty: Floats) -> Produced:
        """A plan from a mixture."""
        rough = spread(pricer, found, self.pool)
        return produce(self.matrix, pricer, self.mended(pricer, found.prices, rough), kept, most, penalty, FINE)

    def mended(self, pricer: Pricer, prices: Floats, plan: Floats) -> Floats:
        """A plan whose bonds and rows over whole decisions hold, as far as it can be found."""
        bound = self.bound
        spared = np.zeros(len(self.fleet.names), dtype=bool)
        spared[np.unique(self.fleet.of[bound.table.indices])] = True
        for _ in range(MENDINGS):
            plan = follow(pricer, bound, prices, plan, bars(self.whole, plan))
            plan = repair(pricer, self.whole, prices, plan, spared)
            if not len(unfit(self.fleet, self.parts, bound, plan)) and not self.whole.broken(plan).any():
                break
        return plan


def solve_by_lines(
    matrix: Matrix, goals: Sequence[Goal], options: SolverOptions, keep: float = 0.0, listener: Listener = silent
) -> Outcome:
    """Solve the stages in order, line by line; each keeps the values of those before it within ``max(keep, ROOM)``.

    Every stage's bound holds for the least value under what earlier stages were kept at. A stage counts as optimal where value and
    bound meet within its gap. Raises ``LimitError`` where no plan is found, ``SolverError`` for a matrix whose lines have rows that
    this way does not know.
    """
    reader = Reader(matrix)
    fleet = Fleet(reader, options.threads)
    parts = coupling(reader, fleet)
    search = _Search(matrix, options, listener, fleet, parts, representatives(fleet, parts), bonds(fleet, parts), whole_rows(fleet, parts))
    stages: list[tuple[Goal, float, float, int]] = []
    point: Floats | None = None
    for goal in goals:
        began = time.perf_counter()
        made, bound, rounds, pricer = search.stage(goal, point)
        point = made.point
        stages.append((goal, bound, time.perf_counter() - began, rounds))
        search.kept.append(pricer.costs)
        search.most.append(made.value - pricer.constant + max(keep, ROOM) * abs(made.value))
    final = np.zeros(0) if point is None else point
    return Outcome([_told(matrix, options, final, *stage) for stage in stages], final)


def _told(matrix: Matrix, options: SolverOptions, point: Floats, goal: Goal, bound: float, seconds: float, rounds: int) -> Stage:
    """A stage at the final plan."""
    value = matrix.worth(goal, point)
    gap = max(value - bound, 0.0) / max(abs(value), 1e-9)
    status = Status.OPTIMAL if gap <= options.gap_of(goal) else Status.LIMIT
    return Stage(goal, status, value, bound, gap, seconds, rounds)
