r"""In the base year no measure of the list is in place: its share says what is still open.

.. math::

    f_{l,m,t_0} = 0 \qquad \forall l, m

- f: 1 if measure m is in place (``fit``)

Source: measure_facts.csv, share

Binding: always; the base year is no decision.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.fits, m.base_years)


def rule(m: pyo.ConcreteModel, line: str, measure: str, year: int) -> Any:
    """One row."""
    return m.fit[line, measure, year] == 0
