"""The complete trade-off of a mixed-integer problem, proven piece by piece.

Fix all yes-or-no decisions of a plan: what is left is a linear programme, whose trade-off is a convex chain (found by
weighing its ends against each other again and again). The chains known so far have an envelope. It is the whole trade-off
when no plan lies under it, which is proven one part at a time:

- under a straight piece: the least mix of both axes, weighed as the piece slopes, inside the piece's box, is on the piece;
- in the gap after a point: the least x with emissions below the point's is where the next piece starts.

A plan that is found under the envelope brings its own chain; there are finitely many. Each answer is either a new chain
or a proof, so a stop loses nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import xarray as xr

from model.tolerances import FRONT
from model.tradeoff.envelope import NEAR, Piece, Point, corners, envelope, height, opens, supported
from model.tradeoff.record import Taken, taken_of
from model.tradeoff.search import Found, Search

SCALE = 1000.0
"""Size of a mix over the range of both axes: far above the solver's absolute gap of 1e-6."""


@dataclass(frozen=True)
class Proof:
    """Nothing lies under the straight line from start to end, or (a gap) below and left of them.

    ``within``: nothing better by more than this share of both axes' ranges.
    """

    gap: bool
    start: Point
    end: Point
    within: float


@dataclass
class State:
    """Chains and their plans, and what is proven; ``size`` is the range of both axes."""

    chains: list[list[Point]] = field(default_factory=list)
    plans: list[Taken] = field(default_factory=list)
    proofs: list[Proof] = field(default_factory=list)

    @property
    def size(self) -> tuple[float, float]:
        """Range of x and of y between both ends."""
        points = np.array([point for piece in self.pieces for point in (piece.start, piece.end)])
        return max(float(np.ptp(points[:, 0])), 1e-6), max(float(np.ptp(points[:, 1])), 1e-6)

    @property
    def pieces(self) -> list[Piece]:
        """The envelope of the chains."""
        return envelope(self.chains)

    def open(self) -> Proof | None:
        """The first part of the envelope that is not proven, left to right; nothing when all is.

        Pieces so short that tolerances span them need no proof.
        """
        pieces, size = self.pieces, self.size
        for place, piece in enumerate(pieces):
            long = piece.end[0] - piece.start[0] > 4 * FRONT * size[0] and piece.start[1] - piece.end[1] > 4 * FRONT * size[1]
            parts = [Proof(False, piece.start, piece.end, 0.0)] if long else []
            if place + 1 < len(pieces) and pieces[place + 1].start[0] > piece.end[0]:
                parts.append(Proof(True, piece.end, pieces[place + 1].start, 0.0))
            for part in parts:
                if not any(_covers(proof, part, size) for proof in self.proofs):
                    return part
        return None


def _covers(proof: Proof, part: Proof, size: tuple[float, float]) -> bool:
    """Does what is proven hold for a part of the envelope too?"""
    near = FRONT * size[0], FRONT * size[1]
    if proof.gap != part.gap:
        return False
    if proof.gap:
        return proof.start[1] >= part.start[1] - near[1] and proof.end[0] >= part.end[0] - near[0]
    if part.start[0] < proof.start[0] - near[0] or part.end[0] > proof.end[0] + near[0]:
        return False
    slope = (proof.end[1] - proof.start[1]) / (proof.end[0] - proof.start[0])
    return all(abs(proof.start[1] + slope * (at[0] - proof.start[0]) - at[1]) <= near[1] for at in (part.start, part.end))


def chain(search: Search, found: Found) -> list[Point]:
    """Trade-off of the linear programme that is left when the yes-or-no decisions of a plan are fixed, between both ends."""
    fixed = found.binaries
    left, right = search.least_x(search.ends[0].y, fixed), search.least_y(search.ends[1].x, fixed)
    size = [max(abs(one - two), 1e-6) for one, two in zip(*((end.x, end.y) for end in search.ends), strict=True)]
    if right.x - left.x <= NEAR * size[0] or left.y - right.y <= NEAR * size[1]:
        best = min(left, right, found, key=lambda item: (item.y / size[1]) + (item.x / size[0]))
        return [(best.x, best.y)]
    points = [(left.x, left.y), (right.x, right.y)]
    place = 0
    while place + 1 < len(points):
        a, b = points[place], points[place + 1]
        share = _slopes(a, b, size)
        middle = search.least_mix(share, (b[0], a[1]), fixed)
        under = share[0] * (a[0] - middle.x) + share[1] * (a[1] - middle.y)
        if under > FRONT * SCALE and a[0] < middle.x < b[0] and b[1] < middle.y < a[1]:
            points.insert(place + 1, (middle.x, middle.y))
        else:
            place += 1
    return points


