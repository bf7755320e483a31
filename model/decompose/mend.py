"""Whole blocks moved to other paths, one or two at a time, until rows over whole decisions hold."""

from dataclasses import dataclass

import numpy as np

from model.decompose.blend import Blend
from model.decompose.reading import Ints
from model.handover import Floats

STEPS = 300
"""Most moves."""
PAIRS = 400
"""Most exchanges of two blocks that are looked at for each pair of paths."""


@dataclass(frozen=True)
class _Move:
    """Blocks of a kind that go from one path to another and, where it is an exchange, one that comes back; what that brings."""

    gain: float
    kind: int
    go: int
    back: int
    path: int


class Mending:
    """Lowers what broken rows cost, at ``penalty`` each, and what the chosen paths cost, at ``prices`` of each kind's paths."""

    def __init__(self, blend: Blend, prices: list[Floats]) -> None:
        self.blend, self.prices = blend, prices
        self.lower, self.upper = blend.lower[blend.only], blend.upper[blend.only]
        self.penalty = np.zeros(len(blend.lower))
        np.maximum.at(self.penalty, blend.row, blend.penalty)
        self.penalty = self.penalty[blend.only]
        self.dice = np.random.default_rng(0)

    def run(self, taken: list[Ints]) -> list[Ints]:
        """Paths of all blocks after the moves."""
        taken = [own.copy() for own in taken]
        sums = zip(taken, self.blend.kinds, self.blend.effects, strict=True)
        act = np.sum([kind.scale @ effects[own] for own, kind, effects in sums], axis=0)
        for _ in range(STEPS):
            over = self._over(act)
            if not over.any():
                break
            moves = [self._best(number, own, act, over) for number, own in enumerate(taken)]
            best = max((move for move in moves if move is not None), key=lambda move: move.gain, default=None)
            if best is None:
                break
            own, effects, scale = taken[best.kind], self.blend.effects[best.kind], self.blend.kinds[best.kind].scale
            before = int(own[best.go])
            amount = scale[best.go] - (scale[best.back] if best.back >= 0 else 0.0)
            act = act + amount * (effects[best.path] - effects[before])
            own[best.go] = best.path
            if best.back >= 0:
                own[best.back] = before
        return taken

    def _over(self, act: Floats) -> Floats:
        """By how much rows are broken: above the most, or (negative) below the least."""
        room = 1e-9 * np.maximum(1.0, np.abs(act))
        over: Floats = np.where(act > self.upper + room, act - self.upper, np.where(act < self.lower - room, act - self.lower, 0.0))
        return over

    def _best(self, number: int, own: Ints, act: Floats, over: Floats) -> _Move | None:
        """The move of blocks of one kind that brings most."""
        effects, scale, prices = self.blend.effects[number], self.blend.kinds[number].scale, self.prices[number]
        broken = np.flatnonzero(over)
        sign, best = np.sign(over[broken]) * self.penalty[broken], None
        for before in np.unique(own).tolist():
            helps = (effects[before, broken] - effects[:, broken]) @ sign - (prices - prices[before])
            for path in np.flatnonzero(helps > 0).tolist():
                turn = effects[path] - effects[before]
                rows = np.flatnonzero(turn)
                go, back, amount = self._amounts(own, scale, before, path)
                after = act[rows] + amount[:, None] * turn[rows]
                cost = (np.maximum(after - self.upper[rows], 0.0) + np.maximum(self.lower[rows] - after, 0.0)) @ self.penalty[rows]
                now = float(np.abs(over[rows]) @ self.penalty[rows])
                gain = now - cost - amount * (prices[path] - prices[before])
                at = int(gain.argmax())
                if gain[at] > 1e-9 * now and (best is None or gain[at] > best.gain):
                    best = _Move(float(gain[at]), number, int(go[at]), int(back[at]), path)
        return best

    def _amounts(self, own: Ints, scale: Floats, before: int, path: int) -> tuple[Ints, Ints, Floats]:
        """Blocks that may go, blocks that may come back for them (-1: none), and the size that moves."""
        there, here = np.flatnonzero(own == before), np.flatnonzero(own == path)
        go, back = there, np.full(len(there), -1)
        if len(here):
            pairs = np.arange(len(there) * len(here))
            pairs = pairs if len(pairs) <= PAIRS else self.dice.choice(pairs, PAIRS, replace=False)
            go = np.concatenate([go, there[pairs // len(here)]])
            back = np.concatenate([back, here[pairs % len(here)]])
        return go, back, scale[go] - np.where(back >= 0, scale[back], 0.0)
