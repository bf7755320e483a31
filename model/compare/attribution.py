r"""Change of emissions between two pictures (years of a scenario, or scenarios in a year), split without remainder.

Every tonne is a product of factors along the way from gross output to the place where it is emitted:

.. math::

    R_g &= \sum_j Y m_j n_{jg} + D_g + S_g + \sum_p c_{pg} && \text{what is required of a good} \\
    c_{pg} &= R_{h(p)}\, \sigma_{h(p)}\, \rho_p\, T_{pk(g)}\, \phi_{pg} / v_g && \text{what pool } p \text{ uses of it} \\
    E &= \sum_{j,g} Y m_j n_{jg} \epsilon_g + \sum_j Y m_j d_j + \sum_{p,g} c_{pg} \epsilon_g
         + \sum_p R_{h(p)} \sigma_{h(p)} \rho_p d_p + \sum_g R_g \mu_g \hat\epsilon_g

- Y: gross output (``activity``); m: share of each segment (``mix``); n, d_j: use and direct emission of a segment (``facts``)
- D: final demand (``demand``); S: sales outside (``sales``; takes the rounding of the good's balance too)
- h(p): good that pool p makes; sigma, mu: share of what is required that the city's lines make, or that is bought (``sourcing``)
- rho: share of the route in what is made of the good (``route``)
- T: fuel or power (k) per unit made, or a material alone; d_p: direct emission per unit made. Each is a sum of what the lines
  would use without measures (``fleet``: which lines make how much) and of what measures change (``measures``)
- phi: share of each fuel in fuel, of each power source in power (``energy``); v: content of a unit (``facts``)
- epsilon: emission factor of power (``grid``), of other goods (``facts``); epsilon-hat: embodied in bought goods (``outside``)

Each product is split by LMDI-I (``logmean``). What falls to a requirement R is split on by that good's own split, weighted
by the ratio of logarithmic means, so that a route that no longer needs hot metal is credited with the furnace's coke. These
splits of requirements depend on each other along the chain of goods and are solved together, loops included.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import xarray as xr

from model.compare.logmean import Floats, Pair, Split, split
from model.compare.picture import FUEL, MARK, POWER, picture, summed
from model.compare.terms import IMPORTS, SEGMENTS, Term
from model.errors import ResultError
from model.language import told
from model.names import Source
from model.store import Stored
from model.tolerances import OBJECTIVE

TERMS = tuple(Term)
ROOT, TOTAL = "root", "total"
"""Factors that are split further: a good's requirement, and a ratio with and without measures."""


def _over(top: Floats, bottom: Floats) -> Floats:
    """A ratio; NaN over nothing."""
    shape = np.broadcast_shapes(top.shape, bottom.shape)
    return np.asarray(np.divide(top, bottom, out=np.full(shape, np.nan), where=np.broadcast_to(bottom != 0, shape)))


class _Side:
    """The factors of one picture."""

    def __init__(self, seen: xr.Dataset) -> None:
        self.raw = {str(name): array.values for name, array in seen.data_vars.items()}
        self.kind = np.asarray(seen["kind"].values)
        goods = {good: place for place, good in enumerate(seen["good"].values.tolist())}
        self.product = np.array([goods[label.rpartition(MARK)[0]] for label in seen["pool"].values.tolist()], dtype=np.intp)
        made = np.zeros(len(goods))
        np.add.at(made, self.product, self.raw["made"])
        used = self.raw["plain"] + self.raw["change"]
        self.required = made + self.raw["bought"] + self.raw["by_segments"]
        self.sales = self.required - self.raw["demand"] - self.raw["output"] @ self.raw["need"] - used.sum(axis=0)
        self.home, self.bought = _over(made, self.required), _over(self.raw["bought"], self.required)
        self.route = _over(self.raw["made"], made[self.product])
        self.activity = np.array(self.raw["output"].sum())
        self.mix = _over(self.raw["output"], self.activity)
        self.plain, self.change = (self._totals(self.raw[name]) for name in ("plain", "change"))
        own = self.per_unit("plain") * self.raw["content"] + self.per_unit("change") * self.raw["content"]
        self.share = np.where(self.kind > 0, _over(own, self.plain + self.change), 1.0)

    def per_unit(self, name: str) -> Floats:
        """What pools use or emit per unit made; NaN where a pool makes nothing."""
        return _over(self.raw[name], self.raw["made"][:, None])

    def _totals(self, amounts: Floats) -> Floats:
        """Per unit made: all fuel at each fuel, all power at each power, any other good alone; (pool, good)."""
        content = _over(amounts, self.raw["made"][:, None]) * self.raw["content"]
        sums = [np.where(self.kind == kind, content, 0.0).sum(axis=1, keepdims=True) * (self.kind == kind) for kind in (FUEL, POWER)]
        return np.asarray(np.where(self.kind > 0, sums[0] + sums[1], content))

    def factors(self, of_power: bool) -> Floats:
        """Emission factors of power, or of all else; 1 where the other kind has its own: (good, source)."""
        mine = (self.kind == POWER) == of_power
        return np.asarray(np.where(mine[:, None], self.raw["factor"], 1.0))


