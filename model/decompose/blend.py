r"""How much of each kind of block takes which path, and what all make: a linear programme that knows only sums over blocks alike.

Blocks :math:`b` of kind :math:`k` have sizes :math:`C_b` and take one joint path :math:`p` each. Rows see only

.. math::

    x_{k,p} = \sum_{b} C_b \, z_{b,p}, \qquad \sum_p x_{k,p} = \sum_b C_b

Lines alike that stand alike in a year (joint state :math:`s` of their block) make alike, a mixture of patterns :math:`q`, by their
size; rows inside a site hold in each of its states:

.. math::

    \sum_q \lambda_{s,j,q} = \sum_{p \ni s} x_{k,p} \quad\forall j \in s, \qquad \lambda \ge 0

So a point of this programme whose :math:`x` are sums of sizes of whole blocks is a whole plan: nothing else is lost. Rows over all
kinds may be broken at a penalty, and be held inside their limits by a room that costs something to use (``tighten``).
"""

from dataclasses import dataclass

import highspy
import numpy as np
from scipy import sparse

from model.decompose.coupling import whole_rows
from model.decompose.kinds import Joint, Kind
from model.decompose.master import NARROW
from model.decompose.patterns import Patterns, State, states
from model.decompose.pricing import Few, Pricer
from model.decompose.reading import Ints, Mask
from model.decompose.rounding import Path
from model.decompose.table import INF, Table
from model.errors import SolverError
from model.handover import Floats
from model.language import told

RISE, DEAREST = 10.0, 1e3
"""By how much breaking a limit grows dearer at a time, and at most."""
EXACT = 1e-9
"""Room for rounding in a row inside a site."""


@dataclass
class Kept:
    """Objectives of earlier stages as rows over the columns of no line, each at most its limit."""

    rows: sparse.csr_array
    most: Floats


@dataclass(frozen=True)
class Made:
    """What one line of a block can make in a joint state: ``columns`` of the programme, and by column what the first block makes."""

    columns: Ints
    made: Floats


