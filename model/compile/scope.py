"""Where an expression is evaluated: a product of axes, each with the codes of its index templates and the rows it adds to."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from pyomo.core.expr.template_expr import GetItemExpression, IndexTemplate

from model.compile.labels import Codes, Labels, Places
from model.compile.templates import UnsupportedError


@dataclass(eq=False)
class Axis:
    """One dimension: ``codes`` by template, ``rows`` the part of the row's position (None: summed over)."""

    size: int
    codes: dict[int, Codes]
    rows: Places | None
    found: dict[tuple[int, tuple[Any, ...]], Places] = field(default_factory=dict)
    """Positions in sets that were looked up before, by set and templates."""

    def at(self, places: Places) -> "Axis":
        """The axis at some of its places, any number of times."""
        return Axis(
            len(places), {name: codes[places] for name, codes in self.codes.items()}, None if self.rows is None else self.rows[places]
        )


class Scope:
    """A product of axes; arrays over it have one dimension per axis and broadcast."""

    def __init__(self, axes: tuple[Axis, ...], labels: Labels) -> None:
        self.axes = axes
        self.labels = labels
        self.shape = tuple(axis.size for axis in axes)
        self.home = {name: place for place, axis in enumerate(axes) for name in axis.codes}

    def along(self, place: int, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Values of one axis, shaped to broadcast over all."""
        shape = [1] * len(self.axes)
        shape[place] = -1
        return values.reshape(shape)

    def rows(self) -> npt.NDArray[Any]:
        """The row of every place, broadcastable."""
        parts = [self.along(place, axis.rows) for place, axis in enumerate(self.axes) if axis.rows is not None]
        total: npt.NDArray[Any] = sum(parts, np.zeros((1,) * len(self.axes), dtype=np.int64))
        return total

    def column(self, index: Any) -> tuple[int | None, Any]:
        """Axis and codes of an index: a template, or a label (axis None)."""
        if isinstance(index, IndexTemplate):
            place = self.home.get(index._id)
            if place is None:
                raise UnsupportedError("an index is used outside of its loop")
            return place, self.axes[place].codes[index._id]
        if hasattr(index, "is_expression_type"):
            raise UnsupportedError(f"{index} is computed from indices")
        code = self.labels.code.get(index)
        if code is None:
            raise UnsupportedError(f"label {index!r} is in no set")
        return None, np.int32(code)

    def positions(self, index_set: Any, indices: tuple[Any, ...]) -> npt.NDArray[Any]:
        """Flat positions in a product of sets, broadcastable over the scope."""
        total: Any = None
        first = 0
        for leaf in self.labels.subsets(index_set):
            own = self.labels.members(leaf)
            used = indices[first : first + own.shape[1]]
            if len(used) < own.shape[1]:
                raise UnsupportedError(f"too few indices for {leaf.name}")
            first += own.shape[1]
            part = self._in_leaf(leaf, used)
            total = part if total is None else total * len(own) + part
        if first != len(indices):
            raise UnsupportedError("too many indices")
        return np.asarray(total)

    def _in_leaf(self, leaf: Any, used: tuple[Any, ...]) -> Any:
        columns = [self.column(index) for index in used]
        homes = {place for place, _ in columns if place is not None}
        if len(homes) > 1:
            return self.labels.find(leaf, [codes if place is None else self.along(place, codes) for place, codes in columns])
        if not homes:
            return self.labels.find(leaf, [codes for _, codes in columns])
        (place,) = homes
        axis = self.axes[place]
        key = (id(leaf), tuple(index._id if isinstance(index, IndexTemplate) else ("label", index) for index in used))
        if key not in axis.found:
            axis.found[key] = self.labels.find(leaf, [codes for _, codes in columns])
        return self.along(place, axis.found[key])

    def merged(self, places: list[int]) -> tuple["Scope", int]:
        """The scope with several axes made one, and that axis' place."""
        if len(places) == 1:
            return self, places[0]
        grids = np.meshgrid(*(np.arange(self.axes[place].size) for place in places), indexing="ij")
        parts = [self.axes[place].at(grid.ravel()) for place, grid in zip(places, grids, strict=True)]
        codes = {name: column for part in parts for name, column in part.codes.items()}
        known = [part.rows for part in parts if part.rows is not None]
        total: Any = sum(known[1:], known[0]) if known else None
        axis = Axis(grids[0].size, codes, total)
        others = tuple(other for place, other in enumerate(self.axes) if place not in places)
        return Scope((*others, axis), self.labels), len(others)

    def inside(self, loop: tuple[Any, ...]) -> "Scope":
        """The scope inside a loop of a sum, given by the loop's templates."""
        over = loop[0]._set
        if isinstance(over, GetItemExpression):
            return self._joined(over, loop)
        return Scope(self.axes + axes_of(self.labels, over, loop, rows=False), self.labels)

    def _joined(self, over: Any, loop: tuple[Any, ...]) -> "Scope":
        """Members of an indexed set: every place of the keys' axis is repeated once per member of its key."""
        indexed = over.arg(0)
        starts, members = self.labels.groups(indexed)
        keys = tuple(over.args[1:])
        homes = sorted({place for place, _ in map(self.column, keys) if place is not None})
        if len(loop) != members.shape[1]:
            raise UnsupportedError(f"{indexed.name} has members of another length")
        if not homes:
            only = int(self.positions(indexed.index_set(), keys))
            chosen = members[starts[only] : starts[only + 1]]
            axis = Axis(len(chosen), {index._id: np.ascontiguousarray(chosen[:, n]) for n, index in enumerate(loop)}, None)
            return Scope((*self.axes, axis), self.labels)
        scope, place = self.merged(homes)
        axis = scope.axes[place]
        at = scope.positions(indexed.index_set(), keys).ravel()
        count = starts[at + 1] - starts[at]
        parent = np.repeat(np.arange(axis.size), count)
        before = np.cumsum(count) - count
        chosen = members[np.arange(len(parent)) + np.repeat(starts[at] - before, count)]
        inner = axis.at(parent)
        inner.codes |= {index._id: np.ascontiguousarray(chosen[:, n]) for n, index in enumerate(loop)}
        axes = list(scope.axes)
        axes[place] = inner
        return Scope(tuple(axes), self.labels)


def axes_of(labels: Labels, index_set: Any, templates: tuple[Any, ...], *, rows: bool) -> tuple[Axis, ...]:
    """One axis per set of a product; with ``rows`` they number the rows in the order of stock Pyomo."""
    leaves = labels.subsets(index_set)
    sizes = [len(labels.members(leaf)) for leaf in leaves]
    axes: list[Axis] = []
    first = 0
    for place, leaf in enumerate(leaves):
        own = labels.members(leaf)
        used = templates[first : first + own.shape[1]]
        first += own.shape[1]
        step = int(np.prod(sizes[place + 1 :], dtype=np.int64))
        codes = {index._id: np.ascontiguousarray(own[:, n]) for n, index in enumerate(used)}
        axis = Axis(len(own), codes, np.arange(len(own)) * step if rows else None)
        axis.found[id(leaf), tuple(index._id for index in used)] = np.arange(len(own))
        axes.append(axis)
    if first != len(templates):
        raise UnsupportedError("the index set has members of unknown length")
    return tuple(axes)
