"""Column generation with multipliers smoothed towards the best that are known."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from model.decompose.master import Master, Mixture
from model.decompose.pricing import Few, Pricer
from model.handover import Floats

SMOOTHING = 0.6
"""Share of the best multipliers so far in those that are priced next (Wentges)."""
UNMET = 1e-6
"""By how much, against their sizes, a mixture that meets every row may break all limits together."""


@dataclass
class Pool:
    """Rounds of all stages: multipliers, cheapest plans by family, and what these do to the priced rows, (family, row)."""

    prices: list[Floats] = field(default_factory=list)
    effects: list[Floats] = field(default_factory=list)
    plans: list[list[Floats]] = field(default_factory=list)


@dataclass
class Generated:
    """Where column generation ended: bound, the multipliers that gave it, and a mixture with shares by (round of the pool, family)."""

    mixture: Mixture
    bound: float = -np.inf
    prices: Floats = field(default_factory=lambda: np.zeros(0))
    value: float = np.inf
    shares: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    rounds: int = 0

    @property
    def met(self) -> bool:
        """Whether the mixture meets every row."""
        return float(self.mixture.slack.sum()) < UNMET

    @property
    def gap(self) -> float:
        """Relative distance of the mixture's value to the bound."""
        return (self.value - self.bound) / max(abs(self.value), 1e-9)


def add_plans(master: Master, effects: Floats) -> None:
    """One column for each family: what its lines' plans do."""
    families, rows = effects.shape
    more = sparse.csc_array((master.rows - rows, families))
    master.add(sparse.csc_array(sparse.vstack([sparse.csc_array(effects.T), more])), np.zeros(families), np.arange(families))


def generate(
    pricer: Pricer, master: Master, pool: Pool, gap: float, few: Few, heard: Callable[[Generated], bool], start: Floats | None = None
) -> Generated:
    """Add what each round's cheapest plans do until mixture and bound meet within ``gap``, or ``heard`` says to stop.

    What the pool holds is there from the start; ``start`` are multipliers to begin with.
    """
    for effects in pool.effects:
        add_plans(master, effects)
    if start is not None or not pool.effects:
        out = Generated(master.solve() if pool.effects else _nothing())
        _round(out, pricer, master, pool, np.zeros(master.rows) if start is None else start, few)
    else:
        out = Generated(_nothing())
    while True:
        out.mixture = master.solve()
        out.value = out.mixture.value + pricer.constant
        if heard(out) or out.gap <= gap:
            break
        duals = out.mixture.prices[: master.rows]
        _round(out, pricer, master, pool, SMOOTHING * out.prices + (1 - SMOOTHING) * duals if len(out.prices) else duals, few)
    out.shares = out.mixture.shares.reshape(-1, master.families)
    return out


def _nothing() -> Mixture:
    return Mixture(np.inf, np.zeros(0), np.zeros(0), np.zeros(0), np.zeros(0))


def _round(out: Generated, pricer: Pricer, master: Master, pool: Pool, prices: Floats, few: Few) -> None:
    """Price once."""
    priced = pricer.price(master, prices, few)
    if priced.bound > out.bound:
        out.bound, out.prices = priced.bound, prices
    add_plans(master, priced.effects)
    pool.prices.append(prices[: pricer.rows])
    pool.effects.append(priced.effects)
    pool.plans.append([family.values(priced.plans.point) for family in few.families])
    out.rounds += 1
