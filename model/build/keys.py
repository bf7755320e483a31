"""Labels of many things at once: columns of codes into lists of names, so that joins and filters are array work."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

Codes = npt.NDArray[np.integer[Any]]
Chosen = npt.NDArray[Any]
"""Places or a mask."""
HALVES = {"state": "configuration", "step": "arc", "retrofit": "measure"}


@dataclass(frozen=True)
class Column:
    """One part of many keys: ``names[codes]``."""

    names: list[Any]
    codes: Codes

    def take(self, chosen: Chosen) -> "Column":
        """Some of the keys' parts."""
        return Column(self.names, self.codes[chosen])

    def through(self, target: "Column") -> "Column":
        """What each name stands for, where ``target`` says it for every name in turn."""
        return Column(target.names, target.codes[self.codes])

    def labels(self) -> list[Any]:
        """The parts as labels."""
        names = self.names
        return [names[code] for code in self.codes.tolist()]


def column(labels: Sequence[Any], names: list[Any] | None = None) -> Column:
    """Labels as codes into names, by default into the labels' own list."""
    known = list(dict.fromkeys(labels)) if names is None else names
    code = {name: place for place, name in enumerate(known)}
    return Column(known, np.fromiter(map(code.__getitem__, labels), np.int32, len(labels)))


@dataclass(frozen=True)
class Keys:
    """Many keys, each of one or more parts."""

    columns: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.columns[0].codes)

    def take(self, chosen: Chosen) -> "Keys":
        """Some of the keys."""
        return Keys(tuple(part.take(chosen) for part in self.columns))

    def parts(self, *places: int) -> "Keys":
        """The keys with some of their parts only."""
        return Keys(tuple(self.columns[place] for place in places))

    def labels(self) -> list[Any]:
        """Labels, or tuples of labels."""
        found = [part.labels() for part in self.columns]
        return found[0] if len(found) == 1 else list(zip(*found, strict=True))

    def numbers(self) -> Codes:
        """One number per key, the same for equal keys."""
        first, *others = self.columns
        found = first.codes.astype(np.int64)
        for part in others:
            found *= max(len(part.names), 1)
            found += part.codes
        return found

    def same(self, other: "Keys") -> bool:
        """Are these the same keys in the same order?"""
        return len(self.columns) == len(other.columns) and all(
            own.names is its.names and np.array_equal(own.codes, its.codes) for own, its in zip(self.columns, other.columns, strict=True)
        )

    def unique(self) -> "Keys":
        """Each key once, where it stands first."""
        numbers = self.numbers()
        if increasing(numbers):
            return self
        _, first = np.unique(numbers, return_index=True)
        return self if len(first) == len(self) else self.take(np.sort(first))


def increasing(numbers: Codes) -> bool:
    """Does every number exceed the one before, so that none comes twice?"""
    return bool(np.all(numbers[1:] > numbers[:-1]))


def keys(labels: Iterable[Any], dimen: int = 1) -> Keys:
    """Keys from labels or tuples of labels."""
    rows = list(labels)
    if dimen == 1:
        return Keys((column(rows),))
    parts = list(zip(*rows, strict=True)) or [()] * dimen
    return Keys(tuple(column(part) for part in parts))


def joined(*parts: Keys) -> Keys:
    """Keys side by side, of the same number."""
    return Keys(tuple(column for part in parts for column in part.columns))


def product(*parts: Keys) -> Keys:
    """Every combination of keys, the last one running fastest."""
    sizes = [len(part) for part in parts]
    return joined(*(_spread(part, prod(sizes[:place]), prod(sizes[place + 1 :])) for place, part in enumerate(parts)))


def _spread(part: Keys, before: int, after: int) -> Keys:
    """Each key ``after`` times, and all of them ``before`` times over."""
    if before == after == 1:
        return part
    return Keys(tuple(Column(own.names, np.tile(np.repeat(own.codes, after), before)) for own in part.columns))


class Labels:
    """Keys of a problem's dims; flat dims have two parts."""

    def __init__(self, problem: xr.Dataset) -> None:
        self.problem = problem
        self._names: dict[str, list[Any]] = {}
        self._keys: dict[str, Keys] = {}

    def names(self, dim: str) -> list[Any]:
        """A dim's labels, the same list every time."""
        if dim not in self._names:
            self._names[dim] = self.problem.variables[dim].values.tolist()
        return self._names[dim]

    def of(self, dim: str) -> Keys:
        """Keys of a dim."""
        if dim not in self._keys:
            if dim in HALVES:
                self._keys[dim] = Keys(tuple(self.column(f"{dim}_{half}", half) for half in ("line", HALVES[dim])))
            else:
                names = self.names(dim)
                self._keys[dim] = Keys((Column(names, np.arange(len(names), dtype=np.int32)),))
        return self._keys[dim]

    def column(self, name: str, dim: str | None = None) -> Column:
        """An array of labels, as codes into a dim's labels where one is named."""
        return column(self.problem.variables[name].values.tolist(), None if dim is None else self.names(dim))

    def where(self, chosen: npt.NDArray[np.bool_], dims: Sequence[str]) -> Keys:
        """Keys of the places that a mask over dims chooses."""
        return joined(*(self.of(dim).take(places) for dim, places in zip(dims, np.nonzero(chosen), strict=True)))


def matches(left: Codes, right: Codes) -> tuple[Codes, Codes]:
    """Places (left, right) of every pair of equal numbers, by left place, then right place."""
    order = np.argsort(right, kind="stable")
    ordered = right[order]
    first, last = (np.searchsorted(ordered, left, side=side) for side in ("left", "right"))
    count = last - first
    own = np.repeat(np.arange(len(left)), count)
    inside = np.arange(len(own)) - np.repeat(np.cumsum(count) - count, count)
    return own, order[np.repeat(first, count) + inside]


def places(known: Keys, wanted: Keys) -> Codes:
    """Where each wanted key stands among known ones of the same lists of names; raises ``KeyError`` for an unknown key."""
    numbers, asked = known.numbers(), wanted.numbers()
    order = np.argsort(numbers)
    if not len(order):
        if len(asked):
            raise KeyError(wanted.labels()[0])
        return order
    found = order[np.minimum(np.searchsorted(numbers, asked, sorter=order), len(order) - 1)]
    missing = np.flatnonzero(numbers[found] != asked)
    if len(missing):
        raise KeyError(wanted.take(missing[:1]).labels()[0])
    return found
