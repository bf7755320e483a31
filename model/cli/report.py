"""``report``: stored results as one offline page, with the workbook, the IAMC tables and the netCDF files beside it."""

from pathlib import Path
from typing import Annotated

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, speaker, stored_of

FILE = "report.html"


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
    from model.sheets import write_tables
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
    page = render(payload(results, tables, folders.results), lang)
    path = output / FILE
    write_text(path, page)
    open_console().print(plain(say("report_done", path=path, size=len(page.encode()) // 1000, count=len(results))))
    for written in write_tables(results, {data: tables}, output, folders.results):
        open_console().print(plain(say("tables_written", path=written)))
