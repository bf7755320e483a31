"""What makes arrays unfit to be examined: missing, of other dims or labels, in another unit, not finite, in the air."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from model.examine.case import Case
from model.schema import DECISIONS, PROBLEM, Array

ABSENT = ("benchmark_gap", "baseline_gap", "clause_value", "clause_scale")
"""Arrays in which NaN means that there is none."""

UNLIMITED = ("supply", "sales", "lapse", "pace_moves", "pace_retrofits", "yearly_budget", "total_budget")
"""Arrays in which an infinite number means no limit."""

GROUP_RULES = (
    "capacity_cap", "no_new_capacity", "production_floor", "utilisation_floor", "benchmark_share", "route_share", "green_power_share",
)  # fmt: skip
"""Rules whose clauses are about a group."""


def misfits(problem: xr.Dataset, decisions: xr.Dataset) -> list[str]:
    """Arrays that are missing or do not fit each other; with any of them nothing can be recomputed."""
    found = [*_shapes("problem", problem, problem, PROBLEM), *_shapes("result", decisions, problem, DECISIONS)]
    for name, labels in decisions.coords.items():
        if name in problem.coords and not np.array_equal(labels.values, problem[name].values):
            found.append(f"result: labels of '{name}' are not the problem's, or in another order")
    return found


def _shapes(what: str, arrays: xr.Dataset, problem: xr.Dataset, schema: dict[str, Array]) -> Iterator[str]:
    for name, expected in schema.items():
        if name not in arrays.variables:
            yield f"{what}: '{name}' is missing"
            continue
        found = arrays.variables[name]
        if set(found.dims) != set(expected.dims):
            yield f"{what}: '{name}' has dims {found.dims}, not {expected.dims}"
        elif any(found.sizes[dim] != problem.sizes.get(dim) for dim in expected.dims):
            yield f"{what}: '{name}' is not of the problem's size"
        elif found.attrs.get("units", expected.unit) != expected.unit:
            yield f"{what}: '{name}' is in '{found.attrs['units']}', not in '{expected.unit}'"


def loose_ends(case: Case) -> list[str]:
    """Relations that point to nothing; positions of -1 would read a wrong number."""
    clauses = np.isin(case.labels("clause_rule"), GROUP_RULES) & case.binds.any(axis=1)
    ends = {
        "lines of states": case.state_line, "groups of lines": case.line_group, "goods of states": case.state_good,
        "lines of steps": case.step_line, "starts of steps": case.step_start, "ends of steps": case.step_end,
        "lines of fits": case.retrofit_line, "measures of fits": case.retrofit_measure, "states that carry fits": case.host_state,
        "excluded fits": np.stack(case.exclusions), "companions": case.bonds, "groups of clauses": case.clause_group[clauses],
    }  # fmt: skip
    return [f"problem: {name}: some do not exist" for name, places in ends.items() if (places < 0).any()]


def not_finite(case: Case) -> list[str]:
    """Arrays with numbers that are not finite where they have to be."""
    found = []
    for what, arrays in (("problem", case.given), ("result", case.found)):
        for name, values in arrays.items():
            absent = np.isnan(values) & (name in ABSENT)
            unlimited = np.isposinf(values) & (name in UNLIMITED)
            if not (np.isfinite(values) | absent | unlimited).all():
                found.append(f"{what}: '{name}' has numbers that are not finite")
    return found
