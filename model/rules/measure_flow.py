r"""A measure stays once installed, until its configuration ends.

.. math::

    f_{l,m,t} = f_{l,m,t^-} + i_{l,m,t} - e_{l,m,t} \qquad \forall l, m, t > t_0

- f: ``fit``
- i: 1 if installed in the year (``install``)
- e: 1 if it ends (``lost``)

Source: definition

Binding: always.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.fits, m.succession)


def rule(m: pyo.ConcreteModel, line: str, measure: str, year: int, before: int) -> Any:
    """One row."""
    return m.fit[line, measure, year] == m.fit[line, measure, before] + m.install[line, measure, year] - m.lost[line, measure, year]
