r"""One path for every line out of those known of its family, and what all make: the restricted master problem with whole choices.

Lines :math:`l` choose among paths :math:`p`. What is made is free; lines alike that stand alike in a year (state :math:`s`) make
alike, a mixture of patterns :math:`q`, by their size :math:`C`:

.. math::

    \sum_p z_{l,p} = 1, \quad z \ge 0, \qquad
    \sum_{q} \lambda_{s,q} = \sum_{l} C_l \sum_{p \ni s} z_{l,p}, \quad \lambda \ge 0

under all coupling rows, row by row; lines of a site make by themselves. Most lines of large families are shared out first: where a
path's share of the mixture has room for a whole line, one takes it, so that the mixture of the rest still holds.
"""

from dataclasses import dataclass, field

import highspy
import numpy as np
from scipy import sparse

from model.decompose.pricing import Pricer
from model.decompose.reading import Ints
from model.decompose.rounding import Path, apportion
from model.decompose.units import Patterns, State, Unit, states
from model.errors import SolverError
from model.handover import Floats
from model.language import told
from model.solve import silent_highs

INF = highspy.kHighsInf
DUAL, PRIMAL = 1, 4


@dataclass
class Kept:
    """Objectives of earlier stages as rows over the columns of no line, each at most its limit."""

    rows: sparse.csr_array
    most: Floats


@dataclass
class Part:
    """A unit in the programme.

    Attributes:
        taken: Path of each line that was shared out, -1 where a line chooses.
        choice: Row of each line that chooses, by its place in the unit.
        column: For each of those the columns of its paths.
        row: Linking row of each state.
        pattern: Column of each pattern, with the state and what is made.
    """

    unit: Unit
    paths: list[Path]
    taken: Ints
    choice: dict[int, int] = field(default_factory=dict)
    column: dict[int, list[int]] = field(default_factory=dict)
    row: dict[State, int] = field(default_factory=dict)
    pattern: list[tuple[int, State, Floats]] = field(default_factory=list)


