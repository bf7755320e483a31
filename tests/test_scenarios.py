"""Scenarios: named levers do what their documentation says, files merge in one way only, the schema describes every key."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from model.editor import FIRST_LINE, PARTS, SCHEMA, schema, schema_text
from model.errors import InputError
from model.language import CATALOGUE
from model.problem import assemble
from model.scenario import LEVERS, Levers, Scenario, lever_fields, load_yaml, merge, names_matching, read_scenario
from model.tables import Tables

ROOT = Path(__file__).parent.parent
LIBRARY = sorted((ROOT / "scenarios").glob("*.yaml"))


def having(scenario: Scenario, **keys: Any) -> Scenario:
    """The scenario with other keys, validated as a file's would be."""
    return Scenario.model_validate(scenario.model_dump(mode="json") | keys)


def clause(problem: xr.Dataset, name: str) -> list[float]:
    return problem["clause_value"].sel(clause=name).values.tolist()


def test_a_cap_keeps_its_shape_and_may_be_lifted_or_given_by_year(tables: Tables, scenario: Scenario, province: xr.Dataset) -> None:
    """The plan's cap is 150 in 2022 and 140 in 2023; one number is the last year's."""
    assert clause(province, "cap_steel")[2:] == [150.0, 140.0]
    halved = clause(assemble(tables, having(scenario, caps={"crude_steel": 70})), "cap_steel")
    assert halved[2:] == [75.0, 70.0]
    assert np.isnan(halved[:2]).all()
    assert np.isnan(clause(assemble(tables, having(scenario, caps={"crude_steel": False})), "cap_steel")).all()
    by_year = clause(assemble(tables, having(scenario, caps={"crude_steel": {2021: 160, 2023: 100}})), "cap_steel")
    assert by_year[1:] == [160.0, 130.0, 100.0]


def test_a_pace_of_the_scenario_replaces_both_of_its_group(tables: Tables, scenario: Scenario, province: xr.Dataset) -> None:
    problem = assemble(tables, having(scenario, pace={"clinker": 0.25}))
    for name in ("pace_moves", "pace_retrofits"):
        assert float(problem[name].sel(group="clinker")) == 0.25
        others = [group for group in problem["group"].values if group != "clinker"]
        xr.testing.assert_equal(problem[name].sel(group=others), province[name].sel(group=others))


def test_relations_that_are_lists_stand_over_dims_of_their_own(province: xr.Dataset) -> None:
    parts = {
        "host": ["host_retrofit", "host_configuration"], "exclusion": ["exclusion_line", "exclusion_first", "exclusion_second"],
        "companion": ["companion_line", "companion_configuration", "companion_host", "companion_host_configuration"],
        "state": ["state_line", "state_configuration", "state_good"], "step": ["step_line", "step_arc"],
        "retrofit": ["retrofit_line", "retrofit_measure"],
    }  # fmt: skip
    for dim, names in parts.items():
        assert {name: province[name].dims for name in names} == dict.fromkeys(names, (dim,))


def test_a_clause_keeps_its_shape_from_nothing_on(tables: Tables, scenario: Scenario) -> None:
    """A cap of 0 in 2021, 150 in 2022 and 140 in 2023: half of it is half in every year. What is 0 counts as one unit of itself."""
    cap = next(fact for fact in tables.facts("clause_facts") if fact.subject == "cap_steel")
    facts = (*tables.rows["clause_facts"], cap.model_copy(update={"year": 2021, "value": 0.0}))
    begun = replace(tables, rows=tables.rows | {"clause_facts": facts})
    assert clause(assemble(begun, having(scenario, caps={"crude_steel": 70})), "cap_steel")[1:] == [0.0, 75.0, 70.0]
    sizes = assemble(begun, scenario)["clause_scale"].sel(clause="cap_steel").values.tolist()
    assert sizes[1:] == [1.0, 150.0, 140.0]


def test_a_lever_on_facts_leaves_the_base_year_and_what_comes_before_its_first_year(tables: Tables, scenario: Scenario) -> None:
    """Scrap runs from 100 in 2020 to 160 in 2023 (10 kt)."""

    def scrap(**keys: Any) -> list[float]:
        return np.round(assemble(tables, having(scenario, **keys))["supply"].sel(good="scrap").values, 9).tolist()

    assert scrap() == [100, 120, 140, 160]
    assert scrap(supply={"scrap": 50}) == [100, 50, 50, 50]
    assert scrap(supply={"scrap": {2022: 200}}) == [100, 120, 200, 200]
    assert scrap(supply={"scrap": {2021: 10, 2023: 30}}) == [100, 10, 20, 30]


