r"""Measures that exclude each other are never both in place (a package excludes its parts).

.. math::

    f_{l,m,t} + f_{l,n,t} \le 1 \qquad \forall l, (m,n) \in X, t > t_0

- f: ``fit``
- X: pairs of measures.csv, excludes

Source: measures.csv

Binding: one of the two is in place.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.exclusions, m.plan_years)


def rule(m: pyo.ConcreteModel, line: str, first: str, second: str, year: int) -> Any:
    """One row."""
    return m.fit[line, first, year] + m.fit[line, second, year] <= 1
