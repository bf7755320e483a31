"""Stages of the objective solved line by line: multipliers by column generation, a proven bound, and a plan of whole paths.

Where branch and bound can not even solve the relaxation (thousands of lines over many years), the lines are let go one by one: rows that
couple them get multipliers (``generate``), every line's cheapest path is found exactly (``paths``), and the sum is a bound
(``pricing``). Multipliers come from one line of each family of lines alike; the bound is always taken over all lines. Paths found on
the way, and more of them with limits held a little tighter, are what blocks of lines alike choose from: how much of each kind takes
which path is a small linear programme (``blend``), and blocks are shared out by their sizes until every limit holds (``whole``).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from model.decompose.blend import Blend, Kept
from model.decompose.coupling import Coupling, coupling, whole_rows
from model.decompose.fleet import Fleet
from model.decompose.generate import Generated, Pool, generate
from model.decompose.kinds import Decided, Joint, joined, kinds
from model.decompose.master import Master
from model.decompose.patterns import Patterns
from model.decompose.pricing import Few, Pricer, representatives
from model.decompose.reading import Ints, Reader
from model.decompose.rounding import Path, candidates, paths
from model.decompose.whole import PRICE, Late, Rounding, decided, written
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
OTHERS, FEWEST = 1_000, 3
"""Paths that all lines together may choose from besides those that their families mix, and the fewest of one family."""
ROOM = 1e-3
"""Share of its limit by which a row over whole decisions is held inside while shares are decided, so that whole blocks fit."""
ROOM_OTHERS, ROOM_KEPT = 1e-4, 5e-4
"""The same for other rows, and for objectives of earlier stages."""
TIGHTER = 60
"""Rounds of column generation with rows held inside: paths that whole blocks need."""


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
    former: Decided | None = None

    def keeping(self) -> Kept:
        """Objectives of earlier stages as rows over the free columns."""
        width = len(self.parts.free)
        return Kept(sparse.csr_array(np.array(self.kept).reshape(-1, width)), np.array(self.most))

    def limits(self) -> Floats:
        """The larger of each coupling row's limits, 0 where it has none."""
        sides = (np.where(np.isfinite(side), np.abs(side), 0.0) for side in (self.parts.lower, self.parts.upper))
        return np.maximum(*sides)

    def penalty(self, pricer: Pricer) -> Floats:
        """Price of breaking each coupling row, and each kept objective."""
        reach = np.maximum(np.abs(self.parts.least), np.abs(self.parts.most))
        use = (pricer.costs != 0) & np.isfinite(reach)
        scale = max(1.0, float(np.abs(pricer.costs[use]) @ reach[use]))
        entering = abs(self.parts.lines) @ self.fleet.ceiling()
        size = np.maximum(self.limits(), 0.1 * entering)
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

        def heard(value: float, bound: float) -> bool:
            seconds = time.perf_counter() - began
            self.listener(Progress(goal, seconds, value, bound, (value - bound) / max(abs(value), 1e-9)))
            return seconds > self.options.time_limit

        master = Master(self.parts, pricer.costs, kept.rows, kept.most, self.tied(penalty))
        gap = self.options.gap_of(goal)
        found = generate(
            pricer, master, self.pool, min(FINE, gap / 4 or FINE), self.few,
            lambda now: heard(now.value if now.met else np.nan, now.bound),
        )  # fmt: skip
        if not found.met and found.gap <= FINE:
            raise LimitError(told("no_mixture", stage=told(f"goal_{goal}")))
        bound = pricer.price(master, found.prices).bound

        def late(value: float) -> bool:
            return heard(value, bound)

        point, value = self.plan(pricer, found, kept, penalty, late, bound, gap)
        if point is None:
            raise LimitError(told("limit_without_plan" if late(np.nan) else "no_whole", stage=told(f"goal_{goal}")))
        return Plan(point, value, bound, found.rounds, time.perf_counter() - began), pricer

    def room(self, pricer: Pricer, found: Generated, kept: Kept) -> Floats:
        """How far each priced row, and each kept objective, is held inside its limit."""
        parts, tie = self.parts, self.parts.tie
        entering = np.zeros(pricer.rows)
        for effects, shares in zip(self.pool.effects, found.shares, strict=True):
            entering += np.abs(effects).T @ shares
        size = np.maximum(entering, tie @ self.limits())
        share = np.where(tie @ whole_rows(pricer.fleet, parts).astype(float) > 0, ROOM, ROOM_OTHERS)
        share[tie @ parts.site.astype(float) > 0] = 0.0
        return np.concatenate([share * size, ROOM_KEPT * np.abs(kept.most)])

    def tighter(self, pricer: Pricer, found: Generated, kept: Kept, penalty: Floats, room: Floats, late: Late) -> Generated:
        """Column generation with rows held inside."""
        master = Master(self.parts, pricer.costs, kept.rows, kept.most, self.tied(penalty))
        master.tighten(room, PRICE * abs(found.bound))
        return generate(
            pricer, master, self.pool, FINE, self.few, lambda now: now.rounds > TIGHTER or late(np.nan), found.prices
        )  # fmt: skip

    def plan(
        self, pricer: Pricer, found: Generated, kept: Kept, penalty: Floats, late: Late, bound: float, gap: float
    ) -> tuple[Floats | None, float]:  # fmt: skip
        """A plan from a mixture; None where rows stay broken."""
        blocks, inside = kinds(pricer, self.few)
        extra = max(FEWEST, OTHERS // len(self.fleet.names))
        mixed = [paths(found, self.pool, family, at) for at, family in enumerate(self.few.families)]
        room = np.zeros(self.parts.tie.shape[0] + len(kept.most))
        if not all(kind.single for kind in blocks):
            room = self.room(pricer, found, kept)
            found = self.tighter(pricer, found, kept, penalty, room, late)
        chosen = [_merged(*both) for both in zip(candidates(pricer, self.few, found, self.pool, extra), mixed, strict=True)]
        joint = [joined(kind, self.few, chosen, self.pool) for kind in blocks]
        known = self.former.add(blocks, chosen, joint) if self.former else []
        patterns = Patterns(pricer, self.few)
        patterns.learn(self.pool)
        patterns.add(chosen)
        blend = Blend(pricer, self.few, patterns, chosen, blocks, joint, inside, kept, penalty)
        rows = pricer.rows
        wide = np.concatenate([(self.parts.tie.T @ room[:rows])[~inside], room[rows:]])[blend.row]
        whole = Rounding(blend, wide).run(bound, gap, late, self._start(blend, known))
        if whole is None:
            return None, np.nan
        self.former = decided(blend, whole)
        return written(blend, whole), whole.value

    def _start(self, blend: Blend, known: list[list[Joint]]) -> list[Ints] | None:
        """The paths that blocks took in the stage before, by their numbers now; None in the first stage."""
        if self.former is None:
            return None
        numbers = zip(blend.paths, known, self.former.taken, strict=True)
        return [np.array([paths.index(path) for path in used], dtype=np.int64)[taken] for paths, used, taken in numbers]


def _merged(first: list[Path], second: list[Path]) -> list[Path]:
    """The first paths, and those of the second that are not among them, without a share."""
    known = {path.values.tobytes() for path in first}
    return [*first, *(Path(0.0, path.values) for path in second if path.values.tobytes() not in known)]


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
    return Stage(goal, status, value, plan.bound, gap, plan.seconds, 0)
