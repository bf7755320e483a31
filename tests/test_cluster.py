"""A real Dask scheduler and worker processes: a worker killed mid-run, other code refused, the same bits as here."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from model.errors import SolverError
from model.folders import Folders
from model.futures.cluster import ADDRESS, ClusterCrew, Kind
from model.futures.design import Design, Method
from model.futures.draws import Floats
from model.futures.ensemble import Prepared, open_or_create, prepare, run_ensemble
from model.futures.local import LocalCrew
from model.futures.member import Record, Status, Task

pytest.importorskip("distributed")
ROOT = Path(__file__).parent.parent
MEMBERS = 8
PATIENCE = 240.0


def child(*words: str) -> subprocess.Popen[bytes]:
    """A scheduler or a worker as a process of its own, on this checkout."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-m", "distributed.cli." + words[0], *words[1:]], env=environment,
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip


@contextmanager
def cluster_of(count: int) -> Iterator[tuple[str, subprocess.Popen[bytes], list[subprocess.Popen[bytes]]]]:
    """Address of a scheduler, its process, and those of its workers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"tcp://127.0.0.1:{port}"
    scheduler = child("dask_scheduler", "--host", "127.0.0.1", "--port", str(port), "--no-dashboard")
    settings = ("--nthreads", "1", "--no-nanny", "--no-dashboard", "--death-timeout", "120")
    workers = [child("dask_worker", address, *settings) for _ in range(count)]
    try:
        yield address, scheduler, workers
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """Address of a scheduler with two workers, and the workers' processes."""
    with cluster_of(2) as (address, _, workers):
        yield address, workers


@pytest.fixture(scope="module")
def work() -> tuple[Prepared, Task, dict[int, Record]]:
    """Futures of the example, and what this process makes of them."""
    prepared = prepare(Folders(ROOT), "example", Design(Method.LHS, MEMBERS, 11))
    return prepared, prepared.task, dict(LocalCrew(1).records(prepared.task, prepared.positions.values, range(MEMBERS)))


def test_addresses_are_plain() -> None:
    assert ADDRESS.fullmatch("tcp://10.0.0.1:8786")
    assert not re.fullmatch(ADDRESS, "file:///etc/passwd")
    assert not ADDRESS.fullmatch("tcp://host:8786; rm")


def test_other_code_is_refused(cluster: tuple[str, list[subprocess.Popen[bytes]]], work: tuple[Prepared, Task, dict[int, Record]]) -> None:
    prepared, task, _ = work
    with pytest.raises(SolverError, match="another version"):
        list(ClusterCrew(cluster[0]).records(replace(task, code="0" * 64), prepared.positions.values, range(2)))


def test_a_killed_worker_costs_nothing_and_bits_are_the_same(
    cluster: tuple[str, list[subprocess.Popen[bytes]]], work: tuple[Prepared, Task, dict[int, Record]]
) -> None:
    (address, workers), (prepared, task, here) = cluster, work
    started, found = time.monotonic(), {}
    for member, record in ClusterCrew(address).records(task, prepared.positions.values, range(MEMBERS)):
        assert member not in found
        found[member] = record
        if len(found) == 2:
            workers[0].send_signal(signal.SIGKILL)
        assert time.monotonic() - started < PATIENCE
    assert sorted(found) == list(range(MEMBERS))
    assert workers[0].wait(timeout=30) == -signal.SIGKILL
    for member, record in found.items():
        assert record.status == here[member].status
        assert set(record.arrays) == set(here[member].arrays)
        for name, values in record.arrays.items():
            if name != "stage_seconds":
                assert np.array_equal(values, here[member].arrays[name], equal_nan=values.dtype.kind == "f"), name


