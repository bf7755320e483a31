"""``regret``: what each plan loses in each of several futures, and which plan loses least at worst."""

from typing import Annotated

import typer

from model.cli.common import HELP, Gap, Lang, Studied, folders_of, need_packages, open_console, speaker


def regret(
    context: typer.Context,
    name: Studied = "plan",
    futures: Annotated[str | None, typer.Option(help=HELP("help_regret_futures"))] = None,
    members: Annotated[int, typer.Option(help=HELP("help_regret_members"), min=0, max=10_000)] = 0,
    ensemble: Annotated[str | None, typer.Option(help=HELP("help_regret_ensemble"))] = None,
    plans: Annotated[str | None, typer.Option(help=HELP("help_regret_plans"))] = None,
    until: Annotated[int | None, typer.Option(help=HELP("help_regret_until"))] = None,
    own: Annotated[bool, typer.Option(help=HELP("help_regret_own"))] = True,
    gap: Gap = None,
    lang: Lang = None,
) -> None:
    """Compare plans by what they lose where the future is another one than they were made for."""
    from model.errors import Fault, Faults, InputError, ResultError
    from model.language import told
    from model.live import Live
    from model.regret import Case, Future, drawn_futures, regrets, stated_futures, stored_candidate
    from model.runner import read_result
    from model.scenario import Scenario
    from model.show import regret_line, regret_views
    from model.tradeoff import ground, pursue

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    if not (futures or members):
        raise InputError([Fault("--futures", told("regret_no_futures"))])
    if members:
        need_packages()
    with Live(console, say) as live:
        live.step("read")
        base = ground(folders, name, gap)
        years = base.problem["year"].values.tolist()
        last = years[-1] if until is None else until
        faults = Faults()
        if not years[0] < last <= years[-1]:
            faults.add("--until", told("regret_until", first=years[1], last=years[-1]))
        given = [stored_candidate(one, read_result(folders, one), base.problem, last, faults) for one in _listed(plans) or [name]]
        faults.raise_all()
        scenario = Scenario.model_validate_json(base.problem.attrs["scenario_json"])
        worlds = stated_futures(folders, scenario, _listed(futures))
        if worlds[0].digest() != Future(name, (), base.problem).digest():
            raise ResultError(told("regret_data_changed", again=told("run_again", name=name)))
        worlds += drawn_futures(folders, scenario, ensemble or name, members) if members else []
        case = Case(base.ask, worlds, given, own, last)
        live.step("solve")
        for study in pursue(folders, base, "regret", case.terms(), lambda earlier: regrets(case, earlier, live.heard)):
            console.print(regret_line(study, say), style="dim")
    for view in regret_views(study, base.problem, say):
        console.print(view)


def _listed(names: str | None) -> list[str]:
    """Names with commas between, each once."""
    return list(dict.fromkeys(part.strip() for part in (names or "").split(",") if part.strip()))
