r"""Direct emissions cost the carbon price.

.. math::

    C^{co2}_t = \varpi^{co2}_t \sum_{s \in \text{scope 1}} E_{s,t} \qquad \forall t

- varpi-co2: carbon price
- E: ``emission``

Source: city_facts.csv, carbon_price

Binding: always; definition.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.years,)


def rule(m: pyo.ConcreteModel, year: int) -> Any:
    """One row."""
    return m.cost["carbon", year] == m.carbon_price[year] * sum(m.emission[source, year] for source in m.priced_sources)
