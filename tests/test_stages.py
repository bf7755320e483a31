"""Stages on a matrix that the eye can solve: what is read from the solver, what it is told, and what is said when it fails."""

from types import SimpleNamespace
from typing import Any

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest
from scipy import sparse

from model.errors import LimitError, SolverError
from model.handover import Matrix
from model.language import told
from model.names import Goal
from model.scenario import SolverOptions
from model.solve import Progress, Relaxation, Start, Status, solve, stages
from model.solve.relaxation import Fixed, presolved
from model.tolerances import ABSOLUTE_GAP, INTEGRALITY, STRICT

EXACT = SolverOptions(gap=0.0)
BEST = np.array([1.0, 1.0, 0.0])


@pytest.fixture
def matrix() -> Matrix:
    """Two of three must be taken: emissions of 1, 2 and 4, costs of 5, 1 and 2. Least emissions are 3, by the first two."""
    return Matrix(
        model=pyo.ConcreteModel(), columns=["a", "b", "c"], rows=["two"], matrix=sparse.csc_array(np.ones((1, 3))), lower=np.array([2.0]),
        upper=np.array([np.inf]), column_lower=np.zeros(3), column_upper=np.ones(3), integer=np.ones(3, dtype=bool),
        objectives={"objective_emissions": np.array([1.0, 2.0, 4.0]), "objective_cost": np.array([5.0, 1.0, 2.0])},
        offsets={"objective_emissions": 10.0, "objective_cost": 0.0}, blocks=[],
    )  # fmt: skip


def search_of(matrix: Matrix, options: SolverOptions = EXACT) -> stages._Search:
    held = Relaxation()
    held.load(matrix, options)
    return stages._Search(matrix, options, lambda event: None, held, [], None)


def fixed(value: float) -> Fixed:
    return Fixed(value, BEST, np.zeros(1))


def test_stages_by_hand(matrix: Matrix) -> None:
    found = solve(matrix, [Goal.EMISSIONS, Goal.COST], EXACT)
    assert [(stage.value, stage.bound, stage.gap, stage.status) for stage in found.stages] == [
        (13.0, 13.0, 0.0, Status.OPTIMAL), (6.0, 6.0, 0.0, Status.OPTIMAL),
    ]  # fmt: skip
    assert found.values.tolist() == BEST.tolist()
    assert all(stage.seconds >= 0 for stage in found.stages)
    with pytest.raises(SolverError) as caught:
        solve(matrix, [], EXACT)
    assert caught.value.message == told("no_stage")


