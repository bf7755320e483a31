"""``run``: solve scenarios and store each result; one is printed in full, many as a table with a row each."""

from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live as Screen

from model.cli.common import HELP, Gap, Lang, Names, TimeLimit, folders_of, open_console, speaker
from model.errors import InfeasibleError
from model.folders import Folders
from model.language import Speaker
from model.names import Method


class SecondSolver(StrEnum):
    """Solvers that can give a second opinion."""

    SCIP = "scip"


def run(
    context: typer.Context,
    names: Names = None,
    lang: Lang = None,
    time_limit: TimeLimit = None,
    gap: Gap = None,
    threads: Annotated[int | None, typer.Option(help=HELP("help_threads"), min=1, max=256)] = None,
    seed: Annotated[int | None, typer.Option(help=HELP("help_seed"), min=0, max=2**31 - 1)] = None,
    jobs: Annotated[int | None, typer.Option(help=HELP("help_jobs"), min=1)] = None,
    force: Annotated[bool, typer.Option("--force", help=HELP("help_force"))] = False,
    method: Annotated[Method | None, typer.Option(help=HELP("help_solve_method"))] = None,
    confirm: Annotated[SecondSolver | None, typer.Option(help=HELP("help_confirm"))] = None,
) -> None:
    """Run scenarios: a name, a file of scenarios/, or a pattern such as 'scenarios/*.yaml'."""
    from model.scenario import names_matching

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    asked = {"time_limit": time_limit, "gap": gap, "threads": threads, "seed": seed, "method": method}
    settings: dict[str, Any] = {key: value for key, value in asked.items() if value is not None}
    settings |= {"gaps": {}} if gap is not None else {}
    wanted = list(dict.fromkeys(name for word in names or ["plan"] for name in names_matching(folders.scenarios, word)))
    if len(wanted) > 1 and confirm is None:
        code = _many(folders, wanted, settings, jobs, force, say, console)
    else:
        code = max(_one(folders, name, settings, force, confirm is not None, say, console) for name in wanted)
    if code:
        raise typer.Exit(code)


def _one(folders: Folders, name: str, settings: dict[str, Any], force: bool, second: bool, say: Speaker, console: Console) -> int:
    """Run one scenario in this process and print its result."""
    from model.live import Live
    from model.runner import read_checked
    from model.runner import run as run_scenario
    from model.scenario import read_scenario
    from model.show import opinion_line, result_views
    from model.show.text import plain

    options = read_scenario(folders.scenario(name)).solver.model_copy(update=settings)
    with Live(console, say) as live:
        try:
            stored = run_scenario(folders, name, options=options, listener=live.heard, announce=live.step, force=force, second=second)
        except InfeasibleError as error:
            error.scenario = name
            raise
    for view in result_views(stored, read_checked(folders.province(str(stored.manifest["data"]))), say, folders.results):
        console.print(view)
    for opinion in stored.manifest.get("second_solver", []):
        console.print(opinion_line(opinion, say))
    if stored.manifest.get("unchanged"):
        console.print(plain(say("not_solved_again", name=name, finished=stored.manifest["finished"])))
    return 0 if stored.manifest["optimal"] else 4


def _many(
    folders: Folders, names: list[str], settings: dict[str, Any], jobs: int | None, force: bool, say: Speaker, console: Console
) -> int:
    """Run many scenarios in child processes and print a table with a row each, then why some failed."""
    from model.batch import Task, cores, plan_batch, run_batch
    from model.show.batch import batch_progress, batch_views, task_line

    told: set[str] = set()

    def watch(tasks: list[Task]) -> None:
        screen.update(batch_progress(tasks, say))
        for task in tasks:
            if not console.is_terminal and task.state not in ("waiting", "running") and task.name not in told:
                told.add(task.name)
                console.print(task_line(task, say))

    tasks = plan_batch(folders, names, settings)
    try:
        with Screen(console=console, refresh_per_second=2, transient=True) as screen:
            return run_batch(folders, tasks, jobs=jobs or cores(), force=force, watch=watch)
    finally:
        for view in batch_views(tasks, say):
            console.print(view)
