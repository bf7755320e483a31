"""The base-year gate: all decisions of the base year fixed, does the model make the statistics' numbers?"""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from model.contract import Replay
from model.language import Told, told
from model.tables import Tables
from model.tolerances import ROW
from model.units import convert, measure

SOURCES_OF = {"emissions": ("fuel", "process", "pfc", "power"), "direct": ("fuel", "process", "pfc"), "fuel": ("fuel",)}


@dataclass(frozen=True)
class Comparison:
    """One line of the replay: the number asked for, the model's own, and whether it lies in its tolerance."""

    row: Replay
    found: float
    asked: float
    passed: bool

    @property
    def difference(self) -> float:
        """Relative difference to the number asked for."""
        return self.found / self.asked - 1 if self.asked else self.found


def base_emissions(problem: xr.Dataset) -> xr.DataArray:
    """Emissions of lines in the base year by (sector, source), 10 kt CO2e; scopes 1 and 2."""
    intensity = problem["direct"] + xr.dot(problem["use"], problem["factor"].isel(year=0), dim="good")
    by_state = (problem["base_make"] * intensity).values
    sector = dict(zip(problem["line"].values.tolist(), problem["line_sector"].values.tolist(), strict=True))
    sectors = problem["sector"].values.tolist()
    totals = np.zeros((len(sectors), problem.sizes["source"]))
    np.add.at(totals, [sectors.index(sector[line]) for line in problem["state_line"].values.tolist()], by_state)
    return xr.DataArray(totals, dims=("sector", "source"), coords={"sector": sectors, "source": problem["source"].values})


def _quantity(problem: xr.Dataset, emissions: xr.DataArray, term: str) -> float:
    kind, _, subject = term.partition(":")
    if kind == "make":
        group = dict(zip(problem["line"].values.tolist(), problem["line_group"].values.tolist(), strict=True))
        own = np.array([group[line] == subject for line in problem["state_line"].values.tolist()])
        return float(problem["base_make"].values[own].sum())
    if kind == "value":
        value = problem["base_value"]
        return float((value if subject == "gross_output" else value * problem[subject]).sum())
    return float(emissions.sel(sector=subject, source=list(SOURCES_OF[kind])).sum())


def replay(problem: xr.Dataset, tables: Tables) -> list[Comparison]:
    """Compare the base year with every row of replay.csv; the numbers come from the problem's own arrays."""
    emissions = base_emissions(problem)
    compared = []
    for row in tables.of(Replay):
        found = sum(_quantity(problem, emissions, term) for term in row.quantity.split("+"))
        asked = convert(row.value, row.unit, measure(row.unit).dimensions)
        compared.append(Comparison(row, float(found), asked, bool(abs(found - asked) <= row.tolerance * abs(asked))))
    return compared


def unbalanced(problem: xr.Dataset) -> dict[str, float]:
    """Goods of the base year that are used beyond what is made and may be bought (unit of the good)."""
    made = xr.DataArray(np.zeros(problem.sizes["good"]), dims=("good",), coords={"good": problem["good"].values})
    for good, amount in zip(problem["state_good"].values.tolist(), problem["base_make"].values.tolist(), strict=True):
        if good:
            made.loc[good] += amount
    used = xr.dot(problem["base_make"], problem["use"], dim="state") + xr.dot(problem["base_value"], problem["need"], dim="segment")
    missing = used + problem["demand"].isel(year=0) - made - problem["supply"].isel(year=0)
    surplus = made - used - problem["demand"].isel(year=0) - problem["sales"].isel(year=0)
    worst = np.maximum(missing, surplus)
    scale = np.maximum(1, abs(used))
    return {str(good): float(worst.loc[good]) for good in problem["good"].values if worst.loc[good] > ROW * scale.loc[good]}


def gate(problem: xr.Dataset, tables: Tables) -> list[Told]:
    """Why the data fail the base-year gate; empty when they pass."""
    failed = [
        told("gate_differs", name=c.row.id, found=c.found, asked=c.asked, difference=c.difference, tolerance=c.row.tolerance)
        for c in replay(problem, tables)
        if c.row.kind == "gate" and not c.passed
    ]
    return failed + [told("gate_unbalanced", good=good, amount=amount) for good, amount in unbalanced(problem).items()]
