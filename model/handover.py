"""Pyomo model -> arrays of a matrix -> HiGHS. Stock Pyomo expands the rules; nothing is lost in names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler
from scipy import sparse

from model.errors import SolverError
from model.language import told

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """Columns of one variable: ``places`` in the product of ``members`` (row-major), and the ``columns`` they have."""

    name: str
    members: Sequence[Iterable[Any]]
    places: npt.NDArray[np.integer[Any]]
    columns: npt.NDArray[np.integer[Any]]


@dataclass
class Matrix:
    """A linear model: ``lower <= A x <= upper``, bounds, integrality, one objective row per stage.

    ``columns`` are (variable, index), ``rows`` are (rule, index); ``blocks`` are the same columns by variable.
    """

    model: pyo.ConcreteModel
    columns: Sequence[tuple[str, Any]]
    rows: Sequence[tuple[str, Any]]
    matrix: sparse.csc_array
    lower: Floats
    upper: Floats
    column_lower: Floats
    column_upper: Floats
    integer: npt.NDArray[np.bool_]
    objectives: dict[str, Floats]
    offsets: dict[str, float]
    blocks: list[Block]

    def shape(self) -> tuple[int, int, int]:
        """Rows, columns, non-zeros."""
        return (*self.matrix.shape, self.matrix.nnz)

    def worth(self, goal: str, point: Floats) -> float:
        """Value of a stage's objective at a point, its offset included."""
        return float(self.objectives[f"objective_{goal}"] @ point) + self.offsets[f"objective_{goal}"]

    def with_rows(self, added: sparse.csr_array, lower: Floats, upper: Floats, names: Sequence[str]) -> "Matrix":
        """The same model with further rows over its columns."""
        return replace(
            self,
            matrix=sparse.csc_array(sparse.vstack([self.matrix, added], format="csc")),
            lower=np.concatenate([self.lower, lower]),
            upper=np.concatenate([self.upper, upper]),
            rows=[*self.rows, *((name, None) for name in names)],
        )

    def with_fixed(self, columns: npt.NDArray[np.int64], values: Floats) -> "Matrix":
        """The same model with some columns fixed."""
        lower, upper = self.column_lower.copy(), self.column_upper.copy()
        lower[columns] = upper[columns] = values
        return replace(self, column_lower=lower, column_upper=upper)


def to_matrix(m: pyo.ConcreteModel) -> Matrix:
    """Expand every rule and compile the model to arrays; objectives keep the names of their components."""
    found = list(m.component_data_objects(pyo.Objective))
    form = LinearStandardFormCompiler().write(m, mixed_form=True)
    columns = list(form.columns)
    signs = np.array([row.bound_type for row in form.rows])
    lower = np.where(signs <= 0, form.rhs, -np.inf)
    upper = np.where(signs >= 0, form.rhs, np.inf)
    bounds = [column.bounds for column in columns]
    rows = sparse.csr_array(form.c)
    return Matrix(
        model=m,
        columns=[(column.parent_component().local_name, column.index()) for column in columns],
        rows=[(row.constraint.parent_component().local_name, row.constraint.index()) for row in form.rows],
        matrix=sparse.csc_array(form.A),
        lower=np.asarray(lower, dtype=float),
        upper=np.asarray(upper, dtype=float),
        column_lower=np.array([-np.inf if low is None else low for low, _ in bounds]),
        column_upper=np.array([np.inf if high is None else high for _, high in bounds]),
        integer=np.array([column.is_integer() or column.is_binary() for column in columns]),
        objectives={objective.local_name: rows[[n]].toarray().ravel() for n, objective in enumerate(found)},
        offsets={objective.local_name: float(form.c_offset[n]) for n, objective in enumerate(found)},
        blocks=_blocks(columns),
    )


def _blocks(columns: list[Any]) -> list[Block]:
    """Columns by variable, each variable as a list of the indices in use."""
    groups: dict[int, tuple[Any, list[int]]] = {}
    for number, column in enumerate(columns):
        variable = column.parent_component()
        groups.setdefault(id(variable), (variable, []))[1].append(number)
    found = []
    for variable, numbers in groups.values():
        subsets = list(variable.index_set().subsets(expand_all_set_operators=False)) if variable.is_indexed() else []
        place = {index: at for at, index in enumerate(variable.index_set())}
        inside = np.array([place[columns[number].index()] for number in numbers], dtype=np.int64)
        found.append(Block(variable.local_name, [list(part) for part in subsets], inside, np.array(numbers, dtype=np.int64)))
    return found


def to_highs(matrix: Matrix, highs: highspy.Highs, *, whole: bool = True) -> None:
    """Pass a matrix to a HiGHS instance in one call, without an objective; ``whole=False`` leaves integrality out.

    Raises ``SolverError`` for a matrix that HiGHS refuses, or that it would crash on: what is no number.
    """
    table = matrix.matrix
    if np.isnan(table.data).any():
        raise SolverError(told("model_refused"))
    rows, columns = table.shape
    status = highs.passModel(
        columns, rows, table.nnz, int(highspy.MatrixFormat.kColwise), int(highspy.ObjSense.kMinimize), 0.0, np.zeros(columns),
        matrix.column_lower, matrix.column_upper, matrix.lower, matrix.upper,
        table.indptr.astype(np.int32, copy=False), table.indices.astype(np.int32, copy=False), table.data,
        (matrix.integer & whole).astype(np.int32),
    )  # fmt: skip
    if status == highspy.HighsStatus.kError:
        raise SolverError(told("model_refused"))
