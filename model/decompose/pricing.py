r"""Lagrangian bounds: coupling rows priced with multipliers, and every line left to its own cheapest plan.

With multipliers :math:`y` of the coupling rows :math:`b \le A x \le \bar b`, whatever they are,

.. math::

    \min_x \; c x \;\ge\; \sum_i \min(y_i b_i, y_i \bar b_i) + \sum_j \min_{l_j \le x_j \le u_j} (c - A'y)_j x_j
    + \sum_{\text{lines}} \min_{x \in X_l} (c - A'y)_l x

The last sum is over whole plans of single lines, so that the bound is at least as tight as that of the linear relaxation.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from model.decompose.coupling import Coupling
from model.decompose.fleet import Fleet, Plans
from model.decompose.master import Master
from model.decompose.reading import OF_LINES, Ints, Mask
from model.errors import SolverError
from model.handover import Floats, Matrix
from model.language import told
from model.names import Goal

ROUNDING = 1e-6
"""A weight on a column without limit that is no larger than this, against the largest cost, counts as rounding."""


@dataclass
class Priced:
    """A bound, and the plans that gave it: ``effects`` on the priced rows by family."""

    bound: float
    plans: Plans
    effects: Floats


@dataclass(frozen=True)
class Family:
    """Lines alike, and how their columns answer to each other.

    Attributes:
        lines: Its lines; ``first`` is the place of the one that stands for all.
        scale: Size of each line against the first's.
        columns: Column numbers, (line, place); -1 where a line has none.
        make, fitted: Places of what is made, and of what is made under a measure.
        standing: Places of whole decisions that what is made depends on.
        year: Year of each place.
    """

    lines: Ints
    first: int
    scale: Floats
    columns: Ints
    make: Mask
    fitted: Mask
    standing: Mask
    year: Ints

    @property
    def whole(self) -> Mask:
        """Places of whole decisions."""
        return ~(self.make | self.fitted)

    def values(self, point: Floats, line: int | None = None) -> Floats:
        """A line's part of a point; the first line's if none is named."""
        column = self.columns[self.first if line is None else line]
        return np.where(column >= 0, point[column], 0.0)


@dataclass(frozen=True)
class Few:
    """Lines that stand for their families, and how many of themselves each stands for."""

    families: list[Family]
    chosen: Mask
    weight: Floats


class Pricer:
    """Prices the lines of one matrix for one stage."""

    def __init__(self, matrix: Matrix, fleet: Fleet, parts: Coupling, goal: Goal) -> None:
        self.fleet, self.parts = fleet, parts
        objective = matrix.objectives[f"objective_{goal}"]
        if objective[(fleet.of >= 0) & ~parts.fixed].any():
            raise SolverError(told("not_by_lines", what=f"objective_{goal}"))
        self.costs = objective[parts.free]
        self.constant = float(objective @ parts.base) + matrix.offsets[f"objective_{goal}"]
        self.turned = sparse.csr_array(parts.lines.T)
        entries = parts.lines.tocoo()
        self.column = entries.col
        line = fleet.of[entries.col]
        tie = sparse.csc_array(parts.tie)
        self.rows, self.families = parts.tie.shape[0], int(parts.family.max()) + 1
        self.place = parts.family[line] * self.rows + tie.indices[entries.row]
        self.value = entries.data * tie.data[entries.row]
        self.line = line

    def line_costs(self, prices: Floats) -> Floats:
        """Cost of each column of a line at multipliers of the priced rows."""
        costs = -np.asarray(self.turned @ (self.parts.tie.T @ prices[: self.rows]))
        costs[self.parts.fixed] = 0.0
        return costs

    def effects(self, point: Floats, weight: Floats | None = None) -> Floats:
        """What the lines of each family do to the priced rows, (family, row)."""
        made = self.value * point[self.column]
        if weight is not None:
            made = made * weight[self.line]
        sums: Floats = np.bincount(self.place, weights=made, minlength=self.families * self.rows).astype(float)
        return sums.reshape(self.families, self.rows)

    def price(self, master: Master, prices: Floats, few: Few | None = None) -> Priced:
        """The bound at some multipliers; with ``few`` lines an estimate of it. A multiplier on a side without limit counts as 0."""
        prices = np.where(np.isfinite(np.where(prices > 0, master.lower, master.upper)), prices, 0.0)
        plans = self.fleet.cheapest(self.line_costs(prices), None if few is None else few.chosen)
        values = plans.values if few is None else plans.values * few.weight
        side = np.where(prices > 0, master.lower, master.upper)
        used = prices != 0
        bound = float(prices[used] @ side[used]) + self.constant + float(values.sum())
        reduced = self.costs - master.table.T @ prices
        side = np.where(reduced > 0, self.parts.least, self.parts.most)
        endless = np.isinf(side)
        if np.abs(reduced[endless]).max(initial=0.0) > ROUNDING * max(1.0, float(np.abs(self.costs).max())):
            bound = -np.inf
        bound += float(np.where(endless, 0.0, reduced) @ np.where(endless, 0.0, side))
        return Priced(bound, plans, self.effects(plans.point, None if few is None else few.weight))


def representatives(fleet: Fleet, parts: Coupling) -> Few:
    """The families, each with the line of middle size to stand for all."""
    size = fleet.sizes()
    families: list[Family | None] = [None] * (int(parts.family.max()) + 1)
    chosen, weight = np.zeros(len(size), dtype=bool), np.zeros(len(size))
    for shape in fleet.shapes:
        flat = np.concatenate([shape.columns[name].reshape(len(shape.lines), -1) for name in OF_LINES], axis=1)
        name_of = np.repeat(OF_LINES, [shape.columns[name][0].size for name in OF_LINES])
        year = np.concatenate([np.indices(shape.columns[name][0].shape)[1].ravel() for name in OF_LINES])
        for number in np.unique(parts.family[shape.lines]).tolist():
            own = np.flatnonzero(parts.family[shape.lines] == number)
            lines = shape.lines[own]
            first = int(np.argsort(size[lines], kind="stable")[len(lines) // 2])
            scale = size[lines] / size[lines[first]] if size[lines[first]] > 0 else np.ones(len(lines))
            families[number] = Family(
                lines, first, scale, flat[own], name_of == "make", name_of == "fitted", np.isin(name_of, ("on", "move", "fit")), year,
            )  # fmt: skip
            chosen[lines[first]], weight[lines[first]] = True, scale.sum()
    return Few([family for family in families if family is not None], chosen, weight)
