"""Members solved by a Dask cluster: the driver alone writes the store, workers of another version are refused.

On Slurm and Kubernetes, queue, image, memory and network are what Dask's own configuration says (``jobqueue.slurm``, ``kubernetes``); a
worker there must find this project's code, as the driver does.
"""

import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from model.errors import SolverError
from model.futures.draws import Floats
from model.futures.member import Record, Task, code_digest
from model.language import told

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


EXTRA = {Kind.LOCAL: "cluster", Kind.SLURM: "cluster", Kind.KUBERNETES: "kubernetes"}
"""The extra of this project that brings what a kind of cluster needs."""


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
        own = None
        try:
            from distributed import Client

            own = None if self.scheduler else _started(self.kind, self.jobs)
            client = Client(own or self.scheduler, timeout=WAIT)
        except ImportError as error:
            raise SolverError(told("cluster_packages", package=error.name, extra=EXTRA[self.kind])) from error
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


def _started(kind: Kind, jobs: int) -> Any:
    """A cluster of our own with its workers asked for. Raises ``ImportError`` where its package is not there."""
    if kind is Kind.LOCAL:
        from distributed import LocalCluster

        return LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address=None)
    if kind is Kind.KUBERNETES:
        from dask_kubernetes.operator import KubeCluster

        return KubeCluster(n_workers=jobs)
    from dask_jobqueue import SLURMCluster

    cluster = SLURMCluster(cores=1, processes=1, memory=MEMORY)
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

    from model.futures.desk import Desk, member_of

    try:
        client.wait_for_workers(1, timeout=patience)
    except TimeoutError as error:
        raise SolverError(told("no_workers", seconds=patience)) from error
    _refuse_others(client, task)
    client.register_plugin(Desk(task))  # with each member it would take 0.15 s of the driver
    left = iter(todo)
    waiting: dict[str, int] = {}

    def hand_over() -> Any:
        member = next(left, None)
        if member is None:
            return None
        future = client.submit(member_of, positions[member], pure=False)
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
