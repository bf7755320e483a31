"""Ledgers drawn from raw data: who emits what, what stands and is made, what energy is used, what each clause reaches."""

import numpy as np
import xarray as xr

from model.examine.case import Case
from model.examine.clauses import listed, production
from model.examine.emissions import emissions_by_supply
from model.examine.goods import balance, made, made_by_segments, used_by_lines, used_by_segments
from model.examine.reached import reached
from model.examine.rows import Array, Rows, Sum, equal, term, total
from model.language import Told, told
from model.names import Source
from model.schema import LEDGERS
from model.tolerances import OBJECTIVE

MEASURES_OF_ENERGY = ("calorific", "equivalent")


def _intensity(case: Case, use: Array, direct: str) -> Array:
    """Emission per unit: (row, source, year), from use (row, good) and a direct emission (row, source)."""
    return np.tensordot(use, case.given["factor"], 1) + case.given[direct][:, :, None]


def line_emission(case: Case) -> Array:
    """Emissions of each line, measures included: (line, source, year), 10ktCO2e."""
    made_so = _intensity(case, case.given["use"], "direct") * case.found["make"][:, None]
    fitted_so = _intensity(case, case.given["change"], "direct_change") * case.found["fitted"][:, None]
    lines = case.size("line")
    return (total(made_so, case.state_line, lines) + total(fitted_so, case.retrofit_line, lines)).value


def segment_emission(case: Case) -> Array:
    """Emissions of each segment: (segment, source, year), 10ktCO2e."""
    return _intensity(case, np.maximum(case.given["need"], 0), "segment_direct") * case.found["output"][:, None]


def import_emission(case: Case) -> Array:
    """Emissions embodied in each bought good: (good, year), 10ktCO2e."""
    return case.given["embodied"] * case.found["buy"]


def energy(case: Case, amounts: Sum) -> Sum:
    """Energy in amounts (good, year) by calorific and by equivalent value: (measure of energy, year), TJ."""
    calorific = (case.given["calorific"][:, None] * amounts).sum()
    equivalent = (case.given["equivalent"] * amounts).sum()
    return Sum(np.stack([calorific.value, equivalent.value]), np.stack([calorific.size, equivalent.size]))


def ledgers(problem: xr.Dataset, decisions: xr.Dataset) -> xr.Dataset:
    """Every array of ``schema.LEDGERS``, recomputed from the raw data of a problem and the decisions of a result."""
    case = Case(problem, decisions)
    lines = line_emission(case)
    arrays = {
        "line_emission": lines,
        "segment_emission": segment_emission(case),
        "import_emission": import_emission(case),
        "sector_emission": total(lines, case.places("sector", "line_sector"), case.size("sector")).value,
        "listed_capacity": listed(case).value,
        "production": production(case).value,
        "energy": energy(case, used_by_lines(case) + used_by_segments(case)).value,
        "reached": reached(case),
    }
    coordinates = {dim: problem[dim] for ledger in LEDGERS.values() for dim in ledger.dims if dim in problem.coords}
    named = xr.Dataset(coords={**coordinates, "measure_of_energy": list(MEASURES_OF_ENERGY)})
    for name, ledger in LEDGERS.items():
        named[name] = xr.Variable(ledger.dims, arrays[name], {"units": ledger.unit, "long_name": ledger.en, "long_name_zh": ledger.zh})
    return named


def _emission_rows(case: Case) -> Rows:
    """Reported emissions against the ledgers' sums: (source, year), 10ktCO2e."""
    owned = np.concatenate([line_emission(case), segment_emission(case)])
    embodied = (case.labels("source") == str(Source.IMPORTS))[:, None] * import_emission(case).sum(axis=0)
    return equal(term(case.found["emission"]), term(owned).sum() + term(embodied))


def _energy_rows(case: Case) -> Rows:
    """Energy used against energy bought and made less what leaves: (measure of energy, year), TJ."""
    supplied = term(case.found["buy"]) + made(case) + made_by_segments(case)
    left = term(case.given["demand"]) + term(case.found["sell"])
    return equal(energy(case, used_by_lines(case) + used_by_segments(case)), energy(case, supplied - left))


def residuals(case: Case) -> dict[str, float]:
    """Largest relative residual of emission by source, carbon by supply, mass by good, and energy."""
    by_source, by_good = _emission_rows(case).relative().max(axis=1), balance(case).relative().max(axis=1)
    emission = {f"emission of {source}": float(value) for source, value in zip(case.labels("source"), by_source, strict=True)}
    mass = {f"mass of {good}": float(value) for good, value in zip(case.labels("good"), by_good, strict=True)}
    whole = {"carbon by supply": emissions_by_supply(case).worst(), "energy by supply": _energy_rows(case).worst()}
    return {**emission, **whole, **mass}


def differing(problem: xr.Dataset, decisions: xr.Dataset, stored: xr.Dataset) -> list[Told]:
    """Stored ledgers that are not what the decisions amount to, in words."""
    drawn = ledgers(problem, decisions)
    found = []
    for name in LEDGERS:
        kept, own = stored[name].values, drawn[name].values
        same = kept.shape == own.shape and np.allclose(kept, own, rtol=OBJECTIVE, atol=OBJECTIVE, equal_nan=True)
        if not same:
            found.append(told("ledger_differs", name=name))
    return found
