"""Reading results beside the server: worker processes examine them anew and draw up what the page shows; answers are kept."""

import asyncio
import multiprocessing
import signal
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from model.errors import PathwayError, ResultError
from model.explorer.wording import both_told, reasons_of
from model.folders import Folders
from model.language import told
from model.store import Stored
from model.tables import Tables

Answer = bytes | list[list[str]]
"""JSON, or the reasons why there is none."""
Stamp = tuple[tuple[int, int], ...]
"""Times and sizes of the files and folders of a result."""
MOST_KEPT = 400
"""Answers kept; one of a scenario of Chongqing takes about 0.15 MB."""


@lru_cache(maxsize=2)
def _tables(folder: Path, digest: str) -> Tables:
    """Checked tables, read once per state of the folder."""
    from model.runner import read_checked

    tables = read_checked(folder)
    if tables.digest() != digest:
        raise ResultError(told("explore_data_changed"))
    return tables


@lru_cache(maxsize=8)
def _stored(root: Path, name: str, stamp: Stamp) -> Stored:
    """A stored result, examined anew once per state of its file."""
    from model.runner import read_result

    return read_result(Folders(root), name)


def stamp_of(root: Path, name: str) -> Stamp:
    """What changes when a result, a study of it or its ensemble is written anew. Raises ``ResultError`` where there is no result."""
    results = Folders(root).results
    try:
        found = [(results / f"{name}.nc").stat()]
    except OSError as error:
        raise ResultError(told("explore_no_result", name=name)) from error
    for place in (results / name, results / "ensembles" / f"{name}.zarr" / "status"):
        with suppress(OSError):
            found.append(place.stat())
    return tuple((seen.st_mtime_ns, seen.st_size) for seen in found)


def _draw(province: Path, names: tuple[tuple[Path, str, Stamp], ...]) -> bytes:
    from model.report.causes import between
    from model.report.figures import scenario_figures
    from model.report.ground import check_ground
    from model.report.payload import plain, to_json
    from model.tables import data_digest

    tables = _tables(province, data_digest(province))
    results = [_stored(*name) for name in names]
    check_ground(results, tables)
    drawn = scenario_figures(results[0], tables, Folders(names[0][0]).results) if len(results) == 1 else {"between": between(results)}
    return to_json(plain(drawn)).encode()


def _answer(work: Callable[..., bytes], *arguments: Any) -> Answer:
    """Work of a child with its faults as plain texts."""
    try:
        return work(*arguments)
    except PathwayError as error:
        return reasons_of(error)
    except Exception as error:
        return both_told([told("explore_fault", fault=f"{type(error).__name__}: {error}")])


def _start() -> None:
    """In a worker: an interruption is the server's."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class Reader:
    """Asks workers, shares answers between those who ask at the same time, and keeps them until a file changes."""

    def __init__(self, province: Path, at_once: int = 2) -> None:
        self.province, self.at_once = province, at_once
        self._context = multiprocessing.get_context("spawn")
        self._pool = self._new()
        self._kept: OrderedDict[tuple[Any, ...], asyncio.Future[Answer]] = OrderedDict()

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self.at_once, self._context, initializer=_start)

    async def figures(self, *names: tuple[Path, str]) -> Answer:
        """One result as the page shows it, or of two the difference by cause; each is (project folder, name)."""
        try:
            stamped = tuple((root, name, stamp_of(root, name)) for root, name in names)
        except ResultError as error:
            return reasons_of(error)
        if stamped not in self._kept:
            self._kept[stamped] = asyncio.ensure_future(self._asked(stamped))
        self._kept.move_to_end(stamped)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        answer = await asyncio.shield(self._kept[stamped])
        if isinstance(answer, list):
            self._kept.pop(stamped, None)
        return answer

    async def _asked(self, stamped: tuple[Any, ...]) -> Answer:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._pool, _answer, _draw, self.province, stamped)
        except BrokenProcessPool:
            self._pool = self._new()
            return both_told([told("explore_no_process")])

    def close(self) -> None:
        """End the workers when what they read is read: one that is killed can leave a semaphore behind."""
        self._pool.shutdown(wait=True, cancel_futures=True)
