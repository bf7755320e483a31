"""``prices``: what each clause's number is worth in emissions, by duals and by moving it."""

from typing import Annotated

import typer

from model.cli.common import HELP, Gap, Lang, Studied, folders_of, open_console, speaker


def prices(
    context: typer.Context,
    name: Studied = "plan",
    clauses: Annotated[str | None, typer.Option(help=HELP("help_clauses"))] = None,
    step: Annotated[float | None, typer.Option(help=HELP("help_step"), min=1e-6)] = None,
    gap: Gap = None,
    lang: Lang = None,
) -> None:
    """Price clauses."""
    from model.errors import Fault, InputError
    from model.language import told
    from model.live import Live
    from model.runner import read_checked
    from model.show import price_views
    from model.tradeoff import clause_prices, ground, movable, pursue, step_of, unit_of

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    with Live(console, say) as live:
        live.step("read")
        base = ground(folders, name, gap)
        open_ones = movable(base.problem)
        wanted = [word.strip() for word in clauses.split(",") if word.strip()] if clauses else open_ones
        unknown = [word for word in wanted if word not in open_ones]
        if unknown:
            names = ", ".join(open_ones)
            raise InputError([Fault("--clauses", told("prices_unknown", clause=word, names=names)) for word in unknown])
        tables = read_checked(folders.province(str(base.problem.attrs["data"])))
        units = {clause: unit_of(tables, base.problem, clause) for clause in wanted}
        steps = {clause: step or step_of(unit) for clause, unit in units.items()}
        live.step("solve")
        terms = {"step": step, "solver": base.ask.options.model_dump(mode="json")}
        for study in pursue(folders, base, "prices", terms, lambda old: clause_prices(base, steps, old, heard=live.heard)):
            console.print(say("price_progress", done=study.sizes["clause"], all=len(steps)), style="dim")
    for view in price_views(study.sel(clause=wanted), base.problem, units, say):
        console.print(view)
