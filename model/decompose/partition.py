"""Blocks of given sizes shared out among paths, so that each path gets what it is meant to have, as nearly as can be."""

import numpy as np

from model.decompose.reading import Ints
from model.handover import Floats

MOST_STEPS = 1_200
"""Most moves and swaps."""


def partition(size: Floats, target: Floats) -> Ints:
    """A part for each size, with sums near the targets.

    The largest goes first to where most room is left; then the part that is furthest off moves or swaps what helps most, in the sum of
    squares, as long as anything helps.
    """
    room, part = target.astype(float).copy(), np.full(len(size), -1)
    for at in np.argsort(-size, kind="stable").tolist():
        part[at] = int(np.argmax(room))
        room[part[at]] -= size[at]
    for _ in range(MOST_STEPS):
        found = _best(size, part, room)
        if found is None:
            break
        for at, to in found:
            room[part[at]] += size[at]
            room[to] -= size[at]
            part[at] = to
    return part


def _best(size: Floats, part: Ints, room: Floats) -> list[tuple[int, int]] | None:
    """The move or swap with the worst part that lowers the sum of squares most, as (item, new part); None where none does."""
    worst = int(np.argmax(np.abs(room)))
    inside, outside = np.flatnonzero(part == worst), np.flatnonzero(part != worst)
    best, found = -1e-12 * float(room @ room) - 1e-300, None
    for own, give in ((inside, True), (outside, False)):
        if not len(own):
            continue
        to = np.arange(len(room)) if give else np.array([worst])
        gain = _gain(size[own][:, None], room[part[own]][:, None], room[to][None, :])
        gain[part[own][:, None] == to[None, :]] = 0.0
        at = np.unravel_index(int(gain.argmin()), gain.shape)
        if gain[at] < best:
            best, found = float(gain[at]), [(int(own[at[0]]), int(to[at[1]]))]
    if len(inside) and len(outside):
        other = part[outside]
        gain = _gain(size[inside][:, None] - size[outside][None, :], room[worst], room[other][None, :])
        at = np.unravel_index(int(gain.argmin()), gain.shape)
        if gain[at] < best:
            found = [(int(inside[at[0]]), int(other[at[1]])), (int(outside[at[1]]), worst)]
    return found


def _gain(moved: Floats, source: Floats | float, target: Floats) -> Floats:
    """Change of the sum of squares of what is missing when an amount moves from one part to another."""
    gain: Floats = 2.0 * moved * (source - target + moved)
    return gain
