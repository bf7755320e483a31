r"""The listed capacity of a capped product stays within its cap.

.. math::

    \sum_{(l,k) \in S_g} C_{l,k}\, z_{l,k,t} \le \bar C_{g,t} \qquad \forall (c,g,t)\ \text{where the cap binds}

- C: listed capacity
- z: ``on``
- S: standing states of group g
- C-bar: cap (``clause_value``)

Source: plan, box 11: crude steel 15 Mt, aluminium 0.82 Mt, clinker 53.13 Mt, flat glass (PV rolled glass included) 25
M weight cases

Binding: a further line would break the cap.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.caps,)


def rule(m: pyo.ConcreteModel, clause: str, group: str, year: int) -> Any:
    """One row."""
    return sum(m.capacity[line, name] * m.on[line, name, year] for line, name in m.standing_of[group]) <= m.clause_value[clause, year]
