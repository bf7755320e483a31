"""Solves the stages of a model in turn with HiGHS in the process, reports progress, and polishes the last answer."""

import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from model.errors import InfeasibleError, LimitError, SolverError
from model.handover import Matrix, to_highs
from model.names import Goal
from model.scenario import SolverOptions
from model.tolerances import INTEGRALITY, STRICT

Floats = npt.NDArray[np.float64]


class Status(StrEnum):
    """How a stage ended with an answer."""

    OPTIMAL = "optimal"
    LIMIT = "limit"


@dataclass(frozen=True)
class Progress:
    """One sign of life: stage, seconds since its start, incumbent, bound and relative gap (NaN while unknown)."""

    stage: Goal
    seconds: float
    incumbent: float
    bound: float
    gap: float


@dataclass(frozen=True)
class Stage:
    """Outcome of a stage: value of its objective at the final point, proven bound, relative gap, work."""

    goal: Goal
    status: Status
    value: float
    bound: float
    gap: float
    seconds: float
    nodes: int


@dataclass
class Outcome:
    """The accepted answer of all stages; ``values`` are in the order of the matrix' columns.

    ``duals`` are those of the matrix' rows in the last stage's linear programme, its binaries fixed: what its objective
    changes by when a row's limit grows by one. They leave out the rows that keep earlier stages.
    """

    stages: list[Stage]
    values: Floats
    duals: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def optimal(self) -> bool:
        """Did every stage prove its gap?"""
        return all(stage.status is Status.OPTIMAL for stage in self.stages)


class LeaningError(SolverError):
    """An answer that holds only because its binaries are not quite 0 or 1."""


Listener = Callable[[Progress], None]


def _silent(progress: Progress) -> None:
    """Report nothing."""


def silent_highs() -> highspy.Highs:
    """A HiGHS instance without its banner, which it writes to the process's standard output before any option can be set."""
    sys.stdout.flush()
    kept, nowhere = os.dup(1), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        highs: highspy.Highs = getattr(highspy, "Highs")()  # noqa: B009 - the class ships without types
        highs.setOptionValue("output_flag", False)
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        os.close(nowhere)
    return highs


def _open(options: SolverOptions) -> highspy.Highs:
    """A quiet HiGHS with the scenario's settings."""
    highs = silent_highs()
    for name, value in (
        ("threads", options.threads), ("random_seed", options.seed),
        ("time_limit", options.time_limit), ("mip_feasibility_tolerance", INTEGRALITY),
    ):  # fmt: skip
        highs.setOptionValue(name, value)
    return highs


def _listen(highs: highspy.Highs, goal: Goal, listener: Listener) -> Callable[[], None]:
    """Pass HiGHS' MIP log events on; returns what stops it."""
    started = time.perf_counter()

    def heard(event: Any) -> None:
        out = event.data_out
        gap = out.mip_gap if np.isfinite(out.mip_gap) else np.nan
        listener(Progress(goal, time.perf_counter() - started, out.mip_primal_bound, out.mip_dual_bound, gap))

    highs.cbMipLogging.subscribe(heard)
    return lambda: highs.cbMipLogging.unsubscribe(heard)


def _solve_twice(highs: highspy.Highs, options: SolverOptions) -> None:
    """Solve; a verdict that no plan exists is believed only when a second solve without presolve agrees.

    HiGHS 1.16.0 was seen to call feasible models infeasible with presolve on, 1.15.1 with presolve off.
    """
    verdicts = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
    highs.run()
    if highs.getModelStatus() not in verdicts:
        return
    highs.clearSolver()
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("random_seed", options.seed + 1)
    highs.run()
    highs.setOptionValue("presolve", "choose")
    highs.setOptionValue("random_seed", options.seed)


def _accept(highs: highspy.Highs, goal: Goal) -> Status:
    """Accept a status, or raise what it means. Nothing is read before."""
    found = highs.getModelStatus()
    names = highspy.HighsModelStatus
    if found == names.kOptimal:
        return Status.OPTIMAL
    if found in (names.kInfeasible, names.kUnboundedOrInfeasible):
        raise InfeasibleError(f"no plan meets all clauses (stage '{goal}')")
    limits = (names.kTimeLimit, names.kIterationLimit, names.kSolutionLimit, names.kInterrupt)
    if found in limits and highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        return Status.LIMIT
    if found in limits:
        raise LimitError(f"the solver stopped at its limit before it found any plan (stage '{goal}')")
    raise SolverError(f"HiGHS ended with status {highs.modelStatusToString(found)} (stage '{goal}')")


