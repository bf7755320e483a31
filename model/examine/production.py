"""Twins of the rules on what a line can make."""

from model.examine.case import PLAN, Case
from model.examine.rows import Rows, Sum, at_most, equal, term, total


def _running(case: Case) -> Sum:
    """Share of capacity that can run: standing, less what the year's moves into the state lose; (state, planned year)."""
    lost = case.given["outage"][:, None] * case.found["move"][:, PLAN]
    return term(case.found["on"][:, PLAN]) - total(lost, case.step_end, case.size("state"))


def base_production(case: Case) -> Rows:
    """The base year's production is the statistics': (producing state), unit of good."""
    return equal(term(case.found["make"][case.producing, 0]), term(case.given["base_make"][case.producing]))


def most_production(case: Case) -> Rows:
    """Production within availability of running capacity: (producing state, planned year), unit of good."""
    most = case.given["availability"][:, PLAN] * case.given["capacity"][:, None]
    return at_most(term(case.found["make"][case.producing, PLAN]), (most * _running(case))[case.producing])


def least_production(case: Case) -> Rows:
    """Production above the minimum load of running capacity: (producing state, planned year), unit of good."""
    least = (case.given["minimum_load"] * case.given["capacity"])[:, None]
    return at_most((least * _running(case))[case.producing], term(case.found["make"][case.producing, PLAN]))
