"""``compare``: stored results side by side, and the difference between them by cause."""

from typing import Annotated

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, speaker, stored_of
from model.errors import Fault, InputError, ResultError
from model.language import told, told_all


def compare(
    context: typer.Context,
    names: Annotated[list[str], typer.Argument(help=HELP("help_names"))],
    base: Annotated[str | None, typer.Option(help=HELP("help_compare_base"))] = None,
    curve: Annotated[bool, typer.Option("--curve", help=HELP("help_compare_curve"))] = False,
    full: Annotated[bool, typer.Option("--full", help=HELP("help_compare_full"))] = False,
    lang: Lang = None,
) -> None:
    """Compare stored results, examined anew."""
    from model.compare import mismatches
    from model.runner import read_checked, read_result
    from model.show import compare_views

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    names = stored_of(folders, names)
    base = base or names[0]
    results, missing = {}, []
    for name in dict.fromkeys([*names, base]):
        try:
            results[name] = read_result(folders, name)
        except ResultError as error:
            missing.append(error.message)
    if missing:
        raise ResultError(told_all(missing, "told_then_told"))
    words = {"data": "compare_other_data", "base_year": "compare_other_base_year"}
    found = mismatches(results, base)
    if found:
        texts = [told(words[item.what], name=item.name, base=base, own=item.own, other=item.base) for item in found]
        raise InputError([Fault(item.name, text) for item, text in zip(found, texts, strict=True)])
    tables = read_checked(folders.province(str(results[base].manifest["data"])))
    for view in compare_views(results, base, tables, say, full=full, curve=curve):
        console.print(view)
