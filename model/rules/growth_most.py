r"""A segment's gross output does not grow beyond what its market can take.

.. math::

    q_{s,t} \le q^{max}_{s,t} \qquad \forall s, t

- q: ``output``
- q-max: ``most``

Source: segment_facts.csv, growth_most

Binding: a value target leans on this segment.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.segments, m.years)


def rule(m: pyo.ConcreteModel, segment: str, year: int) -> Any:
    """One row."""
    return m.output[segment, year] <= m.most[segment, year]
