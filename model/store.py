"""Results on disk: one netCDF4 file per scenario (and per study of it), written whole or not at all, read only with a valid certificate.

A file holds the decisions and ledgers at its root and the resolved inputs in the group ``inputs``. Beside it stands a
manifest with the SHA-256 of the file, checked before the file is opened. A writer lays the manifest beside, replaces the file,
then the manifest: killed anywhere, either the older result or the new one is there, whole.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import xarray as xr

from model.errors import ResultError
from model.language import Told, told
from model.names import NAME

if sys.platform != "win32":
    import fcntl

FORMAT = 1
STALE = 3600.0
"""Seconds after which a temporary file's writer is taken for dead."""


@dataclass(frozen=True)
class Stored:
    """A result as read: decisions and ledgers, its inputs, and its manifest (certificate, stages, versions)."""

    result: xr.Dataset
    inputs: xr.Dataset
    manifest: dict[str, Any]


def path_of(folder: Path, scenario: str) -> Path:
    """The file of a scenario's result; refuses names that are no plain names."""
    if not NAME.fullmatch(scenario):
        raise ResultError(told("no_result_name", name=scenario))
    return folder / f"{scenario}.nc"


@contextmanager
def _draft(path: Path, write: Callable[[Path], None]) -> Iterator[Path]:
    """A file beside ``path``, written and flushed to disk, that may replace it; nothing of it stays when that fails."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _sweep(path)
        write(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        yield temporary
    except (OSError, RuntimeError, MemoryError) as error:
        raise ResultError(told("not_written", file=path.name, why=str(error) or type(error).__name__)) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sweep(path: Path) -> None:
    """Delete what writers of this file left that were killed long ago."""
    for left in path.parent.glob(f".{path.name}.*.tmp"):
        with suppress(OSError):
            if time.time() - left.stat().st_mtime > STALE:
                left.unlink()


def _atomic(path: Path, write: Callable[[Path], None]) -> None:
    """Write to a temporary file, flush it to disk, then replace the old one in one step."""
    with _draft(path, write) as temporary:
        temporary.replace(path)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """No other writer replaces files of the folder meanwhile; the system frees the lock of one that is killed."""
    if sys.platform == "win32":
        yield
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems know no locks
            fcntl.flock(place, fcntl.LOCK_EX)
        yield
        with suppress(OSError):  # some file systems cannot flush a folder
            os.fsync(place)
    finally:
        os.close(place)


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all. Raises ``ResultError`` where it cannot be written."""
    _atomic(path, partial(_write_text, text))


def _compressed(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    return {
        str(name): {"zlib": True, "complevel": 1} for name, array in dataset.data_vars.items() if array.ndim and array.dtype.kind == "f"
    }


def _next(path: Path) -> Path:
    """Where the manifest of a file waits until the file itself stands."""
    return path.with_name(f".{path.stem}.next.json")


def _save(path: Path, parts: dict[str, xr.Dataset], manifest: dict[str, Any]) -> Path:
    """Write a file and its manifest as one: the manifest is laid beside first, and replacing the file is what makes both count."""
    tree = xr.DataTree.from_dict(parts)
    encoding = {group: _compressed(part) for group, part in parts.items()}

    def write(at: Path) -> None:
        tree.to_netcdf(at, format="NETCDF4", engine="netcdf4", encoding=encoding, write_inherited_coords=True)

    waiting = _next(path)
    with _draft(path, write) as data, ExitStack() as stack:
        body = manifest | {"format": FORMAT, "sha256": hashlib.sha256(data.read_bytes()).hexdigest()}
        text = json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True)
        words = stack.enter_context(_draft(path.with_suffix(".json"), partial(_write_text, text)))
        stack.enter_context(_alone(path.parent))
        words.replace(waiting)
        try:
            data.replace(path)
        except OSError:
            waiting.unlink(missing_ok=True)
            raise
        with suppress(OSError):  # the manifest counts where it waits, too
            waiting.replace(path.with_suffix(".json"))
    return path


