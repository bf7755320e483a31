"""Would the tests notice a changed line? ``python tests/mutants.py examine`` changes one thing after another and runs the room's tests.

``mutmut`` makes the changes; all of a room are compiled into its modules at once and sleep there. Each is woken in a forked process,
in which everything is imported already, and meets the tests that call its function, those first that noticed a neighbour; the first
that fails ends it. Prints every change that lived. ``--sample 400`` takes as many by chance (``--seed``) and gives the share with its
95 % interval (Wilson). Tests in processes of their own see no change.
"""

import argparse
import difflib
import importlib.abc
import importlib.machinery
import inspect
import json
import os
import random
import re
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar

import pytest
from _pytest.runner import runtestprotocol
from mutmut.mutation import trampoline
from mutmut.mutation.file_mutation import mutate_file_contents

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
os.chdir(ROOT)


@dataclass(frozen=True)
class Room:
    """Modules to change, tests that look at them, tests left out, and whether fixtures are made once, by the unchanged room.

    ``most`` tests meet a change, by chance where more call its function; what they leave alive meets all with ``--only``.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    without: str = ""
    keep: bool = False
    most: int = 10_000


ROOMS = {
    "rules": Room(("model.rules", "model.objective"), ("test_golden", "hand")),
    "examine": Room(("model.examine",), ("test_twins", "test_examiner", "test_planted"), keep=True),
    "tables": Room(("model.tables",), ("test_store", "test_bad_input")),
    "store": Room(("model.store",), ("test_store", "test_faults", "test_properties"),
                  "killed or interrupted or bare or lies or disk_full or nowhere or little_memory or memory_that or writers"),
    "problem": Room(("model.problem",), ("test_problem", "test_example", "test_scenarios", "hand", "test_golden", "test_bad_input"),
                    most=100),
    "solve": Room(("model.solve",), ("test_stages", "test_implied", "test_example", "test_session", "test_guard"), "one_plan or sings"),
}  # fmt: skip
PATIENCE = 10.0
"""Seconds that a changed test may take beyond five times its own."""
ALIKE = re.compile(r",?\s*strict=\w+|(?<=cast\()(?:[^][,]|\[[^]]*\])*|,?\s*(?=\))")
"""What changes nothing: a check of lengths that have one origin, and types that nobody reads at run time. Not tried."""


class Sleeping(importlib.machinery.SourceFileLoader):
    """Loads a module with every change of it, asleep; ``MUTANT_UNDER_TEST`` wakes one."""

    found: ClassVar[dict[str, tuple[str, str]]] = {}
    """Name of a change -> the function as it is, and as it is changed."""

    def get_code(self, fullname: str) -> CodeType:
        made = mutate_file_contents(self.path, Path(self.path).read_text("utf-8"))
        lines = made.code.splitlines()
        text = {name: "\n".join(lines[span.start - 1 : span.end]) for name, span in made.line_span_by_function_name.items()}
        for name in made.mutant_names:
            before, after = (text[one].replace(one, "") for one in (name.rpartition("_")[0] + "_orig", name))
            if ALIKE.sub("", before) != ALIKE.sub("", after):
                self.found[f"{fullname}.{name}"] = (before, after)
        return compile(made.code, self.path, "exec", dont_inherit=True)


class Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of a room before Python does."""

    def __init__(self, modules: Sequence[str]) -> None:
        self.modules = modules

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> Any:
        if not any(fullname == name or fullname.startswith(f"{name}.") for name in self.modules):
            return None
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.origin is not None:
            spec.loader = Sleeping(fullname, spec.origin)
        return spec


@dataclass
class Seen:
    """What each test calls, fixtures included, and its seconds."""

    seconds: dict[str, float] = field(default_factory=dict)
    calls: dict[str, list[str]] = field(default_factory=dict)


