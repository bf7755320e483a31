"""The report page: its numbers reconcile with the ledgers, its parts hold for odd input, and what cannot be compared is refused."""

import base64
import gzip
import json
import math
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from test_cli import call

from model.analysis import energy_table, totals
from model.contract import FACTS, District
from model.errors import ResultError
from model.folders import Folders
from model.names import Cost, Scope
from model.report import in_order, payload, render
from model.report.causes import system_steps
from model.report.flows import Link, carbon_links, energy_links, layout
from model.report.grades import grade_shares
from model.report.line_costs import line_costs
from model.report.page import client_script, script_text
from model.report.payload import packed, plain
from model.report.tiles import short_names, tile_places
from model.runner import read_checked, read_result, run
from model.store import Stored, save_study
from model.tables import Tables, read_tables

ROOT = Path(__file__).parent.parent
HOSTILE = "<script>window.taken=1</script>\u202e=cmd|' /C calc'!A0 </script><!--"


def solve(root: Path, spoil: Callable[[Path], None] = lambda folder: None) -> tuple[list[Stored], Tables]:
    """Two results of the test province, whose tables may be spoiled first; the title of the second is hostile."""
    shutil.copytree(ROOT / "tests" / "province", root / "data" / "province")
    (root / "data" / "province" / "plan.yaml").unlink()
    spoil(root / "data" / "province")
    (root / "scenarios").mkdir()
    plan = (ROOT / "tests" / "province" / "plan.yaml").read_text(encoding="utf-8")
    (root / "scenarios" / "plan.yaml").write_text(plan + "skip_replay: true\n", encoding="utf-8")
    title = json.dumps(HOSTILE.replace("\u202e", ""))
    (root / "scenarios" / "hostile.yaml").write_text(
        f"extends: plan\ntitle: {{zh: {title}, en: {title}}}\nwhy: {{zh: {title}, en: {title}}}\nobjectives: [cost]\n", encoding="utf-8"
    )
    folders = Folders(root)
    return [read_result(folders, run(folders, name).manifest["scenario"]) for name in ("plan", "hostile")], read_checked(
        folders.province("province")
    )


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Stored], Tables]:
    """Two results of the test province; the title of the second is hostile."""
    return solve(tmp_path_factory.mktemp("report"))


def test_sectors_and_sources_add_up_to_the_boundaries(solved: tuple[list[Stored], Tables]) -> None:
    for scenario, stored in zip(payload(*solved)["scenarios"], solved[0], strict=True):
        for year in range(len(scenario["years"])):
            whole = float(totals(stored.result).loc[str(Scope.THREE)].iloc[year])
            assert sum(part[year] for part in scenario["sectors"].values()) == pytest.approx(whole, rel=1e-5)
            assert sum(part[year] for part in scenario["sources"].values()) == pytest.approx(whole, rel=1e-5)
            assert scenario["emissions"]["scope12_imports"][year] == pytest.approx(whole, rel=1e-6)


def test_lines_of_the_page_emit_what_the_sectors_emit(solved: tuple[list[Stored], Tables]) -> None:
    for scenario in payload(*solved)["scenarios"]:
        last = len(scenario["years"]) - 1
        lines = sum(line["emission"][last] for line in scenario["lines"].values())
        assert lines == pytest.approx(
            sum(part[last] for name, part in scenario["sectors"].items() if name not in ("segments", "imports")), rel=1e-5
        )


def test_flows_of_the_base_year_stand_once_and_whole_numbers_are_short(solved: tuple[list[Stored], Tables]) -> None:
    first, second = payload(*solved)["scenarios"]
    for kind in ("energy", "materials"):
        assert first["flows"][kind][0]["nodes"]
        assert second["flows"][kind][0] is None
        assert second["flows"][kind][1]["nodes"]
    assert str(plain([2.0, 0.5, float("nan"), 1e9])) == "[2, 0.5, None, 1000000000]"


def test_without_names_frozen_technology_is_the_base_and_what_it_is_frozen_for_the_focus(solved: tuple[list[Stored], Tables]) -> None:
    plan, hostile = solved[0]
    assert [stored.manifest["scenario"] for stored in in_order([hostile, plan])] == ["plan", "hostile"]
    asked = json.loads(hostile.inputs.attrs["scenario_json"]) | {"activity": "plan"}
    inputs = hostile.inputs.assign_attrs(scenario_json=json.dumps(asked))
    still = replace(hostile, inputs=inputs, manifest=hostile.manifest | {"scenario": "still"})
    foreign = replace(hostile, manifest=hostile.manifest | {"scenario": "foreign", "data_hash": "other"})
    assert [stored.manifest["scenario"] for stored in in_order([plan, foreign, hostile, still])] == ["still", "hostile", "plan"]


