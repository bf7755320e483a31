"""The same mathematical model written by hand in numpy, straight from the problem's arrays: what any model's build is measured against.

Every rule of ``model.rules`` stands here a second time, in the same order, as positions and values of a sparse matrix.
``tests/test_raw.py`` holds it to be the compiled model's matrix, up to the order of rows and columns.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr
from raw_codes import Codes, codes
from scipy import sparse

from model.names import SOURCES_IN, Cost, Goal, Scope
from model.schema import DECISIONS

Numbers = npt.NDArray[Any]
PLAN_ONLY = ("move", "install", "lost", "investment")
CAPITAL, FIXED, VARIABLE, ENERGY, FEEDSTOCK, CARBON, REVENUE = range(len(Cost))


@dataclass
class RawMatrix:
    """``lower <= A x <= upper``; ``blocks`` holds the columns of every decision over its own dims."""

    matrix: sparse.csc_array
    lower: Numbers
    upper: Numbers
    column_lower: Numbers
    column_upper: Numbers
    integer: Numbers
    objectives: dict[str, Numbers]
    blocks: dict[str, Numbers]


@dataclass
class Rows:
    """Rows in the making: parts are kept as they broadcast and written once, at the end."""

    count: int = 0
    parts: list[tuple[Any, Any, Any, tuple[int, ...]]] = field(default_factory=list)
    limits: list[tuple[Any, Any, int]] = field(default_factory=list)

    def new(self, shape: Sequence[int], lower: Any, upper: Any) -> Numbers:
        """Numbers of new rows, with their limits."""
        size = int(np.prod(shape))
        made = np.arange(self.count, self.count + size, dtype=np.int32).reshape(shape)
        self.count += size
        self.limits.append((np.broadcast_to(lower, shape), np.broadcast_to(upper, shape), size))
        return made

    def add(self, row: Any, column: Numbers, value: Any) -> None:
        """Entries, broadcast against each other."""
        self.parts.append((row, column, value, np.broadcast_shapes(np.shape(row), column.shape, np.shape(value))))

    def matrix(self, columns: int) -> tuple[sparse.csc_array, Numbers, Numbers]:
        """All entries as one matrix, column by column, and the limits of its rows."""
        size = sum(int(np.prod(shape)) for *_, shape in self.parts)
        row, column, value = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size)
        first = 0
        for own_row, own_column, own_value, shape in self.parts:
            last = first + int(np.prod(shape))
            for whole, part in ((row, own_row), (column, own_column), (value, own_value)):
                whole[first:last].reshape(shape)[...] = part
            first = last
        self.parts.clear()
        found = sparse.csc_array(sparse.coo_array((value, (row, column)), shape=(self.count, columns)))
        found.eliminate_zeros()
        lower, upper = (np.concatenate([np.ravel(part[side]) for part in self.limits]).astype(float, copy=False) for side in (0, 1))
        return found, lower, upper


def raw_matrix(x: xr.Dataset, goals: Sequence[Goal], boundary: Scope, *, closest: bool) -> RawMatrix:
    """The whole model of a problem."""
    c, rows = codes(x), Rows()
    v, count = _columns(c)
    for part in (_configurations, _production, _measures, _levels, _goods, _clauses, _energy, _quota, _paces, _emissions, _costs):
        part(c, v, rows)
    matrix, lower, upper = rows.matrix(count)
    low, high, whole = _bounds(c, v, count, closest=closest)
    return RawMatrix(matrix, lower, upper, low, high, whole, _objectives(c, v, count, goals, boundary, closest=closest), v)


def _columns(c: Codes) -> tuple[dict[str, Numbers], int]:
    sizes = c.sizes | {"producing": len(c.producing), "levelled": len(c.levelled)}
    first, found = 0, {}
    for name, spec in DECISIONS.items():
        dims = [{"make": "producing", "benchmark": "levelled"}.get(name, dim) if dim == "state" else dim for dim in spec.dims]
        shape = [sizes[dim] - (dim == "year" and name in PLAN_ONLY) for dim in dims]
        size = int(np.prod(shape))
        found[name] = np.arange(first, first + size, dtype=np.int32).reshape(shape)
        first += size
    return found, first


def _bounds(c: Codes, v: dict[str, Numbers], count: int, *, closest: bool) -> tuple[Numbers, Numbers, Numbers]:
    low, high, whole = np.zeros(count), np.full(count, np.inf), np.zeros(count, dtype=bool)
    for name in ("emission", "cost"):
        low[v[name]] = -np.inf
    for name in ("on", "move", "fit", "benchmark"):
        high[v[name]], whole[v[name]] = 1.0, True
    for name, most in (("move", c["open"][:, 1:]), ("install", c["measure_open"][:, 1:]), ("lost", 1.0),
                       ("buy", c["supply"]), ("sell", c["sales"]), ("shortfall", np.where(c.missable(closest), np.inf, 0.0))):  # fmt: skip
        high[v[name]] = most
    return low, high, whole


def _objectives(
    c: Codes, v: dict[str, Numbers], count: int, goals: Sequence[Goal], boundary: Scope, *, closest: bool
) -> dict[str, Numbers]:
    found = {}
    for goal in goals:
        costs = found[f"objective_{goal}"] = np.zeros(count)
        if goal is Goal.SHORTFALL:
            may = c.missable(closest)
            costs[v["shortfall"][may]] = np.broadcast_to(c["span"], may.shape)[may] / c["clause_scale"][may]
        elif goal is Goal.EMISSIONS:
            counted = np.isin(c.x["source"].values, [str(source) for source in SOURCES_IN[boundary]])
            costs[v["emission"][counted, 1:]] = c["span"][1:]
        else:
            costs[v["cost"][:, 1:]] = c["span"][1:]
    return found


def _configurations(c: Codes, v: dict[str, Numbers], r: Rows) -> None:
    """One configuration, base configuration, flow, one move, companions, end of life."""
    on, move, years = v["on"], v["move"], c.sizes["year"]
    r.add(r.new((c.sizes["line"], years), 1, 1)[c.state_line], on, 1.0)
    r.add(r.new((c.sizes["state"],), c["initial"], c["initial"]), on[:, 0], 1.0)
    flow = r.new((c.sizes["state"], years - 1), 0, 0)
    r.add(flow, on[:, 1:], 1.0)
    r.add(flow, on[:, :-1], -1.0)
    r.add(flow[c.step_end], move, -1.0)
    r.add(flow[c.step_start], move, 1.0)
    r.add(r.new((c.movers, years - 1), -np.inf, 1)[c.step_mover], move, 1.0)
    own, pair, host = c.companions()
    bound = r.new((len(own), years), -np.inf, 0)
    r.add(bound, on[own], 1.0)
    r.add(bound[pair], on[host], -1.0)
    ended = c["outside_life"] != 0
    r.add(r.new((int(ended.sum()),), 0, 0), on[ended], 1.0)


def _production(c: Codes, v: dict[str, Numbers], r: Rows) -> None:
    """Base production, most and least production."""
    make, on, some = v["make"], v["on"], c.producing
    r.add(r.new((len(some),), c["base_make"][some], c["base_make"][some]), make[:, 0], 1.0)
    lossy = np.flatnonzero((c["outage"] != 0) & (c.place_made[c.step_end] >= 0))
    end = c.place_made[c.step_end[lossy]]
    shape = (len(some), c.sizes["year"] - 1)
    most = (c["availability"] * c["capacity"][:, None])[some, 1:]
    least = np.broadcast_to((c["minimum_load"] * c["capacity"])[some, None], shape)
    for limit, low, high in ((most, -np.inf, 0), (least, 0, np.inf)):
        row = r.new(shape, low, high)
        r.add(row, make[:, 1:], 1.0)
        r.add(row, on[some, 1:], -limit)
        r.add(row[end], v["move"][lossy], limit[end] * c["outage"][lossy, None])


def _measures(c: Codes, v: dict[str, Numbers], r: Rows) -> None:
    """Base measures, flow, host, loss, exclusions, fitted production and installation."""
    fit, fitted, fits, years = v["fit"], v["fitted"], c.sizes["retrofit"], c.sizes["year"]
    r.add(r.new((fits,), 0, 0), fit[:, 0], 1.0)
    flow = r.new((fits, years - 1), 0, 0)
    for column, value in ((fit[:, 1:], 1.0), (fit[:, :-1], -1.0), (v["install"], -1.0), (v["lost"], 1.0)):
        r.add(flow, column, value)
    hosted = r.new((fits, years - 1), -np.inf, 0)
    r.add(hosted, fit[:, 1:], 1.0)
    r.add(hosted[c.host_fit], v["on"][c.host_state, 1:], -1.0)
    lost = r.new((fits, years - 1), -np.inf, 0)
    r.add(lost, v["lost"], 1.0)
    own, step = c.leaving()
    r.add(lost[own], v["move"][step], -1.0)
    first, second = c.exclusions()
    either = r.new((len(first), years - 1), -np.inf, 1)
    r.add(either, fit[first, 1:], 1.0)
    r.add(either, fit[second, 1:], 1.0)
    made = r.new((fits, years), -np.inf, 0)
    r.add(made, fitted, 1.0)
    r.add(made[c.host_fit], v["make"][c.place_made[c.host_state]], -c["share"][c.host_fit, None])
    covered = r.new((fits, years), -np.inf, 0)
    r.add(covered, fitted, 1.0)
    r.add(covered, fit, -c["fit_most"])


def _levels(c: Codes, v: dict[str, Numbers], r: Rows) -> None:
    """Benchmark standing, benchmark reached, baseline reached, new at benchmark."""
    on, bench, gap, years = v["on"], v["benchmark"], c["benchmark_gap"], np.arange(c.sizes["year"])
    standing = r.new(bench.shape, -np.inf, 0)
    r.add(standing, bench, 1.0)
    r.add(standing, on[c.levelled], -1.0)
    above = np.flatnonzero(np.nan_to_num(c["baseline_gap"]) > 0)
    new = np.flatnonzero((c["new_at_benchmark"] > 0) & ~np.isnan(gap))
    for states, when, column, level in (
        (c.levelled, years, bench, gap),
        (above, c.bound_years("baseline_reached"), on[above], c["baseline_gap"]),
        (new, c.bound_years("new_at_benchmark"), on[new], gap),
    ):
        least = c.saving_least[states, None]
        row = r.new((len(states), len(when)), least, np.inf)
        r.add(row, column[:, when], least - level[states, None])
        own, fit = c.hosted_by(states)
        r.add(row[own], v["fit"][fit][:, when], c["saving"][fit, None])


def _goods(c: Codes, v: dict[str, Numbers], r: Rows) -> None:
    """Balance, sales, growth at least and at most."""
    make, output = v["make"], v["output"]
    balance = r.new((c.sizes["good"], c.sizes["year"]), c["demand"], c["demand"])
    r.add(balance[c.made_good], make, 1.0)
    r.add(balance, v["buy"], 1.0)
    r.add(balance, v["sell"], -1.0)
    for name, columns in (("use", make), ("change", v["fitted"]), ("need", output)):
        own, good = np.nonzero(c[name])
        r.add(balance[good], columns[c.place_made[own] if name == "use" else own], -c[name][own, good, None])
    segment, good = np.nonzero(c["pull"])
    sold = r.new((len(segment), c.sizes["year"]), -np.inf, 0)
    r.add(sold, output[segment], c["pull"][segment, good, None])
    row, maker = c.pairs(good, c.made_good)
    r.add(sold[row], make[maker], -1.0)
    r.add(r.new(output.shape, c["least"], np.inf), output, 1.0)
    r.add(r.new(output.shape, -np.inf, c["most"]), output, 1.0)


def _clauses(c: Codes, v: dict[str, Numbers], r: Rows) -> None:
    """Cap, freeze, value targets, floors of production and utilisation, shares of benchmark and route."""
    capacity, value = c["capacity"], c["clause_value"]
    standing = np.flatnonzero(c["standing"] != 0)
    levelled = standing[np.isin(standing, c.levelled)]
    route = c.x["configuration_route"].values[c.state_configuration[c.producing]] == "short"
    everything, short = np.arange(len(c.producing)), np.flatnonzero(route)

    def put(row: Numbers, group: Numbers, year: Numbers, states: Numbers, own: Numbers, columns: Numbers, coefficient: Any) -> None:
        at, member = c.pairs(group, c.line_group[c.state_line[states]])
        numbers = coefficient if np.ndim(coefficient) == 0 else coefficient[at]
        weights = capacity[states[member]] if columns is not v["make"] else 1.0
        r.add(row[at], columns[own[member], year[at]], weights * numbers)

    made_states, on, make = c.producing, v["on"], v["make"]
    for rule in ("capacity_cap", "no_new_capacity", "production_floor", "utilisation_floor", "benchmark_share", "route_share"):
        clause, group, year = c.bound(rule)
        firm = rule in ("capacity_cap", "no_new_capacity")
        most = c["base_capacity"][group] if rule == "no_new_capacity" else value[clause, year]
        row = r.new((len(clause),), -np.inf if firm else most * (rule == "production_floor"), most if firm else np.inf)
        if not firm:
            r.add(row, v["shortfall"][clause, year], 1.0)
        if firm:
            put(row, group, year, standing, standing, on, 1.0)
        if rule in ("production_floor", "utilisation_floor"):
            put(row, group, year, made_states, everything, make, 1.0)
        if rule in ("utilisation_floor", "benchmark_share"):
            put(row, group, year, standing, standing, on, -value[clause, year])
        if rule == "benchmark_share":
            put(row, group, year, levelled, np.searchsorted(c.levelled, levelled), v["benchmark"], 1.0)
        if rule == "route_share":
            put(row, group, year, made_states[short], short, make, 1.0)
            put(row, group, year, made_states, everything, make, -value[clause, year])
    clause, _, year = c.bound("value_target", peopled=False)
    row = r.new((len(clause),), value[clause, year], np.inf)
    r.add(row, v["shortfall"][clause, year], 1.0)
    r.add(row[:, None], v["output"][:, year].T, c["clause_weight"][clause])


def _energy(c: Codes, v: dict[str, Numbers], r: Rows) -> None:
    """Share of green power, energy per value added."""
    clause, group, year = c.bound("green_power_share")
    row = r.new((len(clause),), 0, np.inf)
    r.add(row, v["shortfall"][clause, year], 1.0)
    for chosen, share in ((c["green"] != 0, None), (c.x["good_kind"].values == "power", -c["clause_value"][clause, year])):
        goods = np.flatnonzero(chosen)
        for name, columns, line in (("use", v["make"], c.state_line), ("change", v["fitted"], c.fit_line)):
            own, good = np.nonzero(c[name][:, goods])
            at, member = c.pairs(group, c.line_group[line[own]])
            places = c.place_made[own] if name == "use" else own
            r.add(row[at], columns[places[member], year[at]], c[name][own, goods[good]][member] * (1.0 if share is None else share[at]))
    clause, _, year = c.bound("energy_intensity", peopled=False)
    row = r.new((len(clause),), -np.inf, 0)[:, None]
    energy = c["equivalent"][:, year]
    worth = np.flatnonzero(energy.any(axis=1))
    r.add(row, v["make"][:, year].T, (c["use"][c.producing[:, None], worth] @ energy[worth]).T)
    r.add(row, v["fitted"][:, year].T, (c["change"][:, worth] @ energy[worth]).T)
    allowed = (c["clause_value"][clause, year] * c["base_intensity"])[:, None] * c["value_added"]
    r.add(row, v["output"][:, year].T, (c["need"].clip(min=0) @ energy).T - allowed)
    r.add(row[:, 0], v["shortfall"][clause, year], -1.0)


def _quota(c: Codes, v: dict[str, Numbers], r: Rows) -> None:
    """The replacement ledger, by account and window."""
    account, since, until, oldest = c.windows()
    row = r.new((len(account),), -np.inf, c["endowment"][account])
    plan = c.x["year"].values[1:]
    for side, at, value, after in (("arc_debits", c.step_end, 1.0, since), ("arc_credits", c.step_start, -1.0, oldest)):
        of = c.accounts(side)[c.step_arc]
        window, step = c.pairs(account, of)
        ratio = c["ratio"][c.step_arc[step], 1:] if side == "arc_debits" else 1.0
        inside = (after[window, None] < plan) & (plan <= until[window, None])
        amount = np.broadcast_to(value * c["capacity"][at[step], None] * ratio, inside.shape)
        r.add(np.broadcast_to(row[window, None], inside.shape)[inside], v["move"][step][inside], amount[inside])


def _paces(c: Codes, v: dict[str, Numbers], r: Rows) -> None:
    """Pace of moves and retrofits; investment and its budgets."""
    span, move, install, spent = c["span"][1:], v["move"], v["install"], v["investment"]
    listed = c["capacity"] * c["standing"]
    of = c.line_group[c.step_line]
    paced = np.array([g for g in np.flatnonzero(np.isfinite(c["pace_moves"])) if g in of], dtype=int)
    row = r.new((len(paced), len(span)), -np.inf, (c["pace_moves"] * c["base_capacity"])[paced, None] * span)
    at, step = c.pairs(paced, of)
    r.add(row[at], move[step], np.maximum(listed[c.step_start], listed[c.step_end])[step, None])
    both = c.line_group[c.fit_line] * c.sizes["measure"] + c.fit_measure
    pairs = np.unique(both[np.isfinite(c["pace_retrofits"])[c.line_group[c.fit_line]]])
    group = pairs // c.sizes["measure"]
    row = r.new((len(pairs), len(span)), -np.inf, (c["pace_retrofits"] * c["base_capacity"])[group, None] * span)
    at, fit = c.pairs(pairs, both)
    r.add(row[at], install[fit], c["fit_capacity"][fit, None])
    row = r.new(spent.shape, 0, 0)
    r.add(row, spent, 1.0)
    r.add(row, move, -c["step_cash"][:, None])
    r.add(row, install, -c["fit_cash"][:, None])
    if np.isfinite(c["yearly_budget"]):
        r.add(r.new(spent.shape, -np.inf, c["yearly_budget"] * span), spent, 1.0)
    if np.isfinite(c["total_budget"]):
        r.add(r.new((1,), -np.inf, c["total_budget"]), spent, 1.0)


def _emissions(c: Codes, v: dict[str, Numbers], r: Rows) -> None:
    """Emissions by source."""
    row = r.new(v["emission"].shape, 0, 0)
    r.add(row, v["emission"], 1.0)
    worth = np.flatnonzero(c["factor"].any(axis=(1, 2)))
    factor, some = c["factor"][worth].reshape(len(worth), -1), c.producing
    for direct, goods, columns in (
        (c["direct"][some], c["use"][some], v["make"]),
        (c["direct_change"], c["change"], v["fitted"]),
        (c["segment_direct"], c["need"].clip(min=0), v["output"]),
    ):
        intensity = direct[:, :, None] + (goods[:, worth] @ factor).reshape(*direct.shape, -1)
        own, source = np.nonzero(intensity.any(axis=2))
        r.add(row[source], columns[own], -intensity[own, source])
    r.add(row[list(c.x["source"].values).index("imports")], v["buy"], -c["embodied"])


def _costs(c: Codes, v: dict[str, Numbers], r: Rows) -> None:
    """Cost by item."""
    cost, years = v["cost"], c.sizes["year"]
    row = r.new((years - 1,), 0, 0)
    r.add(row, cost[CAPITAL, 1:], 1.0)
    r.add(row, cost[CAPITAL, :-1], -1.0)
    r.add(row, v["move"], -c["step_annuity"][:, None])
    r.add(row, v["install"], -c["fit_annuity"][:, None])
    r.add(r.new((1,), 0, 0), cost[CAPITAL, :1], 1.0)
    bought_energy = np.isin(c.x["good_kind"].values, ("fuel", "power"))
    scope_1 = np.flatnonzero(np.isin(c.x["source"].values, [str(source) for source in SOURCES_IN[Scope.ONE]]))
    for item, terms in (
        (FIXED, ((v["on"], c["fixed"][:, None]),)),
        (VARIABLE, ((v["make"], c["variable"][c.producing, None]), (v["fitted"], c["variable_change"][:, None]))),
        (ENERGY, ((v["buy"][bought_energy], c["price"][bought_energy]),)),
        (FEEDSTOCK, ((v["buy"][~bought_energy], c["price"][~bought_energy]),)),
        (CARBON, ((v["emission"][scope_1], c["carbon_price"]),)),
        (REVENUE, ((v["sell"], -c["sell_price"]),)),
    ):
        row = r.new((years,), 0, 0)
        r.add(row, cost[item], 1.0)
        for columns, price in terms:
            r.add(row, columns, -price)
