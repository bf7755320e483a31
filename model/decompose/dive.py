"""From the mixture to whole choices: lines near to whole are fixed, the others look for paths that fit, and so on."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from model.decompose.choice import DUAL, PRIMAL, Part, Programme
from model.decompose.pricing import Few, Pricer
from model.decompose.rounding import Path
from model.decompose.units import Patterns
from model.handover import Floats

WHOLE = 1e-6
"""A share so close to 1 is whole."""
NEAR = 0.85
"""Shares above this are fixed together."""
ROUNDS = 2
"""Most times that lines look for further paths after each step."""
SMALL = 1e-5
"""Share of the value by which further paths must help for another look."""
REPAIRS = 30
"""Most times that fixed lines are let go because rows are broken."""
LASTING = 8
"""Times of these for which a line that was fixed against broken rows stays."""
PAID = 1e-7
"""Share of the value that broken rows may cost where none is broken."""


@dataclass
class Found:
    """A solution of the programme: its value, its columns, what broken rows cost, and how many choices are not whole."""

    value: float
    point: Floats
    paid: float
    left: int = 0


def look(pricer: Pricer, few: Few, patterns: Patterns, programme: Programme, prices: Floats, seeking: list[Part]) -> bool:
    """Let units look for cheaper paths at multipliers of all coupling rows; False where there is none that is new."""
    fleet = pricer.fleet
    costs = -np.asarray(pricer.turned @ prices[: len(pricer.parts.rows)])
    costs[pricer.parts.fixed] = 0.0
    seekers = np.zeros(len(fleet.names), dtype=bool)
    for part in seeking:
        seekers[part.unit.family.lines[part.unit.places[0]]] = True
    plans = fleet.cheapest(costs, seekers)
    fresh: list[tuple[Part, Path]] = []
    paths: list[list[Path]] = [[] for _ in few.families]
    for part in seeking:
        family, place = part.unit.family, int(part.unit.places[0])
        values = family.values(plans.point, place)
        patterns.see(part.unit.number, np.where(family.whole, values, values / family.scale[place]))
        path = Path(0.0, np.where(family.whole, values, 0.0))
        if all((known.values != path.values).any() for known in part.paths):
            fresh.append((part, path))
            paths[part.unit.number].append(path)
    if not fresh:
        return False
    patterns.add(paths)
    for part, path in fresh:
        programme.extend(part, path)
    programme.flush()
    return True


@dataclass(frozen=True)
class Share:
    """The largest share that a line of a part has of one path, and that path's column."""

    share: float
    part: int
    line: int
    column: int


class Dive:
    """Fixes lines step by step until all choices are whole."""

    def __init__(self, pricer: Pricer, few: Few, patterns: Patterns, programme: Programme, penalty: Floats) -> None:
        self.pricer, self.few, self.patterns, self.programme, self.penalty = pricer, few, patterns, programme, penalty
        self.fixed: dict[tuple[int, int], int] = {}

    def settle(self, strategy: int, rounds: int) -> Found:
        """Solve, and let lines look for further paths."""
        programme = self.programme
        value, point, prices = programme.solve(strategy)
        for _ in range(rounds):
            if not look(self.pricer, self.few, self.patterns, programme, prices, self.seeking(value, point)):
                break
            before = value
            value, point, prices = programme.solve(PRIMAL)
            if before - value <= SMALL * abs(value) and self.paid(point) <= PAID * abs(value):
                break
        return Found(value, point, self.paid(point))

    def seeking(self, value: float, point: Floats) -> list[Part]:
        """Units with a choice that is not whole; all that choose where rows are broken."""
        choosing = [part for part in self.programme.parts if part.choice]
        if self.paid(point) > PAID * abs(value):
            return choosing
        mixed = {entry.part for entry in self.shares(point)}
        return [part for number, part in enumerate(self.programme.parts) if number in mixed]

    def paid(self, point: Floats) -> float:
        """What broken rows cost."""
        return float(np.maximum(point[self.programme.slacks], 0.0) @ self.penalty)

    def shares(self, point: Floats) -> list[Share]:
        """Lines whose choice is not whole, the nearest to whole first."""
        found = []
        for number, part in enumerate(self.programme.parts):
            for line, columns in part.column.items():
                share = point[[column for column in columns if column < len(point)]]
                best = int(share.argmax())
                if (number, line) not in self.fixed and share[best] < 1 - WHOLE:
                    found.append(Share(float(share[best]), number, line, columns[best]))
        return sorted(found, key=lambda entry: -entry.share)

    def fix(self, batch: list[Share]) -> None:
        """Hold choices at 1."""
        self.programme.bound([entry.column for entry in batch], 1.0, 1.0)
        self.fixed |= {(entry.part, entry.line): entry.column for entry in batch}

    def loosen(self, keys: list[tuple[int, int]]) -> None:
        """Let fixed choices go."""
        self.programme.bound([self.fixed.pop(key) for key in keys], 0.0, np.inf)

    def run(self, late: Callable[[], bool]) -> Found:
        """Whole choices of all lines, or what was reached when it was ``late``; something is paid where rows stay broken."""
        found = self.settle(DUAL, 2)
        floor = max(found.paid, PAID * abs(found.value))
        tabu: dict[tuple[int, int], int] = {}
        repairs = 0
        while not late():
            if found.paid > floor and repairs < REPAIRS:
                repairs += 1
                gone = self.eject(found, {key for key, until in tabu.items() if until > repairs}, 6 + repairs % LASTING)
                if gone:
                    found = self.settle(DUAL, 4)
            left = self.shares(found.point)
            if not left:
                if found.paid <= floor or repairs >= REPAIRS:
                    break
                continue
            found = self.step(found, left, floor, tabu, repairs)
        return replace(found, left=len(self.shares(found.point)))

    def step(self, found: Found, left: list[Share], floor: float, tabu: dict[tuple[int, int], int], repairs: int) -> Found:
        """Fix as many choices as leave no more rows broken; at least one."""
        batch = [entry for entry in left if entry.share > NEAR] or left[: max(1, len(left) // 8)]
        while True:
            self.fix(batch)
            after = self.settle(DUAL, ROUNDS)
            if after.paid <= max(found.paid, floor):
                return after
            self.loosen([(entry.part, entry.line) for entry in batch])
            if len(batch) == 1:
                tabu[batch[0].part, batch[0].line] = repairs + LASTING
                return self.best(batch[0], found)
            batch = batch[: max(1, len(batch) // 3)]

    def best(self, entry: Share, found: Found) -> Found:
        """Fix a line to the path of those it mixes that costs least."""
        columns = self.programme.parts[entry.part].column[entry.line]
        trials = []
        for column in [column for column in columns if column < len(found.point) and found.point[column] > WHOLE]:
            self.fix([Share(1.0, entry.part, entry.line, column)])
            value, _, _ = self.programme.solve(DUAL)
            trials.append((value, column))
            self.loosen([(entry.part, entry.line)])
        self.fix([Share(1.0, entry.part, entry.line, min(trials)[1])])
        return self.settle(DUAL, ROUNDS)

    def eject(self, found: Found, spared: set[tuple[int, int]], most: int) -> int:
        """Let the fixed lines go that have most to gain from another path."""
        weights = np.array(self.programme.highs.getSolution().col_dual)
        gains = []
        for key, column in self.fixed.items():
            others = [other for other in self.programme.parts[key[0]].column[key[1]] if other != column]
            gain = weights[column] - min(weights[others], default=np.inf)
            if key not in spared and gain > 0:
                gains.append((gain, key))
        gains.sort(reverse=True)
        self.loosen([key for _, key in gains[:most]])
        return len(gains[:most])
