"""Futures: the same policy under other states of the world, taken from other scenarios or drawn as members of an ensemble."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from model.errors import Fault, Faults, InputError, ResultError
from model.folders import Folders
from model.futures.pedigree import Pedigree, read_pedigree
from model.language import told
from model.problem import assemble
from model.replay import unbalanced
from model.runner import read_checked, stored_activity
from model.scenario import Override, Scenario, read_scenario
from model.session import ask_of
from model.tables import Tables

WORLD = (
    "paths", "supply", "demand", "prices", "embodied", "growth", "growth_least", "growth_most", "grid_factor", "carbon_price",
    "discount_rate",
)  # fmt: skip
"""Keys of a scenario that say what the world is like; all others (and what ``data/drivers.csv`` calls a lever) are choices."""


@dataclass(frozen=True)
class Future:
    """A state of the world: its name, how it differs from the stated one (keys of a scenario), and the problem in it."""

    name: str
    keys: tuple[str, ...]
    problem: xr.Dataset

    def digest(self) -> str:
        """SHA-256 over the problem's arrays."""
        found = hashlib.sha256()
        for name in sorted(map(str, self.problem.data_vars)):
            found.update(name.encode() + np.ascontiguousarray(self.problem[name].values).tobytes())
        return found.hexdigest()


def _is_world(override: Override, tables: Tables, pedigree: Pedigree) -> bool:
    """Does an override say another fact, rather than make another choice?"""
    facts = [fact for fact in tables.facts(override.table) if (fact.subject, fact.parameter) == (override.subject, override.parameter)]
    rows = [pedigree.row_of(override.table, fact) for fact in facts]
    return any(row is not None and pedigree.drivers[row.driver].kind == "fact" for row in rows)


def in_world_of(base: Scenario, other: Scenario, tables: Tables, pedigree: Pedigree) -> Scenario:
    """The choices of one scenario in the world of another."""
    kept = [row for row in base.facts if not _is_world(row, tables, pedigree)]
    taken = [row for row in other.facts if _is_world(row, tables, pedigree)]
    return base.model_copy(update={key: getattr(other, key) for key in WORLD} | {"facts": [*kept, *taken]})


def stated_futures(folders: Folders, base: Scenario, names: Sequence[str]) -> list[Future]:
    """The scenario's own world first, then those of other scenarios of the same data.

    Raises ``InputError`` with every name whose world is of other data, or not another one.
    """
    tables, pedigree = read_checked(folders.province(base.data)), read_pedigree(folders.data)
    activity = stored_activity(folders, base)
    found, faults = [Future(base.name, (), assemble(tables, base, activity))], Faults()
    for name in dict.fromkeys(names):
        other = read_scenario(folders.scenario(name))
        if other.data != base.data:
            faults.add("--futures", told("regret_other_data", name=name, found=other.data, wanted=base.data))
            continue
        world = in_world_of(base, other, tables, pedigree)
        keys = tuple(key for key in (*WORLD, "facts") if getattr(world, key) != getattr(base, key))
        future = Future(name, keys, assemble(tables, world, activity))
        like = next((one.name for one in found if one.digest() == future.digest()), None)
        if like is not None:
            faults.add("--futures", told("regret_same_world", name=name, like=like))
            continue
        found.append(future)
    faults.raise_all()
    return found


def drawn_futures(folders: Folders, base: Scenario, ensemble: str, members: int) -> list[Future]:
    """The first members of a stored ensemble of the very same scenario, made again from its draws.

    Raises ``InputError`` where the ensemble has too few, ``ResultError`` where it is missing or of another scenario.
    """
    from model.futures.member import Task
    from model.futures.reading import draws_of, read_ensemble  # its store is read with a package of the futures extra

    own = read_ensemble(folders.results, ensemble)
    if own.identity["scenario_hash"] != base.digest():
        raise ResultError(told("regret_other_ensemble", name=ensemble, scenario=base.name))
    draws, _ = draws_of(folders, own)
    task = Task(draws, base, stored_activity(folders, base), ask_of(base), "")
    found: list[Future] = []
    for member, positions in enumerate(own.members["position"].values):
        if len(found) == members:
            break
        try:
            problem = task.problem(positions)
        except InputError:  # the drawn facts contradict the data: no such future
            continue
        if not unbalanced(problem):
            found.append(Future(f"member {member}", (), problem))
    if len(found) < members:
        raise InputError([Fault("--members", told("regret_few_members", found=len(found), name=ensemble))])
    return found
