"""A whole model as one matrix: compiled rules and expanded ones side by side, in the order of their declaration."""

import logging
from typing import Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo
from pyomo.common.errors import InfeasibleConstraintException
from scipy import sparse

from model.compile.names import ColumnNames, RowNames, blocks_of
from model.compile.rows import Reader, Rows, nothing
from model.compile.templates import UnsupportedError, check_version
from model.handover import Matrix

LOG = logging.getLogger(__name__)


def _rows(reader: Reader, component: Any) -> Rows:
    """Compiled where possible; else expanded, with a note in the log."""
    if component.is_indexed() and not len(component.index_set()):
        return nothing(component)
    try:
        if any(not part.active for part in component._data.values()):
            raise UnsupportedError("some of its rows are switched off")
        return reader.rule(component)
    except UnsupportedError as reason:
        LOG.warning("rule '%s' is expanded by stock Pyomo row by row: %s", component.name, reason)
        return reader.expand(component)


def compile_model(m: pyo.ConcreteModel) -> Matrix:
    """The matrix of a model, equal to stock Pyomo's standard form; raises ``SolverError`` on an untested Pyomo.

    Rows that hold whatever the variables are get dropped, as are variables that no row and no objective uses;
    raises ``InfeasibleConstraintException`` for a row that no variables can meet.
    """
    check_version()
    reader = Reader()
    goals = {part.local_name: reader.objective(part) for part in m.component_objects(pyo.Objective, active=True)}
    parts = [_rows(reader, component) for component in m.component_objects(pyo.Constraint, active=True)]
    starts = np.concatenate([[0], np.cumsum([len(part.lower) for part in parts], dtype=np.int64)])
    lower = np.concatenate([np.zeros(0), *(part.lower for part in parts)])
    upper = np.concatenate([np.zeros(0), *(part.upper for part in parts)])
    row = _codes([part.row + start for part, start in zip(parts, starts, strict=False)])
    column = _codes([part.column for part in parts])
    value = np.concatenate([np.zeros(0), *(part.value for part in parts)])
    matrix = sparse.csc_array(sparse.coo_array((value, (row, column)), shape=(len(lower), reader.columns.count)))
    matrix.eliminate_zeros()
    names = RowNames([part.component for part in parts], [part.indices for part in parts], starts)
    matrix, kept = _without_idle_rows(matrix, lower, upper, names)
    objectives = {name: np.bincount(at, values, reader.columns.count) for name, (at, values, _) in goals.items()}
    used = np.diff(matrix.indptr) > 0
    for costs in objectives.values():
        used |= costs != 0
    low, high, whole = reader.columns.bounds()
    return Matrix(
        model=m,
        columns=ColumnNames(reader.columns, np.flatnonzero(used)),
        rows=names.kept(kept),
        matrix=sparse.csc_array(
            (matrix.data, matrix.indices, matrix.indptr[np.append(used, True)]), shape=(len(kept), int(np.count_nonzero(used)))
        ),
        lower=lower[kept],
        upper=upper[kept],
        column_lower=low[used],
        column_upper=high[used],
        integer=whole[used],
        objectives={name: costs[used] for name, costs in objectives.items()},
        offsets={name: offset for name, (_, _, offset) in goals.items()},
        blocks=blocks_of(reader.columns, used),
    )


def _codes(parts: list[Any]) -> npt.NDArray[np.int32]:
    """Places of entries, in the width that SciPy and HiGHS count in."""
    return np.concatenate([np.zeros(0, dtype=np.int32), *parts], dtype=np.int32, casting="same_kind")


def _without_idle_rows(matrix: Any, lower: Any, upper: Any, names: RowNames) -> tuple[Any, Any]:
    """The matrix without rows that bind nothing, and the positions of those that stay."""
    entries = np.bincount(matrix.indices, minlength=len(lower))
    impossible = np.flatnonzero((entries == 0) & ((lower > 0) | (upper < 0)))
    if len(impossible):
        component, index = names[int(impossible[0])]
        raise InfeasibleConstraintException(f"model contains a trivially infeasible constraint, '{component}[{index}]'")
    keep = (entries > 0) & (np.isfinite(lower) | np.isfinite(upper))
    if keep.all():
        return matrix, np.arange(len(lower))
    if np.any((entries > 0) & ~keep):
        return sparse.csc_array(sparse.csr_array(matrix)[keep]), np.flatnonzero(keep)
    place = np.cumsum(keep) - 1
    smaller = sparse.csc_array((matrix.data, place[matrix.indices], matrix.indptr), shape=(int(keep.sum()), matrix.shape[1]))
    return smaller, np.flatnonzero(keep)
