"""Decisions taken once for several futures, and decisions taken window by window: hand sums on the teaching example.

Sums of emissions in data/example/HAND.md, by what is decided in 2021: A (furnace 3 closes, the small site is built) 156 + 178 = 334;
B (nothing) 197 + 178 = 375; C (furnace 1 converts) 162 + 100 = 262. A second future has a grid ten times as dirty, 2.5 t per t of arc
steel: A 80 + 88 + 30 x 2.5 = 243 and 80 + 88 + 40 x 2.5 = 268, sum 511; B 80 + 88 + 30 x 2.4 = 240 and 268, sum 508;
C 80 + 40 x 2.4 + 30 x 2.5 = 251 and 80 + 80 x 2.5 = 280, sum 531.
"""

from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy import sparse

from model.cli import app
from model.errors import InfeasibleError, InputError
from model.futures.groups import tail_mean
from model.futures.rolling import Window, roll, windows_of
from model.futures.stacked import Future
from model.futures.twostage import TwoStage, futures_of, kept, two_stage
from model.names import Goal
from model.problem import assemble
from model.scenario import Scenario, read_scenario
from model.session import Ask, Plan, Session, ask_of
from model.solution import column_numbers
from model.solve import Start, Status
from model.tables import Tables, read_tables

ROOT = Path(__file__).parent.parent
PLANS = {"A": (334.0, 511.0), "B": (375.0, 508.0), "C": (262.0, 531.0)}


@pytest.fixture(scope="module")
def example() -> tuple[Tables, Scenario]:
    return read_tables(ROOT / "data" / "example"), read_scenario(ROOT / "scenarios" / "example.yaml")


@pytest.fixture(scope="module")
def session() -> Session:
    return Session()


@pytest.fixture(scope="module")
def ask(example: tuple[Tables, Scenario]) -> Ask:
    return ask_of(example[1])


@pytest.fixture(scope="module")
def problems(example: tuple[Tables, Scenario]) -> tuple[xr.Dataset, xr.Dataset]:
    """The example as stated, and with a grid ten times as dirty from 2021 on."""
    clean = assemble(*example)
    dirty = clean.copy(deep=True)
    dirty["factor"].loc[{"good": "grid_power", "year": [2021, 2022]}] *= 10
    return clean, dirty


def solved(
    session: Session, problems: tuple[xr.Dataset, ...], ask: Ask, weights: tuple[float, ...], until: int, tail: float | None = None,
    together: int = 3,
) -> TwoStage:  # fmt: skip
    """The two-stage plan of the futures; the stated facts are those of the first."""
    base = session.solve(problems[0], ask)
    asked = [Future(problem, session.compiled(problem, ask), weight) for problem, weight in zip(problems, weights, strict=True)]
    futures, alone = futures_of(session, ask, asked, base.outcome.start())
    return two_stage(session, futures, ask, until, alone, base, tail, together)


def early(plan: Plan) -> str:
    """Which of the plans by hand it is, by what it does in 2021."""
    moved = plan.problem["step_line"].values[plan.flat["move"].sel(year=2021).values > 0.5].tolist()
    return {(): "B", ("furnace_1",): "C", ("furnace_3", "site_small"): "A"}[tuple(moved)]


def test_the_hedge_is_best_in_neither_future(session: Session, problems: tuple[xr.Dataset, xr.Dataset], ask: Ask) -> None:
    found = solved(session, problems, ask, (0.1, 0.9), 2021)
    assert [early(plan) for plan in found.alone] == ["C", "B"]
    assert [early(plan) for plan in found.plans] == ["A", "A"]
    assert [plan.value(Goal.EMISSIONS) for plan in found.plans] == pytest.approx(PLANS["A"])
    assert found.expected(found.plans, Goal.EMISSIONS) == pytest.approx(493.3)
    assert found.outcome.stages[0].value == pytest.approx(493.3)
    assert all(plan.certificate.valid for plan in found.plans)
    information, solution = found.information(Goal.EMISSIONS), found.solution(Goal.EMISSIONS)
    assert information.value == pytest.approx(493.3 - (0.1 * 262 + 0.9 * 508))
    assert information.least - 1e-6 <= information.value <= information.most + 1e-6
    assert solution is not None
    assert solution.value == pytest.approx((0.1 * 262 + 0.9 * 531) - 493.3)


def test_equal_chances_take_the_stated_plan_and_nothing_is_gained(
    session: Session, problems: tuple[xr.Dataset, xr.Dataset], ask: Ask
) -> None:
    found = solved(session, problems, ask, (0.5, 0.5), 2021)
    assert [early(plan) for plan in found.plans] == ["C", "C"]
    solution = found.solution(Goal.EMISSIONS)
    assert solution is not None
    assert solution.value == pytest.approx(0, abs=1e-6)
    assert found.information(Goal.EMISSIONS).value == pytest.approx(396.5 - 385)


