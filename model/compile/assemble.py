"""A whole model as one matrix: compiled rules and expanded ones side by side, in the order of their declaration."""

import logging
from typing import Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo
from pyomo.common.errors import InfeasibleConstraintException
from scipy import sparse

from model.compile.labels import LARGEST, Places
from model.compile.names import ColumnNames, Mask, RowNames, blocks_of
from model.compile.rows import Part, Reader, Rows, nothing, write
from model.compile.templates import UnsupportedError, check_version
from model.errors import SolverError
from model.handover import Floats, Matrix
from model.language import told

LOG = logging.getLogger(__name__)


def _rows(reader: Reader, component: Any, first: int) -> Rows:
    """Compiled where possible; else expanded, with a note in the log."""
    if component.is_indexed() and not len(component.index_set()):
        return nothing(component)
    try:
        if any(not part.active for part in component._data.values()):
            raise UnsupportedError("some of its rows are switched off")
        return reader.rule(component, first)
    except UnsupportedError as reason:
        LOG.warning("rule '%s' is expanded by stock Pyomo row by row: %s", component.name, reason)
        return reader.expand(component, first)


def compile_model(m: pyo.ConcreteModel) -> Matrix:
    """The matrix of a model, equal to stock Pyomo's standard form; raises ``SolverError`` on an untested Pyomo.

    Rows that hold whatever the variables are get dropped, as are variables that no row and no objective uses;
    raises ``InfeasibleConstraintException`` for a row that no variables can meet.
    """
    check_version()
    reader = Reader()
    goals = {part.local_name: reader.objective(part) for part in m.component_objects(pyo.Objective, active=True)}
    found: list[Rows] = []
    starts = [0]
    for component in m.component_objects(pyo.Constraint, active=True):
        found.append(_rows(reader, component, starts[-1]))
        starts.append(starts[-1] + len(found[-1].lower))
    lower = np.concatenate([np.zeros(0), *(rows.lower for rows in found)])
    upper = np.concatenate([np.zeros(0), *(rows.upper for rows in found)])
    names = RowNames([rows.component for rows in found], [rows.indices for rows in found], np.array(starts))
    parts = [part for rows in found for part in rows.parts]
    found.clear()
    matrix = _joined(parts, len(lower), reader.columns.count)
    kept = _used_rows(matrix, lower, upper, names)
    used = np.diff(matrix.indptr) > 0
    for at, values, _ in goals.values():
        used[at[values != 0]] = True
    low, high, whole = reader.columns.bounds()
    return Matrix(
        model=m,
        columns=ColumnNames(reader.columns, used),
        rows=names.kept(kept),
        matrix=_reduced(matrix, kept, used),
        lower=_chosen(lower, kept),
        upper=_chosen(upper, kept),
        column_lower=_chosen(low, used),
        column_upper=_chosen(high, used),
        integer=_chosen(whole, used),
        objectives={name: _spread(at, values, used) for name, (at, values, _) in goals.items()},
        offsets={name: offset for name, (_, _, offset) in goals.items()},
        blocks=blocks_of(reader.columns, used),
    )


def _chosen(values: npt.NDArray[Any], mask: Mask) -> npt.NDArray[Any]:
    """The values that a mask chooses; no copy where it chooses all."""
    return values if mask.all() else values[mask]


def _spread(at: Places, values: Floats, used: Mask) -> Floats:
    """Coefficients of an objective, over the columns in use."""
    costs = np.zeros(int(np.count_nonzero(used)))
    some = used[at]
    np.add.at(costs, at[some] - np.searchsorted(np.flatnonzero(~used), at[some]), values[some])
    return costs


def _joined(parts: list[Part], rows: int, columns: int) -> sparse.csc_array:
    """All entries as one matrix; what comes twice is added, what is zero left out."""
    size = sum(part.size for part in parts)
    if max(rows, size) > LARGEST:
        raise SolverError(told("too_many_entries"))
    row, column, value = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32), np.empty(size)
    write(parts, row, column, value)
    parts.clear()
    matrix = sparse.csc_array(sparse.coo_array((value, (row, column)), shape=(rows, columns)))
    matrix.eliminate_zeros()
    return matrix


def _used_rows(matrix: sparse.csc_array, lower: Floats, upper: Floats, names: RowNames) -> Mask:
    """Which rows bind something."""
    filled = np.zeros(len(lower), dtype=bool)
    filled[matrix.indices] = True
    impossible = np.flatnonzero(~filled & ((lower > 0) | (upper < 0)))
    if len(impossible):
        component, index = names[int(impossible[0])]
        raise InfeasibleConstraintException(f"model contains a trivially infeasible constraint, '{component}[{index}]'")
    return filled & (np.isfinite(lower) | np.isfinite(upper))


def _reduced(matrix: sparse.csc_array, rows: Mask, columns: Mask) -> sparse.csc_array:
    """The matrix without the other rows and columns; columns that go are empty."""
    start = matrix.indptr[np.append(columns, True)]
    index, value = matrix.indices, matrix.data
    if not rows.all():
        stays = rows[index]
        if not stays.all():
            start = start - np.searchsorted(np.flatnonzero(~stays), start).astype(start.dtype)
            index, value = index[stays], value[stays]
        index = (np.cumsum(rows, dtype=np.int32) - 1)[index]
    return sparse.csc_array((value, index, start), shape=(int(np.count_nonzero(rows)), int(np.count_nonzero(columns))))
