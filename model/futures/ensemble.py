"""An ensemble from its design to its store: made once, resumed after a stop, never counted twice."""

import hashlib
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import xarray as xr

from model.errors import InfeasibleError, LimitError, ResultError, SolverError
from model.folders import Folders
from model.futures.archive import BLOCK, Archive, archive_path, create, open_archive
from model.futures.design import Design, twins
from model.futures.draws import Draws, Floats, uncertain_facts
from model.futures.member import Record, Status, Task, code_digest
from model.futures.pedigree import Driver, DriverFacts, GradeRange, read_pedigree
from model.language import told
from model.names import Goal
from model.problem import assemble
from model.runner import read_checked, read_result, stored_activity
from model.scenario import SolverOptions, read_scenario
from model.schema import TAKEN
from model.session import Session, ask_of
from model.solution import flat_values
from model.solve import Start

TABLES = (GradeRange, Driver, DriverFacts)
MOST = 16
"""Chunks that may wait to become whole."""
PATIENCE = 30.0
"""Seconds that a finished member may wait for its chunk: where members are slow, a kill costs no more than this."""


class Crew(Protocol):
    """Who solves members: a pool of processes, or a cluster."""

    def records(self, task: Task, positions: Floats, todo: Sequence[int]) -> Generator[tuple[int, Record]]:
        """Records of the members to do, in any order; closing the iterator stops the work."""


@dataclass(frozen=True)
class Progress:
    """One sign of life: members that count, of all, members a minute in this run, seconds still needed (NaN while unknown)."""

    done: int
    of: int
    rate: float
    left: float
    status: Status | None = None


Listener = Callable[[Progress], None]


@dataclass(frozen=True)
class Prepared:
    """An ensemble that is ready to run: its task, where every series stands in every member, and what it is of."""

    task: Task
    positions: xr.DataArray
    same: np.ndarray
    problem: xr.Dataset
    identity: dict[str, Any]


def solver_options(
    folders: Folders, name: str, *, gap: float | None = None, cost_gap: float | None = None, time_limit: float | None = None
) -> SolverOptions:
    """The scenario's solver settings with other gaps (``gap`` for emissions and cost, ``cost_gap`` for cost alone) or another limit."""
    options = read_scenario(folders.scenario(name)).solver
    gaps = dict(options.gaps)
    gaps |= {} if gap is None else dict.fromkeys((Goal.EMISSIONS, Goal.COST), gap)
    gaps |= {} if cost_gap is None else {Goal.COST: cost_gap}
    return options.model_copy(update={"gaps": gaps} | ({} if time_limit is None else {"time_limit": time_limit}))


def held_decisions(folders: Folders, name: str) -> dict[str, Floats]:
    """Moves and retrofits of a stored result, to be held in every future; what lines make stays free. It is examined anew."""
    stored = read_result(folders, name)
    return {part: np.round(flat_values(stored.result, stored.inputs, part)) for part in TAKEN}


def prepare(
    folders: Folders, name: str, design: Design, options: SolverOptions | None = None, held: Mapping[str, Floats] | None = None
) -> Prepared:
    """Read scenario, data and ranges, and draw every member; ``held`` are decisions that no member may change.

    Raises ``InputError`` with all faults.
    """
    scenario = read_scenario(folders.scenario(name))
    tables = read_checked(folders.province(scenario.data))
    draws = uncertain_facts(tables, read_pedigree(folders.data), scenario)
    activity = stored_activity(folders, scenario)
    ask = ask_of(scenario)
    ask = replace(ask, options=options or ask.options, fixed=dict(held or {}))
    positions = draws.positions(design.points(draws))
    ranges = hashlib.sha256(b"".join((folders.data / f"{kind.title}.csv").read_bytes() for kind in TABLES))
    identity = {
        "scenario": name, "scenario_json": scenario.canonical(), "scenario_hash": scenario.digest(), "data": scenario.data,
        "data_hash": tables.digest(), "ranges_hash": ranges.hexdigest(), "method": str(design.method), "samples": design.samples,
        "seed": design.seed, "members": len(positions), "block": design.block(draws), "solver": ask.options.model_dump(mode="json"),
        "design_hash": hashlib.sha256(np.ascontiguousarray(positions).tobytes()).hexdigest(), "code": code_digest(),
        "held": hashlib.sha256(b"".join(values.tobytes() for _, values in sorted(ask.fixed.items()))).hexdigest() if held else "",
    }  # fmt: skip
    named = xr.DataArray(positions, dims=("member", "series"), coords=_series(draws))
    task = Task(draws, scenario, activity, ask, code_digest())
    return Prepared(task, named, twins(positions), assemble(tables, scenario, activity), identity)