class _Leaves:
    """Products of one shape (row, target, ...) split by term, and the rate at which each hangs on its good's requirement."""

    def __init__(self, found: Split, parts: tuple[Floats, Floats] | None = None) -> None:
        self.own = np.zeros((len(TERMS), *found.weight.shape))
        self.rate = np.broadcast_to(found.rate(ROOT), found.weight.shape) if ROOT in found.effects else np.zeros(found.weight.shape)
        for name, effect in found.effects.items():
            if name not in (ROOT, TOTAL):
                self.own[TERMS.index(Term(name))] += effect
        if parts is not None:
            for term, step in zip((Term.FLEET, Term.MEASURES), parts, strict=True):
                self.own[TERMS.index(term)] += found.rate(TOTAL) * np.nan_to_num(step)

    def over_goods(self) -> "_Leaves":
        """The same with leaves (row, good, source) added up over goods."""
        self.own, self.rate = self.own.sum(axis=2), self.rate.sum(axis=1)
        return self

    def whole(self, requirement: Floats, product: npt.NDArray[np.intp]) -> Floats:
        """Effects with those on requirements (good, term): (term, row, ...)."""
        hanging = requirement[product].T
        return self.own + hanging.reshape(*hanging.shape, *(1,) * (self.rate.ndim - 1)) * self.rate


class _Change:
    """Two sides, their leaves, and the split of what is required of each good."""

    def __init__(self, first: _Side, last: _Side) -> None:
        self.first, self.last = first, last
        self.product = first.product
        self.requirement = self._requirement()

    def _pair(self, read: Callable[[_Side], Floats]) -> Pair:
        return read(self.first), read(self.last)

    def _segments(self, axes: int) -> dict[str, Pair]:
        return {Term.ACTIVITY: self._pair(lambda side: side.activity), Term.MIX: self._pair(lambda side: _wide(side.mix, axes))}

    def _pools(self, axes: int) -> dict[str, Pair]:
        return {
            ROOT: self._pair(lambda side: _wide(side.required[self.product], axes)),
            Term.SOURCING: self._pair(lambda side: _wide(side.home[self.product], axes)),
            Term.ROUTE: self._pair(lambda side: _wide(side.route, axes)),
        }

    def _uses(self, axes: int) -> dict[str, Pair]:
        return self._pools(axes + 1) | {
            TOTAL: self._pair(lambda side: _wide(side.plain + side.change, axes)),
            Term.ENERGY: self._pair(lambda side: _wide(side.share, axes)),
        }

    def _parts(self, axes: int) -> tuple[Floats, Floats]:
        return _wide(self.last.plain - self.first.plain, axes), _wide(self.last.change - self.first.change, axes)

    def _requirement(self) -> Floats:
        """Effects on what is required of each good: (good, term)."""
        goods = len(self.first.required)
        segments = _Leaves(split(self._segments(1) | {Term.FACTS: self._pair(lambda side: side.raw["need"])}))
        pools = _Leaves(split(self._uses(0) | {Term.FACTS: self._pair(lambda side: 1 / side.raw["content"])}), self._parts(0))
        own = (segments.own.sum(axis=1) + pools.own.sum(axis=1)).T
        own[:, TERMS.index(Term.DEMAND)] += self.last.raw["demand"] - self.first.raw["demand"]
        own[:, TERMS.index(Term.SALES)] += self.last.sales - self.first.sales
        hanging = np.zeros((goods, goods))
        np.add.at(hanging, self.product, pools.rate)
        return np.asarray(np.linalg.solve(np.eye(goods) - hanging.T, own))

    def lines(self) -> Floats:
        """Effects on the emissions of each pool: (term, pool, source)."""
        use = self._uses(1) | {
            Term.FACTS: self._pair(lambda side: side.factors(of_power=False) / side.raw["content"][:, None]),
            Term.GRID: self._pair(lambda side: side.factors(of_power=True)),
        }
        direct = self._pools(1) | {TOTAL: self._pair(lambda side: side.per_unit("direct") + side.per_unit("direct_change"))}
        steps = [self.last.per_unit(name) - self.first.per_unit(name) for name in ("direct", "direct_change")]
        leaves = (_Leaves(split(use), self._parts(1)).over_goods(), _Leaves(split(direct), (steps[0], steps[1])))
        return np.asarray(sum(leaf.whole(self.requirement, self.product) for leaf in leaves))

    def segments(self) -> Floats:
        """Effects on the emissions of each segment: (term, segment, source)."""
        use = self._segments(2) | {
            Term.FACTS: self._pair(lambda side: side.raw["need"][:, :, None] * side.factors(of_power=False)),
            Term.GRID: self._pair(lambda side: side.factors(of_power=True)),
        }
        direct = self._segments(1) | {Term.FACTS: self._pair(lambda side: side.raw["segment_direct"])}
        return _Leaves(split(use)).over_goods().own + _Leaves(split(direct)).own

    def imports(self) -> Floats:
        """Effects on what is embodied in each bought good: (term, good)."""
        found = split({
            ROOT: self._pair(lambda side: side.required),
            Term.SOURCING: self._pair(lambda side: side.bought),
            Term.OUTSIDE: self._pair(lambda side: side.raw["embodied"]),
        })  # fmt: skip
        return _Leaves(found).whole(self.requirement, np.arange(len(self.first.required)))


