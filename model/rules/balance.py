r"""What is made and bought of a good is used, demanded or sold.

.. math::

    \sum_{(l,k) \to g} x_{l,k,t} + p_{g,t} = \sum_{l,k} u_{l,k,g}\, x_{l,k,t} + \sum_{l,m} \Delta_{l,m,g}\,
    w_{l,m,t} + \sum_s n_{s,g}\, q_{s,t} + D_{g,t} + r_{g,t} \qquad \forall g, t

- x: ``make``
- p: ``buy``
- u: ``use``
- Delta: change of use under a measure (``change``)
- w: ``fitted``
- n: ``need`` (negative: the segment makes it)
- q: ``output``
- D: final demand
- r: ``sell``.  On-site goods have one balance per site.

Source: conservation of mass and energy

Binding: always; its dual is the worth of one more unit of the good.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.goods, m.years)


def rule(m: pyo.ConcreteModel, good: str, year: int) -> Any:
    """One row."""
    made = sum(m.make[line, name, year] for line, name in m.makers[good])
    used = sum(m.use[line, name, good] * m.make[line, name, year] for line, name in m.users[good])
    changed = sum(m.change[line, name, good] * m.fitted[line, name, year] for line, name in m.changers[good])
    needed = sum(m.need[segment, good] * m.output[segment, year] for segment in m.consumers[good])
    return made + m.buy[good, year] == used + changed + needed + m.demand[good, year] + m.sell[good, year]
