"""One answer whatever the solver does on its way: presolve on and off, three seeds each; every pair of proven intervals overlaps."""

from itertools import product
from pathlib import Path

import highspy
import numpy as np
import pytest

from model.errors import InfeasibleError
from model.folders import Folders
from model.handover import Matrix, to_highs
from model.names import Goal
from model.runner import prepare
from model.session import Ask, Session, ask_of, restricted
from tests.nightly import NIGHTLY

ROOT = Path(__file__).parent.parent
NAMES = ("example", "infeasible-example", *(("plan", "scope1", "infeasible-kiln-days") if NIGHTLY else ()))
"""What is small, and by night what has the plan's size; a scenario of it takes six solves of up to a minute."""
SECONDS = 60.0
"""Time limit of one solve: a bound that is not yet closed must still lie below every value."""
ROOM = 1e-6
"""The shortfall may be this much above its best, as in the stages themselves."""


def answer(matrix: Matrix, goal: Goal, gap: float, presolve: str, seed: int) -> tuple[float, float]:
    """Bound and value of a stage; both infinite where no plan exists, the value alone where none was found in time."""
    highs = highspy.Highs()
    for option, value in (("output_flag", False), ("threads", 1), ("presolve", presolve), ("random_seed", seed), ("mip_rel_gap", gap),
                          ("time_limit", SECONDS)):  # fmt: skip
        highs.setOptionValue(option, value)
    to_highs(matrix, highs)
    row = matrix.objectives[f"objective_{goal}"]
    highs.changeColsCost(len(row), np.arange(len(row), dtype=np.int32), row)
    highs.run()
    status, information = highs.getModelStatus(), highs.getInfo()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return np.inf, np.inf
    assert status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kTimeLimit), highs.modelStatusToString(status)
    found = information.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return information.mip_dual_bound, information.objective_function_value if found else np.inf


@pytest.mark.parametrize("name", NAMES)
def test_presolve_and_seed_change_no_answer(name: str) -> None:
    """For the first stage that is no shortfall, with the shortfall at its best where targets may be missed."""
    folders, session = Folders(ROOT), Session()
    _, scenario, problem = prepare(folders, name, without_activity=True)
    asked = ask_of(scenario)
    goal = next(goal for goal in asked.goals if goal is not Goal.SHORTFALL)
    ask = Ask((goal,), asked.boundary, asked.closest, options=asked.options)
    possible = True
    if asked.closest:
        best = Ask((Goal.SHORTFALL,), asked.boundary, asked.closest, options=asked.options)
        try:
            least = session.solve(problem, best).value(Goal.SHORTFALL)
            ask = Ask((goal,), asked.boundary, asked.closest, options=asked.options, limits={Goal.SHORTFALL: least + ROOM})
        except InfeasibleError:  # however far targets are missed: every solve must say the same
            possible = False
    matrix = restricted(problem, session.compiled(problem, ask), ask)
    found = [answer(matrix, goal, ask.options.gap_of(goal), presolve, seed) for presolve, seed in product(("on", "off"), range(3))]
    values, bounds = np.array([value for _, value in found]), np.array([bound for bound, _ in found])
    least_value = values.min()
    if np.isposinf(least_value):
        assert np.isposinf(bounds).any(), "no solve found a plan, and none that there is none"
        return
    assert possible
    assert bounds.max() <= least_value + 1e-6 * max(1.0, abs(least_value)), (name, found)
