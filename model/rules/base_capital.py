r"""Capital spent before the base year is sunk.

.. math::

    C^{cap}_{t_0} = 0

- C-cap: capital cost

Source: definition

Binding: always.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.base_years,)


def rule(m: pyo.ConcreteModel, year: int) -> Any:
    """One row."""
    return m.cost["capital", year] == 0
