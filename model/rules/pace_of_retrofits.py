r"""One measure reaches at most a share of a product's capacity in a year.

.. math::

    \sum_{l \in g} C_{l,m}\, i_{l,m,t} \le \pi'_g\, C^0_g\, y_t \qquad \forall g, m, t > t_0

- C: capacity that the measure concerns (``fit_capacity``)
- i: ``install``;  pi'  pace
- C0: base-year capacity
- y: years that t stands for

Source: group_facts.csv, pace_retrofits

Binding: retrofits queue for their turn.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.paced_retrofits, m.plan_years)


def rule(m: pyo.ConcreteModel, group: str, measure: str, year: int) -> Any:
    """One row."""
    reached = sum(m.fit_capacity[line, measure] * m.install[line, measure, year] for line in m.fitting_of[group, measure])
    return reached <= m.pace_retrofits[group] * m.base_capacity[group] * m.span[year]
