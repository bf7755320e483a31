"""What run books show: medians, ratios of two books, performance profiles, and how time grows with size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import xarray as xr

Floats = npt.NDArray[np.float64]
FACTORS = (1.0, 1.5, 2.0, 5.0, 10.0, np.inf)
"""Times the fastest: columns of a performance profile; the last one is: solved at all."""


@dataclass(frozen=True)
class Ratio:
    """A quantity of the second book against the first: ratio of medians, and of the quartiles that are furthest apart."""

    instance: str
    configuration: str
    quantity: str
    ratio: float
    low: float
    high: float


@dataclass(frozen=True)
class Growth:
    """Exponent of a stage: seconds (or memory) grow with size to this power; NaN with fewer than two sizes."""

    stage: str
    seconds: float
    memory: float


def summary(book: xr.Dataset) -> pd.DataFrame:
    """Per instance and configuration: runs, solved, medians of time, memory, objective, gap and nodes, worst violation."""
    rows = []
    for instance in book["instance"].values.tolist():
        for configuration in book["configuration"].values.tolist():
            part = book.sel(instance=instance, configuration=configuration)
            made = part["status"].values != ""
            if not made.any():
                continue
            worst = [part[name].values for name in ("integrality_violation", "row_violation", "bound_violation", "examiner_violation")]
            row = {name: _median(part[name].values) for name in ("runtime", "wall", "memory", "objective", "gap", "nodes")}
            told = sorted({str(word) for word in part["termination_condition"].values[made].ravel()})
            rows.append({"instance": instance, "configuration": configuration, "runs": int(made.sum()),
                         "solved": int(_solved(part).sum()), "ended": ", ".join(told), **row, "violation": _largest(worst)})  # fmt: skip
    return pd.DataFrame(rows)


def _solved(book: xr.Dataset) -> npt.NDArray[np.bool_]:
    return np.asarray((book["status"].values == "ok") & (book["termination_condition"].values == "optimal"))


def _known(values: Floats) -> Floats:
    return values[np.isfinite(values)]


def _median(values: Floats) -> float:
    known = _known(values)
    return float(np.median(known)) if len(known) else float("nan")


def _largest(parts: Sequence[Floats]) -> float:
    known = np.concatenate([_known(part.ravel()) for part in parts])
    return float(known.max()) if len(known) else float("nan")


def ratios(first: xr.Dataset, second: xr.Dataset, quantities: Sequence[str] = ("runtime", "wall", "memory")) -> list[Ratio]:
    """Second against first, for every instance and configuration that both have."""
    found = []
    for instance in first["instance"].values.tolist():
        for configuration in first["configuration"].values.tolist():
            if instance not in second["instance"].values or configuration not in second["configuration"].values:
                continue
            for quantity in quantities:
                below, above = (_known(book[quantity].sel(instance=instance, configuration=configuration).values.ravel())
                                for book in (first, second))  # fmt: skip
                if len(below) and len(above) and below.min() > 0:
                    found.append(_ratio(instance, configuration, quantity, below, above))
    return found


def _ratio(instance: str, configuration: str, quantity: str, below: Floats, above: Floats) -> Ratio:
    low, middle, high = np.quantile(below, [0.25, 0.5, 0.75])
    from_, centre, to = np.quantile(above, [0.25, 0.5, 0.75])
    return Ratio(instance, configuration, quantity, float(centre / middle), float(from_ / high), float(to / low))


def slowness(book: xr.Dataset) -> pd.DataFrame:
    """Times as slow as the fastest, by case (instance and seed, repeats as medians) and configuration; infinite: not solved.

    Configurations that were never run (a method for linear models on mixed-integer ones) are left out.
    """
    solved = xr.DataArray(_solved(book), dims=book["runtime"].dims, coords=book["runtime"].coords)
    times = book["runtime"].where(solved, np.inf).where(book["status"] != "").median("repeat", skipna=True)
    table = times.stack(case=("instance", "seed")).transpose("case", "configuration").values
    table = np.where(np.isnan(table), np.inf, np.maximum(table, 1e-3))
    best = table.min(axis=1, keepdims=True)
    found = np.divide(table, best, out=np.full_like(table, np.inf), where=np.isfinite(table))
    tried = (book["status"] != "").any(("instance", "seed", "repeat")).values
    return pd.DataFrame(found, columns=book["configuration"].values.tolist()).loc[:, tried]


def profile(book: xr.Dataset) -> pd.DataFrame:
    """Share of cases that a configuration solves within a factor of the fastest."""
    found = slowness(book)
    times = found.to_numpy()
    shares = {factor: (np.isfinite(times) & (times <= factor * (1 + 1e-9))).mean(axis=0) for factor in FACTORS}
    return pd.DataFrame(shares, index=found.columns)


def exponent(sizes: Sequence[float], values: Sequence[float]) -> float:
    """Slope of log(value) over log(size) by least squares; NaN with fewer than two sizes or values that are not positive."""
    size, value = np.asarray(sizes, dtype=float), np.asarray(values, dtype=float)
    use = np.isfinite(value) & (value > 0)
    if len(set(size[use].tolist())) < 2:
        return float("nan")
    return float(np.polyfit(np.log(size[use]), np.log(value[use]), 1)[0])


def grown(records: Sequence[Mapping[str, Any]]) -> list[Growth]:
    """Exponents of what ``measure_growth`` measured, with lines x years; steps that stopped at a limit count for nothing."""
    stages = list(dict.fromkeys(stage for record in records for stage in record["seconds"]))
    stopped = {"lp": "ended", "mip": "mip_ended"}

    def values(quantity: str) -> dict[str, list[float]]:
        return {
            stage: [
                record[quantity].get(stage, np.nan) if stage not in stopped or record[stopped[stage]] == "optimal" else np.nan
                for record in records
            ]
            for stage in stages
        }

    return growth([record["lines"] * record["years"] for record in records], values("seconds"), values("memory"))


def growth(sizes: Sequence[float], seconds: Mapping[str, Sequence[float]], memory: Mapping[str, Sequence[float]]) -> list[Growth]:
    """Exponent of every stage over the sizes."""
    return [Growth(stage, exponent(sizes, taken), exponent(sizes, memory[stage])) for stage, taken in seconds.items()]
