r"""A line stands in exactly one configuration each year.

.. math::

    \sum_k z_{l,k,t} = 1 \qquad \forall l, t

- z: 1 if line l stands in configuration k in year t (``on``)

Source: definition

Binding: always; the row only says that states exclude each other.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.lines, m.years)


def rule(m: pyo.ConcreteModel, line: str, year: int) -> Any:
    """One row."""
    return sum(m.on[line, configuration, year] for configuration in m.configurations_of[line]) == 1
