"""Labels as integer codes, sets as columns of codes, and look-ups of positions in sets."""

from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from model.compile.lookup import LARGEST, Codes, Places, Step, find, steps_to
from model.compile.templates import UnsupportedError

__all__ = ["LARGEST", "Codes", "Labels", "Places"]


class Labels:
    """Codes of every label of a model; sets by columns of codes; indexed sets as pairs sorted by key."""

    def __init__(self) -> None:
        self.code: dict[Any, int] = {}
        self.names: list[Any] = []
        self._members: dict[int, Codes] = {}
        self._tables: dict[int, list[Step]] = {}
        self._groups: dict[int, tuple[npt.NDArray[np.int64], tuple[Codes, ...]]] = {}
        self._held: dict[int, Codes] = {}
        self._subsets: dict[int, list[Any]] = {}
        self._alive: list[Any] = []

    def encode(self, names: list[Any]) -> Codes:
        """Codes of labels; new labels get new codes."""
        code = self.code
        for name in names:
            if name not in code:
                code[name] = len(self.names)
                self.names.append(name)
        return np.fromiter(map(code.__getitem__, names), np.int32, len(names))

    def _columns(self, keys: Any) -> list[Codes]:
        """Codes of keys that are held as (names, codes) columns."""
        columns = []
        for column in keys.columns:
            own = self._held.get(id(column.names))
            if own is None:
                own = self._held[id(column.names)] = self.encode(list(column.names))
                self._alive.append(column.names)
            columns.append(own[column.codes])
        return columns

    def _tuples(self, data: list[Any], dimen: int) -> Codes:
        if dimen == 1:
            return self.encode(data)[:, None]
        if not data:
            return np.zeros((0, dimen), dtype=np.int32)
        return np.stack([self.encode(list(column)) for column in zip(*data, strict=True)], axis=1)

    def members(self, leaf: Any) -> Codes:
        """Codes (member, dimension) of a set that is no product."""
        found = self._members.get(id(leaf))
        if found is None:
            if type(leaf.dimen) is not int and len(leaf):
                raise UnsupportedError(f"the members of {leaf.name} have no common length")
            held = getattr(leaf, "held", None)
            found = np.stack(self._columns(held), axis=1) if held is not None else self._tuples(list(leaf), leaf.dimen)
            self._members[id(leaf)] = found
            self._alive.append(leaf)
        return found

    def subsets(self, index_set: Any) -> list[Any]:
        """The sets that a product is made of."""
        found = self._subsets.get(id(index_set))
        if found is None:
            found = self._subsets[id(index_set)] = list(index_set.subsets(expand_all_set_operators=False))
            self._alive.append(index_set)
        return found

    def size(self, index_set: Any) -> int:
        """Number of members of a product."""
        return prod(len(self.members(leaf)) for leaf in self.subsets(index_set))

    def code_of(self, label: Any) -> Any:
        """The code of one label; raises ``UnsupportedError`` for a label that no set has."""
        code = self.code.get(label)
        if code is None:
            raise UnsupportedError(f"label {label!r} is in no set")
        return np.int32(code)

    def _steps(self, leaf: Any) -> list[Step]:
        found = self._tables.get(id(leaf))
        if found is None or len(found[0].digits) < len(self.names):
            found = self._tables[id(leaf)] = steps_to(self.members(leaf), len(self.names))
        return found

    def find(self, leaf: Any, columns: list[Any]) -> npt.NDArray[Any]:
        """Positions of codes in a set; raises ``UnsupportedError`` for a label that is not in it (stock Pyomo names it)."""
        positions = find(self._steps(leaf), columns)
        if np.min(positions, initial=0) < 0:
            raise UnsupportedError(f"some index is not in {leaf.name}")
        return positions

    def _flat(self, over: Any, columns: list[Codes]) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        """Positions in a product of members given by column, and which of them are in it."""
        position: Any = np.int32(0)
        known: Any = np.True_
        first = 0
        for leaf in self.subsets(over):
            own = self.members(leaf)
            part = find(self._steps(leaf), columns[first : first + own.shape[1]])
            position = position * np.int32(len(own)) + part
            known = known & (part >= 0)
            first += own.shape[1]
        return position, known

    def groups(self, indexed: Any) -> tuple[npt.NDArray[np.int64], tuple[Codes, ...]]:
        """An indexed set as (start of each key's members, codes of members by column), keys in the order of its index set."""
        found = self._groups.get(id(indexed))
        if found is None:
            over = indexed.index_set()
            width = sum(self.members(leaf).shape[1] for leaf in self.subsets(over))
            held = getattr(indexed, "held", None)
            if held is not None:
                keys, members = (self._columns(part) for part in held)
            else:
                pairs = [(key, member) for key, group in indexed.items() for member in group]
                dimen = next((group.dimen for group in indexed.values() if type(group.dimen) is int), 1)
                keys = list(self._tuples([key for key, _ in pairs], width).T)
                members = list(self._tuples([member for _, member in pairs], dimen).T)
            at, known = self._flat(over, keys)
            if not known.all():
                at, members = at[known], [part[known] for part in members]
            size = self.size(over)
            if np.any(at[1:] < at[:-1]):
                order = np.argsort(at.astype(np.uint16) if size < 2**16 else at, kind="stable")
                members = [part[order] for part in members]
            starts = np.zeros(size + 1, dtype=np.int64)
            np.cumsum(np.bincount(at, minlength=size), out=starts[1:])
            found = self._groups[id(indexed)] = (starts, tuple(np.ascontiguousarray(part) for part in members))
            self._alive.append(indexed)
        return found
