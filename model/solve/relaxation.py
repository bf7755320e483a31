"""The linear relaxation of a matrix, held in one HiGHS instance: bounds of stages, and plans with their binaries fixed.

Every matrix is handed over whole (a millisecond for the real plan) and every solve starts from a basis that is given, never from what the
instance did before, so that an answer does not depend on what was solved earlier. Changing coefficients in place was tried: the
instance keeps the scaling of the numbers that it had first, and answers differ in their last bits.
"""

from dataclasses import dataclass, replace

import highspy
import numpy as np
import numpy.typing as npt

from model.errors import LimitError, SolverError
from model.handover import Matrix, to_highs
from model.language import told
from model.names import Goal
from model.scenario import SolverOptions
from model.schema import IMPLIED
from model.solve.engine import DOUBTFUL, configure, off, run_twice, silent_highs
from model.solve.outcome import Basis, Floats
from model.tolerances import INTEGRALITY, KEPT

DEVEX = 1
"""HiGHS' number for devex pricing of the dual simplex: a third less time than steepest edge on the real plan's relaxations."""


@dataclass(frozen=True)
class Relaxed:
    """A stage without integrality: value without offset, point, basis, duals of the matrix' rows and then of the kept objectives.

    What was solved behind a presolve with whole numbers has a value and a point only.
    """

    value: float
    point: Floats
    basis: Basis | None = None
    duals: Floats | None = None


@dataclass(frozen=True)
class Fixed:
    """A stage with its binaries fixed: value without offset, point, duals of the matrix' rows."""

    value: float
    point: Floats
    duals: Floats


class Relaxation:
    """One matrix after another without integrality; ``load`` first, then ``bound`` and ``fixed`` for each stage, ``keep`` between them."""

    def __init__(self) -> None:
        self.options = SolverOptions()
        self.highs = silent_highs()
        self.matrix: Matrix | None = None
        self.whole: npt.NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self.implied: npt.NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self.most: list[float] = []

    def load(self, matrix: Matrix, options: SolverOptions) -> None:
        """Take over a matrix and settings."""
        self.options = options
        configure(self.highs, options)
        self.highs.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)
        to_highs(matrix, self.highs, whole=False)
        self.matrix = matrix
        self.whole = np.flatnonzero(matrix.integer).astype(np.int32)
        self.implied = _implied(matrix)
        self.most = []

    @property
    def _held(self) -> Matrix:
        if self.matrix is None:
            raise SolverError(told("no_matrix"))
        return self.matrix

    def keep(self, row: Floats, value: float) -> None:
        """Keep an objective at or below a value (without its offset) in the stages that follow."""
        add_kept(self.highs, row, value)
        self.most.append(value)

    def narrow(self, lower: Floats, upper: Floats) -> None:
        """Take over other bounds of the columns."""
        self.matrix = replace(self._held, column_lower=lower, column_upper=upper)
        self.highs.changeColsBounds(len(lower), np.arange(len(lower), dtype=np.int32), lower, upper)

    def bound(self, goal: Goal, basis: Basis | None) -> Relaxed | None:
        """Least value of a stage without integrality; nothing where even that has no answer, or HiGHS finds none."""
        set_goal(self.highs, self._held, goal)
        self.highs.clearSolver()
        start = _sized(basis, self.highs)
        if start is not None:
            self.highs.setBasis(start)
        if not self._answered(goal):
            return None
        found = self.highs.getBasis()
        statuses = [np.array([int(status) for status in part], dtype=np.int8) for part in (found.col_status, found.row_status)]
        solution = self.highs.getSolution()
        return Relaxed(self.highs.getObjectiveValue(), np.array(solution.col_value), Basis(*statuses), np.array(solution.row_dual))

    def fixed(self, goal: Goal, binaries: Floats) -> Fixed | None:
        """Least value of a stage with its binaries fixed to whole numbers; nothing where they do not hold.

        Installations follow from where measures stand, but for one case that a stage without cost does not mind: part of a measure
        installed and lost in the year in which its line leaves. It is taken away on both sides, and the rest solved again. Where only
        rows that are no objective could give, a kept objective gives by its own rounding.
        """
        matrix = self._held
        set_goal(self.highs, matrix, goal)
        self.highs.clearSolver()
        try:
            self._fix(self.whole, np.round(binaries))
            if not self._answered(goal):
                return None
            if self.most and off(self.highs):
                self._room(KEPT)
                if not self._answered(goal):
                    return None
            found = np.array(self.highs.getSolution().col_value)[self.implied]
            part = np.abs(found - np.round(found)) > INTEGRALITY
            if part.any():
                self._fix(self.implied[part], np.floor(found[part]))
                if not self._answered(goal):
                    return None
            solution = self.highs.getSolution()
            duals = np.array(solution.row_dual)[: matrix.matrix.shape[0]]
            return Fixed(self.highs.getObjectiveValue(), np.array(solution.col_value), duals)
        finally:
            for columns in (self.whole, self.implied):
                self.highs.changeColsBounds(len(columns), columns, matrix.column_lower[columns], matrix.column_upper[columns])
            self._room(0.0)

    def _fix(self, columns: npt.NDArray[np.int32], values: Floats) -> None:
        self.highs.changeColsBounds(len(columns), columns, values, values)

    def _room(self, share: float) -> None:
        """Let the kept objectives, whose rows are the last, be spoiled by a share of each."""
        for row, most in enumerate(self.most, self.highs.getNumRow() - len(self.most)):
            self.highs.changeRowBounds(row, -highspy.kHighsInf, most + share * abs(most))

    def _answered(self, goal: Goal) -> bool:
        run_twice(self.highs, self.options)
        status = self.highs.getModelStatus()
        if status == highspy.HighsModelStatus.kOptimal:
            return True
        if status in DOUBTFUL:
            return False
        if status == highspy.HighsModelStatus.kTimeLimit:
            raise LimitError(told("limit_in_linear", stage=told(f"goal_{goal}")))
        raise SolverError(told("status_in_linear", stage=told(f"goal_{goal}"), status=self.highs.modelStatusToString(status)))


