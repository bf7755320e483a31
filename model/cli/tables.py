"""``tables``: stored results as a workbook, IAMC tables and netCDF files in one folder."""

from pathlib import Path
from typing import Annotated

import typer

from model.cli.common import HELP, Lang, Names, folders_of, open_console, speaker


def tables(
    context: typer.Context,
    names: Names = None,
    output: Annotated[Path, typer.Option("-o", "--output", help=HELP("help_tables_output"))] = Path("out"),
    region: Annotated[str | None, typer.Option(help=HELP("help_region"))] = None,
    lang: Lang = None,
) -> None:
    """Write the tables of stored results, each examined anew."""
    from model.runner import read_checked, read_result
    from model.sheets import uncovered, write_tables

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    results = [read_result(folders, name) for name in names or ["plan"]]
    data = {name: read_checked(folders.province(name)) for name in dict.fromkeys(str(stored.manifest["data"]) for stored in results)}
    for path in write_tables(results, data, output, folders.results, region=region):
        console.print(say("tables_written", path=path), markup=False, soft_wrap=True)
    missing = sorted({group for stored in results for group in uncovered(stored)})
    if missing:
        console.print(say("tables_uncovered", groups=", ".join(missing)), markup=False)
