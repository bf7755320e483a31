"""Members solved by a Dask cluster: the driver alone writes the store, workers of another version are refused.

On Slurm and Kubernetes, queue, image, memory and network are what Dask's own configuration says (``jobqueue.slurm``, ``kubernetes``); a
worker there must find this project's code, as the driver does.
"""

import re
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any

from model.errors import SolverError
from model.futures.draws import Floats
from model.futures.member import Record, Task, code_digest, solve_member
from model.language import told
from model.session import Session

if TYPE_CHECKING:
    from distributed import Client

ADDRESS = re.compile(r"(tcp|tls)://[A-Za-z0-9_.\[\]:-]+:\d{1,5}")
"""Addresses of schedulers that are accepted."""
AHEAD = 2
"""Members handed over per worker thread: one in work, one waiting."""
WAIT = 30.0
"""Seconds that a scheduler and its first worker may take to answer."""
MEMORY = "2GiB"
"""Memory of a worker on Slurm: a member of the real plan takes 400 MB."""
QUEUE = 86400.0
"""Seconds that the first worker may wait in a queue that others use too."""


class Kind(StrEnum):
    """Where a cluster of our own is started."""

    LOCAL = "local"
    SLURM = "slurm"
    KUBERNETES = "kubernetes"


PACKAGES = {Kind.LOCAL: ("distributed", "cluster"), Kind.SLURM: ("dask_jobqueue", "cluster"),
            Kind.KUBERNETES: ("dask_kubernetes.operator", "kubernetes")}  # fmt: skip
"""Module that starts a kind of cluster, and the extra that brings it."""


class _Desk(threading.local):
    """What a worker's thread keeps between its members."""

    def __init__(self) -> None:
        self.session = Session()


_DESK: list[_Desk] = []


def member_of(task: Task, positions: Floats) -> Record:
    """Solve one member on a worker, unless its code differs from the driver's."""
    found = code_digest()
    if found != task.code:
        raise SolverError(told("worker_differs", found=found[:12], own=task.code[:12]))
    if not _DESK:
        _DESK.append(_Desk())
    return solve_member(task, _DESK[0].session, positions)


@dataclass(frozen=True)
class ClusterCrew:
    """Workers of a running scheduler, or ``jobs`` workers of one thread that are started on this machine or asked for elsewhere."""

    scheduler: str | None = None
    jobs: int = 2
    kind: Kind = Kind.LOCAL

    def records(self, task: Task, positions: Floats, todo: Sequence[int]) -> Generator[tuple[int, Record]]:
        """Records in the order in which they end.

        Raises ``SolverError`` where no scheduler answers or it goes away, where a worker runs other code, or workers keep dying.
        """
        package, extra = PACKAGES[Kind.LOCAL if self.scheduler else self.kind]
        try:
            module, client_of = import_module(package), import_module("distributed").Client
        except ImportError as error:
            raise SolverError(told("cluster_packages", package=package.split(".")[0].replace("_", "-"), extra=extra)) from error
        own = None
        try:
            own = None if self.scheduler else _started(module, self.kind, self.jobs)
            client = client_of(own or self.scheduler, timeout=WAIT)
        except (OSError, RuntimeError, TimeoutError, ValueError) as error:
            if own is not None:
                own.close()
            raise SolverError(told("no_scheduler", address=self.scheduler or self.kind, why=error)) from error
        try:
            patience = WAIT if self.scheduler or self.kind is Kind.LOCAL else QUEUE
            yield from _solve_all(client, task, positions, todo, patience)
        finally:
            client.close()
            if own is not None:
                own.close()


def _started(module: Any, kind: Kind, jobs: int) -> Any:
    """A cluster of our own with its workers asked for."""
    if kind is Kind.LOCAL:
        return module.LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None)
    if kind is Kind.KUBERNETES:
        return module.KubeCluster(n_workers=jobs)
    cluster = module.SLURMCluster(cores=1, processes=1, memory=MEMORY)
    cluster.adapt(minimum_jobs=jobs, maximum_jobs=jobs)  # a job that its queue ends is asked for again
    return cluster


def _refuse_others(client: "Client", task: Task) -> None:
    """Every worker that is there must run the driver's code."""
    others = sorted(worker for worker, found in client.run(code_digest).items() if found != task.code)
    if others:
        raise SolverError(told("workers_differ", workers=", ".join(others)))


def _solve_all(client: "Client", task: Task, positions: Floats, todo: Sequence[int], patience: float) -> Generator[tuple[int, Record]]:
    """Hand over a few members ahead, and a new one for each that ends; a lost worker's members go to others by themselves."""
    from distributed import CancelledError, KilledWorker, as_completed

    try:
        client.wait_for_workers(1, timeout=patience)
    except TimeoutError as error:
        raise SolverError(told("no_workers", seconds=patience)) from error
    _refuse_others(client, task)
    left = iter(todo)
    waiting: dict[str, int] = {}

    def hand_over() -> Any:
        member = next(left, None)
        if member is None:
            return None
        future = client.submit(member_of, task, positions[member], pure=False)
        waiting[future.key] = member
        return future

    ahead = AHEAD * max(1, sum(client.nthreads().values()))
    running = as_completed([future for future in (hand_over() for _ in range(ahead)) if future is not None])
    for future in running:
        try:
            record = future.result()
        except KilledWorker as error:
            raise SolverError(told("workers_died")) from error
        except CancelledError as error:
            raise SolverError(told("scheduler_gone")) from error
        yield waiting.pop(future.key), record
        following = hand_over()
        if following is not None:
            running.add(following)
