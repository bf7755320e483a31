"""``alternatives``: which decisions do all nearly optimal plans share?"""

from typing import Annotated

import typer

from model.cli.common import HELP, Lang, folders_of, open_console, share_of, speaker
from model.names import Goal


def alternatives(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=HELP("help_names"))] = "plan",
    within: Annotated[float, typer.Option(help=HELP("help_within"), parser=share_of(0, 1))] = 0.01,
    of: Annotated[Goal, typer.Option(help=HELP("help_of"))] = Goal.EMISSIONS,
    most: Annotated[int, typer.Option(help=HELP("help_most_plans"), min=2, max=500)] = 30,
    seconds: Annotated[float, typer.Option(help=HELP("help_step_seconds"), min=0.1, max=86_400)] = 120.0,
    lang: Lang = None,
) -> None:
    """Search nearly optimal plans of a stored result; say what each line must, may or never does."""
    from model.alternatives import Terms, explore, restored, study_of
    from model.errors import Fault, InputError
    from model.language import told
    from model.live import Live
    from model.show import alternatives_line, alternatives_views
    from model.tradeoff import ground, pursue

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    base = ground(folders, name)
    if of not in base.values:
        raise InputError([Fault("--of", told("alternatives_no_stage", goal=of, allowed=", ".join(base.values)))])
    terms = Terms(of, within, most, seconds)
    study = None
    with Live(console, say) as live:
        found = pursue(
            folders, base, "alternatives", {"of": str(of), "within": within},
            lambda earlier: (
                study_of(base.problem, known, terms, base.ask.boundary)
                for known in explore(base, terms, None if earlier is None else restored(earlier, base.flat), live.heard)
            ),
        )  # fmt: skip
        for study in found:
            console.print(alternatives_line(study, say), markup=False)
    for view in alternatives_views(study, base.problem, say) if study is not None else []:
        console.print(view)
