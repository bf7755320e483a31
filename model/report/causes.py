"""Why emissions differ, and what each option saves: the attribution and the abatement curve of ``compare``, as the page holds them."""

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import xarray as xr

from model.compare import abatement, explained, system_curve, wedges
from model.report.ground import activity_of, name_of
from model.store import Stored

MOST = 6
"""Up to this many scenarios every pair is split by cause; above it pairs with the first, and with whose activity was taken."""


def _effects(effect: xr.DataArray) -> dict[str, dict[str, Any]]:
    """Term -> source -> effect (10 kt CO2e), by year where there is one; terms that do nothing are left out."""
    whole = effect.sum("part").transpose("term", "source", ...)
    least = 1e-9 * max(1.0, float(np.abs(whole.values).max(initial=0.0)))
    sources = whole["source"].values.tolist()
    return {
        str(term): {source: part.tolist() for source, part in zip(sources, values, strict=True)}
        for term, values in zip(whole["term"].values.tolist(), whole.values, strict=True)
        if np.abs(values).max(initial=0.0) > least
    }


def since_base_year(stored: Stored) -> dict[str, dict[str, Any]]:
    """Change of a scenario's emissions from its base year to its last, by term and source, 10 kt CO2e."""
    years = stored.inputs["year"].values.tolist()
    return _effects(explained(stored, years[0], stored, years[-1])["effect"])


def _pairs(results: Sequence[Stored]) -> list[tuple[Stored, Stored]]:
    """Which results are split against each other."""
    if len(results) <= MOST:
        return list(combinations(results, 2))
    pairs = [(results[0], other) for other in results[1:]]
    lent = [(own, other) for own in results[1:] for other in results[1:] if activity_of(own) == name_of(other)]
    return pairs + lent


def between(results: Sequence[Stored]) -> list[dict[str, Any]]:
    """Difference of the second from the first scenario of each pair, by term, source and common year, 10 kt CO2e."""
    found = []
    for first, other in _pairs(results):
        split = wedges(first, other)
        found.append({"first": name_of(first), "other": name_of(other), "years": split["year"].values.tolist(),
                      "effects": _effects(split["effect"].transpose("term", "part", "source", "year"))})  # fmt: skip
    return found


def system_steps(study: xr.Dataset | None, stored: Stored) -> list[dict[str, float]]:
    """Steps of the whole system from least cost to least emissions: tonnes (10 kt CO2e a year, mean of the years), CNY per tonne."""
    if study is None or study.sizes["point"] < 2:
        return []
    curve = system_curve(study, float(stored.inputs["span"].values[1:].sum()))
    steps = zip(curve["tonnes"].values.tolist(), curve["cost_per_tonne"].values.tolist(), strict=True)
    return [{"tonnes": tonnes, "price": price} for tonnes, price in steps]


def options(stored: Stored) -> list[dict[str, Any]]:
    """Options of the last year, cheapest tonne first: tonnes (10 kt CO2e a year), CNY per tonne, taken, rivals, scarce goods."""
    curve = abatement(stored.result, stored.inputs, int(stored.inputs["year"].values[-1]))
    columns = {name: curve[name].values.tolist() for name in ("option", "kind", "tonnes", "cost_per_tonne", "taken", "rivals", "scarce")}
    return [
        {"id": name, "kind": kind, "tonnes": tonnes, "price": price, "taken": taken, "rivals": rivals.split(), "scarce": scarce.split()}
        for name, kind, tonnes, price, taken, rivals, scarce in zip(*columns.values(), strict=True)
    ]
