"""Several futures as one matrix: a block each, and one column for each decision that is taken before it is known which comes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import sparse

from model.handover import Matrix
from model.names import Goal
from model.solution import column_numbers

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

SHARED = ("move", "install", "on", "fit", "lost")
"""What is one for all futures in early years: what is done to lines, and where they and their measures stand because of it."""


@dataclass(frozen=True)
class Future:
    """A future's problem, its compiled matrix and its probability."""

    problem: xr.Dataset
    matrix: Matrix
    weight: float


@dataclass(frozen=True)
class Stacked:
    """The extensive form, and for each future the column of the stack that each of its own columns is."""

    matrix: Matrix
    places: list[Places]

    def point(self, number: int, values: Floats) -> Floats:
        """An answer to the stack as columns of one future."""
        return values[self.places[number]]


def stack(futures: Sequence[Future], until: int, tail: float | None = None, others: Sequence[Future] = ()) -> Stacked:
    """Futures side by side; moves and retrofits of the years to ``until`` (included) are one column for all.

    Stages are expected values over the futures' weights. With ``tail`` the emissions stage is instead the mean of the worst
    share ``tail`` of the futures: the conditional value at risk (Rockafellar and Uryasev 2000), whose linear form adds a free column,
    and a column and a row for each future. Of ``others`` only the rows over early decisions alone are taken over (pace, caps): what
    is decided early can then be begun in them too.
    """
    places, bare = _places(futures, others, until)
    width = 1 + max((int(place.max()) for place in places if len(place)), default=-1)
    lower, upper, integer = np.full(width, -np.inf), np.full(width, np.inf), np.zeros(width, dtype=bool)
    parts, low, high, rows = [], [], [], []
    for number, (future, place) in enumerate(zip(futures, places, strict=True)):
        own = sparse.coo_array(future.matrix.matrix)
        shape = (own.shape[0], width)
        parts.append(sparse.csr_array((own.data, (own.coords[0], place[own.coords[1]])), shape=shape))
        low.append(future.matrix.lower)
        high.append(future.matrix.upper)
        rows += [(f"future_{number}", row) for row in range(own.shape[0])]
        np.maximum.at(lower, place, future.matrix.column_lower)
        np.minimum.at(upper, place, future.matrix.column_upper)
        integer[place] |= future.matrix.integer
    early = _early_rows(others, bare, width)
    for future, place in zip(others, bare, strict=True):
        np.maximum.at(lower, place[place >= 0], future.matrix.column_lower[place >= 0])
        np.minimum.at(upper, place[place >= 0], future.matrix.column_upper[place >= 0])
    rows += [("early", row) for row in range(early.table.shape[0])]
    matrix = Matrix(
        model=futures[0].matrix.model, columns=[("stacked", column) for column in range(width)], rows=rows,
        matrix=sparse.csc_array(sparse.vstack([*parts, early.table], format="csc")), lower=np.concatenate([*low, early.lower]),
        upper=np.concatenate([*high, early.upper]), column_lower=lower, column_upper=upper, integer=integer,
        objectives=_expected(futures, places, width),
        offsets={name: sum(future.weight * future.matrix.offsets[name] for future in futures) for name in futures[0].matrix.objectives},
        blocks=[],
    )  # fmt: skip
    return Stacked(matrix if tail is None else _with_tail(matrix, futures, places, tail), places)


def _places(futures: Sequence[Future], others: Sequence[Future], until: int) -> tuple[list[Places], list[Places]]:
    """Columns of the stack by future, numbered without holes; of the others -1 where the stack has no such column."""
    home: dict[str, Places] = {}
    found, total = [], 0
    for future in (*futures, *others):
        own = np.arange(total, total + future.matrix.matrix.shape[1], dtype=np.int64)
        total += len(own)
        early = future.problem["year"].values <= until
        numbers = column_numbers(future.problem, future.matrix)
        for name in SHARED:
            taken = np.where(early[None, :], numbers[name], -1)
            kept = home.setdefault(name, np.full(taken.shape, -1, dtype=np.int64))
            known, new = (taken >= 0) & (kept >= 0), (taken >= 0) & (kept < 0)
            own[taken[known]] = kept[known]
            kept[new] = own[taken[new]]
        found.append(own)
    used = np.unique(np.concatenate(found[: len(futures)]))
    numbered = [np.searchsorted(used, own) for own in found]
    bare = [np.where(np.isin(own, used), place, -1) for own, place in zip(found, numbered, strict=True)]
    return numbered[: len(futures)], bare[len(futures) :]


