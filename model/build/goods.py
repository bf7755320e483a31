"""Sets, parameters and variables of goods and segments."""

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from model.build.declare import Draft
from model.build.keys import Column, Keys, column


def declare_goods(draft: Draft) -> None:
    """Who makes, uses and saves each good; what may be bought and sold."""
    labels = draft.labels
    draft.add_set("goods", labels.of("good"))
    made = draft.values("state_good") != ""
    draft.add_groups("makers", "goods", Keys((column(draft.values("state_good")[made].tolist()),)), labels.of("state").take(made))
    for name, grouped in (("use", "users"), ("change", "changers")):
        found = draft.sparse(name)
        draft.add_values(name, found)
        draft.add_groups(grouped, "goods", found.keys.parts(2), found.keys.parts(0, 1))
    draft.add_array("demand", "goods", "years")
    draft.add_variable("buy", "goods", "years", domain=pyo.NonNegativeReals, most=draft.values("supply"))
    draft.add_variable("sell", "goods", "years", domain=pyo.NonNegativeReals, most=draft.values("sales"))


def declare_segments(draft: Draft) -> None:
    """Segment output, what it needs, and what sale segments pull."""
    draft.add_set("segments", draft.labels.of("segment"))
    need = draft.sparse("need")
    draft.add_values("need", need)
    draft.add_values("pull", draft.sparse("pull"))
    draft.add_groups("consumers", "goods", need.keys.parts(1), need.keys.parts(0))
    draft.add_array("least", "segments", "years")
    draft.add_array("most", "segments", "years")
    draft.add_variable("output", "segments", "years", domain=pyo.NonNegativeReals)


def declare_emissions(draft: Draft) -> None:
    """Emission per unit made, per unit fitted, per output and per unit bought, by source and year.

    A line's intensity is its direct emission plus the use of each good times the good's factor.
    """
    x, labels = draft.x.variables, draft.labels
    draft.add_set("sources", labels.of("source"))
    parts = {
        "intensity": x["direct"] + over_goods(x["use"], x["factor"]),
        "relief": x["direct_change"] + over_goods(x["change"], x["factor"]),
        "segment_intensity": x["segment_direct"] + over_goods(needed(draft), x["factor"]),
    }
    for (name, part), grouped in zip(parts.items(), ("emitters", "relievers", "segment_emitters"), strict=True):
        found = part.transpose(part.dims[0], "source", "year").values
        some = np.any(found != 0, axis=2)
        pairs = labels.where(some, [str(part.dims[0]), "source"])
        draft.add_set(f"{name}_index", pairs)
        draft.add_array(name, f"{name}_index", "years", numbers=found[some])
        width = len(pairs.columns) - 1
        draft.add_groups(grouped, "sources", pairs.parts(width), pairs.parts(*range(width)))
    embodied = labels.of("good").take(np.any(draft.values("embodied") != 0, axis=1))
    draft.add_array("embodied", "goods", "years")
    draft.add_groups("importers", "sources", Keys((Column(["imports"], np.zeros(len(embodied), dtype=np.int32)),)), embodied)
    draft.add_variable("emission", "sources", "years", domain=pyo.Reals)


def over_goods(amount: xr.Variable, worth: xr.Variable) -> xr.Variable:
    """Sum over goods of an amount times a worth per unit; most goods have no worth and are left out before."""
    some = np.flatnonzero(np.any(worth.values != 0, axis=tuple(range(1, worth.ndim))))
    found: xr.Variable = xr.dot(amount.isel(good=some), worth.isel(good=some), dim="good", optimize=True)
    return found


def needed(draft: Draft) -> xr.Variable:
    """What a segment uses of each good, without what it makes."""
    need = draft.x.variables["need"]
    return xr.Variable(need.dims, np.maximum(need.values, 0.0))
