"""``explore``: pathways in a browser on this machine, with levers to try; or the same page as one file."""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from model.cli.common import HELP, Lang, folders_of, open_console, speaker
from model.folders import Folders
from model.language import Language, Speaker


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
        console.print(write_page(folders, names or [], export, lang, say))
        return
    try:
        import webbrowser

        from model.explorer import Settings, open_service, serve
        from model.explorer.jobs import Limits
    except ImportError as error:
        from model.errors import Fault
        from model.language import told

        raise InputError([Fault("explore", told("explore_needs", package=error.name or ""))]) from error
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


def write_page(folders: Folders, names: list[str], path: Path, lang: Language | None, say: Speaker) -> Text:
    """Write the static page of results and return what to tell. Raises ``ResultError`` where there is none."""
    from model.errors import ResultError
    from model.explorer.holder import first_choice
    from model.language import told
    from model.report import payload, render
    from model.runner import read_checked, read_result
    from model.scenario import read_scenario
    from model.show.text import plain
    from model.store import write_text

    chosen = names or first_choice(folders, [], read_scenario(folders.scenario("plan")).data)
    if not chosen:
        raise ResultError(told("report_none", folder=folders.results.name))
    results = [read_result(folders, name) for name in chosen]
    tables = read_checked(folders.province(str(results[0].manifest["data"])))
    page = render(payload(results, tables, folders.results), lang)
    write_text(path, page)
    return plain(say("report_done", path=path, size=len(page.encode()) // 1000, count=len(results)))
