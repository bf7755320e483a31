"""Solving line by line: cheapest paths against HiGHS, bounds never above the optimum, plans never below it and accepted by the examiner."""

from pathlib import Path

import highspy
import numpy as np
import pytest
from scipy import sparse
from worlds import Answer, draw, rows_of, run, scenario_of, write

from model.build import build, stages
from model.compile import compile_model
from model.decompose.blend import Blend, Kept
from model.decompose.coupling import coupling
from model.decompose.fleet import Fleet
from model.decompose.generate import generate
from model.decompose.kinds import joined, kinds
from model.decompose.master import Master
from model.decompose.mend import Mending
from model.decompose.partition import partition
from model.decompose.patterns import Patterns
from model.decompose.pricing import Pricer, representatives
from model.decompose.reading import OWN, Reader
from model.decompose.rounding import candidates
from model.decompose.stages import _Search, solve_by_lines
from model.decompose.table import DUAL
from model.decompose.whole import Late, Rounding, Whole, written
from model.errors import InfeasibleError, LimitError
from model.handover import Matrix
from model.names import Goal, Scope
from model.problem import assemble
from model.scenario import Scenario, SolverOptions, read_scenario
from model.session import Ask, certified
from model.solve import silent_highs
from model.synth import synthesise, write_tables
from model.tables import read_tables

ROOT = Path(__file__).parent.parent


def world(folder: Path, seed: int) -> Answer:
    """A solved random world."""
    drawn = draw(seed)
    return run(write(rows_of(drawn), folder / "world"), scenario_of(drawn))


def copied(folder: Path, seed: int, copies: int, stages: int = 1) -> Answer:
    """A random world with every line that often, in different sizes, and all amounts as many times; its first stages solved to 0.1 %."""
    drawn = draw(seed)
    tables = read_tables(write(rows_of(drawn), folder / "world"))
    write_tables(synthesise(tables, len(drawn.lines) * copies, drawn.years[-1], seed=1), folder / "copies")
    settings = scenario_of(drawn)
    budget = {key: value * copies for key, value in settings["budget"].items()}
    return run(folder / "copies", settings | {"solver": {"gap": 0.001}, "objectives": settings["objectives"][:stages], "budget": budget})


def fleets(folder: Path, lines: int) -> Matrix:
    """Copies of the real fleet, to 2023."""
    write_tables(synthesise(read_tables(ROOT / "data" / "chongqing"), lines, 2023, seed=0), folder / "data")
    scenario = read_scenario(ROOT / "scenarios" / "plan.yaml")
    scenario = scenario.model_copy(update={"years": scenario.years.model_copy(update={"last": 2023})})
    problem = assemble(read_tables(folder / "data"), scenario)
    return compile_model(build(problem, [Goal.EMISSIONS], scenario.boundary, closest=False, lazy=True))


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
    matrix = fleets(tmp_path, 186)
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


@pytest.mark.parametrize("seed", [0, 7, 12])
def test_copies_are_shared_out_by_size(tmp_path: Path, seed: int) -> None:
    """Eight lines of each kind: bound and plan within 0.5 % of what branch and bound finds to 0.1 %; the examiner accepts the plan."""
    answer = copied(tmp_path, seed, 8)
    (goal, value), bound = next(iter(answer.stages.items())), answer.outcome.stages[0].bound
    outcome = solve_by_lines(answer.matrix, [goal], SolverOptions(gap=0.001, time_limit=20))
    stage = outcome.stages[0]
    assert 0.995 * value < stage.bound <= value * (1 + 1e-9)
    assert bound * (1 - 1e-9) <= stage.value < 1.005 * value
    assert certified(answer.problem, answer.matrix, Ask((goal,), Scope.THREE, closest=False), outcome).certificate.valid


def test_later_stages_keep_the_earlier_ones(tmp_path: Path) -> None:
    """Least cost first, then least emissions at that cost and 1 %: each stage's value at the end is within what it was kept at."""
    answer = copied(tmp_path, 0, 8, stages=2)
    outcome = solve_by_lines(answer.matrix, list(answer.stages), SolverOptions(gap=0.01, time_limit=20))
    for stage in outcome.stages:
        assert stage.bound * (1 - 1e-9) <= stage.value <= stage.bound / (1 - stage.gap) * (1 + 1e-9)
    assert outcome.stages[0].gap < 0.0101
    assert outcome.stages[1].value < 1.02 * answer.stages[outcome.stages[1].goal]


