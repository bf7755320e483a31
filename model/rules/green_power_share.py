r"""The stated share of a product's power is green.

.. math::

    \sum_{g \in G} U_{g,t} + d_{c,t} \ge \gamma_{c,t} \sum_{g \in E} U_{g,t}, \quad U_{g,t} = \sum_{l,k}
    u_{l,k,g}\, x_{l,k,t} + \sum_{l,m} \Delta_{l,m,g}\, w_{l,m,t} \qquad \forall (c,t)

- U: power used by the group's lines
- G: green power
- E: all power
- u: ``use``
- x: ``make``
- Delta: ``change``
- w: ``fitted``
- d: ``shortfall``
- gamma: share

Source: NDRC (2024) action plan for aluminium: renewables at least 25 % in 2025

Binding: green power is bought for the share.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.green_shares,)


def rule(m: pyo.ConcreteModel, clause: str, group: str, year: int) -> Any:
    """One row."""
    green = sum(m.use[line, name, good] * m.make[line, name, year] for line, name, good in m.green_users[group])
    swapped = sum(m.change[line, name, good] * m.fitted[line, name, year] for line, name, good in m.green_changers[group])
    power = sum(m.use[line, name, good] * m.make[line, name, year] for line, name, good in m.power_users[group])
    saved = sum(m.change[line, name, good] * m.fitted[line, name, year] for line, name, good in m.power_changers[group])
    return green + swapped + m.shortfall[clause, year] >= m.clause_value[clause, year] * (power + saved)
