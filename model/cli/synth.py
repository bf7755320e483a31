"""``synth``: a data folder of any size."""

from pathlib import Path
from typing import Annotated

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, root_of, speaker
from model.errors import Fault, InputError
from model.language import told
from model.names import NAME

BASE_YEAR = 2020


def synth(
    context: typer.Context,
    lines: Annotated[int, typer.Option(help=HELP("help_lines"), min=1, max=50_000)],
    output: Annotated[Path, typer.Option("-o", "--output", help=HELP("help_output"))],
    years: Annotated[int, typer.Option(help=HELP("help_years"), min=2, max=60)] = 6,
    seed: Annotated[int, typer.Option(help=HELP("help_seed"), min=0)] = 0,
    lang: Lang = None,
) -> None:
    """Make a synthetic data folder and a scenario of the same name."""
    from model.datapackage import write_descriptor
    from model.runner import read_checked
    from model.synth import scenario_text, synthesise, write_tables

    say, folders = speaker(lang), folders_of(context)
    folder = (root_of(context) / output).resolve()
    scenario = folders.scenarios / f"{folder.name}.yaml"
    if folder.parent != folders.data.resolve() or folder.exists() or scenario.exists() or not NAME.fullmatch(folder.name):
        raise InputError([Fault(str(output), told("synth_outside"))])
    last = BASE_YEAR + years - 1
    rows = synthesise(read_checked(folders.province("chongqing")), lines, last, seed)
    write_tables(rows, folder)
    write_descriptor(folder)
    scenario.write_text(scenario_text(folder.name, last), encoding="utf-8")
    open_console().print(say("synth_done", folder=f"data/{folder.name}", lines=len(rows["lines"]), scenario=f"scenarios/{scenario.name}"))
