"""Writing results: whole or not at all, and what is refused on reading."""

import errno
import hashlib
import json
import os
import shutil
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr
from conftest import PROVINCE

from model.contract import TABLES
from model.errors import Faults, InputError, ResultError
from model.store import load, load_study, path_of, save, save_study, stored_names, write_text
from model.tables import data_digest, read_table, read_tables

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


AGAIN = "run it again: python run.py run a"


def fitting(folder: Path, name: str, manifest: dict[str, object], content: bytes = b"no netCDF") -> None:
    """A file with a manifest that fits it, whatever both hold."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.nc").write_bytes(content)
    (folder / f"{name}.json").write_text(json.dumps({"format": 1, "sha256": hashlib.sha256(content).hexdigest()} | manifest))


@pytest.mark.parametrize(
    ("manifest", "message"),
    [({"certificate": {}}, f"a.nc has no valid certificate; {AGAIN}"),
     ({"format": 2}, f"a.json was written by another version of this model; {AGAIN}")],
)  # fmt: skip
def test_each_refusal_names_the_file_and_what_to_do(tmp_path: Path, manifest: dict[str, object], message: str) -> None:
    fitting(tmp_path, "a", manifest)
    with pytest.raises(ResultError) as raised:
        load(tmp_path, "a")
    assert str(raised.value) == message


def test_a_file_that_is_no_netcdf_is_told(tmp_path: Path) -> None:
    fitting(tmp_path, "a", CERTIFIED)
    with pytest.raises(ResultError, match=rf"^a\.nc cannot be read \(.+\); {AGAIN}$"):
        load(tmp_path, "a")


@pytest.mark.parametrize("part", [None, "inputs"])
def test_a_part_that_memory_does_not_hold_is_told(tmp_path: Path, part: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path, "a", RESULT, INPUTS, CERTIFIED)
    honest = xr.open_dataset

    def failing(path: Path, group: str | None, engine: str) -> xr.Dataset:
        if group == part:
            raise MemoryError
        return honest(path, group=group, engine=engine)

    monkeypatch.setattr(xr, "open_dataset", failing)
    with pytest.raises(ResultError) as raised:
        load(tmp_path, "a")
    assert str(raised.value) == f"a.nc cannot be read (MemoryError); {AGAIN}"


def test_a_file_that_the_disk_does_not_give_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fitting(tmp_path, "a", CERTIFIED)

    def broken(path: Path) -> bytes:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(Path, "read_bytes", broken)
    with pytest.raises(ResultError) as raised:
        load(tmp_path, "a")
    assert str(raised.value) == f"a.nc cannot be read (Input/output error); {AGAIN}"


def test_refused_studies_say_what_to_make_again(tmp_path: Path) -> None:
    fitting(tmp_path / "a", "prices", {})
    with pytest.raises(ResultError, match=r"^prices\.nc cannot be read \(.+\); .*a/prices\.nc"):
        load_study(tmp_path, "a", "prices")
    (tmp_path / "a" / "prices.json").write_text("{")
    with pytest.raises(ResultError, match=r"prices\.json.*a/prices\.nc"):
        load_study(tmp_path, "a", "prices")
    with pytest.raises(ResultError, match=r"a/\.\./b"):
        load_study(tmp_path, "a", "../b")


def test_a_manifest_alone_is_no_result_and_one_that_waits_counts(tmp_path: Path) -> None:
    save(tmp_path, "a", RESULT, INPUTS, CERTIFIED)
    (tmp_path / "a.json").rename(tmp_path / ".a.next.json")
    assert load(tmp_path, "a").result.identical(RESULT)
    (tmp_path / "a.nc").unlink()
    with pytest.raises(ResultError, match="there is no result"):
        load(tmp_path, "a")


def test_numbers_are_compressed_and_nothing_else(tmp_path: Path) -> None:
    mixed = RESULT.assign(total=3.0, code=("year", np.array([1, 2], dtype=np.int8)), name=("year", ["甲", "乙"]))
    save(tmp_path, "a", mixed, INPUTS, CERTIFIED)
    with netCDF4.Dataset(tmp_path / "a.nc") as opened:
        assert opened.data_model == "NETCDF4"
        found = {name: opened[name].filters() for name in ("emission", "code", "total", "inputs/demand")}
    assert [found[name] and (found[name]["zlib"], found[name]["complevel"]) for name in found] == [
        (True, 1),
        (False, 0),
        (False, 0),
        (True, 1),
    ]


def test_texts_are_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new" / "page.html"
    write_text(path, "重庆")
    assert path.read_text("utf-8") == "重庆"
    assert list(path.parent.iterdir()) == [path]

    def full(*_: object, **__: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ResultError, match=r"page\.html could not be written .*No space left"):
        write_text(path, "other")
    assert path.read_text("utf-8") == "重庆"


def test_the_digest_of_data_depends_on_every_table_and_on_nothing_else(tmp_path: Path) -> None:
    digests = [data_digest(tmp_path)]
    for name, text in (("a.csv", "1"), ("b.csv", "2"), ("a.csv", "3")):
        (tmp_path / name).write_text(text)
        digests.append(data_digest(tmp_path))
    (tmp_path / "a.csv").rename(tmp_path / "c.csv")
    digests.append(data_digest(tmp_path))
    assert len(set(digests)) == len(digests)
    (tmp_path / "notes.txt").write_text("x")
    assert data_digest(tmp_path) == digests[-1]


def test_a_folder_that_is_missing_or_holds_unknown_tables_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        read_tables(tmp_path / "nowhere")
    assert [(fault.file, fault.message.key) for fault in raised.value.faults] == [(str(tmp_path / "nowhere"), "no_data_folder")]
    (tmp_path / "odd.csv").write_text("x")
    with pytest.raises(InputError) as raised:
        read_tables(tmp_path)
    told = next(fault for fault in raised.value.faults if fault.file == "odd.csv")
    assert told.message.values["tables"] == ", ".join(TABLES)


@pytest.mark.parametrize(("spare", "read"), [(0, True), (-1, False)])
def test_a_table_may_be_as_large_as_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spare: int, read: bool) -> None:
    for path in PROVINCE.glob("*.csv"):
        shutil.copy(path, tmp_path)
    largest = max(path.stat().st_size for path in tmp_path.glob("*.csv"))
    monkeypatch.setattr("model.tables.MAX_BYTES", largest + spare)
    if read:
        assert read_tables(tmp_path).rows
    else:
        with pytest.raises(InputError, match="larger than"):
            read_tables(tmp_path)


def test_every_row_at_fault_is_named_not_only_the_first(tmp_path: Path) -> None:
    """An unknown kind, a row that stands three times, one without a name: each with its row, and the rows between them are read."""
    rows = ("id,name_zh,name_en,kind,parent", "a,甲,A,heap,", "b,乙,B,cluster,", "b,乙,B,cluster,", "c,,C,cluster,", "b,乙,B,cluster,",
            "d,丁,D,chain,b", "")  # fmt: skip
    (tmp_path / "clusters.csv").write_text("\n".join(rows), encoding="utf-8")
    faults = Faults()
    read, numbers = read_table(tmp_path / "clusters.csv", TABLES["clusters"], faults)
    assert [(fault.row, fault.column) for fault in faults.found] == [(2, "kind"), (4, "id"), (5, "name_zh"), (6, "id")]
    assert [row.id for row in read] == ["b", "d"]
    assert numbers == [3, 7]


def test_rows_of_other_lengths_are_all_named_empty_ones_are_none_and_a_cell_may_have_lines(tmp_path: Path) -> None:
    """As spreadsheets write them: what is at fault in another table hides nothing here."""
    rows = ("id,name_zh,name_en,kind,parent", ",,,,", "a,甲", "b,乙,B,cluster,", "c,丙,C", 'd,"丁\n一","D\none",cluster,', "")
    (tmp_path / "clusters.csv").write_text("\n".join(rows), encoding="utf-8")
    faults = Faults()
    faults.add("goods.csv", "at fault before")
    read, numbers = read_table(tmp_path / "clusters.csv", TABLES["clusters"], faults)
    assert [(fault.file, fault.row) for fault in faults.found[1:]] == [("clusters.csv", 3), ("clusters.csv", 5)]
    assert [(row.id, row.name_en, number) for row, number in zip(read, numbers, strict=True)] == [("b", "B", 4), ("d", "D\none", 6)]


def test_a_manifest_is_for_readers_too(tmp_path: Path) -> None:
    """One key a line in the order of the alphabet, Chinese as it is."""
    path = save(tmp_path, "a", RESULT, INPUTS, {"title": "重庆", "certificate": {"valid": True}})
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (tmp_path / "a.json").read_text("utf-8").splitlines() == [
        "{", ' "certificate": {', '  "valid": true', " },", ' "format": 1,', f' "sha256": "{digest}",', ' "title": "重庆"', "}",
    ]  # fmt: skip


def test_no_result_and_no_name_say_which(tmp_path: Path) -> None:
    with pytest.raises(ResultError) as none:
        load(tmp_path / "results", "a")
    assert str(none.value) == f"there is no result of 'a' in results/; {AGAIN}"
    with pytest.raises(ResultError) as wrong:
        path_of(tmp_path, "A b")
    assert "'A b'" in str(wrong.value)


def test_rubbish_that_cannot_be_deleted_stops_no_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = tmp_path / ".a.nc.1.tmp"
    draft.write_text("left by a writer that was killed")
    os.utime(draft, (0, 0))
    delete = Path.unlink

    def held(path: Path, missing_ok: bool = False) -> None:
        if path == draft:
            raise PermissionError(errno.EACCES, "held by another program")
        delete(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", held)
    save(tmp_path, "a", RESULT, INPUTS, CERTIFIED)
    assert load(tmp_path, "a").result.identical(RESULT)
    assert draft.exists()
