"""Work in child processes: a bounded queue, few at once, each with limits of memory and time, each can be stopped."""

import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from multiprocessing.connection import Connection
from threading import Event, Lock
from typing import Any, Literal

from model.errors import Fault, InputError
from model.explorer.wording import both_told
from model.language import Told, told

State = Literal["waiting", "running", "solved", "limit", "infeasible", "failed", "cancelled", "explained"]
LIVE: tuple[State, ...] = ("waiting", "running")
INFEASIBLE = 3
"""Exit code of a scenario without any plan."""
BREATH = 0.2
"""Seconds between two looks at a child, at most."""


@dataclass(frozen=True)
class Limits:
    """What work may take.

    Attributes:
        at_once: Children at the same time.
        waiting: Places in the queue.
        memory: Address space of a child, bytes.
        seconds: Time of a child.
    """

    at_once: int = 1
    waiting: int = 8
    memory: int = 6_000_000_000
    seconds: float = 900.0


@dataclass
class Job:
    """One piece of work and how far it has come.

    Attributes:
        name: Scenario in the workspace.
        title: Chinese and English.
        state: What has become of it.
        step: Step in hand, or stage of the solver.
        gap: Gap of the stage in hand; ``None`` while unknown.
        seconds: Time since its start.
        reasons: Why it failed, a line each.
        told: What the child answered at its end.
        about: Result and line that a question is about; empty for what is tried.
    """

    name: str
    title: tuple[str, str]
    state: State = "waiting"
    step: str = ""
    gap: float | None = None
    seconds: float = 0.0
    reasons: list[Told] = field(default_factory=list)
    told: Any = None
    about: tuple[str, str] | tuple[()] = ()


Work = tuple[Callable[..., None], tuple[Any, ...]]


def _limited(memory: int, work: Callable[..., None], arguments: tuple[Any, ...], pipe: Connection) -> None:
    """Run work in this child within its memory; ``work`` gets its arguments and the pipe."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    except (ImportError, ValueError, OSError):  # a system without this limit, or one with a lower limit already
        pass
    try:
        work(*arguments, pipe)
    except MemoryError:
        pipe.send(("failed", [told("explore_no_memory", most=f"{memory / 1e9:.1f}")], 5))
    except Exception as error:
        pipe.send(("failed", [told("explore_fault", fault=f"{type(error).__name__}: {error}")], 5))


class Queue:
    """Starts jobs in their order; ``version`` rises with every change, so that listeners know when to look."""

    def __init__(self, limits: Limits) -> None:
        self.limits, self.version = limits, 0
        self.jobs: dict[str, Job] = {}
        self._stops: dict[str, Event] = {}
        self._pool = ThreadPoolExecutor(limits.at_once, thread_name_prefix="job")
        self._lock = Lock()

    def submit(self, job: Job, work: Work) -> None:
        """Put work in the queue. Raises ``InputError`` where the queue is full or the job is still under way."""
        with self._lock:
            if sum(other.state == "waiting" for other in self.jobs.values()) >= self.limits.waiting:
                raise InputError([Fault("queue", told("explore_no_place", count=self.limits.waiting))])
            if job.name in self.jobs and self.jobs[job.name].state in LIVE:
                raise InputError([Fault("queue", told("explore_under_way"))])
            self.jobs[job.name] = job
            stop = self._stops[job.name] = Event()
            self._changed()
        self._pool.submit(self._guarded, job, work, stop)

    def cancel(self, name: str) -> None:
        """Stop a job: one that waits never starts, the child of one that runs is killed."""
        job = self.jobs.get(name)
        if job is not None and job.state in LIVE:
            self._stops[name].set()
            if job.state == "waiting":
                job.state = "cancelled"
                self._changed()

    def forget(self, name: str) -> None:
        """Stop a job and take it off the list."""
        self.cancel(name)
        self.jobs.pop(name, None)
        self._changed()

    def seen(self) -> list[dict[str, Any]]:
        """All jobs as a page reads them."""
        return [
            asdict(replace(job, reasons=[], told=None))
            | {"reasons": both_told(job.reasons), "told": job.told if job.state == "explained" else None}
            for job in list(self.jobs.values())
        ]

    def close(self) -> None:
        """Stop everything and wait until no child is left."""
        for name in list(self.jobs):
            self.cancel(name)
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _changed(self) -> None:
        self.version += 1

    def _guarded(self, job: Job, work: Work, stop: Event) -> None:
        try:
            self._run(job, work, stop)
        except Exception as error:
            job.state, job.reasons = "failed", [told("explore_fault", fault=f"{type(error).__name__}: {error}")]
        self._changed()

    def _run(self, job: Job, work: Work, stop: Event) -> None:
        """Start a child, listen to it until it ends, and end it where it must not go on."""
        if stop.is_set():
            job.state = "cancelled"
            return
        context = multiprocessing.get_context("spawn")
        mine, its = context.Pipe(duplex=False)
        child = context.Process(target=_limited, args=(self.limits.memory, *work, its), daemon=True)
        started = time.monotonic()
        job.state = "running"
        try:
            child.start()
            its.close()
            while job.state == "running":
                if stop.is_set():
                    job.state = "cancelled"
                elif job.seconds > self.limits.seconds:
                    job.state, job.reasons = "failed", [told("explore_no_time", seconds=f"{self.limits.seconds:.0f}")]
                elif mine.poll(BREATH):
                    _listen(job, mine)
                job.seconds = round(time.monotonic() - started, 1)
                self._changed()
        finally:
            if job.state in ("cancelled", "failed"):
                with suppress(OSError, ValueError):
                    child.kill()
            child.join()
            mine.close()


def _listen(job: Job, pipe: Connection) -> None:
    """Take one message of a child."""
    try:
        kind, *content = pipe.recv()
    except (EOFError, OSError):
        job.state, job.reasons = "failed", [told("explore_no_process")]
        return
    if kind == "step":
        job.step, job.gap = content[0], None
    elif kind == "progress":
        job.step, job.gap = content[0], content[1] if content[1] < float("inf") else None
    elif kind == "done":
        job.told = content[0]
        job.state, job.gap = ("solved" if content[0].optimal else "limit"), content[0].gap
    elif kind == "explained":
        job.state, job.told = "explained", content[0]
    else:
        job.state, job.reasons = ("infeasible" if content[1] == INFEASIBLE else "failed"), content[0]
