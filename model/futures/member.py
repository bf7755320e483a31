"""One future of a scenario: facts drawn, problem assembled, solved and examined; what is kept of the answer."""

import hashlib
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xarray as xr

from model.analysis import scorecard
from model.errors import InfeasibleError, InputError, LimitError, SolverError
from model.futures.draws import Draws, Floats
from model.futures.walls import wall
from model.names import Goal
from model.problem.assemble import Activity, assemble
from model.replay import unbalanced
from model.scenario import Scenario
from model.schema import BINARY, DECISIONS, LEDGERS
from model.session import Ask, Plan, Session, restricted
from model.solve import Start

LEDGERS_KEPT = ("reached", "sector_emission", "listed_capacity")
PACKAGES = ("pyomo", "highspy", "numpy", "scipy", "xarray")


class Status(IntEnum):
    """How a member ended. Only the first two have a plan."""

    TODO = 0
    OPTIMAL = 1
    LIMIT = 2  # a plan with the gap that stands beside it
    INFEASIBLE = 3  # no plan meets the clauses in this future
    NO_PLAN = 4  # the solver's limit came before any plan
    REFUSED = 5  # the solver failed, or the examiner did not accept its answer
    OUTSIDE = 6  # the drawn facts contradict the base year: no such future


SOLVED = (Status.OPTIMAL, Status.LIMIT)


@dataclass(frozen=True)
class Record:
    """What is kept of one member: its status and, with a plan, arrays by name (``fields``), else why; ``code`` made it."""

    status: Status
    code: str
    seconds: float
    arrays: Mapping[str, npt.NDArray[np.generic]] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True)
class Field:
    """Dims (beside ``member``), type and filler of a kept array."""

    dims: tuple[str, ...]
    dtype: str
    fill: float


def fields() -> dict[str, Field]:
    """Every array that a member keeps: all decisions, so that it can be examined again; some ledgers; stages; slack of clauses."""
    kept = {
        name: Field(spec.dims, "int8", -1) if name in BINARY else Field(spec.dims, "float64", np.nan) for name, spec in DECISIONS.items()
    }
    kept |= {name: Field(LEDGERS[name].dims, "float64", np.nan) for name in LEDGERS_KEPT}
    kept |= {name: Field(("clause",), "float64", np.nan) for name in ("asked", "slack")}
    return kept | {name: Field(("goal",), "float64", np.nan) for name in ("value", "bound", "gap", "stage_seconds")}


@dataclass(frozen=True)
class Task:
    """Everything that a worker needs, sent once: draws, scenario, its activity, what is asked, the code that asks, and a start.

    Every member starts from the same, so that an answer does not depend on who solved what before.
    """

    draws: Draws
    scenario: Scenario
    activity: Activity | None
    ask: Ask
    code: str
    start: Start | None = None

    def problem(self, positions: Floats) -> xr.Dataset:
        """The problem of one future."""
        return assemble(self.draws.tables_at(positions), self.scenario, self.activity)


@cache
def code_digest() -> str:
    """SHA-256 over the model's source files and the versions of the packages that make its numbers."""
    found = hashlib.sha256(" ".join(f"{name} {version(name)}" for name in PACKAGES).encode())
    root = Path(__file__).parent.parent
    for path in sorted(root.rglob("*.py")):
        found.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def solve_member(task: Task, session: Session, positions: Floats) -> Record:
    """Solve one future. What has no plan is an answer too: its status says why."""
    started = time.perf_counter()

    def ended(status: Status, why: str = "", arrays: Mapping[str, npt.NDArray[np.generic]] | None = None) -> Record:
        return Record(status, code_digest(), time.perf_counter() - started, arrays or {}, why)

    try:
        problem = task.problem(positions)
    except InputError as error:
        return ended(Status.OUTSIDE, str(error))
    missing = unbalanced(problem)
    if missing:
        return ended(Status.OUTSIDE, f"the base year does not balance: {', '.join(sorted(missing))}")
    matrix = session.compiled(problem, task.ask)
    try:
        plan = session.solve_matrix(problem, matrix, task.ask, start=task.start)
    except InfeasibleError:
        return ended(Status.INFEASIBLE, wall(problem, restricted(problem, matrix, task.ask), task.ask))
    except LimitError as error:
        return ended(Status.NO_PLAN, str(error))
    except SolverError as error:
        return ended(Status.REFUSED, str(error))
    return ended(Status.OPTIMAL if plan.outcome.optimal else Status.LIMIT, "", kept(plan))


def kept(plan: Plan) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays that a member keeps of its plan."""
    result, problem = plan.result, plan.problem
    found: dict[str, npt.NDArray[np.generic]] = {
        name: plan.flat[name].values.astype(kind.dtype) for name, kind in fields().items() if name in DECISIONS
    }
    found |= {name: result[name].transpose(*LEDGERS[name].dims).values for name in LEDGERS_KEPT}
    places = {clause: place for place, clause in enumerate(problem["clause"].values.tolist())}
    for name in ("asked", "slack"):
        column = np.full(len(places), np.nan)
        for score in scorecard(result, problem):
            column[places[score.clause]] = getattr(score, name)
        found[name] = column
    goals = list(Goal)
    for name in ("value", "bound", "gap", "stage_seconds"):
        column = np.full(len(goals), np.nan)
        for stage in plan.outcome.stages:
            column[goals.index(stage.goal)] = getattr(stage, name.removeprefix("stage_"))
        found[name] = column
    return found
