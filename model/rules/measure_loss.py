r"""A measure ends only when its line leaves the configurations that carry it.

.. math::

    e_{l,m,t} \le \sum_{a:\,K_m \to \bar K_m} v_{l,a,t} \qquad \forall l, m, t > t_0

- e: ``lost``
- v: ``move``

Source: definition

Binding: the line leaves in that year.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.fits, m.plan_years)


def rule(m: pyo.ConcreteModel, line: str, measure: str, year: int) -> Any:
    """One row."""
    return m.lost[line, measure, year] <= sum(m.move[line, arc, year] for arc in m.leaving[line, measure])