def presolved(highs: highspy.Highs, options: SolverOptions) -> Relaxed | None:
    """The relaxation of what HiGHS' presolve leaves of a loaded stage with whole numbers; nothing where that has no answer.

    Presolve tightens rows by what whole numbers imply, so the bound lies above that of the plain relaxation (of the gap to the best
    plan, a fifth to nine tenths goes) and takes no longer. Duals do not come back through it.
    """
    highs.presolve()
    small = highs.getPresolvedLp()
    small.integrality_ = []
    inner = silent_highs()
    configure(inner, options)
    inner.setOptionValue("presolve", "off")
    inner.setOptionValue("simplex_dual_edge_weight_strategy", DEVEX)
    inner.passModel(small)
    inner.run()
    reduced = highs.getModelPresolveStatus() == highspy.HighsPresolveStatus.kReduced
    if not reduced or inner.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    found = highspy.HighsSolution()
    found.col_value = inner.getSolution().col_value
    highs.postsolve(found)
    return Relaxed(inner.getObjectiveValue(), np.array(highs.getSolution().col_value))


def _implied(matrix: Matrix) -> npt.NDArray[np.int32]:
    """Columns that are whole by themselves where measures stand in whole; none where those are relaxed."""
    found = {block.name: block.columns for block in matrix.blocks}
    if "fit" not in found or not matrix.integer[found["fit"]].all():
        return np.zeros(0, dtype=np.int32)
    return np.concatenate([found[name] for name in IMPLIED if name in found]).astype(np.int32)


def set_goal(highs: highspy.Highs, matrix: Matrix, goal: Goal) -> None:
    """Make a stage's objective the one to minimise."""
    row = matrix.objectives[f"objective_{goal}"]
    highs.changeColsCost(len(row), np.arange(len(row), dtype=np.int32), row)


def add_kept(highs: highspy.Highs, row: Floats, value: float) -> None:
    """Add the row that keeps an objective at or below a value."""
    used = np.flatnonzero(row).astype(np.int32)
    highs.addRow(-highspy.kHighsInf, value, len(used), used, row[used])


def _sized(basis: Basis | None, highs: highspy.Highs) -> highspy.HighsBasis | None:
    """A basis for the model in hand: rows that it does not know are basic; nothing where it does not fit."""
    if basis is None or len(basis.columns) != highs.getNumCol():
        return None
    missing = highs.getNumRow() - len(basis.rows)
    basic = int(highspy.HighsBasisStatus.kBasic)
    if missing < 0 and (basis.rows[missing:] != basic).any():
        return None
    rows = basis.rows[:missing] if missing < 0 else np.append(basis.rows, np.full(missing, basic, dtype=np.int8))
    made = highspy.HighsBasis()
    made.col_status = [highspy.HighsBasisStatus(int(status)) for status in basis.columns]
    made.row_status = [highspy.HighsBasisStatus(int(status)) for status in rows]
    made.valid = True
    return made
