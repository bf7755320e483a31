"""What the server holds: project, data, queue, readers, and what is tried."""

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool

from model.batch import work
from model.errors import Fault, InputError, ResultError
from model.explorer.drafts import Draft
from model.explorer.explaining import explain_work, why_work
from model.explorer.fields import FactList
from model.explorer.jobs import LIVE, Job, Limits, Queue, Work
from model.explorer.listing import list_results
from model.explorer.pointing import point_work
from model.explorer.reading import Reader
from model.explorer.shell import shell
from model.explorer.workspace import Workspace
from model.folders import Folders
from model.language import Language, clean, told
from model.names import NAME
from model.scenario import merge
from model.tables import Tables

MOST_DRAFTS = 40
"""Drafts kept at the same time; a solved one of Chongqing takes about 1 MB of disk."""
MOST_FIRST = 4
"""Results that are opened where none is named."""
FIRST = ("plan", "frozen")
"""Of these, the ones that come before newer ones."""


@dataclass
class Explorer:
    """Everything that the page's server holds."""

    project: Folders
    tables: Tables
    limits: Limits
    chosen: Sequence[str] = ()
    language: Language | None = None
    drafts: dict[str, Draft] = field(default_factory=dict)
    listeners: int = 0

    def __post_init__(self) -> None:
        self.workspace = Workspace(self.project, self.tables)
        self.queue = Queue(self.limits)
        self.reader = Reader(self.tables.folder)
        self.facts = FactList(self.tables)

    def close(self) -> None:
        """End children and remove what was not kept."""
        self.queue.close()
        self.reader.close()
        self.workspace.close()

    @cached_property
    def page(self) -> str:
        """The page, made once."""
        return shell(self.tables, self.chosen, self.language)

    async def prepare(self) -> None:
        """Make the page and read what it opens first, before it is asked for."""
        page = asyncio.create_task(run_in_threadpool(lambda: self.page))
        named = [(self.project.root, name) for name in self.chosen]
        first = named if len(named) < 3 else [named[0], named[-1]]  # base of comparison and focus make the first screen
        await asyncio.gather(*[self.reader.figures(one) for one in first])
        if len(first) > 1:
            await self.reader.figures(*first)
        await asyncio.gather(page, *[self.reader.figures(one) for one in named[1:-1]])

    def root_of(self, name: str) -> Path:
        """The project in which a result stands. Raises ``ResultError`` for what is no name."""
        if not NAME.fullmatch(name):
            raise ResultError(told("explore_no_result", name=clean(name)))
        return self.workspace.folders(name).root if name in self.drafts else self.project.root

    def try_out(self, base: str, settings: dict[str, Any], title: tuple[str, str]) -> Draft:
        """Write a draft and put its solve in the queue."""
        draft = Draft(self._new_name(), base, settings, title)
        scenario = self.workspace.write(draft)
        options = scenario.solver.model_copy(update={"time_limit": min(scenario.solver.time_limit, self.limits.seconds)})
        return self._start(draft, (work, (self.workspace.folders(draft.name).root, draft.name, options, True)))

    def _new_name(self) -> str:
        """A name for a draft. Raises ``InputError`` where there are too many."""
        if len(self.drafts) >= MOST_DRAFTS:
            raise InputError([Fault("drafts", told("explore_many_drafts", count=MOST_DRAFTS))])
        return f"try-{secrets.token_hex(4)}"

    def _start(self, draft: Draft, given: Work) -> Draft:
        """Put the work of a draft in the queue; without a place in it the draft is gone again."""
        self.drafts[draft.name] = draft
        try:
            self.queue.submit(Job(draft.name, draft.title), given)
        except InputError:
            self.discard(draft.name)
            raise
        return draft

    def explain(self, name: str) -> None:
        """Put the explanation of a draft without any plan in the queue."""
        draft, job = self.draft(name), self.queue.jobs.get(name)
        if job is None or job.state != "infeasible":
            raise InputError([Fault("trial", told("explore_not_infeasible"))])
        self.queue.submit(Job(name, draft.title), (explain_work, (self.workspace.folders(name).root, name)))

    def why(self, name: str, line: str, title: tuple[str, str]) -> None:
        """Put the question why a line does what it does in a result in the queue; one that is answered or under way stands."""
        root = self.root_of(name)
        asked = f"why-{hashlib.sha256(f'{name}/{line}'.encode()).hexdigest()[:12]}"
        known = self.queue.jobs.get(asked)
        if known is None or known.state not in (*LIVE, "explained"):
            self.queue.submit(Job(asked, title, about=(name, line)), (why_work, (root, name, line)))

    def open_point(self, name: str, point: tuple[str, int], title: tuple[str, str]) -> Draft:
        """Put the plan of a point (axis, place) of a result's trade-off in the queue, as a draft that cannot be kept."""
        root, draft = self.root_of(name), Draft(self._new_name(), name, title=title, point=point)
        target = self.workspace.opened(draft.name).root
        return self._start(draft, (point_work, (root, name, point, target, draft.name, title)))

    def repair(self, name: str, number: int) -> Draft:
        """Try a draft again with a repair that its explanation found."""
        draft, job = self.draft(name), self.queue.jobs.get(name)
        if job is None or job.state != "explained" or not 0 <= number < len(job.told["changes"]):
            raise InputError([Fault("trial", told("explore_no_repair"))])
        place = number + 1
        title = (f"{draft.title[0]}（修复方案 {place}）", f"{draft.title[1]} (repair {place})")
        return self.try_out(draft.base, merge(dict(draft.settings), job.told["changes"][number]), title)

    def draft(self, name: str) -> Draft:
        """A draft by its name. Raises ``ResultError`` where there is none."""
        if name not in self.drafts:
            raise ResultError(told("explore_no_trial"))
        return self.drafts[name]

    def cancel(self, name: str) -> None:
        """Stop a solve, or the answer to a question. Raises ``ResultError`` where there is none."""
        if name not in self.queue.jobs:
            self.draft(name)
        self.queue.cancel(name)

    def discard(self, name: str) -> None:
        """Stop a draft's solve and remove it; a question is only forgotten."""
        asked = name in self.queue.jobs and name not in self.drafts
        if not asked:
            self.draft(name)
        self.queue.forget(name)
        if not asked:
            self.workspace.discard(name)
            self.drafts.pop(name, None)

    def state(self) -> dict[str, Any]:
        """Jobs and drafts as the page reads them."""
        written = {
            name: {"base": draft.base, "settings": dict(draft.settings), "title": list(draft.title), "point": draft.point}
            for name, draft in self.drafts.items()
        }
        return {"jobs": [job | {"draft": written.get(job["name"])} for job in self.queue.seen()]}


def first_choice(folders: Folders, names: Sequence[str], province: str) -> list[str]:
    """Results that the page opens first, base of comparison first, focus last: those named, or of the newest the plan in focus."""
    if names:
        return list(names)
    newest = sorted((row for row in list_results(folders) if row["data"] == province), key=lambda row: str(row["finished"]), reverse=True)
    ordered = sorted((str(row["name"]) for row in newest), key=lambda name: FIRST.index(name) if name in FIRST else len(FIRST))[:MOST_FIRST]
    return sorted(ordered, key=lambda name: (name == "plan", name != "frozen"))
