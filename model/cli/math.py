"""``math``: the formulation page, generated from the rules."""

from typing import Annotated

import typer

from model.cli.common import HELP, Lang, open_console, root_of, speaker


def math(
    context: typer.Context, check: Annotated[bool, typer.Option("--check", help=HELP("help_stale"))] = False, lang: Lang = None
) -> None:
    """Generate the formulation page, or say whether it is stale."""
    from model.formulation import formulation

    target = root_of(context) / "docs" / "formulation.md"
    say, page, name = speaker(lang), formulation(), "docs/formulation.md"
    if check:
        fresh = target.exists() and target.read_text(encoding="utf-8") == page
        open_console().print(say("math_fresh" if fresh else "math_stale", path=name))
        raise typer.Exit(0 if fresh else 2)
    target.parent.mkdir(exist_ok=True)
    target.write_text(page, encoding="utf-8")
    open_console().print(say("math_written", path=name))
