"""Solves the stages of a matrix in turn with HiGHS in the process.

Each stage ends with its binaries rounded and fixed and the rest solved as a linear programme, so that no residue of a relaxed binary
stays. Where a like plan is given to start from, a stage is first tried without branching: the relaxation gives the bound, the
plan's binaries (or those of its neighbourhood) an answer; if the two meet within the gap asked for, that is the proof.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np

from model.errors import LimitError, SolverError
from model.handover import Matrix, to_highs
from model.language import told
from model.names import Goal
from model.scenario import SolverOptions
from model.solve.engine import NONE, accept, open_highs, run_twice
from model.solve.hearing import heard
from model.solve.implied import implied_bounds
from model.solve.outcome import Floats, Listener, Outcome, Stage, Start, Status, silent
from model.solve.relaxation import Fixed, Relaxation, Relaxed, add_kept, presolved, set_goal
from model.tolerances import ABSOLUTE_GAP, INTEGRALITY, ROW, STRICT

NEIGHBOURHOOD_NODES = 50
"""Most branch-and-bound nodes spent on the neighbourhood of a start before the whole problem is branched on."""
AGREE = 1e-6
"""A relaxed binary this close to the start's value agrees with it."""


@dataclass
class _Search:
    """One run through the stages: what is kept so far, and the instances in hand.

    ``hope`` are the columns of the start while its binaries may still hold, ``hoped`` what they came to in the stage in hand;
    ``owed`` is the stage whose kept objective has not narrowed the columns yet.
    """

    matrix: Matrix
    options: SolverOptions
    listener: Listener
    relaxation: Relaxation
    kept: list[tuple[Floats, float]]
    hope: Floats | None
    hoped: float = -np.inf
    owed: Goal | None = None

    def loaded(self, goal: Goal, matrix: Matrix) -> highspy.Highs:
        """A new instance with the matrix, what is kept so far, and a stage's objective."""
        highs = open_highs(self.options)
        to_highs(matrix, highs)
        for row, value in self.kept:
            add_kept(highs, row, value)
        set_goal(highs, matrix, goal)
        return highs

    def mip(
        self, goal: Goal, start: Floats | None, *, fixed: tuple[Floats, Floats] | None = None, integrality: float = INTEGRALITY
    ) -> highspy.Highs:
        """Branch and bound on a stage; ``fixed`` (mask over binaries, values) restricts it to a neighbourhood."""
        if fixed is None:
            self.settle()
        matrix = self.matrix
        if fixed is not None:
            matrix = matrix.with_fixed(self.relaxation.whole[fixed[0].astype(bool)].astype(np.int64), fixed[1][fixed[0].astype(bool)])
        highs = self.loaded(goal, matrix)
        highs.setOptionValue("mip_feasibility_tolerance", integrality)
        if fixed is not None:
            highs.setOptionValue("mip_max_nodes", NEIGHBOURHOOD_NODES)
        highs.setOptionValue("mip_rel_gap", self.options.gap_of(goal) / (2 if fixed else 1))
        if start is not None:
            given = highspy.HighsSolution()
            given.col_value = start.tolist()
            highs.setSolution(given)
            highs.setOptionValue("mip_heuristic_run_rens", False)  # a start makes it dear: 33 s against 9 s on the plan's cost stage
        with heard(highs, goal, self.listener, self.matrix.offsets[f"objective_{goal}"]):
            if fixed is None:
                run_twice(highs, self.options)
            else:
                highs.run()
        return highs

    def within(self, goal: Goal, value: float, bound: float) -> bool:
        """Do value and bound meet within the gap asked for?"""
        return value - bound <= max(self.options.gap_of(goal) * abs(value), ABSOLUTE_GAP)

    def nearly(self, goal: Goal, value: float, bound: float) -> bool:
        """The same for a polished answer, with room for rounding: whole binaries may cost what leaning on their tolerance had won."""
        return self.within(goal, value, bound + ROW * max(1.0, abs(value)))

    def keep(self, goal: Goal, most: float, relaxed: Relaxed | None) -> None:
        """Keep a stage's objective at or below ``most`` from now on, with what that implies for the whole columns."""
        row = self.matrix.objectives[f"objective_{goal}"]
        if relaxed is not None and relaxed.duals is not None:
            self.narrow(row, relaxed.duals, most)
        else:
            self.owed = goal
        self.kept.append((row, most))
        self.relaxation.keep(row, most)
        if self.hoped > most + ROW * max(1.0, abs(most)):
            self.hope = None

    def narrow(self, row: Floats, duals: Floats, most: float) -> None:
        """Narrow the whole columns to what ``row @ x <= most`` leaves them."""
        lower, upper = implied_bounds(self.matrix, self.kept, row, duals, most)
        self.matrix = replace(self.matrix, column_lower=lower, column_upper=upper)
        self.relaxation.narrow(lower, upper)

    def settle(self) -> None:
        """Before branching, narrow by the stage before where that was not done yet; nothing where its relaxation reaches the limit."""
        goal, self.owed = self.owed, None
        if goal is None or not self.matrix.integer.any():
            return
        try:
            relaxed = self.relaxation.bound(goal, None)
        except LimitError:  # only speed hangs on it
            return
        if relaxed is not None and relaxed.duals is not None:
            row, most = self.kept[-1]
            self.narrow(row, relaxed.duals, most)

    def neighbour(self, goal: Goal, relaxed: Relaxed, start: Floats) -> Fixed | None:
        """The best plan found among those that differ from the start only where the relaxation does."""
        whole = self.relaxation.whole
        agree = np.abs(relaxed.point[whole] - start[whole]) <= AGREE
        highs = self.mip(goal, None, fixed=(agree.astype(float), np.round(start[whole])))
        if highs.getModelStatus() in NONE or highs.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return None
        return self.relaxation.fixed(goal, np.array(highs.getSolution().col_value)[whole])

    def unbranched(self, goal: Goal, start: Start, former: Floats | None) -> "tuple[Fixed | None, Relaxed | None]":
        """An answer and a bound without branching on the whole problem, from the binaries of the stage before or of the start.

        The neighbourhood is that of the stage before where there is one: a plan of other facts says little once a stage is kept. On the
        real plan its neighbourhood then holds no plan at all, while that of the same future's own last answer holds one within 0.3 % of
        the least emissions after half a second.
        """
        relaxed = self.relaxed(goal, start)
        if relaxed is None:
            return None, None
        best = None if former is None else self.relaxation.fixed(goal, former[self.relaxation.whole])
        self.hoped = -np.inf
        if self.hope is not None and not (best and self.within(goal, best.value, relaxed.value)):
            found = self.relaxation.fixed(goal, self.hope[self.relaxation.whole])
            self.hoped = np.inf if found is None else found.value
            best = _better(found, best)
        if not (best and self.within(goal, best.value, relaxed.value)):
            best = _better(self.neighbour(goal, relaxed, start.values if former is None else former), best)
        return best, relaxed

    def from_former(self, goal: Goal, former: Floats) -> tuple[Fixed | None, float, bool]:
        """A plan and a bound where only the stage before has an answer, and whether branching should start from that plan.

        Least shortfall says little about emissions: its own binaries emit 5 % too much, and so few plans keep the shortfall to the last
        digit that branching may find none (`merger_double`: 120 s, gap 4.5 %). Its neighbourhood holds one within 0.3 % after half a
        second. Before cost the neighbourhood is nearly the whole, and the binaries themselves are good enough.
        """
        best = self.relaxation.fixed(goal, former[self.relaxation.whole])
        if goal is not Goal.EMISSIONS:
            return best, -np.inf, best is not None
        try:
            relaxed = self.relaxed(goal, Start(former, other_facts=True))
        except LimitError:  # only speed hangs on it
            relaxed = None
        if relaxed is None:
            return best, -np.inf, False
        near = self.neighbour(goal, relaxed, former)
        return _better(near, best), relaxed.value, near is not None

    def relaxed(self, goal: Goal, start: Start) -> Relaxed | None:
        """Bound and point of a stage. Raises ``InfeasibleError`` where the first has no answer even without whole numbers.

        The first stage is relaxed plainly even where facts are others, since its duals narrow the stages that follow.
        """
        found = presolved(self.loaded(goal, self.matrix), self.options) if start.other_facts and self.kept else None
        found = found or self.relaxation.bound(goal, start.bases.get(goal))
        if found is None and not self.kept and self.relaxation.highs.getModelStatus() in NONE:
            accept(self.relaxation.highs, goal)
        return found


