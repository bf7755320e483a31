r"""The cheapest path of every line through configurations and measures, at given prices, by dynamic programming.

A line's own rows say: it stands in one configuration :math:`k`, moves along arcs, keeps a measure until it leaves the
configurations that carry it, and makes between its least and its most. At prices of its columns the rest follows: what is
made is the least or the most, each measure in place covers all it can or nothing, the benchmark counts where it is reached
and worth while. So with :math:`F` the set of measures in place,

.. math::

    V_t(k, F) = g_t(k, F, a) + \min_{(k', F') \to_a (k, F)} \Bigl\{ V_{t-1}(k', F') + c_{a,t} + \sum_{m \in F \setminus F'} c_{m,t} \Bigr\}

.. math::

    g_t(k, F, a) = c_{k,t}
    + (1 - o_a) \min_{x \in \{\underline X, \overline X\}} x \Bigl( c^x_{k,t} + \sum_{m \in F} s_m \min(0, c^w_{m,t}) \Bigr)
    + [F \text{ reaches the benchmark}] \min(0, c^b_{k,t}) + \sum_{m \in F} c^f_{m,t}

One measure after another is added, so that a year takes sets times measures steps. All lines of a shape are done side by side.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from model.decompose.reading import Ints
from model.decompose.shapes import Shape
from model.handover import Floats

NEVER = 1e13
"""Cost of what is not possible; far above any real cost, and small enough that sums with it stay finite."""


@dataclass
class Prices:
    """Prices of some lines' columns by variable, (line, pair, year); ``NEVER`` where a column may not be 1."""

    on: Floats
    move: Floats
    fit: Floats
    install: Floats
    make: Floats
    fitted: Floats
    benchmark: Floats


@dataclass
class Path:
    """Chosen by (line, year): configuration, set of measures of that configuration, and arc taken (-1: none)."""

    configuration: Ints
    members: Ints
    arc: Ints


