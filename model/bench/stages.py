"""Every step of a run on one data folder, measured: from loading to storing, with the linear relaxation as the solve."""

from pathlib import Path
from typing import Any

import numpy as np

from model.bench.case import Case, most, open_scenario
from model.bench.highs import pass_to_highs, run_highs
from model.bench.instances import stage_instance
from model.bench.meter import Meter
from model.errors import LimitError, SolverError
from model.examine import Terms, examine
from model.folders import Folders
from model.solution import decisions, dense
from model.solve import Outcome, solve
from model.store import save

STAGES = ("read", "problem", "build", "compile", "handover", "lp", "mip", "extract", "certify", "store")
GAP = 1e-3
"""The gap to which the mixed-integer programme is solved."""


def whole_plan(case: Case, meter: Meter, time_limit: float) -> str:
    """Solve the stages with their binaries, each up to the limit; how that ended: ``optimal`` or ``time_limit``."""
    options = case.scenario.solver.model_copy(update={"time_limit": time_limit, "gap": GAP, "threads": 1})
    with meter.step("mip"):
        try:
            outcome = solve(case.matrix, [*case.before, case.goal], options, case.scenario.keep)
        except LimitError:
            return "time_limit"
        except SolverError:
            return "unknown"
    return "optimal" if outcome.optimal else "time_limit"


def measure_one(job: dict[str, Any]) -> dict[str, Any]:
    """Measure each of ``STAGES``; the relaxations of the stages of targets and of emissions are solved in turn.

    The plan with its binaries is tried only where its relaxations were solved within the limit. Seconds are the processor's:
    other work on the machine stretches the clock, not the work. The certificate of a relaxed plan does not hold; what it costs
    to make is the same.
    """
    meter, folders = Meter(), Folders(Path(job["root"]))
    case = open_scenario(folders, job["instance"], meter)
    kept: dict[str, float] = {}
    ended, point = "", np.zeros(len(case.matrix.integer))
    for goal in (*case.before, case.goal):
        instance = stage_instance(case.matrix, goal, kept).relaxed()
        with meter.step("handover"):
            highs = pass_to_highs(instance, {"threads": 1, "time_limit": job["time_limit"]})
        with meter.step("lp"):
            answer = run_highs(highs, instance)
        ended, point = answer.termination, point if answer.point is None else answer.point
        if ended != "optimal":
            break
        kept[str(goal)] = most(case, goal, answer.objective - instance.offset)
    whole = whole_plan(case, meter, job["time_limit"]) if ended == "optimal" else "not_tried"
    with meter.step("extract"):
        flat = decisions(case.problem, case.matrix, Outcome([], point))
        result = dense(flat)
    with meter.step("certify"):
        goals = [*case.before, case.goal]
        examine(case.problem, flat, Terms(goals, case.scenario.boundary, bool(case.before), dict.fromkeys(goals, 0.0)))
    with meter.step("store"):
        save(folders.results, job["instance"], result, case.problem, {"certificate": {"valid": False}})
    rows, columns, entries = case.matrix.shape()
    sizes = {
        "rows": rows,
        "columns": columns,
        "nonzeros": entries,
        "lines": case.problem.sizes["line"],
        "years": case.problem.sizes["year"],
    }
    return {"seconds": meter.processor, "memory": meter.memory, "ended": ended, "mip_ended": whole, **sizes}
