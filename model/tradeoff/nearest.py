r"""Of the plans that the gaps of the stages cannot tell apart: the one that differs least from another plan.

Stages end at a gap, so two runs differ in hundreds of moves and retrofits of which most mean nothing. A further stage leaves only
those that are needed:

.. math::

    \min \sum_{d: \hat d = 0} d + \sum_{d: \hat d = 1} (1 - d) \qquad
    \text{every stage} \le \text{its value} \cdot (1 + \text{its gap})

with d the moves and installations and d-hat those of the plan to be near to. Source: modelling to generate alternatives (Brill, Chang
and Hopkins 1982), turned round.
"""

from dataclasses import replace

import numpy as np
import xarray as xr

from model.errors import InfeasibleError, LimitError, ResultError, SolverError
from model.language import told
from model.names import Goal
from model.schema import BINARY, TAKEN
from model.session import Plan, Session, start_of
from model.solve import Listener, silent
from model.tradeoff.ground import Ground

NEAREST_GAP = 0.1
"""The search ends when at most this share of the differences could be spared."""
NEAREST_SECONDS = 30.0
"""The same after so many seconds, with the least that was found."""


def nearest(to: xr.Dataset, base: Ground, session: Session, heard: Listener = silent) -> Plan | None:
    """The plan of ``base`` that differs least from the decisions ``to`` (over the same flat dims), each stage within its gap of its value.

    Nothing where none is found in time.
    """
    ask = base.ask
    limits = {goal: value + ask.options.gap_of(goal) * abs(value) for goal, value in base.values.items()}
    weights = {name: np.where(np.round(to[name].values) > 0, -1.0, 1.0) for name in TAKEN}
    options = ask.options.model_copy(update={"gaps": ask.options.gaps | {Goal.AIM: NEAREST_GAP}, "time_limit": NEAREST_SECONDS})
    near = replace(ask, goals=(Goal.AIM,), limits=limits, aim=weights, options=options)
    matrix = session.compiled(base.problem, near)
    try:
        found = session.solve_matrix(base.problem, matrix, near, heard, start_of(base.problem, matrix, base.flat)).flat
        fixed = {name: np.round(found[name].values) for name in BINARY}
        return session.solve(base.problem, replace(ask, fixed=fixed, limits=limits), heard)
    except (InfeasibleError, LimitError, SolverError):
        return None


def brought_near(inputs: xr.Dataset, to: xr.Dataset, base: Ground, heard: Listener = silent) -> xr.Dataset | None:
    """Decisions and ledgers of ``nearest`` for two stored results: ``inputs`` and decisions ``to`` of the first, ``base`` the second.

    Nothing where none is found in time. Raises ``ResultError`` where the two decide about other things or years.
    """
    for name in ("year", "step_line", "step_arc", "retrofit_line", "retrofit_measure"):
        if not np.array_equal(inputs[name].values, base.problem[name].values):
            raise ResultError(told("needed_unlike", name=base.name))
    found = nearest(to, base, Session(), heard)
    return None if found is None else found.result
