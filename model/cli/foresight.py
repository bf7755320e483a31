"""``twostage`` and ``rolling``: decisions taken before it is known which future comes, and decisions of a planner with short sight."""

from dataclasses import replace
from typing import Annotated

import typer

from model.cli.common import (
    HELP,
    CostGap,
    DrawSeed,
    EmissionGap,
    Lang,
    TimeLimit,
    folders_of,
    need_packages,
    open_console,
    share_of,
    speaker,
)
from model.errors import Fault, InputError
from model.language import told

Scenario = Annotated[str, typer.Argument(help=HELP("help_scenario"))]


def twostage(
    context: typer.Context,
    name: Scenario = "plan",
    until: Annotated[int, typer.Option(help=HELP("help_until"), min=2000, max=2100)] = 2022,
    futures: Annotated[int, typer.Option(help=HELP("help_futures_drawn"), min=1, max=50)] = 3,
    seed: DrawSeed = 0,
    tail: Annotated[float | None, typer.Option(help=HELP("help_tail"), parser=share_of(0.001, 1))] = None,
    together: Annotated[int, typer.Option(help=HELP("help_together"), min=1, max=50)] = 5,
    gap: EmissionGap = None,
    cost_gap: CostGap = None,
    time_limit: TimeLimit = None,
    lang: Lang = None,
) -> None:
    """Decide once until a year, adapt to each future after it."""
    from model.futures.design import Design, Method
    from model.futures.ensemble import prepare, solver_options
    from model.futures.twostage import drawn, futures_of, kept, two_stage
    from model.names import Goal
    from model.session import Session
    from model.show.foresight import twostage_views
    from model.show.text import plain
    from model.solve import Start
    from model.store import save_study

    need_packages()
    say, folders, console, session = speaker(lang), folders_of(context), open_console(), Session()
    options = solver_options(folders, name, gap=gap, cost_gap=cost_gap, time_limit=time_limit)
    prepared = prepare(folders, name, Design(Method.LHS, futures, seed), options)
    if tail is not None and Goal.EMISSIONS not in prepared.task.ask.goals:
        raise InputError([Fault("--tail", told("tail_needs_emissions"))])
    with console.status(say("foresight_stated")):
        base = session.solve(prepared.problem, prepared.task.ask)
    with console.status(say("foresight_alone", count=futures)):
        found, alone = futures_of(session, prepared.task.ask, drawn(session, prepared), Start(base.outcome.values, other_facts=True))
    with console.status(say("foresight_together", count=len(found))) as status:

        def heard(step: str, done: int, total: int) -> None:
            status.update(say(step, done=done, total=total))

        answer = two_stage(session, found, prepared.task.ask, until, alone, base, tail, together, heard)
    for view in twostage_views(answer, base, futures, say):
        console.print(view)
    terms = prepared.identity | {"until": until, "tail": tail, "together": together}
    console.print(plain(say("tables_written", path=save_study(folders.results, name, "twostage", kept(answer), terms))))


def rolling(
    context: typer.Context,
    name: Scenario = "plan",
    window: Annotated[int, typer.Option(help=HELP("help_window"), min=1, max=50)] = 1,
    step: Annotated[int, typer.Option(help=HELP("help_window_step"), min=1, max=50)] = 1,
    gap: EmissionGap = None,
    cost_gap: CostGap = None,
    time_limit: TimeLimit = None,
    lang: Lang = None,
) -> None:
    """Decide window by window, and compare with seeing every year."""
    from model.futures.ensemble import solver_options
    from model.futures.rolling import roll
    from model.runner import prepare, stored_activity
    from model.session import Session, ask_of
    from model.show.foresight import rolling_views

    need_packages()
    if step > window:
        raise InputError([Fault("--step", told("step_beyond_window", step=step, window=window))])
    say, folders, console, session = speaker(lang), folders_of(context), open_console(), Session()
    tables, scenario, problem = prepare(folders, name)
    ask = replace(ask_of(scenario), options=solver_options(folders, name, gap=gap, cost_gap=cost_gap, time_limit=time_limit))
    with console.status(say("foresight_stated")):
        foresight = session.solve(problem, ask)
    with console.status(say("foresight_rolling")):
        found = roll(session, tables, scenario, ask, window, step, stored_activity(folders, scenario))
    for view in rolling_views(found, foresight, say):
        console.print(view)
