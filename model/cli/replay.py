"""``replay``: the base year against statistics."""

from typing import Annotated

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, speaker


def replay(context: typer.Context, name: Annotated[str, typer.Argument(help=HELP("help_names"))] = "plan", lang: Lang = None) -> None:
    """Replay the base year of a scenario's data."""
    from model.contract import Inconsistency
    from model.replay import gate
    from model.replay import replay as compare
    from model.runner import prepare
    from model.show import inconsistency_table, replay_table

    say, console = speaker(lang), open_console()
    tables, _, problem = prepare(folders_of(context), name, without_activity=True)
    compared = compare(problem, tables)
    console.print(replay_table(compared, say))
    if tables.of(Inconsistency):
        console.print(inconsistency_table(tables.of(Inconsistency), say))
    gates = [item for item in compared if item.row.kind == "gate"]
    failed = gate(problem, tables)
    console.print(say("replay_summary", passed=sum(g.passed for g in gates), failed=len(failed), checks=len(compared) - len(gates)))
    for line in failed:
        console.print(say.told(line), markup=False)
    if failed:
        raise typer.Exit(7)