def test_levers_speak_the_unit_of_their_fact(tables: Tables, scenario: Scenario) -> None:
    """A carbon price of 100 CNY/t is 0.01 of 100M CNY per 10 kt; 0.4 t/MWh is 0.04 of 10 kt per GWh; 100 days leave 265 less repair."""
    base = assemble(tables, scenario)
    other = assemble(
        tables, having(scenario, carbon_price=100, grid_factor=0.4, replacement_ratios={"ordinary": {2023: 2}}, staggered_days=100)
    )
    np.testing.assert_allclose(other["carbon_price"], [0, 0.01, 0.01, 0.01])
    factor = other["factor"].sel(good="grid_power", source="power").values
    np.testing.assert_allclose(factor, [0.05, 0.04, 0.04, 0.04])
    ordinary = (base["ratio"] == 1.25).any("year").values
    assert other["ratio"].values[ordinary].tolist() == [[1.25, 1.25, 1.25, 2.0]] * int(ordinary.sum())
    kiln = (base["state_configuration"] == "kiln").values
    before, after = base["availability"].values[kiln][0], other["availability"].values[kiln][0]
    assert after[0] == before[0]
    assert (after[1:] < before[1:]).all()


def test_growth_sets_floor_and_ceiling_and_a_second_lever_on_it_is_refused(tables: Tables, scenario: Scenario) -> None:
    segment = str(assemble(tables, scenario)["segment"].values[0])
    problem = assemble(tables, having(scenario, growth={segment: {2021: 1.1, 2023: 1.3}})).sel(segment=segment)
    np.testing.assert_allclose(problem["least"], problem["most"])
    np.testing.assert_allclose(problem["most"] / problem["base_value"], [1, 1.1, 1.2, 1.3])
    with pytest.raises(InputError, match="another lever sets growth_most"):
        assemble(tables, having(scenario, growth={segment: 1}, growth_most={segment: 2}))


def test_a_lever_of_the_present_value_changes_nothing(tables: Tables, scenario: Scenario, province: xr.Dataset) -> None:
    """Every field of every lever, set to what the data say, gives the same problem."""
    said: dict[str, Any] = {}
    for field in lever_fields(tables, scenario):
        if field.active is False:
            continue
        numbers = {year: value for year, value in field.values.items() if year and year > scenario.years.first}
        amount = numbers or field.values[0]
        if len(numbers) < len(field.values) and numbers:
            amount = {
                year: np.interp(year, sorted(field.values), [field.values[y] for y in sorted(field.values)]) for year in (2021, 2022, 2023)
            }
        if field.subject:
            said.setdefault(field.lever, {})[field.subject] = amount
        else:
            said[field.lever] = amount
    said = {key: value for key, value in said.items() if key not in ("growth_least", "growth_most", "growth")}
    assert {"caps", "supply", "replacement_ratios", "carbon_price", "staggered_days"} <= set(said)
    same = assemble(tables, having(scenario, **said))
    for name in province.data_vars:
        np.testing.assert_allclose(same[name], province[name], rtol=1e-9, err_msg=str(name))


def test_the_list_of_levers_is_the_type_of_the_levers() -> None:
    assert [lever.name for lever in LEVERS] == list(Levers.model_fields)


def test_years_may_be_listed(tables: Tables, scenario: Scenario) -> None:
    """A later year stands for the years since the one before."""
    problem = assemble(tables, having(scenario, years=[2020, 2021, 2023]))
    assert problem["year"].values.tolist() == [2020, 2021, 2023]
    assert problem["span"].values.tolist() == [0, 1, 2]
    with pytest.raises(ValidationError, match="must rise"):
        having(scenario, years=[2020, 2022, 2021, 2023])


def test_a_scenario_survives_its_canonical_form() -> None:
    for path in LIBRARY:
        scenario = read_scenario(path)
        assert Scenario.model_validate_json(scenario.canonical()) == scenario


# documents whose keys keep their kind: a mapping stays a mapping, a value a value; numbers by year are values
VALUES = st.one_of(st.integers(0, 9), st.booleans(), st.dictionaries(st.integers(2021, 2024), st.integers(0, 9), min_size=1, max_size=3),
                   st.lists(st.integers(0, 3), max_size=2))  # fmt: skip
DOCUMENTS = st.fixed_dictionaries(
    {},
    optional={
        "targets": st.sampled_from(["firm", "closest"]),
        "caps": st.dictionaries(st.sampled_from(["a", "b", "c"]), VALUES, max_size=3),
        "solver": st.fixed_dictionaries(
            {}, optional={"gap": st.integers(0, 3), "gaps": st.dictionaries(st.sampled_from("xy"), st.integers(0, 3))}
        ),
    },
)


