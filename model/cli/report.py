"""``report``: stored results as one offline page, with the workbook, the IAMC tables and the netCDF files beside it."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, speaker, stored_of

FILE = "report.html"
MANY = 8
"""From so many results on a second process writes the tables while this one makes the page."""


def report(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help=HELP("help_report_names"))] = None,
    output: Annotated[Path, typer.Option("-o", "--output", help=HELP("help_report_output"))] = Path("out"),
    lang: Lang = None,
) -> None:
    """Write the page and the tables of stored results, each examined anew."""
    from model.errors import ResultError
    from model.language import told
    from model.report import in_order, payload, render
    from model.runner import read_checked, read_result
    from model.show.text import plain
    from model.store import stored_names, write_text

    say, folders = speaker(lang), folders_of(context)
    asked = stored_of(folders, names or []) or stored_names(folders.results)
    if not asked:
        raise ResultError(told("report_none", folder=folders.results.name))
    results = [read_result(folders, name) for name in asked]
    results = results if asked == names else in_order(results)
    data = str(results[0].manifest["data"])
    tables = read_checked(folders.province(data))
    with _tables_of(results, {data: tables}, output, folders.results) as written:
        page = render(payload(results, tables, folders.results), lang)
        path = output / FILE
        write_text(path, page)
        open_console().print(plain(say("report_done", path=path, size=len(page.encode()) // 1000, count=len(results))))
        for table in written():
            open_console().print(plain(say("tables_written", path=table)))


@contextmanager
def _tables_of(results: list[Any], *asked: Any) -> Iterator[Callable[[], list[Path]]]:
    """Write the tables; what is handed out waits for them. An interruption lets a second process end what it has begun."""
    from model.sheets import write_tables

    if len(results) < MANY:
        yield lambda: write_tables(results, *asked)
        return
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    from model.batch import children_of_one
    from model.errors import SolverError
    from model.language import told

    with ProcessPoolExecutor(1, children_of_one(), signal.signal, (signal.SIGINT, signal.SIG_IGN)) as pool:
        try:
            yield pool.submit(write_tables, results, *asked).result
        except BrokenProcessPool as error:
            raise SolverError(told("worker_died")) from error
