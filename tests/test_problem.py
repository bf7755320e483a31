"""Tables and scenario -> problem: every array and relation of the test province, worked out by hand from its tables.

1 is 10 kt, TJ, GWh, 100 million CNY; so 12 GJ/t are 120 TJ per 10 kt, 400 kWh/t 4 GWh, 10 CNY/t 0.001, 0.1 t/GJ 0.01.
"""

from dataclasses import replace
from math import nan
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hand.conftest import EMPTY
from worlds import pairs

from model.contract import Clause, Cluster, Configuration, Fact, Good, Group, Line, Measure, Named, Segment, Transition
from model.errors import InputError
from model.language import told
from model.problem import assemble
from model.problem.lines import annuity
from model.scenario import Scenario, with_levers
from model.schema import PROBLEM
from model.tables import Tables

Numbers = dict[Any, float | list[float]]
NAMED: dict[str, type[Named]] = {
    "line": Line, "configuration": Configuration, "arc": Transition, "measure": Measure, "good": Good, "segment": Segment, "group": Group,
    "cluster": Cluster, "clause": Clause,
}  # fmt: skip
BY_HAND: dict[str, Numbers] = {
    "span": {"2021": 1, "2022": 1, "2023": 1},
    "initial": {"arc_b/eaf": 1, "converter_a/bof": 1, "furnace_a/blast_furnace": 1, "kiln_a/kiln": 1, "kiln_b/not_built": 1,
        "site_c/not_built": 1},
    "capacity": {"arc_b/eaf": 20, "arc_b/eaf_green": 20, "converter_a/bof": 100, "converter_a/eaf": 100, "furnace_a/blast_furnace":
        100, "kiln_a/kiln": 30, "kiln_a/kiln_new": 30, "kiln_b/kiln_new": 30, "site_c/eaf": 40, "site_c/eaf_green": 40},
    "standing": {"arc_b/eaf": 1, "arc_b/eaf_green": 1, "converter_a/bof": 1, "converter_a/eaf": 1, "furnace_a/blast_furnace": 1,
        "kiln_a/kiln": 1, "kiln_a/kiln_new": 1, "kiln_b/kiln_new": 1, "site_c/eaf": 1, "site_c/eaf_green": 1},
    "minimum_load": {"converter_a/bof": 0.5},
    "base_make": {"arc_b/eaf": 15, "converter_a/bof": 80, "furnace_a/blast_furnace": 80, "kiln_a/kiln": 25},
    "fixed": {"arc_b/eaf": 0.04, "arc_b/eaf_green": 0.04, "converter_a/bof": 0.2, "converter_a/eaf": 0.2, "furnace_a/blast_furnace":
        0.1, "kiln_a/kiln": 0.03, "kiln_a/kiln_new": 0.03, "kiln_b/kiln_new": 0.03, "site_c/eaf": 0.08, "site_c/eaf_green": 0.08},
    "variable": {"arc_b/eaf": 0.02, "arc_b/eaf_green": 0.02, "converter_a/bof": 0.01, "converter_a/eaf": 0.02,
        "furnace_a/blast_furnace": 0.005, "kiln_a/kiln": 0.003, "kiln_a/kiln_new": 0.003, "kiln_b/kiln_new": 0.003, "site_c/eaf":
        0.02, "site_c/eaf_green": 0.02},
    "new_at_benchmark": {"kiln_b/kiln_new": 1},
    "availability": {"arc_b/eaf": 1, "arc_b/eaf_green": 1, "converter_a/bof": 0.9, "converter_a/eaf": 1, "furnace_a/blast_furnace":
        1, "kiln_a/kiln": 1, "kiln_a/kiln_new": 1, "kiln_b/kiln_new": 1, "site_c/eaf": 1, "site_c/eaf_green": 1},
    "outside_life": {"arc_b/eaf": [0, 0, 0, 1], "arc_b/eaf_green": [0, 0, 0, 1]},
    "use": {"arc_b/eaf/grid_power": 4, "arc_b/eaf/scrap": 1, "arc_b/eaf_green/green_power": 4, "arc_b/eaf_green/scrap": 1,
        "converter_a/bof/grid_power": 1, "converter_a/bof/hot_metal@works": 1, "converter_a/eaf/grid_power": 4,
        "converter_a/eaf/scrap": 1, "furnace_a/blast_furnace/coal": 120, "furnace_a/blast_furnace/ore": 1.5, "kiln_a/kiln/coal": 40,
        "kiln_a/kiln/grid_power": 1, "kiln_a/kiln_new/coal": 30, "kiln_a/kiln_new/grid_power": 0.8, "kiln_b/kiln_new/coal": 30,
        "kiln_b/kiln_new/grid_power": 0.8, "site_c/eaf/grid_power": 4, "site_c/eaf/scrap": 1, "site_c/eaf_green/green_power": 4,
        "site_c/eaf_green/scrap": 1},
    "direct": {"furnace_a/blast_furnace/process": 0.1, "kiln_a/kiln/process": 0.5, "kiln_a/kiln_new/process": 0.5,
        "kiln_b/kiln_new/process": 0.5},
    "base_capacity": {"clinker": 30, "crude_steel": 120, "iron": 100},
    "benchmark_gap": {"kiln_a/kiln": 10, "kiln_a/kiln_new": 5, "kiln_b/kiln_new": 5},
    "baseline_gap": {"kiln_a/kiln": 5, "kiln_a/kiln_new": -10, "kiln_b/kiln_new": -10},
    "open": {"arc_b/go_green": [0, 1, 1, 1], "arc_b/retire_arc": [0, 1, 1, 1], "arc_b/retire_green": [0, 1, 1, 1],
        "converter_a/convert": [0, 1, 1, 1], "converter_a/retire_converter": [0, 1, 1, 1], "furnace_a/retire_furnace": [0, 1, 1, 1],
        "kiln_a/retire_kiln": [0, 1, 1, 1], "kiln_a/upgrade_kiln": [0, 0, 1, 1], "kiln_b/build_kiln": [0, 1, 1, 0],
        "site_c/build_arc": [0, 1, 1, 1], "site_c/go_green": [0, 1, 1, 1]},
    "outage": {"converter_a/convert": 0.5},
    "step_cash": {"converter_a/convert": 10, "furnace_a/retire_furnace": 0.1, "kiln_a/upgrade_kiln": 0.6, "kiln_b/build_kiln": 1.2,
        "site_c/build_arc": 4},
    "step_annuity": {"converter_a/convert": 1, "furnace_a/retire_furnace": 0.01, "kiln_a/upgrade_kiln": 0.06, "kiln_b/build_kiln":
        0.12, "site_c/build_arc": 0.4},
    "change": {"arc_b/preheating/grid_power": -0.5, "converter_a/preheating/grid_power": -0.5, "kiln_a/heat_recovery/grid_power":
        -0.3, "kiln_a/package/coal": -5, "kiln_b/heat_recovery/grid_power": -0.3, "kiln_b/package/coal": -5,
        "site_c/preheating/grid_power": -0.5},
    "direct_change": {"kiln_a/package/process": -0.1, "kiln_b/package/process": -0.1},
    "share": {"arc_b/preheating": 0.8, "converter_a/preheating": 0.8, "kiln_a/heat_recovery": 0.5, "kiln_a/package": 1,
        "kiln_b/heat_recovery": 0.5, "kiln_b/package": 1, "site_c/preheating": 0.8},
    "measure_open": {"arc_b/preheating": [0, 1, 1, 1], "converter_a/preheating": [0, 1, 1, 1], "kiln_a/heat_recovery": [0, 1, 1, 1],
        "kiln_a/package": [0, 0, 1, 1], "kiln_b/heat_recovery": [0, 1, 1, 1], "kiln_b/package": [0, 0, 1, 1], "site_c/preheating":
        [0, 1, 1, 1]},
    "saving": {"kiln_a/heat_recovery": 5, "kiln_a/package": 10, "kiln_b/heat_recovery": 5, "kiln_b/package": 10},
    "fit_capacity": {"arc_b/preheating": 20, "converter_a/preheating": 100, "kiln_a/heat_recovery": 30, "kiln_a/package": 30,
        "kiln_b/heat_recovery": 30, "kiln_b/package": 30, "site_c/preheating": 40},
    "fit_most": {"arc_b/preheating": 16, "converter_a/preheating": 80, "kiln_a/heat_recovery": 15, "kiln_a/package": 30,
        "kiln_b/heat_recovery": 15, "kiln_b/package": 30, "site_c/preheating": 32},
    "fit_cash": {"arc_b/preheating": 0.08, "converter_a/preheating": 0.4, "kiln_a/heat_recovery": 0.15, "kiln_a/package": 0.6,
        "kiln_b/heat_recovery": 0.15, "kiln_b/package": 0.6, "site_c/preheating": 0.16},
    "fit_annuity": {"arc_b/preheating": 0.008, "converter_a/preheating": 0.04, "kiln_a/heat_recovery": 0.015, "kiln_a/package":
        0.06, "kiln_b/heat_recovery": 0.015, "kiln_b/package": 0.06, "site_c/preheating": 0.016},
    "variable_change": {"kiln_a/package": 0.0002, "kiln_b/package": 0.0002},
    "factor": {"coal/fuel": 0.01, "grid_power/power": [0.05, 0.04, 0.03, 0.02]},
    "embodied": {"ore": 0.05},
    "calorific": {"coal": 1, "green_power": 3.6, "grid_power": 3.6},
    "equivalent": {"coal": 1, "green_power": 3.6, "grid_power": 9},
    "demand": {"clinker": 5},
    "price": {"coal": 0.0003, "green_power": 0.006, "grid_power": 0.005, "ore": 0.08, "scrap": 0.2},
    "sell_price": {"clinker": 0.02, "steel": 0.4},
    "supply": {"clinker": 0, "green_power": 400, "hot_metal@works": 0, "scrap": [100, 120, 140, 160], "steel": 0},
    "sales": {"clinker": 5, "coal": 0, "green_power": 0, "grid_power": 0, "hot_metal@works": 0, "ore": 0, "scrap": 0},
    "green": {"green_power": 1},
    "carbon_price": {"2021": 0.002, "2022": 0.004, "2023": 0.006},
    "base_value": {"cement_goods": 20, "steel_sales": 40},
    "need": {"cement_goods/clinker": 1, "cement_goods/grid_power": 0.5, "steel_sales/grid_power": 1},
    "segment_direct": {"cement_goods/fuel": 0.1},
    "value_added": {"cement_goods": 0.5, "steel_sales": 0.25},
    "new_material": {"steel_sales": 0.5},
    "least": {"cement_goods": 20, "steel_sales": [40, 20, 20, 20]},
    "most": {"cement_goods": [20, 24, 24, 24], "steel_sales": [40, 60, 60, 60]},
    "pull": {"steel_sales/steel": 2},
    "ratio": {"build_arc": 1.25, "build_kiln": 1.5, "convert": 1},
    "endowment": {"clinker_quota": 45, "steel_quota": 30},
    "lapse": {"steel_quota": 2},
    "pace_moves": {"crude_steel": 1, "iron": 1},
    "pace_retrofits": {"clinker": 1},
    "clause_value": {"baseline": [nan, nan, nan, 1], "benchmark_level": [nan, nan, nan, 0.3], "cap_steel": [nan, nan, 150, 140],
        "energy_fall": [nan, nan, nan, 0.9], "floor_clinker": [nan, nan, 20, 20], "freeze_iron": [nan, 0, 0, 0], "green_share":
        [nan, nan, nan, 0.1], "load_steel": [nan, nan, 0.8, 0.8], "new_level": [nan, 0, 0, 0], "quota_clinker": [nan, 0, 0, 0],
        "quota_steel": [nan, 0, 0, 0], "short_share": [nan, nan, nan, 0.1], "target_chain": [nan, nan, nan, 22], "target_cluster":
        [nan, nan, nan, 62], "target_new": [nan, nan, nan, 20], "target_output": [nan, nan, nan, 62], "target_value": [nan, nan,
        nan, 20]},
    "clause_target": {"benchmark_level": 1, "energy_fall": 1, "floor_clinker": 1, "green_share": 1, "load_steel": 1, "short_share":
        1, "target_chain": 1, "target_cluster": 1, "target_new": 1, "target_output": 1, "target_value": 1},
    "clause_weight": {"energy_fall/cement_goods": 0.5, "energy_fall/steel_sales": 0.25, "target_chain/cement_goods": 1,
        "target_cluster/cement_goods": 1, "target_cluster/steel_sales": 1, "target_new/steel_sales": 0.5,
        "target_output/cement_goods": 1, "target_output/steel_sales": 1, "target_value/cement_goods": 0.5,
        "target_value/steel_sales": 0.25},
    "clause_scale": {"baseline": [nan, nan, nan, 1], "benchmark_level": [nan, nan, nan, 9], "cap_steel": [nan, nan, 150, 140],
        "energy_fall": [nan, nan, nan, 11281.5], "floor_clinker": [nan, nan, 20, 20], "freeze_iron": [nan, 1, 1, 1], "green_share":
        [nan, nan, nan, 14], "load_steel": [nan, nan, 96, 96], "new_level": [nan, 1, 1, 1], "quota_clinker": [nan, 1, 1, 1],
        "quota_steel": [nan, 1, 1, 1], "short_share": [nan, nan, nan, 12], "target_chain": [nan, nan, nan, 22], "target_cluster":
        [nan, nan, nan, 62], "target_new": [nan, nan, nan, 20], "target_output": [nan, nan, nan, 62], "target_value": [nan, nan,
        nan, 20]},
    "base_intensity": {(): 626.75},
    "yearly_budget": {(): 10},
    "total_budget": {(): 12},
}  # fmt: skip
"""What each array holds by label, one number where it is the same in all years; elsewhere what a case holds that says nothing."""
RELATIONS = {
    "year": [2020, 2021, 2022, 2023],
    "line": ["arc_b", "converter_a", "furnace_a", "kiln_a", "kiln_b", "site_c"],
    "configuration": ["blast_furnace", "bof", "eaf", "eaf_green", "kiln", "kiln_new", "not_built", "retired"],
    "arc": ["build_arc", "build_kiln", "convert", "go_green", "retire_arc", "retire_converter", "retire_furnace", "retire_green",
        "retire_kiln", "upgrade_kiln"],
    "measure": ["heat_recovery", "package", "preheating"],
    "good": ["clinker", "coal", "green_power", "grid_power", "hot_metal@works", "ore", "scrap", "steel"],
    "segment": ["cement_goods", "steel_sales"],
    "cluster": ["building", "materials"],
    "group": ["clinker", "crude_steel", "iron"],
    "sector": ["cement", "steel"],
    "account": ["clinker_quota", "steel_quota"],
    "clause": ["baseline", "benchmark_level", "cap_steel", "energy_fall", "floor_clinker", "freeze_iron", "green_share",
        "load_steel", "new_level", "quota_clinker", "quota_steel", "short_share", "target_chain", "target_cluster", "target_new",
        "target_output", "target_value"],
    "source": ["fuel", "process", "pfc", "power", "imports"],
    "cost_item": ["capital", "fixed", "variable", "energy", "feedstock", "carbon", "revenue"],
    "state_line": ["arc_b", "arc_b", "arc_b", "converter_a", "converter_a", "converter_a", "furnace_a", "furnace_a", "kiln_a",
        "kiln_a", "kiln_a", "kiln_b", "kiln_b", "site_c", "site_c", "site_c"],
    "state_configuration": ["eaf", "eaf_green", "retired", "bof", "eaf", "retired", "blast_furnace", "retired", "kiln", "kiln_new",
        "retired", "kiln_new", "not_built", "eaf", "eaf_green", "not_built"],
    "step_line": ["arc_b", "arc_b", "arc_b", "converter_a", "converter_a", "furnace_a", "kiln_a", "kiln_a", "kiln_b", "site_c",
        "site_c"],
    "step_arc": ["go_green", "retire_arc", "retire_green", "convert", "retire_converter", "retire_furnace", "retire_kiln",
        "upgrade_kiln", "build_kiln", "build_arc", "go_green"],
    "retrofit_line": ["arc_b", "converter_a", "kiln_a", "kiln_a", "kiln_b", "kiln_b", "site_c"],
    "retrofit_measure": ["preheating", "preheating", "heat_recovery", "package", "heat_recovery", "package", "preheating"],
    "line_group": ["crude_steel", "crude_steel", "iron", "clinker", "clinker", "crude_steel"],
    "line_sector": ["steel", "steel", "steel", "cement", "cement", "steel"],
    "line_district": ["", "", "", "hillside", "hillside", ""],
    "state_good": ["steel", "steel", "", "steel", "steel", "", "hot_metal@works", "", "clinker", "clinker", "", "clinker", "",
        "steel", "steel", ""],
    "configuration_route": ["", "long", "short", "short", "", "", "", ""],
    "arc_kind": ["build", "build", "convert", "repower", "retire", "retire", "retire", "retire", "retire", "replace"],
    "arc_start": ["not_built", "not_built", "bof", "eaf", "eaf", "bof", "blast_furnace", "eaf_green", "kiln", "kiln"],
    "arc_end": ["eaf", "kiln_new", "eaf", "eaf_green", "retired", "retired", "retired", "retired", "retired", "kiln_new"],
    "arc_credits": ["", "", "steel_quota", "", "steel_quota", "steel_quota", "", "steel_quota", "clinker_quota", ""],
    "arc_debits": ["steel_quota", "clinker_quota", "steel_quota", "", "", "", "", "", "", ""],
    "segment_cluster": ["materials", "materials"],
    "segment_chain": ["building", ""],
    "clause_rule": ["baseline_reached", "benchmark_share", "capacity_cap", "energy_intensity", "production_floor",
        "no_new_capacity", "green_power_share", "utilisation_floor", "new_at_benchmark", "replacement", "replacement",
        "route_share", "value_target", "value_target", "value_target", "value_target", "value_target"],
    "clause_subject": ["below_baseline", "clinker", "crude_steel", "value_added", "clinker", "iron", "crude_steel", "crude_steel",
        "new_lines", "clinker_quota", "steel_quota", "crude_steel", "building", "materials", "new_material", "gross_output",
        "value_added"],
    "good_kind": ["product", "fuel", "power", "power", "material", "material", "material", "product"],
    "host_retrofit": [0, 1, 2, 2, 3, 3, 4, 5, 6],
    "host_configuration": ["eaf", "eaf", "kiln", "kiln_new", "kiln", "kiln_new", "kiln_new", "kiln_new", "eaf"],
    "exclusion_line": ["kiln_a", "kiln_b"],
    "exclusion_first": ["package", "package"],
    "exclusion_second": ["heat_recovery", "heat_recovery"],
    "companion_line": ["furnace_a"],
    "companion_configuration": ["blast_furnace"],
    "companion_host": ["converter_a"],
    "companion_host_configuration": ["bof"],
}  # fmt: skip


