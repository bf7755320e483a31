"""Stages on a matrix that the eye can solve: what is read from the solver, what it is told, and what is said when it fails."""

import os
import signal
import threading
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import highspy
import numpy as np
import pyomo.environ as pyo
import pytest
import xarray as xr
from scipy import sparse

from model.errors import LimitError, SolverError
from model.handover import Block, Matrix
from model.language import told
from model.names import Goal
from model.scenario import Scenario, SolverOptions
from model.schema import IMPLIED
from model.session import Session, ask_of
from model.solve import Progress, Relaxation, Start, Status, solve, stages
from model.solve.hearing import heard
from model.solve.relaxation import Fixed, Relaxed, presolved
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


def test_binaries_that_hold_nothing_have_no_value(matrix: Matrix) -> None:
    """Two of three must be taken: none is no plan, the last two come to 6."""
    held = search_of(matrix).relaxation
    assert held.fixed(Goal.EMISSIONS, np.zeros(3)) is None
    found = held.fixed(Goal.EMISSIONS, np.array([0.0, 1.0, 1.0]))
    assert found is not None
    assert found.value == 6


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
    told_of: list[Progress] = []
    logging, asking = Callback(), Callback()
    highs = SimpleNamespace(cbMipLogging=logging, cbMipInterrupt=asking, setOptionValue=lambda name, value: None)
    with heard(highs, Goal.COST, told_of.append, 10.0):
        for gap in (0.25, np.inf):
            logging.fire(data_out=SimpleNamespace(mip_gap=gap, mip_primal_bound=4.0, mip_dual_bound=3.0))
        asked: list[bool] = []
        asking.fire(interrupt=asked.append)
    assert [(event.stage, event.incumbent, event.bound) for event in told_of] == [(Goal.COST, 14.0, 13.0)] * 2
    assert all(0 <= event.seconds < 60 for event in told_of)
    assert told_of[0].gap == 0.25
    assert np.isnan(told_of[1].gap)
    assert asked == [False]
    assert logging.heard == asking.heard == []


class Callback:
    """A callback of HiGHS, as far as it is used."""

    def __init__(self) -> None:
        self.heard: list[Any] = []
        self.subscribe, self.unsubscribe = self.heard.append, self.heard.remove

    def fire(self, **event: Any) -> None:
        for one in self.heard:
            one(SimpleNamespace(**event))


def knapsacks(matrix: Matrix, count: int, things: int) -> Matrix:
    """Things of about the same worth by weight, and knapsacks that all hold half of them: more than presolve can do."""
    weights = np.random.default_rng(3).integers(20, 60, (count, things)).astype(float)
    return replace(
        matrix, columns=list(range(things)), rows=list(range(count)), matrix=sparse.csc_array(weights), lower=np.full(count, -np.inf),
        upper=weights.sum(axis=1) // 2, column_lower=np.zeros(things), column_upper=np.ones(things), integer=np.ones(things, dtype=bool),
        objectives={"objective_cost": -weights.sum(axis=0)}, offsets={"objective_cost": 7.0},
    )  # fmt: skip


