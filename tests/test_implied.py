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
