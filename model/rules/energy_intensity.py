r"""Energy per value added falls to the stated share of the base year's.

.. math::

    \sum_{l,k} \epsilon_{l,k,t}\, x_{l,k,t} + \sum_{l,m} \epsilon^{\Delta}_{l,m,t}\, w_{l,m,t} + \sum_s
    \epsilon_{s,t}\, q_{s,t} \le \phi_{c,t}\, I_0 \sum_s a_s\, q_{s,t} + d_{c,t} \qquad \forall (c,t)

- epsilon: energy per unit, equivalent value, on what is used, not on what a segment makes (``line_energy``,
  ``fit_energy``, ``segment_energy``)
- x: ``make``
- w: ``fitted``
- q: ``output``
- phi: share of the base year
- I0: base intensity
- a: ``value_added``
- d: ``shortfall``

Source: Chongqing government (2022) no. 34: industrial energy per value added down 14.5 % by 2025

Binding: growth has to be light, or lines save energy.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.energy_targets,)


def rule(m: pyo.ConcreteModel, clause: str, year: int) -> Any:
    """One row."""
    lines = sum(m.line_energy[line, name, year] * m.make[line, name, year] for line, name in m.energy_lines)
    fits = sum(m.fit_energy[line, name, year] * m.fitted[line, name, year] for line, name in m.energy_fits)
    segments = sum(m.segment_energy[segment, year] * m.output[segment, year] for segment in m.energy_segments)
    earned = sum(m.value_added[segment] * m.output[segment, year] for segment in m.segments)
    return lines + fits + segments <= m.clause_value[clause, year] * m.base_intensity * earned + m.shortfall[clause, year]
