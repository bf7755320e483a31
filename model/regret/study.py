"""Every plan in every future: first each future's own best answer, then each plan held in it, one solve after another."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
import xarray as xr

from model.errors import InfeasibleError, LimitError, SolverError
from model.explain.elastic import Elastic
from model.names import Goal
from model.regret.plans import HELD, Candidate, candidate_of, closed
from model.regret.worlds import Future
from model.session import Ask, Plan, Session, restricted
from model.solve import Listener, silent


class State(IntEnum):
    """How a solve ended."""

    TODO = 0
    SOLVED = 1
    INFEASIBLE = 2
    NO_PLAN = 3  # the solver's limit came before any plan
    REFUSED = 4  # the solver failed, or the examiner did not accept its answer


@dataclass(frozen=True)
class Case:
    """What is asked.

    Attributes:
        ask: What the scenario asks; regret is measured in its stages up to the first of emissions or cost.
        futures: States of the world.
        given: Plans whose regret is asked.
        own: Is each future's own best plan a candidate as well?
        until: Last year in which a plan is held.
    """

    ask: Ask
    futures: Sequence[Future]
    given: Sequence[Candidate]
    own: bool
    until: int

    @property
    def goals(self) -> tuple[Goal, ...]:
        """The stages in which regret is measured."""
        lead = next(place for place, goal in enumerate(self.ask.goals) if goal is not Goal.SHORTFALL)
        return self.ask.goals[: lead + 1]

    @property
    def plans(self) -> list[str]:
        """Names of the candidates."""
        return [plan.name for plan in self.given] + ([f"best: {future.name}" for future in self.futures] if self.own else [])

    def terms(self) -> dict[str, object]:
        """What a stored study must share to be taken up again; JSON can hold it."""
        return {
            "futures": {one.name: one.digest() for one in self.futures}, "plans": {one.name: one.digest() for one in self.given},
            "own": self.own, "until": self.until, "solver": self.ask.options.model_dump(mode="json"),
        }  # fmt: skip


def _empty(case: Case) -> xr.Dataset:
    """A study with everything to do."""
    problem = case.futures[0].problem
    shape = {"plan": len(case.plans), "future": len(case.futures), "goal": len(case.goals)}

    def filled(dims: tuple[str, ...], fill: float | str) -> xr.Variable:
        return xr.Variable(dims, np.full([shape[dim] if dim in shape else problem.sizes[dim] for dim in dims], fill))

    arrays = {f"own_{name}": filled(("future", "goal"), np.nan) for name in ("value", "bound")}
    arrays |= {name: filled(("plan", "future", "goal"), np.nan) for name in ("value", "bound")}
    arrays |= {"own_state": filled(("future",), int(State.TODO)), "state": filled(("plan", "future"), int(State.TODO))}
    arrays |= {"why": filled(("plan", "future"), "")}
    arrays |= {part: filled(("plan", dim, "year"), np.nan) for part, (dim, _) in HELD.items()}
    coordinates: dict[str, object] = {
        "plan": case.plans, "future": [future.name for future in case.futures], "goal": [str(goal) for goal in case.goals],
        "year": problem["year"].values, "keys": ("future", [",".join(future.keys) for future in case.futures]),
    }  # fmt: skip
    for dim, what in HELD.values():
        coordinates |= {f"{dim}_{half}": (dim, problem[f"{dim}_{half}"].values.astype(str)) for half in ("line", what)}
    study = xr.Dataset(arrays, coords=coordinates, attrs={"until": case.until})
    for place, plan in enumerate(case.given):
        _hold(study, place, plan)
    return study


def _hold(study: xr.Dataset, place: int, plan: Candidate) -> None:
    for part in HELD:
        study[part].values[place] = plan.held[part]


def regrets(case: Case, earlier: xr.Dataset | None = None, heard: Listener = silent) -> Iterator[xr.Dataset]:
    """The study after each solve; ``earlier`` (of the same terms) is gone on with.

    Dims: plan, future, goal, and the flat dims of what plans hold. ``own_value`` and ``own_bound`` are those of a future's own
    best answer, ``value`` and ``bound`` those of a plan held in it, in the unit of the goal; ``why`` says what would have to
    give way where a plan cannot be carried out, as JSON of (family, subjects, year, share of its size).
    """
    study = _empty(case) if earlier is None else earlier.copy(deep=True)
    session = Session()
    if earlier is not None:
        yield study
    for place, future in enumerate(case.futures):
        if study["own_state"].values[place] == State.TODO:
            ask = case.ask if case.own else replace(case.ask, goals=case.goals)
            state, plan = _solved(session, future, replace(ask, keep=0.0), heard)
            study["own_state"].values[place] = state
            if plan is not None:
                for name, found in _stages(case, plan).items():
                    study[f"own_{name}"].values[place] = found
                if case.own:
                    own = len(case.given) + place
                    _hold(study, own, candidate_of(case.plans[own], plan.flat, case.until))
            yield study
    for number, name in enumerate(case.plans):
        held = {part: study[part].values[number] for part in HELD}
        for place, future in enumerate(case.futures if _new(case, study, number) else []):
            if study["state"].values[number, place] == State.TODO and study["own_state"].values[place] == State.SOLVED:
                _add(case, study, number, place, _held(case, session, future, Candidate(name, held), heard))
                yield study


def _new(case: Case, study: xr.Dataset, number: int) -> bool:
    """Is there a plan of this number that differs from those before it?"""
    if number >= len(case.given) and study["own_state"].values[number - len(case.given)] != State.SOLVED:
        return False
    return not any(
        all(np.array_equal(study[part].values[number], study[part].values[other], equal_nan=True) for part in HELD)
        for other in range(number)
    )


def _stages(case: Case, plan: Plan) -> dict[str, list[float]]:
    return {"value": [plan.value(goal) for goal in case.goals], "bound": [plan.bound(goal) for goal in case.goals]}


def _add(case: Case, study: xr.Dataset, number: int, place: int, found: tuple[State, Plan | None, str]) -> None:
    state, plan, why = found
    study["state"].values[number, place] = state
    words = study["why"].values.astype(object)  # their width is not known before
    words[number, place] = why
    study["why"] = (("plan", "future"), words.astype(str))
    for name, values in (_stages(case, plan) if plan else {}).items():
        study[name].values[number, place] = values


def _solved(session: Session, future: Future, ask: Ask, heard: Listener) -> tuple[State, Plan | None]:
    """A future's own best answer."""
    try:
        return State.SOLVED, session.solve(future.problem, ask, heard)
    except InfeasibleError:
        return State.INFEASIBLE, None
    except LimitError:
        return State.NO_PLAN, None
    except SolverError:
        return State.REFUSED, None


