"""Infeasible, explained: planted contradictions are named, and every written repair solves."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import worlds

from model.checks import check_tables
from model.contract import Clause, Fact
from model.errors import InputError
from model.explain import Explanation, explain
from model.explain.arithmetic import most_made, sums
from model.explain.files import write_repairs
from model.explain.levers import outward
from model.folders import Folders
from model.language import Language, Speaker
from model.problem import assemble
from model.scenario import Scenario, read_scenario, with_levers
from model.session import Session, ask_of
from model.show import explanation_views, repair_lines
from model.tables import Tables, read_tables

PROVINCE = Path(__file__).parent / "province"
CLAUSES = (
    "baseline", "benchmark_level", "cap_steel", "energy_fall", "floor_clinker", "freeze_iron", "green_share", "load_steel", "new_level",
    "quota_clinker", "quota_steel", "short_share", "target_chain", "target_cluster", "target_new", "target_output", "target_value",
)  # fmt: skip


def only(**levers: Any) -> dict[str, Any]:
    """Clauses of the province: those named, the others off."""
    return {"clauses": {name: {"active": False} for name in CLAUSES} | {name: {"active": True} | lever for name, lever in levers.items()}}


def fact(table: str, subject: str, parameter: str, value: float, year: int | None = None) -> dict[str, Any]:
    """An override of a fact."""
    made = {"table": table, "subject": subject, "parameter": parameter, "value": value}
    return made | ({"year": year} if year else {})


@dataclass(frozen=True)
class Planted:
    """A contradiction: what the scenario changes, the provisions that must be named, further clauses of the data."""

    change: dict[str, Any]
    named: set[str]
    more: tuple[tuple[str, str, str, float], ...] = ()
    whole: bool = False
    years: tuple[int, ...] = ()


SCRAP = [fact("good_facts", "scrap", "supply", 16, 2023)]
NO_QUOTA = [fact("quota_facts", "steel_quota", "endowment", 0), fact("quota_facts", "clinker_quota", "endowment", 0)]
OPEN_SALES = [fact("good_facts", "clinker", "sales", 100)]
POOR: dict[str, Any] = {"budget": {"total": 0}}
FREEZE = (("more", "no_new_capacity", "crude_steel", 0.0),)
PLANTED = {
    "target-growth": Planted(only(target_output={"value": 100}), {"target_output", "growth_most"}),
    "target-growth-value": Planted(only(target_value={"value": 30}), {"target_value", "growth_most"}),
    "target-growth-chain": Planted(only(target_chain={"value": 30}), {"target_chain", "growth_most"}),
    "target-growth-cluster": Planted(only(target_cluster={"value": 90}), {"target_cluster", "growth_most"}),
    "target-growth-new": Planted(only(target_new={"value": 31}), {"target_new", "growth_most"}),
    "target-cap": Planted(only(target_new={"value": 20}, cap_steel={"value": 30}), {"target_new", "cap_steel"}),
    "target-cap-whole": Planted(only(target_new={"value": 20}, cap_steel={"value": 90}), {"target_new", "cap_steel"}, whole=True),
    "target-quota": Planted(only(target_new={"value": 29}, quota_steel={}) | {"facts": NO_QUOTA}, {"target_new", "quota_steel"},
                            whole=True),
    "target-budget": Planted(only(target_new={"value": 29}) | POOR, {"target_new", "total_budget"}),
    "target-yearly-budget": Planted(only(target_new={"value": 29}) | {"budget": {"yearly": 0}}, {"target_new", "yearly_budget"}),
    "target-later": Planted(only(target_new={"value": 27, "from_year": 2021}) | POOR, {"target_new", "total_budget"}, years=(2023,)),
    "target-energy": Planted(only(target_output={"value": 62}, energy_fall={"value": 0.1}), {"target_output", "energy_fall"}),
    "target-route": Planted(only(target_new={"value": 20}, short_share={"value": 0.95}) | {"facts": SCRAP},
                            {"target_new", "short_share", "supply"}),
    "target-green": Planted(only(target_new={"value": 27}, green_share={"value": 1.0}), {"target_new", "green_share"}),
    "target-freeze": Planted(only(target_new={"value": 29}), {"target_new", "more"}, FREEZE, whole=True),
    "floor-sales": Planted(only(floor_clinker={"value": 50}), {"floor_clinker", "sales"}),
    "floor-cap": Planted(only(floor_clinker={"value": 20}), {"floor_clinker", "more"}, (("more", "capacity_cap", "clinker", 10),)),
    "floor-freeze": Planted(only(floor_clinker={"value": 50}) | {"facts": OPEN_SALES}, {"floor_clinker", "more"},
                            (("more", "no_new_capacity", "clinker", 0),)),
    "floor-quota": Planted(only(floor_clinker={"value": 50}, quota_clinker={}) | {"facts": OPEN_SALES + NO_QUOTA},
                           {"floor_clinker", "quota_clinker"}),
    "floor-budget": Planted(only(floor_clinker={"value": 50}) | {"facts": OPEN_SALES} | POOR, {"floor_clinker", "total_budget"}),
    "floor-new-level": Planted(only(floor_clinker={"value": 50}, new_level={}) | {"facts": OPEN_SALES, "measures": {"allow": []}},
                               {"floor_clinker", "new_level"}),
    "floor-benchmark": Planted(only(floor_clinker={"value": 20}, benchmark_level={"value": 1}) | {"measures": {"allow": []}},
                               {"floor_clinker", "benchmark_level"}),
    "floor-baseline": Planted(only(floor_clinker={"value": 20}, baseline={}) | POOR, {"floor_clinker", "baseline", "total_budget"}),
    "floor-lines": Planted(only(floor_clinker={"value": 200}), {"floor_clinker"}),
    "floor-floor-scrap": Planted(only(short_share={"value": 0.9}) | {"facts": SCRAP}, {"more", "short_share", "supply"},
                                 (("more", "production_floor", "crude_steel", 40),)),
    "floor-energy": Planted(only(energy_fall={"value": 0.1}, floor_clinker={"value": 29}), {"energy_fall", "floor_clinker"}),
    "load-availability": Planted(only(load_steel={"value": 1}, target_new={"value": 20})
                                 | {"transitions": {"forbid": ["convert", "build_arc"]}},
                                 {"load_steel", "availability"}),
    "load-sales": Planted(only() | {"facts": [fact("good_facts", "clinker", "sales", 0)]}, {"more", "sales", "growth_most"},
                          (("more", "utilisation_floor", "clinker", 1),), whole=True),
    "route-budget": Planted(only(short_share={"value": 0.3}, target_new={"value": 20}) | POOR, {"short_share", "total_budget"}),
    "route-pace": Planted(only(short_share={"value": 0.3}, target_new={"value": 20}) | {"pace": {"crude_steel": 0.17}},
                          {"short_share", "pace_moves"}, whole=True),
    "benchmark-budget": Planted(only(benchmark_level={"value": 1}, floor_clinker={"value": 20}) | POOR,
                                {"benchmark_level", "total_budget"}),
    "benchmark-pace": Planted(only(benchmark_level={"value": 1}, floor_clinker={"value": 20}) | {"pace": {"clinker": 0}},
                              {"benchmark_level", "pace_retrofits"}),
    "baseline-demand": Planted(only(baseline={}) | POOR, {"baseline", "demand"}),
    "life-pace": Planted(only() | {"pace": {"crude_steel": 0}}, {"end_of_life", "pace_moves"}),
    "cap-growth-least": Planted(only(cap_steel={"value": 30}), {"cap_steel", "growth_least"}),
    "floor-green": Planted(only(green_share={"value": 1.0}), {"more", "green_share"}, (("more", "production_floor", "crude_steel", 80),)),
    "cap-freeze": Planted(only(cap_steel={"value": 60}), {"cap_steel", "more"}, FREEZE, whole=True),
    "cap-quota": Planted(only(cap_steel={"value": 60}, quota_steel={}) | {"facts": NO_QUOTA}, {"cap_steel", "quota_steel"}, whole=True),
    "green-freeze": Planted(only(green_share={"value": 0.1}), {"green_share", "more"}, FREEZE, whole=True),
    "green-quota": Planted(only(green_share={"value": 0.1}, quota_steel={}) | {"facts": NO_QUOTA}, {"green_share", "quota_steel"},
                           whole=True),
    "energy-load": Planted(only(energy_fall={"value": 0.8}, load_steel={"value": 0.8}) | {"facts": OPEN_SALES} | POOR,
                           {"energy_fall", "load_steel"}),
    "target-load": Planted(only(target_new={"value": 24}, load_steel={"value": 0.8}) | {"facts": SCRAP}, {"target_new", "load_steel"},
                           whole=True),
    "cap-freeze-budget": Planted(only(cap_steel={"value": 99}) | POOR | {"transitions": {"forbid": ["retire_converter"]}}, {"cap_steel"}),
}  # fmt: skip


def with_clauses(tables: Tables, more: tuple[tuple[str, str, str, float], ...]) -> Tables:
    """The province with further clauses (id, rule, subject, value in 2023)."""
    units = {"capacity_cap": "10kt", "production_floor": "10kt", "utilisation_floor": "1"}
    clauses = [
        Clause(id=name, name_zh=name, name_en=name, rule=rule, subject=subject, place="here", wording_zh="加", wording_en="more",
               target=rule.endswith("floor"), active=True, source="illustration")
        for name, rule, subject, _ in more
    ]  # fmt: skip
    facts = [
        Fact.model_validate({"subject": name, "parameter": "value", "year": 2023, "value": value, "unit": units[rule], "grade": "E",
                             "source": "illustration", "note": "invented"})
        for name, rule, _, value in more if rule in units
    ]  # fmt: skip
    rows = tables.rows | {"clauses": (*tables.rows["clauses"], *clauses), "clause_facts": (*tables.rows["clause_facts"], *facts)}
    return replace(tables, rows=rows)


def base() -> Scenario:
    """The test province with firm targets and no budget."""
    return with_levers(read_scenario(PROVINCE / "plan.yaml"), {"targets": "firm", "budget": {"yearly": None, "total": None}})


def names_of(found: Explanation) -> set[str]:
    """Clauses, and families of facts, that the conflicts name."""
    chosen = [found.elastic.provisions[number] for conflict in found.conflicts for number in conflict.provisions]
    return {name for one in chosen for name in (one.family, *(one.subjects if one.clause else ()))}


def solved_from_files(found: Explanation, tables: Tables, scenario: Scenario, folder: Path) -> Iterator[Scenario]:
    """Every repair as it is read from its file, solved and certified."""
    folders = Folders(folder)
    folders.scenarios.mkdir()
    (folders.scenarios / f"{scenario.name}.yaml").write_text(scenario.model_dump_json(exclude={"name"}, exclude_none=True), "utf-8")
    lines = {language: repair_lines(found, Speaker(language)) for language in Language}
    for path in write_repairs(folders, scenario, found.repairs, lines[Language.ZH], lines[Language.EN]):
        repaired = read_scenario(path)
        problem = assemble(tables, repaired)
        plan = Session().solve(problem, ask_of(repaired))
        assert plan.certificate.valid
        yield repaired


def test_the_province_has_a_plan_without_a_plant() -> None:
    tables = read_tables(PROVINCE)
    for change in ({}, only()):
        scenario = with_levers(base(), change)
        found = explain(tables, scenario, assemble(tables, scenario))
        assert found.feasible
        assert found.repairs == ()


@pytest.mark.parametrize("name", PLANTED)
def test_planted_contradictions_are_named_and_every_repair_solves(name: str, tables: Tables, tmp_path: Path) -> None:
    planted = PLANTED[name]
    tables = with_clauses(tables, planted.more)
    scenario = with_levers(base(), planted.change)
    found = explain(tables, scenario, assemble(tables, scenario))
    assert not found.feasible
    assert planted.named <= names_of(found)
    assert any(conflict.whole for conflict in found.conflicts) is planted.whole
    assert not planted.years or {year for conflict in found.conflicts for year in conflict.years} == set(planted.years)
    assert found.repairs
    assert len(list(solved_from_files(found, tables, scenario, tmp_path))) == len(found.repairs)
    for language in Language:
        assert len(explanation_views(found, "province", Speaker(language))) > 3


def test_every_repair_of_an_infeasible_world_solves(tmp_path: Path) -> None:
    explained = 0
    for seed in range(12):
        world = worlds.draw(seed, tight=True)
        world = replace(world, n=world.n | {"cap": world.n["cap"] * 0.6, "target": world.n["target"] * 1.3})
        tables = read_tables(worlds.write(worlds.rows_of(world), tmp_path / f"data-{seed}"))
        check_tables(tables)
        scenario = Scenario.model_validate(worlds.scenario_of(world))
        found = explain(tables, scenario, assemble(tables, scenario))
        assert not found.feasible
        assert {"target", "capacity_cap", "growth_most"} & names_of(found)
        assert found.repairs
        (tmp_path / str(seed)).mkdir()
        assert len(list(solved_from_files(found, tables, scenario, tmp_path / str(seed)))) == len(found.repairs)
        explained += 1
        if explained == 4:
            break
    assert explained == 4


def test_the_teaching_example_is_explained_as_by_hand() -> None:
    """A cap of 100 and no bought steel: output reaches 100 instead of 120, or the cap must be 120 again."""
    root = PROVINCE.parent.parent
    tables = read_tables(root / "data" / "example")
    scenario = read_scenario(root / "scenarios" / "infeasible-example.yaml")
    found = explain(tables, scenario, assemble(tables, scenario))
    assert names_of(found) == {"value_target", "output_target", "capacity_cap", "steel_cap", "supply"}
    assert [[(step.subject, step.year, step.before, step.after) for step in repair.steps] for repair in found.repairs] == [
        [("output_target", 2022, 120.0, 100.0)],
        [("steel_cap", None, 100.0, 120.0)],
    ]
    assert [repair.kind for repair in found.repairs] == ["least", "one"]
    assert found.conflicts[0].years == (2022,)
    english = "\n".join(repair_lines(found, Speaker(Language.EN)))
    assert "Output target 120 → 100" in english


def test_two_contradictions_are_told_apart_and_one_repair_keeps_every_clause(tables: Tables, tmp_path: Path) -> None:
    """Growth 84 against 100 of output; 24 + 5 + 5 of clinker against 50. Output of cement goods would have to reach 40 instead of 24."""
    scenario = with_levers(base(), only(target_output={"value": 100}, floor_clinker={"value": 50}))
    found = explain(tables, scenario, assemble(tables, scenario))
    named = [{name for number in one.provisions for name in found.elastic.provisions[number].subjects} for one in found.conflicts]
    assert len(named) == 2
    assert sum("target_output" in names for names in named) == sum("floor_clinker" in names for names in named) == 1
    assert not any({"target_output", "floor_clinker"} <= names for names in named)
    kept = next(repair for repair in found.repairs if repair.kind == "facts")
    assert [(step.subject, step.before, step.after) for step in kept.steps] == [("cement_goods", 1.2, 2.0), ("steel_sales", 1.5, 2.5)]
    least = next(repair for repair in found.repairs if repair.kind == "least")
    assert [(step.subject, step.before, step.after) for step in least.steps] == [("target_output", 100, 84), ("floor_clinker", 50, 34)]
    assert len(list(solved_from_files(found, tables, scenario, tmp_path))) == len(found.repairs)


def test_a_conflict_of_given_facts_alone_is_said_to_be_one(tables: Tables) -> None:
    """More final demand in the base year than was made: no clause and no plan can mend that."""
    scenario = with_levers(base(), only() | {"facts": [fact("good_facts", "clinker", "final_demand", 60)]})
    found = explain(tables, scenario, assemble(tables, scenario))
    assert found.conflicts[0].provisions == ()
    assert {"balance", "base_production"} <= set(found.conflicts[0].rules)
    assert found.repairs == ()
    assert len(explanation_views(found, "province", Speaker(Language.EN))) > 3


def test_sums_see_what_needs_no_solver(tables: Tables) -> None:
    """Growth 20 x 1.2 + 40 x 1.5 = 84 against 100; clinker 2 x 30 against 200; electric steel is possible."""
    scenario = with_levers(base(), only(target_output={"value": 100}, floor_clinker={"value": 200}, short_share={"value": 0.3}))
    found = {one.clause: one for one in sums(assemble(tables, scenario))}
    assert (found["target_output"].best, found["target_output"].possible) == (pytest.approx(84), False)
    assert (found["floor_clinker"].best, found["floor_clinker"].possible) == (pytest.approx(60), False)
    assert (found["short_share"].best, found["short_share"].possible) == (1.0, True)


def test_sums_count_scrap_and_lines_that_cannot_leave(tables: Tables) -> None:
    """Electric lines make what scrap lasts for: 90 by converter + 16 of scrap, or all lines electric; a furnace without moves stays."""
    scenario = with_levers(base(), only(freeze_iron={}) | {"facts": SCRAP, "transitions": {"allow": []}})
    problem = assemble(tables, scenario)
    assert most_made(problem)["crude_steel"][-1] == pytest.approx(90)
    freeze = next(one for one in sums(problem) if one.clause == "freeze_iron")
    assert (freeze.asked, freeze.best, freeze.possible) == (100, 100, True)


def test_what_sums_rule_out_has_no_plan_in_any_planted_case(tables: Tables) -> None:
    for planted in PLANTED.values():
        problem = assemble(with_clauses(tables, planted.more), with_levers(base(), planted.change))
        impossible = [one.clause for one in sums(problem) if not one.possible]
        assert set(impossible) <= planted.named


@pytest.mark.parametrize(
    ("new", "old", "sign", "written"),
    [(1419.65, 1500, -1, 1419.6), (100.0000000001, 120, -1, 100), (0.35714, 0.95, -1, 0.35714), (4.0, 0, 1, 4),
     (0.123456, 0.1, 1, 0.12346), (-3.00004, -2, -1, -3.0001), (0, 0, 1, 0), (1e-5, 1, 1, 0.0001)],
)  # fmt: skip
def test_written_numbers_are_rounded_to_the_looser_side(new: float, old: float, sign: int, written: float) -> None:
    assert outward(new, old, sign) == pytest.approx(written, abs=1e-12)


def test_a_name_too_long_for_its_repairs_is_refused(tables: Tables, tmp_path: Path) -> None:
    scenario = with_levers(base(), only(target_output={"value": 100}) | {"name": "x" * 60})
    found = explain(tables, scenario, assemble(tables, scenario))
    with pytest.raises(InputError, match="too long"):
        write_repairs(Folders(tmp_path), scenario, found.repairs, ["一"] * 9, ["one"] * 9)
