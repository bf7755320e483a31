"""From shares of paths to whole blocks: limits held a little tighter, tiny shares given up, blocks shared out by size, and again."""

from collections.abc import Callable
from dataclasses import dataclass

import highspy
import numpy as np

from model.decompose.blend import Blend
from model.decompose.kinds import Decided
from model.decompose.mend import Mending
from model.decompose.partition import partition
from model.decompose.patterns import states
from model.decompose.reading import Ints
from model.decompose.table import DUAL, PRIMAL
from model.errors import SolverError
from model.handover import Floats

SHARE = 1e-7
"""Shares below this are none."""
UNMET = 1e-8
"""A limit that is broken by less, against its size, is met: well inside ``tolerances.ROW``."""
PRICE = 1e-3
"""Share of the value that it costs to use all of a limit's first room."""
DEARER, WIDER = 3.0, 1.5
"""By how much room grows dearer, and by how much of what was broken it grows wider, where whole blocks broke a limit."""
CLOSER = 0.6
"""By how much all rooms shrink once whole blocks break nothing, to come nearer to the bound."""
ROUNDS = 40
"""Most times that blocks are shared out."""
NEARER = 8
"""Most of these after a first plan."""
TRIES = 4
"""Times that breaking limits grows dearer where paths are given that met all of them before."""
BRANCHING = 20.0
"""Seconds that blocks without any like them may take to choose."""

Late = Callable[[float], bool]
"""Is told the best value so far (NaN while there is none), and says whether time is up."""


@dataclass(frozen=True)
class Whole:
    """A plan: its value, path of each block by kind, and the programme's columns."""

    value: float
    taken: list[Ints]
    columns: Floats


