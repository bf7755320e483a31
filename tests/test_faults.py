"""Faults survived: whatever fails while a result is written, the older one is intact or the new one whole, and a rerun works."""

import errno
import fcntl
import io
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr

from model import cli, session
from model.errors import ResultError, SolverError
from model.folders import Folders
from model.runner import read_result, run
from model.store import load, manifest_of, save

ROOT = Path(__file__).parent.parent
INPUTS = xr.Dataset({"demand": ("year", [3.0, 4.0])}, coords={"year": [2020, 2021]})
OPERATIONS = ((os, "replace"), (os, "fsync"), (os, "open"), (os, "mkdir"), (os, "unlink"), (io, "open"), (fcntl, "flock"),
              (xr.DataTree, "to_netcdf"))  # fmt: skip
"""What a write asks of the system."""
FAILURES = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EDQUOT)
Hook = Callable[[int, str], None]


def result(value: float) -> xr.Dataset:
    return xr.Dataset({"emission": ("year", [value, 2 * value])}, coords={"year": [2020, 2021]})


def write(folder: Path, value: float) -> None:
    save(folder, "a", result(value), INPUTS, {"certificate": {"valid": True}, "value": value})


def stands(folder: Path) -> float | None:
    """The number of the result that stands, after its file and manifest were seen to agree; nothing where there is none."""
    try:
        stored = load(folder, "a")
    except ResultError as error:
        assert "there is no result" in str(error)
        return None
    assert stored.result.identical(result(stored.manifest["value"]))
    return float(stored.manifest["value"])


@contextmanager
def watched(before: Hook, after: Hook = lambda number, name: None) -> Iterator[None]:
    """Number every operation, and call the hooks around it."""
    count = 0

    def around(real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def called(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            count += 1
            number = count
            before(number, name)
            try:
                return real(*args, **kwargs)
            finally:
                after(number, name)

        return called

    with pytest.MonkeyPatch.context() as patch:
        for place, name in OPERATIONS:
            patch.setattr(place, name, around(getattr(place, name), name))
        yield


def operations(folder: Path) -> list[str]:
    """Names of the operations of one write over an older result."""
    named: list[str] = []
    with watched(lambda number, name: named.append(name)):
        write(folder, 1.0)
    return named


def killed(folder: Path, point: int, late: bool) -> None:
    """A child that writes the result 2 and is killed just before (or just after) an operation."""

    def kill(number: int, name: str) -> None:
        if number == point:
            os.kill(os.getpid(), signal.SIGKILL)

    child = os.fork()
    if child == 0:
        try:
            with watched(*((lambda number, name: None, kill) if late else (kill,))):
                write(folder, 2.0)
        finally:
            os._exit(1)
    assert os.WIFSIGNALED(os.waitpid(child, 0)[1])


@pytest.mark.parametrize("older", [True, False], ids=["over an older result", "first result"])
def test_killed_at_any_step_leaves_the_older_or_the_new_result(tmp_path: Path, older: bool) -> None:
    count = len(operations(tmp_path / "counted"))
    seen: list[float | None] = []
    for point in range(1, count + 1):
        for late in (False, True):
            folder = tmp_path / f"{point}_{late}"
            folder.mkdir()
            if older:
                write(folder, 1.0)
            killed(folder, point, late)
            seen.append(stands(folder))
            write(folder, 3.0)
            assert stands(folder) == 3.0
    assert len(seen) >= 20
    assert seen[0] == (1.0 if older else None)
    assert seen[-1] == 2.0
    assert seen == sorted(seen, key=lambda value: value == 2.0), "once the new result stands it must go on standing"


@pytest.mark.parametrize("failure", FAILURES, ids=lambda number: errno.errorcode[number])
def test_any_operation_may_fail(tmp_path: Path, failure: int) -> None:
    """An error is told, or there was none: with an error the older result stands, without one the new."""
    named = operations(tmp_path / "counted")
    assert {"replace", "fsync", "open", "to_netcdf"} <= set(named)
    told = 0
    for point in range(1, len(named) + 1):
        folder = tmp_path / str(point)
        write(folder, 1.0)

        def fail(number: int, name: str, point: int = point) -> None:
            if number == point:
                raise OSError(failure, os.strerror(failure))

        try:
            with watched(fail):
                write(folder, 2.0)
        except ResultError as error:
            told += 1
            assert str(error).startswith(("a.nc could not be written", "a.json could not be written"))
            assert "untouched" in str(error)
            assert os.strerror(failure) in str(error)
            assert stands(folder) == 1.0
            assert {path.name for path in folder.iterdir()} == {"a.nc", "a.json"}, named[point - 1]
        else:
            assert stands(folder) == 2.0
        write(folder, 3.0)
        assert stands(folder) == 3.0
    assert told >= 5


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("NetCDF: HDF error")])
def test_out_of_memory_while_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    write(tmp_path, 1.0)

    def full(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(xr.DataTree, "to_netcdf", full)
        with pytest.raises(ResultError, match=r"a\.nc could not be written \((MemoryError|NetCDF: HDF error)\)"):
            write(tmp_path, 2.0)
    assert stands(tmp_path) == 1.0


def test_writers_at_once_leave_one_whole_result(tmp_path: Path) -> None:
    """Four children write the same result eight times each, and it is read meanwhile."""
    write(tmp_path, 1.0)
    children = []
    for number in range(4):
        child = os.fork()
        if child == 0:
            try:
                for turn in range(8):
                    write(tmp_path, 10.0 + number + turn / 10)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0, 0]
    assert stands(tmp_path) in {10.7, 11.7, 12.7, 13.7}
    assert {path.name for path in tmp_path.iterdir()} == {"a.nc", "a.json"}


