"""``explore``: pathways in a browser on this machine, with levers to try; or the same page as one file."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, speaker


def explore(
    context: typer.Context,
    names: Annotated[list[str] | None, typer.Argument(help=HELP("help_explore_names"))] = None,
    export: Annotated[Path | None, typer.Option("--export", help=HELP("help_explore_export"))] = None,
    port: Annotated[int, typer.Option("--port", help=HELP("help_explore_port"), min=0, max=65535)] = 0,
    jobs: Annotated[int, typer.Option("--jobs", help=HELP("help_explore_jobs"), min=1, max=64)] = 1,
    memory: Annotated[float, typer.Option("--memory", help=HELP("help_explore_memory"), min=0.5)] = 6.0,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help=HELP("help_explore_browser"))] = True,
    lang: Lang = None,
) -> None:
    """Open the page on this machine, until Ctrl-C."""
    from model.errors import InputError

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    if export is not None:
        from model.cli.report import write_report

        console.print(write_report(folders, names or [], export, lang, say))
        return
    try:
        import webbrowser

        from model.explorer import Settings, open_service, serve
        from model.explorer.jobs import Limits
    except ImportError as error:
        from model.errors import Fault

        raise InputError([Fault("explore", say("explore_needs", package=error.name or ""))]) from error
    plain_names = [Path(name).stem for name in names or [] if Path(name).name not in ("", "results")]
    service = open_service(folders, Settings(plain_names, lang, port, Limits(at_once=jobs, memory=int(memory * 1e9))))
    console.print(say("explore_open"), markup=False)
    console.print(service.address, markup=False, highlight=False, soft_wrap=True)
    console.print(say("explore_stop"), markup=False)
    if browser:
        webbrowser.open(service.address)
    with suppress(KeyboardInterrupt):
        serve(service)
    console.print(say("explore_ended"), markup=False)