def test_who_listens_hears_how_branching_goes(matrix: Matrix, capfd: pytest.CaptureFixture[str]) -> None:
    told_of: list[Progress] = []
    (stage,) = solve(knapsacks(matrix, 4, 14), [Goal.COST], EXACT, listener=told_of.append).stages
    assert {event.stage for event in told_of} == {Goal.COST}
    assert told_of[-1].incumbent == pytest.approx(stage.value)
    assert all(event.bound <= stage.value + 1e-6 for event in told_of)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_branching_at_once(number: signal.Signals, matrix: Matrix) -> None:
    """These knapsacks take minutes; the signal comes with the first sign of life, and its own handler is called, once."""
    handled: list[int] = []

    def handler(found: int, frame: Any) -> None:
        handled.append(found)
        raise KeyboardInterrupt

    before = signal.signal(number, handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            solve(knapsacks(matrix, 5, 30), [Goal.COST], EXACT, listener=lambda event: os.kill(os.getpid(), number))
        assert signal.getsignal(number) is handler
    finally:
        signal.signal(number, before)
    assert handled[0] == number


def test_what_a_listener_raises_ends_branching_and_is_not_lost(matrix: Matrix) -> None:
    def gone(event: Progress) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        solve(knapsacks(matrix, 5, 30), [Goal.COST], EXACT, listener=gone)


def test_a_thread_leaves_signals_alone(matrix: Matrix) -> None:
    found: list[Any] = []
    worker = threading.Thread(target=lambda: found.append(solve(knapsacks(matrix, 4, 14), [Goal.COST], EXACT)))
    worker.start()
    worker.join()
    assert found[0].optimal


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
    words = {ended: "so"}
    monkeypatch.setattr(held, "highs", SimpleNamespace(getModelStatus=lambda: ended, modelStatusToString=words.get))
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


def test_a_relaxation_behind_presolve_that_runs_out_of_time_gives_nothing(province: xr.Dataset, scenario: Scenario) -> None:
    search = search_of(Session().compiled(province, ask_of(scenario)))
    found = presolved(search.loaded(Goal.EMISSIONS, search.matrix), EXACT)
    assert found is not None
    assert found.point.shape == (search.matrix.matrix.shape[1],)
    assert presolved(search.loaded(Goal.EMISSIONS, search.matrix), SolverOptions(time_limit=1e-9)) is None


def test_a_neighbourhood_without_a_plan_gives_none(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    """None of three is no plan; nor is what HiGHS holds when it stops before it has found one."""
    search = search_of(matrix)
    assert search.neighbour(Goal.EMISSIONS, Relaxed(0.0, np.zeros(3)), np.zeros(3)) is None
    around = search.neighbour(Goal.EMISSIONS, Relaxed(3.0, BEST), np.array([0.0, 1.0, 1.0]))
    assert around is not None
    assert around.value == pytest.approx(3)
    stopped = SimpleNamespace(
        getModelStatus=lambda: highspy.HighsModelStatus.kSolutionLimit,
        getInfo=lambda: SimpleNamespace(primal_solution_status=highspy.SolutionStatus.kSolutionStatusNone),
        getSolution=lambda: SimpleNamespace(col_value=BEST.tolist()),
    )
    monkeypatch.setattr(search, "mip", lambda *arguments, **options: stopped)
    assert search.neighbour(Goal.EMISSIONS, Relaxed(3.0, BEST), BEST) is None


def test_a_first_relaxation_without_an_answer_leaves_the_verdict_to_branching(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    """That HiGHS knows nothing is no proof that there is no plan."""
    monkeypatch.setattr(Relaxation, "bound", lambda *arguments: None)
    found = solve(matrix, [Goal.EMISSIONS], EXACT, start=Start(np.array([0.0, 1.0, 1.0])))
    assert (found.stages[0].value, found.stages[0].status) == (13.0, Status.OPTIMAL)
    assert found.bases == {}


@pytest.mark.parametrize(
    ("polished", "begun", "value", "status"),
    [
        ([3.0], None, 3.0, Status.OPTIMAL),  # it holds: one try is enough
        ([None, 3.0], None, 3.0, Status.OPTIMAL),  # the first answer did not hold once its binaries were whole
        ([6.0, 3.0], BEST, 3.0, Status.OPTIMAL),  # it held, and was far from the bound
        ([5.0, 6.0], BEST, 5.0, Status.LIMIT),  # the second try is no better
        ([5.0, 5.0], BEST, 5.0, Status.LIMIT),
        ([6.0, None], BEST, None, None),
        ([None, None], None, None, None),
    ],
)
def test_an_answer_that_leans_on_its_tolerance_is_tried_again_with_strict_binaries(
    polished: list[float | None], begun: Any, value: float | None, status: Status | None, matrix: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[tuple[Any, float]] = []
    real = stages._Search.mip

    def mip(self: Any, goal: Goal, start: Any, integrality: float = INTEGRALITY) -> Any:
        tries.append((start, integrality))
        return real(self, goal, start, integrality=integrality)

    answers = iter([None if one is None else fixed(one) for one in polished])
    monkeypatch.setattr(stages._Search, "mip", mip)
    monkeypatch.setattr(stages, "_polished", lambda *arguments: next(answers))
    if value is None:
        with pytest.raises(SolverError) as caught:
            solve(matrix, [Goal.EMISSIONS], EXACT)
        assert caught.value.message == told("rounded_fails")
    else:
        answer, bound, ended, _, _ = stages._stage(search_of(matrix), Goal.EMISSIONS, None, None)
        assert (answer.value, bound, ended) == (value, 3.0, status)
    assert tries[0] == (None, INTEGRALITY)
    assert len(tries) == len(polished)
    if len(tries) == 2:
        assert tries[1][1] == STRICT
        assert (tries[1][0] is None) if begun is None else (tries[1][0] == begun).all()


def with_parts() -> Matrix:
    """A measure: what stands is what was installed, up to 2, less what was lost, up to 0.6; installing pays."""
    return Matrix(
        model=pyo.ConcreteModel(), columns=["fit", "install", "lost"], rows=["flow"], matrix=sparse.csc_array(np.array([[1.0, -1.0, 1.0]])),
        lower=np.zeros(1), upper=np.zeros(1), column_lower=np.zeros(3), column_upper=np.array([1.0, 2.0, 0.6]),
        integer=np.array([True, False, False]), objectives={"objective_aim": np.array([0.0, -1.0, 0.0])}, offsets={"objective_aim": 0.0},
        blocks=[Block(name, [], np.zeros(1, dtype=int), np.array([place])) for place, name in enumerate(("fit", *IMPLIED))],
    )  # fmt: skip


@pytest.mark.parametrize(("stands", "installed", "lost"), [(0.0, 0.0, 0.0), (1.0, 1.0, 0.0)])
def test_parts_that_are_installed_and_lost_at_once_are_taken_away(stands: float, installed: float, lost: float) -> None:
    """Installing pays; 0.6 of it could be lost in the same year. Nothing stands after part of it: 0.6 - 0.6, or 1.6 - 0.6."""
    matrix = with_parts()
    held = Relaxation()
    held.load(matrix, EXACT)
    found = held.fixed(Goal.AIM, np.array([stands]))
    assert found is not None
    assert found.point.tolist() == [stands, installed, lost]
    assert found.value == -installed
    after = held.bound(Goal.AIM, None)  # its bounds are those of the matrix again
    assert after is not None
    assert after.value == pytest.approx(-1.6)


def test_a_relaxation_that_holds_nothing_says_so() -> None:
    with pytest.raises(SolverError) as caught:
        Relaxation().bound(Goal.EMISSIONS, None)
    assert caught.value.message == told("no_matrix")


@pytest.mark.parametrize("kept", [True, False])
def test_binaries_that_do_not_hold_in_a_further_round_are_no_plan(kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second round gives a kept objective room, or takes parts away; where it has no answer there is none."""
    matrix = with_parts()
    held = Relaxation()
    held.load(matrix, EXACT)
    if kept:
        held.keep(np.array([0.0, -1.0, 0.0]), 0.0)
        monkeypatch.setattr("model.solve.relaxation.off", lambda highs: True)
    rounds: list[int] = []
    real = Relaxation._answered
    monkeypatch.setattr(Relaxation, "_answered", lambda self, goal: (rounds.append(1), real(self, goal) and len(rounds) < 2)[1])
    assert held.fixed(Goal.AIM, np.array([0.0])) is None
    assert len(rounds) == 2
    asked: list[Goal] = []
    monkeypatch.setattr(Relaxation, "_answered", lambda self, goal: (asked.append(goal), real(self, goal))[1])
    assert held.fixed(Goal.AIM, np.array([0.0])) is not None
    assert set(asked) == {Goal.AIM}
    assert len(asked) >= 2


def test_a_relaxation_that_reaches_its_limit_only_costs_speed(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    """Least emissions of 3 are kept; what they imply for the binaries is not known, or not in time, and nothing is narrowed."""
    for found in (None, Relaxed(3.0, BEST), LimitError(told("limit_in_linear", stage=told("goal_emissions")))):

        def bound(self: Relaxation, goal: Goal, basis: Any, found: Any = found) -> Any:
            if isinstance(found, Exception):
                raise found
            return found

        monkeypatch.setattr(Relaxation, "bound", bound)
        search = search_of(matrix)
        search.keep(Goal.EMISSIONS, 3.0, None)
        highs = search.mip(Goal.COST, None)
        assert highs.getInfo().objective_function_value == pytest.approx(6)
        assert search.matrix.column_lower.tolist() == [0.0, 0.0, 0.0]
        assert search.owed is None


@pytest.mark.parametrize(("former", "bound"), [(BEST, 2.5), (None, None)])
def test_what_is_known_already_is_the_answer_of_a_stage_that_ran_out_of_time(
    former: Any, bound: float | None, matrix: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan of the stage before, with the bound that branching has come to; without such a plan the limit is told."""
    limit = highspy.HighsModelStatus.kTimeLimit
    info = SimpleNamespace(primal_solution_status=highspy.SolutionStatus.kSolutionStatusNone, mip_dual_bound=2.5, mip_node_count=-1)
    stopped = SimpleNamespace(getModelStatus=lambda: limit, getInfo=lambda: info)
    monkeypatch.setattr(stages._Search, "mip", lambda *arguments, **options: stopped)
    monkeypatch.setattr(stages._Search, "from_former", lambda self, goal, former: (fixed(4.0), -np.inf, False))
    if bound is None:
        with pytest.raises(LimitError) as caught:
            stages._stage(search_of(matrix), Goal.COST, None, former)
        assert caught.value.message == told("limit_without_plan", stage=told("goal_cost"))
    else:
        answer, proven, status, nodes, _ = stages._stage(search_of(matrix), Goal.COST, None, former)
        assert (answer.value, proven, status, nodes) == (4.0, 2.5, Status.LIMIT, 0)


def test_a_solver_is_silent_and_nothing_else_is(matrix: Matrix, capfd: pytest.CaptureFixture[str]) -> None:
    highs = search_of(matrix).loaded(Goal.EMISSIONS, matrix)
    highs.run()
    assert capfd.readouterr() == ("", "")
    os.write(1, b"answer")
    os.write(2, b"fault")
    assert capfd.readouterr() == ("answer", "fault")


def test_what_a_kept_objective_implies_reaches_the_relaxation(matrix: Matrix) -> None:
    """At emissions of 3 at most the third cannot be taken and the first two must."""
    search = search_of(matrix)
    relaxed = search.relaxation.bound(Goal.EMISSIONS, None)
    search.keep(Goal.EMISSIONS, 3.0, relaxed)
    lp = search.relaxation.highs.getLp()
    assert search.matrix.column_upper.tolist() == list(lp.col_upper_) == [1.0, 1.0, 0.0]
    assert search.matrix.column_lower.tolist() == list(lp.col_lower_)


def test_a_linear_model_needs_no_branching(matrix: Matrix) -> None:
    (stage,) = solve(replace(matrix, integer=np.zeros(3, dtype=bool)), [Goal.EMISSIONS], EXACT).stages
    assert (stage.value, stage.bound, stage.nodes, stage.status) == (13.0, 13.0, 0, Status.OPTIMAL)


def test_a_second_try_that_runs_out_of_time_says_of_which_stage(matrix: Matrix, monkeypatch: pytest.MonkeyPatch) -> None:
    real = stages._Search.mip
    info = SimpleNamespace(primal_solution_status=highspy.SolutionStatus.kSolutionStatusNone)
    stopped = SimpleNamespace(getModelStatus=lambda: highspy.HighsModelStatus.kTimeLimit, getInfo=lambda: info)
    monkeypatch.setattr(stages._Search, "mip", lambda self, *given, **how: stopped if how else real(self, *given))
    monkeypatch.setattr(stages, "_polished", lambda *arguments: None)
    with pytest.raises(LimitError) as caught:
        solve(matrix, [Goal.EMISSIONS], EXACT)
    assert caught.value.message == told("limit_without_plan", stage=told("goal_emissions"))


@pytest.mark.parametrize("costs", [[5.0, 1.0, 0.0], [5.0, 0.0, 1.0]])
def test_a_start_that_what_is_kept_rules_out_is_given_up(costs: list[float], matrix: Matrix) -> None:
    """Emissions of 1, 2 and 2: 3 with the first and one of the others, of which the cheaper is taken; the start comes to 4."""
    given = {"objective_emissions": np.array([1.0, 2.0, 2.0]), "objective_cost": np.array(costs)}
    begun = Start(np.array([0.0, 1.0, 1.0]))
    found = solve(replace(matrix, objectives=given), [Goal.EMISSIONS, Goal.COST], EXACT, start=begun)
    assert [(stage.value, stage.status) for stage in found.stages] == [(13.0, Status.OPTIMAL), (5.0, Status.OPTIMAL)]


@pytest.mark.parametrize(
    ("hope", "former", "near", "gap", "value", "hoped"),
    [
        ([0.0, 1.0, 1.0], None, None, 0.0, 6.0, 6.0),  # the start's own binaries
        ([0.0, 0.0, 0.0], None, None, 0.0, None, np.inf),  # they hold nothing here
        ([0.0, 1.0, 1.0], None, 3.0, 0.0, 3.0, 6.0),  # its neighbourhood is better
        ([0.0, 1.0, 1.0], None, 7.0, 0.0, 6.0, 6.0),  # or worse
        ([0.0, 1.0, 1.0], [1.0, 0.0, 1.0], None, 0.0, 5.0, 6.0),  # the stage before is better than the start
        ([1.0, 0.0, 1.0], [0.0, 1.0, 1.0], None, 0.0, 5.0, 5.0),
        ([1.0, 0.0, 1.0], [0.0, 1.0, 1.0], None, 0.6, 6.0, -np.inf),  # the stage before is good enough: nothing else is tried
        (None, [1.0, 0.0, 1.0], None, 0.0, 5.0, -np.inf),
    ],
)
def test_an_answer_without_branching_is_the_best_at_hand(
    hope: Any, former: Any, near: Any, gap: float, value: Any, hoped: float, matrix: Matrix, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = search_of(matrix, SolverOptions(gap=0.0, gaps={Goal.EMISSIONS: gap}))
    search.hope = None if hope is None else np.array(hope)
    monkeypatch.setattr(search, "neighbour", lambda *arguments: None if near is None else fixed(near))
    best, relaxed = search.unbranched(Goal.EMISSIONS, Start(np.zeros(3)), None if former is None else np.array(former))
    assert (None if best is None else best.value) == value
    assert search.hoped == hoped
    assert relaxed is not None
    assert relaxed.value == pytest.approx(3)


def test_what_is_no_number_is_refused_before_it_ends_the_process(matrix: Matrix) -> None:
    """HiGHS 1.16 ends in a segmentation fault on a matrix with NaN in it."""
    broken = replace(matrix, matrix=sparse.csc_array(np.array([[1.0, np.nan, 1.0]])))
    with pytest.raises(SolverError) as caught:
        solve(broken, [Goal.EMISSIONS], EXACT)
    assert caught.value.message == told("model_refused")
