"""Clauses of a problem moved by a step, or taken out: problems made from problems."""

from collections.abc import Collection

import numpy as np
import xarray as xr

from model.contract import Account, Group
from model.tables import Tables
from model.units import UNITS, model_unit

STEPS = {"mass": 10.0, "glass": 100.0, "money": 10.0, "one": 0.01}
"""How far a clause is moved, by the dimension of its unit: 100 kt, a million weight cases, a billion CNY, a percentage point.

Near the grain of the data: a kiln or furnace is tens of units of 10 kt, targets are stated in steps of 50 to 100 units of
100 million CNY; and large enough to be seen above the solver's gap.
"""
QUOTA = "replacement"
"""The rule whose clauses are moved by quota at hand."""
MOVABLE = (
    "capacity_cap", "value_target", "production_floor", "utilisation_floor", "benchmark_share", "route_share", "green_power_share",
    "energy_intensity",
)  # fmt: skip
"""Rules whose clauses are a number that can be moved."""


def rule_of(problem: xr.Dataset, clause: str) -> str:
    """The rule that states a clause."""
    return str(problem["clause_rule"].sel(clause=clause).item())


def binding(problem: xr.Dataset) -> list[str]:
    """Clauses that bind in some year."""
    active = ~np.isnan(problem["clause_value"].values)
    return [str(name) for name, on in zip(problem["clause"].values, active.any(axis=1), strict=True) if on]


def movable(problem: xr.Dataset) -> list[str]:
    """Binding clauses that have a number to move."""
    return [clause for clause in binding(problem) if rule_of(problem, clause) in (*MOVABLE, QUOTA)]


def unit_of(tables: Tables, problem: xr.Dataset, clause: str) -> str:
    """The model unit of a clause's number (of quota, for a replacement clause)."""
    rule, subject = rule_of(problem, clause), str(problem["clause_subject"].sel(clause=clause).item())
    if rule == "value_target":
        return "100M CNY"
    if rule == QUOTA:
        subject = next(row.group for row in tables.of(Account) if row.id == subject)
    elif rule not in ("capacity_cap", "production_floor"):
        return "1"
    return model_unit(next(row.unit for row in tables.of(Group) if row.id == subject))


def step_of(unit: str) -> float:
    """The step by which a clause of a unit is moved."""
    return STEPS[UNITS[unit][0]]


def moved(problem: xr.Dataset, clause: str, by: float) -> xr.Dataset:
    """The problem with a clause's number (or the quota at hand of its account) larger by ``by``, in model units.

    As in a scenario that states the number, it is that of the last year, years before it keep their proportion to it, and the
    size that a target's shortfall is measured against moves along.
    """
    if rule_of(problem, clause) == QUOTA:
        account = problem["account"].values == problem["clause_subject"].sel(clause=clause).item()
        return problem.assign(endowment=problem["endowment"].copy(data=problem["endowment"].values + by * account))
    own = (problem["clause"].values == clause)[:, None]
    value = problem["clause_value"].values
    last = value[:, -1:]
    after = np.where(own, np.where(last > 0, value * (1 + by / np.where(last > 0, last, 1.0)), value + by), value)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where(own & (value != 0), problem["clause_scale"].values * np.abs(after / value), problem["clause_scale"].values)
    return problem.assign(
        clause_value=problem["clause_value"].copy(data=after), clause_scale=problem["clause_scale"].copy(data=scale)
    )  # fmt: skip


def size_of(problem: xr.Dataset, clause: str) -> float:
    """A clause's number, that of the last year, or the quota at hand of its account; model units."""
    if rule_of(problem, clause) == QUOTA:
        return float(problem["endowment"].sel(account=problem["clause_subject"].sel(clause=clause).item()))
    return float(problem["clause_value"].sel(clause=clause)[-1])


def without(problem: xr.Dataset, clauses: Collection[str]) -> xr.Dataset:
    """The problem with clauses taken out, as a scenario that switches them off."""
    out = np.isin(problem["clause"].values.astype(str), list(clauses))[:, None]
    return problem.assign(
        {name: problem[name].copy(data=np.where(out, np.nan, problem[name].values)) for name in ("clause_value", "clause_scale")}
    )
