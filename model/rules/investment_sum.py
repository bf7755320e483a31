r"""Investment of a year is the cash of its moves and retrofits.

.. math::

    J_t = \sum_{l,a} \iota_{l,a}\, v_{l,a,t} + \sum_{l,m} \iota_{l,m}\, i_{l,m,t} \qquad \forall t > t_0

- J: ``investment``
- iota: cash of a move (``step_cash``) or measure (``fit_cash``)
- v: ``move``
- i: ``install``

Source: transition_facts.csv, measure_facts.csv

Binding: always; definition.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.plan_years,)


def rule(m: pyo.ConcreteModel, year: int) -> Any:
    """One row."""
    moves = sum(m.step_cash[line, arc] * m.move[line, arc, year] for line, arc in m.steps)
    retrofits = sum(m.fit_cash[line, measure] * m.install[line, measure, year] for line, measure in m.fits)
    return m.investment[year] == moves + retrofits