def test_a_scheduler_that_dies_is_told_and_others_go_on(tmp_path: Path, work: tuple[Prepared, Task, dict[int, Record]]) -> None:
    prepared, _, here = work
    archive, task = open_or_create(Folders(tmp_path), "example", prepared)

    @dataclass(frozen=True)
    class Dying:
        """A cluster whose scheduler is killed after its second member."""

        address: str
        scheduler: subprocess.Popen[bytes]

        def records(self, task: Task, positions: Floats, todo: Sequence[int]) -> Generator[tuple[int, Record]]:
            for count, pair in enumerate(ClusterCrew(self.address).records(task, positions, todo)):
                yield pair
                if count == 1:
                    self.scheduler.kill()

    with cluster_of(1) as (address, scheduler, _), pytest.raises(SolverError, match="scheduler"):
        run_ensemble(prepared, task, archive, Dying(address, scheduler))
    kept = np.flatnonzero(archive.status() != Status.TODO)
    assert 2 <= len(kept) < MEMBERS
    run_ensemble(prepared, task, archive, LocalCrew(1))
    assert archive.status().tolist() == [int(here[member].status) for member in range(MEMBERS)]
    late = int(np.setdiff1d(np.arange(MEMBERS), kept)[0])
    ((_, alone),) = LocalCrew(1).records(task, prepared.positions.values, [late])
    for name, values in archive.record(late).arrays.items():
        if name != "stage_seconds":
            assert np.array_equal(values, alone.arrays[name], equal_nan=values.dtype.kind == "f"), name


def test_without_a_scheduler_the_fault_is_told(work: tuple[Prepared, Task, dict[int, Record]], monkeypatch: pytest.MonkeyPatch) -> None:
    prepared, task, _ = work
    monkeypatch.setattr("model.futures.cluster.WAIT", 1.0)
    with pytest.raises(SolverError, match="no scheduler"):
        list(ClusterCrew("tcp://127.0.0.1:9").records(task, prepared.positions.values, range(1)))


SBATCH = """#!/bin/sh
echo sbatch >> "$CALLS"
sh "$1" > /dev/null 2>&1 &
echo "Submitted batch job $!"
"""
SCANCEL = """#!/bin/sh
echo scancel >> "$CALLS"
kill "$@"
"""


def test_workers_are_asked_of_slurm_and_given_back(
    tmp_path: Path, work: tuple[Prepared, Task, dict[int, Record]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """``sbatch`` and ``scancel`` of this test run the job's own script here; the script is what Slurm would be given."""
    pytest.importorskip("dask_jobqueue")
    import dask

    for name, text in (("sbatch", SBATCH), ("scancel", SCANCEL)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    calls = tmp_path / "calls"
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("CALLS", str(calls))
    prepared, task, here = work
    with dask.config.set({"jobqueue.slurm.interface": "lo", "jobqueue.slurm.scheduler-options": {"dashboard_address": None}}):
        found = dict(ClusterCrew(jobs=2, kind=Kind.SLURM).records(task, prepared.positions.values, range(4)))
    assert {member: record.status for member, record in found.items()} == {member: here[member].status for member in range(4)}
    assert calls.read_text().split().count("sbatch") == 2
    assert "scancel" in calls.read_text()


@pytest.mark.parametrize(("kind", "extra"), [(Kind.LOCAL, "cluster"), (Kind.SLURM, "cluster"), (Kind.KUBERNETES, "kubernetes")])
def test_a_kind_without_its_package_says_what_to_install(
    kind: Kind, extra: str, work: tuple[Prepared, Task, dict[int, Record]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("distributed", "dask_jobqueue", "dask_kubernetes.operator"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(SolverError, match=rf"pip install -e '\.\[{extra}\]'"):
        next(ClusterCrew(kind=kind).records(work[1], work[0].positions.values, range(1)))


def test_the_start_is_kept_with_the_members(tmp_path: Path, work: tuple[Prepared, Task, dict[int, Record]]) -> None:
    prepared = work[0]
    archive, task = open_or_create(Folders(tmp_path), "example", prepared)
    again = open_or_create(Folders(tmp_path), "example", prepared)[1]
    assert task.start is not None
    assert again.start is not None
    assert np.array_equal(task.start.values, again.start.values)
    assert archive.identity["code"] == task.code
