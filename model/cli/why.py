"""``why``: a line's decision turned round."""

import difflib
from typing import Annotated

import typer

from model.cli.common import HELP, Gap, Lang, folders_of, open_console, speaker


def why(
    context: typer.Context,
    line: Annotated[str, typer.Argument(help=HELP("help_why_line"))],
    scenario: Annotated[str, typer.Option(help=HELP("help_why_scenario"))] = "plan",
    year: Annotated[int | None, typer.Option(help=HELP("help_why_year"))] = None,
    measures: Annotated[bool, typer.Option("--measures", help=HELP("help_why_measures"))] = False,
    gap: Gap = None,
    lang: Lang = None,
) -> None:
    """Say why a line does what it does."""
    from model.errors import Fault, InputError
    from model.language import told
    from model.live import Live
    from model.show import why_views
    from model.tradeoff import ground, opposites, reasons

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    with Live(console, say) as live:
        live.step("read")
        base = ground(folders, scenario, gap)
        known = base.problem["line"].values.astype(str).tolist()
        if line not in known:
            near = difflib.get_close_matches(line, known, 5, 0.3)
            raise InputError([Fault("why", told("why_unknown", line=line, near=", ".join(near or known[:5])))])
        years = base.problem["year"].values[1:].tolist()
        if year is not None and year not in years:
            raise InputError([Fault("--year", told("why_years", first=years[0], last=years[-1]))])
        asked = opposites(base, line, year, measures=measures)
        if not asked:
            console.print(say("why_none_open", line=line), markup=False)
        live.step("solve")
        for reason in reasons(base, asked, heard=live.heard):
            for view in why_views(reason, base.problem, say):
                console.print(view)