def read(numbers: Numbers, problem: xr.Dataset, name: str) -> np.ndarray:
    """Numbers by label as an array."""
    array = problem[name]
    values = np.full(array.shape, EMPTY.get(name, 0.0))
    halves = [pairs(problem, str(dim)) for dim in array.dims]
    for label, number in numbers.items():
        rest: list[str] = label.split("/") if isinstance(label, str) else []
        place: list[int] = []
        for labels in halves[: len(halves) - (len(halves) > 1 and array.dims[-1] == "year")]:
            own, rest = rest[: len(labels[0])], rest[len(labels[0]) :]
            place.append([list(map(str, one)) for one in labels].index(own))
        assert rest == []
        values[tuple(place)] = number
    return values


@pytest.mark.parametrize("name", BY_HAND)
def test_arrays_by_hand(name: str, province: xr.Dataset) -> None:
    found = province[name]
    assert found.dims == PROBLEM[name].dims
    assert found.values == pytest.approx(read(BY_HAND[name], province, name), rel=1e-9, abs=1e-6, nan_ok=True)
    assert found.attrs == {"units": PROBLEM[name].unit, "long_name": PROBLEM[name].en, "long_name_zh": PROBLEM[name].zh}


def test_nothing_of_the_problem_is_left_out(province: xr.Dataset) -> None:
    names = {f"{dim}_{language}" for dim in NAMED for language in ("zh", "en")}
    assert set(province.data_vars) == set(BY_HAND) == set(PROBLEM)
    assert set(province.coords) == set(RELATIONS) | names


