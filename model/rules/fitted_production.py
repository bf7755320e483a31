r"""A measure covers at most its share of what the line makes.

.. math::

    w_{l,m,t} \le s_{l,m} \sum_{k \in K_m} x_{l,k,t} \qquad \forall l, m, t

- w: production under the measure (``fitted``)
- s: share still open
- x: ``make``

Source: measure_facts.csv, share

Binding: the measure is used on all that it can cover.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.fits, m.years)


def rule(m: pyo.ConcreteModel, line: str, measure: str, year: int) -> Any:
    """One row."""
    return m.fitted[line, measure, year] <= m.share[line, measure] * sum(m.make[line, name, year] for name in m.carriers_of[line, measure])
