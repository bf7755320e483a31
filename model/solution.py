"""Solver's answer -> decisions as labelled arrays, and the dense, readable form in which they are stored."""

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from model.schema import BINARY, DECISIONS

if TYPE_CHECKING:  # reading a stored result needs neither Pyomo nor a solver, which take a second to import
    from model.handover import Matrix
    from model.solve import Outcome

PAIRS = {"state": ("line", "configuration"), "step": ("line", "arc"), "retrofit": ("line", "measure")}


def _positions(problem: xr.Dataset, dim: str) -> dict[Any, int]:
    if dim in PAIRS:
        halves = (problem[f"{dim}_{half}"].values.tolist() for half in PAIRS[dim])
        return {pair: place for place, pair in enumerate(zip(*halves, strict=True))}
    return {label: place for place, label in enumerate(problem[dim].values.tolist())}


def column_numbers(problem: xr.Dataset, matrix: "Matrix") -> dict[str, np.ndarray]:
    """Column of every decision, as an array over the problem's dims; -1 where there is no variable."""
    places: dict[str, dict[Any, int]] = {}
    numbers = {name: np.full([problem.sizes[dim] for dim in spec.dims], -1, dtype=np.int64) for name, spec in DECISIONS.items()}
    for block in matrix.blocks:
        dims = DECISIONS[block.name].dims
        for dim in dims:
            if dim not in places:
                places[dim] = _positions(problem, dim)
        axes = [[places[dim][member] for member in members] for dim, members in zip(dims, block.members, strict=True)]
        inside = np.full([len(axis) for axis in axes], -1, dtype=np.int64)
        inside.ravel()[block.places] = block.columns
        numbers[block.name][np.ix_(*axes)] = inside
    return numbers


def columns_of(problem: xr.Dataset, matrix: "Matrix", flat: xr.Dataset) -> np.ndarray:
    """Decisions over flat dims as columns of a matrix; what the matrix has beyond them is 0."""
    columns = np.zeros(matrix.matrix.shape[1])
    for name, numbers in column_numbers(problem, matrix).items():
        there = numbers >= 0
        columns[numbers[there]] = flat[name].values[there]
    return columns


def decisions(problem: xr.Dataset, matrix: "Matrix", outcome: "Outcome") -> xr.Dataset:
    """Every variable as an array over the problem's dims; what has no variable (a move in the base year) is 0.

    Binaries are rounded; the polished point was solved with them fixed.
    """
    values = np.append(outcome.values, 0.0)
    arrays = {name: values[numbers] for name, numbers in column_numbers(problem, matrix).items()}
    for name in BINARY:
        arrays[name] = np.round(arrays[name])
    arrays = {name: found + 0.0 for name, found in arrays.items()}  # no negative zeros
    return xr.Dataset({name: _variable(name, found) for name, found in arrays.items()}, coords=problem.coords)


def _variable(name: str, values: np.ndarray) -> xr.Variable:
    spec = DECISIONS[name]
    return xr.Variable(spec.dims, values, {"units": spec.unit, "long_name": spec.en, "long_name_zh": spec.zh})


def dense(flat: xr.Dataset) -> xr.Dataset:
    """Pairs unfolded into their two dims, e.g. ``make(line, configuration, year)``; pairs that cannot be are 0."""
    unfolded: dict[str, xr.Variable] = {}
    for name, array in flat.data_vars.items():
        pair = array.dims[0] if array.dims and array.dims[0] in PAIRS else None
        if pair is None:
            unfolded[str(name)] = array.variable
            continue
        first, second = PAIRS[str(pair)]
        shape = (flat.sizes[first], flat.sizes[second], *array.shape[1:])
        values = np.zeros(shape)
        values[_codes(flat, str(pair))] = array.values
        unfolded[str(name)] = xr.Variable((first, second, *array.dims[1:]), values, array.attrs)
    keep = [dim for dim in ("line", "configuration", "arc", "measure", "good", "segment", "clause", "source", "cost_item", "year",
                            "group", "sector", "cluster", "measure_of_energy") if dim in flat.coords]  # fmt: skip
    names = {
        f"{dim}_{part}"
        for dim in keep
        for part in ("zh", "en", "group", "sector", "district", "kind", "cluster", "chain", "rule", "subject")
    }
    coords = {name: flat.coords[name] for name in flat.coords if name in keep or name in names}
    return xr.Dataset(unfolded, coords=coords, attrs=flat.attrs)


def flat_values(stored: xr.Dataset, problem: xr.Dataset, name: str) -> np.ndarray:
    """A stored decision over its flat dims: its pairs only, in the problem's order."""
    values, dims = stored[name].values, DECISIONS[name].dims
    return values[_codes(problem, dims[0])] if dims and dims[0] in PAIRS else values


def flatten(stored: xr.Dataset, problem: xr.Dataset) -> xr.Dataset:
    """The decisions of a stored result over the problem's flat dims, for the examiner."""
    arrays = {}
    for name in DECISIONS:
        arrays[name] = _variable(name, flat_values(stored, problem, name))
    return xr.Dataset(arrays, coords=problem.coords)


def _codes(dataset: xr.Dataset, pair: str) -> tuple[np.ndarray, np.ndarray]:
    """Positions of each pair's halves along their own dims."""
    codes = []
    for half in PAIRS[pair]:
        place = {label: n for n, label in enumerate(dataset[half].values.tolist())}
        codes.append(np.array([place[label] for label in dataset[f"{pair}_{half}"].values.tolist()], dtype=int))
    return codes[0], codes[1]
