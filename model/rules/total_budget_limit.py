r"""Investment over all years stays within the total budget.

.. math::

    \sum_t J_t \le B^{tot}

- J: ``investment``
- B-tot: total budget

Source: scenario, budget

Binding: abatement is bought where a yuan brings most.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.total_budgets,)


def rule(m: pyo.ConcreteModel, key: int) -> Any:
    """One row."""
    return sum(m.investment[year] for year in m.plan_years) <= m.total_budget[key]
