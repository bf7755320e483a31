"""Sets, parameters and variables of goods and segments."""

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from model.build.declare import add_groups, add_set, add_values, every, sparse


def _limit(value: float) -> float | None:
    return None if np.isinf(value) else value


def declare_goods(m: pyo.ConcreteModel, x: xr.Dataset) -> None:
    """Who makes, uses and saves each good; what may be bought and sold."""
    add_set(m, "goods", x["good"].values.tolist())
    states = list(zip(x["state_line"].values.tolist(), x["state_configuration"].values.tolist(), strict=True))
    made = zip(x["state_good"].values.tolist(), states, strict=True)
    add_groups(m, "makers", m.goods, [(good, state) for good, state in made if good], 2)
    use, change = sparse(x, "use"), sparse(x, "change")
    add_values(m, "use", use)
    add_values(m, "change", change)
    add_groups(m, "users", m.goods, [(good, (line, name)) for line, name, good in use], 2)
    add_groups(m, "changers", m.goods, [(good, (line, name)) for line, name, good in change], 2)
    add_values(m, "demand", every(x, "demand"), m.goods, m.years)
    supply, sales = every(x, "supply"), every(x, "sales")
    m.buy = pyo.Var(m.goods, m.years, domain=pyo.NonNegativeReals, bounds=lambda m, good, year: (0, _limit(supply[good, year])))
    m.sell = pyo.Var(m.goods, m.years, domain=pyo.NonNegativeReals, bounds=lambda m, good, year: (0, _limit(sales[good, year])))


def declare_segments(m: pyo.ConcreteModel, x: xr.Dataset) -> None:
    """Segment output, what it needs, and what sale segments pull."""
    add_set(m, "segments", x["segment"].values.tolist())
    need, pull = sparse(x, "need"), sparse(x, "pull")
    add_values(m, "need", need)
    add_values(m, "pull", pull)
    add_groups(m, "consumers", m.goods, [(good, segment) for segment, good in need])
    add_values(m, "least", every(x, "least"), m.segments, m.years)
    add_values(m, "most", every(x, "most"), m.segments, m.years)
    m.output = pyo.Var(m.segments, m.years, domain=pyo.NonNegativeReals)


def declare_emissions(m: pyo.ConcreteModel, x: xr.Dataset) -> None:
    """Emission per unit made, per unit fitted, per output and per unit bought, by source and year.

    A line's intensity is its direct emission plus the use of each good times the good's factor.
    """
    add_set(m, "sources", x["source"].values.tolist())
    factor = x["factor"]
    parts = {
        "intensity": x["direct"] + xr.dot(x["use"], factor, dim="good"),
        "relief": x["direct_change"] + xr.dot(x["change"], factor, dim="good"),
        "segment_intensity": x["segment_direct"] + xr.dot(x["need"].clip(min=0), factor, dim="good"),
    }
    arrays = xr.Dataset({name: part.transpose(part.dims[0], "source", "year") for name, part in parts.items()}).assign_coords(x.coords)
    keys = {}
    for name, column in (("intensity", "emitters"), ("relief", "relievers"), ("segment_intensity", "segment_emitters")):
        values = sparse(arrays, name)
        add_values(m, name, values)
        keys[column] = values
    add_set(m, "source_years", [(source, year) for source in m.sources for year in m.years], 2)
    add_groups(m, "emitters", m.source_years, [((s, t), (line, name)) for line, name, s, t in keys["emitters"]], 2)
    add_groups(m, "relievers", m.source_years, [((s, t), (line, name)) for line, name, s, t in keys["relievers"]], 2)
    add_groups(m, "segment_emitters", m.source_years, [((s, t), segment) for segment, s, t in keys["segment_emitters"]])
    embodied = sparse(x, "embodied")
    add_values(m, "embodied", embodied)
    add_groups(m, "importers", m.source_years, [(("imports", year), good) for good, year in embodied])
    m.emission = pyo.Var(m.sources, m.years, domain=pyo.Reals)
