"""Many scenarios: one child process per solve, as many at once as there are cores; the failure of one does not stop the others.

A scenario that takes its activity from another waits for it. Whatever happens, nothing half-written stays behind.
"""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from model.analysis import scorecard, totals
from model.errors import InputError, PathwayError
from model.folders import Folders
from model.language import Told, told
from model.names import Scope
from model.runner import run
from model.scenario import SolverOptions, read_scenario
from model.store import Stored

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

State = Literal["waiting", "running", "solved", "limit", "unchanged", "failed", "stopped"]
PATIENCE = 20.0
"""Seconds that a child which is storing its result may take to end after an interruption."""


@dataclass(frozen=True)
class Summary:
    """One result in a row: emissions of the last year in all scopes (10 kt CO2e), missed targets in theirs, largest gap."""

    title_zh: str
    title_en: str
    year: int
    emissions: float
    missed: int
    targets: int
    gap: float
    optimal: bool
    unchanged: bool


@dataclass
class Task:
    """One scenario of a batch and how far it has come.

    Attributes:
        name: Scenario.
        needs: Scenarios of the batch whose result it takes over.
        options: Solver settings.
        state: ``limit`` is stored with its gap; ``unchanged`` was not solved again; the others are what they say.
        step: Step in hand, or stage of the solver.
        gap: Gap of the stage in hand, NaN while unknown.
        seconds: Time since its start.
        reasons: Why it failed.
        code: Exit code.
        summary: Its result.
    """

    name: str
    needs: tuple[str, ...] = ()
    options: SolverOptions | None = None
    state: State = "waiting"
    step: str = ""
    gap: float = float("nan")
    seconds: float = 0.0
    reasons: list[Told] = field(default_factory=list)
    code: int = 0
    summary: Summary | None = None


Watch = Callable[[list[Task]], None]


def summarise(stored: Stored) -> Summary:
    """A stored result in a row."""
    targets = [score for score in scorecard(stored.result, stored.inputs) if score.target]
    path = totals(stored.result).loc[str(Scope.THREE)]
    return Summary(
        title_zh=str(stored.result.attrs["title_zh"]),
        title_en=str(stored.result.attrs["title"]),
        year=int(path.index[-1]),
        emissions=float(path.to_numpy(dtype=float)[-1]),
        missed=sum(score.slack < 0 and not score.binding for score in targets),
        targets=len(targets),
        gap=max(float(stage["gap"]) for stage in stored.manifest["stages"]),
        optimal=bool(stored.manifest["optimal"]),
        unchanged=bool(stored.manifest.get("unchanged", False)),
    )


def plan_batch(folders: Folders, names: list[str], settings: Mapping[str, Any]) -> list[Task]:
    """Tasks of a batch, each name once. A scenario that cannot be read becomes a failed task; ``settings`` change the solver's."""
    tasks = []
    for name in dict.fromkeys(names):
        task = Task(name)
        try:
            scenario = read_scenario(folders.scenario(name))
            task.options = scenario.solver.model_copy(update=dict(settings))
            task.needs = (scenario.activity,) if scenario.activity in names else ()
        except PathwayError as error:
            _fail(task, error)
        tasks.append(task)
    return tasks


def _reasons(error: PathwayError) -> list[Told]:
    return [fault.told for fault in error.faults] if isinstance(error, InputError) else [error.message]


def _fail(task: Task, error: PathwayError) -> None:
    task.state, task.reasons, task.code = "failed", _reasons(error), error.exit_code