def test_the_bound_is_the_solvers_and_a_gap_that_is_not_met_is_a_limit(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    real = stages._Search.mip

    def doubtful(self: Any, *arguments: Any, **options: Any) -> Any:
        highs = real(self, *arguments, **options)
        info = highs.getInfo()
        info.mip_dual_bound, info.mip_node_count = 1.5, 7
        return SimpleNamespace(
            getInfo=lambda: info,
            getSolution=highs.getSolution,
            getModelStatus=highs.getModelStatus,
            modelStatusToString=highs.modelStatusToString,
        )

    monkeypatch.setattr(stages._Search, "mip", doubtful)
    (stage,) = solve(matrix, [Goal.EMISSIONS], EXACT).stages
    assert (stage.value, stage.bound, stage.status, stage.nodes) == (13.0, 11.5, Status.LIMIT, 7)
    assert stage.gap == pytest.approx(0.5)  # of the 3 that are not a constant, 1.5 are open
    (loose,) = solve(matrix, [Goal.EMISSIONS], SolverOptions(gap=0.5)).stages
    assert loose.status is Status.OPTIMAL


def test_a_start_hands_its_bases_on_and_ends_in_the_same_plan(matrix: Matrix) -> None:
    first = solve(matrix, [Goal.EMISSIONS, Goal.COST], EXACT, start=Start(np.array([1.0, 0.0, 1.0])))
    assert first.values.tolist() == BEST.tolist()
    assert first.bases[Goal.EMISSIONS].columns.shape == (3,)
    assert first.bases[Goal.EMISSIONS].columns.dtype == np.int8
    again = solve(matrix, [Goal.EMISSIONS, Goal.COST], EXACT, start=first.start())
    assert [(stage.value, stage.bound, stage.nodes) for stage in again.stages] == [(13.0, 13.0, 0), (6.0, 6.0, 0)]
    unlike = solve(matrix, [Goal.EMISSIONS], EXACT, start=Start(np.zeros(2)))
    assert unlike.values.tolist() == BEST.tolist()


def test_the_better_of_two_answers() -> None:
    assert stages._better(fixed(2), fixed(3)) == fixed(2)
    assert stages._better(fixed(3), fixed(2)) == fixed(2)
    assert stages._better(None, fixed(2)) == fixed(2)
    assert stages._better(fixed(2), None) == fixed(2)
    assert stages._better(None, None) is None


def test_value_and_bound_meet_at_the_gap_and_no_earlier(matrix: Matrix) -> None:
    loose = search_of(matrix, SolverOptions(gap=0.25))
    assert loose.within(Goal.EMISSIONS, 4.0, 3.0)
    assert not loose.within(Goal.EMISSIONS, 4.0, 2.999)
    assert search_of(matrix).within(Goal.EMISSIONS, ABSOLUTE_GAP, 0.0)


def test_a_stage_before_gives_no_bound_where_no_relaxation_is_had(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    search = search_of(matrix)
    monkeypatch.setattr(stages, "presolved", lambda highs, options: None)

    def late(goal: Goal, basis: Any) -> Any:
        raise LimitError(told("limit_in_linear", stage=told("goal_emissions")))

    monkeypatch.setattr(search.relaxation, "bound", late)
    best, bound, hopeful = search.from_former(Goal.EMISSIONS, np.array([0.0, 1.0, 1.0]))
    assert best is not None
    assert (best.value, bound, hopeful) == (6.0, -np.inf, False)


def test_the_neighbourhood_of_a_poor_plan_holds_the_best(matrix: Matrix) -> None:
    best, bound, hopeful = search_of(matrix).from_former(Goal.EMISSIONS, np.array([0.0, 1.0, 1.0]))
    assert best is not None
    assert hopeful
    assert best.value == pytest.approx(3)
    assert bound <= 3 + 1e-9
    kept, no_bound, taken = search_of(matrix).from_former(Goal.COST, np.array([0.0, 1.0, 1.0]))
    assert kept is not None
    assert (kept.value, no_bound, taken) == (3.0, -np.inf, True)


def test_what_branching_is_told(matrix: Matrix) -> None:
    search = search_of(matrix, SolverOptions(gap=0.1))
    plain = search.mip(Goal.EMISSIONS, None)
    option = lambda highs, name: highs.getOptionValue(name)[1]  # noqa: E731
    assert [option(plain, name) for name in ("mip_feasibility_tolerance", "mip_rel_gap", "mip_abs_gap", "mip_heuristic_run_rens")] == [
        INTEGRALITY, 0.1, ABSOLUTE_GAP, True,
    ]  # fmt: skip
    begun = search.mip(Goal.EMISSIONS, BEST, integrality=STRICT)
    assert option(begun, "mip_feasibility_tolerance") == STRICT
    assert option(begun, "mip_heuristic_run_rens") is False
    near = search.mip(Goal.EMISSIONS, None, fixed=(np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.0])))
    assert (option(near, "mip_max_nodes"), option(near, "mip_rel_gap")) == (stages.NEIGHBOURHOOD_NODES, 0.05)
    assert near.getInfo().objective_function_value == pytest.approx(6)  # without the first: 2 and 4


def test_signs_of_life_say_what_is_known() -> None:
    heard: list[Progress] = []
    events: list[Any] = []
    highs = SimpleNamespace(cbMipLogging=SimpleNamespace(subscribe=events.append, unsubscribe=events.remove))
    stop = stages._listen(highs, Goal.COST, heard.append)
    for gap in (0.25, np.inf):
        events[0](SimpleNamespace(data_out=SimpleNamespace(mip_gap=gap, mip_primal_bound=4.0, mip_dual_bound=3.0)))
    assert [(event.stage, event.incumbent, event.bound) for event in heard] == [(Goal.COST, 4.0, 3.0)] * 2
    assert heard[0].gap == 0.25
    assert np.isnan(heard[1].gap)
    stop()
    assert events == []


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        ("kTimeLimit", LimitError, told("limit_in_linear", stage=told("goal_cost"))),
        ("kUnbounded", SolverError, told("status_in_linear", stage=told("goal_cost"), status="so")),
    ],
)
def test_a_relaxation_that_fails_says_of_which_stage(status: str, error: type[Exception], message: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("model.solve.relaxation.run_twice", lambda highs, options: None)
    held = Relaxation()
    ended = getattr(highspy.HighsModelStatus, status)
    monkeypatch.setattr(held, "highs", SimpleNamespace(getModelStatus=lambda: ended, modelStatusToString=lambda status: "so"))
    with pytest.raises(error) as caught:
        held._answered(Goal.COST)
    assert caught.value.message == message  # type: ignore[attr-defined]


def test_binaries_between_yes_and_no_are_no_answer(matrix: Matrix) -> None:
    highs = SimpleNamespace(getSolution=lambda: SimpleNamespace(col_value=[1.0, 0.5, 1.0]))
    with pytest.raises(SolverError) as caught:
        stages._polished(search_of(matrix), Goal.EMISSIONS, highs)
    assert caught.value.message == told("binaries_off")


def test_a_presolve_that_leaves_nothing_to_relax_gives_nothing(matrix: Matrix) -> None:
    """HiGHS solves three binaries in presolve: there is no smaller programme to relax, and no bound to make up."""
    found = presolved(search_of(matrix).loaded(Goal.EMISSIONS, matrix), EXACT)
    assert found is None or found.value <= 3 + 1e-9
