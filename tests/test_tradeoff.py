"""Prices of clauses, Shapley values and reasons: against hand sums of the teaching example, as properties, and from the command line."""

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from model.compare import joined_curves, system_curve
from model.names import Goal
from model.problem import assemble
from model.scenario import Scenario, read_scenario
from model.session import Ask, Session, ask_of
from model.tables import Tables, read_tables
from model.tradeoff import (
    Game,
    Ground,
    Opposite,
    Reason,
    Value,
    binding,
    clause_prices,
    difference,
    dual_price,
    exact_values,
    kinds,
    movable,
    moved,
    needed,
    opposites,
    orders,
    reasons,
    sampled_values,
    shapley,
    step_of,
    unit_of,
    without,
)  # fmt: skip
from model.tradeoff.prices import Bench
from tests.worlds import draw, rows_of, scenario_of, write

ROOT = Path(__file__).parent.parent


def solved(problem: xr.Dataset, scenario: Scenario) -> Ground:
    """A ground from a fresh solve instead of a stored result."""
    plan = Session().solve(problem, ask_of(scenario))
    values = {stage.goal: stage.value for stage in plan.outcome.stages}
    bounds = {stage.goal: stage.bound for stage in plan.outcome.stages}
    return Ground(scenario.name, problem, ask_of(scenario), plan.result, plan.flat, values, bounds, {})


@pytest.fixture(scope="module")
def example() -> Ground:
    """The teaching example, solved."""
    scenario = read_scenario(ROOT / "scenarios" / "example.yaml")
    return solved(assemble(read_tables(ROOT / "data" / "example"), scenario), scenario)


# clauses moved and taken out


@pytest.mark.parametrize("clause", ["cap_steel", "load_steel", "short_share", "target_output", "target_chain"])
def test_a_moved_clause_is_the_scenario_that_states_the_number(clause: str, tables: Tables, scenario: Scenario) -> None:
    """Values and sizes of shortfalls are those that ``clauses: {id: {value: ...}}`` would give."""
    at = assemble(tables, scenario.model_copy(update={"clauses": scenario.clauses | _lever(clause, value=0.5)}))
    to = assemble(tables, scenario.model_copy(update={"clauses": scenario.clauses | _lever(clause, value=0.6)}))
    xr.testing.assert_allclose(moved(at, clause, 0.1), to, rtol=1e-12)


def test_a_clause_taken_out_is_the_scenario_that_switches_it_off(tables: Tables, scenario: Scenario, province: xr.Dataset) -> None:
    """Caps and replacement alike."""
    levers = scenario.clauses | _lever("cap_steel", active=False) | _lever("quota_steel", active=False)
    off = assemble(tables, scenario.model_copy(update={"clauses": levers}))
    xr.testing.assert_equal(without(province, ["cap_steel", "quota_steel"]), off)
    assert set(binding(province)) - set(binding(off)) == {"cap_steel", "quota_steel"}


def _lever(clause: str, **lever: object) -> dict[str, object]:
    return dict(Scenario.model_validate({"name": "x", "title": {"zh": "x", "en": "x"}, "why": {"zh": "x", "en": "x"},
                                         "clauses": {clause: lever}}).clauses)  # fmt: skip


def test_units_and_steps(tables: Tables, province: xr.Dataset) -> None:
    """A cap moves by tens of 10 kt, a value by a billion CNY, a share by a percentage point, quota like its group's capacity."""
    found = {clause: step_of(unit_of(tables, province, clause)) for clause in ("cap_steel", "target_output", "short_share", "quota_steel")}
    assert found == {"cap_steel": 10.0, "target_output": 10.0, "short_share": 0.01, "quota_steel": 10.0}
    assert "freeze_iron" not in movable(province)  # a ban has no number


# prices


@pytest.fixture(scope="module")
def priced(example: Ground) -> xr.Dataset:
    """Every clause of the example, moved by 10; the target, whose milestone goes along, by a tenth."""
    *_, study = clause_prices(example, dict.fromkeys(movable(example.problem), 10.0) | {"output_target": 12.0})
    return study


def test_price_of_quota(priced: xr.Dataset) -> None:
    """HAND.md, section 3: with no quota at hand nothing can convert in 2021, so plan C (262) gives way to plan A (334)."""
    row = priced.sel(clause="steel_replacement")
    assert row["solved"].values == pytest.approx([72, 0], abs=1e-6)
    assert np.isnan(row["fixed"].values[0])  # the decisions of plan C do not hold any more
    assert row["dual"].item() == pytest.approx(0)  # quota counts whole lines only: no dual sees it
    assert difference(row) == "lines"