def test_steps_of_the_system_by_hand(solved: tuple[list[Stored], Tables]) -> None:
    """20 and 10 (10 kt) less over the years for 2 and 8 (100M CNY): 1000 and 8000 CNY a tonne."""
    plan = solved[0][0]
    years = float(plan.inputs["span"].values[1:].sum())
    study = xr.Dataset({"x": ("point", [10.0, 12.0, 20.0]), "y": ("point", [100.0, 80.0, 70.0])})
    assert system_steps(study, plan) == [
        {"tonnes": pytest.approx(20 / years), "price": pytest.approx(1000.0)},
        {"tonnes": pytest.approx(10 / years), "price": pytest.approx(8000.0)},
    ]
    assert system_steps(None, plan) == system_steps(study.isel(point=[0]), plan) == []


def test_energy_flows_add_up_to_the_ledger(solved: tuple[list[Stored], Tables]) -> None:
    for stored in solved[0]:
        for year in (0, 3):
            flows = energy_links(stored, year)
            net = sum(link.amount if link.source.startswith("good:") else -link.amount for link in flows)
            assert net == pytest.approx(float(energy_table(stored.result).loc["calorific"].iloc[year]), rel=2e-3)


def test_history_says_what_the_result_says(solved: tuple[list[Stored], Tables]) -> None:
    """Arc furnace B leaves before its contract ends; every spell is a run of ones, every later spell starts with its move."""
    for scenario, stored in zip(payload(*solved)["scenarios"], solved[0], strict=True):
        for line, history in scenario["lines"].items():
            for configuration, first, last, kind, arc in history["stands"]:
                on = stored.result["on"].sel(line=line, configuration=configuration).values
                assert on[first : last + 1].min() == 1
                assert bool(kind) == (first > 0)
                assert not arc or stored.result["move"].sel(line=line, arc=arc).values[first] == 1
            assert sum(last - first + 1 for _, first, last, *_ in history["stands"]) == len(scenario["years"])
            installed = stored.result["install"].sel(line=line).values[:, 1:].sum()
            assert len([fit for fit in history["fits"] if fit[1] > 0]) == installed
        leaving = scenario["lines"]["arc_b"]
        assert leaving["stands"][-1][3] == "retire"
        assert leaving["capacity"][0] > 0 == leaving["capacity"][-1]


def _graded(tables: Tables, grade: str, other: str | None = None, subject: str = "") -> Tables:
    """Tables whose facts all have a grade, those of a subject another."""
    rows = dict(tables.rows)
    for table in FACTS:
        rows[table] = tuple(
            fact.model_copy(update={"grade": other if other and fact.subject == subject else grade}) for fact in tables.facts(table)
        )
    return replace(tables, rows=rows)


def test_grades_follow_the_weakest_fact(solved: tuple[list[Stored], Tables]) -> None:
    stored, tables = solved[0][0], solved[1]
    for figure, shares in grade_shares(stored, _graded(tables, "B")).items():
        assert shares == {} or shares == pytest.approx({"B": 1.0}), figure
    mixed = grade_shares(stored, _graded(tables, "A", "E", "coal"))["emissions"]
    inputs, result = stored.inputs, stored.result
    alone = grade_shares(stored, _graded(tables, "E", "A", "coal"))["emissions"]
    assert sum(mixed.values()) == pytest.approx(1.0)
    assert 0 < mixed["E"] < 1
    assert "A" not in alone or alone["A"] < mixed["E"], "coal's own grade cannot lift a weaker use"
    assert inputs.sizes["year"] == result.sizes["year"]


def test_tiles_are_apart_and_keep_their_compass() -> None:
    districts = read_tables(ROOT / "data" / "chongqing").of(District)
    places = tile_places(districts)
    assert len(set(places.values())) == len(districts) == len(places)
    (west, _), (east, north), (_, south) = places["rongchang"], places["wushan"], places["xiushan"]
    assert west < places["yubei"][0] < east
    assert north < places["fuling"][1] <= south
    assert tile_places([]) == {}
    assert set(tile_places(districts[:1]).values()) == {(0, 0)}


