r"""Only a line that stands can be at the benchmark level.

.. math::

    b_{l,k,t} \le z_{l,k,t} \qquad \forall (l,k)\ \text{with a benchmark}, t

- b: 1 if at the benchmark level (``benchmark``)
- z: ``on``

Source: definition

Binding: the line counts as at benchmark.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.levelled, m.years)


def rule(m: pyo.ConcreteModel, line: str, configuration: str, year: int) -> Any:
    """One row."""
    return m.benchmark[line, configuration, year] <= m.on[line, configuration, year]
