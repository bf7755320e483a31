"""``diff``: what differs between two scenarios, and what comes of it."""

from typing import Annotated

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, speaker


def diff(
    context: typer.Context,
    first: Annotated[str, typer.Argument(help=HELP("help_first"))],
    second: Annotated[str, typer.Argument(help=HELP("help_second"))],
    lang: Lang = None,
) -> None:
    """Compare two stored results: inputs, decisions line by line, clauses and totals."""
    from model.difference import difference
    from model.runner import read_result
    from model.show.difference import difference_views

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    stored = [read_result(folders, name) for name in (first, second)]
    for view in difference_views(difference(stored[0], stored[1]), stored[0], stored[1], say):
        console.print(view)
