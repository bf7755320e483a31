"""A future solved stage by stage, each starting from the answer of the stage before.

A plan of other facts says little once a stage is kept: on the real plan its neighbourhood then holds no plan at all, while that of the
same future's own last answer holds one within 0.3 % of the least emissions after half a second.
"""

from dataclasses import replace

import numpy as np
import xarray as xr

from model.handover import Matrix
from model.names import Goal
from model.session import Ask, Plan, Session, certified, restricted
from model.solve import Outcome, Start


def stage_by_stage(session: Session, problem: xr.Dataset, matrix: Matrix, ask: Ask, start: Start) -> Plan:
    """A certified plan of a compiled problem; stages, values, bounds and gaps mean what they do in ``Session.solve_matrix``.

    Raises as that does.
    """
    limits: dict[Goal, float] = dict(ask.limits)
    found = Outcome([], np.zeros(0))
    values = start.values
    for goal in ask.goals:
        one = replace(ask, goals=(goal,), limits=limits)
        answer = session.outcome(restricted(problem, matrix, one), one, start=Start(values))
        stage, values = answer.stages[0], answer.values
        found.stages.append(stage)
        found.bases |= answer.bases
        limits[goal] = stage.value + ask.keep * abs(stage.value)
    rows = {goal: matrix.objectives[f"objective_{goal}"] for goal in ask.goals}
    final = {goal: float(row @ values) + matrix.offsets[f"objective_{goal}"] for goal, row in rows.items()}
    found.stages = [replace(stage, value=final[stage.goal]) for stage in found.stages]
    found.values = values
    return certified(problem, matrix, ask, found)
