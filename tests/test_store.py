"""Writing results: whole or not at all, and what is refused on reading."""

import json
from pathlib import Path

import pytest
import xarray as xr

from model.errors import ResultError
from model.store import load, load_study, path_of, save, save_study, stored_names

RESULT = xr.Dataset({"emission": ("year", [1.0, 2.0], {"units": "10ktCO2e"})}, coords={"year": [2020, 2021]})
INPUTS = xr.Dataset({"demand": ("year", [3.0, 4.0])}, coords={"year": [2020, 2021]})
CERTIFIED = {"certificate": {"valid": True}, "scenario": "a"}


def test_round_trip_keeps_numbers_units_and_inputs(tmp_path: Path) -> None:
    save(tmp_path, "a", RESULT, INPUTS, CERTIFIED)
    stored = load(tmp_path, "a")
    xr.testing.assert_identical(stored.result, RESULT)
    xr.testing.assert_identical(stored.inputs, INPUTS)
    assert stored_names(tmp_path) == ["a"]


def test_failed_write_keeps_the_older_result_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, "a", RESULT, INPUTS, CERTIFIED)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_: object, **__: object) -> None:
        raise RuntimeError("NetCDF: HDF error")

    monkeypatch.setattr(xr.DataTree, "to_netcdf", full)
    with pytest.raises(ResultError, match="untouched"):
        save(tmp_path, "a", RESULT * 2, INPUTS, CERTIFIED)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_file_and_manifest_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    """The file is newer than its manifest, as after a crash between the two writes."""
    save(tmp_path, "a", RESULT, INPUTS, CERTIFIED)
    old = (tmp_path / "a.json").read_text()
    save(tmp_path, "a", RESULT * 2, INPUTS, CERTIFIED)
    (tmp_path / "a.json").write_text(old)
    with pytest.raises(ResultError, match="not the file that was certified"):
        load(tmp_path, "a")


@pytest.mark.parametrize("certificate", [{}, {"valid": False}, {"valid": None}])
def test_without_valid_certificate_nothing_is_read(tmp_path: Path, certificate: dict[str, object]) -> None:
    save(tmp_path, "a", RESULT, INPUTS, {"certificate": certificate})
    with pytest.raises(ResultError, match="no valid certificate"):
        load(tmp_path, "a")


def test_missing_damaged_and_foreign_manifests_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ResultError, match="there is no result"):
        load(tmp_path, "a")
    save(tmp_path, "a", RESULT, INPUTS, CERTIFIED)
    (tmp_path / "a.json").write_text("{", encoding="utf-8")
    with pytest.raises(ResultError, match="damaged"):
        load(tmp_path, "a")
    (tmp_path / "a.json").write_text(json.dumps({"format": 99}), encoding="utf-8")
    with pytest.raises(ResultError, match="another version"):
        load(tmp_path, "a")


@pytest.mark.parametrize("name", ["../a", "/etc/passwd", "a/b", "", "A", ".", "a\0b", "-rf", "x" * 65])
def test_names_that_leave_the_folder_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ResultError):
        path_of(tmp_path, name)


def test_a_study_stands_beside_its_result_and_is_refused_when_changed(tmp_path: Path) -> None:
    study = xr.Dataset({"emissions": ("point", [3.0, 2.0])}, coords={"point": [0, 1]})
    assert load_study(tmp_path, "plan", "frontier") is None
    path = save_study(tmp_path, "plan", "frontier", study, {"result": "abc"})
    read, manifest = load_study(tmp_path, "plan", "frontier") or (None, {})
    xr.testing.assert_identical(read, study)
    assert manifest["result"] == "abc"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(ResultError, match=r"frontier\.nc is not the file that was certified"):
        load_study(tmp_path, "plan", "frontier")
    with pytest.raises(ResultError, match="not the name of a study"):
        save_study(tmp_path, "..", "x", study, {})
