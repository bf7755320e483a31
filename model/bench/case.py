"""A scenario on its way to a solver, step by step, for the processes that measure it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from model.bench.highs import pass_to_highs, run_highs
from model.bench.instances import stage_instance
from model.bench.meter import Meter
from model.build import build, stages
from model.compile import compile_model
from model.examine import Terms, examine
from model.folders import Folders
from model.handover import Matrix
from model.names import Goal, Target
from model.problem import assemble
from model.runner import read_checked, stored_activity
from model.scenario import Scenario, read_scenario
from model.solution import decisions
from model.solve import Outcome
from model.tolerances import ROW


@dataclass
class Case:
    """A scenario on its way: its problem and matrix, the stage that is run, and the stages before it."""

    scenario: Scenario
    problem: xr.Dataset
    matrix: Matrix
    goal: Goal
    before: list[Goal]


def open_scenario(folders: Folders, name: str, meter: Meter) -> Case:
    """Read, assemble, build and compile a scenario, each step measured."""
    with meter.step("read"):
        scenario = read_scenario(folders.scenario(name))
        tables = read_checked(folders.province(scenario.data))
    with meter.step("problem"):
        problem = assemble(tables, scenario, stored_activity(folders, scenario))
    closest = scenario.targets is Target.CLOSEST
    with meter.step("build"):
        model = build(problem, stages(scenario.objectives, scenario.targets), scenario.boundary, closest=closest, lazy=True)
    with meter.step("compile"):
        matrix = compile_model(model)
    goal = Goal.EMISSIONS if Goal.EMISSIONS in scenario.objectives else scenario.objectives[0]
    return Case(scenario, problem, matrix, goal, [Goal.SHORTFALL] if closest else [])


def most(case: Case, goal: Goal, value: float) -> float:
    """The most that a kept stage may be; a millionth is left so that solvers of other tolerances find it feasible, too."""
    return value + max(case.scenario.keep * abs(value), ROW * max(1.0, abs(value)))


def relaxed_value(case: Case, goal: Goal, time_limit: float) -> float:
    """The most that a kept stage may be where nothing has to be whole."""
    instance = stage_instance(case.matrix, goal, {}).relaxed()
    answer = run_highs(pass_to_highs(instance, {"threads": 1, "time_limit": time_limit}), instance)
    return most(case, goal, answer.objective - instance.offset)


def examined(case: Case, point: npt.NDArray[np.float64]) -> float:
    """Largest violation of any rule, bound or ledger that the examiner finds in a point whose binaries are rounded.

    The point is not polished, so a binary that is off by its tolerance shows here times the size of what it switches.
    """
    goals = [*case.before, case.goal]
    values = {goal: case.matrix.worth(goal, point) for goal in goals}
    terms = Terms(goals, case.scenario.boundary, bool(case.before), values)
    found = examine(case.problem, decisions(case.problem, case.matrix, Outcome([], point)), terms)
    parts = (*found.violations.values(), *found.domains.values(), *found.ledger.values())
    return max(parts, default=np.nan) if not found.faults else np.nan