class Programme:
    """Grows by paths; rows may be broken at a ``penalty`` each."""

    def __init__(self, pricer: Pricer, patterns: Patterns, kept: Kept, penalty: Floats) -> None:
        self.pricer, self.patterns = pricer, patterns
        parts = pricer.parts
        self.table = sparse.csc_array(parts.lines)
        self.lower = np.concatenate([parts.lower, np.full(len(kept.most), -np.inf)])
        self.upper = np.concatenate([parts.upper, kept.most])
        self.parts: list[Part] = []
        self.highs = silent_highs()
        self.highs.setOptionValue("threads", 1)
        needed = [np.flatnonzero(np.isfinite(side)) for side in (self.lower, self.upper)]
        row, sign = np.concatenate(needed), np.repeat([1.0, -1.0], [len(side) for side in needed])
        slack = sparse.coo_array((sign, (row, np.arange(len(row)))), shape=(len(self.lower), len(row)))
        table = sparse.csc_array(sparse.hstack([sparse.vstack([parts.others, kept.rows]), slack]))
        width = table.shape[1]
        self.slacks, self.slack_row = slice(width - len(row), width), row
        self.highs.passModel(
            width, len(self.lower), table.nnz, 1, 1, 0.0, np.concatenate([pricer.costs, penalty[row]]),
            np.concatenate([np.maximum(parts.least, -INF), np.zeros(len(row))]),
            np.concatenate([np.minimum(parts.most, INF), np.full(len(row), INF)]),
            self.lower, self.upper, table.indptr.astype(np.int32), table.indices.astype(np.int32), table.data,
            np.zeros(width, dtype=np.int32),
        )  # fmt: skip
        self.height, self.width = len(self.lower), width
        self._rows: list[float] = []
        self._entries: list[tuple[Ints, Ints, Floats]] = []
        self._added = 0
        self.plan = np.zeros(self.table.shape[1])

    def begin(self, unit: Unit, paths: list[Path]) -> None:
        """Take a unit in, its lines shared out as far as whole lines go."""
        alone, single = len(unit.places) == 1, len(paths) == 1
        taken = np.full(1, 0 if single else -1) if alone else apportion(unit.scale, np.array([path.share for path in paths]))
        part = Part(unit, [], taken)
        self.parts.append(part)
        for line in np.flatnonzero(taken < 0).tolist():
            part.choice[line], part.column[line] = self._row(1.0), []
        for path in paths:
            self.extend(part, path)
        for line, at in enumerate(taken.tolist()):
            if at >= 0:
                self._write(unit.columns[line], paths[at].values)

    def extend(self, part: Part, path: Path) -> None:
        """One more path for the lines of a unit that still choose."""
        unit, at = part.unit, len(part.paths)
        part.paths.append(path)
        on = states(unit.family, path.values)
        fixed = float(unit.scale[part.taken == at].sum())
        for state in on:
            if state not in part.row:
                part.row[state] = self._row(0.0)
                made = np.array(self.patterns.known[unit.number][state]) * unit.family.scale[unit.places[0]]
                columns = self._columns(unit.columns[0], made, np.array([part.row[state]]), 1.0)
                part.pattern += [(column, state, values) for column, values in zip(columns, made, strict=True)]
            if fixed:
                self._side(part.row[state], fixed)
        rows = np.array([part.row[state] for state in on])
        for line, choice in part.choice.items():
            weights = np.append(np.full(len(rows), -unit.scale[line]), 1.0)
            part.column[line] += self._columns(unit.columns[line], path.values[None, :], np.append(rows, choice), weights)

    def _row(self, side: float) -> int:
        self._rows.append(side)
        return self.height + len(self._rows) - 1

    def _side(self, row: int, more: float) -> None:
        """Raise the side of a linking row that is not handed over yet."""
        self._rows[row - self.height] += more

    def _columns(self, column: Ints, values: Floats, rows: Ints, weights: Floats | float) -> list[int]:
        """Columns with what values do to the coupling rows, and their entries in rows of this programme."""
        there = column >= 0
        effects = sparse.coo_array(self.table[:, column[there]] @ sparse.csc_array(values[:, there].T))
        first, count = self._added, len(values)
        self._added += count
        self._entries.append((effects.row, first + effects.col, effects.data))
        own = np.repeat(np.arange(first, first + count), len(rows))
        self._entries.append((np.tile(rows, count), own, np.tile(np.broadcast_to(weights, rows.shape), count)))
        return list(range(self.width + first, self.width + first + count))

    def _write(self, column: Ints, values: Floats) -> None:
        self.plan[column[column >= 0]] = values[column >= 0]

    def settle(self) -> None:
        """The lines that are shared out are sides of rows from here on."""
        shift = np.asarray(self.pricer.parts.lines @ self.plan)
        for row in np.flatnonzero(shift).tolist():
            self.highs.changeRowBounds(row, self.lower[row] - shift[row], self.upper[row] - shift[row])

    def flush(self) -> None:
        """Hand over what was added."""
        sides = np.array(self._rows)
        nothing = np.zeros(0, dtype=np.int32)
        if len(sides):
            self.highs.addRows(len(sides), sides, sides, 0, np.zeros(len(sides), dtype=np.int32), nothing, np.zeros(0))
            self.height += len(sides)
        if self._added:
            row, column, value = (np.concatenate([part[at] for part in self._entries]) for at in range(3))
            table = sparse.csc_array((value, (row, column)), shape=(self.height, self._added))
            zeros = np.zeros(self._added)
            self.highs.addCols(
                self._added, zeros, zeros, np.full(self._added, INF), table.nnz, table.indptr[:-1].astype(np.int32),
                table.indices.astype(np.int32), table.data,
            )  # fmt: skip
            self.width += self._added
        self._rows, self._entries, self._added = [], [], 0

    def solve(self, strategy: int) -> tuple[float, Floats, Floats]:
        """Value, columns, and multipliers of the coupling rows."""
        self.highs.setOptionValue("simplex_strategy", strategy)
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self.highs.clearSolver()
            self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise SolverError(told("master_failed", status=self.highs.modelStatusToString(self.highs.getModelStatus())))
        solution = self.highs.getSolution()
        value = self.highs.getInfo().objective_function_value + self.pricer.constant
        return value, np.array(solution.col_value), np.array(solution.row_dual)[: len(self.lower)]

    def bound(self, columns: list[int], low: float, high: float) -> None:
        """Bounds of columns."""
        count = len(columns)
        self.highs.changeColsBounds(count, np.array(columns, dtype=np.int32), np.full(count, low), np.full(count, high))

    def point(self, found: Floats) -> Floats:
        """All columns of the matrix at a solution whose choices are whole."""
        parts, plan = self.pricer.parts, self.plan.copy()
        for part in self.parts:
            unit, taken = part.unit, part.taken.copy()
            for line, columns in part.column.items():
                taken[line] = int(np.argmax(found[columns]))
            total: dict[State, float] = {}
            for column, state, _ in part.pattern:
                total[state] = total.get(state, 0.0) + found[column]
            for at in np.unique(taken).tolist():
                on = set(states(unit.family, part.paths[at].values))
                values = part.paths[at].values.copy()
                for column, state, made in part.pattern:
                    if state in on and found[column] > 0:
                        values += made * (found[column] / total[state])
                for line in np.flatnonzero(taken == at).tolist():
                    scaled = np.where(unit.family.whole, values, values * unit.scale[line])
                    own = unit.columns[line]
                    plan[own[own >= 0]] = scaled[own >= 0]
        whole = np.where(parts.fixed, parts.base, plan)
        whole[parts.free] = found[: len(parts.free)]
        return whole
