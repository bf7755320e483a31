r"""A measure is in place only while its line stands in a configuration that carries it.

.. math::

    f_{l,m,t} \le \sum_{k \in K_m} z_{l,k,t} \qquad \forall l, m, t > t_0

- f: ``fit``
- z: ``on``
- K: configurations that carry the measure

Source: measures.csv

Binding: the line has left every configuration that could carry the measure.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.fits, m.plan_years)


def rule(m: pyo.ConcreteModel, line: str, measure: str, year: int) -> Any:
    """One row."""
    return m.fit[line, measure, year] <= sum(m.on[line, name, year] for name in m.carriers_of[line, measure])
