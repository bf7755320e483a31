"""What a trade-off is between: emissions and cost, or emissions and gross output, as sums over decisions."""

from collections.abc import Mapping
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import xarray as xr

from model.names import SOURCES_IN, Scope

Floats = npt.NDArray[np.float64]
Weights = Mapping[str, Floats]


class Axis(StrEnum):
    """What is traded against emissions; less is better, so gross output counts negative."""

    COST = "cost"
    OUTPUT = "output"


def emissions(problem: xr.Dataset, boundary: Scope) -> Weights:
    """Emissions inside the boundary over the planning years, 10ktCO2e."""
    counted = np.isin(problem["source"].values.astype(str), [str(source) for source in SOURCES_IN[boundary]])
    return {"emission": np.outer(counted, _span(problem))}


def axis(problem: xr.Dataset, name: Axis) -> Weights:
    """The other quantity over the planning years, 100M CNY: cost, or minus gross output."""
    if name is Axis.COST:
        return {"cost": np.outer(np.ones(problem.sizes["cost_item"]), _span(problem))}
    return {"output": -np.outer(np.ones(problem.sizes["segment"]), _span(problem))}


def amount(weights: Weights, flat: xr.Dataset) -> float:
    """A sum over decisions at a plan."""
    return float(sum((own * flat[name].values).sum() for name, own in weights.items()))


def mixed(*parts: tuple[float, Weights]) -> Weights:
    """A weighted sum of sums over different decisions."""
    return {name: share * own for share, weights in parts for name, own in weights.items()}


def _span(problem: xr.Dataset) -> Floats:
    """Years that each model year stands for; the base year is fixed and counts 0."""
    span = np.asarray(problem["span"].values, dtype=float).copy()
    span[0] = 0.0
    return span