def save(folder: Path, scenario: str, result: xr.Dataset, inputs: xr.Dataset, manifest: dict[str, Any]) -> Path:
    """Write a result and its manifest: both or neither, also where the writer is killed in between."""
    return _save(path_of(folder, scenario), {"/": result, "/inputs": inputs}, manifest)


def _exists(path: Path) -> bool:
    """Is there a file with a manifest?"""
    return path.is_file() and (path.with_suffix(".json").is_file() or _next(path).is_file())


def _read_manifest(path: Path, again: Told) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError, OSError) as error:
        raise ResultError(told("manifest_damaged", file=path.name, again=again)) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ResultError(told("result_of_another_version", file=path.name, again=again))
    return manifest


def _manifest_of(path: Path, again: Told) -> dict[str, Any]:
    """The manifest of a file, after the file's hash has been compared with it.

    After a crash the right manifest may still wait beside the file, so that one is tried first.
    """
    for _ in range(2):  # a writer may come between the two readings, once
        try:
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise ResultError(told("result_unreadable", file=path.name, why=error.strerror, again=again)) from error
        with suppress(ResultError):
            waiting = _read_manifest(_next(path), again)
            if waiting.get("sha256") == digest:
                return waiting
        manifest = _read_manifest(path.with_suffix(".json"), again)
        if manifest.get("sha256") == digest:
            return manifest
    raise ResultError(told("result_not_certified", file=path.name, again=again))


def _opened(path: Path, group: str | None, again: Told) -> xr.Dataset:
    """A group of a file, read into memory."""
    try:
        with xr.open_dataset(path, group=group, engine="netcdf4") as opened:
            return opened.load()
    except (OSError, ValueError, RuntimeError, MemoryError) as error:
        raise ResultError(told("result_unreadable", file=path.name, why=str(error) or type(error).__name__, again=again)) from error


def manifest_of(folder: Path, scenario: str) -> dict[str, Any]:
    """The manifest of a stored result, after its hash and certificate were checked. Raises ``ResultError`` with what to do."""
    path = path_of(folder, scenario)
    again = told("run_again", name=scenario)
    if not _exists(path):
        raise ResultError(told("no_result", name=scenario, folder=f"{folder.name}/", again=again))
    manifest = _manifest_of(path, again)
    certificate = manifest.get("certificate")
    if not isinstance(certificate, dict) or certificate.get("valid") is not True:
        raise ResultError(told("result_without_certificate", file=path.name, again=again))
    return manifest


def load(folder: Path, scenario: str) -> Stored:
    """Read a result after checking its hash and certificate. Raises ``ResultError`` with what to do."""
    manifest, path = manifest_of(folder, scenario), path_of(folder, scenario)
    again = told("run_again", name=scenario)
    return Stored(_opened(path, None, again), _opened(path, "inputs", again), manifest)


def study_path(folder: Path, scenario: str, kind: str) -> Path:
    """The file of a study of a scenario (trade-off, prices, alternatives): ``results/<scenario>/<kind>.nc``."""
    if not (NAME.fullmatch(scenario) and NAME.fullmatch(kind)):
        raise ResultError(told("no_study_name", name=f"{scenario}/{kind}"))
    return folder / scenario / f"{kind}.nc"


def save_study(folder: Path, scenario: str, kind: str, study: xr.Dataset, manifest: dict[str, Any]) -> Path:
    """Write a study beside its scenario's result; ``manifest`` says what it rests on (hashes of scenario, data, result)."""
    return _save(study_path(folder, scenario, kind), {"/": study}, manifest)


def load_study(folder: Path, scenario: str, kind: str) -> tuple[xr.Dataset, dict[str, Any]] | None:
    """Read a study and its manifest; nothing where there is none. Raises ``ResultError`` where it was changed."""
    path = study_path(folder, scenario, kind)
    if not _exists(path):
        return None
    again = told("make_study_again", file=f"{scenario}/{path.name}")
    manifest = _manifest_of(path, again)
    return _opened(path, None, again), manifest


def stored_names(folder: Path) -> list[str]:
    """Names of the scenarios that have a result."""
    return sorted(path.stem for path in folder.glob("*.nc") if NAME.fullmatch(path.stem))
