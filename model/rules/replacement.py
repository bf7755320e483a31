r"""Capacity that comes is covered by capacity that left, times the ratio of its class; lapsed quota does not count.

.. math::

    \sum_{t_1 < \tau \le t_2} \rho_{a,\tau}\, C_{l,k(a)}\, v_{l,a,\tau} \;\le\; \kappa_q + \sum_{t_1 - L_q <
    \tau \le t_2} C_{l,k'(a)}\, v_{l,a,\tau} \qquad \forall q,\ t_0 \le t_1 < t_2,\ t_2\ \text{where the clause
    binds}

- rho: replacement ratio
- C: listed capacity that comes (left) or leaves (right)
- v: ``move``
- kappa: quota at hand (``endowment``)
- L: years after which quota lapses.  Accounts whose quota never lapses need only t1 = t0.

Source: MIIT (2021) no. 46 (steel), no. 80 (cement, glass), (2018) no. 12 (aluminium); plan, box 11: differentiated
replacement for in-place long-to-short conversion

Binding: a new line waits for an exit; the dual is the worth of quota.
"""

from typing import Any

import pyomo.environ as pyo


def over(m: pyo.ConcreteModel) -> tuple[Any, ...]:
    """Where the rule applies."""
    return (m.windows,)


def rule(m: pyo.ConcreteModel, account: str, since: int, until: int) -> Any:
    """One row."""
    came = sum(m.debit[line, arc, year] * m.move[line, arc, year] for line, arc, year in m.debits[account, since, until])
    left = sum(m.credit[line, arc] * m.move[line, arc, year] for line, arc, year in m.credits[account, since, until])
    return came <= m.endowment[account] + left