@pytest.mark.parametrize("name", RELATIONS)
def test_labels_and_relations_by_hand(name: str, province: xr.Dataset) -> None:
    dim = name if name in province.dims else name.split("_")[0]
    assert province[name].dims == (dim,)
    assert province[name].values.tolist() == RELATIONS[name]
    assert province[name].dtype.kind == ("i" if name in ("year", "host_retrofit") else "U")


@pytest.mark.parametrize("dim", NAMED)
def test_names_are_those_of_the_tables(dim: str, province: xr.Dataset, tables: Tables) -> None:
    rows = {row.id: row for row in tables.of(NAMED[dim])}
    for label, zh, en in zip(*(province[part].values.tolist() for part in (dim, f"{dim}_zh", f"{dim}_en")), strict=True):
        row = rows[label.split("@")[0]]
        assert (zh, en) == (row.name_zh, row.name_en)
        assert province[f"{dim}_zh"].dims == province[f"{dim}_en"].dims == (dim,)


def test_a_problem_says_whose_it_is(province: xr.Dataset, scenario: Scenario) -> None:
    assert province.attrs == {
        "scenario": "plan", "title": "test province", "title_zh": "试验省", "data": "province", "scenario_json": scenario.canonical(),
        "scenario_hash": scenario.digest(),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("lever", "values"),
    [
        ({}, [nan, nan, 150, 140]),
        ({"value": 70}, [nan, nan, 75, 70]),  # the last year's; milestones before it keep their proportion
        ({"value": 100, "from_year": 2021}, [nan, 100, 100, 100]),
        ({"value": {2021: 130, 2023: 110}}, [nan, 130, 120, 110]),
        ({"value": {2023: 110}}, [nan, nan, 150, 110]),
        ({"from_year": 2023}, [nan, nan, nan, 140]),
        ({"active": False}, [nan] * 4),
    ],
)
@pytest.mark.parametrize(("unit", "per"), [("10kt", 1.0), ("kt", 10.0)])
def test_a_clause_as_levers_set_it(
    lever: dict[str, Any], values: list[float], unit: str, per: float, tables: Tables, scenario: Scenario
) -> None:
    """A cap stated in kt is set in kt."""
    facts = tuple(
        fact.model_copy(update={"unit": unit, "value": fact.value * per}) if fact.subject == "cap_steel" else fact
        for fact in tables.facts("clause_facts")
    )
    if "value" in lever:
        asked = lever["value"]
        lever = lever | {"value": {year: one * per for year, one in asked.items()} if isinstance(asked, dict) else asked * per}
    given = with_levers(scenario, {"clauses": {"cap_steel": lever}})
    found = assemble(replace(tables, rows=tables.rows | {"clause_facts": facts}), given)["clause_value"].sel(clause="cap_steel")
    assert found.values == pytest.approx(np.array(values), nan_ok=True)