def _set_goal(highs: highspy.Highs, matrix: Matrix, goal: Goal) -> None:
    row = matrix.objectives[f"objective_{goal}"]
    highs.changeColsCost(len(row), np.arange(len(row), dtype=np.int32), row)


def _polish(
    matrix: Matrix, kept: Sequence[tuple[Floats, float]], goal: Goal, values: Floats, options: SolverOptions
) -> tuple[Floats, Floats]:
    """Round the binaries, fix them, and solve the rest as a linear programme: no residue of a relaxed binary stays.

    Returns values of columns and duals of rows.
    """
    whole = np.flatnonzero(matrix.integer)
    rounded = np.round(values[whole])
    if len(whole) and np.abs(values[whole] - rounded).max() > INTEGRALITY:
        raise SolverError("the solver's binaries are further from 0 and 1 than its own tolerance allows")
    highs = _open(options)
    to_highs(matrix, highs)
    highs.changeColsBounds(len(whole), whole.astype(np.int32), rounded, rounded)
    highs.changeColsIntegrality(len(whole), whole.astype(np.int32), np.array([highspy.HighsVarType.kContinuous] * len(whole)))
    for row, value in kept:
        _keep(highs, row, value)
    _set_goal(highs, matrix, goal)
    _solve_twice(highs, options)
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise LeaningError("the rounded plan does not hold: the linear programme with its binaries fixed has no answer")
    answer = highs.getSolution()
    return np.array(answer.col_value), np.array(answer.row_dual)[: matrix.matrix.shape[0]]


def _stricter(highs: highspy.Highs, goal: Goal, options: SolverOptions) -> Status:
    """Solve a stage again with binaries that may hardly lean on their tolerance."""
    highs.clearSolver()
    highs.setOptionValue("mip_feasibility_tolerance", STRICT)
    _solve_twice(highs, options)
    highs.setOptionValue("mip_feasibility_tolerance", INTEGRALITY)
    return _accept(highs, goal)


def _keep(highs: highspy.Highs, row: Floats, value: float) -> None:
    used = np.flatnonzero(row).astype(np.int32)
    highs.addRow(-highspy.kHighsInf, value, len(used), used, row[used])


def solve(matrix: Matrix, goals: Sequence[Goal], options: SolverOptions, keep: float = 0.0, listener: Listener = _silent) -> Outcome:
    """Solve the stages in order; each keeps the values of those before it within ``keep`` (relative, default 0).

    Raises ``InfeasibleError``, ``LimitError`` or ``SolverError``; an answer at a limit comes back with its gap.
    """
    highs = _open(options)
    to_highs(matrix, highs)
    kept: list[tuple[Floats, float]] = []
    found: list[Stage] = []
    values: Floats | None = None
    duals = np.zeros(0)
    for goal in goals:
        started = time.perf_counter()
        row, offset = matrix.objectives[f"objective_{goal}"], matrix.offsets[f"objective_{goal}"]
        _set_goal(highs, matrix, goal)
        highs.setOptionValue("mip_rel_gap", options.gap_of(goal))
        if values is not None:
            start = highspy.HighsSolution()
            start.col_value = values.tolist()
            highs.setSolution(start)
        stop = _listen(highs, goal, listener)
        _solve_twice(highs, options)
        stop()
        status = _accept(highs, goal)
        try:
            values, duals = _polish(matrix, kept, goal, np.array(highs.getSolution().col_value), options)
        except LeaningError:
            status = _stricter(highs, goal, options)
            values, duals = _polish(matrix, kept, goal, np.array(highs.getSolution().col_value), options)
        info = highs.getInfo()
        value = float(row @ values)
        whole = bool(matrix.integer.any())
        bound = float(info.mip_dual_bound) if whole else value
        gap = max(value - bound, 0.0) / max(abs(value), 1e-9) if whole else 0.0
        found.append(
            Stage(goal, status, value + offset, bound + offset, gap, time.perf_counter() - started, max(int(info.mip_node_count), 0))
        )
        kept.append((row, value + keep * abs(value)))
        _keep(highs, *kept[-1])
    if values is None:
        raise SolverError("no stage to solve")
    final = [matrix.objectives[f"objective_{stage.goal}"] @ values + matrix.offsets[f"objective_{stage.goal}"] for stage in found]
    return Outcome([replace(stage, value=float(value)) for stage, value in zip(found, final, strict=True)], values, duals)
