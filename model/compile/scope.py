"""Where an expression is evaluated: a product of axes, each with the codes of its index templates and the rows it adds to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from pyomo.core.expr.template_expr import GetItemExpression, IndexTemplate

from model.compile.labels import LARGEST, Codes, Labels, Places
from model.compile.templates import UnsupportedError


@dataclass(eq=False)
class Axis:
    """One dimension: codes by template, and the part of the row's position (None: summed over).

    What it has from other axes (``bases``, each with the place there of every place here) is looked up there, once per
    place there, and only when somebody asks.
    """

    size: int
    own: dict[int, Codes]
    own_rows: Places | None = None
    bases: Sequence[tuple["Axis", Places]] = ()
    found: dict[tuple[int, tuple[Any, ...]], Places] = field(default_factory=dict)
    """Positions in sets that were looked up before, by set and templates."""

    def templates(self) -> list[int]:
        """Every template whose codes are known here."""
        return [*self.own, *(name for base, _ in self.bases for name in base.templates())]

    def codes(self, name: int) -> Codes:
        """The codes of a template at every place."""
        if name not in self.own:
            base, places = next((base, places) for base, places in self.bases if name in base.templates())
            self.own[name] = base.codes(name)[places]
        return self.own[name]

    def rows(self) -> Places | None:
        """The part of the row's position at every place."""
        if self.own_rows is None:
            for base, places in self.bases:
                known = base.rows()
                if known is not None:
                    part = known[places]
                    self.own_rows = part if self.own_rows is None else self.own_rows + part
        return self.own_rows

    def find(self, labels: Labels, leaf: Any, used: tuple[Any, ...]) -> Places:
        """Positions in a set of the members that templates and labels name together."""
        names = {index._id for index in used if isinstance(index, IndexTemplate)}
        key = (id(leaf), tuple(index._id if isinstance(index, IndexTemplate) else ("label", index) for index in used))
        if key not in self.found:
            there = [(base, places) for base, places in self.bases if names.issubset(base.templates())]
            if there:
                base, places = there[0]
                self.found[key] = base.find(labels, leaf, used)[places]
            else:
                columns = [self.codes(index._id) if isinstance(index, IndexTemplate) else labels.code_of(index) for index in used]
                self.found[key] = labels.find(leaf, columns)
        return self.found[key]


def add_up(parts: list[npt.NDArray[Any]], shape: tuple[int, ...], out: npt.NDArray[Any]) -> None:
    """Write the sum of parts, which broadcast to a shape, into a flat array."""
    parts = sorted(parts, key=np.size)
    total: Any = sum(parts[1:-1], parts[0]) if len(parts) > 1 else np.int32(0)
    np.add(total, parts[-1], out=out.reshape(shape), casting="same_kind")


