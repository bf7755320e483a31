"""Twins of the rules on a line's path through its configuration graph."""

import numpy as np

from model.examine.case import BEFORE, PLAN, Case
from model.examine.rows import Rows, at_most, equal, term, total


def one_configuration(case: Case) -> Rows:
    """A line stands in exactly one configuration: (line, year)."""
    return equal(total(case.found["on"], case.state_line, case.size("line")), term(1))


def base_configuration(case: Case) -> Rows:
    """The base year's configuration is the data's: (state)."""
    return equal(term(case.found["on"][:, 0]), term(case.given["initial"]))


def configuration_flow(case: Case) -> Rows:
    """Stands = stood + came - left: (state, planned year)."""
    on, move, states = case.found["on"], case.found["move"][:, PLAN], case.size("state")
    came, left = total(move, case.step_end, states), total(move, case.step_start, states)
    return equal(term(on[:, PLAN]), term(on[:, BEFORE]) + came - left)


def one_move(case: Case) -> Rows:
    """At most one move a year: (line, planned year)."""
    return at_most(total(case.found["move"][:, PLAN], case.step_line, case.size("line")), term(1))


def companions(case: Case) -> Rows:
    """A dependent state needs one of its hosts: (dependent state, year)."""
    on, (own, host) = case.found["on"], case.bonds
    bound = np.unique(own)
    return at_most(term(on[bound]), total(on[host], own, case.size("state"))[bound])


def end_of_life(case: Case) -> Rows:
    """Nothing stands after its last year: (state and year after it)."""
    return equal(term(case.found["on"][case.given["outside_life"] > 0]), term(0))
