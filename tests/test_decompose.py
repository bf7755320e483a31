"""Solving line by line: cheapest paths against HiGHS, bounds never above the optimum, plans never below it and accepted by the examiner."""

from pathlib import Path

import highspy
import numpy as np
import pytest
from scipy import sparse
from worlds import Answer, draw, rows_of, run, scenario_of, write

from model.build import build
from model.compile import compile_model
from model.decompose.coupling import coupling
from model.decompose.fleet import Fleet
from model.decompose.master import Master
from model.decompose.pricing import Pricer, representatives
from model.decompose.reading import OWN, Reader
from model.decompose.stages import solve_by_lines
from model.names import Goal, Scope
from model.problem import assemble
from model.scenario import SolverOptions, read_scenario
from model.session import Ask, certified
from model.solve import silent_highs
from model.synth import synthesise, write_tables
from model.tables import read_tables

ROOT = Path(__file__).parent.parent


def world(folder: Path, seed: int) -> Answer:
    """A solved random world."""
    drawn = draw(seed)
    return run(write(rows_of(drawn), folder / "world"), scenario_of(drawn))


def alone(reader: Reader, fleet: Fleet, line: int, costs: np.ndarray) -> float:
    """Least cost of one line under its own rows, by branch and bound."""
    matrix, table = reader.matrix, reader.rows
    columns = np.flatnonzero(fleet.of == line)
    part = sparse.csc_array(table[:, columns])
    rows = np.flatnonzero((np.diff(sparse.csr_array(part).indptr) > 0) & np.isin(reader.rule, OWN))
    part = sparse.csc_array(table[rows][:, columns])
    highs: highspy.Highs = silent_highs()
    highs.setOptionValue("mip_rel_gap", 0.0)
    highs.passModel(
        len(columns), len(rows), part.nnz, 1, 1, 0.0, costs[columns], reader.lower[columns], reader.upper[columns], matrix.lower[rows],
        matrix.upper[rows], part.indptr.astype(np.int32), part.indices.astype(np.int32), part.data,
        matrix.integer[columns].astype(np.int32),
    )  # fmt: skip
    highs.run()
    return float(highs.getInfo().objective_function_value)


def prices_of_columns(reader: Reader, fleet: Fleet, seed: int) -> np.ndarray:
    """Random costs of lines' columns of the kind that multipliers make: what is installed costs, a benchmark reached earns."""
    dice = np.random.default_rng(seed)
    costs = dice.normal(size=len(fleet.of))
    costs[fleet.of < 0] = 0.0
    costs[reader.variable == "install"] = np.abs(costs[reader.variable == "install"])
    costs[np.isin(reader.variable, ("fit", "lost"))] = 0.0
    costs[np.isin(reader.variable, ("make", "fitted"))] *= 0.05
    costs[reader.variable == "benchmark"] = -np.abs(costs[reader.variable == "benchmark"])
    costs[reader.lower == reader.upper] = 0.0
    return costs


@pytest.mark.parametrize("seed", [0, 2, 7])
def test_the_cheapest_path_of_a_line_is_the_solvers(tmp_path: Path, seed: int) -> None:
    """Value and point of every line: as cheap as branch and bound finds, at what the point's columns cost, and within the line's rows."""
    answer = world(tmp_path, seed)
    reader = Reader(answer.matrix)
    fleet = Fleet(reader, 1)
    costs = prices_of_columns(reader, fleet, seed)
    found = fleet.cheapest(costs)
    for line in range(len(fleet.names)):
        own = fleet.of == line
        assert found.values[line] == pytest.approx(alone(reader, fleet, line, costs), abs=1e-7)
        assert costs[own] @ found.point[own] == pytest.approx(found.values[line], abs=1e-7)
    point = np.where(reader.lower == reader.upper, reader.lower, found.point)
    own_rows = np.isin(reader.rule, OWN)
    value = (reader.rows @ point)[own_rows]
    assert (value >= answer.matrix.lower[own_rows] - 1e-6).all()
    assert (value <= answer.matrix.upper[own_rows] + 1e-6).all()


