"""Repairs: the least change of all, and for each colliding provision alone the smallest; each is solved before it is offered."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from model.errors import InfeasibleError, InputError, LimitError, SolverError
from model.examine import ledgers
from model.explain.conflict import Conflict
from model.explain.elastic import GOAL, Elastic, Relaxed
from model.explain.levers import Change, Levers, Step
from model.explain.provisions import RATIOS, SWITCHES, Provision, joined
from model.handover import Matrix
from model.problem import assemble
from model.scenario import Scenario, SolverOptions, with_levers
from model.schema import BINARY
from model.session import Ask, Session, ask_of, restricted
from model.solution import decisions
from model.solve import Outcome, solve
from model.tables import Tables

Floats = npt.NDArray[np.float64]
Activity = dict[str, dict[int, float]]
MOST_REPAIRS = 9
ROUNDS = 6
"""Improvements of a share at most; each is at least as good as the last (Dinkelbach 1967), three are usual."""


@dataclass(frozen=True)
class Repair:
    """What to change so that a plan exists.

    ``kind`` is ``least`` (the least change of all), ``facts`` (no clause gives way), ``one`` (of a conflict one provision
    gives way, ``conflict`` is its place; of the other conflicts what the least change names) or ``lifted`` (a ban of the
    scenario, named by ``part``). ``steps`` are the numbers that change, ``change`` what an overriding scenario file says.
    """

    kind: str
    steps: tuple[Step, ...]
    change: Change
    conflict: int | None = None
    part: str = ""


@dataclass
class Case:
    """A scenario that cannot hold, with what is needed to try changes of it."""

    tables: Tables
    scenario: Scenario
    problem: xr.Dataset
    activity: Activity | None
    elastic: Elastic
    levers: Levers = field(init=False)

    def __post_init__(self) -> None:
        self.levers = Levers(self.tables, self.scenario, self.problem)

    def able(self, numbers: Iterable[int]) -> set[int]:
        """Provisions among ``numbers`` that a scenario can say differently."""
        return {number for number in numbers if self.levers.known(self.elastic.provisions[number])}


def open_case(tables: Tables, scenario: Scenario, problem: xr.Dataset, activity: Activity | None, options: SolverOptions) -> Case:
    """Compile a scenario with every limit as a provision."""
    matrix = Session().compiled(problem, ask_of(scenario))
    undated = Levers(tables, scenario, problem).undated()
    return Case(tables, scenario, problem, activity, Elastic(problem, matrix, undated, options))


def least_change(case: Case) -> Relaxed | None:
    """The least sum of relaxations, each over its own size: of targets alone where that is enough, else of any clause, else of anything."""
    able = case.able(range(len(case.elastic.provisions)))
    flags = dict(zip(case.problem["clause"].values.tolist(), case.problem["clause_target"].values > 0, strict=True))
    provisions = case.elastic.provisions
    clauses = {number for number in able if provisions[number].clause}
    targets = {number for number in clauses if flags[provisions[number].subjects[0]]}
    numbered = {number for number in clauses if provisions[number].family not in SWITCHES}
    for tier in (targets, numbered, clauses, able):
        found = case.elastic.least(tier) if tier else None
        if found is not None:
            return found
    return None


def repairs_of(case: Case, found: Sequence[Conflict], least: Relaxed | None) -> list[Repair]:
    """Repairs that were tried and hold: the least change, then one per colliding provision, then lifted bans."""
    offered: list[Repair] = []

    def offer(kind: str, elastic: Elastic, relaxed: Relaxed | None, conflict: int | None = None) -> None:
        made = _repair(case, kind, elastic, relaxed, conflict) if relaxed else None
        if made and len(offered) < MOST_REPAIRS and all(set(made.steps) != set(other.steps) for other in offered):
            offered.append(made)

    offer("least", case.elastic, least)
    if len(found) > 1:
        facts = {number for conflict in found for number in conflict.provisions if not case.elastic.provisions[number].clause}
        offer("facts", *_all_but_clauses(case, facts))
    elsewhere = least.moved if least else set()
    for place, conflict in enumerate(found):
        for group in _candidates(case, conflict.provisions):
            elastic, number = case.elastic.with_joined(joined([case.elastic.provisions[one] for one in group]))
            give = {number: 1.0} | ({} if len(found) == 1 else dict.fromkeys(case.able(elsewhere - set(conflict.provisions)), 1.0))
            offer("one", elastic, elastic.least(give), place)
    offered += [made for made in _lifted(case) if len(offered) < MOST_REPAIRS]
    return offered


def _all_but_clauses(case: Case, facts: set[int]) -> tuple[Elastic, Relaxed | None]:
    """Every clause kept: what the colliding facts must give way by."""
    elastic, give = case.elastic, {}
    for group in _candidates(case, facts):
        elastic, number = elastic.with_joined(joined([case.elastic.provisions[one] for one in group]))
        give[number] = 1.0
    return elastic, elastic.least(give) if give else None


def _candidates(case: Case, conflict: Iterable[int]) -> list[list[int]]:
    """Provisions that could give way alone: each clause, and what is one fact of several subjects together."""
    groups: dict[tuple[str, ...], list[int]] = {}
    for number in sorted(case.able(conflict)):
        provision = case.elastic.provisions[number]
        key = (provision.family,) if provision.family.startswith("growth") else (provision.family, *provision.subjects)
        groups.setdefault(key, []).append(number)
    return list(groups.values())


def _repair(case: Case, kind: str, elastic: Elastic, relaxed: Relaxed, conflict: int | None) -> Repair | None:
    """A relaxation written as a change of the scenario; ``None`` where it cannot be written or does not hold."""
    change: Change = {}
    steps: list[Step] = []
    wanted = _by_value(case, elastic, relaxed)
    for number, by in wanted.items():
        written = case.levers.written(elastic.provisions[number], by)
        if written is None:
            return None
        change = _together(change, written[0])
        steps += written[1]
    if "facts" in change:
        change["facts"] = [part.model_dump(mode="json", exclude_none=True) for part in case.scenario.facts] + change["facts"]
    made = Repair(kind, tuple(steps), change, conflict)
    return made if steps and holds(case, change, (elastic, relaxed.outcome)) else None


def _together(one: Change, other: Change) -> Change:
    """Two changes in one."""
    facts = [*one.get("facts", []), *other.get("facts", [])]
    merged = {key: {**one.get(key, {}), **other.get(key, {})} for key in (one.keys() | other.keys()) - {"facts"}}
    return merged | ({"facts": facts} if facts else {})


def _by_value(case: Case, elastic: Elastic, relaxed: Relaxed) -> Mapping[int, Floats]:
    """How far each provision's own value moves; shares are read from the plan that was found, and sharpened."""
    found = dict(relaxed.by)
    for number in relaxed.by:
        provision = elastic.provisions[number]
        if provision.family in RATIOS:
            found[number] = _share(case, provision, relaxed.by[number], _reached(case, elastic.matrix, relaxed.outcome, provision))
            if len(relaxed.by) == 1:
                found[number] = _sharpened(case, provision, found[number])
    return found


