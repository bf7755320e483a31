"""What differs between two results: followed by hand on the example, and empty for a result and itself."""

import shutil
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from model.difference import KeyChange, array_changes, difference, key_changes
from model.errors import ResultError
from model.folders import Folders
from model.language import Language, Speaker
from model.runner import read_result, run
from model.scenario import read_scenario
from model.show.difference import difference_views
from model.store import Stored
from model.tradeoff import brought_near, ground

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Stored, Stored]:
    """The example, and the example at least cost with a looser cap and without transitions into the small site."""
    folders = beside(tmp_path_factory.mktemp("difference"), "objectives: [cost]\ncaps: {steel: 150}")
    for name in ("example", "other"):
        run(folders, name)
    return read_result(folders, "example"), read_result(folders, "other")


def test_a_result_does_not_differ_from_itself(pair: tuple[Stored, Stored]) -> None:
    found = difference(pair[0], pair[0])
    assert (found.keys, found.arrays, found.steps, found.clauses, found.data_changed) == ([], [], [], [], False)
    assert all(amount.first == amount.second for amount in found.amounts)


def beside(root: Path, words: str) -> Folders:
    """The example and another scenario that extends it."""
    shutil.copytree(ROOT / "data" / "example", root / "data" / "example")
    shutil.copy(ROOT / "data" / "units.csv", root / "data" / "units.csv")
    (root / "scenarios").mkdir()
    shutil.copy(ROOT / "scenarios" / "example.yaml", root / "scenarios" / "example.yaml")
    (root / "scenarios" / "other.yaml").write_text(f"extends: example\ntitle: {{zh: 另一, en: other}}\n{words}\n", encoding="utf-8")
    return Folders(root)


def test_what_differs_by_chance_is_left_out(tmp_path: Path) -> None:
    """At a gap of 30 % of least cost many plans will do, and the plan of least emissions is one of them."""
    folders = beside(tmp_path, "objectives: [cost]\nsolver: {gap: 0.3}")
    first, other = (run(folders, name) for name in ("example", "other"))
    assert difference(first, other).steps
    near = brought_near(first.inputs, ground(folders, "example").flat, ground(folders, "other"))
    assert near is not None
    assert difference(first, replace(other, result=near)).steps == []


def test_results_of_other_years_cannot_be_brought_near(tmp_path: Path) -> None:
    folders = beside(tmp_path, "years: {first: 2020, last: 2021}")
    first, _ = (run(folders, name) for name in ("example", "other"))
    with pytest.raises(ResultError, match="leave --needed out"):
        brought_near(first.inputs, ground(folders, "example").flat, ground(folders, "other"))


def test_keys_and_arrays_that_differ_are_named_with_both_values(pair: tuple[Stored, Stored]) -> None:
    found = difference(*pair)
    assert found.keys == [KeyChange("caps.steel", None, 150.0), KeyChange("objectives", ["emissions", "cost"], ["cost"])]
    values = next(change for change in found.arrays if change.array == "clause_value")
    assert (values.count, values.example, values.first, values.second) == (1, ("steel_cap", "2022"), 120.0, 150.0)
    assert {change.array for change in found.arrays} == {"clause_value", "clause_scale"}


def test_decisions_clauses_and_totals_follow(pair: tuple[Stored, Stored]) -> None:
    """Steps differ only in years; emissions at least cost are not lower; the cap's asked value moves from 120 to 150."""
    found = difference(*pair)
    assert found.steps
    assert all(step.first != step.second for step in found.steps)
    assert [step.line for step in found.steps] == sorted(step.line for step in found.steps)
    cap = next(pair for pair in found.clauses if pair[0] and pair[0].clause == "steel_cap")
    assert cap[0] is not None
    assert cap[1] is not None
    assert (cap[0].asked, cap[1].asked) == (120.0, 150.0)
    total = next(amount for amount in found.amounts if amount.name == "row_scope12_imports" and amount.year == 0)
    for side, stored in zip((total.first, total.second), pair, strict=True):
        assert side == pytest.approx(float((stored.result["emission"].sum("source") * stored.inputs["span"]).sum()))
    assert total.second > total.first


def test_the_difference_the_other_way_round_is_its_mirror(pair: tuple[Stored, Stored]) -> None:
    there, back = difference(pair[0], pair[1]), difference(pair[1], pair[0])
    assert [(step.line, step.what, step.first, step.second) for step in there.steps] == sorted(
        ((step.line, step.what, step.second, step.first) for step in back.steps),
        key=[(step.line, step.what, step.first, step.second) for step in there.steps].index,
    )
    assert [(one.name, one.first, one.second) for one in there.amounts] == [(one.name, one.second, one.first) for one in back.amounts]


def test_an_entry_that_only_one_has_counts(pair: tuple[Stored, Stored]) -> None:
    """Without its last state, the second problem lacks that state's entries in every array over states."""
    shorter = pair[0].inputs.isel(state=slice(0, -1))
    capacity = next(change for change in array_changes(pair[0].inputs, shorter) if change.array == "capacity")
    assert (capacity.count, capacity.of) == (1, pair[0].inputs.sizes["state"])
    assert capacity.second != capacity.second, "absent is NaN"


def test_numbers_by_year_stay_whole() -> None:
    plan = read_scenario(ROOT / "scenarios" / "example.yaml")
    other = plan.model_validate(plan.model_dump(mode="json") | {"caps": {"steel": {2021: 1, 2022: 2}}})
    assert key_changes(plan.canonical(), other.canonical()) == [KeyChange("caps.steel", None, {"2021": 1.0, "2022": 2.0})]


def test_results_of_two_data_folders_are_refused(pair: tuple[Stored, Stored]) -> None:
    elsewhere = Stored(pair[1].result, pair[1].inputs, pair[1].manifest | {"data": "elsewhere"})
    with pytest.raises(ResultError, match="only one folder can be compared"):
        difference(pair[0], elsewhere)


@pytest.mark.parametrize(("language", "words"), [(Language.EN, "Decisions by line"), (Language.ZH, "产线决策")])
def test_it_prints_in_both_languages_in_one_order(pair: tuple[Stored, Stored], language: Language, words: str) -> None:
    console = Console(width=200, file=StringIO(), record=True)
    for view in difference_views(difference(*pair), *pair, Speaker(language)):
        console.print(view)
    told = console.export_text()
    assert words in told
    marks = ["1. ", "2. ", "3. ", "4. ", "5. "] if language is Language.EN else ["一、", "二、", "三、", "四、", "五、"]
    places = [told.index(f"\n{mark}") for mark in marks]
    assert places == sorted(places)
