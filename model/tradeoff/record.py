"""What happens to lines in the plans of a study: moves and retrofits, stacked over plans as they are stored."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from model.schema import TAKEN
from model.tradeoff.axes import Floats

HALVES = {"step": ("line", "arc"), "retrofit": ("line", "measure")}


@dataclass(frozen=True)
class Taken:
    """Moves (step, year) and installations (retrofit, year) of a plan, 0 or 1."""

    move: Floats
    install: Floats

    @staticmethod
    def stacked(plans: Sequence["Taken"], problem: xr.Dataset) -> xr.Dataset:
        """``move(plan, step, year)`` and ``install(plan, retrofit, year)`` with the labels of their pairs."""
        coordinates: dict[str, object] = {"year": problem["year"].values}
        for dim, halves in HALVES.items():
            coordinates |= {f"{dim}_{half}": (dim, problem[f"{dim}_{half}"].values.astype(str)) for half in halves}
        arrays = {
            name: (("plan", dim, "year"), np.array([np.round(getattr(plan, name)) for plan in plans]).astype(np.int8))
            for name, dim in (("move", "step"), ("install", "retrofit"))
        }
        return xr.Dataset(arrays, coords=coordinates)

    @staticmethod
    def unstacked(study: xr.Dataset) -> list["Taken"]:
        """The plans of a stored study."""
        pairs = zip(study["move"].values.astype(float), study["install"].values.astype(float), strict=True)
        return [Taken(move, install) for move, install in pairs]


def taken_of(flat: xr.Dataset) -> Taken:
    """What a plan's decisions take."""
    return Taken(flat["move"].values, flat["install"].values)


def differing(first: Taken, second: Taken) -> int:
    """How many moves and installations differ between two plans."""
    return int(sum((np.round(getattr(first, name)) != np.round(getattr(second, name))).sum() for name in TAKEN))
