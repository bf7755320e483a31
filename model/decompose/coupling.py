"""What couples the lines of a matrix: rows over several lines or over columns of no line, and lines alike in families."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from model.decompose.fleet import Fleet
from model.decompose.reading import OWN, Ints, Mask, Reader
from model.handover import Floats

FEW = 8
"""A row over no more lines than this, and no other columns, is priced together with the rows like it of lines alike."""
JOINT = ("companions", "balance")
"""Rules of such rows."""
HEADS = "companions"
"""The one of them that counts lines, not what they make."""
DIGITS = 6
"""Lines whose numbers are the same to so many digits, but for their size, are alike."""
MOST_FAMILIES = 400
"""Beyond this many families those of one shape that are next in order share one."""
PASSES = 6
"""Times that bounds of columns are drawn from rows."""


@dataclass
class Coupling:
    """The coupling rows, and the columns of no line.

    Attributes:
        rows: Rows of the matrix that couple.
        tie: (priced row, coupling row): weights of the rows that share a multiplier, which is theirs times their weight.
        lower, upper: Limits of the coupling rows, less what fixed columns contribute.
        lines: Entries in columns of lines that are not fixed, (coupling row, column of the matrix).
        free: Columns of no line.
        others: Entries in those, (coupling row, free column).
        least, most: Finite bounds of the free columns that hold at every plan.
        family: Family of each line.
        fixed: Which columns are fixed, and ``base``, a point that holds their values (0 elsewhere).
        site: Coupling rows over the lines of one site only.
    """

    rows: Ints
    tie: sparse.csr_array
    lower: Floats
    upper: Floats
    lines: sparse.csc_array
    free: Ints
    others: sparse.csc_array
    least: Floats
    most: Floats
    family: Ints
    fixed: Mask
    base: Floats
    site: Mask


def coupling(reader: Reader, fleet: Fleet) -> Coupling:
    """Take a matrix apart into lines and what couples them."""
    matrix = reader.matrix
    fixed = reader.lower == reader.upper
    base = np.where(fixed, reader.lower, 0.0)
    rows = np.flatnonzero(~np.isin(reader.rule, OWN) & ~reader.single)
    table = sparse.csc_array(reader.rows[rows])
    shift = table @ base
    loose = sparse.csr_array(table @ sparse.diags_array((~fixed).astype(float)))
    loose.eliminate_zeros()
    kept = np.diff(loose.indptr) > 0
    rows, table, shift, loose = rows[kept], sparse.csc_array(table[np.flatnonzero(kept)]), shift[kept], loose[np.flatnonzero(kept)]
    lower, upper = matrix.lower[rows] - shift, matrix.upper[rows] - shift
    free = np.flatnonzero((fleet.of < 0) & ~fixed)
    of_lines = sparse.csc_array(loose @ sparse.diags_array((fleet.of >= 0).astype(float)))
    of_lines.eliminate_zeros()
    site = _of_sites(reader, fleet, rows, loose)
    family = families(fleet, of_lines, site)
    tie = _ties(reader, fleet, rows, loose, family, site)
    least, most = _limits(reader, fleet, loose, lower, upper, free)
    return Coupling(rows, tie, lower, upper, of_lines, free, sparse.csc_array(loose)[:, free], least, most, family, fixed, base, site)


def _of_sites(reader: Reader, fleet: Fleet, rows: Ints, loose: sparse.csr_array) -> Mask:
    """Rows over few lines, and besides only over columns that no other row has: each site has its own."""
    row = np.repeat(np.arange(len(rows)), np.diff(loose.indptr))
    line = fleet.of[loose.indices]
    touched = sparse.csr_array((np.ones(len(row)), (row, np.maximum(line, 0))), shape=(len(rows), len(fleet.names)))
    touched.sum_duplicates()
    shared = (line < 0) & (np.bincount(loose.indices, minlength=loose.shape[1])[loose.indices] > 1)
    alone = np.bincount(row, weights=shared, minlength=len(rows)) == 0
    found: Mask = np.isin(reader.rule[rows], JOINT) & (np.diff(touched.indptr) <= FEW) & alone
    return found


def whole_rows(fleet: Fleet, parts: Coupling) -> Mask:
    """Coupling rows over whole decisions of lines only: caps, paces and quotas."""
    table = sparse.csr_array(parts.lines)
    makes, other = abs(table) @ fleet.made.astype(float) > 0, np.diff(sparse.csr_array(parts.others).indptr) > 0
    found: Mask = ~makes & ~other & (np.diff(table.indptr) > 0)
    return found


def families(fleet: Fleet, entries: sparse.csc_array, site: Mask) -> Ints:
    """Lines of one shape that are the same up to their size, in their own rows and in the coupling ones; few enough for a master problem.

    Rows of a ``site`` do not count. Numbers are compared by sums at random weights.
    """
    dice = np.random.default_rng(0)
    mark = entries.T @ np.where(site, 0.0, dice.normal(size=entries.shape[0]))
    size = fleet.sizes()
    family, count = np.full(len(fleet.names), -1), 0
    room = max(1, MOST_FAMILIES // max(1, len(fleet.shapes)))
    for shape in fleet.shapes:
        own_size = np.where(size[shape.lines] > 0, size[shape.lines], 1.0)[:, None, None]
        sums = np.zeros(len(shape.lines))
        for name, number in shape.columns.items():
            per = 1.0 if name in ("make", "fitted") else own_size
            entry = np.where(number >= 0, mark[number] / per + fleet.shut[number], -1.0)
            sums += np.einsum("lpt,pt->l", entry, dice.normal(size=entry.shape[1:]))
        for numbers in (shape.least / own_size, shape.most / own_size, shape.outage, shape.share, shape.saving, shape.need, shape.gap):
            flat = np.nan_to_num(numbers, nan=-1.0, posinf=-2.0, neginf=-3.0).reshape(len(shape.lines), -1)
            sums += flat @ dice.normal(size=flat.shape[1])
        _, own = np.unique(np.round(sums, DIGITS), return_inverse=True)
        if own.max() >= room:
            own = own * room // (own.max() + 1)
        family[shape.lines] = own + count
        count += int(own.max()) + 1
    return family


def _ties(reader: Reader, fleet: Fleet, rows: Ints, loose: sparse.csr_array, family: Ints, site: Mask) -> sparse.csr_array:
    """Rows of sites alike in one: those that say the same of lines alike. What is by head is weighted by the size of the site's lines."""
    row = np.repeat(np.arange(len(rows)), np.diff(loose.indptr))
    line = fleet.of[loose.indices]
    mark = np.random.default_rng(1).normal(size=(int(family.max()) + 1, len(reader.years)))
    sums, size = np.zeros(len(rows)), np.zeros(len(rows))
    known = line >= 0
    np.add.at(sums, row[known], mark[family[line[known]], reader.year[loose.indices[known]]])
    np.maximum.at(size, row[known], fleet.sizes()[line[known]])
    own = np.arange(len(rows))
    for rule in JOINT:
        chosen = np.flatnonzero(site & (reader.rule[rows] == rule))
        _, first, same = np.unique(np.round(sums[chosen], DIGITS), return_index=True, return_inverse=True)
        own[chosen] = chosen[first[same]]
    weight = np.where(site & (reader.rule[rows] == HEADS) & (size > 0), size, 1.0)
    names, at = np.unique(own, return_inverse=True)
    return sparse.csr_array((weight, (at, np.arange(len(rows)))), shape=(len(names), len(rows)))