def test_price_of_the_target(priced: xr.Dataset) -> None:
    """A tenth less, 108 in 2022; output does not fall below the 100 of 2020. Furnace 3 makes 10 less in 2021, furnace 2 12 in 2022: 48.

    Decided anew, furnace 3 closes in 2021 at once, the site is built and furnace 1 converts. 2021: 60 x 0.25 + 40 x 2.0 = 95;
    2022: 80 x 0.25 + 28 x 2.0 = 76. 262 - 171 = 91. A tenth more cannot be made in 2022.
    """
    row = priced.sel(clause="output_target")
    assert row["fixed"].values == pytest.approx([-48, np.nan], nan_ok=True)
    assert row["solved"].values == pytest.approx([-91, np.nan], nan_ok=True)
    assert difference(row) == "none"


def test_price_of_the_cap(priced: xr.Dataset) -> None:
    """Ten less and the target cannot be met; ten more is not enough for the large site or for furnace 3 to stay."""
    assert priced.sel(clause="steel_cap")["solved"].values == pytest.approx([np.nan, 0], nan_ok=True)


@pytest.mark.parametrize("seed", [0, 2, 6, 9])
def test_dual_is_a_slope_of_the_programme_with_fixed_decisions(seed: int, tmp_path: Path) -> None:
    """The least emissions with fixed decisions are convex in the target: the dual's line lies below them on both sides."""
    world = draw(seed)
    scenario = Scenario.model_validate(scenario_of(world) | {"objectives": ["emissions", "cost"]})
    base = solved(assemble(read_tables(write(rows_of(world), tmp_path / "world")), scenario), scenario)
    bench = Bench(base, Session(), lambda progress: None).settled()
    dual, least = dual_price(bench, "target"), bench.base.values[Goal.EMISSIONS]
    down = bench.solve(moved(base.problem, "target", -1e-3), fixed=True).value(Goal.EMISSIONS)
    assert down >= least - 1e-3 * dual - 1e-7 * abs(least)
    assert down <= least + 1e-7  # less is asked for
    assert dual >= 0


def test_prices_go_on_where_they_stopped(example: Ground, priced: xr.Dataset) -> None:
    """Clauses that are priced already are not solved again."""
    steps = dict.fromkeys(movable(example.problem), 10.0) | {"output_target": 12.0}
    one = next(clause_prices(example, steps))
    assert one.sizes["clause"] == 1
    rest = list(clause_prices(example, steps, one))
    assert len(rest) == len(steps) - 1
    xr.testing.assert_allclose(rest[-1], priced)
    assert len(list(clause_prices(replace(example, flat=xr.Dataset()), steps, priced))) == 1  # nothing is solved


# Shapley values


def glove(coalition: frozenset[str]) -> Value:
    """Two left gloves and one right: a pair is worth 1."""
    worth = float("right" in coalition and len(coalition) > 1)
    return Value(worth, worth - 0.1)


def test_glove_game() -> None:
    """The right glove is worth 2/3, each left one 1/6; a bound 0.1 lower leaves 0.1 open on either side."""
    found = exact_values(["left", "other", "right"], glove)
    assert {player: value for player, (value, _, _) in found.items()} == pytest.approx({"left": 1 / 6, "other": 1 / 6, "right": 2 / 3})
    assert found["left"][1:] == pytest.approx((1 / 6 - 0.1, 1 / 6 + 0.1))


def test_sampling_all_orders_is_exact_and_every_sample_sums() -> None:
    """All six orders once give the exact values; any draw shares out the whole."""
    players = ["left", "other", "right"]
    every = sampled_values(players, list(permutations(players)), glove)
    assert [every[player].mean() for player in players] == pytest.approx([1 / 6, 1 / 6, 2 / 3])
    drawn = orders(players, 7, seed=1)
    assert drawn == orders(players, 7, seed=1)
    assert sum(values.mean() for values in sampled_values(players, drawn, glove).values()) == pytest.approx(1.0)
    assert len(needed(players, drawn)) <= 8


