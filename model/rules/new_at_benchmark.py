r"""New lines stand at the energy benchmark level.

.. math::

    \sum_m \sigma_{l,m}\, f_{l,m,t} \ge g_{l,k}\, z_{l,k,t} + N_{l,k}\, (1 - z_{l,k,t}) \qquad \forall (l,k)\
    \text{built new, with a benchmark},\ t\ \text{where the clause binds}

- N: sum of the savings below zero (``saving_least``)
- sigma: ``saving``
- f: ``fit``
- g: ``benchmark_gap``
- z: ``on``

Source: plan, IV(4): new projects fully reach the benchmark level

Binding: the new line needs these measures from its first day.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.new_levelled,)


def rule(m: pyo.ConcreteModel, line: str, configuration: str, year: int) -> Any:
    """One row."""
    saved = sum(m.saving[line, measure] * m.fit[line, measure, year] for measure in m.measures_on[line, configuration])
    stands = m.on[line, configuration, year]
    return saved >= m.benchmark_gap[line, configuration] * stands + m.saving_least[line, configuration] * (1 - stands)