def _reached(case: Case, matrix: Matrix, outcome: Outcome, provision: Provision) -> Floats:
    """What a clause measures in a plan, by year."""
    flat = decisions(case.problem, matrix, outcome)
    values: Floats = ledgers(case.problem, flat)["reached"].sel(clause=provision.subjects[0]).values
    return values


def _share(case: Case, provision: Provision, by: Floats, reached: Floats) -> Floats:
    """The distance between the share asked and the share reached, in the years in which it gave way."""
    distance = provision.sign * (reached - provision.value)
    return np.where(by > 0, np.nan_to_num(distance).clip(min=0.0), 0.0)


def _sharpened(case: Case, provision: Provision, by: Floats) -> Floats:
    """A smaller move of a share where one exists: the asked share is set to the one reached, and the rest is made largest."""
    years = np.flatnonzero(by)
    if len(years) != 1:
        return by
    clause = case.problem["clause"].values.tolist().index(provision.subjects[0])
    for _ in range(ROUNDS):
        asked = case.problem.copy()
        values = asked["clause_value"].values.copy()
        values[clause] = provision.value + provision.sign * by
        asked["clause_value"] = (asked["clause_value"].dims, values)
        elastic = Elastic(asked, Session().compiled(asked, ask_of(case.scenario)), frozenset(), case.elastic.options)
        number = next(n for n, one in enumerate(elastic.provisions) if (one.family, one.subjects) == (provision.family, provision.subjects))
        better = _surplus(elastic, number, int(years[0]))
        reached = None if better is None else _reached(case, elastic.matrix, better, provision)
        distance = by if reached is None else _share(case, provision, by, reached)
        if by.max() - distance.max() <= 1e-6 * max(1.0, float(by.max())):
            return by
        by = distance
    return by


def _surplus(elastic: Elastic, number: int, year: int) -> Outcome | None:
    """The plan in which a share's row of a year is over-fulfilled most."""
    matrix = elastic.asked({number: 1.0})
    first = elastic.hard.matrix.shape[1]
    chosen = np.array([first + place for place, pair in enumerate(elastic.whose) if tuple(pair) == (number, year)], dtype=np.int64)
    lower = matrix.column_lower.copy()
    lower[chosen] = -float(elastic.provisions[number].size[year]) * 10
    try:
        return solve(replace(matrix, column_lower=lower), (GOAL,), elastic.options)
    except (InfeasibleError, LimitError, SolverError):
        return None


def holds(case: Case, change: Change, known: tuple[Elastic, Outcome] | None = None) -> bool:
    """Does a plan exist under a change? Read, assembled and solved as a user would; a ``known`` plan's whole numbers are tried first."""
    try:
        scenario = with_levers(case.scenario, change)
        problem = assemble(case.tables, scenario, case.activity if scenario.activity else None)
    except InputError:
        return False
    ask = ask_of(scenario)
    matrix = Session().compiled(problem, ask)
    if known is not None and all(problem[name].shape == case.problem[name].shape for name in ("use", "open", "change", "clause_value")):
        flat = decisions(case.problem, known[0].matrix, known[1])
        given = Ask(ask.goals, ask.boundary, ask.closest, fixed={name: flat[name].values.astype(float) for name in BINARY})
        if _exists(restricted(problem, matrix, given), case.elastic.options):
            return True
    return _exists(matrix, case.elastic.options)


def _exists(matrix: Matrix, options: SolverOptions) -> bool:
    """Does a plan exist?"""
    name = f"objective_{GOAL}"
    empty = replace(matrix, objectives={name: np.zeros(matrix.matrix.shape[1])}, offsets={name: 0.0})
    try:
        solve(empty, (GOAL,), options)
    except (InfeasibleError, LimitError, SolverError):
        return False
    return True


def _lifted(case: Case) -> Iterable[Repair]:
    """Bans and borrowed activity of the scenario, each lifted alone."""
    free = {"transitions": {"allow": "all", "forbid": [], "forbid_kinds": []}, "measures": {"allow": "all", "forbid": []}}
    stated = case.scenario.model_dump(mode="json")
    changes: list[tuple[str, Any]] = [(part, freed) for part, freed in free.items() if stated[part] != freed]
    changes += [("activity", None)] if case.scenario.activity else []
    for part, freed in changes:
        if holds(case, {part: freed}):
            yield Repair("lifted", (), {part: freed}, part=part)
