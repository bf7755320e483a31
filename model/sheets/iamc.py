"""Results in the IAMC format: model, scenario, region, variable, unit, years, by the variables of ``data/variables.csv``.

The format and the names that are not local follow IAMconsortium/common-definitions. A variable takes members of one array of a
result; each number enters a variable once, and two variables may not share a name, so nothing is summed by accident.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from model.contract import Configuration, Good, Group
from model.errors import Fault, Faults, InputError, ResultError
from model.language import told, told_all
from model.sheets.book import RISKY
from model.sheets.values import unprintable
from model.solution import flat_values
from model.store import Stored
from model.tables import Tables
from model.units import UnitError, dimension_name, measure

VARIABLES = Path(__file__).parent.parent.parent / "data" / "variables.csv"
MODEL = "Materials Pathways"
KEYS = ["model", "scenario", "region", "variable", "unit"]
_BY_GROUP, _BY_GOOD = ("production", "capacity"), ("made", "bought", "sold", "route_production")
DIMENSIONS = {
    "emission": "carbon", "group_emission": "carbon", "segment_emission": "carbon", "import_emission": "carbon", "output": "money",
    "value_added": "money", "cost": "money", "investment": "money", "energy": "energy", "carbon_price": "money/carbon",
}  # fmt: skip
"""What each array measures; arrays by group or good measure what the group's or good's unit does."""


@dataclass(frozen=True)
class Variable:
    """A variable of the template: its IAMC name and unit, the array and members it takes, and what it means.

    ``members`` and ``sources`` are labels of the array's first and second dim (none: all of them); ``measured`` is the unit of
    ``units.csv`` that equals the IAMC unit after multiplying by ``factor``; ``local`` marks names outside the common list.
    """

    name: str
    unit: str
    array: str
    members: tuple[str, ...]
    sources: tuple[str, ...]
    measured: str
    factor: float
    local: bool
    zh: str
    en: str
    meaning_zh: str
    meaning_en: str


@cache
def read_variables(path: Path = VARIABLES) -> tuple[Variable, ...]:
    """Read the template. Raises ``InputError`` for a name that stands twice, an unknown array or a unit of another kind."""
    faults, found = Faults(), {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.DictReader(file), start=2):
            lists = [tuple(part for part in row[name].split(";") if part) for name in ("members", "sources")]
            variable = Variable(row["variable"], row["unit"], row["array"], lists[0], lists[1], row["measured"], float(row["factor"]),
                                row["local"] == "true", row["name_zh"], row["name_en"], row["meaning_zh"], row["meaning_en"])  # fmt: skip
            if variable.name in found:
                faults.add(path.name, told("variable_twice", name=variable.name), number, "variable")
            if variable.array not in (*DIMENSIONS, *_BY_GROUP, *_BY_GOOD):
                faults.add(path.name, told("array_not_reported", name=variable.array), number, "array")
            try:
                own = measure(variable.measured).dimensions
                asked = DIMENSIONS.get(variable.array)
                if asked not in (None, "/".join(part for part in own if part)):
                    words = {"found": dimension_name(own), "asked": dimension_name(str(asked).split("/"))}
                    faults.add(path.name, told("unit_mismatch", unit=variable.measured, **words), number, "measured")
            except UnitError as error:
                faults.add(path.name, error.message, number, "measured")
            found[variable.name] = variable
    faults.raise_all()
    return tuple(found.values())


def _summed(values: np.ndarray, labels: np.ndarray, dim: str, rest: Mapping[str, np.ndarray]) -> xr.DataArray:
    """Rows with the same label added up; rows without a label are left out."""
    keys = sorted({str(label) for label in labels if label})
    total = np.stack([values[labels == key].sum(axis=0) for key in keys]) if keys else np.zeros((0, *values.shape[1:]))
    return xr.DataArray(total, dims=(dim, *rest), coords={dim: keys, **rest})


def arrays(stored: Stored) -> dict[str, xr.DataArray]:
    """The arrays that variables take from, in model units, each with the dim ``year`` last."""
    result, inputs = stored.result, stored.inputs
    years = {"year": inputs["year"].values}
    made = flat_values(result, inputs, "make")
    goods = np.array([str(good).partition("@")[0] for good in inputs["good"].values])
    state_goods = np.array([str(good).partition("@")[0] for good in inputs["state_good"].values])
    place = {name: at for at, name in enumerate(inputs["configuration"].values.tolist())}
    route = inputs["configuration_route"].values[[place[name] for name in inputs["state_configuration"].values.tolist()]]
    by_source = {"source": inputs["source"].values, **years}
    added = inputs["value_added"].values[:, None] * result["output"].values
    return {
        "emission": result["emission"],
        "group_emission": _summed(result["line_emission"].values, inputs["line_group"].values, "group", by_source),
        "segment_emission": result["segment_emission"],
        "import_emission": _summed(result["import_emission"].values, goods, "good", years),
        "production": result["production"],
        "capacity": result["listed_capacity"],
        "route_production": _summed(made, route, "route", years),
        "made": _summed(made, state_goods, "good", years),
        "bought": _summed(result["buy"].values, goods, "good", years),
        "sold": _summed(result["sell"].values, goods, "good", years),
        "output": _summed(result["output"].values, inputs["segment_cluster"].values, "cluster", years),
        "value_added": _summed(added, inputs["segment_cluster"].values, "cluster", years),
        "cost": result["cost"],
        "investment": result["investment"],
        "energy": result["energy"],
        "carbon_price": inputs["carbon_price"],
    }


def _taken(array: xr.DataArray, variable: Variable) -> xr.DataArray | None:
    """The members that a variable asks for, summed; nothing where the data do not have all of them."""
    dims = [str(dim) for dim in array.dims if dim != "year"]
    for dim, wanted in zip(dims, (variable.members, variable.sources), strict=False):
        if any(label not in array[dim].values for label in wanted):
            return None
        array = array.sel({dim: list(wanted)}) if wanted else array
    return array.sum(dims)


def _kinds(variable: Variable, tables: Tables) -> set[str]:
    """What the members of a variable measure."""
    if variable.array in DIMENSIONS:
        return {DIMENSIONS[variable.array]}
    units = {row.id: row.unit for row in (tables.of(Group) if variable.array in _BY_GROUP else tables.of(Good))}
    named = variable.members
    if variable.array == "route_production":
        named = tuple((row.good or "").partition("@")[0] for row in tables.of(Configuration) if row.route in variable.members)
    return {measure(units[name]).dimensions[0] for name in named if name in units}


def values_of(stored: Stored, tables: Tables) -> pd.DataFrame:
    """One result by the template: index variable and unit, columns years; variables that the data do not have are left out.

    Raises ``ResultError`` where a group or good measures something else than the template's unit.
    """
    found, given = {}, arrays(stored)
    for variable in read_variables():
        taken = _taken(given[variable.array], variable)
        if taken is None:
            continue
        unit = measure(variable.measured)
        kinds = _kinds(variable, tables)
        if kinds != {"/".join(part for part in unit.dimensions if part)}:
            asked = told_all([dimension_name(kind.split("/")) for kind in sorted(kinds)], "told_or_told")
            raise ResultError(told("variable_unit", name=variable.name, unit=variable.measured, asked=asked))
        found[(variable.name, variable.unit)] = taken.values / unit.factor * variable.factor
    index = pd.MultiIndex.from_tuples(list(found), names=["variable", "unit"])
    return pd.DataFrame(list(found.values()), index=index, columns=[int(year) for year in stored.inputs["year"].values])


def uncovered(stored: Stored) -> list[str]:
    """Groups with emissions that no variable of the template names: their share stands in the totals only."""
    named = {member for variable in read_variables() if variable.array == "group_emission" for member in variable.members}
    return sorted({str(group) for group in stored.inputs["line_group"].values} - named)


def _named(region: str) -> str:
    """A region's name as it stands; programs compare it letter by letter, so that a guard cannot stand before it in the CSV."""
    if not region.strip() or region.strip().startswith(RISKY) or unprintable(region) or "\n" in region:
        raise InputError([Fault("--region", told("region_refused", found=region))])
    return region


