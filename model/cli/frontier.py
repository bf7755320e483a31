"""``frontier``: the trade-off between emissions and cost, or gross output, of a scenario that has been run."""

from typing import Annotated, Literal

import typer

from model.cli.common import HELP, Gap, Lang, Studied, folders_of, open_console, speaker


def frontier(
    context: typer.Context,
    name: Studied = "plan",
    against: Annotated[Literal["cost", "output"], typer.Option(help=HELP("help_against"))] = "cost",
    points: Annotated[int, typer.Option(help=HELP("help_points"), min=2, max=200)] = 8,
    exact: Annotated[bool, typer.Option("--exact", help=HELP("help_exact"))] = False,
    gap: Gap = None,
    lang: Lang = None,
) -> None:
    """Trade emissions off against cost or gross output."""
    from model.compare import abatement
    from model.live import Live
    from model.names import Goal
    from model.show import front_views
    from model.tradeoff import Axis, Search, ground, pursue, sketch
    from model.tradeoff import frontier as whole

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    with Live(console, say) as live:
        live.step("read")
        base = ground(folders, name, 0.0 if exact else gap)
        live.step("solve")
        search = Search(base, Axis(against), heard=live.heard)
        terms = {"exact": exact, "gap": base.ask.options.model_dump(mode="json")}
        kind = f"frontier-{against}{'-exact' if exact else ''}"
        for study in pursue(folders, base, kind, terms, lambda old: whole(search, old) if exact else sketch(search, points, old)):
            proofs = study.sizes.get("proof", 0)
            console.print(say("front_progress", points=study.sizes["point"], proofs=proofs), style="dim")
    measures = abatement(base.result, base.problem, int(base.problem["year"].values[-1]))
    for view in front_views(study, float(base.problem["span"].values[1:].sum()), Goal.SHORTFALL in base.values, measures, say):
        console.print(view)
