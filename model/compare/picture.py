"""One year of one scenario as what emissions are made of: segments need goods, lines make them by pools, the rest is bought.

A pool is all lines that make one good by one route (``crude_steel|long``); lines within it share its totals, so that
names and order of lines do not matter.
"""

import numpy as np
import numpy.typing as npt
import xarray as xr

from model.names import GoodKind
from model.solution import flat_values

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.intp]
MARK = "|"
"""Between good and route in the name of a pool."""
FUEL, POWER = 1, 2
"""Kinds of carriers whose amounts are added up."""

UNITS = {
    "output": "100M CNY", "need": "unit of good per 100M CNY", "segment_direct": "10ktCO2e per 100M CNY", "demand": "unit of good",
    "sales": "unit of good", "bought": "unit of good", "by_segments": "unit of good", "made": "unit of good", "plain": "unit of good",
    "change": "unit of good", "direct": "10ktCO2e", "direct_change": "10ktCO2e", "factor": "10ktCO2e per unit of good",
    "embodied": "10ktCO2e per unit of good", "content": "TJ (fuels) or unit of good (power) per unit of good",
}  # fmt: skip


def at_year(inputs: xr.Dataset, year: int) -> int:
    """Position of a year. Raises ``KeyError`` where the result has no such year."""
    years = inputs.variables["year"].values.tolist()
    if year not in years:
        raise KeyError(f"{year} is not among {years}")
    return int(years.index(year))


def pools_of(inputs: xr.Dataset) -> tuple[npt.NDArray[np.str_], Places]:
    """Names of the pools, and the pool of each state; -1 for states that make nothing."""
    routes = dict(
        zip(inputs.variables["configuration"].values.tolist(), inputs.variables["configuration_route"].values.tolist(), strict=True)
    )
    configurations, goods = inputs.variables["state_configuration"].values.tolist(), inputs.variables["state_good"].values.tolist()
    named = [f"{good}{MARK}{routes[name]}" if good else "" for good, name in zip(goods, configurations, strict=True)]
    labels = sorted(set(named) - {""})
    place = {label: number for number, label in enumerate(labels)} | {"": -1}
    return np.array(labels, dtype=str), np.array([place[label] for label in named], dtype=np.intp)


def hosts_of(inputs: xr.Dataset, make: Floats) -> Places:
    """State that each retrofit acts in, given what states make in a year: the one of its hosts that makes most; -1 without a host."""
    pairs = list(zip(inputs.variables["state_line"].values.tolist(), inputs.variables["state_configuration"].values.tolist(), strict=True))
    place = {pair: number for number, pair in enumerate(pairs)}
    lines, retrofits = inputs.variables["retrofit_line"].values.tolist(), inputs.variables["host_retrofit"].values.tolist()
    found = np.full(len(lines), -1, dtype=np.intp)
    for retrofit, configuration in zip(retrofits, inputs.variables["host_configuration"].values.tolist(), strict=True):
        state = place[(lines[retrofit], configuration)]
        if found[retrofit] < 0 or make[state] > make[found[retrofit]]:
            found[retrofit] = state
    return found


def summed(values: Floats, places: Places, size: int) -> Floats:
    """Rows added up by the place of each; rows at -1 are left out."""
    total = np.zeros((size, *values.shape[1:]))
    np.add.at(total, places[places >= 0], values[places >= 0])
    return total


def carriers(inputs: xr.Dataset) -> tuple[Floats, Floats]:
    """What a unit of each good counts for in a total of its kind, and its kind: FUEL, POWER, or 0 for neither.

    Fuels count by their calorific value; fuels without one (electrodes) stand alone, as materials do. Power counts as it is.
    """
    kinds, calorific = inputs.variables["good_kind"].values, inputs.variables["calorific"].values
    kind = np.where((kinds == str(GoodKind.FUEL)) & (calorific > 0), FUEL, np.where(kinds == str(GoodKind.POWER), POWER, 0))
    return np.where(kind == FUEL, calorific, 1.0), kind


def picture(result: xr.Dataset, inputs: xr.Dataset, year: int) -> xr.Dataset:
    """A year of a stored result by pool, good, segment and source of emission; see ``UNITS``.

    ``plain`` is what a pool's lines would use without measures, ``change`` what measures change of it. Raises ``KeyError``
    where the result has no such year.
    """
    at = at_year(inputs, year)
    labels, pool = pools_of(inputs)
    make, fitted = (flat_values(result, inputs, name)[:, at] for name in ("make", "fitted"))
    host = hosts_of(inputs, make)
    fit_pool = np.where(host >= 0, pool[host], -1) if len(pool) else host
    output, need = result.variables["output"].values[:, at], inputs.variables["need"].values
    content, kind = carriers(inputs)

    def by_pool(amount: Floats, per_unit: str, places: Places) -> tuple[tuple[str, str], Floats]:
        values = inputs.variables[per_unit]
        return ("pool", str(values.dims[1])), summed(amount[:, None] * values.values, places, len(labels))

    arrays: dict[str, tuple[tuple[str, ...], Floats]] = {
        "output": (("segment",), output),
        "need": (("segment", "good"), np.maximum(need, 0)),
        "segment_direct": (("segment", "source"), inputs.variables["segment_direct"].values),
        "demand": (("good",), inputs.variables["demand"].values[:, at]),
        "sales": (("good",), result.variables["sell"].values[:, at]),
        "bought": (("good",), result.variables["buy"].values[:, at]),
        "by_segments": (("good",), output @ np.maximum(-need, 0)),
        "made": (("pool",), summed(make, pool, len(labels))),
        "plain": by_pool(make, "use", pool),
        "change": by_pool(fitted, "change", fit_pool),
        "direct": by_pool(make, "direct", pool),
        "direct_change": by_pool(fitted, "direct_change", fit_pool),
        "factor": (("good", "source"), inputs.variables["factor"].values[:, :, at]),
        "embodied": (("good",), inputs.variables["embodied"].values[:, at]),
        "content": (("good",), content),
    }
    coordinates = {"pool": labels, "kind": (("good",), kind)} | {dim: inputs.variables[dim].values for dim in ("good", "segment", "source")}
    named = {name: xr.Variable(dims, values, {"units": UNITS[name]}) for name, (dims, values) in arrays.items()}
    return xr.Dataset(named, coords=coordinates)
