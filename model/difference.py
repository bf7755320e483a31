"""What differs between two stored results: inputs, then decisions line by line, then clauses and totals; always in the same order."""

import json
from collections import defaultdict
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from model.analysis import Score, decisions_taken, energy_table, money_table, scorecard, totals
from model.errors import ResultError
from model.language import told
from model.scenario import Scenario
from model.schema import PROBLEM
from model.solution import PAIRS
from model.store import Stored

UNSAID = ("name", "title", "why")
"""Keys of a scenario that change nothing."""
TOLERANCE = 1e-9


@dataclass(frozen=True)
class KeyChange:
    """A key of a scenario with what each of two says; ``None`` where it says nothing."""

    key: str
    first: Any
    second: Any


@dataclass(frozen=True)
class ArrayChange:
    """An array of the problem that differs.

    Attributes:
        array: Name, see ``schema.PROBLEM``.
        count: Entries that differ, entries that only one of the two has included.
        of: Entries in all.
        example: Labels of the entry that differs most.
        first: Its value in the first; NaN where the first has no such entry.
        second: Its value in the second.
    """

    array: str
    count: int
    of: int
    example: tuple[str, ...]
    first: float
    second: float


@dataclass(frozen=True)
class Step:
    """A move or retrofit of a line that the two take in different years; no year: not at all."""

    line: str
    kind: str
    what: str
    first: tuple[int, ...]
    second: tuple[int, ...]


@dataclass(frozen=True)
class Amount:
    """A number of both: an amount of the last year that both have (``year``), or summed over all years of each (``year`` 0)."""

    name: str
    year: int
    first: float
    second: float


@dataclass(frozen=True)
class Difference:
    """Everything that differs, in reading order."""

    keys: list[KeyChange]
    arrays: list[ArrayChange]
    data_changed: bool
    years: tuple[tuple[int, ...], tuple[int, ...]]
    steps: list[Step]
    clauses: list[tuple[Score | None, Score | None]]
    amounts: list[Amount]


def difference(first: Stored, second: Stored) -> Difference:
    """The difference of two results of one data folder. Raises ``ResultError`` where they are of different folders."""
    folders = [stored.manifest["data"] for stored in (first, second)]
    if folders[0] != folders[1]:
        names = [stored.manifest["scenario"] for stored in (first, second)]
        raise ResultError(told("two_data_folders", first=names[0], own=folders[0], second=names[1], other=folders[1]))
    years = [tuple(int(year) for year in stored.inputs["year"].values) for stored in (first, second)]
    return Difference(
        keys=key_changes(first.inputs.attrs["scenario_json"], second.inputs.attrs["scenario_json"]),
        arrays=array_changes(first.inputs, second.inputs),
        data_changed=first.manifest["data_hash"] != second.manifest["data_hash"],
        years=(years[0], years[1]),
        steps=changed_steps(first, second),
        clauses=changed_clauses(first, second),
        amounts=amounts(first, second),
    )


def _leaves(value: Any, key: str) -> dict[str, Any]:
    """A nested value as dotted keys; lists and numbers by year stay whole."""
    if isinstance(value, dict) and not all(part.isdigit() for part in value):
        return {leaf: found for part, inner in value.items() for leaf, found in _leaves(inner, f"{key}.{part}").items()}
    return {key: value}


def key_changes(first: str, second: str) -> list[KeyChange]:
    """Keys of two canonical scenarios that differ, in the order of the scenario's type."""
    sides = [json.loads(text) for text in (first, second)]
    changes = []
    for key in (key for key in Scenario.model_fields if key not in UNSAID):
        one, other = (_leaves(side.get(key), key) for side in sides)
        for leaf in sorted(one | other):
            said = one.get(leaf), other.get(leaf)
            if said[0] != said[1] and not (said[0] in (None, {}) and said[1] in (None, {})):
                changes.append(KeyChange(leaf, *said))
    return changes


def _entries(problem: xr.Dataset, name: str) -> "pd.Series[float]":
    """An array as numbers by label; a pair counts as its two labels."""
    array = problem[name]
    labels: list[list[str]] = []
    for dim in map(str, array.dims):
        halves = [problem[f"{dim}_{half}"].values.tolist() for half in PAIRS[dim]] if dim in PAIRS else [problem[dim].values.tolist()]
        labels.append([" ".join(map(str, parts)) for parts in zip(*halves, strict=True)])
    names = [" ".join(parts) for parts in product(*labels)]
    return pd.Series(np.asarray(array.values, dtype=float).ravel(), index=names)


