"""Every step of a run on one data folder, measured: from loading to storing, with the linear relaxation as the solve."""

from pathlib import Path
from typing import Any

import numpy as np

from model.bench.case import most, open_scenario
from model.bench.highs import pass_to_highs, run_highs
from model.bench.instances import stage_instance
from model.bench.meter import Meter
from model.examine import Terms, examine
from model.folders import Folders
from model.solution import decisions, dense
from model.solve import Outcome
from model.store import save

STAGES = ("read", "problem", "build", "compile", "handover", "lp", "extract", "certify", "store")


def measure_one(job: dict[str, Any]) -> dict[str, Any]:
    """Measure each of ``STAGES``; the relaxations of the stages of targets and of emissions are solved in turn.

    The certificate of a relaxed plan does not hold; what it costs to make is the same.
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
    return {"seconds": meter.seconds, "memory": meter.memory, "ended": ended, **sizes}
