"""Where members are kept: one zarr store a scenario, arrays along ``member``, read lazily by variable.

A member counts when its ``status`` is written, which happens after all its other arrays; writing it again changes nothing.
The root's attributes say what the store is of (hashes of scenario, data, ranges, design, code); the group ``inputs`` holds
the problem as stated, without any draw.
"""

import json
import shutil
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
from numcodecs import Zstd

from model.errors import ResultError
from model.futures.member import SOLVED, Field, Record, Status, fields
from model.language import told
from model.names import NAME, Goal
from model.solve import Start

FORMAT = 1
BLOCK = 16
"""Members of a chunk, and so the most that a kill can cost beside those in work."""
WORDS = 160
"""Letters that are kept of the reason why a member has no plan."""


def archive_path(results: Path, name: str) -> Path:
    """Folder of an ensemble's store; refuses names that are no plain names."""
    if not NAME.fullmatch(name):
        raise ResultError(told("no_ensemble_name", name=name))
    return results / "ensembles" / f"{name}.zarr"


@dataclass
class Archive:
    """An open store."""

    path: Path
    group: zarr.Group

    @property
    def identity(self) -> dict[str, Any]:
        """What the store is of."""
        return dict(json.loads(str(self.group.attrs["identity"])))

    def _array(self, name: str) -> zarr.Array[Any]:
        found = self.group[name]
        if not isinstance(found, zarr.Array):
            raise ResultError(told("archive_damaged", file=self.path.name, name=name))
        return found

    def status(self) -> np.ndarray:
        """Status of every member."""
        return np.asarray(self._array("status")[:])

    def start(self) -> Start | None:
        """What every member starts from."""
        return Start(np.asarray(self._array(START)[:]), other_facts=True) if START in self.group else None

    def record(self, member: int) -> Record:
        """What is kept of a member that counts."""
        status = Status(int(self.status()[member]))
        one = slice(member, member + 1)
        arrays = {name: np.asarray(self._array(name)[one])[0] for name in fields()} if status in SOLVED else {}
        why = bytes(np.asarray(self._array("why")[one])[0]).decode("ascii")
        return Record(status, str(self.identity["code"]), float(np.asarray(self._array("seconds")[one])[0]), arrays, why)

    def write(self, start: int, records: Mapping[int, Record]) -> None:
        """Write the records of a chunk whose first member is ``start``; ``status`` last: only then they count."""
        places = sorted(records)
        inside = [place - start for place in places]
        for name in (*fields(), "seconds", "why", "status"):
            array = self._array(name)
            block = np.asarray(array[start : start + BLOCK])
            if name == "seconds":
                block[inside] = [records[place].seconds for place in places]
            elif name == "why":
                block[inside] = [records[place].why[:WORDS].encode("ascii", "replace") for place in places]
            elif name == "status":
                block[inside] = [int(records[place].status) for place in places]
            else:
                for place in places:
                    if name in records[place].arrays:
                        block[place - start] = records[place].arrays[name]
            array[start : start + len(block)] = block


START = "start/values"


def _all_fields() -> dict[str, Field]:
    """Kept arrays, and what is known of every member."""
    return fields() | {"seconds": Field((), "float64", np.nan), "why": Field((), f"S{WORDS}", 0), "status": Field((), "int8", 0)}


LABELS = ("year", "source", "cost_item", "clause", "sector", "group", "good", "segment", "state", "step", "retrofit")


def _labels(problem: xr.Dataset, positions: xr.DataArray) -> xr.Dataset:
    """Labels of every dim that a kept array has, and the positions with what is known of their series; other names are in ``inputs``."""
    known = {str(name): array.variable for name, array in problem.coords.items() if set(array.dims) <= set(LABELS)}
    wanted = {name: value for name, value in known.items() if name in LABELS or name.split("_")[0] in ("state", "step", "retrofit")}
    fixed = {"goal": [str(goal) for goal in Goal], "measure_of_energy": ["calorific", "equivalent"]}
    coordinates = {name: xr.Variable((name,), np.array(values)) for name, values in fixed.items()}
    coordinates |= {str(name): array.variable for name, array in positions.coords.items()}
    return xr.Dataset({"position": positions.variable}, coords=wanted | coordinates)


def create(path: Path, problem: xr.Dataset, positions: xr.DataArray, identity: dict[str, Any], start: Start | None) -> Archive:
    """A new store with every member still to do. It is made beside its place and moved there whole."""
    building = path.with_name(f".{path.name}.building")
    shutil.rmtree(building, ignore_errors=True)
    building.parent.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zarr's remarks about consolidated metadata
        _labels(problem, positions).to_zarr(building, mode="w", zarr_format=2, consolidated=False)
        problem.drop_attrs(deep=False).to_zarr(building, group="inputs", mode="w", zarr_format=2, consolidated=False)
        group = zarr.open_group(building, mode="r+", zarr_format=2)
        _write_start(group, start)
        members, sizes = positions.sizes["member"], dict(problem.sizes) | {"goal": len(Goal), "measure_of_energy": 2}
        for name, kind in _all_fields().items():
            shape = (members, *(sizes[dim] for dim in kind.dims))
            array = group.create_array(
                name, shape=shape, chunks=(min(BLOCK, members), *(max(size, 1) for size in shape[1:])), dtype=kind.dtype,
                fill_value=b"" if kind.dtype.startswith("S") else kind.fill, compressors=Zstd(level=3, checksum=True),
            )  # fmt: skip
            array.attrs["_ARRAY_DIMENSIONS"] = ["member", *kind.dims]
        group.attrs["format"] = FORMAT
        group.attrs["identity"] = json.dumps(identity, ensure_ascii=False, sort_keys=True)
        zarr.consolidate_metadata(building, zarr_format=2)
    building.rename(path)
    return open_archive(path, write=True)


def _write_start(group: zarr.Group, start: Start | None) -> None:
    """What every member starts from, in the group ``start``."""
    part = group.create_group("start")
    if start is not None:
        part.create_array(START.removeprefix("start/"), data=start.values, chunks=(max(len(start.values), 1),))


def open_archive(path: Path, *, write: bool = False) -> Archive:
    """Open a store that is there. Raises ``ResultError`` where it is not, is damaged, or is of another format."""
    name = path.name.removesuffix(".zarr")
    if not path.is_dir():
        raise ResultError(told("no_ensemble", name=name))
    with suppress(KeyError, ValueError, OSError, TypeError):
        group = zarr.open_group(path, mode="r+" if write else "r", zarr_format=2, use_consolidated=False)
        if group.attrs["format"] == FORMAT and isinstance(json.loads(str(group.attrs["identity"])), dict):
            return Archive(path, group)
    raise ResultError(told("ensemble_damaged", name=name, again=told("make_study_again", file=path.name)))


def read_members(path: Path) -> xr.Dataset:
    """All members, lazily: an array is read from disk when it is used."""
    open_archive(path)
    members: xr.Dataset = xr.open_zarr(path, zarr_format=2, consolidated=True, chunks=None, decode_cf=False)
    return members


def read_inputs(path: Path) -> xr.Dataset:
    """The problem as stated, without any draw."""
    inputs: xr.Dataset = xr.open_zarr(path, group="inputs", zarr_format=2, consolidated=False, chunks=None, decode_cf=False).load()
    return inputs
