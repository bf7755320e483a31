"""Members solved by processes of this machine: bounded memory, few members ahead, stopped cleanly."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Generator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for

from model.errors import SolverError
from model.futures.draws import Floats
from model.futures.member import Record, Task, solve_member
from model.language import told
from model.session import Session

AHEAD = 2
"""Members handed over per process: one in work, one waiting."""


class _Desk:
    """What a process keeps between its members."""

    task: Task
    session: Session


def _leave_with(parent: int) -> None:
    """End this process when its parent is gone, killed without a chance to say so."""
    wait_for([parent])
    os._exit(1)


def _sit_down(task: Task) -> None:
    """Start of a process: the task, a session of its own, deaf to Ctrl-C, which the parent handles, and gone when the parent is."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent.sentinel,), daemon=True).start()
    _Desk.task, _Desk.session = task, Session()


def _solve(positions: Floats) -> Record:
    return solve_member(_Desk.task, _Desk.session, positions)


@dataclass(frozen=True)
class LocalCrew:
    """Processes of this machine; one job means this very process."""

    jobs: int = 1

    def records(self, task: Task, positions: Floats, todo: Sequence[int]) -> Generator[tuple[int, Record]]:
        """Records in the order in which they end. Raises ``SolverError`` where a process dies."""
        if self.jobs == 1 or len(todo) < 2:
            session = Session()
            for member in todo:
                yield member, solve_member(task, session, positions[member])
            return
        pool = ProcessPoolExecutor(self.jobs, multiprocessing.get_context("spawn"), _sit_down, (task,))
        waiting: dict[Future[Record], int] = {}
        left = iter(todo)
        try:
            for member in left:
                waiting[pool.submit(_solve, positions[member])] = member
                if len(waiting) >= AHEAD * self.jobs:
                    yield from _ended(waiting)
            while waiting:
                yield from _ended(waiting)
        except BrokenProcessPool as error:
            raise SolverError(told("worker_died")) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _ended(waiting: dict[Future[Record], int]) -> Generator[tuple[int, Record]]:
    """The records that are ready, at least one."""
    ready, _ = wait(waiting, return_when=FIRST_COMPLETED)
    for future in ready:
        yield waiting.pop(future), future.result()
