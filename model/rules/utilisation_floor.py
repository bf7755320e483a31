r"""Standing capacity is used to at least the stated share.

.. math::

    \sum_{(l,k) \in P_g} x_{l,k,t} + d_{c,t} \ge \eta_{c,t} \sum_{(l,k) \in S_g} C_{l,k}\, z_{l,k,t} \qquad
    \forall (c,g,t)

- x: ``make``
- d: ``shortfall``
- eta: least utilisation
- C: listed capacity
- z: ``on``

Source: plan, I(1): utilisation above 80 %

Binding: idle capacity has to leave.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.loads,)


def rule(m: pyo.ConcreteModel, clause: str, group: str, year: int) -> Any:
    """One row."""
    made = sum(m.make[line, name, year] for line, name in m.producing_of[group])
    listed = sum(m.capacity[line, name] * m.on[line, name, year] for line, name in m.standing_of[group])
    return made + m.shortfall[clause, year] >= m.clause_value[clause, year] * listed