class Walker:
    """Paths of the lines of one shape."""

    def __init__(self, shape: Shape) -> None:
        self.shape = shape
        self.sets = [bits.astype(float) for bits in shape.sets]
        self.place = [{tuple(np.flatnonzero(row)): at for at, row in enumerate(bits)} for bits in shape.sets]
        self.without = [self._without(k) for k in range(len(self.sets))]
        arcs = np.flatnonzero(shape.start >= 0).tolist()
        self.landing = {arc: self._landing(int(shape.start[arc]), int(shape.end[arc])) for arc in arcs}

    def _without(self, k: int) -> list[tuple[int, Ints, Ints]]:
        """For each measure of a configuration, the sets that hold it, and the same sets without it."""
        bits, place = self.shape.sets[k], self.place[k]
        found = []
        for measure in np.flatnonzero(bits.any(axis=0)):
            whole = np.flatnonzero(bits[:, measure])
            less = np.array([place[tuple(m for m in np.flatnonzero(bits[at]) if m != measure)] for at in whole], dtype=np.int64)
            found.append((int(measure), whole, less))
        return found

    def _landing(self, k: int, into: int) -> tuple[Ints, Ints, Ints]:
        """Sets of one configuration in the order of where they land in another, where each place's begin, and the places.

        What the other does not carry is lost.
        """
        carried = self.shape.sets[into].any(axis=0)
        after = np.array([self.place[into][tuple(np.flatnonzero(row & carried))] for row in self.shape.sets[k]], dtype=np.int64)
        order = np.argsort(after, kind="stable")
        first = np.flatnonzero(np.diff(np.concatenate([[-1], after[order]])))
        return order, first, after[order][first]

    def walk(self, prices: Prices, chosen: Ints) -> tuple[Floats, Path]:
        """Least cost of some lines' paths, and the paths; arrays inside are (set, line), so that sets are rows."""
        shape, (lines, _, years) = self.shape, prices.on.shape
        saved = [bits @ shape.saving[chosen].T for bits in self.sets]
        value = [np.full((len(bits), lines), NEVER) for bits in self.sets]
        value[shape.initial][0] = 0.0
        value[shape.initial] += self._standing(prices, chosen, shape.initial, 0, saved)
        trail, arcs = [value], []
        for t in range(1, years):
            arrived = [self._arrive(trail[-1], prices, chosen, k, t, saved) for k in range(len(self.sets))]
            trail.append([best for best, _ in arrived])
            arcs.append([by for _, by in arrived])
        return self._back(trail, arcs, prices)

    def _arrive(
        self, before: list[Floats], prices: Prices, chosen: Ints, k: int, t: int, saved: list[Floats]
    ) -> tuple[Floats, npt.NDArray[np.int8]]:
        """Least cost up to a year at each set of a configuration, and by which arc its line came."""
        best = before[k].copy()
        self._install(best, prices, k, t)
        rate = self.sets[k] @ np.minimum(prices.fitted[:, :, t], 0.0).T
        rate += prices.make[:, k, t]
        best += self._made(rate, chosen, k, t, None)
        by = np.full(best.shape, -1, dtype=np.int8)
        for arc, (order, first, place) in self.landing.items():
            if self.shape.end[arc] != k:
                continue
            start = before[self.shape.start[arc]] + prices.move[:, arc, t]
            landed = np.full(best.shape, NEVER)
            landed[place] = np.minimum.reduceat(start[order], first, axis=0)
            self._install(landed, prices, k, t)
            landed += self._made(rate, chosen, k, t, arc)
            better = landed < best
            np.copyto(best, landed, where=better)
            by[better] = arc
        best += self._standing(prices, chosen, k, t, saved)
        return np.minimum(best, NEVER, out=best), by

    def _install(self, value: Floats, prices: Prices, k: int, t: int) -> None:
        """One measure after another is added where that is cheaper."""
        for measure, whole, less in self.without[k]:
            price = prices.install[:, measure, t]
            if (price < NEVER).any():
                value[whole] = np.minimum(value[whole], value[less] + price)

    def _made(self, rate: Floats, chosen: Ints, k: int, t: int, arc: int | None) -> Floats:
        """Cost of making the least or the most."""
        left = 1.0 if arc is None else 1.0 - self.shape.outage[chosen, arc, t]
        cost: Floats = np.minimum(self.shape.least[chosen, k, t] * left * rate, self.shape.most[chosen, k, t] * left * rate)
        return cost

    def _standing(self, prices: Prices, chosen: Ints, k: int, t: int, saved: list[Floats]) -> Floats:
        """Cost of standing in a configuration with each set, without production."""
        cost = np.repeat(prices.on[None, :, k, t], len(self.sets[k]), axis=0)
        if prices.fit[:, :, t].any():
            cost += self.sets[k] @ prices.fit[:, :, t].T
        gap, need = self.shape.gap[chosen, k, t], self.shape.need[chosen, k, t]
        gain = np.minimum(prices.benchmark[:, k, t], 0.0)
        if gain.any():
            cost += gain * (saved[k] >= gap - slack(gap))
        if t and np.isfinite(need).any():
            cost[saved[k] < need - slack(need)] = NEVER
        return cost

    def _back(self, trail: list[list[Floats]], arcs: list[list[npt.NDArray[np.int8]]], prices: Prices) -> tuple[Floats, Path]:
        """From the best end back to the base year."""
        lines, years = prices.on.shape[0], len(trail)
        ends = np.array([value.min(axis=0) for value in trail[-1]])
        k = ends.argmin(axis=0)
        path = Path(*(np.full((lines, years), -1, dtype=np.int64) for _ in range(3)))
        path.configuration[:, -1] = k
        path.members[:, -1] = [trail[-1][k[line]][:, line].argmin() for line in range(lines)]
        for t in range(years - 1, 0, -1):
            for now in np.unique(path.configuration[:, t]):
                inside = np.flatnonzero(path.configuration[:, t] == now)
                by = arcs[t - 1][now][path.members[inside, t], inside].astype(np.int64)
                path.arc[inside, t] = by
                for arc in np.unique(by):
                    own = inside[by == arc]
                    start = int(now) if arc < 0 else int(self.shape.start[arc])
                    path.configuration[own, t - 1] = start
                    value, members = trail[t - 1][start][:, own].T, path.members[own, t]
                    path.members[own, t - 1] = self._before(value, prices.install[own, :, t], start, int(now), members)
        return ends.min(axis=0), path

    def _before(self, value: Floats, install: Floats, start: int, now: int, members: Ints) -> Ints:
        """The set from which each line's set was reached."""
        have = self.sets[now][members]
        kept = self.sets[start] * self.shape.sets[now].any(axis=0)
        cost = value + (have * install) @ (1.0 - kept).T
        cost = np.where((1.0 - have) @ kept.T > 0, np.inf, cost)
        return np.asarray(cost.argmin(axis=1))


def slack(asked: Floats) -> Floats:
    """Room for rounding in a sum of savings."""
    room: Floats = 1e-9 * np.maximum(1.0, np.abs(np.where(np.isfinite(asked), asked, 0.0)))
    return room
