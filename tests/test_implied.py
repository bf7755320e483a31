"""What a kept objective implies for whole columns: by hand, and against every whole point of random matrices."""

import itertools

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest
from scipy import sparse

from model.handover import Matrix
from model.solve.engine import silent_highs
from model.solve.implied import implied_bounds


def matrix_of(rows: list[list[float]], lower: list[float], integer: list[bool]) -> Matrix:
    width = len(integer)
    return Matrix(
        model=pyo.ConcreteModel(), columns=[], rows=[], matrix=sparse.csc_array(np.array(rows)), lower=np.array(lower),
        upper=np.full(len(lower), np.inf), column_lower=np.zeros(width), column_upper=np.ones(width), integer=np.array(integer),
        objectives={}, offsets={}, blocks=[],
    )  # fmt: skip


def test_a_dear_choice_is_out_and_what_fits_the_room_stays() -> None:
    """One of three must be taken at 1, 3 or 1.5: the dual is 1, so at most 2 leaves room of 1: what is dearer by 2 is out, by 0.5 not."""
    matrix = matrix_of([[1, 1, 1]], [1], [True, True, True])
    lower, upper = implied_bounds(matrix, [], np.array([1, 3, 1.5]), np.array([1.0]), 2.0)
    assert (lower.tolist(), upper.tolist()) == ([0, 0, 0], [1, 0, 1])


def test_a_gain_that_cannot_be_missed_is_taken() -> None:
    """Leaving out what gains 5 would cost more than the room of 1; a part of a divisible column is left alone."""
    matrix = matrix_of([[1, 1]], [0], [True, False])
    lower, upper = implied_bounds(matrix, [], np.array([-5.0, 4.0]), np.array([0.0]), -4.0)
    assert (lower.tolist(), upper.tolist()) == ([1, 0], [1, 1])


def test_a_multiplier_towards_no_limit_counts_as_nothing() -> None:
    matrix = matrix_of([[1, 1, 1]], [1], [True, True, True])
    lower, upper = implied_bounds(matrix, [], np.array([1, 3, 1.5]), np.array([-1.0]), 2.0)
    assert (lower.tolist(), upper.tolist()) == ([0, 0, 0], [1, 0, 1]), "without the row, 3 alone is beyond 2"


def test_a_multiplier_of_a_kept_objective_counts() -> None:
    """Of twice the first column at most 0, at -1; 3 for one of three: the reduced costs are 0, 0 and -0.75, and the least is 2.25."""
    matrix = matrix_of([[1, 1, 1]], [1], [True, True, True])
    lower, upper = implied_bounds(matrix, [(np.array([2.0, 0.0, 0.0]), 0.0)], np.array([1, 3, 2.25]), np.array([3.0, -1.0]), 2.25)
    assert (lower.tolist(), upper.tolist()) == ([0, 0, 1], [1, 1, 1]), "no room is left to do without the third"


@pytest.mark.parametrize(
    ("dearer", "most", "stays"),
    [(0.6, 1.5, False), (0.5, 1.5, True), (0.5 + 1.8e-6, 1.5, True), (0.5 + 2.2e-6, 1.5, False), (1 + 2.8e-6, 2.0, True),
     (1 + 3.2e-6, 2.0, False), (1e6 + 2.8, 2e6, True), (1e6 + 3.2, 2e6, False)],
)  # fmt: skip
def test_what_fits_but_for_the_tolerances_stays(dearer: float, most: float, stays: bool) -> None:
    """One of two must be taken; the room is ``most`` less the first's cost, by 1e-6 of ``most`` and by 1e-6 of a column more."""
    first = 1e6 if most > 1e6 else 1.0
    lower, upper = implied_bounds(matrix_of([[1, 1]], [1], [True, True]), [], np.array([first, first + dearer]), np.array([first]), most)
    assert (lower.tolist(), upper.tolist()) == ([0, 0], [1, float(stays)])


@pytest.mark.parametrize(("gain", "may_miss"), [(1.0, True), (1 + 1.8e-6, True), (1 + 2.2e-6, False)])
def test_a_gain_that_may_be_missed_but_for_the_tolerances_is_not_taken(gain: float, may_miss: bool) -> None:
    """Missing it is allowed by a room of 1, by 1e-6 (of 1, since ``most`` is small) and by 1e-6 of a column more."""
    lower, _ = implied_bounds(matrix_of([[1]], [0], [True]), [], np.array([-gain]), np.array([0.0]), 1 - gain)
    assert lower.tolist() == [0 if may_miss else 1]


@pytest.mark.parametrize("seed", range(12))
def test_no_point_within_the_limit_is_lost(seed: int) -> None:
    """Seven whole columns, an earlier objective kept, duals of the relaxation: every point that holds stays, and some columns are fixed."""
    chance = np.random.default_rng(seed)
    width = 7
    table = chance.integers(-3, 6, (4, width)).astype(float)
    matrix = matrix_of(table.tolist(), (0.2 * table.clip(0).sum(axis=1)).tolist(), [True] * width)
    earlier, objective = chance.integers(0, 9, width).astype(float), chance.integers(-4, 9, width).astype(float)
    points = np.array(list(itertools.product([0.0, 1.0], repeat=width)))
    held = points[(points @ table.T >= matrix.lower).all(axis=1)]
    kept = [(earlier, float(np.quantile(held @ earlier, 0.5)))]
    held = held[held @ earlier <= kept[0][1]]
    most = float((held @ objective).min())
    lower, upper = implied_bounds(matrix, kept, objective, duals(matrix, kept, objective), most)
    best = held[held @ objective <= most]
    assert ((best >= lower) & (best <= upper)).all()
    assert (lower >= matrix.column_lower).all()
    assert (upper <= matrix.column_upper).all()


def duals(matrix: Matrix, kept: list[tuple[np.ndarray, float]], objective: np.ndarray) -> np.ndarray:
    """Duals of the relaxation, the kept objectives' rows last."""
    highs = silent_highs()
    highs.setOptionValue("threads", 1)
    highs.addVars(len(objective), matrix.column_lower, matrix.column_upper)
    highs.changeColsCost(len(objective), np.arange(len(objective), dtype=np.int32), objective)
    places = np.arange(len(objective), dtype=np.int32)
    for row, low in zip(matrix.matrix.toarray(), matrix.lower, strict=True):
        highs.addRow(low, highspy.kHighsInf, len(row), places, row)
    for row, most in kept:
        highs.addRow(-highspy.kHighsInf, most, len(row), places, row)
    highs.run()
    return np.array(highs.getSolution().row_dual)
