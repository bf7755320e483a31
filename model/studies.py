"""Studies that were stored beside a result and rest on it: trade-offs, prices and values of clauses, what all good plans share."""

from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from model.store import Stored, load_study, study_path

PRICES = "prices"
ALTERNATIVES = "alternatives"
SHAPLEY = "shapley-"
NO_STUDIES: dict[str, Any] = {"tradeoff": None, "output": None, PRICES: [], "shapley": [], ALTERNATIVES: None}
"""Where nobody has run any."""
TONNES = 1e4
"""Tonnes in 10 kt."""


def _name(stored: Stored) -> str:
    return str(stored.manifest["scenario"])


def _study(folder: Path, stored: Stored, kind: str) -> tuple[xr.Dataset, dict[str, Any]] | None:
    """A study of exactly this result with its manifest; one of an older result counts as none."""
    found = load_study(folder, _name(stored), kind)
    return found if found and found[1].get("rests_on", {}).get("sha256") == stored.manifest["sha256"] else None


def studies_of(folder: Path, stored: Stored) -> dict[str, Any]:
    """Every study of a result by what it is about; nothing (none, or an empty list) where nobody has run it."""
    return {
        "tradeoff": trade_off(folder, stored, "cost"),
        "output": trade_off(folder, stored, "output"),
        "prices": clause_prices(folder, stored),
        "shapley": clause_values(folder, stored),
        "alternatives": shared_decisions(folder, stored),
    }


def front(folder: Path, stored: Stored, axis: str) -> xr.Dataset | None:
    """A trade-off of a result as it was stored, the exact one before a sketch; nothing where nobody has run one."""
    found = _study(folder, stored, f"frontier-{axis}-exact") or _study(folder, stored, f"frontier-{axis}")
    return found[0] if found else None


def trade_off(folder: Path, stored: Stored, axis: str) -> dict[str, Any] | None:
    """Points of a trade-off, with what is proven.

    Each point has ``cost`` (or gross ``output``; 100M CNY) and ``emissions`` (10 kt CO2e), both summed over the years.
    """
    study = front(folder, stored, axis)
    if study is None:
        return None
    sign = -1.0 if axis == "output" else 1.0  # less is better there, so output is stored negative
    points = zip(*(study[name].values.tolist() for name in ("x", "y", "supported")), strict=True)
    return {
        "exact": study.attrs["mode"] == "exact" and bool(study.attrs["complete"]),
        "within": float(study.attrs["within"]),
        "points": [{axis: sign * x, "emissions": emissions, "supported": bool(supported)} for x, emissions, supported in points],
    }


def clause_prices(folder: Path, stored: Stored) -> list[dict[str, Any]]:
    """Clause -> its step, its dual (t CO2e per unit), and the change of emissions (t CO2e) when it is moved a step down and up."""
    found = _study(folder, stored, PRICES)
    if found is None:
        return []
    study = found[0]
    down, up = (study["solved"].sel(side=side).values * TONNES for side in (-1, 1))
    columns = (study["clause"].values, study["step"].values, study["dual"].values * TONNES, down, up)
    return [
        {"id": clause, "step": step, "dual": dual, "down": lower, "up": upper}
        for clause, step, dual, lower, upper in zip(*(column.tolist() for column in columns), strict=True)
    ]


def clause_values(folder: Path, stored: Stored) -> list[dict[str, Any]]:
    """Finished studies of Shapley values (10 kt CO2e): what leads, whether output is held, and each player with its open range.

    ``low`` and ``high``: what the solver's gaps leave open, or twice the standard error where orders were drawn.
    """
    values = []
    for path in sorted(study_path(folder, _name(stored), PRICES).parent.glob(f"{SHAPLEY}*.nc")):
        found = _study(folder, stored, path.stem)
        if found is None or not found[0].attrs["complete"]:
            continue
        study, terms = found[0], found[1]["terms"]
        middle = study["value"].values
        spread = 2 * np.nan_to_num(study["error"].values) if "error" in study else np.zeros(len(middle))
        low = study["value_low"].values if "value_low" in study else middle - spread
        high = study["value_high"].values if "value_high" in study else middle + spread
        size = study["member"].sum("player").values
        players = zip(study["player"].values.tolist(), middle.tolist(), low.tolist(), high.tolist(), strict=True)
        values.append({
            "lead": str(terms["lead"]), "held": bool(terms["hold_output"]), "sampled": "error" in study,
            "nothing": float(study["worth"].values[int(np.argmin(size))]), "all": float(study["worth"].values[int(np.argmax(size))]),
            "players": [{"id": player, "clauses": list(terms["groups"][player]), "value": value, "low": least, "high": most}
                        for player, value, least, most in players],
        })  # fmt: skip
    return values


def shared_decisions(folder: Path, stored: Stored) -> dict[str, Any] | None:
    """Decisions that some nearly optimal plan takes: line, what, verdict and share of the plans found; and those plans' sums."""
    found = _study(folder, stored, ALTERNATIVES)
    if found is None:
        return None
    study = found[0]
    taken = study["taken"].values
    parts = (study[name].values.tolist() for name in ("line", "kind", "item", "verdict"))
    decisions = [
        {"line": line, "kind": kind, "what": item, "verdict": verdict, "share": share}
        for line, kind, item, verdict, share in zip(*parts, taken.mean(axis=0).tolist(), strict=True) if share > 0
    ]  # fmt: skip
    verdicts = study["verdict"].values.tolist()
    return {
        "goal": str(study.attrs["goal"]), "within": float(study.attrs["within"]), "complete": bool(study.attrs["complete"]),
        "plans": int(study.sizes["plan"]), "never": verdicts.count("never") + verdicts.count("never_so_far"), "decisions": decisions,
    }  # fmt: skip
