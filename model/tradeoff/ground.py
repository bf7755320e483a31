"""The ground of a study: a stored, certified result, what it was asked, and the study's own file beside it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import xarray as xr

from model.folders import Folders
from model.names import Goal
from model.runner import read_result
from model.scenario import Scenario
from model.session import Ask, Plan, Session, ask_of, start_of
from model.solution import flatten
from model.solve import Listener
from model.store import load_study, save_study


@dataclass(frozen=True)
class Ground:
    """A stored result as a study starts from it.

    Attributes:
        name: Scenario.
        problem: Its inputs, arrays of ``schema.PROBLEM``.
        ask: What the scenario asks, all stages.
        result: Its decisions and ledgers as they are stored.
        flat: Its decisions over flat dims.
        values: Value of each stage.
        bounds: Proven bound of each stage.
        rests_on: Hashes of result, scenario and data, which a stored study must share to be taken up again.
    """

    name: str
    problem: xr.Dataset
    ask: Ask
    result: xr.Dataset
    flat: xr.Dataset
    values: dict[Goal, float]
    bounds: dict[Goal, float]
    rests_on: dict[str, str]

    def renamed(self, attributes: Mapping[str, str]) -> "Ground":
        """The same ground for a plan that bears another name."""
        return replace(self, problem=self.problem.assign_attrs(attributes))

    @property
    def held(self) -> Ask:
        """Emissions, then cost, with the shortfall of targets kept at its best where they may be missed."""
        limits = {Goal.SHORTFALL: self.values[Goal.SHORTFALL]} if Goal.SHORTFALL in self.values else {}
        return replace(self.ask, goals=(Goal.EMISSIONS, Goal.COST), keep=0.0, limits=limits)


def ground(folders: Folders, name: str, gap: float | None = None) -> Ground:
    """The ground that a stored result gives, examined anew; ``gap`` replaces those of emissions and cost.

    Raises ``ResultError`` where there is no result that holds.
    """
    stored = read_result(folders, name)
    stages = stored.manifest["stages"]
    ask = ask_of(Scenario.model_validate_json(stored.inputs.attrs["scenario_json"]))
    if gap is not None:
        options = ask.options.model_copy(update={"gaps": ask.options.gaps | {Goal.EMISSIONS: gap, Goal.COST: gap, Goal.AIM: gap}})
        ask = replace(ask, options=options)
    return Ground(
        name=name,
        problem=stored.inputs,
        ask=ask,
        result=stored.result,
        flat=flatten(stored.result, stored.inputs),
        values={Goal(stage["goal"]): float(stage["value"]) for stage in stages},
        bounds={Goal(stage["goal"]): float(stage["bound"]) for stage in stages},
        rests_on={key: str(stored.manifest[key]) for key in ("sha256", "scenario_hash", "data_hash")},
    )


def resolved(base: Ground, problem: xr.Dataset, ask: Ask, session: Session, heard: Listener) -> Plan:
    """A like problem solved, starting from the stored plan."""
    matrix = session.compiled(problem, ask)
    return session.solve_matrix(problem, matrix, ask, heard, start_of(problem, matrix, base.flat))


def pursue(
    folders: Folders, base: Ground, kind: str, terms: dict[str, Any], steps: Callable[[xr.Dataset | None], Iterator[xr.Dataset]]
) -> Iterator[xr.Dataset]:
    """A study step by step, stored after each, so that a stop loses nothing.

    ``steps`` gets the stored study if it rests on the same result and the same ``terms``, otherwise nothing.
    """
    rests = {"rests_on": base.rests_on, "terms": terms}
    found = load_study(folders.results, base.name, kind)
    earlier = found[0] if found and {key: found[1].get(key) for key in rests} == rests else None
    for study in steps(earlier):
        save_study(folders.results, base.name, kind, study, rests)
        yield study
