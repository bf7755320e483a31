"""``import-inputs``: an edited workbook back into a data folder."""

from pathlib import Path
from typing import Annotated

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, root_of, speaker
from model.errors import Fault, InputError
from model.language import told


def import_inputs(
    context: typer.Context,
    book: Annotated[Path, typer.Argument(help=HELP("help_workbook"))],
    to: Annotated[Path, typer.Option("--to", help=HELP("help_to"))],
    replace: Annotated[bool, typer.Option("--replace", help=HELP("help_replace_folder"))] = False,
    lang: Lang = None,
) -> None:
    """Read an edited workbook into a data folder; nothing is written unless all of it is right."""
    from model.sheets import import_inputs as bring_in

    say, folders = speaker(lang), folders_of(context)
    if (root_of(context) / to).resolve().parent != folders.data.resolve():
        raise InputError([Fault(str(to), told("folder_outside"))])
    target = folders.province(to.name)
    tables = bring_in(book, target, replace=replace)
    rows = sum(len(rows) for rows in tables.rows.values())
    open_console().print(say("inputs_imported", folder=f"data/{target.name}", rows=rows, name=target.name), markup=False, soft_wrap=True)