def test_short_names_drop_the_kind_of_place() -> None:
    names = {row.id: short_names(row) for row in read_tables(ROOT / "data" / "chongqing").of(District)}
    assert names["shizhu"] == ("石柱", "Shizhu")
    assert names["qijiang"] == ("綦江", "Qijiang")
    assert names["zhongxian"] == ("忠县", "Zhong")
    assert len({zh for zh, _ in names.values()}) == len(names)


def test_sankey_ribbons_fill_their_nodes() -> None:
    """By hand: 3 of a and 1 of b make 4 of c, of which 4 go to d; c is the tallest node and none overlap."""
    drawn = layout([Link("a", "c", 3.0), Link("b", "c", 1.0), Link("c", "d", 4.0)])
    nodes = {node["id"]: node for node in drawn["nodes"]}
    assert [nodes[name]["column"] for name in "abcd"] == [0, 0, 1, 2]
    height = {name: node["y1"] - node["y0"] for name, node in nodes.items()}
    assert height["c"] == pytest.approx(height["d"]) == pytest.approx(height["a"] + height["b"])
    assert height["a"] == pytest.approx(3 * height["b"])
    assert nodes["a"]["y1"] < nodes["b"]["y0"]
    for link in drawn["links"]:
        assert nodes[link["source"]]["y0"] - 1e-9 <= link["y0"]
        assert link["y0"] + link["w"] <= nodes[link["source"]]["y1"] + 1e-9
        assert link["y1"] + link["w"] <= nodes[link["target"]]["y1"] + 1e-9


def test_carbon_flows_add_up_to_the_emissions_of_every_year(solved: tuple[list[Stored], Tables]) -> None:
    """What enters (sources, bought goods) and what leaves into boundaries are both the ledger's emissions."""
    for stored in solved[0]:
        for year in range(stored.inputs.sizes["year"]):
            links = carbon_links(stored, year)
            whole = float(totals(stored.result).loc[str(Scope.THREE)].iloc[year])
            entering = sum(link.amount for link in links if link.source.startswith(("source:", "good:")))
            leaving = sum(link.amount for link in links if link.target.startswith("scope:"))
            assert entering == pytest.approx(whole, rel=5e-3), "small flows are left out"
            assert leaving == pytest.approx(whole, rel=5e-3)
            direct = sum(link.amount for link in links if link.target == "scope:scope1")
            assert direct == pytest.approx(float(totals(stored.result).loc[str(Scope.ONE)].iloc[year]), rel=5e-3)


def test_flows_of_every_year_are_in_the_document_as_they_were_laid_out(solved: tuple[list[Stored], Tables]) -> None:
    stored = solved[0][0]
    for year, kept in enumerate(payload(*solved)["scenarios"][0]["flows"]["carbon"]):
        laid = layout(carbon_links(stored, year))
        assert [node[0] for node in kept["nodes"]] == [node["id"] for node in laid["nodes"]]
        ends = [(kept["nodes"][link[0]][0], kept["nodes"][link[1]][0]) for link in kept["links"]]
        assert ends == [(link["source"], link["target"]) for link in laid["links"]]
        assert [link[2] for link in kept["links"]] == pytest.approx([link["amount"] for link in laid["links"]], rel=1e-6)


def test_costs_of_lines_add_up_to_the_ledger(solved: tuple[list[Stored], Tables]) -> None:
    """Capital, fixed and variable cost belong to lines alone."""
    for stored in solved[0]:
        costs = line_costs(stored)
        for item in (Cost.CAPITAL, Cost.FIXED, Cost.VARIABLE):
            ledger = stored.result["cost"].sel(cost_item=str(item)).values
            summed = np.sum([line.get(str(item), [0.0] * len(ledger)) for line in costs.values()], axis=0)
            assert summed == pytest.approx(ledger, abs=1e-6), item
        assert all(len(values) == stored.inputs.sizes["year"] for line in costs.values() for values in line.values())
    assert any(str(Cost.ENERGY) in line for line in line_costs(solved[0][0]).values())


def test_sankey_with_a_circle_and_without_flows_ends() -> None:
    assert layout([]) == {"nodes": [], "links": [], "columns": 0}
    drawn = layout([Link("a", "b", 1.0), Link("b", "a", 1.0), Link("b", "c", 1.0)])
    assert {node["id"] for node in drawn["nodes"]} == {"a", "b", "c"}
    assert all(math.isfinite(node["y1"]) for node in drawn["nodes"])