def _limits(reader: Reader, fleet: Fleet, loose: sparse.csr_array, lower: Floats, upper: Floats, free: Ints) -> tuple[Floats, Floats]:
    """Bounds of the free columns drawn from the rows, so that every weight on them has a finite least."""
    low, high = reader.lower.copy(), reader.upper.copy()
    of_lines, fixed = fleet.of >= 0, reader.lower == reader.upper
    low[of_lines], high[of_lines] = np.maximum(low[of_lines], 0.0), np.minimum(high[of_lines], fleet.ceiling()[of_lines])
    low[fixed] = high[fixed] = 0.0
    column = loose.indices
    row = np.repeat(np.arange(loose.shape[0]), np.diff(loose.indptr))
    value, is_free = loose.data, fleet.of[column] < 0
    for _ in range(PASSES):
        at_least = np.where(value > 0, value * low[column], value * high[column])
        at_most = np.where(value > 0, value * high[column], value * low[column])
        for side, limit, sign in ((at_least, upper, 1.0), (at_most, lower, -1.0)):
            endless = np.isinf(side)
            count = np.bincount(row, weights=endless, minlength=loose.shape[0])
            total = np.bincount(row, weights=np.where(endless, 0.0, side), minlength=loose.shape[0])
            rest = total[row] - np.where(endless, 0.0, side)
            usable = is_free & np.isfinite(limit[row]) & (count[row] - endless == 0)
            bound = (limit[row] - rest)[usable] / value[usable]
            bound += np.sign(value[usable]) * sign * 1e-9 * np.maximum(1.0, np.abs(bound))
            rises = (value[usable] > 0) == (sign > 0)
            np.minimum.at(high, column[usable][rises], bound[rises])
            np.maximum.at(low, column[usable][~rises], bound[~rises])
    return low[free], high[free]
