r"""At most a share of a product's capacity moves in a year.

.. math::

    \sum_{l \in g, a} M_{l,a}\, v_{l,a,t} \le \pi_g\, C^0_g\, y_t \qquad \forall g, t > t_0

- M: capacity that the move concerns, the larger of what leaves and what comes of listed capacity (``moved``)
- v: ``move``
- pi: pace
- C0: base-year capacity
- y: years that t stands for

Source: group_facts.csv, pace_moves

Binding: moves queue for their turn.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.paced_moves, m.plan_years)


def rule(m: pyo.ConcreteModel, group: str, year: int) -> Any:
    """One row."""
    moved = sum(m.moved[line, arc] * m.move[line, arc, year] for line, arc in m.moving_of[group])
    return moved <= m.pace_moves[group] * m.base_capacity[group] * m.span[year]
