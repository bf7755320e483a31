r"""A segment's gross output does not fall below what its market keeps.

.. math::

    q_{s,t} \ge q^{min}_{s,t} \qquad \forall s, t

- q: ``output``
- q-min: ``least``

Source: segment_facts.csv, growth_least

Binding: the optimum would shrink the segment further.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.segments, m.years)


def rule(m: pyo.ConcreteModel, segment: str, year: int) -> Any:
    """One row."""
    return m.output[segment, year] >= m.least[segment, year]
