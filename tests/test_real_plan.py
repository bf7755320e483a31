"""The plan on the real data, once per session: certified, optimal, replayed, stored so that plain xarray reads it."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from worlds import rational_violation

from model.analysis import decisions_taken, frozen_reference, scorecard, sector_table, totals
from model.contract import Indicator
from model.errors import ResultError
from model.examine import Terms, differing, examine
from model.folders import Folders
from model.names import Goal, Scope, Target
from model.replay import gate, replay
from model.runner import prepare, read_result, run
from model.scenario import Scenario
from model.schema import BINARY, DECISIONS, LEDGERS
from model.session import Session, ask_of
from model.solution import columns_of, flatten
from model.store import Stored
from model.tolerances import ROW

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """The project's scenarios and data, with results of their own."""
    root = tmp_path_factory.mktemp("project")
    for name in ("scenarios", "data"):
        shutil.copytree(ROOT / name, root / name)
    return Folders(root)


@pytest.fixture(scope="module")
def plan(folders: Folders) -> Stored:
    """The plan, solved and stored."""
    return run(folders, "plan")


@pytest.fixture(scope="module")
def frozen(folders: Folders, plan: Stored) -> Stored:
    """Technology frozen at 2020, with the plan's activity."""
    return run(folders, "frozen")


def terms_of(stored: Stored) -> Terms:
    """What a stored result claims."""
    scenario = Scenario.model_validate_json(stored.inputs.attrs["scenario_json"])
    values = {Goal(stage["goal"]): stage["value"] for stage in stored.manifest["stages"]}
    return Terms(list(values), scenario.boundary, scenario.targets is Target.CLOSEST, values)


def test_plan_is_optimal_and_certified(plan: Stored) -> None:
    assert plan.manifest["optimal"]
    assert plan.manifest["certificate"]["valid"]
    assert plan.manifest["base_year_gate"] == "passed"
    assert [stage["goal"] for stage in plan.manifest["stages"]] == ["shortfall", "emissions", "cost"]
    assert all(stage["bound"] <= stage["value"] + 1e-9 for stage in plan.manifest["stages"])


def test_every_row_holds_in_exact_fractions(plan: Stored) -> None:
    """The stored plan in the matrix that Pyomo's side makes of its stored inputs, added up without rounding."""
    ask = ask_of(Scenario.model_validate_json(plan.inputs.attrs["scenario_json"]))
    matrix = Session().compiled(plan.inputs, ask)
    columns = columns_of(plan.inputs, matrix, flatten(plan.result, plan.inputs))
    assert rational_violation(matrix, columns) <= ROW


def test_opening_with_plain_xarray_is_pleasant(folders: Folders, plan: Stored) -> None:
    with xr.open_dataset(folders.results / "plan.nc") as opened:
        assert opened["make"].dims == ("line", "configuration", "year")
        assert float(opened["make"].sel(line="cisl_1", configuration="bof", year=2020)) == pytest.approx(280)
        for name, array in opened.variables.items():
            assert array.dtype.kind in "fiU" or array.dtype == np.dtypes.StringDType() or array.dtype.kind == "O", name
            assert all(isinstance(cell, str) for cell in array.values.ravel()) if array.dtype.kind == "O" else True
        assert (opened.attrs["status"], opened.attrs["emissions_gap"] <= 0.0005) == ("optimal", True)
        assert json.loads(opened.attrs["certificate"])["valid"]
        assert len(opened.attrs["scenario_hash"]) == len(opened.attrs["data_hash"]) == 64
        for name in DECISIONS:
            assert {"units", "long_name", "long_name_zh"} <= set(opened[name].attrs), name


def test_base_year_replays(folders: Folders) -> None:
    tables, _, problem = prepare(folders, "plan")
    assert gate(problem, tables) == []
    found = {item.row.id: item for item in replay(problem, tables)}
    assert found["emissions_steel"].found == pytest.approx(1393.2, abs=0.1)
    assert {item.row.kind for item in found.values()} == {"gate", "check"}
    assert len(tables.of(Indicator)) == 14


def test_gate_bites_when_a_fact_is_wrong(folders: Folders) -> None:
    """Steel of 2020 halved at one furnace: crude steel, its iron and its emissions no longer replay."""
    tables, _, problem = prepare(folders, "plan")
    wrong = problem.copy(deep=True)
    wrong["base_make"][(wrong["state_line"] == "cisl_1").values] /= 2
    assert any("make_crude_steel" in reason for reason in gate(wrong, tables))


def test_caps_hold_and_missed_targets_are_named(plan: Stored) -> None:
    scores = {score.clause: score for score in scorecard(plan.result, plan.inputs)}
    for clause in ("cap_crude_steel", "cap_aluminium", "cap_clinker", "cap_flat_glass"):
        assert scores[clause].slack >= -1e-6
    missed = {name for name, score in scores.items() if score.target and score.slack < -1e-6}
    assert missed == {"target_building", "target_light_alloy", "target_steel", "target_value_added"}


def test_totals_reconcile_to_the_last_tonne(plan: Stored) -> None:
    """Sectors + segments + imports = sum over sources, every year."""
    by_sector = sector_table(plan.result).sum().to_numpy(dtype=float)
    by_scope = totals(plan.result).loc[str(Scope.THREE)].to_numpy(dtype=float)
    assert by_sector == pytest.approx(by_scope, rel=1e-12)


