r"""Variable cost follows production, with what measures change of it.

.. math::

    C^{var}_t = \sum_{l,k} c_{l,k}\, x_{l,k,t} + \sum_{l,m} c^{\Delta}_{l,m}\, w_{l,m,t} \qquad \forall t

- c: variable cost without goods (``variable``)
- x: ``make``
- c-Delta: ``variable_change``
- w: ``fitted``

Source: configuration_facts.csv, measure_facts.csv

Binding: always; definition.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.years,)


def rule(m: pyo.ConcreteModel, year: int) -> Any:
    """One row."""
    made = sum(m.variable[line, name] * m.make[line, name, year] for line, name in m.producing)
    changed = sum(m.variable_change[line, name] * m.fitted[line, name, year] for line, name in m.fits)
    return m.cost["variable", year] == made + changed
