"""``export-inputs``: a data folder as a workbook for editing."""

from pathlib import Path
from typing import Annotated

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, speaker


def export_inputs(
    context: typer.Context,
    book: Annotated[Path, typer.Argument(help=HELP("help_workbook"))],
    data: Annotated[str, typer.Option("--data", help=HELP("help_data"))] = "chongqing",
    replace: Annotated[bool, typer.Option("--replace", help=HELP("help_replace_book"))] = False,
    lang: Lang = None,
) -> None:
    """Write the tables of a data folder as one workbook."""
    from model.runner import read_checked
    from model.sheets import export_inputs as export

    say, console = speaker(lang), open_console()
    tables = read_checked(folders_of(context).province(data))
    tidied = export(tables, book, replace=replace)
    rows = sum(len(rows) for rows in tables.rows.values())
    console.print(say("inputs_exported", folder=f"data/{data}", rows=rows, book=book), markup=False, soft_wrap=True)
    if tidied:
        console.print(say("inputs_tidied", files=", ".join(tidied)), markup=False)
