r"""Physical output reaches its floor.

.. math::

    \sum_{(l,k) \in P_g} x_{l,k,t} + d_{c,t} \ge F_{c,t} \qquad \forall (c,g,t)\ \text{where the floor binds}

- x: ``make``
- P: producing states of group g
- d: ``shortfall``
- F: floor

Source: scenario

Binding: the floor keeps lines running.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.floors,)


def rule(m: pyo.ConcreteModel, clause: str, group: str, year: int) -> Any:
    """One row."""
    made = sum(m.make[line, name, year] for line, name in m.producing_of[group])
    return made + m.shortfall[clause, year] >= m.clause_value[clause, year]