class Rounding:
    """Looks for whole blocks near the cheapest shares.

    ``room`` says how far limits are held inside at first, by limit of the programme.
    """

    def __init__(self, blend: Blend, room: Floats) -> None:
        self.blend, self.room, self.first, self.dear = blend, room, room, np.ones(len(room))
        self.met = UNMET * np.maximum(1.0, np.abs(np.where(blend.sign > 0, blend.lower[blend.row], blend.upper[blend.row])))
        self.columns = np.concatenate(blend.shares)
        alone = [own for own, kind in zip(blend.shares, blend.kinds, strict=True) if kind.single]
        self.single = np.concatenate([np.zeros(0, dtype=np.int64), *alone])

    def run(self, bound: float, gap: float, late: Late, start: list[Ints] | None = None) -> Whole | None:
        """The best plan that was found by the time a gap is reached or it is late; None where limits stayed broken.

        Paths of all blocks that an earlier stage chose are a ``start``: what is made is decided anew on them.
        """
        best = None if start is None else self._kept(start)
        more = NEARER
        for _ in range(ROUNDS):
            near = best is not None and best.value - bound <= gap * abs(best.value)
            if late(np.nan if best is None else best.value) or near or more < 0:
                break
            try:
                found, broken = self._once(abs(bound))
            except SolverError:
                if best is None:
                    raise
                break
            unmet = broken > self.met
            if unmet.any():
                self.blend.dearer(unmet)
                self.first = np.where(unmet & (self.first == 0), broken, self.first)
                self.room = np.where(unmet, self.room + WIDER * broken, self.room)
                self.dear = np.where(unmet, DEARER * self.dear, self.dear)
            else:
                best = found if best is None or found.value < best.value else best
                self.room = CLOSER * self.room
                more -= 1
        return best

    def _kept(self, start: list[Ints]) -> Whole | None:
        """A plan on given paths; where a limit is broken, as is cheaper than to meet it, breaking any grows dearer."""
        self._loosen()
        for _ in range(TRIES):
            found, broken = self._settled(start)
            if (broken <= self.met).all():
                return found
            self.blend.dearer(np.ones(len(broken), dtype=bool))
        return None

    def _once(self, scale: float) -> tuple[Whole, Floats]:
        """Whole blocks, and by how much each limit is broken."""
        blend = self.blend
        price = np.divide(PRICE * scale * self.dear, self.first, out=np.zeros(len(self.first)), where=self.first > 0)
        blend.tighten(self.room, price)
        self._sums(True)
        blend.hold(self.columns, np.zeros(len(self.columns)), np.full(len(self.columns), np.inf))
        prices, point = self._thin()
        nearest = [self._shared_out(point, number) for number in range(len(blend.kinds))]
        self._loosen()
        tried = [self._settled(taken) for taken in (nearest, Mending(blend, prices).run(nearest))]
        return min(tried, key=lambda one: one[0].value + float(one[1] @ blend.penalty))

    def _loosen(self) -> None:
        """Limits as they are, and no sums of shares."""
        nothing = np.zeros(len(self.room))
        self.blend.tighten(nothing, nothing)
        self._sums(False)

    def _settled(self, taken: list[Ints]) -> tuple[Whole, Floats]:
        """What is made on paths that are chosen, and by how much each limit is broken."""
        blend = self.blend
        chosen = zip(taken, blend.kinds, blend.paths, strict=True)
        sums = np.concatenate([np.bincount(own, weights=kind.scale, minlength=len(paths)) for own, kind, paths in chosen])
        blend.hold(self.columns, sums, sums)
        value, point = blend.solve(DUAL)
        return Whole(value, taken, point), np.maximum(point[blend.slack], 0.0)

    def _sums(self, held: bool) -> None:
        """Whether shares must add up; sums of whole blocks do by themselves."""
        for row, kind in zip(self.blend.whole, self.blend.kinds, strict=True):
            total = float(kind.scale.sum())
            self.blend.highs.changeRowBounds(row, total if held else -highspy.kHighsInf, total if held else highspy.kHighsInf)

    def _thin(self) -> tuple[list[Floats], Floats]:
        """Shares of which none is smaller than the smallest block: the smallest of a kind goes, and all is solved again.

        Also what paths cost at the multipliers of the first solution, but for those of rows over whole decisions.
        """
        blend = self.blend
        if len(self.single):
            self._branch()
        _, point = blend.solve(PRIMAL)
        solution = blend.highs.getSolution()
        weights, duals = np.array(solution.col_dual), np.array(solution.row_dual)[blend.only]
        prices = [weights[own] + effects @ duals for own, effects in zip(blend.shares, blend.effects, strict=True)]
        least = [float(kind.scale.min()) for kind in blend.kinds]
        for _ in range(len(self.columns)):
            gone = []
            for own, size, kind in zip(blend.shares, least, blend.kinds, strict=True):
                small = np.flatnonzero((point[own] > SHARE) & (point[own] < size * (1 - SHARE)))
                if len(small) and not kind.single:
                    gone.append(int(own[small[point[own][small].argmin()]]))
            if not gone:
                break
            blend.hold(np.array(gone), np.zeros(len(gone)), np.zeros(len(gone)))
            _, point = blend.solve(DUAL)
        return prices, point

    def _branch(self) -> None:
        """Blocks that have none like them choose by branch and bound, and hold to it."""
        highs, columns = self.blend.highs, self.single.astype(np.int32)
        kind = np.full(len(columns), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        highs.changeColsIntegrality(len(columns), columns, kind)
        highs.setOptionValue("time_limit", highs.getRunTime() + BRANCHING)
        highs.run()
        found = np.array(highs.getSolution().col_value)
        highs.changeColsIntegrality(len(columns), columns, np.zeros(len(columns), dtype=np.uint8))
        highs.setOptionValue("time_limit", highspy.kHighsInf)
        highs.clearSolver()
        if len(found) and np.abs(found[self.single] - np.round(found[self.single])).max() < 1e-5:
            chosen = np.round(found[self.single])
            self.blend.hold(self.single, chosen, chosen)

    def _shared_out(self, point: Floats, number: int) -> Ints:
        """Path of each block of a kind."""
        shares = np.where(point[self.blend.shares[number]] > SHARE, point[self.blend.shares[number]], 0.0)
        used = np.flatnonzero(shares) if shares.any() else np.zeros(1, dtype=np.int64)
        return used[partition(self.blend.kinds[number].scale, shares[used])]


def decided(blend: Blend, whole: Whole) -> Decided:
    """The joint paths of a plan, to start the next stage from."""
    used = [np.unique(own, return_inverse=True) for own in whole.taken]
    values = [
        [
            tuple(blend.candidates[family][at].values for (family, _), at in zip(kind.members, paths[number], strict=True))
            for number in numbers.tolist()
        ]
        for kind, paths, (numbers, _) in zip(blend.kinds, blend.paths, used, strict=True)
    ]  # fmt: skip
    return Decided(values, [at.ravel() for _, at in used])


def written(blend: Blend, whole: Whole) -> Floats:
    """All columns of the matrix at a plan."""
    parts, reader = blend.pricer.parts, blend.pricer.fleet.reader
    plan = np.zeros(len(parts.fixed))
    for number, kind in enumerate(blend.kinds):
        taken = whole.taken[number]
        for at in np.unique(taken).tolist():
            blocks = np.flatnonzero(taken == at)
            for member, values in enumerate(_lines(blend, number, at, whole.columns)):
                family, places = kind.members[member]
                lines = blend.few.families[family]
                column = lines.columns[places[blocks]]
                scaled = np.where(lines.whole, values, values * kind.scale[blocks][:, None])
                plan[column[column >= 0]] = scaled[column >= 0]
    point = np.where(parts.fixed, parts.base, plan)
    point[parts.free[blend.used]] = whole.columns[: len(blend.used)]
    made = parts.lines @ plan
    for row, (sale, value) in blend.sales.items():
        over = made[row] - (parts.upper[row] if value < 0 else parts.lower[row])
        point[parts.free[sale]] = max(0.0, -over / value)
    return np.clip(point, reader.matrix.column_lower, reader.matrix.column_upper)


def _lines(blend: Blend, number: int, at: int, columns: Floats) -> list[Floats]:
    """What the lines of a kind's first block decide and make on a joint path, by place in their families."""
    kind, path = blend.kinds[number], blend.paths[number][at]
    own = [blend.candidates[family][place].values for (family, _), place in zip(kind.members, path, strict=True)]
    values = [decided.copy() for decided in own]
    on = [states(blend.few.families[family], decided) for (family, _), decided in zip(kind.members, own, strict=True)]
    for state in zip(*on, strict=True):
        for member, made in enumerate(blend.states[number][state]):
            weight = np.maximum(columns[made.columns], 0.0)
            if weight.sum() > 0:
                values[member] += weight @ made.made / weight.sum()
    return values
