"""Labels of a problem as positions, and the joins that the hand-written model needs."""

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

Places = npt.NDArray[np.int64]
Numbers = npt.NDArray[Any]


def positions(names: Numbers, labels: Numbers) -> Places:
    """Where each label stands among names; -1 where it is none of them."""
    order = np.argsort(names)
    if not len(order):
        return np.full(len(labels), -1)
    found = order[np.minimum(np.searchsorted(names, labels, sorter=order), len(order) - 1)]
    return np.where(names[found] == labels, found, -1)


def matched(left: Places, right: Places) -> tuple[Places, Places]:
    """Places (left, right) of every pair of equal numbers."""
    order = np.argsort(right, kind="stable")
    first, last = (np.searchsorted(right[order], left, side=side) for side in ("left", "right"))
    count = last - first
    own = np.repeat(np.arange(len(left)), count)
    return own, order[np.arange(len(own)) - np.repeat(np.cumsum(count) - count - first, count)]


class Codes:
    """A problem ``x`` with its relations as positions; ``c["use"]`` is an array of the problem."""

    def __init__(self, x: xr.Dataset) -> None:
        self.x = x
        self.sizes: dict[str, int] = {str(name): int(size) for name, size in x.sizes.items()}
        at = self._at
        self.state_line, self.state_configuration = at("state_line", "line"), at("state_configuration", "configuration")
        self.step_line, self.step_arc = at("step_line", "line"), at("step_arc", "arc")
        self.fit_line, self.fit_measure = at("retrofit_line", "line"), at("retrofit_measure", "measure")
        self.line_group = at("line_group", "group")
        self.state_key = self.state_line * self.sizes["configuration"] + self.state_configuration
        self.by_key = np.argsort(self.state_key)
        starts, ends = at("arc_start", "configuration")[self.step_arc], at("arc_end", "configuration")[self.step_arc]
        self.step_start, self.step_end = self.state(self.step_line, starts), self.state(self.step_line, ends)
        movers, self.step_mover = np.unique(self.step_line, return_inverse=True)
        self.movers = len(movers)
        self.producing = np.flatnonzero(x["state_good"].values != "")
        self.place_made = np.full(self.sizes["state"], -1)
        self.place_made[self.producing] = np.arange(len(self.producing))
        self.made_good = positions(x["good"].values, x["state_good"].values[self.producing])
        self.levelled = np.flatnonzero(~np.isnan(self["benchmark_gap"]))
        self.host_fit = x["host_retrofit"].values
        self.host_state = self.state(self.fit_line[self.host_fit], at("host_configuration", "configuration"))
        saved = np.minimum(self["saving"][self.host_fit], 0.0)
        self.saving_least = np.bincount(self.host_state, saved, self.sizes["state"])

    def __getitem__(self, name: str) -> Numbers:
        """An array of the problem."""
        found: Numbers = self.x[name].values
        return found

    def _at(self, array: str, dim: str) -> Places:
        return positions(self.x[dim].values, self.x[array].values)

    def state(self, line: Places, configuration: Places) -> Places:
        """Positions of states by their halves."""
        key = line * self.sizes["configuration"] + configuration
        return self.by_key[np.searchsorted(self.state_key, key, sorter=self.by_key)]

    def pairs(self, left: Places, right: Places) -> tuple[Places, Places]:
        """Places of every pair of equal numbers."""
        return matched(left, right)

    def companions(self) -> tuple[Places, Places, Places]:
        """Bound states, and by pair the bound state's place among them and its host."""
        bound = self.state(self._at("companion_line", "line"), self._at("companion_configuration", "configuration"))
        host = self.state(self._at("companion_host", "line"), self._at("companion_host_configuration", "configuration"))
        own, pair = np.unique(bound, return_inverse=True)
        return own, pair, host

    def leaving(self) -> tuple[Places, Places]:
        """(fit, step) where the step leads from a state that carries the fit to one that does not."""
        fit, step = matched(self.fit_line, self.step_line)
        carried = np.sort(self.host_fit * self.sizes["state"] + self.host_state)

        def carries(state: Places) -> npt.NDArray[np.bool_]:
            key = fit * self.sizes["state"] + state[step]
            return carried[np.minimum(np.searchsorted(carried, key), len(carried) - 1)] == key

        away = carries(self.step_start) & ~carries(self.step_end) if len(carried) else np.zeros(len(fit), dtype=bool)
        return fit[away], step[away]

    def exclusions(self) -> tuple[Places, Places]:
        """Pairs of fits that exclude each other."""
        line = self._at("exclusion_line", "line")
        key = self.fit_line * self.sizes["measure"] + self.fit_measure
        order = np.argsort(key)
        both = (line * self.sizes["measure"] + self._at(f"exclusion_{part}", "measure") for part in ("first", "second"))
        first, second = (order[np.searchsorted(key, part, sorter=order)] for part in both)
        return first, second

    def hosted_by(self, states: Places) -> tuple[Places, Places]:
        """(place among the states, fit) of every measure that a state carries."""
        own, host = matched(states, self.host_state)
        return own, self.host_fit[host]

    @cached_property
    def clause_group(self) -> Places:
        """The group that a clause is about; -1: none."""
        return self._at("clause_subject", "group")

    def bound(self, rule: str, *, peopled: bool = True) -> tuple[Places, Places, Places]:
        """(clause, group, year) where clauses of a rule bind; ``peopled``: only groups that have lines."""
        chosen = (self.x["clause_rule"].values == rule)[:, None] & ~np.isnan(self["clause_value"])
        if peopled:
            chosen &= np.isin(self.clause_group, self.line_group)[:, None]
        clause, year = np.nonzero(chosen)
        return clause, self.clause_group[clause], year

    def bound_years(self, rule: str) -> Places:
        """Years in which some clause of a rule binds."""
        return np.unique(self.bound(rule, peopled=False)[2])

    def missable(self, closest: bool) -> npt.NDArray[np.bool_]:
        """(clause, year) that may be missed."""
        found: npt.NDArray[np.bool_] = ~np.isnan(self["clause_value"]) & (self["clause_target"] > 0)[:, None]
        return found & closest

    def accounts(self, side: str) -> Places:
        """The account of each arc; -1: none."""
        return self._at(side, "account")

    def windows(self) -> tuple[Places, Numbers, Numbers, Numbers]:
        """Windows of the replacement ledger: account, years since and until, and the year after which quota earned still counts."""
        clause, _, year = self.bound("replacement", peopled=False)
        subject = self._at("clause_subject", "account")[clause]
        touched = np.unique(self.accounts("arc_debits")[self.step_arc])
        years, lapse = self.x["year"].values, self["lapse"]
        rows = sorted({(a, s, u) for a, u in zip(subject.tolist(), year.tolist(), strict=True) if a >= 0 and a in touched
                       for s in range(u) if s == 0 or np.isfinite(lapse[a])})  # fmt: skip
        account, since, until = np.array(rows, dtype=int).reshape(-1, 3).T
        return account, years[since], years[until], years[since] - lapse[account]


def codes(x: xr.Dataset) -> Codes:
    """Positions of everything in a problem."""
    return Codes(x)
