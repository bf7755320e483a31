r"""A segment that sells a good of the city's lines earns no more than they make.

.. math::

    \lambda_{s,g}\, q_{s,t} \le \sum_{(l,k) \to g} x_{l,k,t} \qquad \forall (s,g)\ \text{that sell}, t

- lambda: production per output, the inverse of the price (``pull``)
- q: ``output``
- x: ``make``

Source: segments.csv, sells

Binding: the segment's output is what the lines make.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.pull_index, m.years)


def rule(m: pyo.ConcreteModel, segment: str, good: str, year: int) -> Any:
    """One row."""
    return m.pull[segment, good] * m.output[segment, year] <= sum(m.make[line, name, year] for line, name in m.makers[good])
