"""Names of rows and columns, made only when somebody asks for one."""

from collections.abc import Iterator, Sequence
from math import prod
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from model.compile.columns import Columns
from model.compile.labels import Places
from model.handover import Block

Mask = npt.NDArray[np.bool_]
Name = tuple[str, Any]


def places_of(used: Mask) -> Sequence[int] | Places:
    """Places that a mask chooses, held as a range where it chooses all."""
    return range(len(used)) if used.all() else np.flatnonzero(used).astype(np.int32)


class _Names(Sequence[Name]):
    """(component, index) of places, one at a time."""

    def __init__(self, places: Sequence[int] | Places) -> None:
        self.places = places

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, place: int) -> Name: ...
    @overload
    def __getitem__(self, place: slice) -> list[Name]: ...
    def __getitem__(self, place: int | slice) -> Name | list[Name]:
        if isinstance(place, slice):
            return [self.name(int(number)) for number in self.places[place]]
        return self.name(int(self.places[place]))

    def __iter__(self) -> Iterator[Name]:
        return (self.name(int(number)) for number in self.places)

    def name(self, number: int) -> Name:
        """The name at a place of the whole."""
        raise NotImplementedError


class ColumnNames(_Names):
    """(variable, index) of the columns in use."""

    def __init__(self, columns: Columns, used: Mask) -> None:
        super().__init__(places_of(used))
        self.variables = columns.variables
        self.starts = np.array([columns.first[id(variable)] for variable in columns.variables], dtype=np.int64)

    def name(self, number: int) -> Name:
        """The variable and index of a column."""
        block = int(np.searchsorted(self.starts, number, side="right")) - 1
        variable = self.variables[block]
        return variable.local_name, _index(variable, number - int(self.starts[block]))


class RowNames(_Names):
    """(rule, index) of the rows; ``indices`` of a component where its rows do not follow its index set."""

    def __init__(self, components: list[Any], indices: list[list[Any] | None], starts: Places, kept: Mask | None = None) -> None:
        super().__init__(range(int(starts[-1])) if kept is None else places_of(kept))
        self.components, self.indices, self.starts = components, indices, starts

    def kept(self, rows: Mask) -> "RowNames":
        """Names of some of the rows."""
        return RowNames(self.components, self.indices, self.starts, rows)

    def rules(self) -> npt.NDArray[np.str_]:
        """The rule of every row."""
        names = np.array([component.local_name for component in self.components])
        return names[np.searchsorted(self.starts, self.places, side="right") - 1]

    def name(self, number: int) -> Name:
        """The rule and index of a row."""
        part = int(np.searchsorted(self.starts, number, side="right")) - 1
        place, component, known = number - int(self.starts[part]), self.components[part], self.indices[part]
        return component.local_name, _index(component, place) if known is None else known[place]


def _index(component: Any, place: int) -> Any:
    """The index at a place of a component's index set."""
    if not component.is_indexed():
        return None
    leaves = list(component.index_set().subsets(expand_all_set_operators=False))
    parts: list[Any] = []
    for leaf in reversed(leaves):
        place, at = divmod(place, len(leaf))
        member = leaf.at(at + 1)
        parts[:0] = member if isinstance(member, tuple) else (member,)
    return tuple(parts) if len(parts) > 1 else parts[0]


def blocks_of(columns: Columns, used: Mask) -> list[Block]:
    """The columns in use by variable: where in its block each stands, and the sets that span the block."""
    found = []
    count = 0
    for variable in columns.variables:
        members = columns.labels.subsets(variable.index_set()) if variable.is_indexed() else []
        first = columns.first[id(variable)]
        inside = np.flatnonzero(used[first : first + prod(len(part) for part in members)]).astype(np.int32)
        found.append(Block(variable.local_name, members, inside, np.arange(count, count + len(inside), dtype=np.int32)))
        count += len(inside)
    return found
