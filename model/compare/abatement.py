r"""Engineering abatement cost curve: what each measure and each conversion saves in a year, and at what cost per tonne.

.. math::

    e_g &= \epsilon_g + \sigma_g \left(d_g + \sum_h u_{gh} e_h\right) + \mu_g \hat\epsilon_g \\
    v_g &= \mu_g \varpi_g + \sigma_g \left(c_g + \sum_h u_{gh} v_h\right) \\
    \text{tonnes}_m &= -\sum_l \left(\delta_m + \sum_g \Delta_{mg} e_g\right) x_{lm}, \qquad
    \text{cost}_m = \sum_l \nu_{lm} + \left(c^\Delta_m + \sum_g \Delta_{mg} v_g\right) x_{lm}

- e, v: emission (all scopes) and cost of one more unit of a good, the city's average of the year: sigma of it is made here, mu bought
- u, d, c: use, direct emission and variable cost per unit made, measures of the result included
- Delta, delta, c-Delta: change of use, of direct emission, of variable cost under the measure
- x: production that the measure can cover: its share of what its line makes in the year; nu: annuity

Assumptions. Production, routes and sources of goods stand as in the result in that year, prices and factors are the year's, there is no
carbon price, and each option is taken alone: options that exclude each other or draw on the same limited good do not add up,
and are named. A good that nobody needs in the year counts as in the base year. Conversions of a line compare both of its
configurations without measures, at the line's production; closing and building are left out, since what they replace is made elsewhere.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from model.compare.logmean import Floats
from model.compare.picture import MARK, Places, at_year, hosts_of, picture, pools_of, summed
from model.names import ArcKind
from model.solution import flat_values

CONVERSIONS = tuple(str(kind) for kind in (ArcKind.CONVERT, ArcKind.REPOWER, ArcKind.REPLACE))
MEASURE = "measure"
PER_TONNE = 1e4
"""100M CNY per 10 kt in CNY per tonne."""


@dataclass(frozen=True)
class _Supply:
    """How goods came in one year: shares made and bought, per unit made (good, good) or (good,), and whether anybody needed them."""

    home: Floats
    bought: Floats
    use: Floats
    direct: Floats
    variable: Floats
    needed: Floats


def _supply(result: xr.Dataset, inputs: xr.Dataset, year: int) -> _Supply:
    seen, at = picture(result, inputs, year), at_year(inputs, year)
    goods = seen["good"].values.tolist()
    product = np.array([goods.index(label.rpartition(MARK)[0]) for label in seen["pool"].values.tolist()], dtype=np.intp)
    labels, pool = pools_of(inputs)
    make, fitted = (flat_values(result, inputs, name)[:, at] for name in ("make", "fitted"))
    host = hosts_of(inputs, make)
    spent = summed(make * inputs["variable"].values, pool, len(labels))
    spent += summed(fitted * inputs["variable_change"].values, np.where(host >= 0, pool[host], -1) if len(pool) else host, len(labels))

    def of_good(values: Floats) -> Floats:
        return summed(values, product, len(goods))

    made = of_good(seen["made"].values)
    required = made + seen["bought"].values + seen["by_segments"].values
    divisor, whole = np.where(made > 0, made, 1.0), np.where(required > 0, required, 1.0)
    used = of_good((seen["plain"] + seen["change"]).values) / divisor[:, None]
    emitted = of_good((seen["direct"] + seen["direct_change"]).sum("source").values) / divisor
    return _Supply(made / whole, seen["bought"].values / whole, used, emitted, of_good(spent) / divisor, required > 0)


def marginal(result: xr.Dataset, inputs: xr.Dataset, year: int) -> xr.Dataset:
    """Emission (10ktCO2e) and cost (100M CNY) of one more unit of each good in a year, along its chain of supply."""
    at = at_year(inputs, year)
    now, base = (_supply(result, inputs, int(inputs["year"].values[place])) for place in (at, 0))

    def either(name: str) -> Floats:
        one, two = getattr(now, name), getattr(base, name)
        return np.asarray(np.where(now.needed.reshape(-1, *(1,) * (one.ndim - 1)), one, two))

    home = either("home")
    bought = np.where(now.needed + base.needed > 0, either("bought"), 1.0)
    chain = np.eye(len(home)) - home[:, None] * either("use")
    own = inputs["factor"].values[:, :, at].sum(axis=1) + home * either("direct") + bought * inputs["embodied"].values[:, at]
    spent = home * either("variable") + bought * inputs["price"].values[:, at]
    return xr.Dataset(
        {
            "emission": (("good",), np.linalg.solve(chain, own), {"units": "10ktCO2e per unit of good"}),
            "cost": (("good",), np.linalg.solve(chain, spent), {"units": "100M CNY per unit of good"}),
        },
        coords={"good": inputs["good"].values},
    )


@dataclass
class _Options:
    """Per line and option: name, kind, tonnes (10 kt), cost (100M CNY/a), share taken by the result, can it be taken, scarce goods."""

    names: list[str]
    kinds: list[str]
    tonnes: Floats
    cost: Floats
    taken: Floats
    real: npt.NDArray[np.bool_]
    scarce: list[set[str]]


def _scarce(inputs: xr.Dataset, more: Floats, at: int) -> list[set[str]]:
    """Goods in limited supply that each row uses more of."""
    limited = np.isfinite(inputs["supply"].values[:, at]) & (inputs["supply"].values[:, at] > 0)
    goods = inputs["good"].values
    return [set(goods[limited & (row > 0)].tolist()) for row in more]


def _measures(result: xr.Dataset, inputs: xr.Dataset, at: int, value: xr.Dataset) -> _Options:
    make, fitted = (flat_values(result, inputs, name)[:, at] for name in ("make", "fitted"))
    host = hosts_of(inputs, make)
    running = np.where(host >= 0, make[host], 0.0) if len(make) else np.zeros(len(host))
    could = inputs["share"].values * running * inputs["measure_open"].values[:, : at + 1].any(axis=1)
    change = inputs["change"].values
    saved = -(change @ value["emission"].values + inputs["direct_change"].values.sum(axis=1))
    spent = inputs["variable_change"].values + change @ value["cost"].values
    taken = np.divide(fitted, could, out=np.zeros(len(could)), where=could > 0).clip(0, 1)
    cost = np.where(could > 0, inputs["fit_annuity"].values + spent * could, 0.0)
    names = inputs["retrofit_measure"].values.tolist()
    return _Options(names, [MEASURE] * len(names), saved * could, cost, taken, could > 0, _scarce(inputs, change, at))


def _ends(inputs: xr.Dataset) -> tuple[Places, Places]:
    """States that each step leaves and reaches."""
    pairs = zip(inputs["state_line"].values.tolist(), inputs["state_configuration"].values.tolist(), strict=True)
    place = {pair: number for number, pair in enumerate(pairs)}
    arcs = {arc: number for number, arc in enumerate(inputs["arc"].values.tolist())}
    taken = [arcs[arc] for arc in inputs["step_arc"].values.tolist()]
    lines = inputs["step_line"].values.tolist()
    starts, ends = (
        np.array([place[(line, where[arc])] for line, arc in zip(lines, taken, strict=True)], dtype=np.intp)
        for where in (inputs["arc_start"].values.tolist(), inputs["arc_end"].values.tolist())
    )
    return starts, ends


def _conversions(result: xr.Dataset, inputs: xr.Dataset, at: int, value: xr.Dataset) -> _Options:
    make, moved = flat_values(result, inputs, "make")[:, at], flat_values(result, inputs, "move")[:, : at + 1].sum(axis=1) > 0
    start, end = _ends(inputs)
    good, kinds = inputs["state_good"].values, dict(zip(inputs["arc"].values.tolist(), inputs["arc_kind"].values.tolist(), strict=True))
    names = inputs["step_arc"].values.tolist()
    counted = np.array([kinds[name] in CONVERSIONS for name in names], dtype=bool) & (good[start] == good[end]) & (good[start] != "")
    counted &= inputs["open"].values[:, : at + 1].any(axis=1)
    most = inputs["availability"].values[end, at] * inputs["capacity"].values[end]
    made = np.minimum(np.where(moved, make[end], make[start]), most) * counted
    use = inputs["use"].values
    emitted = inputs["direct"].values.sum(axis=1) + use @ value["emission"].values
    spent = inputs["variable"].values + use @ value["cost"].values
    fixed = inputs["fixed"].values
    cost = inputs["step_annuity"].values + fixed[end] - fixed[start] + (spent[end] - spent[start]) * made
    return _Options(names, [kinds[name] for name in names], (emitted[start] - emitted[end]) * made, np.where(made > 0, cost, 0.0),
                    (moved & (made > 0)).astype(float), made > 0, _scarce(inputs, use[end] - use[start], at))  # fmt: skip


def _rivals(inputs: xr.Dataset) -> dict[str, set[str]]:
    """Options that exclude each other: measures by their own lists, conversions that leave the same configuration of a line."""
    found: dict[str, set[str]] = {}
    pairs = set(zip(inputs["exclusion_first"].values.tolist(), inputs["exclusion_second"].values.tolist(), strict=True))
    starts = dict(zip(inputs["arc"].values.tolist(), inputs["arc_start"].values.tolist(), strict=True))
    kinds = dict(zip(inputs["arc"].values.tolist(), inputs["arc_kind"].values.tolist(), strict=True))
    steps = list(zip(inputs["step_line"].values.tolist(), inputs["step_arc"].values.tolist(), strict=True))
    leaving: dict[tuple[str, str], set[str]] = {}
    for line, arc in steps:
        if kinds[arc] in CONVERSIONS:
            leaving.setdefault((line, starts[arc]), set()).add(arc)
    pairs |= {(one, two) for arcs in leaving.values() for one in arcs for two in arcs if one != two}
    for one, two in pairs:
        found.setdefault(one, set()).add(two)
        found.setdefault(two, set()).add(one)
    return found


def abatement(result: xr.Dataset, inputs: xr.Dataset, year: int) -> xr.Dataset:
    """Every measure and conversion that some line can take by a year, cheapest tonne first (module text: math and assumptions).

    Returns per ``option``: ``tonnes`` saved a year (10ktCO2e, all scopes), ``cost`` (100M CNY/a), ``cost_per_tonne`` (CNY/t;
    NaN where nothing is saved), ``taken`` and ``left`` (10ktCO2e), and the coordinates ``kind``, ``option_zh``, ``option_en``,
    ``rivals`` (options that exclude it) and ``scarce`` (limited goods that it needs), names separated by spaces. Raises
    ``KeyError`` where the result has no such year.
    """
    at = at_year(inputs, year)
    value = marginal(result, inputs, year)
    both = (_measures(result, inputs, at, value), "measure"), (_conversions(result, inputs, at, value), "arc")
    listed = {name for options, _ in both for name, real in zip(options.names, options.real, strict=True) if real}
    rivals, rows = {name: others & listed for name, others in _rivals(inputs).items()}, []
    for options, dim in both:
        named = {label: place for place, label in enumerate(inputs[dim].values.tolist())}
        for name in dict.fromkeys(options.names):
            mine = [place for place, other in enumerate(options.names) if other == name and options.real[place]]
            if not mine:
                continue
            tonnes, taken = float(options.tonnes[mine].sum()), float((options.tonnes[mine] * options.taken[mine]).sum())
            cost = float(options.cost[mine].sum())
            zh, en = (str(inputs[f"{dim}_{tongue}"].values[named[name]]) for tongue in ("zh", "en"))
            scarce = sorted(set[str]().union(*(options.scarce[place] for place in mine)))
            rows.append((name, options.kinds[mine[0]], zh, en, tonnes, cost, cost / tonnes * PER_TONNE if tonnes > 0 else np.nan, taken,
                         tonnes - taken, " ".join(sorted(rivals.get(name, ()))), " ".join(scarce)))  # fmt: skip
    rows.sort(key=lambda row: (np.isnan(row[6]), row[6], row[0]))
    columns = list(zip(*rows, strict=True)) or [()] * 11
    texts = {"option": 0, "kind": 1, "option_zh": 2, "option_en": 3, "rivals": 9, "scarce": 10}
    numbers = {"tonnes": (4, "10ktCO2e/a"), "cost": (5, "100M CNY/a"), "cost_per_tonne": (6, "CNY/tCO2e"), "taken": (7, "10ktCO2e/a"),
               "left": (8, "10ktCO2e/a")}  # fmt: skip
    return xr.Dataset(
        {name: (("option",), np.array(columns[place], dtype=float), {"units": unit}) for name, (place, unit) in numbers.items()},
        coords={name: (("option",), np.array(columns[place], dtype=str)) for name, place in texts.items()},
        attrs={"year": year},
    )
