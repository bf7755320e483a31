"""The run book: plans the runs, has each done by a child, gathers the records as a dataset (netCDF) and a table (CSV)."""

import csv
import os
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from model.bench.configurations import Configuration, lacking
from model.bench.fields import COLUMNS, FIELDS, TEXTS, release_year
from model.bench.instances import TITLE
from model.bench.meter import machine
from model.bench.process import call, sound
from model.errors import Fault, InputError, ResultError
from model.language import told

DIMS = ("instance", "configuration", "seed", "repeat")
Record = dict[str, Any]


@dataclass(frozen=True)
class Settings:
    """How runs are made; ``relax`` drops integrality; ``mps_folder`` is where anonymised instances go, if anywhere."""

    repeats: int = 3
    seeds: tuple[int, ...] = (0,)
    time_limit: float = 60.0
    gap: float = 1e-4
    relax: bool = False
    mps_folder: Path | None = None


@dataclass(frozen=True)
class Listener:
    """What is told while the book is made: a solver that is skipped, and every finished run."""

    skipped: Callable[[Configuration], None] = lambda configuration: None
    finished: Callable[[int, int, Record], None] = lambda number, count, record: None


def _jobs(root: Path, names: Sequence[str], settings: Settings) -> list[Record]:
    """One prepared job per instance; raises ``InputError`` for what cannot be opened, before anything is run."""
    titles = [Path(name).name.removesuffix(".gz").removesuffix(".mps") if _is_file(name) else name for name in names]
    if len(set(titles)) < len(titles):
        raise InputError([Fault(title, told("given_twice")) for title in sorted({t for t in titles if titles.count(t) > 1})])
    for title, name in zip(titles, names, strict=True):
        if _is_file(name) and not TITLE.fullmatch(title):
            raise InputError([Fault(Path(name).name, told("file_name_refused"))])
    jobs = []
    for title, name in zip(titles, names, strict=True):
        write = str(settings.mps_folder / f"{title}.mps") if settings.mps_folder and not _is_file(name) else ""
        job = {"root": str(root), "instance": title, "mps": str(Path(name).resolve()) if _is_file(name) else "", "write": write,
               "relax": settings.relax, "time_limit": settings.time_limit, "gap": settings.gap}  # fmt: skip
        jobs.append(job | sound(call(job | {"task": "prepare"}), title))
    return jobs


def _is_file(name: str) -> bool:
    return name.endswith((".mps", ".mps.gz"))


def run_book(
    root: Path, names: Sequence[str], configurations: Sequence[Configuration], settings: Settings, listener: Listener | None = None
) -> tuple[xr.Dataset, list[Record]]:
    """Run every instance x configuration x seed x repeat, one at a time.

    Returns:
        The dataset over ``DIMS`` and the records as rows of the table. Configurations whose solver is missing are left out,
        as are methods for linear models on mixed-integer ones.
    """
    listener = listener or Listener()
    present = []
    for configuration in configurations:
        if lacking(configuration):
            listener.skipped(configuration)
        else:
            present.append(configuration)
    jobs = _jobs(root, names, settings)
    runs = [
        (job, configuration, seed, repeat)
        for repeat, seed, job, configuration in product(range(settings.repeats), settings.seeds, jobs, present)
        if configuration.mixed is not None or not job["integers"]
    ]
    told = machine() | {"run_id": uuid.uuid4().hex[:12], "started": datetime.now(UTC).isoformat(timespec="seconds")}
    records = []
    for number, (job, configuration, seed, repeat) in enumerate(runs, start=1):
        record = call(job | {"task": "run", "configuration": configuration.name, "seed": seed})
        record = _whole(record, job, configuration) | {"seed": seed, "repeat": repeat}
        records.append(record | {"timestamp": datetime.now(UTC).isoformat(timespec="seconds")})
        listener.finished(number, len(runs), records[-1])
    attributes = told | {"time_limit": settings.time_limit, "gap_asked": settings.gap, "relaxed": int(settings.relax)}
    return _dataset(records, jobs, present, settings, attributes), [_row(record, attributes) for record in records]


