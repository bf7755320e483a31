"""Studies that were stored beside a result and rest on it: trade-off of emissions against cost, prices of clauses."""

from pathlib import Path
from typing import Any

import xarray as xr

from model.report.ground import name_of
from model.store import Stored, load_study

TRADE_OFFS = ("frontier-cost-exact", "frontier-cost")
"""The exact trade-off is shown before the one in a few points."""
PRICES = "prices"
TONNES = 1e4
"""Tonnes in 10 kt."""


def _study(folder: Path, stored: Stored, kind: str) -> xr.Dataset | None:
    """A study of exactly this result; one of an older result counts as none."""
    found = load_study(folder, name_of(stored), kind)
    return found[0] if found and found[1].get("rests_on", {}).get("sha256") == stored.manifest["sha256"] else None


def trade_off(folder: Path, stored: Stored) -> dict[str, Any] | None:
    """Points of the trade-off: cost (100M CNY) and emissions (10 kt CO2e), both summed over the years; what is proven."""
    study = next((found for kind in TRADE_OFFS if (found := _study(folder, stored, kind)) is not None), None)
    if study is None:
        return None
    points = zip(*(study[name].values.tolist() for name in ("x", "y", "supported")), strict=True)
    return {
        "exact": study.attrs["mode"] == "exact" and bool(study.attrs["complete"]),
        "within": float(study.attrs["within"]),
        "points": [{"cost": cost, "emissions": emissions, "supported": bool(supported)} for cost, emissions, supported in points],
    }


def clause_prices(folder: Path, stored: Stored) -> list[dict[str, Any]]:
    """Clause -> its step, its dual (t CO2e per unit), and the change of emissions (t CO2e) when it is moved a step down and up."""
    study = _study(folder, stored, PRICES)
    if study is None:
        return []
    down, up = (study["solved"].sel(side=side).values * TONNES for side in (-1, 1))
    columns = (study["clause"].values, study["step"].values, study["dual"].values * TONNES, down, up)
    return [
        {"id": clause, "step": step, "dual": dual, "down": lower, "up": upper}
        for clause, step, dual, lower, upper in zip(*(column.tolist() for column in columns), strict=True)
    ]
