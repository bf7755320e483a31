r"""The stated share of production comes from the short route.

.. math::

    \sum_{(l,k) \in P_g^{short}} x_{l,k,t} + d_{c,t} \ge \theta_{c,t} \sum_{(l,k) \in P_g} x_{l,k,t} \qquad
    \forall (c,g,t)

- x: ``make``
- d: ``shortfall``
- theta: share of the short route

Source: national goal: electric-arc share of crude steel at least 15 % in 2025

Binding: long-route lines convert or run less.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.route_shares,)


def rule(m: pyo.ConcreteModel, clause: str, group: str, year: int) -> Any:
    """One row."""
    short = sum(m.make[line, name, year] for line, name in m.short_of[group])
    made = sum(m.make[line, name, year] for line, name in m.producing_of[group])
    return short + m.shortfall[clause, year] >= m.clause_value[clause, year] * made