@dataclass(frozen=True)
class _Rows:
    table: sparse.csr_array
    lower: Floats
    upper: Floats


def _early_rows(others: Sequence[Future], bare: Sequence[Places], width: int) -> _Rows:
    """Rows of the others that hold early decisions and nothing else, each once."""
    found: dict[tuple[bytes, bytes, float, float], tuple[Places, Floats]] = {}
    for future, place in zip(others, bare, strict=True):
        table = sparse.csr_array(future.matrix.matrix)
        inside = np.add.reduceat(np.append(place[table.indices] < 0, 0), table.indptr[:-1]) == 0
        for row in np.flatnonzero(inside & (np.diff(table.indptr) > 0)).tolist():
            at = slice(table.indptr[row], table.indptr[row + 1])
            columns, data = place[table.indices[at]], table.data[at]
            order = np.argsort(columns, kind="stable")
            columns, data = columns[order], data[order]
            found[columns.tobytes(), data.tobytes(), float(future.matrix.lower[row]), float(future.matrix.upper[row])] = columns, data
    starts = np.cumsum([0, *(len(columns) for columns, _ in found.values())])
    columns = np.concatenate([np.zeros(0, dtype=np.int64), *(columns for columns, _ in found.values())])
    data = np.concatenate([np.zeros(0), *(data for _, data in found.values())])
    table = sparse.csr_array((data, columns, starts), shape=(len(found), width))
    return _Rows(table, np.array([key[2] for key in found]), np.array([key[3] for key in found]))


def _expected(futures: Sequence[Future], places: list[Places], width: int) -> dict[str, Floats]:
    found = {name: np.zeros(width) for name in futures[0].matrix.objectives}
    for future, place in zip(futures, places, strict=True):
        for name, row in found.items():
            np.add.at(row, place, future.weight * future.matrix.objectives[name])
    return found


def _with_tail(matrix: Matrix, futures: Sequence[Future], places: list[Places], tail: float) -> Matrix:
    """The emissions stage as the mean of its worst share ``tail``: level + sum of weight x excess / tail."""
    name, width, count = f"objective_{Goal.EMISSIONS}", matrix.matrix.shape[1], len(futures)
    rows = np.zeros((count, width))
    for number, (future, place) in enumerate(zip(futures, places, strict=True)):
        np.add.at(rows[number], place, future.matrix.objectives[name])
    level, excess = -np.ones((count, 1)), -np.eye(count)
    added = sparse.csr_array(np.hstack([rows, level, excess]))
    wider = sparse.csc_array(sparse.hstack([matrix.matrix, sparse.csc_array((matrix.matrix.shape[0], count + 1))], format="csc"))
    cost = np.concatenate([np.zeros(width), [1.0], [future.weight / tail for future in futures]])
    return Matrix(
        model=matrix.model, columns=[*matrix.columns, ("level", None), *(("excess", number) for number in range(count))],
        rows=[*matrix.rows, *(("tail", number) for number in range(count))],
        matrix=sparse.csc_array(sparse.vstack([wider, added], format="csc")),
        lower=np.concatenate([matrix.lower, np.full(count, -np.inf)]),
        upper=np.concatenate([matrix.upper, [-future.matrix.offsets[name] for future in futures]]),
        column_lower=np.concatenate([matrix.column_lower, [-np.inf], np.zeros(count)]),
        column_upper=np.concatenate([matrix.column_upper, np.full(count + 1, np.inf)]),
        integer=np.concatenate([matrix.integer, np.zeros(count + 1, dtype=bool)]),
        objectives={key: np.append(row, np.zeros(count + 1)) for key, row in matrix.objectives.items()} | {name: cost},
        offsets=matrix.offsets | {name: 0.0}, blocks=matrix.blocks,
    )  # fmt: skip
