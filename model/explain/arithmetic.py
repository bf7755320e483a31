"""Sums before any solver: the most that a clause could reach under caps, availability, scrap and growth, against what it asks.

A sum leaves out most of the rules, so what it allows may still be impossible; what it does not allow is.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

Floats = npt.NDArray[np.float64]
MARGIN = 1e-9


@dataclass(frozen=True)
class Sum:
    """What a clause asks in a year and the best that sums allow, in the clause's unit; ``floor``: it asks for at least so much."""

    clause: str
    year: int
    asked: float
    best: float
    floor: bool

    @property
    def possible(self) -> bool:
        """Do the sums leave room?"""
        room = self.best - self.asked if self.floor else self.asked - self.best
        return bool(room >= -MARGIN * max(1.0, abs(self.asked)))


def sums(problem: xr.Dataset) -> list[Sum]:
    """Sums of every clause that has one, in the first year in which they leave no room, else in its last year."""
    most, caps = most_made(problem), _caps(problem)
    group_of = dict(zip(problem["line"].values.tolist(), problem["line_group"].values.tolist(), strict=True))
    groups = np.array([group_of[line] for line in problem["state_line"].values.tolist()], dtype=str)
    best: dict[str, Callable[[int], Floats]] = {
        "value_target": lambda clause: _earned(problem, clause),
        "production_floor": lambda clause: np.minimum(most[_subject(problem, clause)], _capped(problem, caps, groups, clause)),
        "utilisation_floor": lambda clause: _over_states(problem, groups == _subject(problem, clause), "availability"),
        "capacity_cap": lambda clause: _stuck(problem, groups == _subject(problem, clause)),
        "no_new_capacity": lambda clause: _stuck(problem, groups == _subject(problem, clause)),
        "route_share": lambda clause: _routed(problem, groups == _subject(problem, clause)),
    }
    found = []
    for clause, rule in enumerate(problem["clause_rule"].values.tolist()):
        asked = problem["clause_value"].values[clause].copy()
        if rule == "no_new_capacity":
            capacity = float(problem["base_capacity"].sel(group=_subject(problem, clause)))
            asked = np.where(np.isnan(asked), np.nan, capacity)
        bound = np.flatnonzero(~np.isnan(asked))
        if rule not in best or not len(bound) or (rule != "value_target" and _subject(problem, clause) not in most):
            continue
        reach = best[rule](clause)
        floor = rule not in ("capacity_cap", "no_new_capacity")
        all_years = [Sum(str(problem["clause"].values[clause]), int(problem["year"].values[year]), float(asked[year]), float(reach[year]),
                         floor) for year in bound]  # fmt: skip
        found.append(next((one for one in all_years if not one.possible), all_years[-1]))
    return found


def _subject(problem: xr.Dataset, clause: int) -> str:
    return str(problem["clause_subject"].values[clause])


def _earned(problem: xr.Dataset, clause: int) -> Floats:
    """The most output that counts: growth limits, and for segments that sell a good of the lines what these can make."""
    most = problem["most"].values.copy()
    makes = np.where(problem["capacity"].values[:, None] > 0, problem["availability"].values * problem["capacity"].values[:, None], 0.0)
    for segment, good in zip(*np.nonzero(problem["pull"].values > 0), strict=True):
        made = _by_line(problem, np.where(problem["state_good"].values[:, None] == problem["good"].values[good], makes, 0.0)).sum(axis=0)
        made[0] = np.inf
        most[segment] = np.minimum(most[segment], made / problem["pull"].values[segment, good])
    counted: Floats = problem["clause_weight"].values[clause] @ most
    return counted


def _by_line(problem: xr.Dataset, values: Floats) -> Floats:
    """The largest value of each line's states: (line, year)."""
    place = {line: n for n, line in enumerate(problem["line"].values.tolist())}
    found = np.zeros((len(place), values.shape[1]))
    np.maximum.at(found, [place[line] for line in problem["state_line"].values.tolist()], values)
    return found


