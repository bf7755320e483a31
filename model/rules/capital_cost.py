r"""Capital cost adds the annuities of all moves and retrofits so far; what was spent is paid to the horizon's end.

.. math::

    C^{cap}_t = C^{cap}_{t^-} + \sum_{l,a} \nu_{l,a}\, v_{l,a,t} + \sum_{l,m} \nu_{l,m}\, i_{l,m,t} \qquad
    \forall t > t_0

- C-cap: capital cost
- nu: annuity of a move (``step_annuity``) or measure (``fit_annuity``)
- v: ``move``
- i: ``install``.  Annuities leave no bias at the horizon's end.

Source: transition_facts.csv, measure_facts.csv; discount rate of city_facts.csv

Binding: always; definition.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.succession,)


def rule(m: pyo.ConcreteModel, year: int, before: int) -> Any:
    """One row."""
    moves = sum(m.step_annuity[line, arc] * m.move[line, arc, year] for line, arc in m.steps)
    retrofits = sum(m.fit_annuity[line, measure] * m.install[line, measure, year] for line, measure in m.fits)
    return m.cost["capital", year] == m.cost["capital", before] + moves + retrofits
