"""What a result means: pure functions from a stored result and its inputs to tables an analyst reads."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from model.contract import Account, Clause, Group
from model.names import SOURCES_IN, Scope
from model.solution import flat_values
from model.tables import Tables
from model.tolerances import ROW
from model.units import UNITS, model_unit

UPPER = ("capacity_cap", "no_new_capacity", "replacement", "energy_intensity")
"""Rules whose clauses are upper limits; the others are floors."""


@dataclass(frozen=True)
class Score:
    """One clause in its last binding year: value set, value reached, slack (negative: missed), whether it binds."""

    clause: str
    rule: str
    year: int
    target: bool
    asked: float
    reached: float
    slack: float
    binding: bool


def limits(inputs: xr.Dataset, position: int) -> np.ndarray:
    """What a clause asks for in each year, in its own unit; NaN where it does not bind.

    The replacement rule asks for no more than the quota at hand, a ban on new capacity for no more than the base year's.
    """
    asked: np.ndarray = inputs["clause_value"].values[position]
    rule, subject = str(inputs["clause_rule"].values[position]), str(inputs["clause_subject"].values[position])
    if rule == "replacement":
        asked = np.where(np.isnan(asked), np.nan, float(inputs["endowment"].sel(account=subject)))
    elif rule == "no_new_capacity":
        asked = np.where(np.isnan(asked), np.nan, float(inputs["base_capacity"].sel(group=subject)))
    return asked


def state_of(score: Score) -> str:
    """State of a clause, as the catalogue names it; an account without quota blocks every new line that would debit it."""
    if score.rule == "replacement" and score.binding and abs(score.asked) <= ROW:
        return "state_no_quota"
    if score.binding:
        return "state_binding"
    return "state_missed" if score.slack < 0 else "state_met"


def clause_units(tables: Tables) -> dict[str, str]:
    """Unit of each clause's numbers as the model holds them: of its own fact, or of the group that it is about."""
    groups = {row.id: row.unit for row in tables.of(Group)}
    accounts = {row.id: groups[row.group] for row in tables.of(Account)}
    units = {row.id: found for row in tables.of(Clause) if (found := (groups | accounts).get(row.subject))}
    facts = {fact.subject: fact.unit for fact in tables.facts("clause_facts")}
    return {clause: model_unit(unit) for clause, unit in (units | facts).items()}


def scorecard(result: xr.Dataset, inputs: xr.Dataset) -> list[Score]:
    """Every clause that binds in some year, in its last such year, in the clauses' own units."""
    scores = []
    for position, clause in enumerate(inputs["clause"].values.tolist()):
        asked = limits(inputs, position)
        years = np.flatnonzero(~np.isnan(asked))
        rule = str(inputs["clause_rule"].values[position])
        if not len(years):
            continue
        year = int(years[-1])
        reached = float(result["reached"].values[position, year])
        limit = float(asked[year])
        if np.isnan(reached):
            limit, reached = np.nan, np.nan
        slack = limit - reached if rule in UPPER else reached - limit
        binding = bool(abs(slack) <= ROW * max(1.0, abs(limit)))
        scores.append(Score(clause, rule, int(inputs["year"].values[year]), bool(inputs["clause_target"].values[position]),
                            limit, reached, slack, binding))  # fmt: skip
    return scores


def _frame(array: xr.DataArray) -> pd.DataFrame:
    """A two-dimensional array as a table."""
    return pd.DataFrame(array.values, index=array[array.dims[0]].values, columns=array[array.dims[1]].values)


def totals(result: xr.Dataset) -> pd.DataFrame:
    """Emissions by year inside each boundary, 10 kt CO2e."""
    emission = result["emission"]
    return pd.DataFrame(
        {str(scope): emission.sel(source=[str(s) for s in SOURCES_IN[scope]]).sum("source").to_series() for scope in Scope}
    ).T


def sector_table(result: xr.Dataset) -> pd.DataFrame:
    """Emissions of lines by sector (scopes 1 and 2), then of segments, then embodied in bought goods; by year, 10 kt CO2e."""
    table = _frame(result["sector_emission"].sum("source"))
    table.loc["segments"] = result["segment_emission"].sum(["segment", "source"]).values
    table.loc["imports"] = result["import_emission"].sum("good").values
    return table


def source_table(result: xr.Dataset) -> pd.DataFrame:
    """Emissions by source and year, 10 kt CO2e."""
    return _frame(result["emission"])


