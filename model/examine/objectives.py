"""The stages of the objective, recomputed; base-year decisions are fixed and stand for no year."""

import numpy as np

from model.examine.case import Case
from model.examine.certificate import Terms
from model.names import SOURCES_IN, Goal


def shortfall(case: Case, terms: Terms) -> float:
    """Missed targets, each over its own size, times the years that they stand for."""
    missable = case.binds & (case.given["clause_target"] > 0)[:, None] & terms.closest
    years = np.broadcast_to(case.given["span"], missable.shape)[missable]
    return float(np.sum(years * case.found["shortfall"][missable] / case.given["clause_scale"][missable]))


def emissions(case: Case, terms: Terms) -> float:
    """Emissions of the sources inside the boundary over the years that they stand for, 10ktCO2e."""
    counted = np.isin(case.labels("source"), [str(source) for source in SOURCES_IN[terms.boundary]])
    return float(np.sum(case.found["emission"][counted] @ case.given["span"]))


def cost(case: Case, terms: Terms) -> float:
    """Cost of all items over the years that they stand for, 100M CNY."""
    del terms  # no term changes what a cost is
    return float(np.sum(case.found["cost"] @ case.given["span"]))


OBJECTIVES = {Goal.SHORTFALL: shortfall, Goal.EMISSIONS: emissions, Goal.COST: cost}


def objectives(case: Case, terms: Terms) -> dict[Goal, tuple[float, float]]:
    """Reported and recomputed value of each stage; NaN where none is reported."""
    return {goal: (float(terms.values.get(goal, np.nan)), OBJECTIVES[goal](case, terms)) for goal in terms.goals}