@given(DOCUMENTS, DOCUMENTS, DOCUMENTS)
def test_merging_is_associative_has_a_neutral_and_is_idempotent(one: dict[str, Any], two: dict[str, Any], three: dict[str, Any]) -> None:
    assert merge(merge(one, two), three) == merge(one, merge(two, three))
    assert merge({}, one) == merge(one, {}) == merge(one, one) == one


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def family(tmp_path: Path) -> Path:
    """A root, two that extend it, and files to combine them."""
    write(tmp_path, "root", "title: {zh: 根, en: root}\nwhy: {zh: 试, en: test}\ntargets: firm\nkeep: 0.1\nclauses: {c: {value: 5}}\n")
    write(tmp_path, "one", "extends: root\ntargets: closest\ncaps: {a: 1}\nclauses: {c: false}\n")
    write(tmp_path, "two", "extends: root\ncaps: {b: 2}\nkeep: 0.2\n")
    return tmp_path


def test_two_parents_keep_what_each_changed_of_a_common_one(family: Path) -> None:
    """``two`` says nothing of targets, so the root that it extends does not undo what ``one`` says."""
    for order, keep in (("[one, two]", 0.2), ("[two, one]", 0.2)):
        both = read_scenario(write(family, "both", f"extends: {order}\n"))
        assert (both.targets, both.keep, both.caps) == ("closest", keep, {"a": 1.0, "b": 2.0})
        assert (both.clauses["c"].active, both.clauses["c"].value) == (False, 5.0)


def test_of_two_parents_the_later_wins_and_the_file_wins_over_both(family: Path) -> None:
    write(family, "three", "extends: root\nkeep: 0.3\n")
    assert read_scenario(write(family, "both", "extends: [two, three]\n")).keep == 0.3
    assert read_scenario(write(family, "both", "extends: [three, two]\n")).keep == 0.2
    assert read_scenario(write(family, "both", "extends: [three, two]\nkeep: 0.4\n")).keep == 0.4


def test_words_for_scenarios_are_names_files_or_patterns(family: Path) -> None:
    assert names_matching(family, "one") == ["one"]
    assert names_matching(family, f"{family.name}/one.yaml") == ["one"]
    assert names_matching(family, "*o*") == ["one", "root", "two"]
    assert names_matching(family, f"{family.name}/t*.yaml") == ["two"]
    with pytest.raises(InputError, match="no scenario matches 'x\\*'"):
        names_matching(family, "x*")


def test_every_scenario_of_the_library_is_valid_and_says_why_in_both_languages() -> None:
    assert len(LIBRARY) >= 16
    titles = [read_scenario(path).title for path in LIBRARY]
    assert len({title.zh for title in titles}) == len({title.en for title in titles}) == len(LIBRARY)
    for path in LIBRARY:
        scenario = read_scenario(path)
        assert any("\u4e00" <= letter <= "\u9fff" for letter in scenario.title.zh + scenario.why.zh), path.name
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in scenario.title.en + scenario.why.en), path.name
        assert path.read_text(encoding="utf-8").splitlines()[0] == FIRST_LINE, path.name


def test_the_schema_is_as_filed_and_knows_every_key() -> None:
    """Run ``python run.py check --write`` when this fails."""
    assert (ROOT / "scenarios" / SCHEMA).read_text(encoding="utf-8") == schema_text()
    made = schema()
    assert set(made["properties"]) == set(Scenario.model_fields) - {"name"} | {"extends"}
    assert set(made["$defs"]) >= set(PARTS)
    for path in LIBRARY:
        assert set(load_yaml(path)) <= set(made["properties"]), path.name
    assert json.loads(schema_text()) == made


def test_an_editor_accepts_every_shipped_scenario_and_underlines_mistakes() -> None:
    """What a YAML language server does with the schema: keys are texts, whatever YAML reads them as."""
    editor = Draft202012Validator(schema())
    Draft202012Validator.check_schema(schema())
    for path in (ROOT / "scenarios").glob("*.yaml"):
        found = [f"{list(error.path)}: {error.message}" for error in editor.iter_errors(json.loads(json.dumps(load_yaml(path))))]
        assert found == [], path.name
    wrong: tuple[dict[str, object], ...] = (
        {"budgett": {}}, {"budget": {"yearly": "much"}}, {"objectives": ["emission"]}, {"clauses": {"cap_clinker": "off"}},
        {"clauses": {"Cap": False}}, {"years": {"first": "soon"}},
    )  # fmt: skip
    for mistake in wrong:
        assert not editor.is_valid({"extends": "plan", **mistake}), mistake


def test_every_key_is_described_once_in_both_languages_and_nothing_else_is() -> None:
    holders = {holder: part for part, holders in PARTS.items() for holder in holders}
    keys = {"extends"} | set(Scenario.model_fields) - {"name"}
    defined = schema()["$defs"]
    inner = {f"{holder}.{key}" for holder, part in holders.items() for key in defined[part]["properties"]}
    with (CATALOGUE / "scenarios.csv").open(encoding="utf-8", newline="") as file:
        told = {row["key"].removeprefix("key_") for row in csv.DictReader(file) if row["key"].startswith("key_")}
    assert told == keys | inner
