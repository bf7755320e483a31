r"""A line is at the benchmark level only if its measures close the gap of its specific energy.

.. math::

    \sum_m \sigma_{l,m}\, f_{l,m,t} \ge g_{l,k}\, b_{l,k,t} + N_{l,k}\, (1 - b_{l,k,t}) \qquad \forall (l,k)\
    \text{with a benchmark}, t

- N: sum of the savings below zero (``saving_least``), so that a line off the benchmark may carry any measure
- sigma: specific energy saved, in the benchmark's metric (``saving``)
- f: ``fit``
- g: specific energy above the benchmark (``benchmark_gap``; negative: already below)
- b: ``benchmark``

Source: NDRC (2021) no. 1609 and (2023) no. 723, benchmark levels; plan, box 11

Binding: the measures just close the gap.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.levelled, m.years)


def rule(m: pyo.ConcreteModel, line: str, configuration: str, year: int) -> Any:
    """One row."""
    saved = sum(m.saving[line, measure] * m.fit[line, measure, year] for measure in m.measures_on[line, configuration])
    reached = m.benchmark[line, configuration, year]
    return saved >= m.benchmark_gap[line, configuration] * reached + m.saving_least[line, configuration] * (1 - reached)
