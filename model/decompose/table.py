"""A linear programme put together piece by piece, and handed to HiGHS at once."""

import highspy
import numpy as np
from scipy import sparse

from model.decompose.reading import Ints
from model.handover import Floats
from model.solve import silent_highs

INF = highspy.kHighsInf
DUAL, PRIMAL = 1, 4
"""HiGHS' numbers for strategies of the simplex method."""


class Table:
    """Rows, columns and entries so far."""

    def __init__(self) -> None:
        self.height = self.width = 0
        self._sides: list[tuple[Floats, Floats]] = []
        self._bounds: list[tuple[Floats, Floats, Floats]] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []

    def rows(self, lower: Floats, upper: Floats) -> Ints:
        """Add rows; their numbers."""
        self._sides.append((lower, upper))
        self.height += len(lower)
        return np.arange(self.height - len(lower), self.height)

    def columns(self, costs: Floats, lower: Floats, upper: Floats, row: Ints, place: Ints, value: Floats) -> Ints:
        """Add columns with entries by row and place among them; their numbers."""
        self._bounds.append((costs, lower, upper))
        self.entries(row, self.width + place, value)
        self.width += len(costs)
        return np.arange(self.width - len(costs), self.width)

    def entries(self, row: Ints, column: Ints, value: Floats) -> None:
        """Add entries."""
        self._entries.append((row, column, value))

    def handed(self) -> highspy.Highs:
        """HiGHS with the programme, to be minimised on one thread."""
        lower, upper = (np.concatenate([part[at] for part in self._sides]) for at in range(2))
        costs, least, most = (np.concatenate([part[at] for part in self._bounds]) for at in range(3))
        row, column, value = (np.concatenate([part[at] for part in self._entries]) for at in range(3))
        table = sparse.csc_array((value, (row, column)), shape=(self.height, self.width))
        highs = silent_highs()
        highs.setOptionValue("threads", 1)
        highs.passModel(
            self.width, self.height, table.nnz, int(highspy.MatrixFormat.kColwise), int(highspy.ObjSense.kMinimize), 0.0, costs, least,
            most, np.maximum(lower, -INF), np.minimum(upper, INF), table.indptr.astype(np.int32), table.indices.astype(np.int32),
            table.data, np.zeros(self.width, dtype=np.int32),
        )  # fmt: skip
        return highs
