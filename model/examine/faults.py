"""What makes arrays unfit to be examined: missing, of other dims or labels, in another unit, not finite, in the air."""

from collections.abc import Iterator

import numpy as np
import xarray as xr

from model.examine.case import Case
from model.language import Told, told
from model.schema import DECISIONS, PROBLEM, Array

ABSENT = ("benchmark_gap", "baseline_gap", "clause_value", "clause_scale")
"""Arrays in which NaN means that there is none."""

UNLIMITED = ("supply", "sales", "lapse", "pace_moves", "pace_retrofits", "yearly_budget", "total_budget")
"""Arrays in which an infinite number means no limit."""

GROUP_RULES = (
    "capacity_cap", "no_new_capacity", "production_floor", "utilisation_floor", "benchmark_share", "route_share", "green_power_share",
)  # fmt: skip
"""Rules whose clauses are about a group."""


def misfits(problem: xr.Dataset, decisions: xr.Dataset) -> list[Told]:
    """Arrays that are missing or do not fit each other; with any of them nothing can be recomputed."""
    found = [*_shapes(told("word_problem"), problem, problem, PROBLEM), *_shapes(told("word_result"), decisions, problem, DECISIONS)]
    for name, labels in decisions.coords.items():
        if name in problem.coords and not np.array_equal(labels.values, problem[name].values):
            found.append(told("unfit_labels", name=name))
    return found


def _shapes(what: Told, arrays: xr.Dataset, problem: xr.Dataset, schema: dict[str, Array]) -> Iterator[Told]:
    for name, expected in schema.items():
        if name not in arrays.variables:
            yield told("unfit_missing", what=what, name=name)
            continue
        found = arrays.variables[name]
        if set(found.dims) != set(expected.dims):
            yield told("unfit_dims", what=what, name=name, found=found.dims, asked=expected.dims)
        elif any(found.sizes[dim] != problem.sizes.get(dim) for dim in expected.dims):
            yield told("unfit_size", what=what, name=name)
        elif found.attrs.get("units", expected.unit) != expected.unit:
            yield told("unfit_unit", what=what, name=name, found=found.attrs["units"], asked=expected.unit)


def loose_ends(case: Case) -> list[Told]:
    """Relations that point to nothing; positions of -1 would read a wrong number."""
    clauses = np.isin(case.labels("clause_rule"), GROUP_RULES) & case.binds.any(axis=1)
    ends = {
        "state_line": case.state_line, "line_group": case.line_group, "state_good": case.state_good,
        "step_line": case.step_line, "step_start": case.step_start, "step_end": case.step_end,
        "retrofit_line": case.retrofit_line, "retrofit_measure": case.retrofit_measure, "host_state": case.host_state,
        "exclusions": np.stack(case.exclusions), "bonds": case.bonds, "clause_group": case.clause_group[clauses],
    }  # fmt: skip
    return [told("unfit_loose", name=told(f"ends_{name}")) for name, places in ends.items() if (places < 0).any()]


def not_finite(case: Case) -> list[Told]:
    """Arrays with numbers that are not finite where they have to be."""
    found = []
    for what, arrays in ((told("word_problem"), case.given), (told("word_result"), case.found)):
        for name, values in arrays.items():
            absent = np.isnan(values) & (name in ABSENT)
            unlimited = np.isposinf(values) & (name in UNLIMITED)
            if not (np.isfinite(values) | absent | unlimited).all():
                found.append(told("unfit_not_finite", what=what, name=name))
    return found
