"""Bounds of every decision, and whether binaries are 0 or 1."""

import numpy as np

from model.examine.case import Case
from model.examine.rows import Array
from model.schema import BINARY, DECISIONS

FREE = ("emission", "cost")
"""Decisions of any sign; all others are zero or more."""

PLANNED = ("move", "install", "lost", "investment")
"""Decisions that the base year does not have; they are 0 there."""


def _upper(case: Case, closest: bool) -> dict[str, Array]:
    """Upper bounds that are not infinite everywhere, each broadcast to its decision's dims."""
    missable = case.binds & (case.given["clause_target"] > 0)[:, None] & closest
    levelled = ~np.isnan(case.given["benchmark_gap"])
    one = np.array(1.0)
    return {
        "on": one,
        "move": case.given["open"],
        "fit": one,
        "install": case.given["measure_open"],
        "lost": one,
        "make": np.where(case.producing, np.inf, 0)[:, None],
        "benchmark": levelled.astype(float)[:, None],
        "buy": case.given["supply"],
        "sell": case.given["sales"],
        "shortfall": np.where(missable, np.inf, 0),
    }


def domains(case: Case, closest: bool) -> dict[str, float]:
    """Largest violation of each decision's bounds, relative to max(1, bound)."""
    upper, worst = _upper(case, closest), {}
    for name in DECISIONS:
        values = case.found[name]
        high = np.broadcast_to(upper.get(name, np.array(np.inf)), values.shape).copy()
        if name in PLANNED:
            high[..., 0] = 0
        low = -np.inf if name in FREE else 0.0
        beyond = np.maximum(low - values, (values - high) / np.maximum(1, np.where(np.isfinite(high), high, 1)))
        worst[name] = float(np.maximum(beyond, 0).max(initial=0.0))
    return worst


def integrality(case: Case) -> float:
    """Largest distance of a binary from 0 or 1."""
    distances = [np.minimum(np.abs(case.found[name]), np.abs(case.found[name] - 1)).max(initial=0.0) for name in BINARY]
    return float(np.max(distances))
