r"""Nothing is made under a measure that is not in place.

.. math::

    w_{l,m,t} \le W_{l,m,t}\, f_{l,m,t} \qquad \forall l, m, t

- w: ``fitted``
- W: share times the most that the line could make (``fit_most``)
- f: ``fit``

Source: definition

Binding: the measure is not in place.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.fits, m.years)


def rule(m: pyo.ConcreteModel, line: str, measure: str, year: int) -> Any:
    """One row."""
    return m.fitted[line, measure, year] <= m.fit_most[line, measure, year] * m.fit[line, measure, year]
