"""The examiner's twin of a rule says of any point what the rule's rows say of it: the same violations, row by row.

Rules are compiled to a matrix by Pyomo's side, twins are numpy; neither knows the other. Points and numbers are drawn, so that
each coefficient, each row and each condition matters; most points are no plan at all.
"""

from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import xarray as xr
from conftest import ModelBuilder

from model.compile import compile_model
from model.examine import TWINS
from model.examine.case import Case, positions
from model.examine.rows import Rows, Sum, at_most, equal, term, together, total, weighted
from model.handover import Matrix
from model.rules import RULE_NAMES, RULES
from model.schema import PROBLEM
from model.solution import decisions
from tests.nightly import often

FLAGS = ("initial", "outside_life", "standing", "open", "measure_open", "new_at_benchmark", "green", "clause_target")
DRAWN = ("outside_life", "standing", "green")
"""Flags that are drawn; the others decide which columns there are."""
YEARS = (2020, 2021, 2023, 2026)
"""Not every year is a model year, so that spans of years and numbers of years differ."""
POINTS = 8


def redrawn(province: xr.Dataset, seed: int) -> xr.Dataset:
    """The province with other numbers in every array, years that are not next to each other, and clauses that bind more often."""
    rng, problem = np.random.default_rng(seed), province.copy(deep=True)
    for name in PROBLEM:
        values = problem[name].values.astype(float)
        if name in DRAWN:
            values = rng.integers(0, 2, values.shape).astype(float)
        elif name not in FLAGS:
            values = np.where(np.isfinite(values), values * rng.uniform(0.5, 2.0, values.shape), values)
        problem[name] = problem[name].copy(data=values)
    shape = problem["clause_value"].shape
    often_bound = np.where(rng.random(shape) < 0.7, rng.uniform(0.1, 30.0, shape), np.nan)
    often_bound[:, 0] = np.nan
    problem["clause_value"] = problem["clause_value"].copy(data=often_bound)
    problem["clause_scale"] = problem["clause_scale"].copy(data=rng.uniform(0.5, 2.0, shape))
    for name, choices in (("lapse", (1.0, 2.0, 3.0, np.inf)), ("outage", (0.0, 0.3)), ("span", (1.0, 2.0, 3.0)),
                          ("pace_moves", (0.05, 0.3, np.inf)), ("pace_retrofits", (0.05, 0.3, np.inf)),
                          ("yearly_budget", (0.5, np.inf)), ("total_budget", (2.0, np.inf)),
                          ("benchmark_gap", (0.01, 5.0, np.nan)), ("baseline_gap", (-1.0, 0.0, 3.0, np.nan))):  # fmt: skip
        problem[name] = problem[name].copy(data=rng.choice(choices, problem[name].shape))
    problem["saving"] = problem["saving"].copy(data=rng.uniform(-2.0, 4.0, problem["saving"].shape))
    return problem.assign_coords(year=list(YEARS))


@pytest.fixture(scope="module")
def drawn(province: xr.Dataset) -> list[xr.Dataset]:
    """The province with redrawn numbers, several times."""
    return [redrawn(province, seed) for seed in range(often(3, 20))]


def point(matrix: Matrix, rng: np.random.Generator) -> np.ndarray:
    """Any numbers for the columns, also negative ones; whole ones where a result has whole ones."""
    names = [name for name, _ in matrix.columns]
    scale = rng.choice([0.0, 0.1, 1.0, 10.0, 100.0], len(names))
    values = rng.normal(0.5, 1.0, len(names)) * scale
    whole = np.isin(names, ("on", "move", "fit", "install", "lost", "benchmark"))
    return np.where(whole, rng.integers(0, 2, len(names)), values)


def violations(matrix: Matrix, columns: np.ndarray) -> np.ndarray:
    """How far each row is broken, in ascending order; rows that hold left out."""
    body = matrix.matrix @ columns
    return positive(np.maximum(matrix.lower - body, body - matrix.upper))


