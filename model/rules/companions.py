r"""A dependent configuration stands only while its host does (a blast furnace needs its converter).

.. math::

    z_{l,k,t} \le \sum_{(h,j) \in H_{l,k}} z_{h,j,t} \qquad \forall (l,k)\ \text{with hosts}, t

- z: ``on``
- H: host states, companions.csv

Source: MIIT (2021) no. 46: an equal swap takes the converter out with its sinter, coke and blast furnace; captive
power has no other user

Binding: the dependent line leaves because its host does.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.bound_states, m.years)


def rule(m: pyo.ConcreteModel, line: str, configuration: str, year: int) -> Any:
    """One row."""
    return m.on[line, configuration, year] <= sum(m.on[host, its, year] for host, its in m.hosts_of[line, configuration])
