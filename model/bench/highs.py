"""One run of HiGHS, in this process."""

from collections.abc import Mapping

import highspy
import numpy as np

from model.bench.answer import Answer
from model.bench.configurations import Configuration, Option
from model.bench.instances import Instance, to_lp
from model.errors import SolverError
from model.language import told
from model.solve import silent_highs

TERMINATIONS = {
    "kOptimal": "optimal", "kInfeasible": "infeasible", "kUnbounded": "unbounded", "kUnboundedOrInfeasible": "infeasible_or_unbounded",
    "kTimeLimit": "time_limit", "kIterationLimit": "iteration_limit", "kSolutionLimit": "terminated_by_limit",
    "kMemoryLimit": "terminated_by_limit", "kInterrupt": "terminated_by_limit",
}  # fmt: skip


def pass_to_highs(instance: Instance, options: Mapping[str, Option]) -> highspy.Highs:
    """A quiet HiGHS that holds the instance; raises ``SolverError`` for an option or a model that it refuses."""
    highs = silent_highs()
    for name, value in options.items():
        if highs.setOptionValue(name, value) == highspy.HighsStatus.kError:
            raise SolverError(told("option_unknown", version=highs.version(), option=name, value=value))
    if highs.passModel(to_lp(instance)) == highspy.HighsStatus.kError:
        raise SolverError(told("model_refused"))
    return highs


def options_of(configuration: Configuration, instance: Instance, seed: int, time_limit: float, gap: float) -> dict[str, Option]:
    """The configuration's options for this kind of model, and the run's own; one thread unless the configuration says more."""
    own = configuration.mixed if instance.integer.any() else configuration.linear
    return {"threads": 1, "random_seed": seed, "time_limit": time_limit, "mip_rel_gap": gap, **(own or {})}


def run_highs(highs: highspy.Highs, instance: Instance) -> Answer:
    """Solve what HiGHS holds; a point that it calls feasible is taken along, also at a limit."""
    started = highs.getRunTime()
    highs.run()
    info, whole = highs.getInfo(), bool(instance.integer.any())
    found = highs.getModelStatus()
    answer = Answer(TERMINATIONS.get(found.name, "unknown"), highs.version(), reported=highs.getRunTime() - started)
    answer.simplex_iterations = float(max(info.simplex_iteration_count, 0))
    answer.other_iterations = float(sum(max(count, 0) for count in (
        info.ipm_iteration_count, info.crossover_iteration_count, info.pdlp_iteration_count)))  # fmt: skip
    if whole:
        answer.nodes = float(max(info.mip_node_count, 0))
        answer.bound = float(info.mip_dual_bound)
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        answer.point = np.array(highs.getSolution().col_value)
        answer.objective = instance.value(answer.point)
    if not whole and answer.termination == "optimal":
        answer.bound = _dual_value(highs, instance)
    return answer


def _dual_value(highs: highspy.Highs, instance: Instance) -> float:
    """Objective of the dual point, summed here: what a linear model proves."""
    solution = highs.getSolution()
    prices = np.concatenate([np.array(solution.row_dual), np.array(solution.col_dual)])
    low = np.concatenate([instance.lower, instance.column_lower])
    high = np.concatenate([instance.upper, instance.column_upper])
    meets = np.where(instance.sense * prices > 0, low, high)
    use = (prices != 0) & np.isfinite(meets)
    return float(prices[use] @ meets[use]) + instance.offset
