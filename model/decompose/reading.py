"""Reads what a line's own rows say out of a compiled matrix: by rule and variable, as arrays over (pair, year)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from model.compile.names import RowNames
from model.handover import Floats, Matrix

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
OWN = (
    "one_configuration", "base_configuration", "configuration_flow", "one_move", "end_of_life", "base_production", "most_production",
    "least_production", "base_measures", "measure_flow", "measure_host", "measure_loss", "exclusive_measures", "fitted_production",
    "fitted_installation", "benchmark_standing", "benchmark_reached", "baseline_reached", "new_at_benchmark",
)  # fmt: skip
"""Rules of one line at a time; every other row couples lines, or is priced as if it did."""
WHOLE = ("on", "move", "fit", "install")
"""Variables of lines whose columns may be ruled out by a row that holds nothing else."""
OF_LINES = ("on", "move", "make", "fit", "install", "lost", "fitted", "benchmark")
"""Variables whose index begins with a line: its own columns."""


@dataclass
class Axis:
    """Columns of one variable: ``number`` by (pair, year), -1 where the matrix has none."""

    pairs: list[Any]
    number: Ints

    @cached_property
    def place(self) -> dict[Any, int]:
        """Where each pair stands."""
        return {pair: place for place, pair in enumerate(self.pairs)}

    def lines(self) -> list[str]:
        """The line of each pair."""
        return [str(pair[0]) for pair in self.pairs]


@dataclass
class Entries:
    """Entries of one rule's rows; ``pair`` and ``year`` say where in its variable's axis a column stands."""

    row: Ints
    variable: npt.NDArray[np.str_]
    pair: Ints
    year: Ints
    value: Floats

    def of(self, variable: str) -> "Entries":
        """Those that belong to one variable."""
        keep = self.variable == variable
        return Entries(self.row[keep], self.variable[keep], self.pair[keep], self.year[keep], self.value[keep])


class Reader:
    """A matrix by rule and variable.

    Attributes:
        years: Labels of the model years.
        axes: For each variable of lines its columns by pair and year.
        rule: The rule of each row.
        lower, upper: Bounds of columns, with those rows taken in that hold one column only.
        single: Rows that hold one column only.
    """

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.rows = sparse.csr_array(matrix.matrix)
        self.rule = matrix.rows.rules() if isinstance(matrix.rows, RowNames) else np.array([name for name, _ in matrix.rows])
        found = {block.name: block for block in matrix.blocks}
        self.years = [int(year) for year in found["on"].members[-1]]
        width = matrix.matrix.shape[1]
        self.variable, self.pair, self.year = np.full(width, "", dtype="U10"), np.full(width, -1), np.full(width, -1)
        self.axes: dict[str, Axis] = {}
        for name in OF_LINES:
            if name not in found:
                self.axes[name] = Axis([], np.zeros((0, len(self.years)), dtype=np.int64))
                continue
            block = found[name]
            pairs, span = list(block.members[0]), len(list(block.members[-1]))
            pair, year = np.divmod(block.places, span)
            year = year + len(self.years) - span
            number = np.full((len(pairs), len(self.years)), -1, dtype=np.int64)
            number[pair, year] = block.columns
            self.axes[name] = Axis(pairs, number)
            self.variable[block.columns], self.pair[block.columns], self.year[block.columns] = name, pair, year
        self.lower, self.upper, self.single = self._bounds()

    def _bounds(self) -> tuple[Floats, Floats, Mask]:
        """Bounds of columns, tightened by rows that hold one column only."""
        m, rows = self.matrix, self.rows
        single = np.diff(rows.indptr) == 1
        alone = rows.indices[rows.indptr[:-1][single]]
        single[single] = np.isin(self.rule[single], OWN) | np.isin(self.variable[alone], ("", *WHOLE))
        at = rows.indptr[:-1][single]
        column, value = rows.indices[at], rows.data[at]
        with np.errstate(invalid="ignore"):
            sides = np.array([m.lower[single] / value, m.upper[single] / value])
        lower, upper = m.column_lower.copy(), m.column_upper.copy()
        np.maximum.at(lower, column, sides.min(axis=0))
        np.minimum.at(upper, column, sides.max(axis=0))
        return lower, upper, single

    def entries(self, *rules: str) -> Entries:
        """Entries of the rows of rules."""
        chosen = np.flatnonzero(np.isin(self.rule, rules) & ~self.single)
        count = np.diff(self.rows.indptr)[chosen]
        at = np.repeat(self.rows.indptr[chosen] - np.cumsum(count) + count, count)
        at = at + np.arange(len(at))
        column = self.rows.indices[at]
        return Entries(np.repeat(chosen, count), self.variable[column], self.pair[column], self.year[column], self.rows.data[at])

    def ratios(self, found: Entries, head: str, other: str) -> tuple[Ints, Ints, Ints, Ints, Floats]:
        """For rows that hold one column of ``head``: pair and year of it, pair and year of each ``other``, and minus their ratio."""
        first, rest = found.of(head), found.of(other)
        place = np.full(self.rows.shape[0], -1)
        place[first.row] = np.arange(len(first.row))
        own = place[rest.row]
        return first.pair[own], first.year[own], rest.pair, rest.year, -rest.value / first.value[own]

    def spread(self, variable: str, pair: Ints, year: Ints, value: Floats, missing: float) -> Floats:
        """Values as an array over (pair, year)."""
        array = np.full(self.axes[variable].number.shape, missing)
        array[pair, year] = value
        return array