def test_frozen_reference_equals_the_base_year_and_lies_above_the_plan(plan: Stored) -> None:
    reference = frozen_reference(plan.result, plan.inputs).to_numpy(dtype=float)
    reached = totals(plan.result).loc[str(Scope.THREE)].to_numpy(dtype=float)
    assert reference[0] == pytest.approx(reached[0], rel=1e-6)
    assert (reference[1:] > reached[1:]).all()


def test_frozen_technology_emits_more_at_the_same_activity(plan: Stored, frozen: Stored) -> None:
    assert frozen.result["output"].values == pytest.approx(plan.result["output"].values, rel=1e-9)
    emitted = [float(totals(stored.result).loc[str(Scope.THREE)].to_numpy(dtype=float)[1:].sum()) for stored in (plan, frozen)]
    assert emitted[0] < emitted[1]
    kinds = {decision.kind for decision in decisions_taken(frozen.result, frozen.inputs)}
    assert kinds <= {"build", "retire"}


@pytest.mark.parametrize("name", [name for name in DECISIONS if name != "benchmark"])
def test_any_changed_number_is_caught(plan: Stored, name: str) -> None:
    """One number of each variable moved: a binary flipped, any other by half of its size (at least 0.5)."""
    flat = flatten(plan.result, plan.inputs)
    assert examine(plan.inputs, flat, terms_of(plan)).valid
    order = np.random.default_rng(7).permutation(flat[name].size)[:12]
    for place in order:
        at = np.unravel_index(place, flat[name].shape)
        changed = flat.copy(deep=True)
        before = float(changed[name].values[at])
        changed[name].values[at] = 1 - before if name in BINARY else before + max(0.5, abs(before) / 2)
        assert not examine(plan.inputs, changed, terms_of(plan)).valid, (name, at, before)


@pytest.mark.parametrize("name", list(LEDGERS))
def test_any_changed_ledger_is_caught(plan: Stored, name: str) -> None:
    flat, told = flatten(plan.result, plan.inputs), plan.result.copy(deep=True)
    assert differing(plan.inputs, flat, told) == []
    place = np.unravel_index(int(np.nanargmax(told[name].values)), told[name].shape)
    told[name].values[place] *= 1 + 1e-6
    assert differing(plan.inputs, flat, told) == [f"ledger {name} is not what the decisions amount to"]


def test_benchmark_without_savings_is_caught(plan: Stored) -> None:
    """A blast furnace cannot reach its benchmark: its measures save 11 of the 27 kgce that it lacks."""
    flat = flatten(plan.result, plan.inputs)
    state = np.flatnonzero(
        (plan.inputs["state_line"] == "cisl_bf1").values & (plan.inputs["state_configuration"] == "blast_furnace").values
    )[0]
    assert flat["benchmark"].values[state, -1] == 0
    flat["benchmark"].values[state, -1] = 1
    reasons = examine(plan.inputs, flat, terms_of(plan)).reasons()
    assert any("benchmark_reached" in reason for reason in reasons)


def test_changed_inputs_are_caught(plan: Stored) -> None:
    """Ten times less coal per tonne of clinker in the stored inputs: balances and emissions no longer hold."""
    inputs = plan.inputs.copy(deep=True)
    inputs["use"].loc[{"good": "coal"}] /= 10
    assert not examine(inputs, flatten(plan.result, plan.inputs), terms_of(plan)).valid


def test_a_changed_file_is_refused(folders: Folders, frozen: Stored) -> None:
    path = folders.results / "frozen.nc"
    original = path.read_bytes()
    try:
        with xr.open_dataset(path) as opened:
            opened.load()
        path.write_bytes(original[:-100] + bytes(100))
        with pytest.raises(ResultError, match="not the file that was certified"):
            read_result(folders, "frozen")
    finally:
        path.write_bytes(original)
    assert read_result(folders, "frozen").manifest["certificate"]["valid"]


def test_a_forged_certificate_is_refused(folders: Folders, frozen: Stored) -> None:
    """A number changed in the file and the manifest's hash made anew: the numbers themselves do not hold."""
    import hashlib

    path, manifest = folders.results / "frozen.nc", folders.results / "frozen.json"
    originals = path.read_bytes(), manifest.read_text(encoding="utf-8")
    try:
        import netCDF4

        with netCDF4.Dataset(path, "a") as opened:
            opened["make"][0, :, -1] = opened["make"][0, :, -1] + 5
        body = json.loads(originals[1]) | {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
        manifest.write_text(json.dumps(body), encoding="utf-8")
        with pytest.raises(ResultError, match="does not hold"):
            read_result(folders, "frozen")
    finally:
        path.write_bytes(originals[0])
        manifest.write_text(originals[1], encoding="utf-8")


def test_infeasible_run_keeps_the_older_result(folders: Folders, plan: Stored) -> None:
    """The plan with firm targets cannot hold; the stored plan stays as it was."""
    from model.errors import InfeasibleError

    before = (folders.results / "plan.nc").read_bytes()
    original = (folders.scenarios / "plan.yaml").read_text(encoding="utf-8")
    (folders.scenarios / "plan.yaml").write_text(original.replace("targets: closest", "targets: firm"), encoding="utf-8")
    try:
        with pytest.raises(InfeasibleError):
            run(folders, "plan")
    finally:
        (folders.scenarios / "plan.yaml").write_text(original, encoding="utf-8")
    assert (folders.results / "plan.nc").read_bytes() == before
