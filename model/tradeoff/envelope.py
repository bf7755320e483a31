"""The lower left envelope of convex chains: which points no other point is better than in both axes.

Once every yes-or-no decision is fixed, what remains is a linear programme: its trade-off is a convex chain of straight
pieces. The trade-off of the whole is the lower left envelope of the chains of all such decisions; it may jump, and pieces
of it may be open at their right end.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.tradeoff.axes import Floats

Point = tuple[float, float]
Chain = Sequence[Point]
"""Vertices with x rising and y falling; to the right of the last one y stays."""

NEAR = 1e-9
"""Points nearer than this share of an axis' range are one (floating-point sums)."""


@dataclass(frozen=True)
class Piece:
    """A straight piece of the envelope (or a single point, where start is end) and the chain that it lies on."""

    chain: int
    start: Point
    end: Point

    @property
    def single(self) -> bool:
        """Is it one point?"""
        return self.start == self.end


def height(chain: Chain, x: float, near: float = 0.0) -> float:
    """Least y of a chain at most ``x`` to the right; infinite left of it."""
    first, last = chain[0], chain[-1]
    if x < first[0] - near:
        return np.inf
    if x >= last[0]:
        return last[1]
    return float(np.interp(x, [point[0] for point in chain], [point[1] for point in chain]))


def _breaks(chains: Sequence[Chain], last: float, near: float) -> list[float]:
    """Every x where a chain bends, starts or ends, or where two chains cross."""
    rays = [[*chain, (last, chain[-1][1])] for chain in chains]
    found = {point[0] for ray in rays for point in ray}
    parts = [(np.array(one), np.array(two)) for ray in rays for one, two in itertools.pairwise(ray) if two[0] - one[0] > near]
    for place, (a, b) in enumerate(parts):
        for c, d in parts[place + 1 :]:
            low, high = max(a[0], c[0]), min(b[0], d[0])
            if high - low <= near:
                continue
            slopes = (b[1] - a[1]) / (b[0] - a[0]), (d[1] - c[1]) / (d[0] - c[0])
            if slopes[0] == slopes[1]:
                continue
            x = (c[1] - slopes[1] * c[0] - a[1] + slopes[0] * a[0]) / (slopes[0] - slopes[1])
            if low + near < x < high - near:
                found.add(float(x))
    merged: list[float] = []
    for x in sorted(found):
        if not merged or x - merged[-1] > near:
            merged.append(x)
    return merged


def envelope(chains: Sequence[Chain]) -> list[Piece]:
    """The envelope from left to right; of pieces that coincide the chain that comes first is named."""
    everything = np.array([point for chain in chains for point in chain])
    near_x, near_y = (NEAR * max(float(np.ptp(everything[:, side])), 1e-6) for side in (0, 1))
    breaks = _breaks(chains, float(everything[:, 0].max()), near_x)
    pieces: list[Piece] = []
    level = np.inf
    for place, x in enumerate(breaks):
        heights = [height(chain, x, near_x) for chain in chains]
        best = int(np.argmin(heights))
        if heights[best] < level - near_y:
            pieces.append(Piece(best, (x, heights[best]), (x, heights[best])))
            level = heights[best]
        if place + 1 == len(breaks):
            break
        after = breaks[place + 1]
        middle = [height(chain, (x + after) / 2) for chain in chains]
        best = int(np.argmin(np.array(middle) > min(middle) + near_y / 2))
        end = middle[best] * 2 - height(chains[best], x, near_x)
        if level - end > near_y and height(chains[best], x, near_x) - end > near_y:
            pieces = _continued(pieces, Piece(best, (x, level), (after, end)), near_y)
            level = end
    return pieces


def _continued(pieces: list[Piece], piece: Piece, near: float) -> list[Piece]:
    """Pieces with one more, which takes the place of the point where it starts and lengthens a straight one before it."""
    last = pieces[-1] if pieces else None
    if last is None or last.end != piece.start:
        return [*pieces, piece]
    if last.single:
        return [*pieces[:-1], piece]
    slope = (last.end[1] - last.start[1]) / (last.end[0] - last.start[0])
    straight = abs(last.end[1] + slope * (piece.end[0] - last.end[0]) - piece.end[1]) <= near
    return [*pieces[:-1], Piece(piece.chain, last.start, piece.end)] if straight and last.chain == piece.chain else [*pieces, piece]


def corners(pieces: Sequence[Piece]) -> list[tuple[Point, int]]:
    """Points where pieces start and end, left to right, with their chains; ends that another point is better than are left out."""
    found: list[tuple[Point, int]] = []
    for place, piece in enumerate(pieces):
        if not found or piece.start[1] < found[-1][0][1]:
            found.append((piece.start, piece.chain))
        if not piece.single and not opens(pieces, place):
            found.append((piece.end, piece.chain))
    return found


def opens(pieces: Sequence[Piece], place: int) -> bool:
    """Is a piece open at its right end, since the next one starts right under it?"""
    if place + 1 >= len(pieces):
        return False
    end, after = pieces[place].end, pieces[place + 1].start
    return after[0] == end[0] and after[1] < end[1]


def supported(points: Sequence[Point]) -> list[bool]:
    """Which points lie on the lower left convex hull: some weighing of both axes makes them best."""
    array = np.array(points, dtype=float)
    order = np.lexsort((array[:, 1], array[:, 0]))
    hull: list[int] = []
    size = max(float(np.ptp(array[:, 0])), 1e-12) * max(float(np.ptp(array[:, 1])), 1e-12)
    for place in order:
        while len(hull) > 1 and _turn(array[hull[-2]], array[hull[-1]], array[place]) < -NEAR * size:
            hull.pop()
        hull.append(int(place))
    return [place in hull for place in range(len(points))]


def _turn(a: Floats, b: Floats, c: Floats) -> float:
    """Twice the signed area of a triangle; negative where b lies above the line from a to c."""
    return float((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]))
