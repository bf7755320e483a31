"""One run of another solver, through Pyomo: the arrays are written as a Pyomo model, so every solver gets the same matrix."""

import contextlib
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr.numeric_expr import LinearExpression
from scipy import sparse

from model.bench.answer import Answer
from model.bench.configurations import Configuration, Option
from model.bench.instances import Instance

TERMINATIONS = {
    "optimal": "optimal", "globallyOptimal": "optimal", "infeasible": "infeasible", "unbounded": "unbounded", "maxTimeLimit": "time_limit",
    "maxIterations": "iteration_limit", "feasible": "terminated_by_limit", "infeasibleOrUnbounded": "infeasible_or_unbounded",
    "intermediateNonInteger": "terminated_by_limit",
}  # fmt: skip


def _options(solver: str, seed: int, time_limit: float, gap: float) -> dict[str, Option]:
    """Limit, gap and seed in each solver's words."""
    words: dict[str, dict[str, Option]] = {
        "cbc": {"sec": time_limit, "ratio": gap, "randomCbcSeed": seed + 1},
        "glpk": {"tmlim": max(1, round(time_limit)), "mipgap": gap, "seed": seed},
    }
    return words[solver]


def to_pyomo(instance: Instance) -> pyo.ConcreteModel:
    """The instance as a Pyomo model with variables x, rows and a goal."""
    count = len(instance.cost)
    m = pyo.ConcreteModel()

    def bounds(_: Any, n: int) -> tuple[float | None, float | None]:
        low, high = float(instance.column_lower[n]), float(instance.column_upper[n])
        return low if np.isfinite(low) else None, high if np.isfinite(high) else None

    m.x = pyo.Var(range(count), bounds=bounds, domain=lambda _, n: pyo.Integers if instance.integer[n] else pyo.Reals)
    variables = [m.x[n] for n in range(count)]
    rows = sparse.csr_array(instance.matrix)

    def row(_: Any, n: int) -> Any:
        part = slice(rows.indptr[n], rows.indptr[n + 1])
        low, high = float(instance.lower[n]), float(instance.upper[n])
        if part.start == part.stop or not (np.isfinite(low) or np.isfinite(high)):
            return pyo.Constraint.Skip
        body = LinearExpression(constant=0, linear_coefs=rows.data[part].tolist(), linear_vars=[variables[at] for at in rows.indices[part]])
        return body == low if low == high else (low if np.isfinite(low) else None, body, high if np.isfinite(high) else None)

    m.rows = pyo.Constraint(range(rows.shape[0]), rule=row)
    used = np.flatnonzero(instance.cost)
    body = LinearExpression(constant=instance.offset, linear_coefs=instance.cost[used].tolist(), linear_vars=[variables[at] for at in used])
    m.goal = pyo.Objective(expr=body, sense=pyo.minimize if instance.sense > 0 else pyo.maximize)
    return m


def run_foreign(m: pyo.ConcreteModel, instance: Instance, configuration: Configuration, seed: int, time_limit: float, gap: float) -> Answer:
    """Solve a Pyomo model; its point is taken along where the solver gives one."""
    solver = pyo.SolverFactory(configuration.solver)
    solver.options.update(_options(configuration.solver, seed, time_limit, gap))
    results = solver.solve(m, load_solutions=False)
    told = str(results.solver.termination_condition)
    version = ".".join(str(part) for part in (solver.version() or ()))
    answer = Answer(TERMINATIONS.get(told, told), version)
    with contextlib.suppress(AttributeError, TypeError, ValueError):
        answer.nodes = float(results.solver.statistics.branch_and_bound.number_of_bounded_subproblems)
    with contextlib.suppress(AttributeError, TypeError, ValueError):
        answer.reported = float(results.solver.time)
    with contextlib.suppress(AttributeError, TypeError, ValueError):
        answer.bound = float(results.problem.lower_bound if instance.sense > 0 else results.problem.upper_bound)
    if len(results.solution):
        m.solutions.load_from(results)
        answer.point = np.array([0.0 if part.value is None else part.value for part in m.x.values()], dtype=float)
        answer.objective = instance.value(answer.point)
    if answer.termination not in ("optimal", "infeasible") and answer.reported >= 0.98 * time_limit:
        answer.termination = "time_limit"
    return answer
