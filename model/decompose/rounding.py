"""From shares of plans by family to one plan for every line."""

import numpy as np
from scipy import sparse

from model.decompose.generate import Generated, Pool
from model.decompose.pricing import Pricer
from model.decompose.reading import Ints
from model.handover import Floats

LEAST = 0.25
"""Shares below this part of one line are left out."""


def spread(pricer: Pricer, found: Generated, pool: Pool) -> Floats:
    """Whole plans of all lines whose sums come close to the mixture's, line by line, the largest first.

    Each line takes one of the plans that its family mixes, such that the weighted error of all coupling rows so far grows least.
    """
    fleet, parts = pricer.fleet, pricer.parts
    shares = _shares(found.shares, np.bincount(parts.family))
    columns = _columns(fleet.of, len(fleet.names))
    mixed: list[list[tuple[float, Floats]]] = [[] for _ in columns]
    for number in np.flatnonzero(shares.max(axis=1)).tolist():
        lines = (shares[number] > 0)[parts.family]
        point = fleet.cheapest(pricer.line_costs(pool.prices[number]), lines).point
        for line in np.flatnonzero(lines).tolist():
            mixed[line].append((shares[number, parts.family[line]], point[columns[line]]))
    table = sparse.csr_array(parts.lines.T)
    mean = np.zeros(len(fleet.of))
    for line, own in enumerate(columns):
        mean[own] = sum(share * point for share, point in mixed[line])
    sums = abs(parts.lines) @ np.abs(mean)
    weight = 1.0 / np.maximum(sums, 1e-3 * max(1.0, float(sums.max(initial=0.0))))
    chosen, error = np.zeros(len(fleet.of)), np.zeros(len(parts.rows))
    for line in np.argsort(-fleet.sizes(), kind="stable"):
        own, points = columns[line], np.array([point for _, point in mixed[line]])
        best = 0
        if len(points) > 1:
            effects = np.asarray((table[own].T @ (points - mean[own]).T).T)
            touched = np.flatnonzero(np.abs(effects).max(axis=0))
            effects = effects[:, touched]
            best = int((((error[touched] + effects) * weight[touched]) ** 2).sum(axis=1).argmin())
            error[touched] += effects[best]
        chosen[own] = points[best]
    return chosen


def _shares(shares: Floats, lines: Ints) -> Floats:
    """Shares without those too small for any line, of one whole again."""
    kept = np.where(shares * lines >= LEAST, shares, 0.0)
    kept[shares.argmax(axis=0), np.arange(shares.shape[1])] = shares.max(axis=0)
    whole: Floats = kept / kept.sum(axis=0)
    return whole


def _columns(of: Ints, lines: int) -> list[Ints]:
    """Columns of each line."""
    order = np.argsort(of, kind="stable")
    order = order[of[order] >= 0]
    return np.split(order, np.cumsum(np.bincount(of[order], minlength=lines))[:-1])
