"""Solving again: a start and an instance used again change the work, never what is proven."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from worlds import draw, rows_of, scenario_of, write

from model.checks import check_tables
from model.errors import InfeasibleError
from model.handover import to_highs
from model.names import Goal, Scope
from model.problem import assemble
from model.scenario import Scenario, SolverOptions
from model.session import Ask, Cut, Plan, Session, ask_of, start_of
from model.solve import Relaxation, open_highs
from model.solve.relaxation import presolved, set_goal
from model.tables import read_tables

EXACT = SolverOptions(gap=0)


@pytest.fixture(scope="module", params=(0, 2, 5, 6, 7, 8))
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[xr.Dataset, Ask]:
    """A random small world that has a plan, as a problem, and what its scenario asks, down to the exact optimum."""
    drawn = draw(request.param)
    folder = write(rows_of(drawn), tmp_path_factory.mktemp("worlds") / "world")
    tables = read_tables(folder)
    check_tables(tables)
    scenario = Scenario.model_validate(scenario_of(drawn))
    return assemble(tables, scenario), replace(ask_of(scenario), options=EXACT)


def values(plan: Plan) -> list[float]:
    """Values of the stages."""
    return [stage.value for stage in plan.outcome.stages]


def raised(problem: xr.Dataset) -> xr.Dataset:
    """The same problem with dearer investment and more output of every segment possible: other numbers, the same structure."""
    changed = problem.copy()
    changed["step_annuity"] = problem["step_annuity"] * 1.5
    changed["most"] = problem["most"] * 1.05
    return changed


def test_a_warm_answer_equals_a_cold_one(world: tuple[xr.Dataset, Ask]) -> None:
    problem, ask = world
    first = Session().solve(problem, ask)
    cold = Session().solve(raised(problem), ask)
    session = Session()
    session.solve(problem, ask)
    warm = session.solve(raised(problem), ask, start=first.outcome.start())
    assert values(warm) == pytest.approx(values(cold), rel=1e-9, abs=1e-7)
    assert all(stage.gap <= 1e-9 for stage in warm.outcome.stages)


def test_an_answer_does_not_depend_on_what_the_session_solved_before(world: tuple[xr.Dataset, Ask]) -> None:
    problem, ask = world
    start = Session().solve(problem, ask).outcome.start()
    fresh = Session().solve(raised(problem), ask, start=start)
    used = Session()
    for other in (problem, raised(raised(problem)), problem):
        used.solve(other, ask, start=start)
    assert np.array_equal(used.solve(raised(problem), ask, start=start).outcome.values, fresh.outcome.values)


def test_an_instance_that_is_used_again_gives_the_bound_of_a_fresh_one(world: tuple[xr.Dataset, Ask]) -> None:
    problem, ask = world
    matrix, changed = (Session().compiled(given, ask) for given in (problem, raised(problem)))
    held, fresh = Relaxation(), Relaxation()
    held.load(matrix, EXACT)
    held.bound(Goal.EMISSIONS, None)
    held.load(changed, EXACT)
    fresh.load(changed, EXACT)
    assert held.bound(Goal.EMISSIONS, None) is not None
    assert held.bound(Goal.EMISSIONS, None).value == fresh.bound(Goal.EMISSIONS, None).value  # type: ignore[union-attr]


def test_a_presolved_relaxation_lies_between_the_plain_one_and_the_optimum(world: tuple[xr.Dataset, Ask]) -> None:
    problem, ask = world
    plan = Session().solve(problem, replace(ask, goals=(Goal.EMISSIONS,)))
    relaxation = Relaxation()
    relaxation.load(plan.matrix, EXACT)
    plain = relaxation.bound(Goal.EMISSIONS, None)
    highs = open_highs(EXACT)
    to_highs(plan.matrix, highs)
    set_goal(highs, plan.matrix, Goal.EMISSIONS)
    tight = presolved(highs, EXACT)
    assert plain is not None
    if tight is not None:  # presolve may leave nothing to relax
        assert plain.value - 1e-6 <= tight.value <= plan.value(Goal.EMISSIONS) - plan.matrix.offsets["objective_emissions"] + 1e-6
        activity = plan.matrix.matrix @ tight.point
        assert (activity >= plan.matrix.lower - 1e-6).all()
        assert (activity <= plan.matrix.upper + 1e-6).all()


def test_what_has_no_relaxation_is_infeasible_without_branching(world: tuple[xr.Dataset, Ask], monkeypatch: pytest.MonkeyPatch) -> None:
    problem, ask = world
    start = Session().solve(problem, ask).outcome.start()
    monkeypatch.setattr("model.solve.stages._Search.mip", None)
    with pytest.raises(InfeasibleError):
        Session().solve(problem, replace(ask, limits={Goal.EMISSIONS: 0.0}), start=start)


def test_a_kept_objective_gives_by_its_rounding_where_else_other_rows_would(
    world: tuple[xr.Dataset, Ask], monkeypatch: pytest.MonkeyPatch
) -> None:
    """HiGHS says once that its point is off; the rows of kept objectives have room then, and none again after."""
    problem, ask = world
    plan = Session().solve(problem, ask)
    relaxation = Relaxation()
    relaxation.load(plan.matrix, EXACT)
    binaries = plan.outcome.values[relaxation.whole]
    value = plan.value(ask.goals[0]) - plan.matrix.offsets[f"objective_{ask.goals[0]}"]
    relaxation.keep(plan.matrix.objectives[f"objective_{ask.goals[0]}"], value)
    moved: list[float] = []
    change = type(relaxation.highs).changeRowBounds
    monkeypatch.setattr(type(relaxation.highs), "changeRowBounds", lambda self, *a: (moved.append(a[2]), change(self, *a))[1])
    monkeypatch.setattr("model.solve.relaxation.off", lambda highs: not moved)
    assert relaxation.fixed(ask.goals[1], binaries) is not None
    assert moved == [value + 1e-9 * abs(value), value]


def test_a_relaxation_starts_where_its_basis_stood(world: tuple[xr.Dataset, Ask]) -> None:
    """No iteration is left for the same stage; with a kept objective more, or one less, the bound is that of a start from nothing."""
    problem, ask = world
    plan, relaxation = Session().solve(problem, ask), Relaxation()
    first, second = ask.goals[0], ask.goals[1]
    relaxation.load(plan.matrix, EXACT)
    cold = relaxation.bound(first, None)
    assert cold is not None
    warm = relaxation.bound(first, cold.basis)
    assert warm is not None
    assert relaxation.highs.getInfo().simplex_iteration_count == 0
    assert warm.value == pytest.approx(cold.value, rel=1e-9, abs=1e-9)
    value = plan.value(first) - plan.matrix.offsets[f"objective_{first}"]
    relaxation.keep(plan.matrix.objectives[f"objective_{first}"], value)
    fresh, longer = relaxation.bound(second, None), relaxation.bound(second, cold.basis)
    assert fresh is not None
    assert longer is not None
    assert longer.value == pytest.approx(fresh.value, rel=1e-7, abs=1e-7)
    relaxation.load(plan.matrix, EXACT)
    shorter = relaxation.bound(first, longer.basis)
    assert shorter is not None
    assert shorter.value == pytest.approx(cold.value, rel=1e-7, abs=1e-7)


def test_a_stored_plan_is_a_start(world: tuple[xr.Dataset, Ask]) -> None:
    problem, ask = world
    plan = Session().solve(problem, ask)
    start = start_of(problem, plan.matrix, plan.flat)
    assert np.abs(start.values - plan.outcome.values).max() <= 1e-6
    assert values(Session().solve(problem, ask, start=start)) == pytest.approx(values(plan), rel=1e-9)


def test_limits_cuts_and_fixed_decisions_hold(world: tuple[xr.Dataset, Ask]) -> None:
    problem, ask = world
    plan = Session().solve(problem, ask)
    spent = replace(ask, goals=(Goal.COST,), limits={Goal.EMISSIONS: plan.value(Goal.EMISSIONS) + 1e-6})
    assert Session().solve(problem, spent).value(Goal.COST) == pytest.approx(plan.value(Goal.COST), rel=1e-6)
    same = replace(ask, fixed={"on": plan.flat["on"].values})
    assert values(Session().solve(problem, same)) == pytest.approx(values(plan), rel=1e-9)
    taken = plan.flat["on"].values
    other = replace(ask, cuts=(Cut("another", {"on": np.where(taken > 0.5, 1.0, -1.0)}, upper=float(taken.sum()) - 1),))
    assert not np.array_equal(_solved_or_none(problem, other), taken)


def test_a_decision_fixed_to_what_is_not_allowed_has_no_plan(world: tuple[xr.Dataset, Ask]) -> None:
    """Neither a bound nor a missing column is passed over in silence."""
    problem, ask = world
    shut = problem.copy(deep=True)
    shut["open"].values[:] = 0
    for year in (0, 1):  # moves of the base year have no column, those of the next are bounded by 0
        move = np.full(problem["open"].shape, np.nan)
        move[0, year] = 1.0
        with pytest.raises(InfeasibleError, match="move"):
            Session().solve(shut, replace(ask, fixed={"move": move}))
    nothing = {"move": np.zeros(problem["open"].shape)}
    free, held = _solved_or_none(shut, ask), _solved_or_none(shut, replace(ask, fixed=nothing))
    assert (free is None) == (held is None)


def _solved_or_none(problem: xr.Dataset, ask: Ask) -> np.ndarray | None:
    """Where lines stand in the best plan, or nothing where there is no plan."""
    try:
        return np.asarray(Session().solve(problem, ask).flat["on"].values)
    except InfeasibleError:
        return None


def test_duals_are_what_a_little_more_of_a_limit_brings(tmp_path: Path) -> None:
    """Of the segment's least output, the price with the binaries fixed is the change of emissions per unit, found by moving it."""
    drawn = draw(2)
    tables = read_tables(write(rows_of(drawn), tmp_path / "world"))
    problem = assemble(tables, Scenario.model_validate(scenario_of(drawn)))
    ask = replace(ask_of(Scenario.model_validate(scenario_of(drawn))), options=EXACT, goals=(Goal.EMISSIONS,))
    plan = Session().solve(problem, ask)
    duals = plan.outcome.duals[Goal.EMISSIONS]
    binding = int(np.abs(duals).argmax())
    session, step, moved = Session(), 1e-4, []
    whole = np.flatnonzero(plan.matrix.integer)
    for sign in (-1, 1):
        matrix = plan.matrix.with_fixed(whole, np.round(plan.outcome.values[whole]))
        matrix = replace(matrix, lower=matrix.lower.copy(), upper=matrix.upper.copy())
        matrix.lower[binding] += sign * step
        matrix.upper[binding] += sign * step
        moved.append(session.outcome(matrix, ask).stages[0].value)
    assert (moved[1] - moved[0]) / (2 * step) == pytest.approx(duals[binding], rel=1e-3)


def test_a_measure_is_never_installed_in_part(province: xr.Dataset) -> None:
    """At a pace that no whole retrofit fits, part of one would pay and be lost at once; the examiner would not accept it rounded up."""
    slow = province.assign(pace_retrofits=(province["pace_retrofits"].dims, np.full(province.sizes["group"], 0.13)))
    reward = {"install": -np.ones((province.sizes["retrofit"], province.sizes["year"]))}
    ask: Ask = Ask((Goal.AIM,), Scope.THREE, closest=True, options=EXACT, aim=reward)
    plan = Session().solve(slow, ask)
    assert plan.certificate.valid
    assert plan.value(Goal.AIM) == 0
    assert not plan.flat["install"].values.any()
