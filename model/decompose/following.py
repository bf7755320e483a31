"""Lines bound to others of their site: whose own plan has to fit theirs row by row (a blast furnace to its converter)."""

import numpy as np
from scipy import sparse

from model.decompose.coupling import Coupling
from model.decompose.fleet import Fleet
from model.decompose.pricing import Pricer
from model.decompose.reading import Ints, Mask
from model.decompose.repair import DEAR
from model.handover import Floats
from model.tolerances import ROW


def bound_rows(fleet: Fleet, parts: Coupling) -> Ints:
    """Coupling rows over several lines of a site: those that share their multiplier with rows like them, or could."""
    own = np.isin(fleet.reader.rule[parts.rows], ("companions", "balance"))
    alone = np.diff(sparse.csr_array(parts.others).indptr) == 0
    table = sparse.csr_array(parts.lines)
    few = np.array([len(set(fleet.of[table.indices[table.indptr[row] : table.indptr[row + 1]]].tolist())) for row in np.flatnonzero(own & alone)])
    chosen: Ints = np.flatnonzero(own & alone)[(few > 1) & (few <= 8)]
    return chosen


def leaders(fleet: Fleet, parts: Coupling, rows: Ints) -> Mask:
    """Of the lines in those rows the ones that follow: all but the one with most entries in coupling rows."""
    column = np.repeat(np.arange(parts.lines.shape[1]), np.diff(parts.lines.indptr))
    weight = np.bincount(fleet.of[column[fleet.of[column] >= 0]], minlength=len(fleet.names))
    table = sparse.csr_array(parts.lines)
    follows = np.zeros(len(fleet.names), dtype=bool)
    for row in rows:
        lines = np.unique(fleet.of[table.indices[table.indptr[row] : table.indptr[row + 1]]])
        follows[lines[lines != lines[weight[lines].argmax()]]] = True
    return follows


def follow(pricer: Pricer, prices: Floats, plan: Floats, extra: Floats) -> Floats:
    """Let followers look for a plan that fits their leaders' in every row; ``extra`` are prices to heed besides."""
    fleet, parts = pricer.fleet, pricer.parts
    rows = bound_rows(fleet, parts)
    if not len(rows):
        return plan
    follows = leaders(fleet, parts, rows)
    costs = pricer.line_costs(prices)
    dear = DEAR * max(1.0, float(np.abs(costs).max()))
    table = sparse.csr_array(parts.lines)
    low, high = ranges(fleet, plan)
    wide_low, wide_high = ranges(fleet, np.ones_like(plan))
    state = _state_columns(fleet)
    bars = extra.copy()
    for row in rows:
        at = slice(table.indptr[row], table.indptr[row + 1])
        column, value = table.indices[at], table.data[at]
        least, most = np.minimum(value * low[column], value * high[column]), np.maximum(value * low[column], value * high[column])
        slack = ROW * max(1.0, float(np.abs(value * high[column]).sum()))
        for line in np.unique(fleet.of[column]):
            if not follows[line]:
                continue
            mine = (fleet.of[column] == line) & (fleet.reader.variable[column] != "fitted")
            rest = (least[fleet.of[column] != line].sum(), most[fleet.of[column] != line].sum())
            year = int(fleet.reader.year[column[mine][0]])
            for on in state[line][year]:
                here = mine & ((column == on[0]) | (column == on[1]))
                own = value[here] * np.stack([wide_low[column[here]], wide_high[column[here]]])
                bottom, top = rest[0] + own.min(axis=0).sum(), rest[1] + own.max(axis=0).sum()
                if bottom > parts.upper[row] + slack or top < parts.lower[row] - slack:
                    bars[on[0]] = dear
    found = fleet.cheapest(costs + bars, follows)
    own_columns = (fleet.of >= 0) & follows[fleet.of]
    plan = plan.copy()
    plan[own_columns] = found.point[own_columns]
    return plan


def _state_columns(fleet: Fleet) -> dict[int, list[list[tuple[int, int]]]]:
    """For each line and year the columns (on, make) of its configurations; -1 where there is none."""
    found: dict[int, list[list[tuple[int, int]]]] = {}
    for shape in fleet.shapes:
        for at, line in enumerate(shape.lines.tolist()):
            on, make = shape.columns["on"][at], shape.columns["make"][at]
            found[line] = [[(int(on[k, t]), int(make[k, t])) for k in range(on.shape[0])] for t in range(on.shape[1])]
    return found


def ranges(fleet: Fleet, plan: Floats) -> tuple[Floats, Floats]:
    """The least and the most of each column of lines once moves and measures are decided; of production, as the line stands."""
    low, high = plan.copy(), plan.copy()
    for shape in fleet.shapes:
        on = shape.columns["on"]
        standing = np.where(on >= 0, plan[on], 0.0) > 0.5
        number = shape.columns["make"]
        valid = number >= 0
        low[number[valid]] = np.nan_to_num(shape.least * standing)[valid]
        high[number[valid]] = np.nan_to_num(shape.most * standing)[valid]
        fit = shape.columns["fit"]
        have = np.where(fit >= 0, plan[fit], 0.0) > 0.5
        number = shape.columns["fitted"]
        most = np.einsum("lkt,km->lmt", np.nan_to_num(shape.most * standing), shape.carries) * shape.share * have
        low[number[number >= 0]], high[number[number >= 0]] = 0.0, most[number >= 0]
    return low, high