def test_the_worst_tenth_takes_what_is_best_there(session: Session, problems: tuple[xr.Dataset, xr.Dataset], ask: Ask) -> None:
    found = solved(session, problems, ask, (0.5, 0.5), 2021, tail=0.1)
    assert [early(plan) for plan in found.plans] == ["B", "B"]
    assert found.outcome.stages[0].value == pytest.approx(508)
    half = solved(session, problems, ask, (0.5, 0.5), 2021, tail=1.0)
    assert half.outcome.stages[0].value == pytest.approx(396.5)  # the whole tail is the expectation


def test_groups_that_hold_the_whole_mixture_find_its_hedge(session: Session, problems: tuple[xr.Dataset, xr.Dataset], ask: Ask) -> None:
    """Four futures, two by two: either group is the mixture of the hedge by hand, so candidate, value and bound are those of the whole."""
    four = (*problems, *problems)
    found = solved(session, four, ask, (0.05, 0.45, 0.05, 0.45), 2021, together=2)
    assert [early(plan) for plan in found.plans] == ["A", "A", "A", "A"]
    stage = found.outcome.stages[0]
    assert (stage.value, stage.bound) == pytest.approx((493.3, 493.3))
    assert stage.status is Status.OPTIMAL
    assert all(plan.certificate.valid for plan in found.plans)


def test_groups_of_one_say_how_far_they_may_be_off(session: Session, problems: tuple[xr.Dataset, xr.Dataset], ask: Ask) -> None:
    """Alone, nobody hedges: the better of the two own plans is kept by both, and the bound is wait and see."""
    found = solved(session, problems, ask, (0.1, 0.9), 2021, together=1)
    assert [early(plan) for plan in found.plans] == ["B", "B"]
    first, second = found.outcome.stages
    assert first.value == pytest.approx(0.1 * 376 + 0.9 * 508)  # the dirty future retrofits nothing in 2021, where the clean would save 1
    assert first.bound == pytest.approx(0.1 * 262 + 0.9 * 508)
    assert first.status is Status.LIMIT
    assert second.bound == -np.inf  # a cost of groups that emit less proves nothing


def test_rows_of_early_decisions_reach_into_groups(session: Session, problems: tuple[xr.Dataset, xr.Dataset], ask: Ask) -> None:
    """Where one future has a row against the moves of 2021, no group makes them; its other rows stay out."""
    clean = session.compiled(problems[0], ask)
    moves = column_numbers(problems[0], clean)["move"][:, 1]
    row = np.zeros((1, clean.matrix.shape[1]))
    row[0, moves[moves >= 0]] = 1.0
    slow = clean.with_rows(sparse.csr_array(row), np.array([-np.inf]), np.array([0.0]), ["none_in_2021"])
    futures = [Future(problems[0], clean, 0.5), Future(problems[0], slow, 0.5)]
    base = session.solve(problems[0], ask)
    assert early(base) == "C"
    found = two_stage(session, futures, ask, 2021, [base, base], base, together=1)
    assert [early(plan) for plan in found.plans] == ["B", "B"]


def test_what_is_stored_says_what_was_found(session: Session, problems: tuple[xr.Dataset, xr.Dataset], ask: Ask) -> None:
    found = solved(session, problems, ask, (0.1, 0.9), 2021)
    study = kept(found)
    assert study.sizes["future"] == 2
    assert study["weight"].values.tolist() == [0.1, 0.9]
    assert study["value"].sel(goal="emissions").item() == pytest.approx(493.3)
    assert study["own"].sel(goal="emissions").values == pytest.approx([262, 508])
    assert study["of_stated"].sel(goal="emissions").values == pytest.approx(PLANS["C"])
    emitted = study["emission"].sel(year=[2021, 2022]).sum(["source", "year"])
    assert emitted.values == pytest.approx(PLANS["A"])


def test_worst_share_by_hand() -> None:
    values, weights = [10.0, 40.0, 20.0], [0.5, 0.2, 0.3]
    assert tail_mean(values, weights, None) == pytest.approx(19.0)
    assert tail_mean(values, weights, 1.0) == pytest.approx(19.0)
    assert tail_mean(values, weights, 0.1) == pytest.approx(40.0)
    assert tail_mean(values, weights, 0.4) == pytest.approx(30.0)


def test_nothing_shared_is_wait_and_see(session: Session, problems: tuple[xr.Dataset, xr.Dataset], ask: Ask) -> None:
    found = solved(session, problems, ask, (0.1, 0.9), 2020)
    assert found.information(Goal.EMISSIONS).value == pytest.approx(0, abs=1e-6)
    same = solved(session, (problems[0], problems[0]), ask, (0.3, 0.7), 2022)
    assert same.outcome.stages[0].value == pytest.approx(262)


