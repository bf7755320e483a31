r"""Investment stays within the yearly budget.

.. math::

    J_t \le B\, y_t \qquad \forall t > t_0

- J: ``investment``
- B: yearly budget
- y: years that t stands for

Source: scenario, budget

Binding: abatement waits for money.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.yearly_budgets,)


def rule(m: pyo.ConcreteModel, year: int) -> Any:
    """One row."""
    return m.investment[year] <= m.yearly_budget[year] * m.span[year]
