"""``run``: solve scenarios, store and print each result."""

from enum import StrEnum
from typing import Annotated

import typer

from model.cli.common import HELP, Lang, Names, folders_of, open_console, speaker
from model.errors import InfeasibleError


class SecondSolver(StrEnum):
    """Solvers that can give a second opinion."""

    SCIP = "scip"


def run(
    context: typer.Context,
    names: Names = None,
    lang: Lang = None,
    time_limit: Annotated[float | None, typer.Option(help=HELP("help_time"), min=0.1)] = None,
    gap: Annotated[float | None, typer.Option(help=HELP("help_gap"), min=0, max=0.99)] = None,
    threads: Annotated[int | None, typer.Option(help=HELP("help_threads"), min=1)] = None,
    seed: Annotated[int | None, typer.Option(help=HELP("help_seed"), min=0)] = None,
    confirm: Annotated[SecondSolver | None, typer.Option(help=HELP("help_confirm"))] = None,
) -> None:
    """Run scenarios one after the other and print each result."""
    from model.live import Live
    from model.runner import read_checked
    from model.runner import run as run_scenario
    from model.scenario import read_scenario
    from model.show import opinion_line, result_views

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    for name in names or ["plan"]:
        options = read_scenario(folders.scenario(name)).solver
        asked = {"time_limit": time_limit, "gap": gap, "threads": threads, "seed": seed}
        changed: dict[str, object] = {key: value for key, value in asked.items() if value is not None}
        changed |= {"gaps": {}} if gap is not None else {}
        with Live(console, say) as live:
            try:
                stored = run_scenario(folders, name, options=options.model_copy(update=changed), listener=live.heard, announce=live.step,
                                      second=confirm is not None)  # fmt: skip
            except InfeasibleError as error:
                error.scenario = name
                raise
        for view in result_views(stored, read_checked(folders.province(str(stored.manifest["data"]))), say, folders.results):
            console.print(view)
        for opinion in stored.manifest["second_solver"]:
            console.print(opinion_line(opinion, say))
        if not stored.manifest["optimal"]:
            raise typer.Exit(4)
