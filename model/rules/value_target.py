r"""Output value reaches its target (gross output, value added, new materials, clusters and chains).

.. math::

    \sum_s \omega_{c,s}\, q_{s,t} + d_{c,t} \ge V_{c,t} \qquad \forall (c,t)\ \text{where the target binds}

- omega: what of a segment's output counts: 1, its value added, its new materials, membership (``clause_weight``)
- q: ``output``
- d: ``shortfall`` (0 in a firm run)
- V: target

Source: plan, box 1 and III

Binding: the target drives output; the dual is its price in emissions or cost.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.value_targets,)


def rule(m: pyo.ConcreteModel, clause: str, year: int) -> Any:
    """One row."""
    return (
        sum(m.clause_weight[clause, segment] * m.output[segment, year] for segment in m.counting[clause]) + m.shortfall[clause, year]
        >= m.clause_value[clause, year]
    )
