"""Examines a result: every rule, every bound, every objective and every ledger, recomputed."""

import numpy as np
import xarray as xr

from model.examine.case import Case
from model.examine.certificate import Certificate, Terms
from model.examine.domains import domains, integrality
from model.examine.faults import loose_ends, misfits, not_finite
from model.examine.ledgers import residuals
from model.examine.objectives import objectives
from model.examine.twins import TWINS


def examine(problem: xr.Dataset, decisions: xr.Dataset, terms: Terms) -> Certificate:
    """Recompute everything that a result says about its problem.

    Args:
        problem: Arrays of ``schema.PROBLEM`` with the relations between sets as coordinates.
        decisions: Arrays of ``schema.DECISIONS`` over the same dims.
        terms: What the result claims.

    Returns:
        The certificate; one with only ``faults`` if the arrays do not fit each other.
    """
    unfit = misfits(problem, decisions)
    if unfit:
        return Certificate(faults=unfit)
    case = Case(problem, decisions)
    unfit = loose_ends(case)
    if unfit:
        return Certificate(faults=unfit)
    with np.errstate(all="ignore"):  # numbers that are not finite are reported, not warned about
        return Certificate(
            violations={name: twin(case).worst() for name, twin in TWINS.items()},
            domains=domains(case, terms.closest),
            integrality=integrality(case),
            objectives=objectives(case, terms),
            ledger=residuals(case),
            faults=not_finite(case),
        )