def _better(found: Fixed | None, best: Fixed | None) -> Fixed | None:
    return found if found is not None and (best is None or found.value < best.value) else best


def _polished(search: _Search, goal: Goal, highs: highspy.Highs) -> Fixed | None:
    """The solver's answer with its binaries rounded and fixed and the rest solved as a linear programme.

    Nothing where it held only because its binaries leaned on their tolerance, which a tight limit can make worth while.
    """
    binaries = np.array(highs.getSolution().col_value)[search.relaxation.whole]
    if len(binaries) and np.abs(binaries - np.round(binaries)).max() > INTEGRALITY:
        raise SolverError(told("binaries_off"))
    return search.relaxation.fixed(goal, binaries)


def _stage(search: _Search, goal: Goal, start: Start | None, former: Floats | None) -> tuple[Fixed, float, Status, int, Relaxed | None]:
    """Answer, bound, status, nodes and relaxation of one stage; ``former`` is the answer of the stage before."""
    best, relaxed = (None, None) if start is None else search.unbranched(goal, start, former)
    if best is not None and relaxed is not None and search.within(goal, best.value, relaxed.value):
        return best, relaxed.value, Status.OPTIMAL, 0, relaxed
    hopeful = best is not None
    if start is None and former is not None:
        best, proven, hopeful = search.from_former(goal, former)
        if best is not None and search.within(goal, best.value, proven):
            return best, proven, Status.OPTIMAL, 0, None
    highs = search.mip(goal, best.point if best is not None and hopeful else None)
    try:
        status = accept(highs, goal)
    except LimitError:
        if best is None:
            raise
        return best, highs.getInfo().mip_dual_bound, Status.LIMIT, max(int(highs.getInfo().mip_node_count), 0), relaxed
    whole = search.matrix.integer.any()
    answer = _polished(search, goal, highs)
    if answer is None or (whole and status is Status.OPTIMAL and not search.nearly(goal, answer.value, highs.getInfo().mip_dual_bound)):
        highs = search.mip(goal, None if answer is None else answer.point, integrality=STRICT)
        status = accept(highs, goal)
        strict = _polished(search, goal, highs)
        if strict is None:
            raise SolverError(told("rounded_fails"))
        answer = _better(strict, answer) or strict
    best = _better(answer, best) or answer
    info = highs.getInfo()
    bound = float(info.mip_dual_bound) if whole else best.value
    if status is Status.OPTIMAL and not search.nearly(goal, best.value, bound):
        status = Status.LIMIT
    return best, bound, status, max(int(info.mip_node_count), 0), relaxed