def test_a_clause_without_milestones_holds_from_the_first_year_on(tables: Tables, scenario: Scenario) -> None:
    facts = tuple(fact for fact in tables.facts("clause_facts") if fact.subject != "cap_steel")
    one = next(fact for fact in tables.facts("clause_facts") if fact.subject == "cap_steel")
    given = replace(tables, rows=tables.rows | {"clause_facts": (*facts, one.model_copy(update={"year": None, "value": 130.0}))})
    assert assemble(given, scenario)["clause_value"].sel(clause="cap_steel").values == pytest.approx([nan, 130, 130, 130], nan_ok=True)


def test_a_pace_of_the_scenario_is_for_moves_and_retrofits_and_no_budget_is_no_limit(tables: Tables, scenario: Scenario) -> None:
    given = with_levers(scenario, {"pace": {"crude_steel": 0.2}, "budget": {"yearly": None, "total": None}})
    found = assemble(tables, given)
    assert found["pace_moves"].values.tolist() == [np.inf, 0.2, 1]
    assert found["pace_retrofits"].values.tolist() == [1, 0.2, np.inf]
    assert (float(found["yearly_budget"]), float(found["total_budget"])) == (np.inf, np.inf)


def test_activity_of_another_plan_sets_output(tables: Tables, scenario: Scenario) -> None:
    activity = {"cement_goods": {2021: 21.0, 2022: 22.0, 2023: 23.0}, "steel_sales": {2021: 50.0, 2022: 51.0, 2023: 52.0}}
    found = assemble(tables, scenario, activity)
    for bound in ("least", "most"):
        assert found[bound].values.tolist() == [[20, 21, 22, 23], [40, 50, 51, 52]]
    with pytest.raises(InputError) as caught:
        assemble(tables, scenario, activity | {"steel_sales": {2021: 50.0}})
    assert [(fault.file, fault.column, fault.message) for fault in caught.value.faults] == [
        ("scenario", "activity", told("activity_lacks", segment="steel_sales"))
    ]


