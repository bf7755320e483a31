"""How well the numbers behind a headline figure are known: shares of its contributions by the grade of the facts they rest on.

A contribution is a product of facts (use times emission factor, and so on); its grade is that of its weakest fact. What a
measure changes counts with its size, not its sign. Capacities, activity and the choice of the plan itself are not graded here.
"""

from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from model.contract import FACTS
from model.names import Grade
from model.solution import flat_values
from model.store import Stored
from model.tables import Tables

UNSTATED = ""
Book = dict[tuple[str, str, str, str], str]
EMISSION = ("direct_emission", "power_emission")


def _book(tables: Tables) -> Book:
    """Weakest grade by table, subject, parameter and item."""
    book: Book = {}
    for table in FACTS:
        for fact in tables.facts(table):
            for item in {fact.item or "", ""}:
                key = (table, fact.subject, fact.parameter, item)
                book[key] = max(book.get(key, ""), str(fact.grade))
    return book


def _plain(good: str) -> str:
    return good.split("@")[0]


def _find(book: Book, *keys: tuple[str, str, str, str]) -> str:
    """Grade of the first key that has a fact."""
    return next((book[key] for key in keys if key in book), UNSTATED)


class _Grader:
    """Grades of the facts behind one result's arrays."""

    def __init__(self, stored: Stored, tables: Tables) -> None:
        self.inputs, self.result = stored.inputs, stored.result
        self.book = _book(tables)
        self.goods = self.inputs["good"].values.tolist()
        self.factors = [
            max((_find(self.book, ("good_facts", _plain(good), name, "")) for name in EMISSION), default="") for good in self.goods
        ]

    def own(self, line: str, configuration: str, good: str) -> str:
        """Grade of what a line uses of a good."""
        item = _plain(good)
        keys = [("line_facts", line, "use", item), ("configuration_facts", configuration, "use", item)]
        return _find(self.book, *keys, ("configuration_facts", configuration, "use", good))

    def pairs(self, dim: str, second: str) -> list[tuple[str, str]]:
        """Labels of the pairs of a flat dim."""
        return list(zip(self.inputs[f"{dim}_line"].values.tolist(), self.inputs[f"{dim}_{second}"].values.tolist(), strict=True))

    def goods_of(self, weight: np.ndarray, per_good: np.ndarray, second: list[str], year: int) -> Iterator[tuple[str, float]]:
        """Contributions of goods used by lines and segments: use times ``per_good``; ``second`` grades the latter."""
        make = flat_values(self.result, self.inputs, "make")[:, year]
        fitted = flat_values(self.result, self.inputs, "fitted")[:, year]
        for amounts, rates, pairs in (
            (make, "use", self.pairs("state", "configuration")),
            (fitted, "change", self.pairs("retrofit", "measure")),
        ):
            values = amounts[:, None] * self.inputs[rates].values * per_good
            for row, good in zip(*np.nonzero(values), strict=True):
                line, other = pairs[row]
                if rates == "use":
                    first = self.own(line, other, self.goods[good])
                else:
                    first = _find(self.book, ("measure_facts", other, "use", _plain(self.goods[good])))
                yield max(first, second[good]), abs(float(values[row, good]))
        needs = weight[:, None] * self.inputs["need"].values * per_good
        segments = self.inputs["segment"].values.tolist()
        for row, good in zip(*np.nonzero(needs), strict=True):
            first = _find(self.book, ("segment_facts", segments[row], "use", _plain(self.goods[good])))
            yield max(first, second[good]), abs(float(needs[row, good]))


def _emissions(grader: _Grader, year: int) -> Iterator[tuple[str, float]]:
    inputs, result = grader.inputs, grader.result
    factor = inputs["factor"].values[:, :, year].sum(axis=1)
    yield from grader.goods_of(result["output"].values[:, year], factor, grader.factors, year)
    make = flat_values(result, inputs, "make")[:, year]
    sources = inputs["source"].values.tolist()
    direct = make[:, None] * inputs["direct"].values
    pairs = grader.pairs("state", "configuration")
    for row, source in zip(*np.nonzero(direct), strict=True):
        keys = ("configuration_facts", pairs[row][1], "direct_emission", sources[source])
        yield _find(grader.book, keys, (*keys[:3], "")), abs(float(direct[row, source]))
    released = result["output"].values[:, year, None] * inputs["segment_direct"].values
    segments = inputs["segment"].values.tolist()
    for row, source in zip(*np.nonzero(released), strict=True):
        yield _find(grader.book, ("segment_facts", segments[row], "direct_emission", sources[source])), abs(float(released[row, source]))
    for good, amount in zip(grader.goods, result["import_emission"].values[:, year].tolist(), strict=True):
        yield _find(grader.book, ("good_facts", _plain(good), "embodied_emission", "")), abs(amount)


def _energy(grader: _Grader, year: int) -> Iterator[tuple[str, float]]:
    names = ("energy_equivalent", "energy_calorific")
    second = [_find(grader.book, *(("good_facts", _plain(good), name, "") for name in names)) for good in grader.goods]
    yield from grader.goods_of(grader.result["output"].values[:, year], grader.inputs["equivalent"].values[:, year], second, year)


def _output(grader: _Grader, year: int) -> Iterator[tuple[str, float]]:
    for segment, amount in zip(grader.inputs["segment"].values.tolist(), grader.result["output"].values[:, year].tolist(), strict=True):
        grades = [_find(grader.book, ("segment_facts", segment, name, "")) for name in ("base_output", "growth_most")]
        yield max(grades), amount


def _investment(grader: _Grader, _: int) -> Iterator[tuple[str, float]]:
    for decision, cash, dim, second, table in (
        ("move", "step_cash", "step", "arc", "transition_facts"), ("install", "fit_cash", "retrofit", "measure", "measure_facts"),
    ):  # fmt: skip
        amount = flat_values(grader.result, grader.inputs, decision).sum(axis=1) * grader.inputs[cash].values
        for (_line, label), value in zip(grader.pairs(dim, second), amount.tolist(), strict=True):
            yield _find(grader.book, (table, label, "capex", ""), (table, label, "closure_cost", "")), value


FIGURES = {"emissions": _emissions, "output": _output, "investment": _investment, "energy": _energy}


def grade_shares(stored: Stored, tables: Tables) -> dict[str, dict[str, float]]:
    """Headline figure -> grade (A to E, '' where no fact states it) -> share of its contributions in the last year."""
    grader = _Grader(stored, tables)
    year = len(stored.inputs["year"]) - 1
    shares: dict[str, dict[str, float]] = {}
    for figure, contributions in FIGURES.items():
        found: dict[str, float] = defaultdict(float)
        for grade, amount in contributions(grader, year):
            found[grade] += amount
        total = sum(found.values())
        shares[figure] = {grade: found[grade] / total for grade in [*map(str, Grade), UNSTATED] if total and found[grade] > 0}
    return shares
