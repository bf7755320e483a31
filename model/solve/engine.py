"""HiGHS, opened quietly with a scenario's settings, and what its statuses mean."""

import os
import sys

import highspy

from model.errors import InfeasibleError, LimitError, SolverError
from model.language import told
from model.names import Goal
from model.scenario import SolverOptions
from model.solve.outcome import Status
from model.tolerances import ABSOLUTE_GAP, INTEGRALITY, ROW

NONE = (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible)
"""Verdicts that no plan exists."""
DOUBTFUL = (*NONE, highspy.HighsModelStatus.kUnknown)
"""Verdicts that are believed only when a second solve agrees."""


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


def open_highs(options: SolverOptions) -> highspy.Highs:
    """A quiet HiGHS with the scenario's settings."""
    highs = silent_highs()
    configure(highs, options)
    return highs


def configure(highs: highspy.Highs, options: SolverOptions) -> None:
    """Give a HiGHS the scenario's settings."""
    for name, value in (
        ("threads", options.threads), ("random_seed", options.seed),
        ("time_limit", options.time_limit), ("mip_feasibility_tolerance", INTEGRALITY), ("mip_abs_gap", ABSOLUTE_GAP),
    ):  # fmt: skip
        highs.setOptionValue(name, value)


def run_twice(highs: highspy.Highs, options: SolverOptions) -> None:
    """Solve; that no plan exists, that nothing is known, or a point that is not quite feasible is believed only when a second solve agrees.

    The second solve goes without presolve. HiGHS 1.16.0 was seen to call feasible models infeasible with presolve on, 1.15.1 with
    presolve off, and to hand back points as optimal whose rows were off by 4e-5 after its presolve was undone.
    """
    _run(highs, options)
    if highs.getModelStatus() not in DOUBTFUL and not off(highs):
        return
    highs.clearSolver()
    highs.setOptionValue("presolve", "off")
    highs.setOptionValue("random_seed", options.seed + 1)
    _run(highs, options)
    highs.setOptionValue("presolve", "choose")
    highs.setOptionValue("random_seed", options.seed)


def off(highs: highspy.Highs) -> bool:
    """Is an optimal point further from feasible than the examiner would accept?"""
    return bool(highs.getModelStatus() == highspy.HighsModelStatus.kOptimal and highs.getInfo().max_primal_infeasibility > ROW)


def _run(highs: highspy.Highs, options: SolverOptions) -> None:
    """One run; HiGHS counts the time of all runs of an instance against its limit, a scenario means each."""
    highs.setOptionValue("time_limit", highs.getRunTime() + options.time_limit)
    highs.run()


def accept(highs: highspy.Highs, goal: Goal) -> Status:
    """Accept a status, or raise what it means. Nothing is read before."""
    found = highs.getModelStatus()
    names = highspy.HighsModelStatus
    if found == names.kOptimal:
        return Status.OPTIMAL
    if found in (names.kInfeasible, names.kUnboundedOrInfeasible):
        raise InfeasibleError(told("no_plan", stage=told(f"goal_{goal}")))
    limits = (names.kTimeLimit, names.kIterationLimit, names.kSolutionLimit, names.kInterrupt)
    if found in limits and highs.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        return Status.LIMIT
    if found in limits:
        raise LimitError(told("limit_without_plan", stage=told(f"goal_{goal}")))
    raise SolverError(told("ended_with_status", status=highs.modelStatusToString(found), stage=told(f"goal_{goal}")))