def positive(gaps: np.ndarray) -> np.ndarray:
    """Gaps above rounding, in ascending order."""
    return np.sort(gaps[gaps > 1e-9].ravel())


@pytest.mark.parametrize("room", RULES, ids=RULE_NAMES)
def test_a_twin_says_what_its_rule_says(room: ModuleType, drawn: list[xr.Dataset], build_model: ModelBuilder) -> None:
    """Row by row at points that break the rule somewhere, so that no two rooms without rows agree by chance."""
    twin, rng, broken = TWINS[room.__name__.rsplit(".", 1)[-1]], np.random.default_rng(1), 0
    for problem in drawn:
        matrix = compile_model(build_model(problem, [room], lazy=True))
        for _ in range(POINTS):
            columns = point(matrix, rng)
            expected = violations(matrix, columns)
            rows = twin(Case(problem, decisions(problem, matrix, SimpleNamespace(values=columns))))  # type: ignore[arg-type]
            assert positive(rows.gap) == pytest.approx(expected, rel=1e-9)
            broken += len(expected)
    assert broken


def same(found: Any, value: Any, size: Any) -> bool:
    """Has a sum these values and sizes?"""
    return bool(np.allclose(found.value, value, rtol=1e-12) and np.allclose(found.size, size, rtol=1e-12))


def test_sums_remember_the_size_of_their_terms() -> None:
    """By hand: terms that cancel leave their magnitudes behind, to which a violation is compared."""
    one, two = term([3.0, -4.0]), term([-1.0, 4.0])
    assert same(one + two, [2, 0], [4, 8])
    assert same(one - two, [4, -8], [4, 8])
    assert same(np.array(-2.0) * (one + two), [-4, 0], [8, 16])
    assert same((one + two)[1], 0, 8)
    assert same((one - two).sum(), -4, 12)
    assert same(term([[1.0, -2.0], [3.0, 4.0]]).sum(), [4, 2], [4, 6])
    assert same(total(np.array([[1.0], [-2.0], [5.0]]), np.array([1, 1, 0]), 3), [[5], [-1], [0]], [[5], [3], [0]])
    assert same(total(np.array([1.0, -2.0, 5.0]), np.array([0, 2, 0]), 3), [6, 0, -2], [6, 0, 2])
    assert same(weighted(np.array([[2.0], [-3.0]]), np.array([[5.0], [7.0]])), [[-11]], [[31]])


def test_a_violation_counts_against_the_size_of_its_row() -> None:
    rows = at_most(term([1.0, 5.0, 300.0]), term([4.0, 2.5, 100.0]))
    assert rows.gap.tolist() == [-3, 2.5, 200]
    assert rows.size.tolist() == [5, 7.5, 400]
    assert rows.relative().tolist() == [0, 2.5 / 7.5, 0.5]
    assert rows.worst() == 0.5
    assert equal(term([1.0, 5.0]), term([4.0, 2.5])).relative().tolist() == [0.6, 2.5 / 7.5]
    assert Rows(np.array([0.25]), np.array([0.5])).worst() == 0.25, "rows smaller than 1 count as they are"
    assert Rows(np.zeros(0), np.zeros(0)).worst() == 0
    assert np.isnan(Rows(np.array([0.5, np.nan]), np.array([1.0, 1.0])).worst())
    assert np.isnan(Rows(np.array([0.5]), np.array([np.nan])).worst())
    both = together([rows, Rows(np.array([[9.0]]), np.array([[10.0]]))])
    assert both.gap.tolist() == [-3, 2.5, 200, 9]
    assert both.size.tolist() == [5, 7.5, 400, 10]
    assert together([]).worst() == 0
    assert same(Sum(np.array([1.0]), np.array([2.0]))[:0], [], [])


def test_positions_of_labels() -> None:
    labels = np.array(["c", "a", "b"])
    assert positions(labels, np.array(["a", "c", "x", "", "b", "d"])).tolist() == [1, 0, -1, -1, 2, -1]
    assert positions(labels[:0], np.array(["a", "b"])).tolist() == [-1, -1]
    assert positions(labels, labels[:0]).tolist() == []
