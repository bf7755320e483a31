"""``report``: stored results as one offline page."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from model.cli.common import HELP, Lang, folders_of, open_console, speaker
from model.folders import Folders
from model.language import Language, Speaker

FILE = "report.html"


def report(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help=HELP("help_report_names"))] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help=HELP("help_report_output"))] = Path("out"),
    lang: Lang = None,
) -> None:
    """Write one page about stored results, each examined anew."""
    open_console().print(write_report(folders_of(context), names or [], output / FILE, lang, speaker(lang)))


def write_report(folders: Folders, names: list[str], path: Path, lang: Language | None, say: Speaker) -> Text:
    """Write the page of results (none named: all stored) and return what to tell. Raises ``ResultError`` where there is none."""
    from model.errors import ResultError
    from model.report import payload, render
    from model.runner import read_checked, read_result
    from model.show.text import plain
    from model.store import stored_names, write_atomic

    chosen = names or sorted(stored_names(folders.results), key=lambda name: (name != "plan", name))
    if not chosen:
        raise ResultError(say("report_none", folder=folders.results.name))
    results = [read_result(folders, name) for name in chosen]
    tables = read_checked(folders.province(str(results[0].manifest["data"])))
    page = render(payload(results, tables, folders.results), lang)
    write_atomic(path, page)
    return plain(say("report_done", path=path, size=len(page.encode()) // 1000, count=len(results)))
