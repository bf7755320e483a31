"""Why does a line do what it does? Its decision is turned round, everything else may answer, and the difference is the reason.

A line that moves is kept from that move (in that year only, if one is asked for); a line that stays is made to move (by
whichever transition then is best); a measure that is installed is forbidden, one that is not is demanded.

Among the plans that the gaps of the stages cannot tell apart, the one shown is the one that changes least (``nearest``).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr

from model.errors import InfeasibleError
from model.names import Goal
from model.session import Ask, Cut, Plan, Session
from model.solve import Listener, silent
from model.tradeoff.axes import Floats
from model.tradeoff.ground import Ground, resolved
from model.tradeoff.nearest import nearest


@dataclass(frozen=True)
class Opposite:
    """A decision turned round: what (empty: any transition), whether it is forced (else kept from), the year or all."""

    line: str
    dim: str
    what: str
    forced: bool
    year: int | None = None


@dataclass(frozen=True)
class Change:
    """A move or retrofit that only one of two plans takes: line, name, year before (or none), year after (or none)."""

    line: str
    dim: str
    what: str
    before: int | None
    after: int | None


@dataclass(frozen=True)
class Reason:
    """What an opposite decision leads to.

    Attributes:
        opposite: The decision turned round.
        possible: Is there any plan with it?
        worth: Change of each stage's value, in its unit (shortfall as share, emissions 10ktCO2e, cost 100M CNY).
        low, high: Range of the change of emissions that the solver's gaps leave open.
        changes: Moves and retrofits of other lines and years that differ.
        sources: Change of emissions by source over the planning years, 10ktCO2e.
        missed: Change of each target's shortfall in the unit of the clause, last year; only where it changes.
    """

    opposite: Opposite
    possible: bool
    worth: dict[Goal, float]
    low: float
    high: float
    changes: list[Change]
    sources: dict[str, float]
    missed: dict[str, float]


NAMES = {"step": ("move", "arc"), "retrofit": ("install", "measure")}
"""Decision and label of what happens to lines."""


def opposites(base: Ground, line: str, year: int | None = None, *, measures: bool = False) -> list[Opposite]:
    """Decisions of a line to be turned round: its main transition, and every measure if asked for."""
    taken = _taken(base, "step", line)
    if year is not None:
        taken = [item for item in taken if item[1] == year]
    main = Opposite(line, "step", taken[0][0], forced=False, year=year) if taken else Opposite(line, "step", "", forced=True, year=year)
    possible = _open(base.problem, "step", line)
    found = [main] if taken or possible.any() else []
    if measures:
        done = dict(_taken(base, "retrofit", line))
        own = base.problem["retrofit_measure"].values[base.problem["retrofit_line"].values == line].astype(str)
        found += [Opposite(line, "retrofit", name, forced=name not in done, year=year) for name in own]
    return found


def _taken(base: Ground, dim: str, line: str) -> list[tuple[str, int]]:
    """What happens to a line in a plan: name and year, in the order of years."""
    name, half = NAMES[dim]
    values = np.round(base.flat[name].values)
    own = base.problem[f"{dim}_line"].values.astype(str) == line
    labels, years = base.problem[f"{dim}_{half}"].values.astype(str), base.problem["year"].values
    places = [(int(at), int(when)) for at, when in zip(*np.nonzero(values * own[:, None]), strict=True)]
    return [(str(labels[at]), int(years[when])) for at, when in sorted(places, key=lambda pair: pair[1])]


def _open(problem: xr.Dataset, dim: str, line: str) -> Floats:
    """Where the problem lets something happen to a line."""
    own = problem[f"{dim}_line"].values.astype(str) == line
    return np.asarray(problem["open" if dim == "step" else "measure_open"].values * own[:, None], dtype=float)


def turned(base: Ground, opposite: Opposite) -> Ask:
    """What the scenario asks, and the opposite decision besides."""
    problem = base.problem
    name, half = NAMES[opposite.dim]
    own = problem[f"{opposite.dim}_line"].values.astype(str) == opposite.line
    if opposite.what:
        own = own & (problem[f"{opposite.dim}_{half}"].values.astype(str) == opposite.what)
    when = np.ones(problem.sizes["year"]) if opposite.year is None else (problem["year"].values == opposite.year).astype(float)
    weights = {name: np.outer(own, when)}
    cut = Cut("opposite", weights, lower=1.0) if opposite.forced else Cut("opposite", weights, upper=0.0)
    return replace(base.ask, keep=0.0, cuts=(cut,))


def reasons(base: Ground, asked: Sequence[Opposite], session: Session | None = None, heard: Listener = silent) -> Iterator[Reason]:
    """What each opposite decision leads to, one after the other."""
    solver = session or Session()
    for opposite in asked:
        try:
            plan = resolved(base, base.problem, turned(base, opposite), solver, heard)
        except InfeasibleError:
            yield Reason(opposite, False, {}, np.nan, np.nan, [], {}, {})
            continue
        values = {goal: plan.value(goal) for goal in base.values}
        near = nearest(base.flat, replace(base, ask=plan.ask, flat=plan.flat, values=values), solver, heard)
        yield _reason(base, opposite, plan, near or plan)


def _reason(base: Ground, opposite: Opposite, plan: Plan, shown: Plan) -> Reason:
    worth = {goal: shown.value(goal) - value for goal, value in base.values.items()}
    low, high = np.nan, np.nan
    if Goal.EMISSIONS in worth:
        low = min(plan.bound(Goal.EMISSIONS), shown.value(Goal.EMISSIONS)) - base.values[Goal.EMISSIONS]
        high = shown.value(Goal.EMISSIONS) - min(base.bounds[Goal.EMISSIONS], base.values[Goal.EMISSIONS])
    span = base.problem["span"].values.astype(float).copy()
    span[0] = 0.0
    by_source = (shown.flat["emission"].values - base.flat["emission"].values) @ span
    short = shown.flat["shortfall"].values[:, -1] - base.flat["shortfall"].values[:, -1]
    return Reason(
        opposite=opposite,
        possible=True,
        worth=worth,
        low=low,
        high=high,
        changes=_changes(base, shown),
        sources=dict(zip(base.problem["source"].values.astype(str).tolist(), by_source.tolist(), strict=True)),
        missed={
            str(name): float(value)
            for name, value in zip(base.problem["clause"].values, short, strict=True)
            if abs(value) > 1e-6 * max(1.0, abs(value))
        },
    )  # fmt: skip


def _changes(base: Ground, plan: Plan) -> list[Change]:
    """Moves and retrofits that differ, each once with the year in either plan."""
    found = []
    after = replace(base, flat=plan.flat)
    for dim in NAMES:
        for line in dict.fromkeys(base.problem[f"{dim}_line"].values.astype(str).tolist()):
            both = [dict(_taken(which, dim, line)) for which in (base, after)]
            names = [*both[0], *(name for name in both[1] if name not in both[0])]
            years = {name: (both[0].get(name), both[1].get(name)) for name in names}
            found += [Change(line, dim, name, *pair) for name, pair in years.items() if pair[0] != pair[1]]
    return found