def test_values_of_the_example(example: Ground) -> None:
    """They sum to what all clauses change; the energy level, which the preheater meets anyway, brings nothing."""
    game = Game(kinds(example.problem))
    *steps, study = shapley(example, game)
    assert len(steps) == 2 ** len(game.groups)
    size = study["member"].sum("player").values
    whole, nothing = float(study["worth"].values[size == 4][0]), float(study["worth"].values[size == 0][0])
    assert whole == pytest.approx(262)
    assert float(study["value"].sum()) == pytest.approx(whole - nothing)
    assert float(study["value"].sel(player="levels")) == pytest.approx(0, abs=1e-6)
    held = frozenset({"caps", "levels", "targets"})
    free = next(float(worth) for worth, row in zip(study["worth"].values, study["member"].values, strict=True)
                if {p for p, inside in zip(study["player"].values, row, strict=True) if inside} == held)  # fmt: skip
    assert free < whole  # without the replacement rule more may convert
    *_, again = shapley(example, game, earlier=steps[-1])
    xr.testing.assert_identical(again, study)


def test_sampled_values_of_the_example_come_with_an_error(example: Ground) -> None:
    """Coalitions that are known are not valued again: all come from the enumeration here."""
    game = Game(kinds(example.problem), Goal.COST)
    *steps, exact = shapley(example, game)
    drawn = orders(list(game.groups), 40, seed=3)
    *_, study = shapley(example, game, drawn, earlier=steps[-1])
    assert float(study["value"].sum()) == pytest.approx(float(exact["value"].sum()))
    assert (np.abs(study["value"] - exact["value"]) <= 4 * study["error"] + 1e-6).all()


def test_held_output_leaves_nothing_to_targets(example: Ground) -> None:
    """With every segment's output given, a target on output changes nothing."""
    *_, study = shapley(example, Game({"targets": ["output_target"]}, hold_output=True))
    assert study["value"].values == pytest.approx([0], abs=1e-6)


# reasons


def why(base: Ground, line: str, **wanted: object) -> list[Reason]:
    """Every reason for a line."""
    return list(reasons(base, opposites(base, line, **wanted)))  # type: ignore[arg-type]


def test_why_furnace_1_converts(example: Ground) -> None:
    """HAND.md: were it furnace 2, emissions would be 278 instead of 262; cost 32.54 instead of 31.98."""
    (found,) = why(example, "furnace_1")
    assert found.opposite == Opposite("furnace_1", "step", "convert", forced=False)
    assert found.worth[Goal.EMISSIONS] == pytest.approx(16)
    assert (found.low, found.high) == pytest.approx((16, 16))
    assert {(change.line, change.what, change.before, change.after) for change in found.changes} == {
        ("furnace_1", "convert", 2021, None), ("furnace_2", "convert", None, 2021),
        ("furnace_1", "preheater", 2021, None), ("furnace_2", "preheater", None, 2021),
    }  # fmt: skip
    assert found.sources["fuel"] == pytest.approx(16)


def test_why_a_line_stays_and_what_a_preheater_brings(example: Ground) -> None:
    """Furnace 2 forced to move is the same plan seen from the other side; without its preheater furnace 1 emits 60 x 0.05 more."""
    (found,) = why(example, "furnace_2")
    assert found.opposite.forced
    assert found.worth[Goal.EMISSIONS] == pytest.approx(16)
    preheater = why(example, "furnace_1", measures=True)[1]
    assert preheater.worth[Goal.EMISSIONS] == pytest.approx(3)


def test_no_plan_without_the_small_site_nor_with_the_large_one(example: Ground) -> None:
    """HAND.md, section 2: the missing 20 can only be the small site."""
    assert [found.possible for line in ("site_small", "site_large") for found in why(example, line)] == [False, False]


def test_why_in_a_year(example: Ground) -> None:
    """Not in 2021 means never for furnace 1; in 2022 it does not move, and made to it finds no plan."""
    assert why(example, "furnace_1", year=2021)[0].worth[Goal.EMISSIONS] == pytest.approx(16)
    (later,) = why(example, "furnace_1", year=2022)
    assert (later.opposite.forced, later.possible) == (True, False)
    assert why(example, "arc_1") == []  # no transition is open to it


# curves, the aim