def test_old_rubbish_is_swept_and_fresh_drafts_are_not(tmp_path: Path) -> None:
    write(tmp_path, 1.0)
    old, fresh, other = (tmp_path / name for name in (".a.nc.11.tmp", ".a.nc.12.tmp", ".b.nc.13.tmp"))
    for path in (old, fresh, other):
        path.write_text("")
    for path in (old, other):
        os.utime(path, (1.0, 1.0))
    write(tmp_path, 2.0)
    assert (old.exists(), fresh.exists(), other.exists()) == (False, True, True)


@pytest.mark.parametrize("text", ["{", "[1]", '{"format": 1', "[" * 100_000, '{"format": 1, "certificate": [1]}', "\0"])
def test_a_broken_manifest_is_told_as_such(tmp_path: Path, text: str) -> None:
    write(tmp_path, 1.0)
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(ResultError, match="run it again"):
        manifest_of(tmp_path, "a")


@pytest.mark.parametrize("certificate", [[1], "true", 1, {"valid": "yes"}, {"valid": 1}])
def test_only_true_is_valid(tmp_path: Path, certificate: object) -> None:
    save(tmp_path, "a", result(1.0), INPUTS, {"certificate": certificate})
    with pytest.raises(ResultError, match="no valid certificate"):
        load(tmp_path, "a")


def test_a_foreign_file_with_a_fitting_manifest_is_refused(tmp_path: Path) -> None:
    """Its hash and its certificate are right; it only is no netCDF file, or no result."""
    import hashlib

    folders = Folders(tmp_path)
    write(folders.results, 1.0)
    with pytest.raises(ResultError, match=r"a\.nc is not a result of this model"):
        read_result(folders, "a")
    (folders.results / "a.nc").write_bytes(b"hello")
    told = json.loads((folders.results / "a.json").read_text()) | {"sha256": hashlib.sha256(b"hello").hexdigest()}
    (folders.results / "a.json").write_text(json.dumps(told))
    with pytest.raises(ResultError, match=r"a\.nc cannot be read"):
        load(folders.results, "a")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project with the example and with the plan to be interrupted; data only linked."""
    for name in ("run.py", "model", "data", "scenarios"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


def test_results_may_be_a_file_or_nowhere(project: Path) -> None:
    (project / "results").write_text("not a folder")
    with pytest.raises(ResultError, match=r"example\.nc could not be written"):
        run(Folders(project), "example")
    assert (project / "results").read_text() == "not a folder"
    (project / "results").unlink()
    (project / "results").symlink_to(project / "nowhere")
    with pytest.raises(ResultError, match=r"example\.nc could not be written"):
        run(Folders(project), "example")
    (project / "results").unlink()
    assert run(Folders(project), "example").manifest["optimal"]


@pytest.mark.parametrize("lie", ["value", "point", "not a number"])
def test_a_solver_that_lies_stores_nothing(project: Path, monkeypatch: pytest.MonkeyPatch, lie: str) -> None:
    """It claims less emissions than its plan has, or a plan that breaks rules, or no numbers at all."""
    honest = run(Folders(project), "example").manifest["stages"]
    told = session.solve

    def lying(*args: Any, **kwargs: Any) -> Any:
        outcome = told(*args, **kwargs)
        if lie == "value":
            return replace(outcome, stages=[replace(stage, value=stage.value * (1 - 1e-6)) for stage in outcome.stages])
        return replace(outcome, values=outcome.values * (np.nan if lie == "not a number" else 1.001))

    monkeypatch.setattr(session, "solve", lying)
    with pytest.raises(SolverError):
        run(Folders(project), "example")
    assert read_result(Folders(project), "example").manifest["stages"] == honest


def start(project: Path, *words: str, limit: Callable[[], None] | None = None, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(project / "run.py"), *words], cwd="/", env=os.environ | environment, preexec_fn=limit,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace",
    )  # fmt: skip


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_while_solving(project: Path, number: signal.Signals, code: int) -> None:
    """The plan is stopped as soon as its solve has begun: nothing is stored, nothing is left, no traceback."""
    with start(project, "run", "plan", "--lang", "en", PYTHONUNBUFFERED="1", PYTHONUTF8="1") as child:
        assert child.stdout is not None
        assert any("solving" in line for line in child.stdout)
        child.send_signal(number)
        _, errors = child.communicate(timeout=120)
    assert child.returncode == code, errors
    assert "Traceback" not in errors
    assert not (project / "results").exists() or list((project / "results").iterdir()) == []


def small_files() -> None:
    """No file may grow beyond 20 kB; the signal of it is an error, not death."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))


