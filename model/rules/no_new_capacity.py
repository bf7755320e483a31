r"""The capacity of a closed list does not grow (no new independent cement grinding).

.. math::

    \sum_{(l,k) \in S_g} C_{l,k}\, z_{l,k,t} \le C^0_g \qquad \forall (c,g,t)\ \text{where the clause binds}

- C: listed capacity
- z: ``on``
- C0: listed capacity of the base year (``base_capacity``)

Source: plan, box 11: no new independent cement grinding capacity

Binding: capacity stands at its base-year level.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.freezes,)


def rule(m: pyo.ConcreteModel, clause: str, group: str, year: int) -> Any:
    """One row."""
    return sum(m.capacity[line, name] * m.on[line, name, year] for line, name in m.standing_of[group]) <= m.base_capacity[group]
