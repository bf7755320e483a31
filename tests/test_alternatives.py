"""Robust decisions: verdicts against the answer of forcing each decision both ways, on random small worlds."""

from dataclasses import replace

import numpy as np
import pytest
import xarray as xr
from worlds import draw, rows_of, scenario_of, write

from model.alternatives import Known, Terms, Verdict, bits_of, distances, explore, restored, study_of, verdicts
from model.alternatives.explore import limits_of
from model.checks import check_tables
from model.errors import InfeasibleError
from model.names import Goal
from model.problem import assemble
from model.scenario import Scenario, SolverOptions
from model.schema import TAKEN
from model.session import Ask, Cut, Session, ask_of
from model.tables import read_tables
from model.tradeoff import Ground

WITHIN = 0.05


@pytest.fixture(scope="module", params=(0, 5, 8))
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Ground:
    """A solved random world as the ground of a search."""
    drawn = draw(request.param)
    tables = read_tables(write(rows_of(drawn), tmp_path_factory.mktemp("worlds") / "world"))
    check_tables(tables)
    scenario = Scenario.model_validate(scenario_of(drawn))
    problem, ask = assemble(tables, scenario), replace(ask_of(scenario), options=SolverOptions(gap=0))
    plan = Session().solve(problem, ask)
    found = {stage.goal: stage.value for stage in plan.outcome.stages}
    return Ground("world", problem, ask, plan.result, plan.flat, found, found, {})


def searched(base: Ground, most: int = 100) -> Known:
    """A whole search."""
    return list(explore(base, Terms(Goal.EMISSIONS, WITHIN, most, 60.0)))[-1]


def possible(base: Ground, place: int, *, taken: bool) -> bool:
    """Is there a plan within the limits in which a decision is (not) taken? Asked of the solver directly."""
    steps = base.problem.sizes["step"]
    name, row = (TAKEN[0], place) if place < steps else (TAKEN[1], place - steps)
    weights = np.zeros(base.flat[name].shape)
    weights[row] = 1.0
    cut = Cut("forced", {name: weights}, lower=1.0 if taken else -np.inf, upper=np.inf if taken else 0.0)
    asked: Ask = replace(base.ask, goals=(Goal.COST,), limits=limits_of(base, Terms(Goal.EMISSIONS, WITHIN, 2, 1.0)), cuts=(cut,))
    try:
        Session().solve(base.problem, asked)
    except InfeasibleError:
        return False
    return True


def test_verdicts_say_what_forcing_each_decision_says(base: Ground) -> None:
    known = searched(base)
    assert known.complete
    for place, verdict in enumerate(verdicts(known.bits, complete=True)):
        both = possible(base, place, taken=True), possible(base, place, taken=False)
        assert verdict == {(True, True): Verdict.MAY, (True, False): Verdict.MUST, (False, True): Verdict.NEVER}[both], place


def test_every_plan_is_within_the_limit_and_differs_from_those_before(base: Ground) -> None:
    known = searched(base)
    study = study_of(base.problem, known, Terms(Goal.EMISSIONS, WITHIN, 100, 60.0), base.ask.boundary)
    assert study["emissions"].values[0] == pytest.approx(base.values[Goal.EMISSIONS])
    assert study["emissions"].values.max() <= base.values[Goal.EMISSIONS] * (1 + WITHIN) + 1e-6
    between = distances(known.bits)
    assert between[~np.eye(len(between), dtype=bool)].min(initial=1) >= 1


def test_a_search_goes_on_where_it_stopped(base: Ground) -> None:
    terms = Terms(Goal.EMISSIONS, WITHIN, 2, 60.0)
    first = list(explore(base, terms))[-1]
    stored = study_of(base.problem, first, terms, base.ask.boundary)
    again = restored(stored, base.flat)
    assert len(again.plans) == len(first.plans)
    assert xr.Dataset.identical(again.plans[-1], first.plans[-1])
    on = list(explore(base, replace(terms, most=100), again))
    assert (on[-1] if on else again).complete


def test_what_is_not_proven_is_not_called_must_or_never() -> None:
    bits = np.array([[True, False, True], [True, False, False]])
    assert verdicts(bits, complete=False) == [Verdict.ALWAYS_SO_FAR, Verdict.NEVER_SO_FAR, Verdict.MAY]
    assert verdicts(bits, complete=True) == [Verdict.MUST, Verdict.NEVER, Verdict.MAY]


def test_a_decision_counts_once_in_whatever_year_it_is_taken(base: Ground) -> None:
    assert bits_of(base.flat).shape == (base.problem.sizes["step"] + base.problem.sizes["retrofit"],)
