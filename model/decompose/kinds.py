"""Blocks of lines that decide together, by kind: single lines, and sites whose lines share rows of their own."""

from collections import defaultdict
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from model.decompose.generate import Pool
from model.decompose.pricing import Few, Pricer
from model.decompose.reading import Ints, Mask
from model.decompose.rounding import Path
from model.handover import Floats

MANY = 3
"""So many blocks alike are shared out by their sizes; of fewer every line chooses for itself."""
DIGITS = 5
"""Digits to which the sizes of a site's lines against each other agree in sites alike."""
MOST_JOINT = 2_000
"""Most combinations of its lines' paths that a kind of site is offered, besides those found together."""
Joint = tuple[int, ...]
"""For each member of a kind the number of its path among its family's."""


@dataclass
class Kind:
    """Blocks that are the same up to their size.

    Attributes:
        members: For each line of a block its family, and by block its place in that.
        scale: Size of each block against the first.
    """

    members: list[tuple[int, Ints]]
    scale: Floats

    @property
    def single(self) -> bool:
        """One block that stands alone."""
        return len(self.scale) == 1


@dataclass(frozen=True)
class Decided:
    """What all blocks decided: by kind the joint paths in use, as whole decisions of each member, and which of them each block takes."""

    paths: list[list[tuple[Floats, ...]]]
    taken: list[Ints]

    def add(self, blocks: list[Kind], candidates: list[list[Path]], joint: list[list[Joint]]) -> list[list[Joint]]:
        """Put the paths among those that blocks may choose from; their joint numbers by kind."""
        found = []
        for kind, used, known in zip(blocks, self.paths, joint, strict=True):
            numbers = [tuple(_place(candidates[family], own) for (family, _), own in zip(kind.members, path, strict=True)) for path in used]
            known += [number for number in numbers if number not in known]
            found.append(numbers)
        return found


def _place(paths: list[Path], values: Floats) -> int:
    """The place of a path among others, at the end where it is not yet one of them."""
    for at, path in enumerate(paths):
        if np.array_equal(path.values, values):
            return at
    paths.append(Path(0.0, values))
    return len(paths) - 1


def kinds(pricer: Pricer, few: Few) -> tuple[list[Kind], Mask]:
    """All lines in blocks by kind, and the coupling rows that stay inside blocks.

    Rows of a site of which there are few alike are not inside: its lines choose one by one, under the rows.
    """
    fleet, parts = pricer.fleet, pricer.parts
    count = len(fleet.names)
    own = np.flatnonzero(parts.site)
    rows = sparse.csr_array(parts.lines)[own]
    row, line = np.repeat(np.arange(len(own)), np.diff(rows.indptr)), fleet.of[rows.indices]
    touched = sparse.csr_array((np.ones(len(row)), (row, line)), shape=(len(own), count))
    _, site = connected_components(touched.T @ touched, directed=False)
    family, place = np.zeros(count, dtype=np.int64), np.zeros(count, dtype=np.int64)
    for number, alike in enumerate(few.families):
        family[alike.lines], place[alike.lines] = number, np.arange(len(alike.lines))
    scale = np.array([few.families[family[at]].scale[place[at]] for at in range(count)])
    order = np.lexsort((scale, family, site))
    groups: dict[tuple[tuple[int, float], ...], list[Ints]] = defaultdict(list)
    for block in np.split(order, np.flatnonzero(np.diff(site[order])) + 1):
        ratio = np.round(scale[block] / scale[block[0]], DIGITS)
        groups[tuple(zip(family[block].tolist(), ratio.tolist(), strict=True))].append(block)
    found, together = [], np.zeros(count, dtype=bool)
    for key, blocks in groups.items():
        if len(blocks) < MANY:
            found += [Kind([(int(family[at]), place[[at]])], np.ones(1)) for block in blocks for at in block]
            continue
        lines = np.array(blocks)
        together[lines] = True
        size = scale[lines[:, 0]]
        lines = lines[np.argsort(np.abs(size - np.median(size)), kind="stable")]
        members = [(int(number), place[lines[:, at]]) for at, (number, _) in enumerate(key)]
        found.append(Kind(members, scale[lines[:, 0]] / scale[lines[0, 0]]))
    inside = np.zeros(len(parts.rows), dtype=bool)
    inside[own[row[together[line]]]] = True
    return found, inside


def joined(kind: Kind, few: Few, candidates: list[list[Path]], pool: Pool) -> list[Joint]:
    """Joint paths of a kind: its families' mixed paths combined, and what they did in the same round; lines of one family go together.

    Adds to ``candidates`` the paths of rounds that they do not hold yet.
    """
    if len(kind.members) == 1:
        return [(at,) for at in range(len(candidates[kind.members[0][0]]))]
    numbers = sorted({number for number, _ in kind.members})
    mixed = [[at for at, path in enumerate(candidates[number]) if path.share > 0] for number in numbers]
    found = set(product(*mixed)) if np.prod([float(len(own)) for own in mixed]) <= MOST_JOINT else set()
    known = {number: {path.values.tobytes(): at for at, path in enumerate(candidates[number])} for number in numbers}
    for plans in pool.plans:
        together = []
        for number in numbers:
            values = np.where(few.families[number].whole, plans[number], 0.0)
            if values.tobytes() not in known[number]:
                known[number][values.tobytes()] = len(candidates[number])
                candidates[number].append(Path(0.0, values))
            together.append(known[number][values.tobytes()])
        found.add(tuple(together))
    return [tuple(own[numbers.index(number)] for number, _ in kind.members) for own in sorted(found)]
