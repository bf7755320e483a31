r"""Bought goods cost their price; fuels and power count as energy, all else as feedstock.

.. math::

    C^i_t = \sum_{g \in G_i} \varpi_{g,t}\, p_{g,t} \qquad \forall i \in \{\text{energy}, \text{feedstock}\}, t

- varpi: price without value-added tax
- p: ``buy``

Source: good_facts.csv, price

Binding: always; definition.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.purchase_items, m.years)


def rule(m: pyo.ConcreteModel, item: str, year: int) -> Any:
    """One row."""
    return m.cost[item, year] == sum(m.price[good, year] * m.buy[good, year] for good in m.bought_as[item])
