"""Scenarios side by side: paths and peaks, money, energy, what clauses reach, wedges, and the order of what is certain."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import xarray as xr

from model.analysis import decisions_taken, scorecard, totals
from model.compare.attribution import explained, wedges
from model.names import Goal
from model.scenario import Scenario
from model.store import Stored

Results = Mapping[str, Stored]
"""Stored results by the names under which they are compared."""


@dataclass(frozen=True)
class Mismatch:
    """Why a result cannot be compared with the base: ``what`` is ``data`` or ``base_year``; its own value and the base's."""

    name: str
    what: str
    own: str
    base: str


def mismatches(results: Results, base: str) -> list[Mismatch]:
    """Every reason why results cannot be compared: other data (by their hash) or another base year."""
    found = []
    for name, stored in results.items():
        for what, read in (("data", _data), ("base_year", _base_year)):
            own, other = read(stored), read(results[base])
            if own != other:
                found.append(Mismatch(name, what, own, other))
    return found


def _data(stored: Stored) -> str:
    return f"{stored.manifest['data']} {str(stored.manifest['data_hash'])[:12]}"


def _base_year(stored: Stored) -> str:
    return str(int(stored.inputs["year"].values[0]))


def common_years(results: Results) -> list[int]:
    """Years that every result has."""
    return sorted(set.intersection(*(set(stored.inputs["year"].values.tolist()) for stored in results.values())))


def at_years(stored: Stored, years: list[int]) -> Stored:
    """A result of some of its years only."""
    return replace(stored, result=stored.result.sel(year=years), inputs=stored.inputs.sel(year=years))


@dataclass(frozen=True)
class Interval:
    """A scenario's emissions stage: proven bound and value reached (10ktCO2e over the years), its gap, and what they are about.

    ``about`` holds boundary and years; intervals about different things cannot be ordered.
    """

    bound: float
    value: float
    gap: float
    about: str


def interval(stored: Stored) -> Interval | None:
    """Interval of a result's emissions; nothing where no stage of it was about emissions."""
    stage = next((stage for stage in stored.manifest["stages"] if stage["goal"] == Goal.EMISSIONS), None)
    if stage is None:
        return None
    boundary = Scenario.model_validate_json(stored.inputs.attrs["scenario_json"]).boundary
    years = ",".join(str(year) for year in stored.inputs["year"].values.tolist())
    return Interval(min(float(stage["bound"]), float(stage["value"])), float(stage["value"]), float(stage["gap"]), f"{boundary} {years}")


def overlapping(results: Results) -> dict[str, list[str]]:
    """For each result, the others that it cannot be ordered against.

    Their intervals [bound, value] of emissions overlap, or are not about the same boundary and years.
    """
    found = {name: interval(stored) for name, stored in results.items()}

    def apart(one: Interval | None, two: Interval | None) -> bool:
        return one is not None and two is not None and one.about == two.about and (one.value < two.bound or two.value < one.bound)

    return {name: [other for other in found if other != name and not apart(found[name], found[other])] for name in found}


def ranks(results: Results) -> dict[str, int | None]:
    """Rank by emissions, 1 the least; nothing for a result that cannot be ordered against every other."""
    unsure, found = overlapping(results), {name: interval(stored) for name, stored in results.items()}
    values = {name: item.value for name, item in found.items() if item is not None}
    return {name: None if unsure[name] or name not in values else 1 + sum(other < values[name] for other in values.values())
            for name in results}  # fmt: skip


@dataclass(frozen=True)
class Difference:
    """A decision that not all scenarios take, or not in the same year: line, kind, what, and the years by scenario."""

    line: str
    kind: str
    what: str
    years: dict[str, tuple[int, ...]]


def differences(results: Results) -> list[Difference]:
    """Moves and retrofits that differ between results, by line, in the order of the first year in which any takes them."""
    taken: dict[tuple[str, str, str], dict[str, tuple[int, ...]]] = {}
    for name, stored in results.items():
        for item in decisions_taken(stored.result, stored.inputs):
            years = taken.setdefault((item.line, item.kind, item.what), dict.fromkeys(results, ()))
            years[name] = (*years[name], item.year)
    found = [Difference(*key, years) for key, years in taken.items() if len(set(years.values())) > 1]
    return sorted(found, key=lambda item: (item.line, min(min(years) for years in item.years.values() if years), item.kind, item.what))


def _path(stored: Stored, spans: npt.NDArray[np.float64]) -> xr.Dataset:
    """Emissions by boundary and year, their total over the years, and their peak (the first year at the most)."""
    frame = totals(stored.result)
    values, years = frame.to_numpy(), frame.columns.to_numpy()
    top = values.argmax(axis=1)
    return xr.Dataset(
        {
            "emission": (("scope", "year"), values, {"units": "10ktCO2e"}),
            "total": (("scope",), values @ spans, {"units": "10ktCO2e", "long_name": "sum over the planned years"}),
            "peak_year": (("scope",), years[top]),
            "peaked": (("scope",), top < len(years) - 1),
        },
        coords={"scope": frame.index.to_numpy().astype(str), "year": years},
    )


def _clauses(stored: Stored) -> xr.Dataset:
    """What clauses ask and reach in their last binding year; NaN for those that do not bind."""
    labels = stored.inputs["clause"].values.tolist()
    found = {score.clause: score for score in scorecard(stored.result, stored.inputs)}
    arrays = {name: (("clause",), np.array([getattr(found[label], name) if label in found else np.nan for label in labels], dtype=float))
              for name in ("asked", "reached", "slack")}  # fmt: skip
    return xr.Dataset(arrays, coords={"clause": labels})


def comparison(results: Results, base: str) -> xr.Dataset:
    """Results of one province side by side, on the years that all of them have; check ``mismatches`` first.

    Over ``scenario``: ``emission``, ``total``, ``peak_year`` and ``peaked`` (is the peak before the last year?) by ``scope``;
    ``wedge`` (year, term, part, source): difference to the base; ``since_base_year`` (term, part, source): change over the
    years; ``cost``, ``investment``, ``energy``, ``production``; ``asked``, ``reached``, ``slack`` by clause. Raises ``ResultError``
    where an attribution does not add up to the ledger.
    """
    years = common_years(results)
    spans = np.diff(np.array(years, dtype=float), prepend=float(years[0]))
    cut = {name: at_years(stored, years) for name, stored in results.items()}
    parts = []
    for stored in cut.values():
        against, grown = wedges(cut[base], stored), explained(stored, years[0], stored, years[-1])
        own = stored.result[["cost", "investment", "energy", "production"]].reset_coords(drop=True)
        named = {"wedge": against["effect"], "since_base_year": grown["effect"]}
        worst = max(float(against.attrs["residual"]), float(grown.attrs["residual"]))
        whole = xr.merge([_path(stored, spans), _clauses(stored), own, xr.Dataset(named)], join="outer", fill_value=0.0)
        parts.append(whole.assign(residual=((), worst)))
    scenario = xr.Variable(("scenario",), np.array(list(results), dtype=str))
    joined = xr.concat(parts, scenario, join="outer", fill_value=0.0, combine_attrs="drop")
    return joined.assign_attrs(base=base)