def _by_good(values: np.ndarray, inputs: xr.Dataset) -> pd.DataFrame:
    """Sum over the states that make each good; states that make nothing are left out."""
    summed = pd.DataFrame(values).groupby(inputs["state_good"].values).sum()
    return summed.drop(index="", errors="ignore")


def average_use(weight: np.ndarray, inputs: xr.Dataset) -> xr.Dataset:
    """Use and direct emission per unit of each good made, weighted by what each state makes; NaN for goods that none makes."""
    made = _by_good(weight[:, None], inputs)[0]
    use, direct = (_by_good(weight[:, None] * inputs[name].values, inputs) for name in ("use", "direct"))
    divisor = made.where(made > 0)
    return xr.Dataset(
        {"use": (("made", "good"), use.div(divisor, axis=0).values), "direct": (("made", "source"), direct.div(divisor, axis=0).values)},
        coords={"made": made.index.values.astype(str), "good": inputs["good"].values, "source": inputs["source"].values},
    )


CHAIN = 8
"""Rounds in which intermediate goods are traced upstream; chains in this industry are three or four goods long."""


def frozen_reference(result: xr.Dataset, inputs: xr.Dataset) -> pd.Series:
    """Emissions of the same activity with the fleet of the base year, by year, 10 kt CO2e, all scopes.

    Segment output, sales outside and the production of goods that can be traded stay as in the result. Each good is made
    with the base year's average use and direct emissions, under the year's own emission factors; goods that cannot be bought
    (hot metal, clinker, captive power) are made as the frozen fleet needs them, what else it lacks is bought. Goods that
    were not made in the base year keep the result's own intensity.
    """
    make = flat_values(result, inputs, "make")
    totals_made = _by_good(make, inputs)
    coordinates = {"made": totals_made.index.values.astype(str), "year": inputs["year"].values}
    made = xr.DataArray(totals_made.values, dims=("made", "year"), coords=coordinates)
    frozen, actual = average_use(inputs["base_make"].values, inputs), average_use(make.sum(axis=1), inputs).fillna(0)
    known = ~np.isnan(frozen["use"].isel(good=0))
    use = frozen["use"].where(known, actual["use"])
    direct = frozen["direct"].where(known, actual["direct"])
    needed = xr.dot(inputs["need"], result["output"], dim="segment") + inputs["demand"] + result["sell"]
    inside = (inputs["supply"].max("year") == 0).sel(good=made["made"].values).values[:, None]
    production = made
    for _ in range(CHAIN):
        required = (xr.dot(use, production, dim="made") + needed).sel(good=made["made"].values).transpose("good", "year")
        production = made.copy(data=np.where(inside, required.values, made.values))
    used = xr.dot(use, production, dim="made")
    lines = xr.dot(used, inputs["factor"], dim="good").sum("source") + xr.dot(direct, production, dim="made").sum("source")
    home = production.rename(made="good").reindex(good=inputs["good"].values, fill_value=0.0)
    imports = ((used + needed - home).clip(min=0) * inputs["embodied"]).sum("good")
    segments = result["segment_emission"].sum(["segment", "source"])
    return pd.Series((lines + segments + imports).transpose("year").values, index=inputs["year"].values)


@dataclass(frozen=True)
class Decision:
    """One thing that happens to a line: the year, the line, the kind of step and its name."""

    year: int
    line: str
    kind: str
    what: str


def decisions_taken(result: xr.Dataset, inputs: xr.Dataset) -> list[Decision]:
    """Moves and retrofits in the order of years, then lines."""
    kinds = dict(zip(inputs["arc"].values.tolist(), inputs["arc_kind"].values.tolist(), strict=True))
    years = inputs["year"].values.tolist()
    found = []
    for name, dim in (("move", "arc"), ("install", "measure")):
        values = result[name].values
        labels = result[dim].values.tolist()
        for line, what, year in zip(*np.nonzero(values > 0.5), strict=True):
            kind = kinds[labels[what]] if name == "move" else "retrofit"
            found.append(Decision(years[year], str(result["line"].values[line]), kind, labels[what]))
    return sorted(found, key=lambda item: (item.year, item.line, item.kind, item.what))


def energy_table(result: xr.Dataset) -> pd.DataFrame:
    """Energy use by year, 10 000 tce: calorific and equivalent value."""
    return _frame(result["energy"]) / UNITS["10k tce"][1]


def money_table(result: xr.Dataset) -> pd.DataFrame:
    """Cost items and cash investment by year, 100 million CNY of 2020."""
    table = _frame(result["cost"])
    table = table.loc[(table.abs() > 0).any(axis=1)]
    table.loc["investment"] = result["investment"].values
    return table
