"""Why settings have no plan, in a child process: sentences and repairs in both languages, as the page reads them."""

import signal
from multiprocessing.connection import Connection
from pathlib import Path

from rich.text import Text

from model.errors import PathwayError
from model.folders import Folders
from model.language import Language, Speaker, clean


def explain_work(root: Path, name: str, pipe: Connection) -> None:
    """Explain a scenario and tell the sentences and the repairs, each with what a scenario file would say, through a pipe."""
    from model.explain import explain
    from model.runner import prepare, stored_activity
    from model.show.explain import explanation_views, repair_lines

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    speakers = (Speaker(Language.ZH), Speaker(Language.EN))
    try:
        folders = Folders(root)
        tables, scenario, problem = prepare(folders, name)
        options = scenario.solver.model_copy(update={"gaps": {}})
        found = explain(tables, scenario, problem, stored_activity(folders, scenario), options,
                        lambda step: pipe.send(("step", f"explain_{step}")))  # fmt: skip
    except PathwayError as error:
        pipe.send(("failed", [error.message], error.exit_code))
        return
    repairs = [repair_lines(found, say) for say in speakers]
    lines = [
        [clean(view.plain).strip() for view in explanation_views(found, name, say) if isinstance(view, Text) and view.plain not in listed]
        for say, listed in zip(speakers, repairs, strict=True)
    ]
    told = {
        "lines": [list(pair) for pair in zip(*lines, strict=True)],
        "repairs": [list(pair) for pair in zip(*repairs, strict=True)],
        "changes": [repair.change for repair in found.repairs],
    }
    pipe.send(("explained", told))