def test_rows_over_one_line_are_its_own_and_all_others_couple(tmp_path: Path) -> None:
    """By hand: furnaces, arcs and sites share steel, scrap, power, coal, quota, caps, pace and money; nothing else ties them."""
    answer = world(tmp_path, 0)
    reader = Reader(answer.matrix)
    fleet = Fleet(reader, 1)
    parts = coupling(reader, fleet)
    assert sorted(fleet.names) == sorted(line.id for line in draw(0).lines)
    ends = zip(reader.rows.indptr[:-1], reader.rows.indptr[1:], strict=True)
    lines = [set(fleet.of[reader.rows.indices[first:last]].tolist()) - {-1} for first, last in ends]
    assert all(len(lines[row]) <= 1 for row in np.flatnonzero(np.isin(reader.rule, OWN)))
    assert {"balance", "emissions_by_source"} <= set(reader.rule[parts.rows])
    assert not set(reader.rule[parts.rows]) & set(OWN)
    assert parts.tie.sum() == len(parts.rows)


@pytest.mark.parametrize("seed", [2, 6, 8])
def test_any_multipliers_give_a_bound(tmp_path: Path, seed: int) -> None:
    answer = world(tmp_path, seed)
    goal = next(iter(answer.stages))
    reader = Reader(answer.matrix)
    fleet = Fleet(reader, 1)
    parts = coupling(reader, fleet)
    pricer = Pricer(answer.matrix, fleet, parts, goal)
    master = Master(parts, pricer.costs, sparse.csr_array((0, len(parts.free))), np.zeros(0), np.ones(parts.tie.shape[0]))
    dice = np.random.default_rng(seed)
    for scale in (0.0, 0.01, 1.0, 100.0):
        bound = pricer.price(master, scale * dice.normal(size=master.rows)).bound
        assert bound <= answer.stages[goal] + 1e-6 * max(1.0, abs(answer.stages[goal]))


def test_one_line_of_each_family_prices_them_all(tmp_path: Path) -> None:
    """Two copies of the real fleet, of different sizes: sites too are alike up to their size, so that a weighted sum is the whole sum.

    Nearly: furnaces of one family stand beside converters of slightly different sizes.
    """
    write_tables(synthesise(read_tables(ROOT / "data" / "chongqing"), 186, 2023, seed=0), tmp_path / "data")
    scenario = read_scenario(ROOT / "scenarios" / "plan.yaml")
    scenario = scenario.model_copy(update={"years": scenario.years.model_copy(update={"last": 2023})})
    matrix = compile_model(
        build(assemble(read_tables(tmp_path / "data"), scenario), [Goal.EMISSIONS], scenario.boundary, closest=False, lazy=True)
    )
    reader = Reader(matrix)
    fleet = Fleet(reader, 1)
    parts = coupling(reader, fleet)
    few = representatives(fleet, parts)
    assert few.chosen.sum() < len(fleet.names) / 3
    pricer = Pricer(matrix, fleet, parts, Goal.EMISSIONS)
    master = Master(parts, pricer.costs, sparse.csr_array((0, len(parts.free))), np.zeros(0), np.ones(parts.tie.shape[0]))
    for seed in range(3):
        prices = np.random.default_rng(seed).normal(size=master.rows)
        of_few, of_all = pricer.price(master, prices, few), pricer.price(master, prices)
        assert (of_few.plans.values * few.weight).sum() == pytest.approx(of_all.plans.values.sum(), rel=1e-5)


@pytest.mark.parametrize("seed", [0, 2, 5, 7, 9, 12])
def test_bound_and_plan_hold_the_optimum_between_them(tmp_path: Path, seed: int) -> None:
    """The first stage's bound is at most the optimum, its plan's value at least; the examiner accepts the plan."""
    answer = world(tmp_path, seed)
    goal = next(iter(answer.stages))
    outcome = solve_by_lines(answer.matrix, [goal], SolverOptions(gap=0.0, time_limit=20))
    stage, room = outcome.stages[0], 1e-6 * max(1.0, abs(answer.stages[goal]))
    assert answer.stages[goal] * 0.7 < stage.bound <= answer.stages[goal] + room
    assert stage.value >= answer.stages[goal] - room
    assert certified(answer.problem, answer.matrix, Ask((goal,), Scope.THREE, closest=False), outcome).certificate.valid
