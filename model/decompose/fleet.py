"""All lines of a matrix as blocks: prices of columns in, each line's cheapest plan out."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from model.decompose.paths import NEVER, Path, Prices, Walker, slack
from model.decompose.reading import OF_LINES, Ints, Mask, Reader
from model.decompose.shapes import Shape, shapes
from model.errors import SolverError
from model.handover import Floats
from model.language import told
from model.tolerances import INTEGRALITY, ROW

CELLS = 200_000
"""Lines times sets that are worked on at once: what fits a processor's cache."""
BARRED = ("on", "move", "fit", "install")
"""Variables whose column may be held at 0 by its bounds."""


@dataclass
class Plans:
    """Least cost of every line, the columns of all, and their paths by shape."""

    values: Floats
    point: Floats
    paths: list[Path]


class Fleet:
    """Lines by shape, ready to be priced.

    Attributes:
        of: Line of each column, -1 for columns of no line.
        names: Names of the lines.
        made: Columns of what lines make, under measures or not.
    """

    def __init__(self, reader: Reader, threads: int = 2) -> None:
        self.reader, self.threads = reader, threads
        self.shapes, self.names = shapes(reader)
        self.walkers = [Walker(shape) for shape in self.shapes]
        width = reader.matrix.matrix.shape[1]
        self.of = np.full(width, -1)
        self.year = reader.year
        for shape in self.shapes:
            for number in shape.columns.values():
                line = np.broadcast_to(shape.lines[:, None, None], number.shape)
                self.of[number[number >= 0]] = line[number >= 0]
        self.made = np.isin(reader.variable, ("make", "fitted"))
        self.shut = reader.upper < 1.0 - INTEGRALITY
        self._check()

    def _check(self) -> None:
        """What the walk takes for granted of bounds; raises ``SolverError`` where a matrix has it otherwise."""
        for shape in self.shapes:
            for name in BARRED:
                number = shape.columns[name][:, :, 1:]
                alone = name == "on" and number.shape[1] == 1
                if not alone and (self.reader.lower[number[number >= 0]] > 0).any():
                    raise SolverError(told("not_by_lines", what=f"{name} >= 1"))
            if np.isnan(shape.most[:, :, 1:]).any():
                raise SolverError(told("not_by_lines", what="make"))
        pair, year, _, _, limit = self.reader.ratios(self.reader.entries("fitted_installation"), "fitted", "fit")
        if (limit < self.ceiling()[self.reader.axes["fitted"].number[pair, year]] * (1 - ROW)).any():
            raise SolverError(told("not_by_lines", what="fitted"))

    def sizes(self) -> Floats:
        """The most that each line can make in a year."""
        size = np.zeros(len(self.names))
        for shape in self.shapes:
            size[shape.lines] = np.nan_to_num(shape.most).max(axis=(1, 2))
        return size

    def ceiling(self) -> Floats:
        """The most that each column of a line can be."""
        high = np.ones(len(self.of))
        for shape in self.shapes:
            most = np.nan_to_num(shape.most)
            number = shape.columns["make"]
            high[number[number >= 0]] = most[number >= 0]
            number, covered = shape.columns["fitted"], np.zeros(shape.columns["fitted"].shape)
            for k, carried in enumerate(shape.carries):
                np.maximum(covered, most[:, k, None] * carried[None, :, None], out=covered)
            high[number[number >= 0]] = (shape.share * covered)[number >= 0]
        return high

    def _pieces(self, lines: Mask | None) -> list[tuple[int, Ints]]:
        """(shape, places of lines in it) in pieces that fit a cache, the dearest first."""
        pieces = []
        for number, walker in enumerate(self.walkers):
            own = walker.shape.lines
            places = np.arange(len(own)) if lines is None else np.flatnonzero(lines[own])
            step = max(1, CELLS // max(1, sum(len(bits) for bits in walker.sets)))
            pieces += [(number, places[at : at + step]) for at in range(0, len(places), step)]
        return sorted(pieces, key=lambda piece: -len(piece[1]) * sum(len(bits) for bits in self.walkers[piece[0]].sets))

    def cheapest(self, costs: Floats, lines: Mask | None = None) -> Plans:
        """The cheapest plan of every line (or of some) at a cost of each column."""
        plans = Plans(np.zeros(len(self.names)), np.zeros(len(costs)), [_blank(shape, len(self.reader.years)) for shape in self.shapes])

        def work(piece: tuple[int, Ints]) -> None:
            shape, walker = self.shapes[piece[0]], self.walkers[piece[0]]
            prices = self._prices(shape, costs, piece[1])
            value, path = walker.walk(prices, piece[1])
            plans.values[shape.lines[piece[1]]] = value
            for name in ("configuration", "members", "arc"):
                getattr(plans.paths[piece[0]], name)[piece[1]] = getattr(path, name)
            self._write(plans.point, shape, walker, prices, piece[1], path)

        self._each(work, lines)
        return plans

    def _each(self, work: Callable[[tuple[int, Ints]], None], lines: Mask | None) -> None:
        """All pieces, by as many threads as are given (arithmetic on arrays runs beside itself)."""
        pieces = self._pieces(lines)
        if self.threads == 1:
            for piece in pieces:
                work(piece)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            list(pool.map(work, pieces))

    def _prices(self, shape: Shape, costs: Floats, chosen: Ints) -> Prices:
        found = {}
        for name in OF_LINES:
            number = shape.columns[name][chosen]
            price = np.where(number >= 0, costs[number], 0.0)
            if name in BARRED:
                price[:, :, 1:] = np.where((number >= 0) & ~self.shut[number], price, NEVER)[:, :, 1:]
                price[:, :, 0] = 0.0
            found[name] = price
        found["fitted"] = found["fitted"] * shape.share[chosen]
        found.pop("lost")
        return Prices(**found)

    def _write(self, point: Floats, shape: Shape, walker: Walker, prices: Prices, chosen: Ints, path: Path) -> None:
        """The columns of some lines' paths."""
        lines, years = path.configuration.shape
        have = np.zeros((lines, len(shape.carries[0]), years), dtype=bool)
        for t in range(years):
            for k in np.unique(path.configuration[:, t]):
                own = path.configuration[:, t] == k
                have[own, :, t] = shape.sets[k][path.members[own, t]]
        standing = path.configuration[:, None, :] == np.arange(len(shape.sets))[None, :, None]
        taken = path.arc[:, None, :] == np.arange(len(shape.start))[None, :, None]
        before = np.concatenate([np.zeros_like(have[:, :, :1]), have[:, :, :-1]], axis=2)
        self.put(point, shape, "on", chosen, standing)
        self.put(point, shape, "move", chosen, taken)
        self.put(point, shape, "fit", chosen, have)
        self.put(point, shape, "install", chosen, have & ~before)
        self.put(point, shape, "lost", chosen, before & ~have)
        self._produce(point, shape, prices, chosen, standing, taken, have)

    def produce(self, costs: Floats, plan: Floats, lines: Mask | None = None) -> Floats:
        """What a plan's lines (or some) make at a cost of each column, moves and measures given; all at the benchmark counts."""
        point = np.zeros(len(costs))

        def work(piece: tuple[int, Ints]) -> None:
            shape, chosen = self.shapes[piece[0]], piece[1]
            own = {name: shape.columns[name][chosen] for name in ("on", "move", "fit")}
            held = [np.where(number >= 0, plan[number], 0.0) > 0.5 for number in own.values()]
            self._produce(point, shape, self._prices(shape, costs, chosen), chosen, *held)

        self._each(work, lines)
        return point

    def _produce(self, point: Floats, shape: Shape, prices: Prices, chosen: Ints, standing: Mask, taken: Mask, have: Mask) -> None:
        """What is made at these prices, with the measures in place, and what is at the benchmark."""
        carries = shape.carries
        relief = np.minimum(prices.fitted, 0.0) * have
        rate = prices.make + np.einsum("lmt,km->lkt", relief, carries)
        left = standing.astype(float)
        for arc in range(len(shape.start)):
            if shape.end[arc] >= 0:
                left[:, shape.end[arc]] -= taken[:, arc] * shape.outage[chosen, arc]
        most = np.nan_to_num(shape.most[chosen])
        make = np.where(rate > 0, shape.least[chosen], most) * left
        make[:, :, 0] = 0.0
        self.put(point, shape, "make", chosen, make)
        carried = np.einsum("lkt,km->lmt", make, carries)
        self.put(point, shape, "fitted", chosen, np.where(relief < 0, carried * shape.share[chosen], 0.0))
        saved = np.einsum("lm,lmt->lt", shape.saving[chosen], have)
        gap = shape.gap[chosen]
        reached = saved[:, None, :] >= np.where(np.isfinite(gap), gap - slack(gap), gap)
        self.put(point, shape, "benchmark", chosen, standing & reached)

    @staticmethod
    def put(point: Floats, shape: Shape, name: str, chosen: Ints, values: Floats | Mask) -> None:
        """Write values of a variable into a point."""
        number = shape.columns[name][chosen]
        point[number[number >= 0]] = values[number >= 0]


def _blank(shape: Shape, years: int) -> Path:
    return Path(*(np.full((len(shape.lines), years), -1, dtype=np.int64) for _ in range(3)))


__all__ = ["Fleet", "Ints", "Plans"]
