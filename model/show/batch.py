"""Many scenarios at once: progress while they run, then a row each and the reasons of those that failed."""

from typing import TYPE_CHECKING

import numpy as np
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from model.language import Speaker
from model.show.text import number, plain, table

if TYPE_CHECKING:
    from model.batch import Task

STYLES = {"solved": "green", "unchanged": "green", "limit": "yellow", "failed": "red", "stopped": "red", "running": "", "waiting": "dim"}


def batch_progress(tasks: "list[Task]", say: Speaker) -> RenderableType:
    """How far a batch has come: a count, then a line for each scenario in hand."""
    ended = [task for task in tasks if task.state not in ("waiting", "running")]
    lines = [plain(say("batch_count", done=len(ended), all=len(tasks), failed=sum(task.state == "failed" for task in tasks)))]
    for task in (task for task in tasks if task.state == "running"):
        key = f"goal_{task.step}" if task.step in ("shortfall", "emissions", "cost") else f"step_{task.step or 'read'}"
        gap = f" {task.gap:.2%}" if np.isfinite(task.gap) else ""
        lines.append(plain(f"  {task.name}: {say(key)}{gap} ({task.seconds:.0f} s)"))
    return Text("\n").join(lines)


def task_line(task: "Task", say: Speaker) -> Text:
    """One scenario's end in a line, for logs."""
    why = f": {say.told(task.reasons[0]).splitlines()[0]}" if task.reasons else ""
    return plain(f"{task.name}: {say(f'task_{task.state}')} ({task.seconds:.0f} s){why}", STYLES[task.state])


def batch_views(tasks: "list[Task]", say: Speaker) -> list[RenderableType]:
    """A row for each scenario in the order asked for, then every failure with its reasons."""
    made: Table = table(
        say("head_batch"), [say(f"col_{name}") for name in ("scenario", "title", "state", "gap", "end", "missed", "seconds")]
    )
    for column in (3, 4, 5, 6):
        made.columns[column].justify = "right"
    for task in tasks:
        found = task.summary
        end = f"{number(found.emissions, 0)} ({found.year})" if found else "–"
        missed = f"{found.missed} / {found.targets}" if found else "–"
        title = say.pick(found.title_zh, found.title_en) if found else ""
        gap = f"{found.gap:.2%}" if found else "–"
        cells = (task.name, title, say(f"task_{task.state}"), gap, end, missed, f"{task.seconds:.0f}")
        made.add_row(*[plain(cell, STYLES[task.state] if place == 2 else "") for place, cell in enumerate(cells)])
    views: list[RenderableType] = [made]
    failed = [task for task in tasks if task.state in ("failed", "stopped")]
    if failed:
        views.append(plain(say("batch_failed", count=len(failed)), "red"))
        for task in failed:
            lines = [line for reason in task.reasons for line in say.told(reason).splitlines()] or [say("task_stopped")]
            views += [plain(f"  {task.name}: {line}", "red") for line in lines]
    if any(task.state == "unchanged" for task in tasks):
        views.append(plain(say("batch_unchanged", count=sum(task.state == "unchanged" for task in tasks))))
    return views
