"""The plan of a point of a trade-off, in a child process: solved with the point's decisions and stored among the drafts."""

import signal
from multiprocessing.connection import Connection
from pathlib import Path

from model.batch import summarise
from model.errors import PathwayError, ResultError
from model.explorer.explaining import SPEAKERS, heard_by
from model.folders import Folders
from model.language import told


def point_work(root: Path, name: str, point: tuple[str, int], target: Path, draft: str, title: tuple[str, str], pipe: Connection) -> None:
    """Solve a point (axis, place) of the trade-off of a result, and store its plan as ``draft`` in the small project ``target``."""
    from model.runner import read_result, store_plan
    from model.scenario import Scenario, Words
    from model.studies import front
    from model.tradeoff import about_point, ground, plan_of_point

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe.send(("step", "read"))
    (axis, place), folders = point, Folders(root)
    try:
        stored = read_result(folders, name)
        study = front(folders.results, stored, axis)
        if study is None:
            raise ResultError(told("explore_no_front", name=name))
        base = ground(folders, name)
        scenario = Scenario.model_validate_json(base.problem.attrs["scenario_json"])
        why = Words(**{str(say.language): say("explore_point_why", number=place + 1) for say in SPEAKERS})
        scenario = scenario.model_copy(update={"name": draft, "title": Words(zh=title[0], en=title[1]), "why": why})
        named = {"scenario_json": scenario.canonical(), "scenario": draft, "title_zh": title[0], "title": title[1]}
        renamed = base.renamed(named)
        plan = plan_of_point(renamed, study, place, heard_by(pipe))
        pipe.send(("step", "store"))
        store_plan(Folders(target), draft, plan, about_point(base, stored.manifest, place, study, draft))
        pipe.send(("done", summarise(read_result(Folders(target), draft))))
    except PathwayError as error:
        pipe.send(("failed", [error.message], error.exit_code))