def test_packed_document_cannot_leave_its_element_and_loses_nothing(solved: tuple[list[Stored], Tables]) -> None:
    document = payload(*solved)
    letters = packed(document)
    assert re.fullmatch(r"[A-Za-z0-9+/]+=*", letters)
    read = json.loads(gzip.decompress(base64.b64decode(letters)))
    assert read == document
    assert read["scenarios"][1]["title"][0] == HOSTILE.replace("\u202e", "")
    assert packed(document) == letters


def test_page_holds_one_policy_three_scripts_and_no_address(solved: tuple[list[Stored], Tables]) -> None:
    page = render(payload(*solved))
    assert len(page.encode()) < 3_000_000
    assert page.count("<script") == page.count("</script>") == 3
    assert "default-src &#39;none&#39;" in page
    assert "window.taken=1</script>" not in page
    for attribute in ('src="http', 'href="http', "@import", "url(http"):
        assert attribute not in page.replace("xlink:href", "")
    assert script_text("a</script><!--b") == "a<\\/script><\\!--b"
    assert "innerHTML" not in client_script()


def test_results_that_cannot_be_compared_are_refused_with_all_reasons(solved: tuple[list[Stored], Tables]) -> None:
    (plan, other), tables = solved
    changed = replace(other, manifest=other.manifest | {"data_hash": "0" * 64})
    foreign = replace(other, manifest=other.manifest | {"data": "elsewhere", "scenario": "foreign"})
    with pytest.raises(ResultError) as refused:
        payload([plan, plan, changed, foreign], tables)
    told = str(refused.value)
    assert "'plan' stands twice" in told
    assert "'hostile' was made from other data" in told
    assert "'foreign' is about data/elsewhere" in told
    later = replace(other, inputs=other.inputs.assign_coords(year=[2021, 2022, 2023, 2024]))
    with pytest.raises(ResultError, match="base years differ: 2020, 2021"):
        payload([plan, later], tables)


def test_studies_are_shown_only_when_they_rest_on_the_result(solved: tuple[list[Stored], Tables], tmp_path: Path) -> None:
    """By hand: a dual of 0.002 x 10 kt per unit is 20 t; a study of another file of the same scenario is left out."""
    (plan, other), tables = solved
    front = xr.Dataset({"x": ("point", [1.0, 2.0]), "y": ("point", [9.0, 7.0]), "supported": ("point", [True, False])},
                       attrs={"mode": "exact", "complete": 1, "within": 0.5})  # fmt: skip
    clause = str(plan.inputs["clause"].values[0])
    prices = xr.Dataset({"step": ("clause", [10.0]), "dual": ("clause", [0.002]), "solved": (("clause", "side"), [[0.03, math.nan]])},
                        coords={"clause": [clause], "side": [-1, 1]})  # fmt: skip
    save_study(tmp_path, "plan", "frontier-cost-exact", front, {"rests_on": {"sha256": plan.manifest["sha256"]}})
    save_study(tmp_path, "plan", "prices", prices, {"rests_on": {"sha256": plan.manifest["sha256"]}})
    save_study(tmp_path, "hostile", "frontier-cost", front, {"rests_on": {"sha256": "0" * 64}})
    document = payload([plan, other], tables, tmp_path)
    first, second = (scenario["studies"] for scenario in document["scenarios"])
    assert first["tradeoff"] == {"exact": True, "within": 0.5, "points": [
        {"cost": 1.0, "emissions": 9.0, "supported": True}, {"cost": 2.0, "emissions": 7.0, "supported": False}]}  # fmt: skip
    assert first["prices"] == [{"id": clause, "step": 10.0, "dual": 20.0, "down": 300.0, "up": None}]
    assert second == {"tradeoff": None, "output": None, "prices": [], "shapley": [], "alternatives": None}