def array_changes(first: xr.Dataset, second: xr.Dataset) -> list[ArrayChange]:
    """Arrays of two problems that differ, in the order of the schema; entries are matched by their labels."""
    changes = []
    for name in PROBLEM:
        one, other = _entries(first, name), _entries(second, name)
        both = pd.DataFrame({"first": one, "second": other})
        left, right = both["first"].to_numpy(dtype=float), both["second"].to_numpy(dtype=float)
        with np.errstate(invalid="ignore"):
            gap = np.where(np.isfinite(left) & np.isfinite(right), np.abs(left - right), np.inf)
            size = np.maximum(1e-12, np.maximum(np.abs(np.nan_to_num(left, posinf=0)), np.abs(np.nan_to_num(right, posinf=0))))
        same = (left == right) | (np.isnan(left) & np.isnan(right))
        alone = ~both.index.isin(one.index) | ~both.index.isin(other.index)
        changed = (~same & (gap > TOLERANCE * size)) | alone
        if changed.any():
            rank = np.where(changed & ~alone, 1 + np.where(np.isfinite(gap), gap / size, 0), np.where(changed, 0.5, 0))
            place = int(np.argmax(rank))
            label = tuple(str(both.index[place]).split())
            changes.append(ArrayChange(name, int(changed.sum()), len(both), label, float(left[place]), float(right[place])))
    return changes


def changed_steps(first: Stored, second: Stored) -> list[Step]:
    """Moves and retrofits whose years differ, by line, then by their first year."""
    years: dict[tuple[str, str, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, stored in enumerate((first, second)):
        for item in decisions_taken(stored.result, stored.inputs):
            years[(item.line, item.kind, item.what)][side].append(item.year)
    steps = [Step(*key, tuple(one), tuple(other)) for key, (one, other) in years.items() if one != other]
    return sorted(steps, key=lambda step: (step.line, min((*step.first, *step.second)), step.kind == "retrofit", step.what))


def changed_clauses(first: Stored, second: Stored) -> list[tuple[Score | None, Score | None]]:
    """Clauses that ask for or reach something else in their last year, in the order of the clauses."""
    sides = [{score.clause: score for score in scorecard(stored.result, stored.inputs)} for stored in (first, second)]
    pairs = [(sides[0].get(clause), sides[1].get(clause)) for clause in sorted(sides[0] | sides[1])]
    return [pair for pair in pairs if _told(pair[0]) != _told(pair[1])]


def _told(score: Score | None) -> tuple[object, ...]:
    if score is None:
        return ()
    numbers = [None if np.isnan(value) else float(f"{value:.6g}") for value in (score.asked, score.reached)]
    return (score.year, *numbers, score.slack < 0 and not score.binding)


def amounts(first: Stored, second: Stored) -> list[Amount]:
    """Totals: emissions, sectors, cost, investment and energy of the last year that both have, then sums over all years of each."""
    tables = [_totals_of(stored) for stored in (first, second)]
    common = [year for year in tables[0].columns if year in set(tables[1].columns)]
    spans = [stored.inputs["span"].values for stored in (first, second)]
    found = []
    for name in dict.fromkeys([*tables[0].index, *tables[1].index]):
        rows = [table.loc[name] if name in table.index else pd.Series(0.0, index=table.columns) for table in tables]
        if common:
            found.append(Amount(str(name), int(common[-1]), float(rows[0][common[-1]]), float(rows[1][common[-1]])))
    for scope in totals(first.result).index:
        sums = [float(table.loc[f"row_{scope}"].to_numpy() @ span) for table, span in zip(tables, spans, strict=True)]
        found.append(Amount(f"row_{scope}", 0, sums[0], sums[1]))
    return found


def _totals_of(stored: Stored) -> pd.DataFrame:
    """Emissions inside each boundary, cost items, investment, energy; by year, keyed as the catalogue names them."""
    money = money_table(stored.result)
    investment = money.loc[["investment"]].rename(index={"investment": "row_investment"})
    frames = [
        totals(stored.result).rename(index="row_{}".format),
        money.drop(index="investment").rename(index="cost_{}".format),
        investment,
    ]
    return pd.concat([*frames, energy_table(stored.result).rename(index="energy_{}".format)]).astype(float)
