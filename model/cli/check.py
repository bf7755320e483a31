"""``check``: data folders and scenario files, every fault at once."""

from typing import Annotated

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, speaker
from model.errors import Fault, InputError


def check(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help=HELP("help_data"))] = None,
    write: Annotated[bool, typer.Option("--write", help=HELP("help_write"))] = False,
    lang: Lang = None,
) -> None:
    """Check data folders (all by default) and every scenario file, also against its data."""
    from model.datapackage import check_descriptor, write_descriptor
    from model.editor import write_schema
    from model.runner import prepare, read_checked

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    faults: list[Fault] = []
    for name in names or sorted(path.name for path in folders.data.iterdir() if path.is_dir()):
        try:
            tables = read_checked(folders.province(name))
            write_descriptor(tables.folder) if write else check_descriptor(tables.folder)
            console.print(say("checked", folder=f"data/{name}", rows=sum(len(rows) for rows in tables.rows.values())))
        except InputError as error:
            faults += error.faults
    if write:
        write_schema(folders.scenarios)
    for path in sorted(folders.scenarios.glob("*.yaml")) if not names and not faults else []:
        try:
            prepare(folders, path.stem, without_activity=True)
            console.print(say("checked_scenario", name=path.stem))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
