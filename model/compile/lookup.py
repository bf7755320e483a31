"""Positions of members in a set: codes of labels make a number, column by column, and the number leads to the position."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.int32]
Places = npt.NDArray[np.integer[Any]]
LARGEST = 2**31 - 1
"""Rows, columns and places are counted in 32 bits, as SciPy and HiGHS do."""
ROOM = 1_000_000
"""Tables have up to this many entries more than eight per member; sorted numbers take the place of larger ones."""


@dataclass(frozen=True)
class Step:
    """One column: ``number * width + digits[code]``, which ``table`` (or ``known``, sorted) turns into a smaller number.

    A code that the set has not has a digit of its own, and what is in no table becomes ``missing``.
    """

    digits: npt.NDArray[Any]
    width: int
    table: Places | None = None
    known: npt.NDArray[Any] | None = None
    order: Places | None = None
    missing: int = -1

    def apply(self, number: Any, codes: Any) -> Any:
        """The number after this column."""
        made = self.digits[codes] if number is None else number * self.digits.dtype.type(self.width) + self.digits[codes]
        if self.table is not None:
            return self.table[made]
        if self.known is None or self.order is None:
            return made
        at = np.minimum(np.searchsorted(self.known, made), len(self.known) - 1)
        return np.where(self.known[at] == made, self.order[at], np.int32(self.missing))


def find(steps: list[Step], columns: list[Any]) -> npt.NDArray[Any]:
    """Positions (-1: absent) of broadcastable columns of codes."""
    number: Any = None
    for step, codes in zip(steps, columns, strict=True):
        number = step.apply(number, codes)
    return np.asarray(number)


def steps_to(codes: Codes, names: int) -> list[Step]:
    """Steps that find the members (member, dimension) of a set, whose codes are below ``names``."""
    most = 8 * len(codes) + ROOM
    used = [np.flatnonzero(np.bincount(column, minlength=names)) for column in codes.T]
    steps: list[Step] = []
    number: npt.NDArray[np.int64] = np.zeros(len(codes), dtype=np.int64)
    size = 1
    for place, own in enumerate(used):
        width = len(own) + 1
        size *= width
        digits: npt.NDArray[Any] = np.full(names, len(own), dtype=np.int32 if size <= LARGEST else np.int64)
        digits[own] = np.arange(len(own))
        number = number * width + digits[codes[:, place]]
        if place == len(used) - 1:
            steps.append(_last(digits, width, number, size, most))
        elif size * (len(used[place + 1]) + 1) <= most:
            steps.append(Step(digits, width))
        else:
            known, number = np.unique(number, return_inverse=True) if size > most else _numbered(number, size)
            steps.append(_to(digits, width, known, np.arange(len(known), dtype=np.int32), size, most, len(known)))
            size = len(known) + 1
    return steps


def _numbered(number: npt.NDArray[np.int64], size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The same as ``np.unique`` with its inverse, without sorting."""
    here = np.zeros(size, dtype=bool)
    here[number] = True
    known = np.flatnonzero(here)
    place = np.zeros(size, dtype=np.int64)
    place[known] = np.arange(len(known))
    return known, place[number]


def _last(digits: npt.NDArray[Any], width: int, number: npt.NDArray[np.int64], size: int, most: int) -> Step:
    """The step that ends at positions."""
    positions = np.arange(len(number), dtype=np.int32)
    if size > most:
        order = np.argsort(number)
        number, positions = number[order], positions[order]
    return _to(digits, width, number, positions, size, most, -1)


def _to(digits: npt.NDArray[Any], width: int, numbers: npt.NDArray[np.int64], values: Places, size: int, most: int, missing: int) -> Step:
    """A step from numbers to values, by a table or, where that would be too large, by sorted numbers."""
    if size > most and len(numbers):
        return Step(digits, width, None, numbers.astype(digits.dtype), values, missing)
    table = np.full(size, missing, dtype=np.int32)
    table[numbers] = values
    return Step(digits, width, table)
