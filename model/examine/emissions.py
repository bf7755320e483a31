"""Twin of the emission rule, from raw data: what is used of each good times its factor, and what is emitted directly."""

import numpy as np

from model.examine.case import Case
from model.examine.goods import made, made_by_segments, used_by_lines, used_by_segments
from model.examine.rows import Rows, Sum, equal, term, weighted
from model.names import Source


def _from_goods(case: Case, amounts: Sum) -> Sum:
    """Emission of amounts (good, year) where they are used: (source, year), 10ktCO2e."""
    factor = case.given["factor"]
    return Sum(np.einsum("gst,gt->st", factor, amounts.value), np.einsum("gst,gt->st", np.abs(factor), amounts.size))


def _direct(case: Case) -> Sum:
    """Emission besides that of goods: (source, year), 10ktCO2e."""
    lines = weighted(case.given["direct"], case.found["make"]) + weighted(case.given["direct_change"], case.found["fitted"])
    return lines + weighted(case.given["segment_direct"], case.found["output"])


def _embodied(case: Case) -> Sum:
    """Emission embodied in bought goods, all of it under imports: (source, year), 10ktCO2e."""
    bought = case.given["embodied"] * case.found["buy"]
    here = (case.labels("source") == str(Source.IMPORTS)).astype(float)
    return weighted(np.outer(np.ones(len(bought)), here), bought)


def emissions_by_source(case: Case) -> Rows:
    """Emissions are those of goods used, direct ones and embodied ones: (source, year), 10ktCO2e."""
    used = used_by_lines(case) + used_by_segments(case)
    return equal(term(case.found["emission"]), _from_goods(case, used) + _direct(case) + _embodied(case))


def emissions_by_supply(case: Case) -> Rows:
    """Emissions again, from what is bought and made less what leaves, not from what is used: (source, year), 10ktCO2e."""
    supplied = term(case.found["buy"]) + made(case) + made_by_segments(case)
    left = term(case.given["demand"]) + term(case.found["sell"])
    return equal(term(case.found["emission"]), _from_goods(case, supplied - left) + _direct(case) + _embodied(case))