def _slopes(a: Point, b: Point, size: tuple[float, float] | list[float]) -> tuple[float, float]:
    """Shares of x and y that weigh two points alike, scaled so that both ranges together weigh ``SCALE``."""
    rise, run = a[1] - b[1], b[0] - a[0]
    whole = (rise * size[0] + run * size[1]) / SCALE
    return rise / whole, run / whole


def _look(search: Search, state: State, part: Proof) -> tuple[Found, Proof | None]:
    """A plan under a part of the envelope, or the proof that there is none."""
    size = state.size
    near = FRONT * size[0], FRONT * size[1]
    (x, y), (x_end, _y_end) = part.start, part.end
    if part.gap:
        found = search.least_x(y - near[1])
        within = max(x_end - found.bound, 0.0) / size[0] + FRONT
        return found, None if found.x < x_end - 2 * near[0] else Proof(True, part.start, part.end, within)
    share = _slopes(part.start, part.end, size)
    found = search.least_mix(share, (x_end - 2 * near[0], y - 2 * near[1]))
    level = share[0] * x + share[1] * y
    under = level - share[0] * found.x - share[1] * found.y
    known = min(height(points, found.x) for points in state.chains)
    within = max(level - found.bound, 0.0) / SCALE + 2 * FRONT
    better = under > 2 * FRONT * SCALE and found.y < known - near[1] / 2
    return found, None if better else Proof(False, part.start, part.end, within)


def frontier(search: Search, earlier: xr.Dataset | None = None) -> Iterator[xr.Dataset]:
    """The complete trade-off, as it grows: after each chain and each proof what is known.

    Yields:
        ``point(point)``: ``x`` (100M CNY), ``y`` (10ktCO2e), ``supported``, ``plan``; ``piece``: ``x_start``, ``y_start``,
        ``x_end``, ``y_end``, ``open_end``; decisions of each plan; what is proven (``within``), and ``complete`` as an attribute.
    """
    state = restored(earlier) if earlier is not None else State()
    if not state.chains:
        for end in search.ends:
            state.chains.append(chain(search, end))
            state.plans.append(taken_of(end.flat))
        yield study(state, search)
    while (part := state.open()) is not None:
        found, proof = _look(search, state, part)
        if proof is None:
            state.chains.append(chain(search, found))
            state.plans.append(taken_of(found.flat))
        else:
            state.proofs.append(proof)
        yield study(state, search)
    yield study(state, search)


def study(state: State, search: Search) -> xr.Dataset:
    """What is known, as it is stored."""
    pieces, found = state.pieces, corners(state.pieces)
    points = [point for point, _ in found]
    open_part = state.open()
    columns = {
        "x": [x for x, _ in points], "y": [y for _, y in points], "supported": supported(points), "plan_of": [own for _, own in found],
    }  # fmt: skip
    arrays: dict[str, tuple[str, object]] = {name: ("point", np.array(values)) for name, values in columns.items()}
    for name in ("start", "end"):
        for side, letter in enumerate("xy"):
            arrays[f"{letter}_{name}"] = ("piece", np.array([getattr(piece, name)[side] for piece in pieces], dtype=float))
            arrays[f"proof_{letter}_{name}"] = ("proof", np.array([getattr(proof, name)[side] for proof in state.proofs], dtype=float))
    arrays |= {
        "open_end": ("piece", np.array([opens(pieces, place) for place in range(len(pieces))])),
        "proof_gap": ("proof", np.array([proof.gap for proof in state.proofs], dtype=bool)),
        "within": ("proof", np.array([proof.within for proof in state.proofs], dtype=float)),
        "vertex_plan": ("vertex", np.array([own for own, points in enumerate(state.chains) for _ in points])),
        "vertex_x": ("vertex", np.array([x for points in state.chains for x, _ in points])),
        "vertex_y": ("vertex", np.array([y for points in state.chains for _, y in points])),
    }
    worst = max((proof.within for proof in state.proofs), default=0.0)
    attributes = {"mode": "exact", "axis": str(search.axis), "complete": int(open_part is None), "within": worst}
    return xr.Dataset(arrays, attrs=attributes).merge(Taken.stacked(state.plans, search.problem))


def restored(earlier: xr.Dataset) -> State:
    """The state that a stored study holds."""
    plans = Taken.unstacked(earlier)
    chains: list[list[Point]] = [[] for _ in plans]
    for own, x, y in zip(*(earlier[f"vertex_{part}"].values for part in ("plan", "x", "y")), strict=True):
        chains[int(own)].append((float(x), float(y)))
    sides = [earlier[f"proof_{name}"].values.tolist() for name in ("gap", "x_start", "y_start", "x_end", "y_end")]
    proofs = [
        Proof(bool(gap), (x, y), (x_end, y_end), within)
        for gap, x, y, x_end, y_end, within in zip(*sides, earlier["within"].values.tolist(), strict=True)
    ]
    return State(chains, plans, proofs)