def test_values_of_clauses_and_shared_decisions_are_read_as_stored(solved: tuple[list[Stored], Tables], tmp_path: Path) -> None:
    """By hand: two players share the change from 10 to 4; a drawn study is open by twice its error; an unfinished one is left out."""
    (plan, _), tables = solved
    line, arc = (str(plan.inputs[f"step_{half}"].values[0]) for half in ("line", "arc"))
    rests = {"rests_on": {"sha256": plan.manifest["sha256"]}}
    terms = {"lead": "emissions", "hold_output": False, "groups": {"caps": ["a"], "targets": ["b", "c"]}}
    member = (("coalition", "player"), [[False, False], [True, True]])
    game = xr.Dataset({"worth": ("coalition", [10.0, 4.0]), "member": member, "value": ("player", [-5.0, -1.0]),
                       "error": ("player", [0.5, math.nan])}, coords={"player": ["caps", "targets"]}, attrs={"complete": 1})  # fmt: skip
    save_study(tmp_path, "plan", "shapley-emissions", game, rests | {"terms": terms})
    save_study(tmp_path, "plan", "shapley-cost", game.assign_attrs(complete=0), rests | {"terms": terms})
    labels = {"line": [line, line], "kind": ["transition", "transition"], "item": [arc, "x"]}
    shared = xr.Dataset({"taken": (("plan", "decision"), [[1, 0], [1, 0]]), "verdict": ("decision", ["must", "never"])},
                        coords={name: ("decision", values) for name, values in labels.items()},
                        attrs={"goal": "emissions", "within": 0.01, "complete": 1})  # fmt: skip
    save_study(tmp_path, "plan", "alternatives", shared, rests)
    studies = payload([plan], tables, tmp_path)["scenarios"][0]["studies"]
    (found,) = studies["shapley"]
    assert (found["nothing"], found["all"], found["sampled"], found["lead"]) == (10.0, 4.0, True, "emissions")
    assert [(player["id"], player["low"], player["high"]) for player in found["players"]] == [("caps", -6.0, -4.0), ("targets", -1.0, -1.0)]
    assert studies["alternatives"]["decisions"] == [{"line": line, "kind": "transition", "what": arc, "verdict": "must", "share": 1.0}]
    assert studies["alternatives"]["never"] == 1


def test_causes_of_every_pair_add_up_to_the_difference(solved: tuple[list[Stored], Tables]) -> None:
    document = payload(*solved)
    (pair,) = document["between"]
    first, other = document["scenarios"]
    assert (pair["first"], pair["other"]) == (first["id"], other["id"])
    for place in range(len(pair["years"])):
        causes = sum(values[place] for sources in pair["effects"].values() for values in sources.values())
        difference = other["emissions"]["scope12_imports"][place] - first["emissions"]["scope12_imports"][place]
        assert causes == pytest.approx(difference, abs=1e-5 * first["emissions"]["scope12_imports"][place])
    since = sum(value for sources in first["since"].values() for value in sources.values())
    path = first["emissions"]["scope12_imports"]
    assert since == pytest.approx(path[-1] - path[0], abs=1e-5 * path[0])


@pytest.fixture
def example(tmp_path: Path) -> Path:
    """A copy of the project with the example province and its result."""
    shutil.copy(ROOT / "run.py", tmp_path / "run.py")
    (tmp_path / "model").symlink_to(ROOT / "model")
    shutil.copytree(ROOT / "data" / "example", tmp_path / "data" / "example")
    for name in ("units.csv", "variables.csv"):
        shutil.copy(ROOT / "data" / name, tmp_path / "data" / name)
    (tmp_path / "scenarios").mkdir()
    shutil.copy(ROOT / "scenarios" / "example.yaml", tmp_path / "scenarios" / "example.yaml")
    return tmp_path


def test_the_verb_writes_page_and_tables_and_refuses_what_does_not_hold(example: Path) -> None:
    nothing = call(example, "report", "--lang", "en")
    assert (nothing.returncode, "no stored result" in nothing.stderr) == (6, True)
    assert call(example, "run", "example").returncode == 0
    written = call(example, "report", "-o", "paper", "--lang", "en")
    assert written.returncode == 0, written.stderr
    files = {"report.html", "results.xlsx", "iamc.csv", "iamc.xlsx", "example.nc", "example.json"}
    assert {path.name for path in (example / "paper").iterdir()} == files
    assert "paper/report.html" in written.stdout
    unknown = call(example, "report", "example", "nowhere")
    assert (unknown.returncode, "there is no result of 'nowhere'" in unknown.stderr) == (6, True)
    escaped = call(example, "report", "../example")
    assert escaped.returncode == 6
    manifest = example / "results" / "example.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"valid": true', '"valid": false'), encoding="utf-8")
    refused = call(example, "report", "example")
    assert (refused.returncode, "no valid certificate" in refused.stderr) == (6, True)
    assert "Traceback" not in nothing.stderr + unknown.stderr + refused.stderr
