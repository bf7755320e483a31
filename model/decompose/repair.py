"""Repair of rows over whole decisions: caps, pace and quota that rounding has broken."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from model.decompose.coupling import Coupling
from model.decompose.fleet import Fleet
from model.decompose.following import dear
from model.decompose.pricing import Pricer
from model.decompose.reading import Ints, Mask
from model.handover import Floats
from model.tolerances import ROW

PASSES = 40
"""Most passes of repair."""
EASY = 5
"""Passes before a row that was ever broken takes nothing more."""


@dataclass
class Whole:
    """Coupling rows over whole decisions of lines only: production can not mend them."""

    rows: Ints
    table: sparse.csr_array
    lower: Floats
    upper: Floats

    def broken(self, plan: Floats) -> Floats:
        """How far each row is broken: above zero over its upper limit, below zero under its lower."""
        value = self.table @ plan
        room = 0.1 * ROW * np.maximum(1.0, np.abs(np.where(np.isfinite(self.upper), self.upper, 0.0)))
        over, under = value - self.upper, self.lower - value
        return np.where(over > room, over, np.where(under > room, -under, 0.0))


def whole_rows(fleet: Fleet, parts: Coupling) -> Whole:
    """The rows that only whole decisions enter."""
    table = sparse.csr_array(parts.lines)
    row = np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))
    made = np.isin(fleet.reader.variable[table.indices], ("make", "fitted", "benchmark"))
    other = np.bincount(row, weights=made, minlength=table.shape[0]) + np.diff(sparse.csr_array(parts.others).indptr)
    rows = np.flatnonzero(other == 0)
    return Whole(rows, table[rows], parts.lower[rows], parts.upper[rows])


def repair(pricer: Pricer, whole: Whole, prices: Floats, plan: Floats, spared: Mask) -> Floats:
    """Lines that break rows over whole decisions look for another plan, until no row is broken or none is left to look.

    ``spared`` lines are asked last: others are bound to them.
    """
    fleet = pricer.fleet
    costs = pricer.line_costs(prices)
    plan, ever = plan.copy(), np.zeros(len(whole.rows), dtype=bool)
    for number in range(PASSES):
        broken = whole.broken(plan)
        if not broken.any():
            break
        ever |= broken != 0
        lines = _culprits(fleet, whole, broken, plan, spared)
        extra = np.zeros(len(costs))
        extra[_barred(whole, broken, plan, ever & (number >= EASY))] = dear(costs)
        found = fleet.cheapest(costs + extra, lines)
        own = (fleet.of >= 0) & lines[fleet.of]
        plan[own] = found.point[own]
    return plan


def bars(whole: Whole, plan: Floats) -> Floats:
    """1 on columns that would break a row over whole decisions."""
    extra = np.zeros(len(plan))
    extra[_barred(whole, whole.broken(plan), plan, np.zeros(len(whole.rows), dtype=bool))] = 1.0
    return extra


def _barred(whole: Whole, broken: Floats, plan: Floats, closed: Mask) -> Ints:
    """Columns that would break a row, or add to one that is broken or closed."""
    entries = whole.table.tocoo()
    row, data = entries.row, entries.data
    value = whole.table @ plan
    over, under = (whole.upper - value)[row], (value - whole.lower)[row]
    worse = np.where(data > 0, over < data, under < -data) & (plan[entries.col] < 0.5)
    worse |= (broken[row] > 0) & (data > 0) | (broken[row] < 0) & (data < 0)
    worse |= closed[row] & np.where(np.isfinite(whole.upper[row]), data > 0, data < 0) & (plan[entries.col] < 0.5)
    found: Ints = np.unique(entries.col[worse])
    return found


def _culprits(fleet: Fleet, whole: Whole, broken: Floats, plan: Floats, spared: Mask) -> Mask:
    """For every broken row lines that add to it: the smallest that suffices, or else the largest and so on."""
    lines = np.zeros(len(fleet.names), dtype=bool)
    for row in np.flatnonzero(broken):
        at = slice(whole.table.indptr[row], whole.table.indptr[row + 1])
        column = whole.table.indices[at]
        part = whole.table.data[at] * plan[column] * np.sign(broken[row])
        adds = np.bincount(fleet.of[column], weights=part, minlength=len(lines))
        need = abs(broken[row]) - adds[lines].clip(min=0).sum()
        for group in (~spared, spared):
            order = np.argsort(adds)
            order = order[(adds[order] > 0) & ~lines[order] & group[order]]
            while need > 0 and len(order):
                pick = order[min(int(np.searchsorted(adds[order], need)), len(order) - 1)]
                lines[pick] = True
                need -= adds[pick]
                order = order[order != pick]
    return lines