class Runner:
    """Runs the tests once as they are, then a part of them for each change, in place of pytest's own loop."""

    def __init__(self, room: Room, sample: int, seed: int, only: tuple[str, ...]) -> None:
        self.room, self.sample, self.seed, self.only = room, sample, seed, only
        self.failed = False
        self.calls: set[str] = set()
        self.by_fixture: dict[str, set[str]] = defaultdict(set)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        before, self.calls = self.calls, set()
        made = yield
        self.by_fixture[fixturedef.argname] |= self.calls
        self.calls = before
        return made

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.failed = self.failed or report.failed
        if report.failed:
            say(f"{report.nodeid}\n{report.longreprtext}")

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        seen = self.clean(session) if self.room.keep else json_from_child(lambda: self.clean(session))
        say(f"{len(session.items)} tests, {sum(seen.seconds.values()):.0f} s unchanged")
        names = [name for name in Sleeping.found if name.endswith(self.only)]
        chance = random.Random(self.seed)  # noqa: S311 - a sample, no secret
        chosen = sorted(chance.sample(names, self.sample)) if 0 < self.sample < len(names) else names
        by_function: dict[str, list[pytest.Item]] = defaultdict(list)
        for item in sorted(session.items, key=lambda item: seen.seconds[item.nodeid]):
            for name in seen.calls[item.nodeid]:
                by_function[name].append(item)
        if not any(self.only):
            by_function = {name: some(chance, items, self.room.most) for name, items in by_function.items()}
        alive, started, noticed = [], time.monotonic(), 0.0
        for place, name in enumerate(chosen, start=1):
            items = by_function.get(name.rpartition("__mutmut_")[0], [])
            killer = self.killed(name, items, seen)
            if killer is None:
                alive.append(name)
                say(shown(name))
            elif killer < len(items):
                items.insert(0, items.pop(killer))
            if place % 100 == 0 or time.monotonic() - noticed > 60:
                noticed = time.monotonic()
                say(f"# {place} of {len(chosen)}, {len(alive)} alive, {noticed - started:.0f} s")
        say(told(len(chosen), len(names), len(alive)))
        return True

    def clean(self, session: pytest.Session) -> Seen:
        """Every test unchanged."""
        trampoline.record_trampoline_hit = lambda name, caller=None: self.calls.add(name)
        os.environ["MUTANT_UNDER_TEST"] = "stats"
        seen = Seen()
        for item, after in zip(session.items, [*session.items[1:], session.items[0]], strict=True):
            self.calls, begun = set(), time.monotonic()
            runtestprotocol(item, log=True, nextitem=after)
            seen.seconds[item.nodeid] = time.monotonic() - begun
            seen.calls[item.nodeid] = sorted(self.calls)
        if self.failed:
            raise pytest.UsageError("tests fail without any change")
        for item in session.items:
            fixtures = set().union(*(self.by_fixture[name] for name in item.fixturenames))
            seen.calls[item.nodeid] = sorted(fixtures | set(seen.calls[item.nodeid]))
        os.environ["MUTANT_UNDER_TEST"] = ""
        return seen

    def killed(self, name: str, items: list[pytest.Item], seen: Seen) -> int | None:
        """Place of the test that notices a change (their number where time ran out); none where it lives."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            self.wake(name, items, seen, writing)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            word = pipe.read()
        os.waitpid(child, 0)
        return None if word == "alive" else int(word) if word else len(items)

    def wake(self, name: str, items: list[pytest.Item], seen: Seen, writing: int) -> None:
        """In the child: run the tests with a change awake, and say which one noticed it."""
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        os.environ["MUTANT_UNDER_TEST"] = name
        signal.signal(signal.SIGALRM, signal.SIG_DFL)  # ends a child that hangs, wherever it does
        word = "alive"
        for place, (item, after) in enumerate(zip(items, [*items[1:], None], strict=True)):
            signal.alarm(int(PATIENCE + 5 * seen.seconds[item.nodeid]))
            try:
                runtestprotocol(item, log=True, nextitem=after)
            except BaseException:
                self.failed = True
            if self.failed:
                word = str(place)
                break
        os.write(writing, word.encode())
        os._exit(0)


def some(chance: random.Random, items: list[pytest.Item], most: int) -> list[pytest.Item]:
    """At most so many of the tests, in their order."""
    chosen = set(chance.sample(range(len(items)), min(most, len(items))))
    return [item for place, item in enumerate(items) if place in chosen]


def json_from_child(work: Any) -> Seen:
    """What a forked process finds, so that nothing of it stays in this one."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            found = json.dumps(work().__dict__)
            with os.fdopen(writing, "w") as pipe:
                pipe.write(found)
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    if not text:
        raise pytest.UsageError("tests fail without any change")
    return Seen(**json.loads(text))


def say(line: str) -> None:
    """A line of the report, at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def shown(name: str) -> str:
    """A change that lived, as the lines that differ."""
    before, after = (text.splitlines() for text in Sleeping.found[name])
    lines = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
    return "\n".join([name, *(f"    {line[0]} {line[1:].strip()}" for line in lines)])


def told(tried: int, whole: int, alive: int) -> str:
    """Share that was noticed, with its interval where not all were tried."""
    killed, z = tried - alive, 1.96
    share = killed / tried
    middle, half = share + z * z / (2 * tried), z * ((share * (1 - share) + z * z / (4 * tried)) / tried) ** 0.5
    low, high = ((middle + sign * half) / (1 + z * z / tried) for sign in (-1, 1))
    interval = "" if tried == whole else f", 95 % interval {low:.1%} to {high:.1%}"
    return f"{tried} of {whole} changes, {killed} noticed ({share:.1%}{interval}), {alive} alive"


def signed(made: Any) -> Any:
    """Mutmut's ``wrap_in_trampoline`` whose functions show their own arguments: Pyomo looks at them."""

    def wrap(changes: Any, is_classmethod: bool = False) -> Any:
        def wrapped(function: Any) -> Any:
            found = made(changes, is_classmethod)(function)
            found.__signature__ = inspect.signature(function)
            return found

        return wrapped

    return wrap


def widened(made: Any) -> Any:
    """Pytest's ``fixture`` where what stands for a module stands for the whole session."""
    return lambda *args, **kwargs: made(*args, **(kwargs | ({"scope": "session"} if "scope" in kwargs else {})))


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("room", choices=ROOMS)
    parser.add_argument("--sample", type=int, default=0, help="how many changes, by chance; 0: all")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="changes whose names end so, with commas between")
    asked = parser.parse_args()
    room = ROOMS[asked.room]
    trampoline.wrap_in_trampoline = signed(trampoline.wrap_in_trampoline)
    sys.meta_path.insert(0, Finder(room.modules))
    if room.keep:
        pytest.fixture = widened(pytest.fixture)  # type: ignore[assignment]
    paths = [str(ROOT / "tests" / (name if (ROOT / "tests" / name).is_dir() else f"{name}.py")) for name in room.tests]
    without = [word for plugin in ("xdist", "cacheprovider", "terminal") for word in ("-p", f"no:{plugin}")]
    words = ["-s", "-o", "addopts=", *without, *(["-k", f"not ({room.without})"] if room.without else []), *paths]
    return int(pytest.main(words, plugins=[Runner(room, asked.sample, asked.seed, tuple(asked.only.split(",")))]))


if __name__ == "__main__":
    sys.exit(main())
