"""Small helpers to declare Pyomo sets and parameters from arrays; everything sparse, keyed by labels."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo
import xarray as xr

Labels = list[tuple[Any, ...]]
Values = dict[Any, float]


def pairs(problem: xr.Dataset, dim: str) -> Labels:
    """Labels of a flat dim: (line, configuration), (line, arc) or (line, measure); plain labels as 1-tuples."""
    halves = {"state": "configuration", "step": "arc", "retrofit": "measure"}
    if dim in halves:
        lines, others = problem[f"{dim}_line"].values.tolist(), problem[f"{dim}_{halves[dim]}"].values.tolist()
        return list(zip(lines, others, strict=True))
    return [(label,) for label in problem[dim].values.tolist()]


def sparse(problem: xr.Dataset, name: str, keep: npt.NDArray[np.bool_] | None = None) -> Values:
    """An array's values by label; ``keep`` (same shape) chooses which, by default those that are not zero."""
    array = problem[name]
    chosen = array.values != 0 if keep is None else keep
    labels = [pairs(problem, str(dim)) for dim in array.dims]
    found: Values = {}
    for place in zip(*np.nonzero(chosen), strict=True):
        key = tuple(part for names, at in zip(labels, place, strict=True) for part in names[at])
        found[key if len(key) > 1 else key[0]] = float(array.values[place])
    return found


def every(problem: xr.Dataset, name: str) -> Values:
    """All of an array's values by label, zeros too."""
    return sparse(problem, name, np.ones(problem[name].shape, dtype=bool))


def add_set(m: pyo.ConcreteModel, name: str, members: Iterable[Any], dimen: int = 1) -> None:
    """A plain set."""
    setattr(m, name, pyo.Set(initialize=list(dict.fromkeys(members)), dimen=dimen))


def add_groups(m: pyo.ConcreteModel, name: str, over: pyo.Set, members: Iterable[tuple[Any, Any]], dimen: int = 1) -> None:
    """An indexed set from (key, member) pairs; keys without members get an empty set, unknown keys are dropped."""
    found: dict[Any, list[Any]] = defaultdict(list)
    for key, member in members:
        found[key].append(member)
    setattr(m, name, pyo.Set(over, initialize={key: found.get(key, []) for key in over}, dimen=dimen))


def add_values(m: pyo.ConcreteModel, name: str, values: Values, *over: pyo.Set) -> None:
    """A parameter; ``over`` gives its index set where that is not exactly the values' keys."""
    if over:
        setattr(m, name, pyo.Param(*over, initialize=values, within=pyo.Reals))
        return
    keys = pyo.Set(initialize=list(values), dimen=len(next(iter(values))) if values and isinstance(next(iter(values)), tuple) else 1)
    setattr(m, f"{name}_index", keys)
    setattr(m, name, pyo.Param(keys, initialize=values, within=pyo.Reals))
