"""Regret, on the teaching example: four plans are possible there (data/example/HAND.md), each summed by hand in each future."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from typer.testing import CliRunner

from model.cli import app
from model.errors import Faults, InputError, ResultError, SolverError
from model.folders import Folders
from model.futures.design import Design, Method
from model.futures.ensemble import open_or_create, prepare, run_ensemble
from model.futures.local import LocalCrew
from model.names import Goal
from model.regret import Candidate, Case, Future, Regret, State, choose, drawn_futures, regret_of, regrets, stated_futures, stored_candidate
from model.runner import read_result, run
from model.scenario import Scenario, read_scenario
from model.session import ask_of
from model.show.regret import _beaten_at_home

ROOT = Path(__file__).parent.parent
WORDS = "extends: example\ntitle: {zh: 试, en: test}\nwhy: {zh: 试, en: test}\n"
FUTURES = {
    "dirty": "grid_factor: 8\ncaps: {steel: 999}\n",  # 8 t/MWh: an arc furnace emits 4 t/t, twice what coal furnaces do; the cap is no fact
    "more": "growth_least: {machinery: {2021: 1.25, 2022: 1.2}}\n",  # steel for 125 in 2021
}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """The example, solved, with two other worlds beside it."""
    root = tmp_path_factory.mktemp("regret")
    shutil.copytree(ROOT / "data" / "example", root / "data" / "example")
    for path in (ROOT / "data").glob("*.csv"):
        shutil.copy(path, root / "data" / path.name)
    (root / "scenarios").mkdir()
    shutil.copy(ROOT / "scenarios" / "example.yaml", root / "scenarios" / "example.yaml")
    for name, text in FUTURES.items():
        (root / "scenarios" / f"{name}.yaml").write_text(WORDS + text, "utf-8")
    run(Folders(root), "example")
    return Folders(root)


@pytest.fixture(scope="module")
def base(folders: Folders) -> Scenario:
    return read_scenario(folders.scenario("example"))


@pytest.fixture(scope="module")
def worlds(folders: Folders, base: Scenario) -> list[Future]:
    return stated_futures(folders, base, ["dirty", "more"])


def plan_of(name: str, problem: xr.Dataset, moves: set[tuple[str, str, int]], installs: set[tuple[str, str, int]]) -> Candidate:
    """A plan written by hand: (line, arc or measure, year)."""
    held, years = {}, problem["year"].values.tolist()
    for part, dim, what, taken in (("move", "step", "arc", moves), ("install", "retrofit", "measure", installs)):
        pairs = zip(*(problem[f"{dim}_{half}"].values.tolist() for half in ("line", what)), strict=True)
        held[part] = np.array([[float((*pair, year) in taken) for year in years] for pair in pairs])
        assert held[part].sum() == len(taken)
    return Candidate(name, held)


def plan_a(problem: xr.Dataset) -> Candidate:
    """Plan A of HAND.md: furnace 3 closes and the small site is built in 2021, a preheater on both arc furnaces."""
    moves = {("furnace_3", "close", 2021), ("site_small", "build", 2021)}
    return plan_of("A", problem, moves, {("arc_1", "preheater", 2021), ("site_small", "preheater", 2021)})


@pytest.fixture(scope="module")
def case(folders: Folders, base: Scenario, worlds: list[Future]) -> Case:
    """The stored plan (C with furnace 1), plan A, and the best of each future, held to the end."""
    faults = Faults()
    stored = stored_candidate("example", read_result(folders, "example"), worlds[0].problem, 2022, faults)
    assert not faults.found
    return Case(ask_of(base), worlds, [stored, plan_a(worlds[0].problem)], True, 2022)


@pytest.fixture(scope="module")
def study(case: Case) -> xr.Dataset:
    return list(regrets(case))[-1]


def test_a_future_is_the_facts_of_a_scenario_under_the_choices_of_another(worlds: list[Future]) -> None:
    stated, dirty, more = worlds
    assert (stated.keys, dirty.keys, more.keys) == ((), ("grid_factor",), ("growth_least",))
    assert dirty.problem["clause_value"].equals(stated.problem["clause_value"])  # its cap of 999 is a choice
    assert float(dirty.problem["factor"].sel(good="grid_power", source="power", year=2022)) == pytest.approx(0.8)  # 10 kt/GWh
    assert more.problem["least"].sel(segment="machinery").values[1:] == pytest.approx([125, 120])


def test_overrides_count_by_what_drivers_call_their_facts(folders: Folders, base: Scenario, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(folders.root, root)
    text = "facts:\n  - {table: good_facts, subject: coal, parameter: direct_emission, value: 90}\n"
    text += "  - {table: quota_facts, subject: new_build, parameter: ratio, value: 1}\n"
    (root / "scenarios" / "coal.yaml").write_text(WORDS + text, "utf-8")
    _, future = stated_futures(Folders(root), base, ["coal"])
    assert future.keys == ("facts",)
    assert float(future.problem["factor"].sel(good="coal", source="fuel", year=2022)) == pytest.approx(0.009)  # 90 t/TJ
    assert future.problem["ratio"].equals(stated_futures(Folders(root), base, [])[0].problem["ratio"])


def test_faulty_futures_are_all_told(folders: Folders, base: Scenario, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(folders.root, root)
    (root / "scenarios" / "choice.yaml").write_text(WORDS + "caps: {steel: 130}\n", "utf-8")
    (root / "scenarios" / "elsewhere.yaml").write_text(WORDS + "data: chongqing\n", "utf-8")
    with pytest.raises(InputError) as raised:
        stated_futures(Folders(root), base, ["choice", "elsewhere"])
    assert [fault.file for fault in raised.value.faults] == ["--futures", "--futures"]
    assert "that of 'example'" in str(raised.value)
    assert "chongqing" in str(raised.value)


def test_regrets_are_the_sums_by_hand(study: xr.Dataset) -> None:
    """Stated: C 262, A 334, B 375. At 4 t/t of an arc furnace (preheated) A makes 288 + 328 = 616, C 296 + 400 = 696, B 240 + 328 = 568.

    With steel for 125 in 2021 only B stands: 411, as the dirtiest furnace makes 15 more of 2.4 t/t.
    """
    assert study["own_value"].values[:, 0] == pytest.approx([262, 568, 411])
    found = regret_of(study)
    assert found.plans == ("example", "A", "best: dirty", "best: more")  # the best of the stated world is the stored plan
    assert found.low[:, :, 0] == pytest.approx(found.high[:, :, 0], abs=1e-4)
    hand = [[0, 128, np.inf], [72, 48, np.inf], [114, 0, 1], [113, 0, 0]]  # "best: dirty" leaves a preheater of 0.05 t/t x 20 out in 2021
    assert found.high[:, :, 0] == pytest.approx(np.array(hand), abs=1e-4)
    assert found.worst()[1][:, 0] == pytest.approx([np.inf, np.inf, 114, 113], abs=1e-4)


def test_the_plan_that_loses_least_need_not_be_the_best_of_any_future(study: xr.Dataset) -> None:
    two = regret_of(study.isel(future=[0, 1]))
    assert two.worst()[1][:, 0] == pytest.approx([128, 72, 114, 113], abs=1e-4)
    assert choose(two).plans == ("A",)
    assert choose(regret_of(study)).plans == ("best: more",)  # in all three futures A cannot be carried out


def test_a_plan_that_cannot_be_carried_out_says_why(study: xr.Dataset) -> None:
    """C has 120 of capacity in 2021, a growth to 125 would have to give way by 5 of 125."""
    assert str(study["why"].sel(plan="example", future="more").values) == '[["growth_least", "machinery", 2021, 0.04]]'
    assert int(study["state"].sel(plan="example", future="more")) == State.INFEASIBLE


def test_a_decision_that_is_closed_in_a_future_is_not_dropped_in_silence(case: Case) -> None:
    """Where furnace 1 may not convert, furnace 2 does (278); the stored plan cannot be carried out, although what else it does could."""
    shut = case.futures[0].problem.copy(deep=True)
    shut["open"].values[(shut["step_line"].values == "furnace_1")] = 0
    study = list(regrets(replace(case, futures=[Future("shut", (), shut)], own=False)))[-1]
    assert study["own_value"].values[0, 0] == pytest.approx(278)
    assert study["state"].values[:, 0].tolist() == [State.INFEASIBLE, State.SOLVED]
    assert str(study["why"].values[0, 0]) == '[["closed", "furnace_1", 2021, 0.0]]'
    assert regret_of(study).high[1, 0, 0] == pytest.approx(334 - 278)


def test_what_is_open_after_a_year_follows_the_future(case: Case) -> None:
    """Held until 2021, plan C can still not do 125 in 2021; held not at all it would. In the dirty world it has chosen its conversion."""
    early = replace(case, futures=case.futures[:2], given=[replace_until(case.given[0], case, 2021)], own=False, until=2021)
    found = regret_of(list(regrets(early))[-1])
    assert found.high[0, 0, 0] == pytest.approx(0, abs=1e-4)
    assert 0 < found.high[0, 1, 0] <= 128 + 1e-4


def replace_until(plan: Candidate, case: Case, until: int) -> Candidate:
    """A candidate that is open after a year."""
    late = case.futures[0].problem["year"].values > until
    return Candidate(plan.name, {part: np.where(late, np.nan, values) for part, values in plan.held.items()})


def test_a_stopped_study_goes_on_to_the_same_numbers(case: Case, study: xr.Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    half = list(islice(regrets(case), 8))[-1].copy(deep=True)
    again = list(regrets(case, half))[-1]
    xr.testing.assert_identical(again, study)
    steps: Iterator[xr.Dataset] = regrets(case, study)
    assert next(steps).identical(study)
    assert list(steps) == []


def test_stored_plans_of_other_horizons_and_structures(folders: Folders, worlds: list[Future]) -> None:
    stored, problem = read_result(folders, "example"), worlds[0].problem
    longer = problem.assign_coords(year=[2020, 2021, 2024])
    faults = Faults()
    plan = stored_candidate("example", stored, longer, 2024, faults)
    assert np.isnan(plan.held["move"][:, 2]).all()  # after the stored horizon
    assert plan.held["move"][:, 1].sum() == 1
    assert "in 2022, which this scenario does not know" in " ".join(fault.message for fault in faults.found)
    between, faults = problem.assign_coords(year=[2020, 2021, 2023]), Faults()
    gappy = replace(stored, result=stored.result.assign_coords(year=[2020, 2022, 2023]))
    stored_candidate("example", gappy, between, 2023, faults)
    assert "no year 2021" in " ".join(fault.message for fault in faults.found)


def made(low: list[list[float]], high: list[list[float]], goals: tuple[str, ...] = ("emissions",)) -> Regret:
    """Regrets written by hand, (plan, future) for one goal."""
    arrays = [np.array(side, dtype=float)[:, :, None] for side in (low, high)]
    return Regret(tuple("abc"[: len(low)]), tuple("xyz"[: len(low[0])]), goals, *arrays)


def test_plans_whose_intervals_overlap_are_not_ranked() -> None:
    assert choose(made([[0, 4], [5, 3], [9, 0]], [[1, 5], [6, 4], [10, 0]])).plans == ("a", "b")  # worst 4..5, 5..6, 9..10
    assert choose(made([[0, 4], [5.1, 3]], [[1, 5], [6, 4]])).plans == ("a",)
    failing = choose(made([[np.inf, 0], [7, 8], [np.inf, np.inf]], [[np.inf, 0], [7, 8], [np.inf, np.inf]]))
    assert (failing.plans, failing.failures) == (("b",), 0)
    none = choose(made([[np.inf, 1], [2, np.inf]], [[np.inf, 1], [2, np.inf]]))
    assert (none.plans, none.failures) == (("a",), 1)
    unknown = choose(made([[0, 3], [1, 1]], [[np.inf, 3], [2, 2]]))
    assert unknown.plans == ("b",)  # a loses 3 at least
    no_plan = made([[0, np.nan], [1, np.nan]], [[0, np.nan], [1, np.nan]])  # in the second future no plan exists at all
    assert choose(no_plan).plans == ("a",)
    assert no_plan.worst()[0][:, 0].tolist() == [0, 1]


def test_a_later_stage_decides_only_among_those_level_in_the_earlier(study: xr.Dataset) -> None:
    low = np.array([[[0, 9]], [[0, 1]], [[2, 0]]], dtype=float)
    regret = Regret(("a", "b", "c"), ("x",), ("shortfall", "emissions"), low, low)
    assert choose(regret).plans == ("b",)


def test_a_plan_better_than_the_proven_bound_is_a_lie(study: xr.Dataset) -> None:
    lying = study.copy(deep=True)
    lying["own_value"].values[0] = lying["own_bound"].values[0] = 300.0
    with pytest.raises(SolverError):
        regret_of(lying)


def test_gaps_widen_the_interval_and_never_below_nothing(study: xr.Dataset) -> None:
    wide = study.copy(deep=True)
    wide["own_bound"].values[:] -= 3.0
    wide["bound"].values[:] -= 2.0
    found = regret_of(wide.isel(future=[0, 1]))
    assert found.low[:, :, 0] == pytest.approx(np.array([[0, 126], [70, 46], [112, 0], [111, 0]]), abs=1e-4)
    assert found.high[:, :, 0] == pytest.approx(np.array([[3, 131], [75, 51], [117, 3], [116, 3]]), abs=1e-4)


def test_a_held_plan_that_is_better_within_the_gap_is_the_best_known(study: xr.Dataset) -> None:
    """Had the stated world's own answer stopped at 270 with a proof of 262, the stored plan's 262 would still be known."""
    loose = study.isel(future=[0]).copy(deep=True)
    loose["own_value"].values[:] = 270.0
    found = regret_of(loose)
    assert found.low[:2, 0, 0] == pytest.approx([0, 72], abs=1e-4)
    assert found.high[:2, 0, 0] == pytest.approx([0, 72], abs=1e-4)


@pytest.mark.parametrize(("at_home", "abroad", "told"), [(0.0, 5.0, False), (0.5, 0.0, True), (np.nan, 1.0, False)])
def test_a_plan_that_is_beaten_in_its_own_future_is_told_of(at_home: float, abroad: float, told: bool) -> None:
    low = np.array([[0.0, 7.0], [at_home, abroad]])[:, :, None]
    assert _beaten_at_home(Regret(("plan", "best: x"), ("x", "y"), ("emissions",), low, low + 1)) is told


def test_members_of_an_ensemble_are_futures(folders: Folders, base: Scenario) -> None:
    prepared = prepare(folders, "example", Design(Method.LHS, 3, 3))
    archive, task = open_or_create(folders, "example", prepared)
    run_ensemble(prepared, task, archive, LocalCrew(1))
    first, second = drawn_futures(folders, base, "example", 2)
    assert first.problem.equals(task.problem(prepared.positions.values[int(first.name.split()[1])]))
    assert first.digest() != second.digest()
    with pytest.raises(InputError, match="has only 3 members"):
        drawn_futures(folders, base, "example", 4)
    with pytest.raises(ResultError, match="not of the scenario"):
        drawn_futures(folders, base.model_copy(update={"keep": 0.1}), "example", 1)


def test_the_verb_tells_regrets_reasons_and_the_choice_in_both_languages(folders: Folders) -> None:
    words = ["regret", "example", "--futures", "dirty,more", "--lang"]
    shown = CliRunner().invoke(app, [*words, "en"], obj=folders.root)
    assert shown.exit_code == 0, shown.output
    assert "Least regret at worst: best for more" in shown.output
    assert "least output of Machinery (2021: down by 4.0%)" in shown.output
    again = CliRunner().invoke(app, [*words, "zh"], obj=folders.root)
    assert "最坏情形下损失最小的方案" in again.output
    assert again.output.count("已完成") == 1  # the study was there


@pytest.mark.parametrize(
    ("words", "message"),
    [(["--futures", "dirty", "--until", "2020"], "between 2021 and 2022"), ([], "at least one future"),
     (["--futures", "dirty", "--plans", "none"], "none")],
)  # fmt: skip
def test_wrong_words_are_told(folders: Folders, words: list[str], message: str) -> None:
    ended = CliRunner().invoke(app, ["regret", "example", *words], obj=folders.root)
    assert isinstance(ended.exception, InputError | ResultError)
    assert message in str(ended.exception)


def test_changed_data_are_noticed(folders: Folders, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(folders.root, root)
    path = root / "data" / "example" / "good_facts.csv"
    path.write_text(path.read_text("utf-8").replace(",30,CNY/GJ", ",31,CNY/GJ"), "utf-8")
    ended = CliRunner().invoke(app, ["regret", "example", "--futures", "dirty"], obj=root)
    assert isinstance(ended.exception, ResultError)
    assert "changed" in str(ended.exception)


def test_goals_end_with_the_first_that_is_no_shortfall(base: Scenario, case: Case) -> None:
    goals = (Goal.SHORTFALL, Goal.COST, Goal.EMISSIONS)
    assert replace(case, ask=replace(case.ask, goals=goals)).goals == goals[:2]
