r"""The stated share of standing capacity is at the energy benchmark level.

.. math::

    \sum_{(l,k) \in S_g} C_{l,k}\, b_{l,k,t} + d_{c,t} \ge \beta_{c,t} \sum_{(l,k) \in S_g} C_{l,k}\, z_{l,k,t}
    \qquad \forall (c,g,t)

- C: listed capacity
- b: ``benchmark``
- d: ``shortfall``
- beta: share
- z: ``on``

Source: NDRC and others (2021): 30 % of capacity at benchmark by 2025; action plans of 2024

Binding: retrofits are made for the share, not for their own saving.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.benchmark_shares,)


def rule(m: pyo.ConcreteModel, clause: str, group: str, year: int) -> Any:
    """One row."""
    reached = sum(m.capacity[line, name] * m.benchmark[line, name, year] for line, name in m.levelled_of[group])
    listed = sum(m.capacity[line, name] * m.on[line, name, year] for line, name in m.standing_of[group])
    return reached + m.shortfall[clause, year] >= m.clause_value[clause, year] * listed
