"""A place to write arrays by name: zeros of the right shape, labels instead of positions."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from model.schema import PROBLEM

Array = npt.NDArray[np.float64]


class Sheet:
    """Arrays of a problem in the making; ``labels`` gives the labels of each dim in order."""

    def __init__(self, labels: dict[str, Sequence[Any]]) -> None:
        self.labels = labels
        self.position = {dim: {label: place for place, label in enumerate(names)} for dim, names in labels.items()}
        self.arrays: dict[str, Array] = {}

    def new(self, name: str, fill: float = 0.0) -> Array:
        """An array of the schema's dims, filled."""
        shape = tuple(len(self.labels[dim]) for dim in PROBLEM[name].dims)
        self.arrays[name] = np.full(shape, fill, dtype=float)
        return self.arrays[name]

    def at(self, dim: str, label: object) -> int:
        """Position of a label along a dim."""
        return self.position[dim][label]

    def variables(self) -> dict[str, xr.Variable]:
        """The arrays as labelled variables with unit and names in both languages."""
        return {
            name: xr.Variable(
                PROBLEM[name].dims,
                values,
                {"units": PROBLEM[name].unit, "long_name": PROBLEM[name].en, "long_name_zh": PROBLEM[name].zh},
            )
            for name, values in self.arrays.items()
        }
