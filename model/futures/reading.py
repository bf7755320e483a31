"""Stored ensembles as they are read: members lazily, the stated problem, the design's points made again from its seed."""

from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from model.errors import ResultError
from model.examine import Certificate, Terms, examine
from model.folders import Folders
from model.futures.answers import Ensemble
from model.futures.archive import archive_path, open_archive, read_inputs, read_members
from model.futures.design import Design, Method, problem_of
from model.futures.draws import Draws, Floats, uncertain_facts
from model.futures.influence import by_driver
from model.futures.member import Task
from model.futures.pedigree import read_pedigree
from model.language import told
from model.names import Goal
from model.runner import read_checked, stored_activity
from model.scenario import Scenario
from model.schema import DECISIONS
from model.session import ask_of


def read_ensemble(results: Path, name: str) -> Ensemble:
    """An ensemble by name in a folder of results. Raises ``ResultError`` where there is none."""
    path = archive_path(results, name)
    identity = open_archive(path).identity
    return Ensemble(read_members(path), read_inputs(path), identity)


def read_held(folders: Folders, name: str) -> list[tuple[str, Ensemble]]:
    """Ensembles of the same futures in which a stored plan was held: (name of the plan, ensemble)."""
    own = read_ensemble(folders.results, name)
    found = []
    for path in sorted(archive_path(folders.results, name).parent.glob(f"{name}-holding-*.zarr")):
        held = read_ensemble(folders.results, path.name.removesuffix(".zarr"))
        if held.identity["design_hash"] == own.identity["design_hash"] and held.identity["data_hash"] == own.identity["data_hash"]:
            found.append((path.name.removeprefix(f"{name}-holding-").removesuffix(".zarr"), held))
    return found


def draws_of(folders: Folders, ensemble: Ensemble) -> tuple[Draws, Floats]:
    """Draws and points of an ensemble, made again. Raises ``ResultError`` where data or ranges have changed since."""
    identity = ensemble.identity
    scenario = Scenario.model_validate_json(str(identity["scenario_json"]))
    draws = uncertain_facts(read_checked(folders.province(scenario.data)), read_pedigree(folders.data), scenario)
    design = Design(Method(str(identity["method"])), int(str(identity["samples"])), int(str(identity["seed"])))
    points = design.points(draws)
    if not np.array_equal(draws.positions(points), ensemble.members["position"].values):
        raise ResultError(told("ranges_changed"))
    return draws, points


def influences(folders: Folders, ensemble: Ensemble, outcome: pd.Series) -> tuple[pd.DataFrame, int]:
    """Influence of each driver on an outcome, and how many blocks of the design were left out."""
    draws, points = draws_of(folders, ensemble)
    return by_driver(ensemble, outcome, problem_of(draws), points)


def examined_again(folders: Folders, ensemble: Ensemble, member: int) -> Certificate:
    """A stored member examined anew: its facts drawn again, its problem assembled again, its stored decisions checked."""
    draws, _ = draws_of(folders, ensemble)
    scenario = Scenario.model_validate_json(str(ensemble.identity["scenario_json"]))
    task = Task(draws, scenario, stored_activity(folders, scenario), ask_of(scenario), "")
    own = ensemble.members.isel(member=member)
    problem = task.problem(own["position"].values)
    flat = xr.Dataset({name: (spec.dims, own[name].values.astype(float)) for name, spec in DECISIONS.items()}, coords=problem.coords)
    values = {goal: float(value) for goal, value in zip(Goal, own["value"].values, strict=True) if np.isfinite(value)}
    return examine(problem, flat, Terms([goal for goal in task.ask.goals if goal in values], scenario.boundary, task.ask.closest, values))


def data_folder(folders: Folders, ensemble: Ensemble) -> Path:
    """The data folder that an ensemble was drawn from."""
    return folders.province(str(ensemble.identity["data"]))
