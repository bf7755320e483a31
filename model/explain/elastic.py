"""A compiled problem in which provisions may give way: the least relaxation that some of them need so that a plan exists."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import sparse

from model.errors import InfeasibleError
from model.explain.provisions import Provision, columns_of, provisions_of
from model.handover import Matrix
from model.names import Goal
from model.scenario import SolverOptions
from model.solve import Outcome, solve

Floats = npt.NDArray[np.float64]
GOAL = Goal.SHORTFALL
"""The stage under which relaxations are minimised: they are shortfalls, of any provision."""
MOVED = 1e-6
"""Relaxations below this share of a provision's size are the solver's tolerance, not a change."""

IDLE = 1e-3
"""What gives way by less than this share of the whole is left hard if a plan exists without it: the solver's gap, not a need."""


@dataclass(frozen=True)
class Relaxed:
    """A plan that exists once provisions give way: how far each does by year (model unit), and the plan itself."""

    by: Mapping[int, Floats]
    outcome: Outcome

    @property
    def moved(self) -> set[int]:
        """Provisions that gave way."""
        return set(self.by)


class Elastic:
    """Provisions of a problem as columns of its matrix; each call says which of them may give way."""

    def __init__(self, problem: xr.Dataset, matrix: Matrix, undated: frozenset[tuple[str, str]], options: SolverOptions) -> None:
        self.problem, self.options = problem, options
        self.hard, self.provisions = provisions_of(problem, matrix, undated)

    @cached_property
    def matrix(self) -> Matrix:
        """The hard matrix with a column per relaxation (provision and year), all at 0."""
        rows, columns, values = [], [], []
        whose: list[tuple[int, int]] = []
        low, high = np.isfinite(self.hard.lower), np.isfinite(self.hard.upper)
        for number, provision in enumerate(self.provisions):
            for year, places, weights in columns_of(provision):
                for row, weight in zip(places, weights, strict=True):
                    rows.append(row)
                    columns.append(len(whose))
                    equal = low[row] and high[row]
                    values.append(weight if (equal and provision.family == "demand") or (low[row] and not equal) else -weight)
                whose.append((number, year))
        self.whose = np.array(whose, dtype=np.int64).reshape(-1, 2)
        added = sparse.csc_array((values, (rows, columns)), shape=(self.hard.matrix.shape[0], len(whose)))
        zeros = np.zeros(len(whose))
        return replace(
            self.hard,
            columns=[*self.hard.columns, *(("relaxation", pair) for pair in whose)],
            matrix=sparse.csc_array(sparse.hstack([self.hard.matrix, added], format="csc")),
            column_lower=np.concatenate([self.hard.column_lower, zeros]),
            column_upper=np.concatenate([self.hard.column_upper, zeros]),
            integer=np.concatenate([self.hard.integer, zeros > 0]),
        )

    def asked(self, give: Mapping[int, float], *, whole: bool = True) -> Matrix:
        """The matrix in which provisions ``give`` way at a weight each (0: freely); without whole numbers a relaxation of it."""
        matrix = self.matrix
        first = self.hard.matrix.shape[1]
        upper, cost = matrix.column_upper.copy(), np.zeros(matrix.matrix.shape[1])
        for place, (number, year) in enumerate(self.whose):
            if number in give:
                provision = self.provisions[number]
                upper[first + place] = provision.most[year]
                cost[first + place] = give[number] / provision.size[year]
        integer = matrix.integer if whole else np.zeros_like(matrix.integer)
        name = f"objective_{GOAL}"
        return replace(matrix, column_upper=upper, integer=integer, objectives={name: cost}, offsets={name: 0.0})

    def least(self, give: Mapping[int, float] | Collection[int], *, whole: bool = True) -> Relaxed | None:
        """The least sum of relaxations (each over its size and times its weight) that leaves a plan; ``None`` where none does."""
        weights = give if isinstance(give, Mapping) else dict.fromkeys(give, 1.0)
        found = self._least(weights, whole=whole)
        if found is None:
            return None
        costs = {number: weights[number] * float((by / self.provisions[number].size).sum()) for number, by in found.by.items()}
        idle = {number for number, cost in costs.items() if 0 < cost < IDLE * sum(costs.values())}
        without = {number: weight for number, weight in weights.items() if number not in idle}
        return (self._least(without, whole=whole) if idle else None) or found

    def _least(self, weights: Mapping[int, float], *, whole: bool) -> Relaxed | None:
        try:
            outcome = solve(self.asked(weights, whole=whole), (GOAL,), self.options)
        except InfeasibleError:
            return None
        values = outcome.values[self.hard.matrix.shape[1] :]
        by: dict[int, Floats] = {}
        for (number, year), value in zip(self.whose, values, strict=True):
            if value > MOVED * max(1.0, self.provisions[number].size[year]):
                by.setdefault(int(number), np.zeros(len(self.provisions[number].value)))[year] = value
        return Relaxed(by, outcome)

    def holds(self, freely: Collection[int] = (), *, whole: bool = True) -> bool:
        """Is there a plan when some provisions do not count?"""
        return self.least(dict.fromkeys(freely, 0.0), whole=whole) is not None

    def with_joined(self, provision: Provision) -> tuple["Elastic", int]:
        """The same with one more way to give, and its number."""
        copy = object.__new__(Elastic)
        copy.problem, copy.options, copy.hard = self.problem, self.options, self.hard
        copy.provisions = [*self.provisions, provision]
        return copy, len(self.provisions)
