r"""From its date on, no capacity stands below the energy baseline level: it is retrofitted or leaves.

.. math::

    \sum_m \sigma_{l,m}\, f_{l,m,t} \ge h_{l,k}\, z_{l,k,t} + N_{l,k}\, (1 - z_{l,k,t}) \qquad \forall (l,k)\
    \text{above the baseline}, t \ge t^{base}

- N: sum of the savings below zero (``saving_least``)
- sigma: ``saving``
- f: ``fit``
- h: specific energy above the baseline (``baseline_gap``)
- z: ``on``

Source: NDRC and others (2021): below-baseline capacity of 25 fields retrofitted or out by the end of 2025; plan,
IV(4)

Binding: the deadline decides the retrofit or the exit.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.below_baseline,)


def rule(m: pyo.ConcreteModel, line: str, configuration: str, year: int) -> Any:
    """One row."""
    saved = sum(m.saving[line, measure] * m.fit[line, measure, year] for measure in m.measures_on[line, configuration])
    stands = m.on[line, configuration, year]
    return saved >= m.baseline_gap[line, configuration] * stands + m.saving_least[line, configuration] * (1 - stands)