class Scope:
    """A product of axes; arrays over it have one dimension per axis and broadcast."""

    def __init__(self, axes: tuple[Axis, ...], labels: Labels) -> None:
        self.axes = axes
        self.labels = labels
        self.shape = tuple(axis.size for axis in axes)
        self.size = prod(self.shape)
        self.home = {name: place for place, axis in enumerate(axes) for name in axis.templates()}

    def along(self, place: int, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Values of one axis, shaped to broadcast over all."""
        shape = [1] * len(self.axes)
        shape[place] = -1
        return values.reshape(shape)

    def rows(self, first: int) -> list[npt.NDArray[Any]]:
        """Parts that add up to the row of every place, where rows are counted from ``first``."""
        known = [(place, axis.rows()) for place, axis in enumerate(self.axes)]
        parts = [self.along(place, rows) for place, rows in known if rows is not None]
        return [np.full((1,) * len(self.axes), first, dtype=np.int32), *parts]

    def place(self, index: Any) -> int | None:
        """The axis of an index: None for a label."""
        if isinstance(index, IndexTemplate):
            place = self.home.get(index._id)
            if place is None:
                raise UnsupportedError("an index is used outside of its loop")
            return place
        if hasattr(index, "is_expression_type"):
            raise UnsupportedError(f"{index} is computed from indices")
        self.labels.code_of(index)
        return None

    def parts(self, index_set: Any, indices: tuple[Any, ...]) -> list[npt.NDArray[Any]]:
        """Parts that add up to flat positions in a product of sets; each broadcasts over the scope."""
        leaves = self.labels.subsets(index_set)
        step = self.labels.size(index_set)
        kind = np.int32 if step <= LARGEST else np.int64
        found: list[npt.NDArray[Any]] = []
        first = 0
        for leaf in leaves:
            own = self.labels.members(leaf)
            used = indices[first : first + own.shape[1]]
            if len(used) < own.shape[1]:
                raise UnsupportedError(f"too few indices for {leaf.name}")
            first += own.shape[1]
            step //= max(len(own), 1)
            part = self._in_leaf(leaf, used)
            found.append(part if step == 1 else part * kind(step))
        if first != len(indices):
            raise UnsupportedError("too many indices")
        return found

    def positions(self, index_set: Any, indices: tuple[Any, ...]) -> npt.NDArray[Any]:
        """Flat positions in a product of sets, broadcastable over the scope."""
        parts = self.parts(index_set, indices)
        return np.asarray(sum(parts[1:], parts[0]))

    def _in_leaf(self, leaf: Any, used: tuple[Any, ...]) -> npt.NDArray[Any]:
        places = [self.place(index) for index in used]
        homes = {place for place in places if place is not None}
        if len(homes) == 1:
            (place,) = homes
            return self.along(place, self.axes[place].find(self.labels, leaf, used))
        codes: list[Any] = [
            self.labels.code_of(index) if place is None else self.along(place, self.axes[place].codes(index._id))
            for place, index in zip(places, used, strict=True)
        ]
        return np.asarray(self.labels.find(leaf, codes))

    def merged(self, places: list[int]) -> tuple["Scope", int]:
        """The scope with several axes made one, and that axis' place."""
        if len(places) == 1:
            return self, places[0]
        grids = np.meshgrid(*(np.arange(self.axes[place].size) for place in places), indexing="ij")
        axis = Axis(grids[0].size, {}, None, [(self.axes[place], grid.ravel()) for place, grid in zip(places, grids, strict=True)])
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
        homes = sorted({place for place in map(self.place, keys) if place is not None})
        if len(loop) != len(members):
            raise UnsupportedError(f"{indexed.name} has members of another length")
        if not homes:
            only = int(self.positions(indexed.index_set(), keys))
            axis = Axis(
                int(starts[only + 1] - starts[only]),
                {index._id: part[starts[only] : starts[only + 1]] for index, part in zip(loop, members, strict=True)},
            )
            return Scope((*self.axes, axis), self.labels)
        scope, place = self.merged(homes)
        axis = scope.axes[place]
        at = scope.positions(indexed.index_set(), keys).ravel()
        count = starts[at + 1] - starts[at]
        parent = np.repeat(np.arange(axis.size, dtype=np.int32), count)
        if len(at) + 1 != len(starts) or np.any(at != np.arange(len(at), dtype=at.dtype)):
            before = np.cumsum(count) - count
            chosen = np.arange(len(parent)) + np.repeat(starts[at] - before, count)
            members = tuple(part[chosen] for part in members)
        inner = Axis(len(parent), {index._id: part for index, part in zip(loop, members, strict=True)}, None, [(axis, parent)])
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
        step = prod(sizes[place + 1 :])
        codes = {index._id: np.ascontiguousarray(own[:, n]) for n, index in enumerate(used)}
        inside = np.arange(len(own), dtype=np.int32)
        axis = Axis(len(own), codes, inside * np.int32(step) if rows else None)
        axis.found[id(leaf), tuple(index._id for index in used)] = inside
        axes.append(axis)
    if first != len(templates):
        raise UnsupportedError("the index set has members of unknown length")
    return tuple(axes)
