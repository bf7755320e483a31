"""Why settings have no plan, and why a line does what it does, in a child process: sentences in both languages, as the page reads them."""

import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from model.errors import PathwayError, ResultError
from model.folders import Folders
from model.language import Language, Speaker, clean, told

SPEAKERS = (Speaker(Language.ZH), Speaker(Language.EN))
PULSE = 0.5
"""Seconds between two signs of life, at least."""


def heard_by(pipe: Connection) -> Callable[[Any], None]:
    """Passes stage and gap of a solver on."""
    last = 0.0

    def heard(progress: Any) -> None:
        nonlocal last
        if time.monotonic() - last > PULSE:
            last = time.monotonic()
            pipe.send(("progress", str(progress.stage), float(progress.gap)))

    return heard


def why_work(root: Path, name: str, line: str, pipe: Connection) -> None:
    """Turn a line's decision in a stored result round, solve, and tell what follows."""
    from model.show import why_views
    from model.tradeoff import ground, opposites, reasons

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe.send(("step", "read"))
    try:
        base = ground(Folders(root), name)
        if line not in base.problem["line"].values.astype(str):
            raise ResultError(told("explore_no_line", line=clean(line)))
        asked = opposites(base, line)
        lines = [] if asked else [[say("why_none_open", line=line) for say in SPEAKERS]]
        for reason in reasons(base, asked, heard=heard_by(pipe)):
            spoken = [[text for view in why_views(reason, base.problem, say) for text in _lines(view)] for say in SPEAKERS]
            lines += [list(pair) for pair in zip(*spoken, strict=True)]
    except PathwayError as error:
        pipe.send(("failed", [error.message], error.exit_code))
        return
    pipe.send(("explained", {"lines": lines, "repairs": [], "changes": []}))


def _lines(view: object) -> list[str]:
    """A view of the terminal as plain lines, a table row by row."""
    if not isinstance(view, Table):
        return [clean(str(view)).strip()]
    heads = [str(column.header) for column in view.columns]
    rows = zip(*(column.cells for column in view.columns), strict=True)
    return [str(view.title), *["· " + "; ".join(f"{head}: {cell}" for head, cell in zip(heads, row, strict=True)) for row in rows]]


def explain_work(root: Path, name: str, pipe: Connection) -> None:
    """Explain a scenario and tell the sentences and the repairs, each with what a scenario file would say, through a pipe."""
    from model.explain import explain
    from model.runner import prepare, stored_activity
    from model.show.explain import explanation_views, repair_lines

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        folders = Folders(root)
        tables, scenario, problem = prepare(folders, name)
        options = scenario.solver.model_copy(update={"gaps": {}})
        found = explain(tables, scenario, problem, stored_activity(folders, scenario), options,
                        lambda step: pipe.send(("step", f"explain_{step}")))  # fmt: skip
    except PathwayError as error:
        pipe.send(("failed", [error.message], error.exit_code))
        return
    repairs = [repair_lines(found, say) for say in SPEAKERS]
    lines = [
        [clean(view.plain).strip() for view in explanation_views(found, name, say) if isinstance(view, Text) and view.plain not in listed]
        for say, listed in zip(SPEAKERS, repairs, strict=True)
    ]
    answer = {
        "lines": [list(pair) for pair in zip(*lines, strict=True)],
        "repairs": [list(pair) for pair in zip(*repairs, strict=True)],
        "changes": [repair.change for repair in found.repairs],
    }
    pipe.send(("explained", answer))