def test_transitions_and_measures_that_a_scenario_leaves_out(tables: Tables, scenario: Scenario) -> None:
    given = with_levers(
        scenario, {"transitions": {"allow": ["convert", "go_green"], "forbid": ["go_green"]}, "measures": {"forbid": ["package"]}}
    )
    found = assemble(tables, given)
    assert found["arc"].values.tolist() == ["convert"]
    nothing = assemble(tables, with_levers(scenario, {"measures": {"allow": []}}))
    assert (nothing.sizes["measure"], nothing["measure"].dtype.kind) == (0, "U")
    assert found["measure"].values.tolist() == ["heat_recovery", "preheating"]
    assert list(zip(found["state_line"].values.tolist(), found["state_configuration"].values.tolist(), strict=True)) == [
        ("arc_b", "eaf"), ("converter_a", "bof"), ("converter_a", "eaf"), ("furnace_a", "blast_furnace"), ("kiln_a", "kiln"),
        ("kiln_b", "not_built"), ("site_c", "not_built"),
    ]  # fmt: skip


def with_facts(tables: Tables, table: str, *facts: tuple[str, str, str | None, float, str]) -> Tables:
    """The tables with further facts (subject, parameter, item, value, unit) in place of those about the same."""
    made = [
        Fact.model_validate({"subject": subject, "parameter": parameter, "item": item, "value": value, "unit": unit, "grade": "E",
                             "source": "illustration", "note": "invented"})
        for subject, parameter, item, value, unit in facts
    ]  # fmt: skip
    about = {(fact.subject, fact.parameter, fact.item) for fact in made}
    kept = [fact for fact in tables.facts(table) if (fact.subject, fact.parameter, fact.item) not in about]
    return replace(tables, rows=tables.rows | {table: (*kept, *made)})


