"""In what states lines stand on their paths, and the patterns of what they can make there."""

from dataclasses import dataclass, field

import numpy as np

from model.decompose.generate import Pool
from model.decompose.pricing import Family, Few, Pricer
from model.decompose.rounding import Path
from model.handover import Floats

State = tuple[int, bytes]
"""A year, and the configuration, arc and measures in which a line stands then."""


def states(family: Family, values: Floats) -> list[State]:
    """The state of each plan year."""
    years = range(1, int(family.year.max()) + 1)
    return [(t, (values[family.standing & (family.year == t)] > 0.5).tobytes()) for t in years]


@dataclass
class Patterns:
    """What the first line of each family can make by state: at its least and its most, with each use of measures that was ever seen.

    Attributes:
        uses: By family and state what is made under measures against what is made.
        known: By family and state the patterns.
    """

    pricer: Pricer
    few: Few
    uses: list[dict[State, dict[bytes, Floats]]] = field(default_factory=list)
    known: list[dict[State, list[Floats]]] = field(default_factory=list)

    def learn(self, pool: Pool) -> None:
        """Uses of measures in all rounds."""
        self.uses, self.known = [{} for _ in self.few.families], [{} for _ in self.few.families]
        for plans in pool.plans:
            for number, values in enumerate(plans):
                self.see(number, values)

    def see(self, number: int, values: Floats) -> None:
        """Uses of measures in a plan of a family's first line."""
        family, uses = self.few.families[number], self.uses[number]
        for state in states(family, values):
            at = family.year == state[0]
            made = values[family.make & at].sum()
            if made > 0:
                use = np.where(family.fitted & at, values, 0.0) / made
                uses.setdefault(state, {})[np.round(use, 9).tobytes()] = use

    def add(self, paths: list[list[Path]]) -> None:
        """Patterns of the states on the families' paths."""
        fleet = self.pricer.fleet
        wide = fleet.made.astype(float)
        for place in range(max(len(own) for own in paths)):
            plan = np.zeros(len(fleet.of))
            chosen = np.zeros(len(fleet.names), dtype=bool)
            for family, own in zip(self.few.families, paths, strict=True):
                if place < len(own):
                    column = family.columns[family.first]
                    plan[column[column >= 0]] = own[place].values[column >= 0]
                    chosen[family.lines[family.first]] = True
            ends = [fleet.produce(sign * wide, plan, chosen) for sign in (1.0, -1.0)]
            for number, (family, own) in enumerate(zip(self.few.families, paths, strict=True)):
                if place < len(own):
                    made = [np.where(family.whole, own[place].values, family.values(point)) for point in ends]
                    for values in made:
                        self.see(number, values)
                    self._mix(number, made)

    def _mix(self, number: int, ends: list[Floats]) -> None:
        family = self.few.families[number]
        for state in states(family, ends[0]):
            at = family.year == state[0]
            uses = list(self.uses[number].get(state, {}).values())
            kinds: dict[bytes, Floats] = {}
            for end in ends:
                make = np.where(family.make & at, end, 0.0)
                for use in uses or [np.zeros(len(end))]:
                    made = make + use * make.sum()
                    kinds[made.tobytes()] = made
            self.known[number].setdefault(state, list(kinds.values()))
