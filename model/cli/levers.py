"""``levers``: what a scenario may set, with units, values in the data and ranges."""

from typing import Annotated

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, speaker


def levers(context: typer.Context, name: Annotated[str, typer.Argument(help=HELP("help_one"))] = "plan", lang: Lang = None) -> None:
    """List every numeric lever as the data of a scenario know it."""
    from model.runner import read_checked
    from model.scenario import lever_fields, read_scenario
    from model.show.levers import lever_table

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    scenario = read_scenario(folders.scenario(name))
    tables = read_checked(folders.province(scenario.data))
    console.print(lever_table(lever_fields(tables, scenario), scenario.years.all(), say))
