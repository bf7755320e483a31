"""Twins of the rules on goods and segments."""

import numpy as np

from model.examine.case import Case
from model.examine.rows import Rows, Sum, at_most, equal, term, total, weighted


def made(case: Case) -> Sum:
    """What lines make of each good: (good, year), unit of good."""
    return total(case.found["make"][case.producing], case.state_good, case.size("good"))


def used_by_lines(case: Case) -> Sum:
    """What lines use of each good, measures included: (good, year), unit of good."""
    return weighted(case.given["use"], case.found["make"]) + weighted(case.given["change"], case.found["fitted"])


def used_by_segments(case: Case) -> Sum:
    """What segments take of each good: (good, year), unit of good."""
    return weighted(np.maximum(case.given["need"], 0), case.found["output"])


def made_by_segments(case: Case) -> Sum:
    """What segments give of each good: (good, year), unit of good."""
    return weighted(np.maximum(-case.given["need"], 0), case.found["output"])


def balance(case: Case) -> Rows:
    """Made and bought = used, demanded and sold: (good, year), unit of good."""
    sources = made(case) + made_by_segments(case) + term(case.found["buy"])
    uses = used_by_lines(case) + used_by_segments(case) + term(case.given["demand"]) + term(case.found["sell"])
    return equal(sources, uses)


def sales(case: Case) -> Rows:
    """A sale segment earns no more than the lines make: (segment and good that it sells, year), unit of good."""
    segment, good = np.nonzero(case.given["pull"])
    pulled = case.given["pull"][segment, good][:, None] * case.found["output"][segment]
    return at_most(term(pulled), made(case)[good])


def growth_least(case: Case) -> Rows:
    """Output above its least: (segment, year), 100M CNY."""
    return at_most(term(case.given["least"]), term(case.found["output"]))


def growth_most(case: Case) -> Rows:
    """Output within its most: (segment, year), 100M CNY."""
    return at_most(term(case.found["output"]), term(case.given["most"]))
