"""The hand-written model of the benchmarks is the compiled one, up to the order of its rows and columns."""

import sys
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from conftest import ModelBuilder
from scipy import sparse

from model.compile import compile_model
from model.handover import Matrix
from model.objective import OBJECTIVES
from model.rules import RULES
from model.scenario import Scenario
from model.solution import column_numbers

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))
from raw import PLAN_ONLY, RawMatrix, raw_matrix

GOALS = tuple(OBJECTIVES)


def order_of(problem: xr.Dataset, compiled: Matrix, raw: RawMatrix) -> np.ndarray:
    """The raw column of every compiled one."""
    numbers = column_numbers(problem, compiled)
    chosen = {"make": problem["state_good"].values != "", "benchmark": ~np.isnan(problem["benchmark_gap"].values)}
    order = np.full(compiled.shape()[1], -1)
    for name, columns in raw.blocks.items():
        own = numbers[name][..., 1:] if name in PLAN_ONLY else numbers[name]
        own = own[chosen[name]] if name in chosen else own
        order[own[own >= 0]] = columns[own >= 0]
    return order


def rows(matrix: sparse.csr_array, lower: np.ndarray, upper: np.ndarray) -> Counter[tuple[object, ...]]:
    """Every row that binds something, scaled so that its first coefficient is positive; nine digits."""
    matrix.sort_indices()
    found: Counter[tuple[object, ...]] = Counter()
    for place in range(matrix.shape[0]):
        inside = slice(matrix.indptr[place], matrix.indptr[place + 1])
        if inside.start == inside.stop or not np.isfinite([lower[place], upper[place]]).any():
            continue
        sign = np.sign(matrix.data[inside][0])
        numbers = [*(sign * matrix.data[inside]), *sorted((sign * lower[place], sign * upper[place]))]
        found[(*matrix.indices[inside].tolist(), *(f"{number + 0.0:.9g}" for number in numbers))] += 1
    return found


@pytest.mark.parametrize("closest", [False, True])
def test_the_hand_written_model_is_the_compiled_one(
    closest: bool, province: xr.Dataset, build_model: ModelBuilder, scenario: Scenario
) -> None:
    """Every rule, bound, integrality and objective at once, in a province where every rule has a row."""
    goals = GOALS if closest else GOALS[1:]
    compiled = compile_model(build_model(province, goals=goals, closest=closest, lazy=True))
    raw = raw_matrix(province, goals, scenario.boundary, closest=closest)
    order = order_of(province, compiled, raw)
    assert len(set(order.tolist())) == len(order)
    unused = np.setdiff1d(np.arange(raw.matrix.shape[1]), order)
    assert raw.matrix[:, unused].nnz == 0
    assert all(not costs[unused].any() for costs in raw.objectives.values())
    for part in ("column_lower", "column_upper", "integer"):
        np.testing.assert_array_equal(getattr(compiled, part), getattr(raw, part)[order], err_msg=part)
    for name, costs in compiled.objectives.items():
        np.testing.assert_allclose(costs, raw.objectives[name][order], rtol=1e-12, err_msg=name)
    expected = rows(sparse.csr_array(compiled.matrix), compiled.lower, compiled.upper)
    found = rows(sparse.csr_array(raw.matrix[:, order]), raw.lower, raw.upper)
    assert expected == found


def test_the_peers_rules_have_as_many_rows_and_entries(province: xr.Dataset, build_model: ModelBuilder) -> None:
    """What the benchmarks declare in linopy is what these rules are here, counted and summed."""
    pytest.importorskip("linopy")
    from peer import RULES as PEERS
    from peer import peer_handed_over, peer_model

    ours = compile_model(build_model(province, [room for room in RULES if room.__name__.rsplit(".", 1)[-1] in PEERS], lazy=True))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found: Any = peer_handed_over(peer_model(province))
    values = np.abs(found.getLp().a_matrix_.value_)
    filled = len(np.unique(sparse.csc_array(ours.matrix).indices))
    assert filled == ours.shape()[0]
    assert np.count_nonzero(values) == ours.matrix.nnz
    assert values.sum() == pytest.approx(np.abs(ours.matrix.data).sum())
