"""``show``: stored results, examined anew."""

import typer

from model.cli.common import Lang, Names, folders_of, open_console, speaker


def show(context: typer.Context, names: Names = None, lang: Lang = None) -> None:
    """Show stored results."""
    from model.runner import read_checked, read_result
    from model.show import result_views

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    for name in names or ["plan"]:
        stored = read_result(folders, name)
        for view in result_views(stored, read_checked(folders.province(str(stored.manifest["data"]))), say, folders.results):
            console.print(view)