def test_the_stack_agrees_with_enumeration(session: Session, problems: tuple[xr.Dataset, xr.Dataset], ask: Ask) -> None:
    """Every pattern of moves in 2021; retrofits save power in both futures alike, so they need no pattern."""
    only = replace(ask, goals=(Goal.EMISSIONS,))
    matrices = [session.compiled(problem, only) for problem in problems]
    found: dict[tuple[float, ...], float] = {}
    for pattern in product((0.0, 1.0), repeat=5):
        fixed = np.full((5, 3), np.nan)
        fixed[:, 1] = pattern
        try:
            own = replace(only, fixed={"move": fixed})
            values = [session.solve_matrix(*one, own).value(Goal.EMISSIONS) for one in zip(problems, matrices, strict=True)]
        except InfeasibleError:
            continue
        found[pattern] = 0.1 * values[0] + 0.9 * values[1]
    assert len(found) >= 3
    stacked = solved(session, problems, only, (0.1, 0.9), 2021)
    assert stacked.outcome.stages[0].value == pytest.approx(min(found.values()))


def test_futures_without_a_plan_are_left_out_and_weights_made_anew(
    session: Session, problems: tuple[xr.Dataset, xr.Dataset], ask: Ask
) -> None:
    broken = problems[0].copy(deep=True)
    broken["clause_value"].loc[{"clause": "steel_cap", "year": 2022}] = 60.0
    asked = [
        Future(problem, session.compiled(problem, ask), weight)
        for problem, weight in zip((*problems, broken), (0.1, 0.3, 0.6), strict=True)
    ]
    futures, alone = futures_of(session, ask, asked, None)
    assert [future.weight for future in futures] == pytest.approx([0.25, 0.75])
    assert [early(plan) for plan in alone] == ["C", "B"]
    start = Start(np.zeros(futures[0].matrix.matrix.shape[1]))
    assert [plan.value(Goal.EMISSIONS) for plan in futures_of(session, ask, asked, start)[1]] == pytest.approx([262, 508])


def test_windows_cover_every_year_once() -> None:
    years = (2020, 2021, 2022, 2023, 2024, 2025)
    assert list(windows_of(years, 2, 1)) == [
        Window(2021, 2022, 2022), Window(2022, 2023, 2023), Window(2023, 2024, 2024), Window(2024, 2025, 2026)
    ]  # fmt: skip
    assert list(windows_of(years, 3, 2)) == [Window(2021, 2023, 2023), Window(2023, 2025, 2026)]
    assert list(windows_of(years, 9, 1)) == [Window(2021, 2025, 2026)]
    assert [window.first for window in windows_of(years, 1, 1)] == [2021, 2022, 2023, 2024, 2025]


def test_short_sight_closes_and_builds_at_once(session: Session, example: tuple[Tables, Scenario], ask: Ask) -> None:
    """Who sees 2021 only takes plan A, 156 being the least of that year; then every line has to run full in 2022: 178."""
    foresight = session.solve(assemble(*example), ask)
    found = roll(session, *example, ask, 1)
    assert [early(plan) for plan in found.plans] == ["A", "A"]
    assert found.plans[0].value(Goal.EMISSIONS) == pytest.approx(156)
    assert found.price(foresight)[Goal.EMISSIONS][0] == pytest.approx(334 - 262)
    assert found.plan is not None
    assert found.plan.certificate.valid
    wide = roll(session, *example, ask, 2)
    assert len(wide.plans) == 1
    assert wide.price(foresight)[Goal.EMISSIONS][0] == pytest.approx(0)


def test_short_sight_that_runs_into_a_wall_says_which(session: Session, example: tuple[Tables, Scenario], ask: Ask) -> None:
    """With a cap of 60 against an output target of 120 in 2022, which the first window does not see, the second has no plan."""
    tables, scenario = example
    harder = scenario.model_validate(scenario.model_dump() | {"clauses": {"steel_cap": {"value": 60}}})
    found = roll(session, tables, harder, ask, 1)
    assert found.plan is None
    assert found.stopped == Window(2022, 2022, 2023)
    assert len(found.plans) == 1
    assert found.why.split(" ")[0] in {"capacity_cap", "value_target"}
    assert found.price(found.plans[0]) == {}


@pytest.mark.parametrize("words", [("twostage", "example", "--until", "2021", "--futures", "2"), ("rolling", "example")])
def test_verbs_speak_both_languages(words: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("data", "scenarios"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    texts = []
    for lang in ("zh", "en"):
        app([*words, "--lang", lang], obj=tmp_path, standalone_mode=False)
        texts.append(capsys.readouterr().out)
    assert "两阶段方案" in texts[0] or "短视的代价" in texts[0]
    assert "Two-stage plan" in texts[1] or "Price of short sight" in texts[1]
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in texts[1])


def test_steps_beyond_the_window_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no longer than the window"):
        app(["rolling", "example", "--step", "3", "--window", "2"], obj=tmp_path, standalone_mode=False)
