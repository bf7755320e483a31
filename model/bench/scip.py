"""One run of SCIP, by its own library, which the extra ``scip`` brings."""

import time
from typing import Any, cast

import numpy as np

from model.bench.answer import Answer
from model.bench.instances import Instance
from model.confirm import scip_model
from model.handover import Matrix

TERMINATIONS = {
    "optimal": "optimal", "gaplimit": "optimal", "infeasible": "infeasible", "unbounded": "unbounded",
    "inforunbd": "infeasible_or_unbounded", "timelimit": "time_limit", "memlimit": "terminated_by_limit",
    "userinterrupt": "terminated_by_limit",
}  # fmt: skip
"""A gap that was asked for and reached counts as solved, as with the other solvers."""


def to_scip(instance: Instance) -> Any:
    """The instance as SCIP holds it; an instance names its arrays as a matrix does. Raises ``InputError`` without SCIP."""
    return scip_model(cast(Matrix, instance), instance.sense * instance.cost)


def run_scip(scip: Any, instance: Instance, seed: int, time_limit: float, gap: float) -> Answer:
    """Solve what SCIP holds; its best point is taken along, also at a limit."""
    scip.setParams({"limits/time": time_limit, "limits/gap": gap, "randomization/randomseedshift": seed})
    started = time.perf_counter()
    scip.optimize()
    version = ".".join(str(part) for part in (scip.getMajorVersion(), scip.getMinorVersion(), scip.getTechVersion()))
    answer = Answer(TERMINATIONS.get(scip.getStatus(), "unknown"), version, reported=time.perf_counter() - started)
    answer.simplex_iterations = float(scip.getNLPIterations())
    if instance.integer.any():
        answer.nodes = float(scip.getNTotalNodes())
    if abs(scip.getDualbound()) < scip.infinity():
        answer.bound = instance.sense * float(scip.getDualbound()) + instance.offset
    if scip.getNSols():
        best, variables = scip.getBestSol(), sorted(scip.getVars(), key=lambda variable: variable.getIndex())  # SCIP keeps them by kind
        answer.point = np.array([scip.getSolVal(best, variable) for variable in variables])
        answer.objective = instance.value(answer.point)
    return answer