def _whole(record: Record, job: Record, configuration: Configuration) -> Record:
    """A record that says whose it is; one of a failed run has the status ER, of one that had to be stopped TO."""
    if "error" in record:
        stopped = record["kind"] == "stopped"
        failed = {"status": "TO" if stopped else "ER", "termination_condition": "time_limit" if stopped else "error"}
        record = failed | {"message": record["error"]}
    sizes = {name: job[name] for name in ("size", "rows", "columns", "nonzeros", "integers")}
    return sizes | record | {"instance": job["instance"], "configuration": configuration.name, "solver": configuration.solver}


def _dataset(
    records: list[Record], jobs: list[Record], present: Sequence[Configuration], settings: Settings, attributes: dict[str, Any]
) -> xr.Dataset:
    labels: dict[str, list[Any]] = {
        "instance": [job["instance"] for job in jobs],
        "configuration": [configuration.name for configuration in present],
        "seed": list(settings.seeds),
        "repeat": list(range(settings.repeats)),
    }
    shape = [len(labels[dim]) for dim in DIMS]
    arrays = {field.name: np.full(shape, "" if field.name in TEXTS else np.nan, dtype=object if field.name in TEXTS else float)
              for field in FIELDS}  # fmt: skip
    for record in records:
        place = tuple(labels[dim].index(record[dim]) for dim in DIMS)
        for name, array in arrays.items():
            if record.get(name) is not None:
                array[place] = record[name]
    variables = {}
    for field in FIELDS:
        told = {"long_name": field.en, "long_name_zh": field.zh} | ({"units": field.unit} if field.unit else {})
        values = arrays[field.name].astype(str) if field.name in TEXTS else arrays[field.name]
        variables[field.name] = (DIMS, values, told)
    sizes = ("instance", np.array([job["size"] for job in jobs], dtype=str), {"long_name": "lines-years, or rows-columns"})
    return xr.Dataset(variables, coords={**labels, "size": sizes}, attrs={"title": "Run book", **attributes})


def _row(record: Record, told: dict[str, Any]) -> Record:
    """A record under the table's headers; numbers that are not known are empty."""
    row = dict.fromkeys(COLUMNS, "") | {field.column: record.get(field.name, "") for field in FIELDS}
    row |= {
        "Benchmark": record["instance"], "Size": record["size"], "Solver": record["configuration"],
        "Solver Release Year": release_year(record["solver"], str(record.get("solver_version", ""))) or "",
        "Timeout": told["time_limit"], "Hostname": told["hostname"], "Run ID": told["run_id"], "Timestamp": record["timestamp"],
        "VM Instance Type": told["vm_instance_type"], "Seed": record["seed"], "Repeat": record["repeat"],
        "Gap Asked": told["gap_asked"], "Relaxed": told["relaxed"],
    }  # fmt: skip
    return {name: "" if isinstance(value, float) and not np.isfinite(value) else value for name, value in row.items()}


def write_book(path: Path, dataset: xr.Dataset, rows: list[Record]) -> tuple[Path, Path]:
    """Write the dataset and the table beside it, each whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    files = path.with_name(f"{path.name}.nc"), path.with_name(f"{path.name}.csv")
    drafts = [file.with_name(f".{file.name}.{os.getpid()}.tmp") for file in files]
    try:
        dataset.to_netcdf(drafts[0], engine="netcdf4")
        with drafts[1].open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        for draft, whole in zip(drafts, files, strict=True):
            draft.replace(whole)
    except OSError as error:
        raise ResultError(told("book_not_written", file=files[0].name, why=error)) from error
    finally:
        for draft in drafts:
            draft.unlink(missing_ok=True)
    return files


def read_book(path: Path) -> xr.Dataset:
    """A run book by its path, with or without ``.nc``; raises ``InputError`` for what is none."""
    file = path if path.suffix == ".nc" else path.with_name(f"{path.name}.nc")
    if not file.is_file():
        raise InputError([Fault(str(file), told("no_run_book"))])
    try:
        with xr.open_dataset(file, engine="netcdf4") as opened:
            book = opened.load()
    except (OSError, ValueError) as error:
        raise InputError([Fault(str(file), told("netcdf_unreadable"))]) from error
    if set(DIMS) - set(book.dims) or {field.name for field in FIELDS} - set(book.data_vars):
        raise InputError([Fault(str(file), told("not_a_run_book"))])
    return book
