r"""A line changes its configuration only along the arcs of the configuration graph.

.. math::

    z_{l,k,t} = z_{l,k,t^-} + \sum_{a \to k} v_{l,a,t} - \sum_{a \leftarrow k} v_{l,a,t} \qquad \forall l, k, t
    > t_0

- z: ``on``
- v: 1 if arc a is taken at the start of year t (``move``)
- t-: the model year before

Source: transitions.csv

Binding: always; a unit flow, integral by itself without coupling rows.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.states, m.succession)


def rule(m: pyo.ConcreteModel, line: str, configuration: str, year: int, before: int) -> Any:
    """One row."""
    came = sum(m.move[line, arc, year] for arc in m.arcs_into[line, configuration])
    left = sum(m.move[line, arc, year] for arc in m.arcs_from[line, configuration])
    return m.on[line, configuration, year] == m.on[line, configuration, before] + came - left
