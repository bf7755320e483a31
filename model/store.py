"""Results on disk: one netCDF4 file per scenario (and per study of it), written whole or not at all, read only with a valid certificate.

A file holds the decisions and ledgers at its root and the resolved inputs in the group ``inputs``. Beside it stands a
manifest with the SHA-256 of the file, checked before the file is opened.
"""

import hashlib
import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import xarray as xr

from model.errors import ResultError
from model.language import Told, told
from model.names import NAME

FORMAT = 1


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


def _atomic(path: Path, write: Callable[[Path], None]) -> None:
    """Write to a temporary file, flush it to disk, then replace the old one in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        write(temporary)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, RuntimeError) as error:
        raise ResultError(told("not_written", file=path.name, why=error)) from error
    finally:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)


def _write_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8")


def write_text(path: Path, text: str) -> None:
    """Write a text file, whole or not at all. Raises ``ResultError`` where it cannot be written."""
    _atomic(path, partial(_write_text, text))


def _compressed(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    return {
        str(name): {"zlib": True, "complevel": 1} for name, array in dataset.data_vars.items() if array.ndim and array.dtype.kind == "f"
    }


def _save(path: Path, parts: dict[str, xr.Dataset], manifest: dict[str, Any]) -> Path:
    tree = xr.DataTree.from_dict(parts)
    encoding = {group: _compressed(part) for group, part in parts.items()}
    _atomic(path, lambda at: tree.to_netcdf(at, format="NETCDF4", engine="netcdf4", encoding=encoding, write_inherited_coords=True))
    body = manifest | {"format": FORMAT, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    text = json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True)
    write_text(path.with_suffix(".json"), text)
    return path


def save(folder: Path, scenario: str, result: xr.Dataset, inputs: xr.Dataset, manifest: dict[str, Any]) -> Path:
    """Write a result and its manifest. The manifest comes last: a file that does not match it is refused."""
    return _save(path_of(folder, scenario), {"/": result, "/inputs": inputs}, manifest)


def _manifest_of(path: Path, again: Told) -> dict[str, Any]:
    """The manifest of a file, after the file's hash has been compared with it."""
    try:
        manifest = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    except ValueError as error:
        raise ResultError(told("manifest_damaged", file=path.with_suffix(".json").name, again=again)) from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ResultError(told("result_of_another_version", file=path.name, again=again))
    if manifest.get("sha256") != hashlib.sha256(path.read_bytes()).hexdigest():
        raise ResultError(told("result_not_certified", file=path.name, again=again))
    return manifest


def manifest_of(folder: Path, scenario: str) -> dict[str, Any]:
    """The manifest of a stored result, after its hash and certificate were checked. Raises ``ResultError`` with what to do."""
    path = path_of(folder, scenario)
    again = told("run_again", name=scenario)
    if not path.is_file() or not path.with_suffix(".json").is_file():
        raise ResultError(told("no_result", name=scenario, folder=f"{folder.name}/", again=again))
    manifest = _manifest_of(path, again)
    if not manifest.get("certificate", {}).get("valid"):
        raise ResultError(told("result_without_certificate", file=path.name, again=again))
    return manifest


def load(folder: Path, scenario: str) -> Stored:
    """Read a result after checking its hash and certificate. Raises ``ResultError`` with what to do."""
    manifest, path = manifest_of(folder, scenario), path_of(folder, scenario)
    parts = []
    for group in (None, "inputs"):
        with xr.open_dataset(path, group=group, engine="netcdf4") as opened:
            parts.append(opened.load())
    return Stored(parts[0], parts[1], manifest)


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
    if not path.is_file() or not path.with_suffix(".json").is_file():
        return None
    manifest = _manifest_of(path, told("make_study_again", file=f"{scenario}/{path.name}"))
    with xr.open_dataset(path, engine="netcdf4") as opened:
        return opened.load(), manifest


def stored_names(folder: Path) -> list[str]:
    """Names of the scenarios that have a result."""
    return sorted(path.stem for path in folder.glob("*.nc") if NAME.fullmatch(path.stem))
