"""The stages of the lexicographic objective; base-year decisions are fixed, so only planning years count."""

from collections.abc import Callable
from typing import Any

import pyomo.environ as pyo

from model.names import Goal


def shortfall(m: pyo.ConcreteModel) -> Any:
    r"""Missed targets, each against its own size.

    .. math:: \sum_{c,t} y_t\, d_{c,t} / D_{c,t}

    D is the size of the clause: its value, times what one unit of it amounts to (``clause_scale``).
    """
    return sum(m.span[year] / m.clause_scale[clause, year] * m.shortfall[clause, year] for clause, year in m.missable)


def emissions(m: pyo.ConcreteModel) -> Any:
    r"""Emissions inside the scenario's boundary.

    .. math:: \sum_{s \in B} \sum_t y_t\, E_{s,t}
    """
    return sum(m.span[year] * m.emission[source, year] for source in m.counted for year in m.plan_years)


def cost(m: pyo.ConcreteModel) -> Any:
    r"""Cost, with investment as annuities.

    .. math:: \sum_i \sum_t y_t\, C_{i,t}
    """
    return sum(m.span[year] * m.cost[item, year] for item in m.cost_items for year in m.plan_years)


OBJECTIVES: dict[Goal, Callable[[pyo.ConcreteModel], Any]] = {Goal.SHORTFALL: shortfall, Goal.EMISSIONS: emissions, Goal.COST: cost}