def test_a_place_takes_its_own_facts_first_then_those_of_its_good(tables: Tables, scenario: Scenario) -> None:
    both = ("hot_metal", "energy_calorific", None, 2.0, "GJ/t"), ("hot_metal@works", "embodied_emission", None, 0.3, "tCO2e/t")
    given = with_facts(tables, "good_facts", *both, ("hot_metal", "embodied_emission", None, 0.7, "tCO2e/t"))
    found = assemble(given, scenario).sel(good="hot_metal@works")
    assert float(found["calorific"]) == pytest.approx(20)  # 2 GJ/t of 10 kt
    assert found["embodied"].values.tolist() == [0.3] * 4


def test_a_good_of_a_site_has_a_place_where_a_line_or_another_site_uses_it(tables: Tables, scenario: Scenario) -> None:
    """The arc furnace's own use makes a place at its yard; one that names the works uses what is made there."""
    own = with_facts(tables, "line_facts", ("arc_b", "use", "hot_metal", 0.2, "t/t"))
    own = with_facts(own, "configuration_facts", ("eaf", "use", "hot_metal", 0.1, "t/t"))
    found = assemble(own, scenario)
    assert [name for name in found["good"].values.tolist() if "@" in name] == ["hot_metal@port", "hot_metal@works", "hot_metal@yard"]
    used = dict(zip(pairs(found, "state"), found["use"].sel(good="hot_metal@yard").values.tolist(), strict=True))
    assert used["arc_b", "eaf"] == pytest.approx(0.2)
    only = with_facts(tables, "line_facts", ("arc_b", "use", "hot_metal", 0.2, "t/t"))
    assert "hot_metal@yard" in assemble(only, scenario)["good"].values
    elsewhere = with_facts(tables, "configuration_facts", ("eaf", "use", "hot_metal@hill", 0.1, "t/t"))
    assert "hot_metal@hill" in assemble(elsewhere, scenario)["good"].values
    segment = with_facts(tables, "segment_facts", ("cement_goods", "use", "hot_metal@quarry", 0.1, "t/10k CNY"))
    assert "hot_metal@quarry" in assemble(segment, scenario)["good"].values


