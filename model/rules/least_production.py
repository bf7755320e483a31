r"""A line that stands makes at least its minimum load.

.. math::

    x_{l,k,t} \ge \mu_{l,k}\, C_{l,k} \Bigl( z_{l,k,t} - \sum_{a \to k} o_{l,a}\, v_{l,a,t} \Bigr) \qquad
    \forall l, k, t > t_0

- x: ``make``
- mu: minimum load
- C: listed capacity
- z: ``on``
- o: ``outage``
- v: ``move``

Source: configuration_facts.csv

Binding: the line would rather make less, or close.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.producing, m.plan_years)


def rule(m: pyo.ConcreteModel, line: str, configuration: str, year: int) -> Any:
    """One row."""
    lost = sum(m.outage[line, arc] * m.move[line, arc, year] for arc in m.arcs_into[line, configuration])
    least = m.minimum_load[line, configuration] * m.capacity[line, configuration]
    return m.make[line, configuration, year] >= least * (m.on[line, configuration, year] - lost)
