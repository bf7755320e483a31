"""Lines bound to others of their site: whose own plan has to fit theirs row by row (a blast furnace to its converter)."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from model.decompose.coupling import FEW, JOINT, Coupling
from model.decompose.fleet import Fleet
from model.decompose.paths import NEVER
from model.decompose.pricing import Pricer
from model.decompose.reading import Ints, Mask
from model.handover import Floats
from model.tolerances import ROW

DEAR = 1e7
"""Price, against the largest cost of a column, of what does not fit."""


def dear(costs: Floats) -> float:
    """Price of what does not fit: above all costs, below what can not be at all."""
    return min(DEAR * max(1.0, float(np.abs(costs).max(initial=0.0))), 0.01 * NEVER)


@dataclass
class Bonds:
    """Rows over several lines of a site and nothing else.

    Attributes:
        rows: Coupling rows.
        table: Their entries, (bond, column).
        follows: Lines that follow: of each row's lines all but the one with most entries in coupling rows.
    """

    rows: Ints
    table: sparse.csr_array
    follows: Mask


def bonds(fleet: Fleet, parts: Coupling) -> Bonds:
    """The bonds of a fleet."""
    joint = np.isin(fleet.reader.rule[parts.rows], JOINT) & (np.diff(sparse.csr_array(parts.others).indptr) == 0)
    table = sparse.csr_array(parts.lines)
    lines = [np.unique(fleet.of[_columns(table, row)]) for row in np.flatnonzero(joint).tolist()]
    chosen = np.array([1 < len(own) <= FEW for own in lines], dtype=bool)
    rows = np.flatnonzero(joint)[chosen]
    column = np.repeat(np.arange(parts.lines.shape[1]), np.diff(parts.lines.indptr))
    weight = np.bincount(fleet.of[column], minlength=len(fleet.names))
    follows = np.zeros(len(fleet.names), dtype=bool)
    for own in (own for own, take in zip(lines, chosen, strict=True) if take):
        follows[own[own != own[weight[own].argmax()]]] = True
    return Bonds(rows, table[rows], follows)


def _columns(table: sparse.csr_array, row: int) -> Ints:
    found: Ints = table.indices[table.indptr[row] : table.indptr[row + 1]]
    return found


def unfit(fleet: Fleet, parts: Coupling, bound: Bonds, plan: Floats) -> Ints:
    """Bonds that no production can meet, moves and measures as planned."""
    low, high = ranges(fleet, plan)
    up, down = bound.table.maximum(0), bound.table.minimum(0)
    least, most = up @ low + down @ high, up @ high + down @ low
    slack = ROW * np.maximum(1.0, abs(bound.table) @ high)
    found: Ints = np.flatnonzero((least > parts.upper[bound.rows] + slack) | (most < parts.lower[bound.rows] - slack))
    return found


def follow(pricer: Pricer, bound: Bonds, prices: Floats, plan: Floats, extra: Floats) -> Floats:
    """Let the followers of bonds that can not be met look for a plan that fits; ``extra`` is 1 on columns to keep from besides."""
    fleet, parts = pricer.fleet, pricer.parts
    broken = unfit(fleet, parts, bound, plan)
    table = bound.table
    seekers = np.zeros(len(fleet.names), dtype=bool)
    for row in broken.tolist():
        seekers[fleet.of[_columns(table, row)]] = True
    seekers &= bound.follows
    if not seekers.any():
        return plan
    costs = pricer.line_costs(prices)
    barred = extra.copy()
    barred[misfits(fleet, parts, bound, plan, seekers)] = 1.0
    found = fleet.cheapest(costs + dear(costs) * barred, seekers)
    own = (fleet.of >= 0) & seekers[fleet.of]
    plan = plan.copy()
    plan[own] = found.point[own]
    return plan


def misfits(fleet: Fleet, parts: Coupling, bound: Bonds, plan: Floats, seekers: Mask) -> Ints:
    """Columns of configurations in which a seeker can not meet a bond, the other lines as planned."""
    (low, high), (wide_low, wide_high) = ranges(fleet, plan), ranges(fleet, np.ones_like(plan))
    state = _state_columns(fleet, seekers)
    barred: list[int] = []
    for place, row in enumerate(bound.rows):
        at = slice(bound.table.indptr[place], bound.table.indptr[place + 1])
        column, value = bound.table.indices[at], bound.table.data[at]
        ends = np.sort([value * low[column], value * high[column]], axis=0)
        slack = ROW * max(1.0, float(np.abs(value * wide_high[column]).sum()))
        of = fleet.of[column]
        for line in np.unique(of):
            if not seekers[line]:
                continue
            mine = (of == line) & (fleet.reader.variable[column] != "fitted")
            rest = ends[:, of != line].sum(axis=1)
            for on, make in state[line][int(fleet.reader.year[column[of == line][0]])]:
                here = mine & ((column == on) | (column == make))
                own = np.sort(value[here] * [wide_low[column[here]], wide_high[column[here]]], axis=0).sum(axis=1)
                if rest[0] + own[0] > parts.upper[row] + slack or rest[1] + own[1] < parts.lower[row] - slack:
                    barred.append(on)
    return np.unique(np.array(barred, dtype=np.int64))


def _state_columns(fleet: Fleet, chosen: Mask) -> dict[int, list[list[tuple[int, int]]]]:
    """For some lines and each year the columns (on, make) of their configurations; -1 where there is none."""
    found: dict[int, list[list[tuple[int, int]]]] = {}
    for shape in fleet.shapes:
        for at in np.flatnonzero(chosen[shape.lines]):
            on, make = shape.columns["on"][at], shape.columns["make"][at]
            found[int(shape.lines[at])] = [[(int(on[k, t]), int(make[k, t])) for k in range(on.shape[0])] for t in range(on.shape[1])]
    return found


def ranges(fleet: Fleet, plan: Floats) -> tuple[Floats, Floats]:
    """The least and the most of each column of lines once moves and measures are decided; of production, as the line stands."""
    low, high = plan.copy(), plan.copy()
    for shape in fleet.shapes:
        held = {name: np.where(shape.columns[name] >= 0, plan[shape.columns[name]], 0.0) > 0.5 for name in ("on", "fit", "move")}
        left = held["on"].astype(float)
        for arc in np.flatnonzero(shape.end >= 0):
            left[:, shape.end[arc]] -= held["move"][:, arc] * shape.outage[:, arc] * held["on"][:, shape.end[arc]]
        least, most = (np.nan_to_num(side) * left for side in (shape.least, shape.most))
        covered = np.einsum("lkt,km->lmt", most, shape.carries) * shape.share * held["fit"]
        for name, bottom, top in (("make", least, most), ("fitted", np.zeros_like(covered), covered)):
            number = shape.columns[name]
            low[number[number >= 0]], high[number[number >= 0]] = bottom[number >= 0], top[number >= 0]
    return low, high
