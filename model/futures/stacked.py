"""Several futures as one matrix: a block each, and one column for each decision that is taken before it is known which comes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import sparse

from model.handover import Matrix
from model.names import Goal
from model.schema import TAKEN
from model.solution import column_numbers

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]


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


def stack(futures: Sequence[Future], until: int, tail: float | None = None) -> Stacked:
    """Futures side by side; moves and retrofits of the years to ``until`` (included) are one column for all.

    Stages are expected values over the futures' weights. With ``tail`` the emissions stage is instead the mean of the worst
    share ``tail`` of the futures: the conditional value at risk (Rockafellar and Uryasev 2000), whose linear form adds a free column,
    and a column and a row for each future.
    """
    places = _places(futures, until)
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
    matrix = Matrix(
        model=futures[0].matrix.model, columns=[("stacked", column) for column in range(width)], rows=rows,
        matrix=sparse.csc_array(sparse.vstack(parts, format="csc")), lower=np.concatenate(low), upper=np.concatenate(high),
        column_lower=lower, column_upper=upper, integer=integer, objectives=_expected(futures, places, width),
        offsets={name: sum(future.weight * future.matrix.offsets[name] for future in futures) for name in futures[0].matrix.objectives},
        blocks=[],
    )  # fmt: skip
    return Stacked(matrix if tail is None else _with_tail(matrix, futures, places, tail), places)


def _places(futures: Sequence[Future], until: int) -> list[Places]:
    """Columns of the stack by future, numbered without holes."""
    home: dict[str, Places] = {}
    found, total = [], 0
    for future in futures:
        own = np.arange(total, total + future.matrix.matrix.shape[1], dtype=np.int64)
        total += len(own)
        early = future.problem["year"].values <= until
        numbers = column_numbers(future.problem, future.matrix)
        for name in TAKEN:
            taken = np.where(early[None, :], numbers[name], -1)
            kept = home.setdefault(name, np.full(taken.shape, -1, dtype=np.int64))
            known, new = (taken >= 0) & (kept >= 0), (taken >= 0) & (kept < 0)
            own[taken[known]] = kept[known]
            kept[new] = own[taken[new]]
        found.append(own)
    used = np.unique(np.concatenate(found))
    return [np.searchsorted(used, own) for own in found]


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
