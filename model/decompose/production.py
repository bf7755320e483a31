"""With moves and measures decided: what every line makes, by column generation over families and years."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from model.decompose.coupling import Coupling
from model.decompose.master import Master
from model.decompose.pricing import Pricer
from model.handover import Floats, Matrix

ROUNDS = 80
"""Most rounds."""
MADE = ("make", "fitted")


@dataclass
class Produced:
    """A plan with production: all columns of the matrix, value of the stage, slack that was needed."""

    point: Floats
    value: float
    slack: float


def produce(matrix: Matrix, pricer: Pricer, plan: Floats, kept: sparse.csr_array, most: Floats, penalty: Floats, gap: float) -> Produced:
    """Mix patterns of production of families by year such that all coupling rows hold; those of few lines row by row."""
    fleet, parts = pricer.fleet, pricer.parts
    entries = parts.lines.tocoo()
    variable = fleet.reader.variable[entries.col]
    made = np.isin(variable, MADE)
    standing = fleet.produce(np.zeros(len(plan)), plan)  # what is at the benchmark
    decided = np.where(np.isin(fleet.reader.variable, MADE), 0.0, plan)
    bench = fleet.reader.variable == "benchmark"
    decided[bench] = standing[bench]
    shift = np.bincount(entries.row, weights=entries.data * decided[entries.col], minlength=len(parts.rows))
    years = len(fleet.reader.years)
    groups = parts.family[np.maximum(fleet.of, 0)] * years + np.maximum(fleet.reader.year, 0)
    own = replace(
        parts, tie=sparse.csr_array(sparse.eye_array(len(parts.rows))), lower=parts.lower - shift, upper=parts.upper - shift,
        family=np.arange((int(parts.family.max()) + 1) * years),
    )  # fmt: skip
    master = Master(own, pricer.costs, kept, most, penalty)
    column, value, row = entries.col[made], entries.data[made], entries.row[made]
    place, size = groups[column] * len(parts.rows) + row, master.families * len(parts.rows)
    patterns: list[Floats] = []

    def add(costs: Floats) -> None:
        point = fleet.produce(costs, plan)
        patterns.append(point)
        effects = np.bincount(place, weights=value * point[column], minlength=size).reshape(master.families, -1)
        more = sparse.csc_array((master.rows - len(parts.rows), master.families))
        table = sparse.csc_array(sparse.vstack([sparse.csc_array(effects.T), more]))
        master.add(table, np.zeros(master.families), np.arange(master.families))

    wide = np.where(np.isin(fleet.reader.variable, MADE), 1.0, 0.0)
    add(wide)
    add(-wide)
    best, center = -np.inf, np.zeros(0)
    for _ in range(ROUNDS):
        mixture = master.solve()
        duals = mixture.prices[: master.rows]
        prices = duals if not len(center) else 0.5 * center + 0.5 * duals
        costs = -np.asarray(pricer.turned @ prices[: len(parts.rows)])
        costs[parts.fixed] = 0.0
        add(costs)
        bound = _bound(pricer, own, master, prices, costs, patterns[-1])
        if bound > best:
            best, center = bound, prices
        if mixture.value - best <= gap * max(abs(mixture.value), 1e-9) and mixture.slack.sum() < 1e-6:
            break
    mixture = master.solve()
    shares = mixture.shares.reshape(-1, master.families)
    point = np.where(parts.fixed, parts.base, decided)
    is_made = np.isin(fleet.reader.variable, MADE) & ~parts.fixed
    for share, pattern in zip(shares, patterns, strict=True):
        point[is_made] += share[groups[is_made]] * pattern[is_made]
    point[parts.free] = mixture.others
    return Produced(point, mixture.value + pricer.constant, float(mixture.slack.sum()))


def _bound(pricer: Pricer, parts: Coupling, master: Master, prices: Floats, costs: Floats, pattern: Floats) -> float:
    """The least that production could still bring, at some multipliers."""
    made = np.isin(pricer.fleet.reader.variable, MADE)
    side = np.where(prices > 0, master.lower, master.upper)
    used = prices != 0
    reduced = pricer.costs - master.table.T @ prices
    limit = np.where(reduced > 0, parts.least, parts.most)
    finite = np.isfinite(limit)
    return float(prices[used] @ side[used] + reduced[finite] @ limit[finite] + costs[made] @ pattern[made])
