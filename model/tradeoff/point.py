"""The plan of one point of a stored trade-off: its decisions on lines are kept, the rest is solved, and the answer is certified."""

from dataclasses import replace
from typing import Any

import xarray as xr

from model.errors import ResultError
from model.language import told
from model.names import Goal
from model.schema import TAKEN
from model.session import Cut, Plan, Session
from model.solve import Listener, silent
from model.tradeoff.axes import Axis, axis
from model.tradeoff.ground import Ground
from model.tradeoff.record import Taken

ROOM = 1e-6
"""How far, relative, the other axis may lie above the point: the solver's own tolerance."""


def plan_of_point(base: Ground, study: xr.Dataset, place: int, heard: Listener = silent) -> Plan:
    """Least emissions, then least cost, with the moves and retrofits of the point at ``place`` and no more of the other axis.

    Raises ``ResultError`` where the trade-off has no such point.
    """
    if not 0 <= place < study.sizes["point"]:
        raise ResultError(told("front_no_point", most=study.sizes["point"]))
    taken = Taken.unstacked(study)[int(study["plan_of"].values[place])]
    most = float(study["x"].values[place])
    cut = Cut("limit_x", axis(base.problem, Axis(str(study.attrs["axis"]))), upper=most + ROOM * abs(most))
    fixed = {name: getattr(taken, name) for name in TAKEN}
    return Session().solve(base.problem, replace(base.held, goals=(Goal.EMISSIONS, Goal.COST), fixed=fixed, cuts=(cut,)), heard)


def about_point(base: Ground, manifest: dict[str, Any], place: int, study: xr.Dataset, name: str) -> dict[str, Any]:
    """What a manifest says of the plan of a point; it is the answer to no scenario file, so it has no hash of one."""
    kept = {key: manifest[key] for key in ("data", "data_hash", "base_year_gate")}
    point = {"of": base.name, "axis": str(study.attrs["axis"]), "place": place}
    return kept | {"scenario": name, "scenario_hash": "", "content_hash": "", "second_solver": [], "seconds": {}, "point": point}