class Blend:
    """The programme, solved again and again under other bounds.

    Attributes:
        paths: Joint paths of each kind, ``shares``, their columns, and ``effects``, what the first block does on each to the rows ``only``
            over whole decisions, (path, row).
        lower, upper: Limits of the rows over all kinds, kept objectives last.
        row, sign: Row of each limit that may be broken, +1 where it is a least and -1 where it is a most; ``slack`` are the columns that
            break it, and ``relief`` those that use its room.
    """

    def __init__(
        self, pricer: Pricer, few: Few, patterns: Patterns, candidates: list[list[Path]], kinds: list[Kind], joint: list[list[Joint]],
        inside: Mask, kept: Kept, penalty: Floats,
    ) -> None:  # fmt: skip
        self.pricer, self.few, self.patterns, self.candidates, self.kinds, self.inside = pricer, few, patterns, candidates, kinds, inside
        parts = pricer.parts
        self.entries = sparse.csc_array(parts.lines)
        self.over = np.flatnonzero(~inside)
        self.at = np.full(len(parts.rows), -1)
        self.at[self.over] = np.arange(len(self.over))
        self.lower = np.concatenate([parts.lower[self.over], np.full(len(kept.most), -np.inf)])
        self.upper = np.concatenate([parts.upper[self.over], kept.most])
        self.table = Table()
        self.table.rows(self.lower, self.upper)
        self.used, self.sales = self._free(kept)
        self._slacks(np.concatenate([penalty[: len(parts.rows)][self.over], penalty[len(parts.rows) :]]))
        self.paths: list[list[Joint]] = []
        self.shares: list[Ints] = []
        self.decided = whole_rows(pricer.fleet, parts)
        self.only = np.flatnonzero(self.decided[self.over])
        self.effects: list[Floats] = []
        self.whole: list[int] = []
        self.states: list[dict[tuple[State, ...], list[Made]]] = []
        for kind, paths in zip(kinds, joint, strict=True):
            self._kind(kind, paths)
        self.highs = self.table.handed()
        self._held = self.lower, self.upper

    def _free(self, kept: Kept) -> tuple[Ints, dict[int, tuple[int, float]]]:
        """Columns of no line; those inside sites stay out: sales that cost nothing, by row with their entry."""
        parts, reader = self.pricer.parts, self.pricer.fleet.reader
        others = sparse.csr_array(parts.others)
        within = others[np.flatnonzero(self.inside)].tocoo()
        table = sparse.csc_array(sparse.vstack([others[self.over], kept.rows]))
        alone = np.zeros(len(parts.free), dtype=bool)
        alone[within.col] = True
        column = parts.free[within.col]
        plain = (reader.lower[column] == 0) & np.isinf(reader.upper[column]) & (self.pricer.costs[within.col] == 0)
        row = np.flatnonzero(self.inside)[within.row]
        if not plain.all() or np.diff(table.indptr)[alone].any() or len(np.unique(row)) < len(row):
            raise SolverError(told("not_by_lines", what="balance"))
        used = np.flatnonzero(~alone)
        entries = table[:, used].tocoo()
        low, high = np.maximum(parts.least[used], -INF), np.minimum(parts.most[used], INF)
        self.table.columns(self.pricer.costs[used], low, high, entries.row, entries.col, entries.data)
        return used, {int(at): (int(own), float(value)) for at, own, value in zip(row, within.col, within.data, strict=True)}

    def _slacks(self, penalty: Floats) -> None:
        sides = [np.flatnonzero(np.isfinite(limit)) for limit in (self.lower, self.upper)]
        self.row, self.sign = np.concatenate(sides), np.repeat([1.0, -1.0], [len(side) for side in sides])
        count = len(self.row)
        self.penalty = self.first = penalty[self.row]
        places = np.arange(count)
        self.slack = self.table.columns(self.penalty, np.zeros(count), np.full(count, INF), self.row, places, self.sign)
        self.relief = self.table.columns(np.zeros(count), np.zeros(count), np.zeros(count), self.row, places, self.sign)

    def _columns(self, kind: Kind, member: int, block: int = 0) -> Ints:
        """Columns of a line in the matrix, by place in its family."""
        number, places = kind.members[member]
        columns: Ints = self.few.families[number].columns[places[block]]
        return columns

    def _effect(self, kind: Kind, path: Joint) -> Floats:
        """What the first block's whole decisions do to the coupling rows."""
        effect = np.zeros(self.entries.shape[0])
        for member, at in enumerate(path):
            column, values = self._columns(kind, member), self.candidates[kind.members[member][0]][at].values
            there = (column >= 0) & (values != 0)
            effect += self.entries[:, column[there]] @ values[there]
        return effect

    def _kind(self, kind: Kind, paths: list[Joint]) -> None:
        """Shares of paths, and what is made in their states."""
        parts = self.pricer.parts
        own = np.unique(np.concatenate([self.entries[:, (c := self._columns(kind, j))[c >= 0]].indices for j in range(len(kind.members))]))
        own = own[self.inside[own] & self.decided[own]]
        total = float(kind.scale.sum())
        whole = int(self.table.rows(np.array([total]), np.array([total]))[0])
        known: dict[tuple[State, ...], tuple[list[Made], list[int]]] = {}
        held, columns, effects = [], [], []
        for path in paths:
            effect = self._effect(kind, path)
            if (effect[own] > parts.upper[own] + EXACT).any() or (effect[own] < parts.lower[own] - EXACT).any():
                continue
            members = zip(kind.members, path, strict=True)
            on = [states(self.few.families[number], self.candidates[number][at].values) for (number, _), at in members]
            links: list[int] = []
            for state in zip(*on, strict=True):
                if state not in known:
                    known[state] = self._state(kind, state)
                links += known[state][1]
            if any(not known[state][1] for state in zip(*on, strict=True)):
                continue
            over = np.flatnonzero((effect != 0) & ~self.inside)
            row = np.concatenate([self.at[over], links, [whole]]).astype(np.int64)
            value = np.concatenate([effect[over], np.full(len(links), -1.0), [1.0]])
            column = self.table.columns(np.zeros(1), np.zeros(1), np.full(1, INF), row, np.zeros(len(row), dtype=np.int64), value)
            held.append(path)
            effects.append(effect[self.over[self.only]])
            columns.append(int(column[0]))
        self.paths.append(held)
        self.effects.append(np.array(effects).reshape(len(held), len(self.only)))
        self.shares.append(np.array(columns, dtype=np.int64))
        self.whole.append(whole)
        self.states.append({state: made for state, (made, _) in known.items()})

    def _state(self, kind: Kind, state: tuple[State, ...]) -> tuple[list[Made], list[int]]:
        """Columns of what is made in a joint state, and the rows that link them to the shares of paths; rows inside the site hold.

        No rows where what can be made does not hold them.
        """
        found, links = [], []
        reach = np.zeros((2, self.entries.shape[0]))
        rows: list[Ints] = []
        columns: list[Ints] = []
        values: list[Floats] = []
        for member, own in enumerate(state):
            number, places = kind.members[member]
            made = np.array(self.patterns.known[number][own]) * self.few.families[number].scale[places[0]]
            column = self._columns(kind, member)
            there = column >= 0
            effect = (self.entries[:, column[there]] @ sparse.csc_array(made[:, there].T)).tocoo()
            within = effect.toarray() if self.inside[effect.row].any() else np.zeros((len(reach[0]), 1))
            reach += [within.min(axis=1), within.max(axis=1)]
            link = int(self.table.rows(np.zeros(1), np.zeros(1))[0])
            over, count = ~self.inside[effect.row], len(made)
            fresh = self.table.columns(
                np.zeros(count), np.zeros(count), np.full(count, INF), np.append(self.at[effect.row[over]], np.full(count, link)),
                np.append(effect.col[over], np.arange(count)), np.append(effect.data[over], np.ones(count)),
            )  # fmt: skip
            found.append(Made(fresh, made))
            links.append(link)
            rows.append(effect.row[~over])
            columns.append(fresh[effect.col[~over]])
            values.append(effect.data[~over])
        row, at = np.unique(np.concatenate(rows), return_inverse=True)
        if len(row):
            lower, upper = self._within(row)
            self.table.entries(self.table.rows(lower, upper)[at], np.concatenate(columns), np.concatenate(values))
            if (reach[0, row] > upper + EXACT).any() or (reach[1, row] < lower - EXACT).any():
                return found, []
        return found, links

    def _within(self, rows: Ints) -> tuple[Floats, Floats]:
        """Limits of rows inside a site, the same at any size of it; what a sale takes up is open."""
        parts = self.pricer.parts
        lower, upper = ((np.where(np.abs(side) < EXACT, 0.0, side)) for side in (parts.lower[rows], parts.upper[rows]))
        if (np.isfinite(lower) & (lower != 0)).any() or (np.isfinite(upper) & (upper != 0)).any():
            raise SolverError(told("not_by_lines", what="balance"))
        for place, row in enumerate(rows.tolist()):
            if row in self.sales:
                (lower if self.sales[row][1] > 0 else upper)[place] = -np.inf if self.sales[row][1] > 0 else np.inf
        return lower, upper

    def tighten(self, room: Floats, price: Floats) -> None:
        """Hold limits that much (by limit, see ``row``) inside; using it costs ``price`` a unit, but no more than breaking the limit."""
        lower, upper = self.lower.copy(), self.upper.copy()
        room = np.minimum(room, (NARROW * (upper - lower))[self.row])
        np.add.at(lower, self.row, np.where(self.sign > 0, room, 0.0))
        np.subtract.at(upper, self.row, np.where(self.sign < 0, room, 0.0))
        count = len(self.relief)
        column = self.relief.astype(np.int32)
        self.highs.changeColsBounds(count, column, np.zeros(count), room)
        self.highs.changeColsCost(count, column, np.minimum(price, self.penalty))
        for row in np.flatnonzero((lower != self._held[0]) | (upper != self._held[1])).tolist():
            self.highs.changeRowBounds(row, max(lower[row], -INF), min(upper[row], INF))
        self._held = lower, upper

    def dearer(self, limits: Mask) -> None:
        """Raise the price of breaking some limits, up to ``DEAREST`` times what it was at first."""
        self.penalty = np.minimum(np.where(limits, RISE * self.penalty, self.penalty), DEAREST * self.first)
        self.highs.changeColsCost(len(self.slack), self.slack.astype(np.int32), self.penalty)

    def hold(self, columns: Ints, low: Floats, high: Floats) -> None:
        """Bounds of columns."""
        self.highs.changeColsBounds(len(columns), columns.astype(np.int32), low, high)

    def solve(self, strategy: int) -> tuple[float, Floats]:
        """Value, without what broken limits cost, and columns, by a strategy of the simplex method."""
        self.highs.setOptionValue("simplex_strategy", strategy)
        for _ in range(2):
            self.highs.run()
            status = self.highs.getModelStatus()
            if status == highspy.HighsModelStatus.kOptimal:
                point = np.array(self.highs.getSolution().col_value)
                return float(self.pricer.costs[self.used] @ point[: len(self.used)]) + self.pricer.constant, point
            self.highs.clearSolver()
        raise SolverError(told("master_failed", status=self.highs.modelStatusToString(status)))
