"""What keeping an objective implies for whole columns: reduced-cost fixing between stages.

With multipliers ``y`` of the rows and ``d = c - A'y``, a point has ``c x = sum_i y_i (A x)_i + sum_j d_j x_j``. With each term at its
least that limits allow, the sum is ``z <= c x``; so where ``c x <= most``, no term stands further than ``most - z`` above its least,
and a whole column moves at most ``floor((most - z) / |d_j|)`` from the side where it is least. ``y`` need not be optimal for this to hold;
a relaxation's duals make ``z`` its value. On the real plan this takes two thirds of the cost stage's time.
"""

import numpy as np

from model.handover import Floats, Matrix
from model.solve.outcome import Kept
from model.tolerances import INTEGRALITY, ROW


def implied_bounds(matrix: Matrix, kept: Kept, objective: Floats, duals: Floats, most: float) -> tuple[Floats, Floats]:
    """Column bounds of a matrix that follow from ``objective @ x <= most``; those of columns that need not be whole stay as they are.

    ``kept`` are rows that hold besides the matrix' own (row, most); ``duals`` are multipliers of the matrix' rows and then of these.
    """
    own = matrix.matrix.shape[0]
    below = np.array([value for _, value in kept])
    least_rows, rows = _least(duals, np.append(matrix.lower, np.full(len(kept), -np.inf)), np.append(matrix.upper, below))
    reduced = objective - matrix.matrix.T @ rows[:own] - sum((y * row for y, (row, _) in zip(rows[own:], kept, strict=True)), np.zeros(1))
    least_columns, reduced = _least(reduced, matrix.column_lower, matrix.column_upper)
    room = max(most - least_rows - least_columns, 0.0) + ROW * max(1.0, abs(most))
    lower, upper = matrix.column_lower.copy(), matrix.column_upper.copy()
    up, down = matrix.integer & (reduced > 0), matrix.integer & (reduced < 0)
    upper[up] = np.minimum(upper[up], lower[up] + np.floor(room / reduced[up] + INTEGRALITY))
    lower[down] = np.maximum(lower[down], upper[down] - np.floor(room / -reduced[down] + INTEGRALITY))
    return lower, upper


def _least(weights: Floats, lower: Floats, upper: Floats) -> tuple[float, Floats]:
    """Least of a weighted sum within limits, and the weights; a weight whose side has no limit counts as rounding, and as nothing."""
    side = np.where(weights > 0, lower, upper)
    used = np.where(np.isfinite(side), weights, 0.0)
    return float(used @ np.where(np.isfinite(side), side, 0.0)), used