def _held(case: Case, session: Session, future: Future, plan: Candidate, heard: Listener) -> tuple[State, Plan | None, str]:
    """A plan held in a future; where it cannot be, what would have to give way."""
    ask = replace(case.ask, goals=case.goals, keep=0.0, fixed=dict(plan.held))
    matrix = session.compiled(future.problem, ask)
    shut = closed(future.problem, matrix, plan)
    if shut:
        return State.INFEASIBLE, None, json.dumps([["closed", line, year, 0.0] for line, year in shut])
    try:
        return State.SOLVED, session.solve_matrix(future.problem, matrix, ask, heard), ""
    except InfeasibleError:
        elastic = Elastic(future.problem, restricted(future.problem, matrix, ask), frozenset(), case.ask.options)
        return State.INFEASIBLE, None, json.dumps(_lacking(elastic))
    except LimitError:
        return State.NO_PLAN, None, ""
    except SolverError:
        return State.REFUSED, None, ""


def _lacking(elastic: Elastic) -> list[list[object]]:
    """The least that would have to give way: (family, subjects, year, share of its size) for each provision and year."""
    found = elastic.least(range(len(elastic.provisions)))
    years = elastic.problem["year"].values.tolist()
    told: list[list[object]] = []
    for number, by in sorted((found.by if found else {}).items()):
        provision = elastic.provisions[number]
        subjects = ",".join(provision.subjects)
        told += [[provision.family, subjects, years[year], float(by[year] / provision.size[year])] for year in np.flatnonzero(by).tolist()]
    return told
