"""A second opinion: SCIP solves every stage again, from the same arrays, and its interval must meet ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model.errors import Fault, InputError, SolverError
from model.handover import Matrix
from model.language import told
from model.names import Goal
from model.scenario import SolverOptions
from model.solve import Outcome

Floats = npt.NDArray[np.float64]
AGREE = 1e-6
"""Relative room between the intervals of two solvers, which both keep rows to about this much."""

TOLERANCE = 1e-9
"""SCIP's feasibility tolerance, and the room for an earlier stage: 1e-6 of cost was seen to buy 1e-5 of emissions."""


@dataclass(frozen=True)
class Opinion:
    """One stage by two solvers: value and proven bound of each, in the stage's unit; the second may have stopped at a limit."""

    goal: Goal
    value: float
    bound: float
    second_value: float
    second_bound: float
    optimal: bool

    @property
    def agrees(self) -> bool:
        """Do the intervals [bound, value] meet? Two that do not cannot both hold the optimum."""
        room = AGREE * max(1.0, abs(self.value))
        return self.second_bound <= self.value + room and self.bound <= self.second_value + room


def scip_model(matrix: Matrix, cost: Floats) -> Any:
    """A quiet SCIP model of a matrix that minimises ``cost`` over its columns. Raises ``InputError`` without SCIP."""
    try:
        from pyscipopt import Model, quicksum
    except ImportError as error:
        raise InputError([Fault("scip", told("scip_missing"))]) from error
    scip = Model()
    scip.hideOutput()
    bounds = zip(matrix.column_lower.tolist(), matrix.column_upper.tolist(), matrix.integer.tolist(), strict=True)
    variables = [scip.addVar(lb=low if np.isfinite(low) else None, ub=high if np.isfinite(high) else None, vtype="I" if whole else "C")
                 for low, high, whole in bounds]  # fmt: skip
    rows = sparse.csr_array(matrix.matrix)
    for number, (low, high) in enumerate(zip(matrix.lower.tolist(), matrix.upper.tolist(), strict=True)):
        part = slice(rows.indptr[number], rows.indptr[number + 1])
        body = quicksum(weight * variables[at] for weight, at in zip(rows.data[part].tolist(), rows.indices[part].tolist(), strict=True))
        if low == high:
            scip.addCons(body == low)
            continue
        if np.isfinite(low):
            scip.addCons(body >= low)
        if np.isfinite(high):
            scip.addCons(body <= high)
    scip.setObjective(quicksum(float(cost[at]) * variables[at] for at in np.flatnonzero(cost)))
    return scip


def confirm(matrix: Matrix, goals: Sequence[Goal], outcome: Outcome, options: SolverOptions, keep: float = 0.0) -> list[Opinion]:
    """Every stage solved again by SCIP, earlier stages held at our values as ``solve`` holds them.

    Raises ``SolverError`` where SCIP finds no plan or the intervals do not meet, ``InputError`` where SCIP is not installed.
    """
    found: list[Opinion] = []
    kept: list[tuple[Floats, float]] = []
    for goal, stage in zip(goals, outcome.stages, strict=True):
        row, offset = matrix.objectives[f"objective_{goal}"], matrix.offsets[f"objective_{goal}"]
        limits = np.array([limit for _, limit in kept])
        held = matrix
        if kept:
            rows = sparse.csr_array(np.array([costs for costs, _ in kept]))
            held = matrix.with_rows(rows, np.full(len(kept), -np.inf), limits, ["kept"] * len(kept))
        scip = scip_model(held, row)
        scip.setParams({"limits/time": options.time_limit, "limits/gap": options.gap_of(goal), "numerics/feastol": TOLERANCE})
        scip.optimize()
        if scip.getNSols() == 0 and scip.getStatus() != "timelimit":
            raise SolverError(told("scip_without_plan", status=scip.getStatus(), stage=told(f"goal_{goal}")))
        value = scip.getObjVal() if scip.getNSols() else np.inf
        opinion = Opinion(goal, stage.value, stage.bound, value + offset, scip.getDualbound() + offset, scip.getStatus() == "optimal")
        if not opinion.agrees:
            own_interval = {"bound": stage.bound, "value": stage.value}
            other = {"second_bound": opinion.second_bound, "second_value": opinion.second_value}
            raise SolverError(told("solvers_disagree", stage=told(f"goal_{goal}"), **own_interval, **other))
        found.append(opinion)
        own = stage.value - offset
        kept.append((row, own + keep * abs(own) + TOLERANCE * max(1.0, abs(own))))
    return found
