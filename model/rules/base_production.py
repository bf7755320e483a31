r"""In the base year every line makes what the statistics say.

.. math::

    x_{l,k,t_0} = \bar x_{l,k} \qquad \forall (l,k)\ \text{that make something}

- x: production (``make``)
- x-bar: production of the base year (``base_make``)

Source: line_facts.csv, base_output

Binding: always; the base year is no decision.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.producing, m.base_years)


def rule(m: pyo.ConcreteModel, line: str, configuration: str, year: int) -> Any:
    """One row."""
    return m.make[line, configuration, year] == m.base_make[line, configuration]