def _wide(values: Floats, axes: int) -> Floats:
    """An array with further axes at its end."""
    return values.reshape(*values.shape, *(1,) * axes)


def attribution(first: xr.Dataset, last: xr.Dataset) -> xr.Dataset:
    """Split the change of emissions from one picture to another (``compare.picture``) of the same goods and segments.

    Returns ``effect`` (term, part, source), 10ktCO2e; a part is a good that lines make, ``segments`` or ``imports``.
    The sum over terms is the part's change of emissions, without remainder.
    """
    one, two = xr.align(first, last, join="outer", exclude=("good", "segment", "source"), fill_value=0.0)
    change = _Change(_Side(one), _Side(two))
    goods, sources = one["good"].values, one["source"].values
    made = np.unique(change.product)
    effect = np.zeros((len(TERMS), len(made) + 2, len(sources)))
    effect[:, :-2] = np.moveaxis(summed(np.moveaxis(change.lines(), 1, 0), np.searchsorted(made, change.product), len(made)), 0, 1)
    effect[:, -2] = change.segments().sum(axis=1)
    effect[:, -1] = change.imports().sum(axis=1)[:, None] * (sources == str(Source.IMPORTS))
    coordinates = {"term": [str(term) for term in TERMS], "part": [*goods[made].tolist(), SEGMENTS, IMPORTS], "source": sources}
    return xr.Dataset({"effect": (("term", "part", "source"), effect, {"units": "10ktCO2e"})}, coords=coordinates)


def explained(one: Stored, first: int, other: Stored, last: int) -> xr.Dataset:
    """Split the difference of ``other`` in year ``last`` from ``one`` in year ``first``, checked against both certified ledgers.

    Raises ``ResultError`` where the terms do not add up to the difference of the stored emissions of each source.
    """
    found = attribution(picture(one.result, one.inputs, first), picture(other.result, other.inputs, last))
    ends = one.result["emission"].sel(year=first, drop=True), other.result["emission"].sel(year=last, drop=True)
    change, split = ends[1] - ends[0], found["effect"].sum(("term", "part"))
    residual = float(np.abs(split - change).max() / max(1.0, float(np.abs(ends[0]).max()), float(np.abs(ends[1]).max())))
    if not residual <= OBJECTIVE:
        raise ResultError(told("attribution_misses", residual=residual))
    return found.assign(change=change.assign_attrs(units="10ktCO2e")).assign_attrs(residual=residual, first=int(first), last=int(last))


def wedges(base: Stored, other: Stored) -> xr.Dataset:
    """Difference of a scenario from the base in every year that both have: ``effect`` (year, term, part, source), 10ktCO2e."""
    years = sorted(set(base.inputs["year"].values.tolist()) & set(other.inputs["year"].values.tolist()))
    found = [explained(base, year, other, year) for year in years]
    worst = max(float(part.attrs["residual"]) for part in found)
    joined = xr.concat(found, xr.Variable(("year",), years), join="outer", fill_value=0.0, combine_attrs="drop")
    return joined.assign_attrs(residual=worst)
