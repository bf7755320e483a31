"""``explain``: why a scenario has no plan, and the repairs that give it one."""

from typing import Annotated

import typer

from model.cli.common import HELP, Lang, TimeLimit, folders_of, open_console, speaker


def explain(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help=HELP("help_scenario"))],
    write_repairs: Annotated[bool, typer.Option("--write-repairs", help=HELP("help_repairs"))] = False,
    lang: Lang = None,
    time_limit: TimeLimit = None,
) -> None:
    """Explain a scenario that has no plan; with ``--write-repairs`` each repair becomes a scenario file."""
    from model.explain import explain as find
    from model.explain.files import write_repairs as write
    from model.language import Language, Speaker
    from model.live import Live
    from model.runner import prepare, stored_activity
    from model.show import explanation_views, repair_lines

    say, console, folders = speaker(lang), open_console(), folders_of(context)
    tables, scenario, problem = prepare(folders, name)
    options = scenario.solver.model_copy(update={"gaps": {}} | ({"time_limit": time_limit} if time_limit else {}))
    with Live(console, say) as live:
        found = find(tables, scenario, problem, stored_activity(folders, scenario), options,
                     lambda step: live.step(f"explain_{step}"))  # fmt: skip
    for view in explanation_views(found, name, say):
        console.print(view)
    if write_repairs:
        texts = {language: repair_lines(found, Speaker(language)) for language in Language}
        for path in write(folders, scenario, found.repairs, texts[Language.ZH], texts[Language.EN]):
            console.print(say("explain_wrote", file=f"{path.parent.name}/{path.name}"), markup=False)
    elif found.repairs:
        console.print(say("explain_write", name=name), markup=False)
