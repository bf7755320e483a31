"""``ensemble``: many certified futures of a scenario, in one store that resumes where it stopped."""

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from model.cli.common import HELP, CostGap, DrawSeed, EmissionGap, Lang, TimeLimit, folders_of, need_packages, open_console, speaker
from model.errors import Fault, InputError
from model.language import told

if TYPE_CHECKING:
    from rich.console import Console

    from model.folders import Folders
    from model.futures.ensemble import Crew, Prepared
    from model.language import Speaker


def ensemble(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help=HELP("help_names"))] = None,
    samples: Annotated[int, typer.Option(help=HELP("help_members"), min=1, max=1_000_000)] = 100,
    method: Annotated[str, typer.Option(help=HELP("help_method"))] = "lhs",
    seed: DrawSeed = 0,
    jobs: Annotated[int, typer.Option(help=HELP("help_member_jobs"), min=1, max=256)] = 2,
    name: Annotated[str | None, typer.Option("--name", help=HELP("help_ensemble_name"))] = None,
    holding: Annotated[str | None, typer.Option(help=HELP("help_holding"))] = None,
    gap: EmissionGap = None,
    cost_gap: CostGap = None,
    time_limit: TimeLimit = None,
    cluster: Annotated[str | None, typer.Option(help=HELP("help_cluster"))] = None,
    scheduler: Annotated[str | None, typer.Option(help=HELP("help_scheduler"))] = None,
    lang: Lang = None,
) -> None:
    """Solve many futures of scenarios; start again to go on where a run stopped."""
    need_packages()
    from model.futures.design import Design, Method
    from model.futures.ensemble import held_decisions, prepare, solver_options

    say, folders = speaker(lang), folders_of(context)
    if method not in list(Method):
        raise InputError([Fault("--method", told("futures_choices", found=method, allowed=", ".join(Method)))])
    scenarios = names or ["plan"]
    if name is not None and len(scenarios) > 1:
        raise InputError([Fault("--name", told("futures_one_name"))])
    crew = _crew(jobs, cluster, scheduler, say)
    for scenario in scenarios:
        design = Design(Method(method), samples, seed)
        options = solver_options(folders, scenario, gap=gap, cost_gap=cost_gap, time_limit=time_limit)
        prepared = prepare(folders, scenario, design, options, held_decisions(folders, holding) if holding else None)
        _run(folders, name or (f"{scenario}-holding-{holding}" if holding else scenario), prepared, crew, say)


def _crew(jobs: int, cluster: str | None, scheduler: str | None, say: "Speaker") -> "Crew":
    """Who solves: processes of this machine, or a Dask cluster."""
    if cluster is None and scheduler is None:
        from model.futures.local import LocalCrew

        return LocalCrew(jobs)
    from model.futures.cluster import ADDRESS, ClusterCrew, Kind

    if cluster not in (None, *Kind) or (cluster and scheduler) or (scheduler and not ADDRESS.fullmatch(scheduler)):
        raise InputError([Fault("--cluster", told("futures_cluster", found=str(cluster or scheduler)))])
    return ClusterCrew(scheduler, jobs, Kind(cluster or Kind.LOCAL))


def _run(folders: "Folders", name: str, prepared: "Prepared", crew: "Crew", say: "Speaker") -> None:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from model.futures.ensemble import Progress as Sign
    from model.futures.ensemble import open_or_create, run_ensemble

    console = open_console()
    console.print(say("futures_start", name=name, members=len(prepared.same), drivers=len(prepared.task.draws.drivers)), markup=False)
    archive, task = open_or_create(folders, name, prepared)
    words = [TextColumn(text, markup=False) for text in ("{task.description}", "{task.fields[told]}")]
    columns = (words[0], BarColumn(), MofNCompleteColumn(), words[1])
    with Progress(*columns, console=console, transient=True) as shown:
        bar = shown.add_task(name, total=len(prepared.same), told="")

        def heard(sign: Sign) -> None:
            left = f"{sign.left / 60:.0f}" if sign.left == sign.left else "–"
            shown.update(bar, completed=sign.done, told=say("futures_rate", rate=sign.rate, left=left))

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.default_int_handler)  # a job manager's end is a Ctrl-C
        try:
            run_ensemble(prepared, task, archive, crew, heard)
        except KeyboardInterrupt:
            console.print(say("futures_stopped", name=name), markup=False)
            raise typer.Exit(130) from None
    _show(folders, name, archive.path, say, console)


def _show(folders: "Folders", name: str, path: Path, say: "Speaker", console: "Console") -> None:
    from model.futures.answers import outcomes
    from model.futures.influence import measure_next
    from model.futures.pedigree import read_pedigree
    from model.futures.reading import influences, read_ensemble, read_held
    from model.show.futures import futures_views

    own, pedigree = read_ensemble(folders.results, name), read_pedigree(folders.data)
    found = outcomes(own)
    influence = {column: influences(folders, own, found[column]) for column in found.columns}
    first = (
        {column: measure_next(own, found[column], pedigree.factors) for column in found.columns} if own.identity["method"] == "lhs" else {}
    )
    for view in futures_views(own, read_held(folders, name), influence, first, pedigree, path, say):
        console.print(view)


def futures(
    context: typer.Context, names: Annotated[list[str] | None, typer.Argument(help=HELP("help_ensembles"))] = None, lang: Lang = None
) -> None:
    """Show what stored ensembles say."""
    need_packages()
    from model.futures.archive import archive_path

    say, folders, console = speaker(lang), folders_of(context), open_console()
    for name in names or ["plan"]:
        _show(folders, name, archive_path(folders.results, name), say, console)
