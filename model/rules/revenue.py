r"""Goods sold outside earn their price, counted as negative cost.

.. math::

    C^{rev}_t = - \sum_g \varpi^{sell}_{g,t}\, r_{g,t} \qquad \forall t

- varpi-sell: price when sold
- r: ``sell``

Source: good_facts.csv, sell_price (absent: nothing is earned)

Binding: always; definition.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.years,)


def rule(m: pyo.ConcreteModel, year: int) -> Any:
    """One row."""
    return m.cost["revenue", year] == -sum(m.sell_price[good, year] * m.sell[good, year] for good in m.goods)
