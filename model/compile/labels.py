"""Labels as integer codes, sets as columns of codes, and look-ups of positions in sets."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from model.compile.templates import UnsupportedError

Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.int64]
DENSE = 1_000_000
"""Look-up tables up to this size (or 8 per member) are arrays; larger ones are sorted keys."""


@dataclass(frozen=True)
class Table:
    """Finds members of a set: ``local`` codes per column make a mixed-radix key, the key's place gives the position."""

    local: tuple[Codes, ...]
    radix: tuple[int, ...]
    keys: Places
    positions: Places
    dense: bool

    def find(self, columns: list[Any]) -> Places:
        """Positions (-1: absent) of broadcastable columns of codes."""
        key: Any = np.int64(0)
        bad: Any = False
        for own, size, codes in zip(self.local, self.radix, columns, strict=True):
            part = own[codes]
            bad = bad | (part < 0)
            key = key * size + part
        if not len(self.positions):
            return np.full(np.shape(key), -1, dtype=np.int64)
        if self.dense:
            found = self.positions[np.where(bad, 0, key)]
        else:
            at = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
            found = np.where(self.keys[at] == key, self.positions[at], -1)
        answer: Places = np.where(bad, -1, found)
        return answer


class Labels:
    """Codes of every label of a model; sets by columns of codes; indexed sets as pairs sorted by key."""

    def __init__(self) -> None:
        self.code: dict[Any, int] = {}
        self.names: list[Any] = []
        self._members: dict[int, Codes] = {}
        self._tables: dict[int, Table] = {}
        self._groups: dict[int, tuple[Places, Codes]] = {}
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
        return np.fromiter((code[name] for name in names), np.int32, len(names))

    def _columns(self, keys: Any) -> Codes:
        """Codes of keys that are held as (names, codes) columns."""
        columns = []
        for column in keys.columns:
            own = self._held.get(id(column.names))
            if own is None:
                own = self._held[id(column.names)] = self.encode(list(column.names))
                self._alive.append(column.names)
            columns.append(own[column.codes])
        return np.stack(columns, axis=1)

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
            found = self._columns(held) if held is not None else self._tuples(list(leaf), leaf.dimen)
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
        return int(np.prod([len(self.members(leaf)) for leaf in self.subsets(index_set)], dtype=np.int64))

    def _table(self, leaf: Any) -> Table:
        found = self._tables.get(id(leaf))
        if found is None or len(found.local[0]) < len(self.names):
            codes = self.members(leaf)
            local, radix = [], []
            key = np.zeros(len(codes), dtype=np.int64)
            for column in codes.T:
                used = np.unique(column)
                own = np.full(len(self.names), -1, dtype=np.int32)
                own[used] = np.arange(len(used), dtype=np.int32)
                key = key * len(used) + own[column]
                local.append(own)
                radix.append(len(used))
            size = int(np.prod(radix, dtype=np.int64))
            if size <= 8 * len(codes) + DENSE:
                positions = np.full(size, -1, dtype=np.int64)
                positions[key] = np.arange(len(codes))
                found = Table(tuple(local), tuple(radix), key[:0], positions, dense=True)
            else:
                order = np.argsort(key, kind="stable")
                found = Table(tuple(local), tuple(radix), key[order], order, dense=False)
            self._tables[id(leaf)] = found
        return found

    def find(self, leaf: Any, columns: list[Any]) -> Places:
        """Positions of codes in a set; raises ``UnsupportedError`` for a label that is not in it (stock Pyomo names it)."""
        self.members(leaf)
        positions = self._table(leaf).find(columns)
        if np.min(positions, initial=0) < 0:
            raise UnsupportedError(f"some index is not in {leaf.name}")
        return positions

    def flat(self, index_set: Any, codes: Codes) -> Places:
        """Positions of members (member, dimension) in a product."""
        position: Places = np.zeros(len(codes), dtype=np.int64)
        first = 0
        for leaf in self.subsets(index_set):
            own = self.members(leaf)
            part = self.find(leaf, [codes[:, first + n] for n in range(own.shape[1])])
            position = position * len(own) + part
            first += own.shape[1]
        return position

    def _known(self, over: Any, codes: Codes) -> npt.NDArray[np.bool_]:
        """Which of the keys (key, dimension) are in a product."""
        known = np.ones(len(codes), dtype=bool)
        first = 0
        for leaf in self.subsets(over):
            width = self.members(leaf).shape[1]
            known &= self._table(leaf).find([codes[:, first + n] for n in range(width)]) >= 0
            first += width
        return known

    def groups(self, indexed: Any) -> tuple[Places, Codes]:
        """An indexed set as (start of each key's members, codes of members), keys in the order of its index set."""
        found = self._groups.get(id(indexed))
        if found is None:
            over = indexed.index_set()
            width = sum(self.members(leaf).shape[1] for leaf in self.subsets(over))
            held = getattr(indexed, "held", None)
            if held is not None:
                keys, members = (self._columns(part) for part in held)
                known = self._known(over, keys)
                keys, members = keys[known], members[known]
            else:
                pairs = [(key, member) for key, group in indexed.items() for member in group]
                dimen = next((group.dimen for group in indexed.values() if type(group.dimen) is int), 1)
                keys = self._tuples([key for key, _ in pairs], width)
                members = self._tuples([member for _, member in pairs], dimen)
            at = self.flat(over, keys)
            if np.any(at[1:] < at[:-1]):
                order = np.argsort(at, kind="stable")
                at, members = at[order], members[order]
            starts = np.zeros(self.size(over) + 1, dtype=np.int64)
            np.cumsum(np.bincount(at, minlength=len(starts) - 1), out=starts[1:])
            found = self._groups[id(indexed)] = (starts, members)
            self._alive.append(indexed)
        return found
