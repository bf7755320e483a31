"""The restricted master problem: shares of known plans of each family, and the columns of no line, under the coupling rows."""

from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from model.decompose.coupling import Coupling
from model.decompose.table import INF, PRIMAL, Table
from model.errors import SolverError
from model.handover import Floats
from model.language import told

NARROW = 0.25
"""Most of the span between two limits that is given up on either side."""


@dataclass(frozen=True)
class Mixture:
    """A solution of the master.

    Attributes:
        value: Value, broken limits included; ``prices`` are the multipliers of the rows.
        shares: Shares by column of families, and ``others``, the columns of no line.
        slack: By how much each limit is broken, against its size.
    """

    value: float
    prices: Floats
    shares: Floats
    others: Floats
    slack: Floats


class Master:
    """Grows by columns; ``penalty`` is the price of breaking each row, which keeps the first rounds feasible."""

    def __init__(self, parts: Coupling, costs: Floats, kept: sparse.csr_array, most: Floats, penalty: Floats) -> None:
        """``kept`` are rows over the free columns that hold besides (their values at most ``most``)."""
        self.parts = parts
        self.table = sparse.csc_array(sparse.vstack([parts.tie @ parts.others, kept]))
        self.lower = np.concatenate([parts.tie @ parts.lower, np.full(kept.shape[0], -np.inf)])
        self.upper = np.concatenate([parts.tie @ parts.upper, most])
        self.families = int(parts.family.max()) + 1
        self.rows, width = self.table.shape
        entries, table = self.table.tocoo(), Table()
        table.rows(np.append(self.lower, np.ones(self.families)), np.append(self.upper, np.ones(self.families)))
        table.columns(costs, np.maximum(parts.least, -INF), np.minimum(parts.most, INF), entries.row, entries.col, entries.data)
        self.highs = table.handed()
        self.fixed_columns, self.penalty = width, penalty
        self.owner: list[int] = []
        self.size: Floats = np.zeros(0)
        for sign, limit in ((1.0, self.lower), (-1.0, self.upper)):
            at = np.flatnonzero(np.isfinite(limit)).astype(np.int32)
            self.size = np.append(self.size, np.maximum(1.0, np.abs(limit[at])))
            self._add(penalty[at], np.arange(len(at) + 1, dtype=np.int32), at, np.full(len(at), sign))
        self.slacks, self.reliefs = self.highs.getNumCol() - width, 0
        self.solved = False

    def _add(self, costs: Floats, starts: "np.typing.NDArray[np.int32]", index: "np.typing.NDArray[np.int32]", value: Floats) -> None:
        count = len(costs)
        self.highs.addCols(count, costs, np.zeros(count), np.full(count, INF), len(index), starts[:-1].astype(np.int32), index, value)

    def tighten(self, room: Floats, price: float) -> None:
        """Hold rows that much inside their limits; all of a row's room costs ``price`` to use. Before any family's column is added."""
        room = np.minimum(room, NARROW * (self.upper - self.lower))
        sides = [(np.where(np.isfinite(limit), room, 0.0), sign) for limit, sign in ((self.upper, -1.0), (self.lower, 1.0))]
        for side, sign in sides:
            at = np.flatnonzero(side > 0).astype(np.int32)
            first = self.highs.getNumCol()
            self._add(np.minimum(price / side[at], self.penalty[at]), np.arange(len(at) + 1, dtype=np.int32), at, np.full(len(at), sign))
            self.highs.changeColsBounds(len(at), np.arange(first, first + len(at), dtype=np.int32), np.zeros(len(at)), side[at])
            self.reliefs += len(at)
        self.upper, self.lower = self.upper - sides[0][0], self.lower + sides[1][0]
        for row in np.flatnonzero(sides[0][0] + sides[1][0]).tolist():
            self.highs.changeRowBounds(row, max(self.lower[row], -INF), min(self.upper[row], INF))

    def add(self, effects: sparse.csc_array, costs: Floats, owner: "np.typing.NDArray[np.int64]") -> None:
        """Add columns of families: what each does to the master's rows."""
        convex = sparse.csc_array((np.ones(len(owner)), (owner, np.arange(len(owner)))), shape=(self.families, len(owner)))
        whole = sparse.csc_array(sparse.vstack([effects, convex]))
        self._add(costs, whole.indptr.astype(np.int32), whole.indices.astype(np.int32), whole.data)
        self.owner += owner.tolist()

    def solve(self) -> Mixture:
        """Solve what is there, from the last basis."""
        if self.solved:
            self.highs.setOptionValue("simplex_strategy", PRIMAL)
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self.highs.clearSolver()
            self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise SolverError(told("master_failed", status=self.highs.modelStatusToString(self.highs.getModelStatus())))
        self.solved = True
        solution = self.highs.getSolution()
        point, duals = np.array(solution.col_value), np.array(solution.row_dual)
        first = self.fixed_columns + self.slacks
        shares = point[first + self.reliefs :]
        return Mixture(
            self.highs.getInfo().objective_function_value, duals, shares, point[: self.fixed_columns],
            point[self.fixed_columns : first] / self.size,
        )  # fmt: skip
