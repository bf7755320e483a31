"""Candidate plans: moves and retrofits that are held in every future, while production follows."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import xarray as xr

from model.errors import Faults
from model.handover import Floats, Matrix
from model.language import told
from model.session import impossible
from model.solution import column_numbers
from model.store import Stored

HELD = {"move": ("step", "arc"), "install": ("retrofit", "measure")}
"""What a plan is: decisions, their flat dim, and what they take."""


@dataclass(frozen=True)
class Candidate:
    """A plan by its name: ``held`` are moves (step, year) and installations (retrofit, year), NaN where the plan leaves them open."""

    name: str
    held: Mapping[str, Floats]

    def digest(self) -> str:
        """SHA-256 over what is held."""
        return hashlib.sha256(b"".join(np.ascontiguousarray(self.held[name]).tobytes() for name in HELD)).hexdigest()


def candidate_of(name: str, flat: xr.Dataset, until: int) -> Candidate:
    """The decisions of a plan of the very same structure, up to a year."""
    open_years = flat["year"].values > until
    return Candidate(name, {part: np.where(open_years, np.nan, np.round(flat[part].values)) for part in HELD})


def stored_candidate(name: str, stored: Stored, problem: xr.Dataset, until: int, faults: Faults) -> Candidate:
    """The decisions of a stored result of any scenario, found by line, arc or measure, and year; open after its own horizon.

    Faults: decisions that the problem does not know, and years of the problem that the result leaves out.
    """
    years, known = problem["year"].values.tolist(), stored.result["year"].values.tolist()
    last = min(until, known[-1])
    for year in years:
        if year <= last and year not in known:
            faults.add("--plans", told("regret_year_missing", name=name, year=year))
    held = {}
    for part, (dim, what) in HELD.items():
        array = stored.result[part]
        taken = {
            (str(array["line"].values[i]), str(array[what].values[j]), int(known[k]))
            for i, j, k in zip(*np.nonzero(array.transpose("line", what, "year").values > 0.5), strict=True) if known[k] <= last
        }  # fmt: skip
        pairs = list(zip(*(problem[f"{dim}_{half}"].values.astype(str).tolist() for half in ("line", what)), strict=True))
        held[part] = np.array([[np.nan if year > last else float((*pair, year) in taken) for year in years] for pair in pairs])
        held[part] = held[part].reshape(len(pairs), len(years))
        for line, item, year in sorted(taken - {(*pair, year) for pair in pairs for year in years}):
            faults.add("--plans", told("regret_unknown_decision", name=name, line=line, what=item, year=year))
    return Candidate(name, held)


def closed(problem: xr.Dataset, matrix: Matrix, candidate: Candidate) -> list[tuple[str, int]]:
    """Line and year of what a plan does but the problem never allows then."""
    numbers = column_numbers(problem, matrix)
    found = []
    for part, (dim, _) in HELD.items():
        for place, year in zip(*np.nonzero(impossible(matrix, numbers[part], candidate.held[part])), strict=True):
            found.append((str(problem[f"{dim}_line"].values[place]), int(problem["year"].values[year])))
    return found