def solve(
    matrix: Matrix,
    goals: Sequence[Goal],
    options: SolverOptions,
    keep: float = 0.0,
    listener: Listener = silent,
    start: Start | None = None,
    relaxation: Relaxation | None = None,
) -> Outcome:
    """Solve the stages in order; each keeps the values of those before it within ``keep`` (relative, default 0).

    ``start`` is a plan of a like problem; ``relaxation`` an instance to be used again. Neither changes what is proven.
    Raises ``InfeasibleError``, ``LimitError`` or ``SolverError``; an answer at a limit comes back with its gap.
    """
    held = relaxation or Relaxation()
    held.load(matrix, options)
    if start is not None and len(start.values) != matrix.matrix.shape[1]:
        start = None
    search = _Search(matrix, options, listener, held, [], start.values if start else None)
    outcome = Outcome([], np.zeros(0))
    for goal in goals:
        began = time.perf_counter()
        answer, bound, status, nodes, relaxed = _stage(search, goal, start, outcome.values if outcome.stages else None)
        offset = matrix.offsets[f"objective_{goal}"]
        gap = max(answer.value - bound, 0.0) / max(abs(answer.value), 1e-9)
        took = time.perf_counter() - began
        outcome.stages.append(Stage(goal, status, answer.value + offset, bound + offset, gap, took, nodes))
        outcome.values, outcome.duals[goal] = answer.point, answer.duals
        if relaxed is not None and relaxed.basis is not None:
            outcome.bases[goal] = relaxed.basis
        search.keep(goal, answer.value + keep * abs(answer.value), relaxed)
    if not outcome.stages:
        raise SolverError(told("no_stage"))
    outcome.stages = [replace(stage, value=matrix.worth(stage.goal, outcome.values)) for stage in outcome.stages]
    return outcome
