r"""In the base year every line stands where the data say.

.. math::

    z_{l,k,t_0} = z^0_{l,k} \qquad \forall l, k

- z:   ``on``
- z0: 1 for the configuration at the start (``initial``)

Source: lines.csv

Binding: always; the base year is no decision.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.states, m.base_years)


def rule(m: pyo.ConcreteModel, line: str, configuration: str, year: int) -> Any:
    """One row."""
    return m.on[line, configuration, year] == m.initial[line, configuration]