def most_made(problem: xr.Dataset) -> dict[str, Floats]:
    """The most that each group can make by year: every line in its best state, those that need a limited good as far as it lasts."""
    makes = np.nan_to_num(problem["availability"].values * problem["capacity"].values[:, None])
    makes = np.where((problem["state_good"].values != "")[:, None] & (problem["outside_life"].values == 0), makes, 0.0)
    made_here = set(problem["state_good"].values.tolist())
    limited = [n for n, good in enumerate(problem["good"].values.tolist())
               if good not in made_here and np.isfinite(problem["supply"].values[n]).all()]  # fmt: skip
    use, groups = problem["use"].values, problem["line_group"].values
    found: dict[str, Floats] = {}
    for group in sorted(set(groups.tolist())):
        own = _by_line(problem, makes)[groups == group].sum(axis=0)
        line_of_group = set(problem["line"].values[groups == group].tolist())
        inside = np.array([line in line_of_group for line in problem["state_line"].values.tolist()], dtype=bool)
        for good in limited:
            needing = inside & (use[:, good] > 0) & (makes.max(axis=1) > 0)
            if needing.any() and not (use[:, good] < 0).any() and not (problem["need"].values[:, good] < 0).any():
                rest = _by_line(problem, np.where(needing[:, None], 0.0, makes))[groups == group].sum(axis=0)
                saved = max(0.0, -float(problem["change"].values[:, good].min(initial=0.0)))
                least = max(float(use[needing, good].min()) - saved * len(problem["measure"]), 1e-9)
                own = np.minimum(own, rest + problem["supply"].values[good] / least)
        found[group] = own
    return found


def _caps(problem: xr.Dataset) -> dict[str, Floats]:
    """The tightest cap on each group's listed capacity, by year; infinite where there is none."""
    found: dict[str, Floats] = {}
    for clause, rule in enumerate(problem["clause_rule"].values.tolist()):
        if rule == "capacity_cap":
            value = problem["clause_value"].values[clause]
            group = _subject(problem, clause)
            found[group] = np.fmin(found.get(group, np.full(len(value), np.inf)), np.where(np.isnan(value), np.inf, value))
    return found


def _capped(problem: xr.Dataset, caps: dict[str, Floats], groups: npt.NDArray[np.str_], clause: int) -> Floats:
    """Production that a cap on capacity leaves at the best availability; infinite where there is no cap or not all lines are listed."""
    group = _subject(problem, clause)
    inside = (groups == group) & (problem["capacity"].values > 0)
    years = problem.sizes["year"]
    if group not in caps or not inside.any() or not (problem["standing"].values[inside] > 0).all():
        return np.full(years, np.inf)
    product: Floats = caps[group] * _over_states(problem, inside, "availability")
    return product


def _over_states(problem: xr.Dataset, inside: npt.NDArray[np.bool_], name: str) -> Floats:
    """The largest value over some producing states, by year."""
    chosen = inside & (problem["capacity"].values > 0)
    values = np.nan_to_num(problem[name].values[chosen])
    largest: Floats = values.max(axis=0, initial=0.0)
    return largest


def _stuck(problem: xr.Dataset, inside: npt.NDArray[np.bool_]) -> Floats:
    """Listed capacity of lines that have no move open up to the year: the least that still stands."""
    listed = problem["capacity"].values * (problem["standing"].values > 0) * (problem["initial"].values > 0) * inside
    moves = np.cumsum(problem["open"].values, axis=1) > 0
    free: dict[str, npt.NDArray[np.bool_]] = {}
    for line, open_ in zip(problem["step_line"].values.tolist(), moves, strict=True):
        free[line] = free.get(line, np.zeros(problem.sizes["year"], dtype=bool)) | open_
    never = np.zeros(problem.sizes["year"], dtype=bool)
    held = np.array([~free.get(line, never) for line in problem["state_line"].values.tolist()]).reshape(len(listed), -1)
    least: Floats = (listed[:, None] * held).sum(axis=0)
    return least


def _routed(problem: xr.Dataset, inside: npt.NDArray[np.bool_]) -> Floats:
    """1 where a line could make by the short route, else 0."""
    routes = dict(zip(problem["configuration"].values.tolist(), problem["configuration_route"].values.tolist(), strict=True))
    short = np.array([routes[name] == "short" for name in problem["state_configuration"].values.tolist()], dtype=bool)
    makes = (problem["capacity"].values > 0)[:, None] & (np.nan_to_num(problem["availability"].values) > 0)
    reachable: Floats = (makes & (short & inside)[:, None]).any(axis=0).astype(float)
    return reachable
