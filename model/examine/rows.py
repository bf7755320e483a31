"""Sums that remember how large their terms are, and the rows made of them.

A row's violation counts relative to the sum of its terms' magnitudes, so each sum carries both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Index = npt.NDArray[np.intp]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Sum:
    """Sums of terms: ``value`` and ``size`` (sum of magnitudes), of one shape and unit."""

    value: Array
    size: Array

    __array_ufunc__ = None  # lets ``array * Sum`` reach ``__rmul__``

    def __add__(self, other: "Sum") -> "Sum":
        """Add sum to sum."""
        return Sum(self.value + other.value, self.size + other.size)

    def __sub__(self, other: "Sum") -> "Sum":
        """Take a sum from a sum; magnitudes still add."""
        return Sum(self.value - other.value, self.size + other.size)

    def __rmul__(self, factor: Array) -> "Sum":
        """Scale every term."""
        return Sum(factor * self.value, np.abs(factor) * self.size)

    def __getitem__(self, place: Any) -> "Sum":
        """Some of the sums."""
        return Sum(self.value[place], self.size[place])

    def sum(self) -> "Sum":
        """Sum over the first dim."""
        return Sum(self.value.sum(axis=0), self.size.sum(axis=0))


@dataclass(frozen=True)
class Rows:
    """Signed violations of rows (``gap``: positive is violated) and the size of each row's terms."""

    gap: Array
    size: Array

    def relative(self) -> Array:
        """Violation of each row over max(1, sum of its terms' magnitudes); 0 where it holds, NaN where undefined."""
        violated: Array = np.clip(self.gap, 0, None) / np.maximum(1, self.size)
        return violated

    def worst(self) -> float:
        """Largest relative violation; 0 if there is no row."""
        return float(self.relative().max(initial=0.0))


def term(values: npt.ArrayLike) -> Sum:
    """Sums of one term each."""
    array = np.asarray(values, dtype=float)
    return Sum(array, np.abs(array))


def _bins(values: Array, by: Index, count: int) -> Array:
    width = int(np.prod(values.shape[1:]))
    places = (by[:, None] * width + np.arange(width)).ravel()
    sums = np.bincount(places, weights=values.ravel(), minlength=count * width)
    return np.asarray(sums.reshape(count, *values.shape[1:]), dtype=float)


def total(values: Array, by: Index, count: int) -> Sum:
    """Sum rows of ``values`` (row, ...) that share a number in ``by`` (row): (count, ...)."""
    return Sum(_bins(values, by, count), _bins(np.abs(values), by, count))


def weighted(coefficients: Array, amounts: Array) -> Sum:
    """Sum of coefficient times amount over their common first dim: (row, a) and (row, b) give (a, b)."""
    return Sum(coefficients.T @ amounts, np.abs(coefficients).T @ np.abs(amounts))


def at_most(left: Sum, right: Sum) -> Rows:
    """Rows left <= right."""
    gap = left - right
    return Rows(gap.value, gap.size)


def equal(left: Sum, right: Sum) -> Rows:
    """Rows left = right."""
    gap = left - right
    return Rows(np.abs(gap.value), gap.size)


def together(parts: Sequence[Rows]) -> Rows:
    """Rows of several groups in one."""
    gaps, sizes = [part.gap.ravel() for part in parts], [part.size.ravel() for part in parts]
    return Rows(np.concatenate([np.zeros(0), *gaps]), np.concatenate([np.zeros(0), *sizes]))
