"""The abatement curve of the whole system, from a trade-off, and beside it the one made measure by measure."""

import numpy as np
import xarray as xr

PER_TONNE = 1e8 / 1e4
"""CNY per tonne in one 100M CNY per 10ktCO2e."""


def system_curve(study: xr.Dataset, years: float) -> xr.Dataset:
    """Steps of a cost trade-off from least cost down to least emissions.

    Args:
        study: A trade-off against cost (of ``model.tradeoff``).
        years: Calendar years that it sums over.

    Returns:
        ``tonnes(step)`` and ``cumulative(step)``: 10ktCO2e a year saved, mean of the years; ``cost_per_tonne(step)``: CNY/t.
        Points that save nothing more than a cheaper one are left out. A step is a mean between two points: it says what
        that much more abatement costs when every line, purchase and output may answer, not what a single measure costs.
    """
    order = np.lexsort((study["y"].values, study["x"].values))
    kept: list[int] = []
    for place in order:
        if not kept or study["y"].values[place] < study["y"].values[kept[-1]]:
            kept.append(int(place))
    x, y = study["x"].values[kept], study["y"].values[kept]
    saved = -np.diff(y)
    return xr.Dataset(
        {
            "tonnes": ("step", saved / years),
            "cumulative": ("step", np.cumsum(saved) / years),
            "cost_per_tonne": ("step", np.diff(x) / saved * PER_TONNE),
        }
    )


def joined_curves(system: xr.Dataset, measures: xr.Dataset) -> xr.Dataset:
    """Both abatement curves in one table, each in the order of its cost.

    Args:
        system: Steps of ``system_curve``.
        measures: ``tonnes(option)`` (10ktCO2e a year) and ``cost_per_tonne(option)`` (CNY/t), each option by itself, as
            ``compare.abatement`` gives them; options that save nothing are left out.

    Returns:
        ``tonnes``, ``cumulative``, ``cost_per_tonne`` over ``block``, with the coordinates ``curve`` (system, measures) and ``name``.
    """
    by_cost = measures.isel(option=~np.isnan(measures["cost_per_tonne"].values)).sortby("cost_per_tonne")
    tonnes = by_cost["tonnes"].values
    parts = {
        "tonnes": [system["tonnes"].values, tonnes],
        "cumulative": [system["cumulative"].values, np.cumsum(tonnes)],
        "cost_per_tonne": [system["cost_per_tonne"].values, by_cost["cost_per_tonne"].values],
    }
    steps = system.sizes["step"]
    names = [str(number + 1) for number in range(steps)] + by_cost["option"].values.astype(str).tolist()
    return xr.Dataset(
        {name: ("block", np.concatenate(both)) for name, both in parts.items()},
        coords={"curve": ("block", ["system"] * steps + ["measures"] * len(tonnes)), "name": ("block", names)},
    )