def iamc_table(results: Sequence[Stored], tables: Mapping[str, Tables], region: str | None = None) -> pd.DataFrame:
    """Results in the wide IAMC form, by scenario and variable; ``tables`` by the name of the data folder.

    Numbers have the 15 digits that a spreadsheet keeps, so that CSV and workbook say the same. The region is the data folder's name
    unless another is given. Raises ``ResultError`` where two results have one name, ``InputError`` where the region is no name.
    """
    frames = []
    for stored in results:
        data = str(stored.manifest["data"])
        frame = values_of(stored, tables[data]).reset_index()
        place = data.replace("_", " ").replace("-", " ").title() if region is None else _named(region)
        for at, (key, value) in enumerate(zip(KEYS[:3], (MODEL, str(stored.manifest["scenario"]), place), strict=True)):
            frame.insert(at, key, value)
        frames.append(frame)
    table = pd.concat(frames, ignore_index=True)
    if table.duplicated(KEYS).any():
        twice = table.loc[table.duplicated(KEYS), "scenario"].iloc[0]
        raise ResultError(told("results_of_one_name", name=twice))
    years = sorted(column for column in table.columns if column not in KEYS)
    table[years] = table[years].map(lambda value: float(f"{value:.15g}"))
    return table[[*KEYS, *years]]