def _series(draws: Draws) -> dict[str, xr.Variable]:
    """Names of the series, and what each holds."""
    frame = draws.frame().loc[draws.series]
    told = {f"series_{name}": xr.Variable(("series",), frame[name].to_numpy(dtype=str)) for name in frame.columns}
    return {"series": xr.Variable(("series",), np.array(draws.series))} | told


def open_or_create(folders: Folders, name: str, prepared: Prepared) -> tuple[Archive, Task]:
    """The ensemble's store and the task with its start: a new store, or the one that stands there of the very same ensemble.

    Raises ``ResultError`` that names what differs.
    """
    path = archive_path(folders.results, name)
    if not path.exists():
        archive = create(path, prepared.problem, prepared.positions, prepared.identity, first_start(prepared))
        return archive, replace(prepared.task, start=archive.start())
    archive = open_archive(path, write=True)
    found = archive.identity
    differing = [key for key, value in prepared.identity.items() if found.get(key) != value]
    if differing:
        raise ResultError(told("ensemble_differs", name=name, folder=f"{path.parent.name}/", what=", ".join(differing), file=path.name))
    return archive, replace(prepared.task, start=archive.start())


def first_start(prepared: Prepared) -> Start | None:
    """Plan of the problem as stated, from which every member starts; nothing where it has none."""
    try:
        return Start(Session().solve(prepared.problem, prepared.task.ask).outcome.values, other_facts=True)
    except (InfeasibleError, LimitError, SolverError):
        return None


class Buffer:
    """Finished members until their chunk is whole; at most ``MOST`` chunks wait, and none longer than ``PATIENCE``."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.done = set(np.flatnonzero(archive.status() != Status.TODO).tolist())
        self.members = int(archive.status().size)
        self.waiting: dict[int, dict[int, Record]] = {}
        self.written = time.monotonic()

    def add(self, member: int, record: Record) -> None:
        """Take a finished member; its chunk is written when no other member of it is missing."""
        start = member - member % BLOCK
        self.waiting.setdefault(start, {})[member] = record
        self.done.add(member)
        if self.done.issuperset(range(start, min(start + BLOCK, self.members))):
            self.archive.write(start, self.waiting.pop(start))
        elif len(self.waiting) > MOST:
            fullest = max(self.waiting, key=lambda chunk: len(self.waiting[chunk]))
            self.archive.write(fullest, self.waiting.pop(fullest))
        if time.monotonic() - self.written > PATIENCE:
            self.flush()

    def flush(self) -> None:
        """Write what waits."""
        for start in sorted(self.waiting):
            self.archive.write(start, self.waiting[start])
        self.waiting, self.written = {}, time.monotonic()


def run_ensemble(prepared: Prepared, task: Task, archive: Archive, crew: Crew, listener: Listener = lambda progress: None) -> None:
    """Solve every member that does not count yet; whatever happens, what is finished is stored before this ends."""
    buffer, same = Buffer(archive), prepared.same
    missing = [place for place in range(len(same)) if place not in buffer.done]
    todo = [place for place in missing if same[place] == place]
    copies: dict[int, list[int]] = {}
    for place in missing:
        if same[place] != place:
            copies.setdefault(int(same[place]), []).append(place)
    started, counted = time.perf_counter(), 0
    listener(Progress(len(buffer.done), len(same), np.nan, np.nan))
    try:
        for original in sorted(set(copies) & buffer.done):
            for member in copies.pop(original):
                buffer.add(member, archive.record(original))
        records = crew.records(task, prepared.positions.values, todo)
        try:
            for place, record in records:
                for member in (place, *copies.get(place, ())):
                    buffer.add(member, record)
                counted += 1
                rate = counted / max(time.perf_counter() - started, 1e-9)
                listener(Progress(len(buffer.done), len(same), 60 * rate, (len(todo) - counted) / rate, record.status))
        finally:
            records.close()
    finally:
        buffer.flush()
