"""What stands in the way where a future has no plan: the least that would have to give, by provision and year."""

import xarray as xr

from model.errors import LimitError, SolverError
from model.explain.elastic import Elastic
from model.handover import Matrix
from model.session import Ask

SECONDS = 30.0
"""Most that the search for a wall may take where only whole lines collide."""
WHOLE = "whole"
"""Family of a wall that only whole lines make, and that was not found in time."""


def wall(problem: xr.Dataset, matrix: Matrix, ask: Ask) -> str:
    """The least relaxation that leaves a plan, as words ``family subject year share`` joined by ``;``, the largest first.

    ``share`` is the relaxation over the provision's size (``explain.provisions``). Fractions of lines are allowed first; where they
    need no relaxation, whole lines are asked for.
    """
    elastic = Elastic(problem, matrix, frozenset(), ask.options.model_copy(update={"time_limit": SECONDS}))
    years = problem["year"].values.astype(int).tolist()
    everything = range(len(elastic.provisions))
    try:
        found = elastic.least(everything, whole=False)
        if found is None or not found.by:
            found = elastic.least(everything)
    except (LimitError, SolverError):
        found = None
    if found is None or not found.by:
        return WHOLE
    parts = []
    for number, by in found.by.items():
        provision = elastic.provisions[number]
        shares = by / provision.size
        year = int(shares.argmax())
        parts.append((float(shares[year]), f"{provision.family} {'+'.join(provision.subjects) or '-'} {years[year]} {shares[year]:.4f}"))
    return ";".join(text for _, text in sorted(parts, reverse=True))