def test_days_run_at_the_peak_rate_and_a_lines_own_energy_counts(tables: Tables, scenario: Scenario) -> None:
    """300 days at 1.2 of nameplate, of which a year's capacity is 300 days."""
    given = with_facts(tables, "configuration_facts", ("kiln", "peak_rate", None, 1.2, "1"))
    given = with_facts(given, "line_facts", ("kiln_a", "specific_energy", None, 103.0, "kgce/t"))
    found = assemble(given, scenario)
    kiln = pairs(found, "state").index(("kiln_a", "kiln"))
    assert found["availability"].values[kiln] == pytest.approx(1.2)
    assert (float(found["benchmark_gap"][kiln]), float(found["baseline_gap"][kiln])) == pytest.approx((3, -2), abs=1e-6)
    assert float(found["benchmark_gap"][pairs(found, "state").index(("kiln_a", "kiln_new"))]) == pytest.approx(5, abs=1e-6)


def test_every_bound_of_growth_that_is_missing_is_told(tables: Tables, scenario: Scenario) -> None:
    kept = tuple(fact for fact in tables.facts("segment_facts") if not fact.parameter.startswith("growth"))
    with pytest.raises(InputError) as caught:
        assemble(replace(tables, rows=tables.rows | {"segment_facts": kept}), scenario)
    assert [fault.message for fault in caught.value.faults] == [
        told("parameter_missing", subject=segment, parameter=f"growth_{bound}")
        for segment in ("cement_goods", "steel_sales")
        for bound in ("least", "most")
    ]


@pytest.mark.parametrize(
    ("rate", "life", "yearly"),
    [(0, 10, 0.1), (0.1, 1, 1.1), (0.08, 15, 0.1168295), (0, 0, nan), (0.1, 0, nan), (-1, 5, nan), (0.1, -1, nan)],
)
def test_a_yearly_payment_by_hand(rate: float, life: float, yearly: float) -> None:
    """At 8 % over 15 years: 0.08 / (1 - 1.08^-15) = 0.08 / 0.684758."""
    assert annuity(rate, life) == pytest.approx(yearly, rel=1e-6, nan_ok=True)
