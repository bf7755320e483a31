"""``diff``: what differs between two scenarios, and what comes of it."""

from dataclasses import replace
from typing import Annotated

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, speaker


def diff(
    context: typer.Context,
    first: Annotated[str, typer.Argument(help=HELP("help_first"))],
    second: Annotated[str, typer.Argument(help=HELP("help_second"))],
    needed: Annotated[bool, typer.Option("--needed", help=HELP("help_needed"))] = False,
    lang: Lang = None,
) -> None:
    """Compare two stored results: inputs, decisions line by line, clauses and totals."""
    from model.difference import difference
    from model.live import Live
    from model.runner import read_result
    from model.show.difference import difference_views, needed_view

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    stored = [read_result(folders, name) for name in (first, second)]
    found = difference(stored[0], stored[1])
    if needed:
        from model.tradeoff import brought_near, ground

        with Live(console, say) as live:
            live.step("solve")
            near = brought_near(stored[0].inputs, ground(folders, first).flat, ground(folders, second), live.heard)
        before = len(found.steps)
        if near is not None:
            stored[1] = replace(stored[1], result=near.assign_attrs(stored[1].result.attrs))
            found = difference(stored[0], stored[1])
        console.print(needed_view(before, len(found.steps) if near is not None else None, second, say))
    for view in difference_views(found, stored[0], stored[1], say, chance=not needed):
        console.print(view)
