r"""Emissions of a source are the sum over lines, measures, segments and bought goods.

.. math::

    E_{s,t} = \sum_{l,k} e_{l,k,s,t}\, x_{l,k,t} + \sum_{l,m} e^{\Delta}_{l,m,s,t}\, w_{l,m,t} + \sum_j
    e_{j,s,t}\, q_{j,t} + \sum_g \hat e_{g,t}\, p_{g,t}\,[s = \text{imports}] \qquad \forall s, t

- E: ``emission``
- e: emission per unit made: direct, plus use of each good times its factor (``intensity``)
- e-Delta: change under a measure (``relief``)
- e_j: per output, on what the segment uses, not on what it makes (``segment_intensity``)
- e-hat: embodied in bought goods
- x: ``make``
- w: ``fitted``
- q: ``output``
- p: ``buy``.  Sources are disjoint: fuel, process, PFC (scope 1), power (scope 2), imports.

Source: GB/T 32150 and its sector parts; provincial factor of purchased power

Binding: always; definition.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.sources, m.years)


def rule(m: pyo.ConcreteModel, source: str, year: int) -> Any:
    """One row."""
    lines = sum(m.intensity[line, name, source, year] * m.make[line, name, year] for line, name in m.emitters[source])
    fits = sum(m.relief[line, name, source, year] * m.fitted[line, name, year] for line, name in m.relievers[source])
    segments = sum(m.segment_intensity[segment, source, year] * m.output[segment, year] for segment in m.segment_emitters[source])
    imports = sum(m.embodied[good, year] * m.buy[good, year] for good in m.importers[source])
    return m.emission[source, year] == lines + fits + segments + imports
