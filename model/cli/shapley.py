"""``shapley``: how many tonnes each kind of clause brought."""

from typing import Annotated, Literal

import typer

from model.cli.common import HELP, Gap, Lang, Studied, folders_of, open_console, speaker

MOST = 12
"""Most groups whose coalitions (4096) are enumerated."""


def shapley(
    context: typer.Context,
    name: Studied = "plan",
    lead: Annotated[Literal["emissions", "cost"], typer.Option(help=HELP("help_lead"))] = "emissions",
    hold_output: Annotated[bool, typer.Option("--hold-output", help=HELP("help_hold"))] = False,
    each: Annotated[bool, typer.Option("--each", help=HELP("help_each"))] = False,
    samples: Annotated[int | None, typer.Option(help=HELP("help_samples"), min=2, max=10_000)] = None,
    seed: Annotated[int, typer.Option(help=HELP("help_seed"), min=0)] = 0,
    gap: Gap = None,
    lang: Lang = None,
) -> None:
    """Share the change of emissions out among clauses."""
    from model.errors import Fault, InputError
    from model.language import told
    from model.live import Live
    from model.names import Goal
    from model.show import shapley_views
    from model.tradeoff import Game, binding, ground, kinds, needed, orders, pursue
    from model.tradeoff import shapley as values

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    with Live(console, say) as live:
        live.step("read")
        base = ground(folders, name, gap)
        groups = {clause: [clause] for clause in binding(base.problem)} if each else kinds(base.problem)
        if samples is None and len(groups) > MOST:
            raise InputError([Fault("--each", told("shapley_many", count=len(groups), all=2 ** len(groups)))])
        game = Game(groups, Goal(lead), hold_output)
        drawn = orders(list(groups), samples, seed) if samples else None
        count = len(needed(list(groups), drawn))
        live.step("solve")
        terms = {"lead": lead, "hold_output": hold_output, "groups": groups, "solver": base.ask.options.model_dump(mode="json")}
        kind = f"shapley-{lead}{'-held' if hold_output else ''}{'-each' if each else ''}"
        for study in pursue(folders, base, kind, terms, lambda old: values(base, game, drawn, old, heard=live.heard)):
            console.print(say("shapley_progress", done=study.sizes["coalition"], all=count), style="dim")
    for view in shapley_views(study, groups, base.problem, Goal(lead), say):
        console.print(view)