def test_both_abatement_curves_in_one_table() -> None:
    """Steps of the system keep their order, measures come by cost; one that saves nothing has none."""
    study = xr.Dataset({"x": ("point", [10.0, 11.0, 14.0]), "y": ("point", [30.0, 20.0, 10.0])})
    costs = [90.0, np.nan, -5.0]
    measures = xr.Dataset({"tonnes": ("option", [3.0, 0.0, 2.0]), "cost_per_tonne": ("option", costs)}, {"option": ["b", "c", "a"]})
    found = joined_curves(system_curve(study, 5.0), measures)
    assert found["name"].values.tolist() == ["1", "2", "a", "b"]
    assert found["cost_per_tonne"].values == pytest.approx([1000, 3000, -5, 90])
    assert found["cumulative"].values == pytest.approx([2, 4, 2, 5])


def test_no_scenario_may_ask_for_an_aim() -> None:
    """An aim is a sum that only an analysis can give."""
    words = {"zh": "x", "en": "x"}
    with pytest.raises(ValueError, match="should be 'shortfall', 'emissions' or 'cost'"):
        Scenario.model_validate({"name": "x", "title": words, "why": words, "objectives": ["aim"]})


def test_an_aim_is_what_its_weights_say(example: Ground) -> None:
    """Least output of 2022 weighed double: the targets, 110 + 2 x 120."""
    weights = np.zeros((1, 3))
    weights[0, 1:] = 1.0, 2.0
    ask: Ask = replace(example.ask, goals=(Goal.AIM, Goal.EMISSIONS), aim={"output": weights})
    plan = Session().solve(example.problem, ask)
    assert plan.value(Goal.AIM) == pytest.approx(350)
    assert plan.value(Goal.EMISSIONS) == pytest.approx(262)


# the command line


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the example, run."""
    root = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "run.py", root / "run.py")
    (root / "model").symlink_to(ROOT / "model")
    shutil.copytree(ROOT / "data" / "example", root / "data" / "example")
    shutil.copy(ROOT / "data" / "units.csv", root / "data" / "units.csv")
    (root / "scenarios").mkdir()
    shutil.copy(ROOT / "scenarios" / "example.yaml", root / "scenarios" / "example.yaml")
    assert call(root, "run", "example").returncode == 0
    return root


def call(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a child process."""
    environment = os.environ | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1"}
    return subprocess.run([sys.executable, "run.py", *words], cwd=project, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "told", "file"),
    [
        (["frontier", "example", "--exact", "--lang", "en"], ["Complete, and proven part by part", "334.00"], "frontier-cost-exact"),
        (["frontier", "example", "--against", "output", "--points", "3", "--lang", "zh"], ["已证明的下界", "447.00"], "frontier-output"),
        (["prices", "example", "--clauses", "steel_replacement", "--step", "10", "--lang", "zh"], ["重新求解", "72.00"], "prices"),
        (["shapley", "example", "--lang", "en"], ["value targets", "sum to the difference"], "shapley-emissions"),
        (["shapley", "example", "--lead", "cost", "--samples", "3", "--lang", "zh"], ["标准误"], "shapley-cost"),
        (["why", "furnace_1", "--scenario", "example", "--lang", "en"], ["+16.0", "2021"], None),
        (["why", "site_large", "--scenario", "example", "--lang", "zh"], ["没有任何可行方案"], None),
    ],
)
def test_verbs_print_and_store(ran: Path, words: list[str], told: list[str], file: str | None) -> None:
    """Each in one language; studies stand beside their result."""
    ended = call(ran, *words)
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    flat = "".join(ended.stdout.split())
    assert [text for text in told if "".join(text.split()) not in flat] == []
    if file:
        assert (ran / "results" / "example" / f"{file}.nc").is_file()
        again = call(ran, *words)
        assert again.stdout.splitlines()[-3:] == ended.stdout.splitlines()[-3:]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["why", "furnace_9", "--scenario", "example", "--lang", "en"], 2, "near it: furnace_"),
        (["why", "furnace_1", "--scenario", "example", "--year", "2040", "--lang", "en"], 2, "between 2021 and 2022"),
        (["prices", "example", "--clauses", "steel_cap,nothing", "--lang", "en"], 2, "'nothing' does not bind"),
        (["frontier", "nowhere"], 6, "run it again"),
        (["shapley", "../example"], 6, "not the name of a result"),
    ],
)
def test_wrong_words_end_with_what_to_do(ran: Path, words: list[str], code: int, told: str) -> None:
    """No traceback for a user's mistake."""
    ended = call(ran, *words)
    assert (ended.returncode, told in " ".join(ended.stderr.split()), "Traceback" in ended.stderr) == (code, True, False), ended.stderr
