"""Sets, parameters and variables of goods and segments."""

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from model.build.declare import Draft, Values
from model.build.keys import Column, Keys, column, joined, product


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
    draft.add_values("demand", draft.every("demand"), "goods", "years")
    draft.add_variable("buy", "goods", "years", domain=pyo.NonNegativeReals, most=draft.values("supply"))
    draft.add_variable("sell", "goods", "years", domain=pyo.NonNegativeReals, most=draft.values("sales"))


def declare_segments(draft: Draft) -> None:
    """Segment output, what it needs, and what sale segments pull."""
    draft.add_set("segments", draft.labels.of("segment"))
    need = draft.sparse("need")
    draft.add_values("need", need)
    draft.add_values("pull", draft.sparse("pull"))
    draft.add_groups("consumers", "goods", need.keys.parts(1), need.keys.parts(0))
    draft.add_values("least", draft.every("least"), "segments", "years")
    draft.add_values("most", draft.every("most"), "segments", "years")
    draft.add_variable("output", "segments", "years", domain=pyo.NonNegativeReals)


def declare_emissions(draft: Draft) -> None:
    """Emission per unit made, per unit fitted, per output and per unit bought, by source and year.

    A line's intensity is its direct emission plus the use of each good times the good's factor.
    """
    x, labels = draft.x, draft.labels
    draft.add_set("sources", labels.of("source"))
    draft.add_set("source_years", product(labels.of("source"), labels.of("year")))
    factor = x["factor"]
    parts = {
        "intensity": x["direct"] + xr.dot(x["use"], factor, dim="good", optimize=True),
        "relief": x["direct_change"] + xr.dot(x["change"], factor, dim="good", optimize=True),
        "segment_intensity": x["segment_direct"] + xr.dot(x["need"].clip(min=0), factor, dim="good", optimize=True),
    }
    for (name, part), grouped in zip(parts.items(), ("emitters", "relievers", "segment_emitters"), strict=True):
        found = draft.sparse(part.transpose(part.dims[0], "source", "year"))
        draft.add_values(name, found)
        width = len(found.keys.columns)
        draft.add_groups(grouped, "source_years", found.keys.parts(width - 2, width - 1), found.keys.parts(*range(width - 2)))
    embodied = draft.sparse("embodied")
    draft.add_values("embodied", embodied)
    draft.add_groups("importers", "source_years", _from_imports(embodied), embodied.keys.parts(0))
    draft.add_variable("emission", "sources", "years", domain=pyo.Reals)


def _from_imports(embodied: Values) -> Keys:
    """The source of what is bought, with its years."""
    source = Column(["imports"], np.zeros(len(embodied.keys), dtype=np.int64))
    return joined(Keys((source,)), embodied.keys.parts(1))
