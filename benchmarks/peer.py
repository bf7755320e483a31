"""The rules that make most of the matrix, in linopy, the fastest modelling library that takes labelled arrays.

Twenty-three of the 47 rules, more than 97 % of the non-zeros of a large problem, so that the comparison leans in linopy's favour. Pairs
that exist are one flat dim, as linopy's own advice for sparse models says; sums over groups are its ``groupby``.
"""

import warnings

import linopy
import numpy as np
import pandas as pd
import xarray as xr
from raw_codes import Codes, Numbers, Places

RULES = (
    "one_configuration", "base_configuration", "configuration_flow", "one_move", "most_production", "least_production", "base_measures",
    "measure_flow", "measure_host", "measure_loss", "exclusive_measures", "fitted_production", "fitted_installation",
    "benchmark_standing", "benchmark_reached", "balance", "replacement", "pace_of_retrofits", "investment_sum", "emissions_by_source",
    "capital_cost", "fixed_cost", "variable_cost",
)  # fmt: skip

warnings.filterwarnings("ignore", category=linopy.LinopySemanticsWarning)  # it means to align by position, as 0.10 does


def _array(values: Numbers, *dims: str) -> xr.DataArray:
    return xr.DataArray(values, dims=dims)


class Peer:
    """A linopy model in the making."""

    def __init__(self, problem: xr.Dataset) -> None:
        self.c = Codes(problem)
        self.m = linopy.Model()
        self.year = pd.RangeIndex(self.c.sizes["year"], name="year")
        self.plan = self.year[1:]
        self._variables()

    def _variables(self) -> None:
        c, sizes = self.c, self.c.sizes

        def flat(dim: str, size: int) -> pd.RangeIndex:
            return pd.RangeIndex(size, name=dim)

        state, step, fit = (flat(dim, sizes[dim]) for dim in ("state", "step", "retrofit"))
        made, level, good = flat("made", len(c.producing)), flat("level", len(c.levelled)), flat("good", sizes["good"])
        add = self.m.add_variables
        self.on = add(binary=True, coords=[state, self.year], name="on")
        self.move = add(lower=0, upper=xr.DataArray(c["open"][:, 1:], coords=[step, self.plan]), integer=True, name="move")
        self.fit = add(binary=True, coords=[fit, self.year], name="fit")
        self.install = add(lower=0, upper=xr.DataArray(c["measure_open"][:, 1:], coords=[fit, self.plan]), name="install")
        self.lost = add(lower=0, upper=1, coords=[fit, self.plan], name="lost")
        self.make = add(lower=0, coords=[made, self.year], name="make")
        self.fitted = add(lower=0, coords=[fit, self.year], name="fitted")
        self.benchmark = add(binary=True, coords=[level, self.year], name="benchmark")
        self.buy = add(lower=0, upper=xr.DataArray(c["supply"], coords=[good, self.year]), name="buy")
        self.sell = add(lower=0, upper=xr.DataArray(c["sales"], coords=[good, self.year]), name="sell")
        self.output = add(lower=0, coords=[flat("segment", sizes["segment"]), self.year], name="output")
        self.emission = add(coords=[flat("source", sizes["source"]), self.year], name="emission")
        self.cost = add(coords=[flat("item", 3), self.year], name="cost")
        self.spent = add(lower=0, coords=[self.plan], name="investment")

    def at(self, variable: linopy.Variable, dim: str, places: Places, value: Numbers | float = 1.0) -> linopy.LinearExpression:
        """A variable at some places, times a value for each (or for each and every year), over the dim ``pair``."""
        taken = variable.isel({dim: xr.DataArray(places, dims="pair")}).assign_coords(pair=np.arange(len(places)))
        if np.ndim(value) == 2:
            return _array(np.asarray(value), "pair", "year").assign_coords(year=taken.indexes["year"]) * taken
        return taken * (_array(np.asarray(value), "pair") if np.ndim(value) else float(np.asarray(value)))

    def grouped(self, expression: linopy.LinearExpression, row: Places, name: str) -> linopy.LinearExpression:
        """Sums by row."""
        return expression.groupby(xr.DataArray(row, dims="pair", coords={"pair": np.arange(len(row))}, name=name)).sum()

    def lines(self) -> None:
        """One configuration, base, flow, one move, production."""
        c, add, on, move = self.c, self.m.add_constraints, self.on, self.move
        everything, steps = np.arange(c.sizes["state"]), np.arange(c.sizes["step"])
        add(self.grouped(self.at(on, "state", everything), c.state_line, "line") == 1)
        add(on.isel(year=0) == _array(c["initial"], "state"))
        came = self.grouped(self.at(move, "step", steps), c.step_end, "state")
        left = self.grouped(self.at(move, "step", steps), c.step_start, "state")
        add(on.sel(year=self.plan) - on.shift(year=1).sel(year=self.plan) - came + left == 0)
        add(self.grouped(self.at(move, "step", steps), c.step_mover, "mover") <= 1)
        lossy = np.flatnonzero((c["outage"] != 0) & (c.place_made[c.step_end] >= 0))
        end, some = c.place_made[c.step_end[lossy]], c.producing
        stands = on.sel(year=self.plan).isel(state=xr.DataArray(some, dims="made")).assign_coords(made=np.arange(len(some)))
        most = (c["availability"] * c["capacity"][:, None])[some, 1:]
        least = np.broadcast_to((c["minimum_load"] * c["capacity"])[some, None], most.shape)
        for limit, sign in ((most, "<="), (least, ">=")):
            lost = self.grouped(self.at(move, "step", lossy, limit[end] * c["outage"][lossy, None]), end, "made")
            share = xr.DataArray(limit, dims=("made", "year"), coords={"made": np.arange(len(some)), "year": self.plan})
            add(self.make.sel(year=self.plan) - share * stands + lost, sign, 0)

    def measures(self) -> None:
        """Base, flow, host, loss, exclusions, fitted production and installation, benchmark."""
        c, add, fit, fitted = self.c, self.m.add_constraints, self.fit, self.fitted
        now = fit.sel(year=self.plan)
        add(fit.isel(year=0) == 0)
        add(now - fit.shift(year=1).sel(year=self.plan) - self.install + self.lost == 0)
        add(now - self.grouped(self.at(self.on.sel(year=self.plan), "state", c.host_state), c.host_fit, "retrofit") <= 0)
        own, step = c.leaving()
        add(self.lost - self.grouped(self.at(self.move, "step", step), own, "retrofit") <= 0)
        first, second = c.exclusions()
        add(self.at(now, "retrofit", first) + self.at(now, "retrofit", second) <= 1)
        made = self.at(self.make, "made", c.place_made[c.host_state], c["share"][c.host_fit])
        add(fitted - self.grouped(made, c.host_fit, "retrofit") <= 0)
        add(fitted - _array(c["fit_most"], "retrofit", "year") * fit <= 0)
        level = xr.DataArray(c.levelled, dims="level")
        add(self.benchmark - self.on.isel(state=level).assign_coords(level=np.arange(len(level))) <= 0)
        least = c.saving_least[c.levelled]
        own, hosted = c.hosted_by(c.levelled)
        saved = self.grouped(self.at(fit, "retrofit", hosted, c["saving"][hosted]), own, "level")
        add(saved + _array(least - c["benchmark_gap"][c.levelled], "level") * self.benchmark >= _array(least, "level"))

    def whole(self) -> None:
        """Balance, emissions, ledger, pace, investment, cost."""
        c, add = self.c, self.m.add_constraints
        total = self.buy - self.sell
        for name, variable, dim, sign in (("use", self.make, "made", -1), ("change", self.fitted, "retrofit", -1),
                                          ("need", self.output, "segment", -1)):  # fmt: skip
            own, good = np.nonzero(c[name])
            places = c.place_made[own] if name == "use" else own
            total = total + self.grouped(self.at(variable, dim, places, sign * c[name][own, good]), good, "good")
        total = total + self.grouped(self.at(self.make, "made", np.arange(len(c.producing))), c.made_good, "good")
        add(total == _array(c["demand"], "good", "year"))
        imports = list(c.x["source"].values).index("imports")
        for source in range(c.sizes["source"]):
            factor = c["factor"][:, source]
            parts = ((c["direct"][c.producing, source], c["use"][c.producing], self.make, "made"),
                     (c["direct_change"][:, source], c["change"], self.fitted, "retrofit"),
                     (c["segment_direct"][:, source], c["need"].clip(min=0), self.output, "segment"))  # fmt: skip
            emitted = 1 * self.emission.isel(source=source)
            for direct, goods, variable, dim in parts:
                intensity = direct[:, None] + goods @ factor
                some = np.flatnonzero(intensity.any(axis=1))
                if len(some):
                    emitted = emitted - self.at(variable, dim, some, intensity[some]).sum("pair")
            if source == imports:
                emitted = emitted - (_array(c["embodied"], "good", "year") * self.buy).sum("good")
            add(emitted == 0)
        self._ledger()
        both = c.line_group[c.fit_line] * c.sizes["measure"] + c.fit_measure
        paced = np.flatnonzero(np.isfinite(c["pace_retrofits"])[c.line_group[c.fit_line]])
        pairs, row = np.unique(both[paced], return_inverse=True)
        most = (c["pace_retrofits"] * c["base_capacity"])[pairs // c.sizes["measure"], None] * c["span"][1:]
        reached = self.grouped(self.at(self.install, "retrofit", paced, c["fit_capacity"][paced]), row, "paced")
        add(reached <= xr.DataArray(most, dims=("paced", "year"), coords={"paced": np.arange(len(pairs)), "year": self.plan}))
        self._money()

    def _ledger(self) -> None:
        c, plan = self.c, self.c.x["year"].values[1:]
        account, since, until, oldest = c.windows()
        total: linopy.LinearExpression | None = None
        for side, at, value, after in (("arc_debits", c.step_end, 1.0, since), ("arc_credits", c.step_start, -1.0, oldest)):
            window, step = c.pairs(account, c.accounts(side)[c.step_arc])
            ratio = c["ratio"][c.step_arc[step], 1:] if side == "arc_debits" else 1.0
            inside = (after[window, None] < plan) & (plan <= until[window, None])
            amount = np.where(inside, value * c["capacity"][at[step], None] * ratio, 0.0)
            part = self.grouped(self.at(self.move, "step", step, amount).sum("year"), window, "window")
            total = part if total is None else total + part
        if total is not None:
            self.m.add_constraints(total <= _array(c["endowment"][account], "window").assign_coords(window=np.arange(len(account))))

    def _money(self) -> None:
        c, add, now = self.c, self.m.add_constraints, self.cost.sel(year=self.plan)
        for kind, head in (
            ("cash", 1 * self.spent),
            ("annuity", now.isel(item=0) - self.cost.shift(year=1).sel(year=self.plan).isel(item=0)),
        ):
            moves = (_array(c[f"step_{kind}"], "step") * self.move).sum("step")
            add(head - moves - (_array(c[f"fit_{kind}"], "retrofit") * self.install).sum("retrofit") == 0)
        add(self.cost.isel(item=1) - (_array(c["fixed"], "state") * self.on).sum("state") == 0)
        made = (_array(c["variable"][c.producing], "made") * self.make).sum("made")
        add(self.cost.isel(item=2) - made - (_array(c["variable_change"], "retrofit") * self.fitted).sum("retrofit") == 0)


def peer_model(problem: xr.Dataset) -> linopy.Model:
    """The linopy model of a problem, with ``RULES``."""
    peer = Peer(problem)
    peer.lines()
    peer.measures()
    peer.whole()
    peer.m.add_objective((1 * peer.emission).sum())
    return peer.m


def peer_handed_over(model: linopy.Model) -> object:
    """Linopy's own hand-over to HiGHS, without names."""
    return linopy.solvers.Highs._build_solver_model(model, set_names=False)
