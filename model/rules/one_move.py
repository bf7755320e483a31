r"""A line moves at most once a year, so nobody earns quota by going in a circle.

.. math::

    \sum_a v_{l,a,t} \le 1 \qquad \forall l, t > t_0

- v: ``move``

Source: definition

Binding: a line moves in that year.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.movers, m.plan_years)


def rule(m: pyo.ConcreteModel, line: str, year: int) -> Any:
    """One row."""
    return sum(m.move[line, arc, year] for arc in m.arcs_of[line]) <= 1
