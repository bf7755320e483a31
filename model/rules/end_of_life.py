r"""A line with a last year does not stand after it.

.. math::

    z_{l,k,t} = 0 \qquad \forall (l,k,t)\ \text{after the last year}

- z: ``on``

Source: lines.csv, last_year (closed by contract or notice)

Binding: always, where it applies.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.ended,)


def rule(m: pyo.ConcreteModel, line: str, configuration: str, year: int) -> Any:
    """One row."""
    return m.on[line, configuration, year] == 0
