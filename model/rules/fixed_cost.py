r"""Fixed cost is paid while a line stands.

.. math::

    C^{fix}_t = \sum_{l,k} \phi_{l,k}\, z_{l,k,t} \qquad \forall t

- phi: fixed cost of standing (``fixed``)
- z: ``on``

Source: configuration_facts.csv

Binding: always; definition.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.years,)


def rule(m: pyo.ConcreteModel, year: int) -> Any:
    """One row."""
    return m.cost["fixed", year] == sum(m.fixed[line, name] * m.on[line, name, year] for line, name in m.states)