def test_the_plan_of_the_stage_before_is_a_plan_of_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without any sharing out in the second stage, the decisions of the first still hold, within what it was kept at."""
    whole = Rounding.run

    def only_start(self: Rounding, bound: float, gap: float, late: Late, start: list[np.ndarray] | None = None) -> Whole | None:
        if start is not None:
            monkeypatch.setattr("model.decompose.whole.ROUNDS", 0)
        return whole(self, bound, gap, late, start)

    monkeypatch.setattr(Rounding, "run", only_start)
    answer = copied(tmp_path, 0, 8, stages=2)
    goals = tuple(answer.stages)
    outcome = solve_by_lines(answer.matrix, goals, SolverOptions(gap=0.001, time_limit=20))
    first, second = outcome.stages
    assert first.gap <= 0.0011
    assert second.value >= second.bound
    assert certified(answer.problem, answer.matrix, Ask(goals, Scope.THREE, closest=False), outcome).certificate.valid


def test_sizes_are_shared_out_as_near_as_they_go() -> None:
    """By hand: 3, 3, 2, 2, 2 in two sixes; and 53 sizes in parts of which the least is a few of them."""
    size = np.array([3.0, 3.0, 2.0, 2.0, 2.0])
    part = partition(size, np.array([6.0, 6.0]))
    assert np.bincount(part, weights=size).tolist() == [6.0, 6.0]
    size = np.random.default_rng(0).lognormal(0.0, 0.25, 53)
    target = size.sum() * np.array([0.05, 0.1, 0.35, 0.5])
    assert np.bincount(partition(size, target), weights=size) == pytest.approx(target, abs=2e-3 * size.sum())


def test_sites_alike_are_blocks_of_one_kind(tmp_path: Path) -> None:
    """Three fleets: the steelworks' furnaces and converters, and a smelter with its power plant, decide together; all others alone."""
    reader = Reader(fleets(tmp_path, 279))
    fleet = Fleet(reader, 1)
    parts = coupling(reader, fleet)
    few = representatives(fleet, parts)
    found, inside = kinds(Pricer(reader.matrix, fleet, parts, Goal.EMISSIONS), few)
    lines = [few.families[number].lines[places] for kind in found for number, places in kind.members]
    assert sorted(np.concatenate(lines).tolist()) == list(range(279))
    sites = [kind for kind in found if len(kind.members) > 1]
    assert sorted((len(kind.members), len(kind.scale)) for kind in sites) == [(2, 3), (6, 3)]
    names = {fleet.names[few.families[number].lines[places[0]]].rsplit("_", 1)[0] for number, places in sites[0].members}
    assert names in ({"al_qn", "pp_qn"}, {f"cisl_{kind}{at}" for kind in ("", "bf") for at in (1, 2, 3)})
    assert set(reader.rule[parts.rows[inside]]) == {"companions", "balance"}


@pytest.mark.parametrize("seed", [0, 7])
def test_whole_blocks_in_the_blend_are_a_whole_plan(tmp_path: Path, seed: int) -> None:
    """Blocks thrown on paths at random, then moved: no row costs more than before, and where none is broken the matrix's rows hold."""
    answer = copied(tmp_path, seed, 8)
    goal = next(iter(answer.stages))
    reader = Reader(answer.matrix)
    fleet = Fleet(reader, 1)
    parts = coupling(reader, fleet)
    search = _Search(answer.matrix, SolverOptions(), lambda sign: None, fleet, parts, few := representatives(fleet, parts))
    pricer = Pricer(answer.matrix, fleet, parts, goal)
    kept, penalty = search.keeping(), search.penalty(pricer)
    master = Master(parts, pricer.costs, kept.rows, kept.most, search.tied(penalty))
    found = generate(pricer, master, search.pool, 1e-4, few, lambda now: now.rounds > 100)
    blocks, inside = kinds(pricer, few)
    chosen = candidates(pricer, few, found, search.pool, 5)
    joint = [joined(kind, few, chosen, search.pool) for kind in blocks]
    patterns = Patterns(pricer, few)
    patterns.learn(search.pool)
    patterns.add(chosen)
    blend = Blend(pricer, few, patterns, chosen, blocks, joint, inside, Kept(kept.rows, kept.most), penalty)
    dice = np.random.default_rng(seed)
    thrown = [dice.integers(len(paths), size=len(kind.scale)) for paths, kind in zip(blend.paths, blocks, strict=True)]
    moved = Mending(blend, [np.zeros(len(paths)) for paths in blend.paths]).run(thrown)
    paid = []
    for taken in (thrown, moved):
        chosen_of = zip(taken, blocks, blend.paths, strict=True)
        sums = np.concatenate([np.bincount(own, weights=kind.scale, minlength=len(paths)) for own, kind, paths in chosen_of])
        blend.hold(np.concatenate(blend.shares), sums, sums)
        value, point = blend.solve(DUAL)
        paid.append(float(point[blend.slack] @ blend.penalty))
    assert paid[1] <= paid[0] + 1e-6
    plan = written(blend, Whole(value, moved, point))
    activity = answer.matrix.matrix @ plan
    over = np.maximum(answer.matrix.lower - activity, activity - answer.matrix.upper)
    assert (over <= 1e-6 * np.maximum(1.0, np.abs(activity)) + point[blend.slack].sum()).all()
    assert answer.matrix.worth(goal, plan) == pytest.approx(value)


@pytest.mark.parametrize(("seed", "word"), [(3, r"no mixture|路径组合"), (1, r"no plan of whole|整条产线")])
def test_clauses_that_nothing_meets_end_with_a_word(tmp_path: Path, seed: int, word: str) -> None:
    """Worlds in which branch and bound proves that there is no plan: no long search, and the message says so."""
    drawn = draw(seed)
    folder = write(rows_of(drawn), tmp_path / "world")
    with pytest.raises(InfeasibleError):
        run(folder, scenario_of(drawn))
    scenario = Scenario.model_validate(scenario_of(drawn))
    goals = stages(scenario.objectives, scenario.targets)
    matrix = compile_model(build(assemble(read_tables(folder), scenario), goals, scenario.boundary, closest=False, lazy=True))
    with pytest.raises(LimitError, match=word):
        solve_by_lines(matrix, goals, SolverOptions(time_limit=60))