def work(root: Path, name: str, options: SolverOptions, force: bool, told: Connection) -> None:
    """Run one scenario in this process and tell its steps, its progress and its end through a pipe. An interruption is the parent's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    last = 0.0

    def heard(progress: Any) -> None:
        nonlocal last
        if time.monotonic() - last > 0.5:
            last = time.monotonic()
            told.send(("progress", str(progress.stage), float(progress.gap)))

    try:
        stored = run(Folders(root), name, options=options, listener=heard, announce=lambda step: told.send(("step", step)), force=force)
        told.send(("done", summarise(stored)))
    except PathwayError as error:
        told.send(("failed", _reasons(error), error.exit_code))
    except BrokenPipeError:
        return


@dataclass
class _Child:
    task: Task
    process: BaseProcess
    pipe: Connection
    started: float


@contextmanager
def _deaf() -> Iterator[None]:
    """A child that is started meanwhile never hears an interruption from the terminal; it is the parent that ends it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def children_of_one() -> "ForkServerContext | SpawnContext":
    """How children are started: as forks of one clean process that has imported the model once, where the system can (1.5 s less each)."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["model.batch", "model.canary", "model.confirm", "model.session"])
    return context


def _start(folders: Folders, task: Task, force: bool) -> _Child:
    context = children_of_one()
    mine, its = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(folders.root, task.name, task.options, force, its), daemon=True)
    process.start()
    its.close()
    task.state = "running"
    return _Child(task, process, mine, time.monotonic())


def _listen(child: _Child) -> bool:
    """Take one message; is the child at its end?"""
    task = child.task
    try:
        kind, *content = child.pipe.recv()
    except EOFError:
        child.process.join()
        if task.state == "running":
            task.state, task.code = "failed", 5
            task.reasons = [told("process_ended", code=child.process.exitcode)]
        return True
    if kind == "step":
        task.step, task.gap = content[0], float("nan")
    elif kind == "progress":
        task.step, task.gap = content
    elif kind == "done":
        task.summary = content[0]
        task.state = "unchanged" if content[0].unchanged else "solved" if content[0].optimal else "limit"
        task.code = 0 if content[0].optimal else 4
    else:
        task.state, task.reasons, task.code = "failed", content[0], content[1]
    return False


def _stop(folders: Folders, children: list[_Child]) -> None:
    """End children; one that is storing may finish, of the others no temporary file stays."""
    for child in children:
        if child.task.step == "store":
            child.process.join(PATIENCE)
        child.process.kill()
        child.process.join()
        for left in folders.results.glob(f".{child.task.name}.*.{child.process.pid}.tmp"):
            left.unlink(missing_ok=True)
        if child.task.state == "running":
            child.task.state = "stopped"


@contextmanager
def _interruptions() -> Iterator[list[int]]:
    """Signals asking to end are noted, so that no child is left half started; a second one changes nothing."""
    noted: list[int] = []
    before = {number: signal.signal(number, lambda number, _: noted.append(number)) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield noted
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ready(tasks: list[Task]) -> Task | None:
    """The next task whose needs are there; those whose needs failed fail."""
    state = {task.name: task.state for task in tasks}
    for task in tasks:
        if task.state == "waiting" and any(state[name] in ("failed", "stopped") for name in task.needs):
            task.state, task.code = "failed", 6
            task.reasons = [told("needed_failed", name=task.needs[0])]
            state[task.name] = "failed"
    return next(
        (task for task in tasks if task.state == "waiting" and all(state[name] not in ("waiting", "running") for name in task.needs)), None
    )


def run_batch(folders: Folders, tasks: list[Task], *, jobs: int, force: bool, watch: Watch) -> int:
    """Run tasks to their end; returns the worst exit code. ``watch`` sees the tasks at every change and at least once a second.

    An interruption ends the children and is passed on; results that were stored before stay.
    """
    children: list[_Child] = []
    with _interruptions() as noted:
        try:
            while True:
                if noted:
                    raise KeyboardInterrupt
                with _deaf():
                    while len(children) < jobs and (task := _ready(tasks)) is not None:
                        children.append(_start(folders, task, force))
                watch(tasks)
                if not children:
                    break
                for pipe in wait([child.pipe for child in children], timeout=1.0):
                    child = next(one for one in children if one.pipe is pipe)
                    if _listen(child):
                        children.remove(child)
                for child in children:
                    child.task.seconds = time.monotonic() - child.started
        finally:
            _stop(folders, children)
            for task in tasks:
                task.state = "stopped" if task.state == "waiting" else task.state
    return max((task.code for task in tasks), default=0)


def cores() -> int:
    """Processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
