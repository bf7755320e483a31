"""``report``: stored results as one offline page."""

from pathlib import Path
from typing import Annotated

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, speaker

FILE = "report.html"


def report(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help=HELP("help_report_names"))] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help=HELP("help_report_output"))] = Path("out"),
    lang: Lang = None,
) -> None:
    """Write one page about stored results, each examined anew."""
    from model.errors import ResultError
    from model.report import payload, render
    from model.runner import read_checked, read_result
    from model.show.text import plain
    from model.store import write_atomic, stored_names

    say, folders = speaker(lang), folders_of(context)
    chosen = names or sorted(stored_names(folders.results), key=lambda name: (name != "plan", name))
    if not chosen:
        raise ResultError(say("report_none", folder=folders.results.name))
    results = [read_result(folders, name) for name in chosen]
    tables = read_checked(folders.province(str(results[0].manifest["data"])))
    page = render(payload(results, tables), lang)
    path = output / FILE
    write_atomic(path, page)
    open_console().print(plain(say("report_done", path=path, size=len(page.encode()) // 1000, count=len(results))))
