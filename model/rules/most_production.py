r"""A line makes no more than its capacity, availability and outage allow.

.. math::

    x_{l,k,t} \le \alpha_{l,k,t}\, C_{l,k} \Bigl( z_{l,k,t} - \sum_{a \to k} o_{l,a}\, v_{l,a,t} \Bigr) \qquad
    \forall l, k, t > t_0

- x: ``make``
- alpha: availability, with staggered production and maintenance
- C: listed capacity
- z: ``on``
- o: share lost in the year of the move (``outage``)
- v: ``move``

Source: configuration_facts.csv; staggered production: MIIT and MEE (2020) no. 201

Binding: the line runs flat out; the clause price of its cap says what more would be worth.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.producing, m.plan_years)


def rule(m: pyo.ConcreteModel, line: str, configuration: str, year: int) -> Any:
    """One row."""
    lost = sum(m.outage[line, arc] * m.move[line, arc, year] for arc in m.arcs_into[line, configuration])
    most = m.availability[line, configuration, year] * m.capacity[line, configuration]
    return m.make[line, configuration, year] <= most * (m.on[line, configuration, year] - lost)