def test_disk_full_keeps_the_older_result(project: Path) -> None:
    run(Folders(project), "example")
    before = {path.name: path.read_bytes() for path in (project / "results").iterdir()}
    without = {"PYTHONDONTWRITEBYTECODE": "1", "COVERAGE_PROCESS_CONFIG": ""}  # counting lines takes a larger file
    with start(project, "run", "example", "--force", "--lang", "en", limit=small_files, **without) as child:
        _, errors = child.communicate(timeout=120)
    assert child.returncode == 6, errors
    assert "example.nc could not be written" in errors
    assert "Traceback" not in errors
    assert {path.name: path.read_bytes() for path in (project / "results").iterdir()} == before


def little(megabytes: int) -> Callable[[], None]:
    """A limit on the address space of a child."""
    return lambda: resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))


@pytest.mark.parametrize("megabytes", [200, 599, 640])
def test_little_memory_ends_in_words(project: Path, megabytes: int) -> None:
    """Below 600 MB nothing starts (numpy's and scipy's libraries end in tracebacks there, or spin); above, a run ends whole or in words."""
    run(Folders(project), "example")
    before = manifest_of(project / "results", "example")
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with start(project, "run", "example", "--force", "--lang", "en", limit=little(megabytes), **one) as child:
        _, errors = child.communicate(timeout=120)
    assert "Traceback" not in errors
    if megabytes < 600:
        assert child.returncode == 5
        assert f"limited to {megabytes} MB" in errors
        assert manifest_of(project / "results", "example") == before
    else:
        assert child.returncode in (0, 5, 6), errors
        assert read_result(Folders(project), "example").manifest["optimal"]


def test_memory_that_runs_out_ends_in_words(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def full(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(cli, "app", full)
    monkeypatch.setattr(sys, "argv", ["run.py", "en"])
    with pytest.raises(SystemExit) as ended:
        cli.start(ROOT)
    assert ended.value.code == 5
    assert "memory ran out" in capsys.readouterr().err


def test_bare_surroundings(project: Path) -> None:
    """No UTF-8, no home, an odd zone, another hash seed, one thread, another working folder: the same decisions."""
    honest = run(Folders(project), "example")
    shutil.move(project / "results", project / "before")
    odd = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "TZ": "Pacific/Chatham", "PYTHONHASHSEED": "7",
           "OMP_NUM_THREADS": "1", "HOME": "/nonexistent"}  # fmt: skip
    for lang in ("en", "zh"):
        with start(project, "run", "example", "--lang", lang, **odd) as child:
            _, errors = child.communicate(timeout=120)
        assert child.returncode == 0, errors
    again = read_result(Folders(project), "example")
    for name in ("on", "move", "fit", "install"):
        assert np.array_equal(again.result[name].values, honest.result[name].values, equal_nan=True), name
