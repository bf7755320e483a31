"""The compiled matrix is stock Pyomo's: rule by rule, on the province, on random variants of it, and on the real plan."""

import logging
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
import xarray as xr
from conftest import ModelBuilder
from pyomo.common.errors import InfeasibleConstraintException
from scipy import sparse

from model.build import build, stages
from model.compile import compile_model
from model.compile.templates import check_version
from model.errors import SolverError
from model.folders import Folders
from model.handover import Matrix, to_matrix
from model.names import Target
from model.objective import OBJECTIVES
from model.rules import RULE_NAMES, RULES
from model.runner import prepare
from model.scenario import Scenario
from model.solution import decisions
from model.solve import solve

ROOT = Path(__file__).parent.parent
SEEDS = (1, 2, 3)
GOALS = tuple(OBJECTIVES)
CHANGED = (
    "capacity", "use", "change", "intensity", "direct", "need", "price", "outage", "minimum_load", "saving", "clause_value", "embodied",
    "fixed", "variable", "step_cash", "fit_annuity", "ratio", "endowment", "value_added", "demand", "supply", "availability",
    "sell_price", "carbon_price", "clause_weight", "pull", "factor", "fit_most", "benchmark_gap", "base_make", "segment_direct",
)  # fmt: skip
"""Inputs whose numbers a random variant changes; zeros among them change the sets."""


def varied(problem: xr.Dataset, seed: int) -> xr.Dataset:
    """The problem with other numbers, some of them zero, so that sets lose members too."""
    rng = np.random.default_rng(seed)
    changed = problem.copy(deep=True)
    for name in CHANGED:
        if name in changed:
            values = changed[name].values
            factor = rng.uniform(0.5, 2.0, values.shape) * (rng.random(values.shape) > 0.15)
            changed[name] = changed[name].copy(data=values * np.where(np.isfinite(values), factor, 1.0))
    return changed


def rows(matrix: Matrix, order: list[int]) -> dict[tuple[str, Any], tuple[tuple[float, ...], ...]]:
    """Every row by name with its columns in the given order, scaled so that its first coefficient is positive."""
    found = {}
    table = sparse.csr_array(matrix.matrix[:, order])
    table.sort_indices()
    for place, name in enumerate(matrix.rows):
        inside = slice(table.indptr[place], table.indptr[place + 1])
        sign = np.sign(table.data[inside][0])
        limits = sorted((sign * matrix.lower[place], sign * matrix.upper[place]))
        assert name not in found
        found[name] = (tuple(table.indices[inside].tolist()), tuple((sign * table.data[inside]).tolist()), tuple(limits))
    return found


def assert_equal(stock: Matrix, compiled: Matrix) -> None:
    """The same columns, rows, objectives; in whatever order."""
    names = sorted(stock.columns, key=repr)
    assert names == sorted(compiled.columns, key=repr)
    orders = [sorted(range(len(names)), key=[repr(name) for name in matrix.columns].__getitem__) for matrix in (stock, compiled)]
    for part in ("column_lower", "column_upper", "integer"):
        np.testing.assert_array_equal(getattr(stock, part)[orders[0]], getattr(compiled, part)[orders[1]], err_msg=part)
    assert list(stock.objectives) == list(compiled.objectives)
    for name in stock.objectives:
        np.testing.assert_allclose(stock.objectives[name][orders[0]], compiled.objectives[name][orders[1]], rtol=1e-12, err_msg=name)
        assert stock.offsets[name] == pytest.approx(compiled.offsets[name])
    assert stock.shape() == compiled.shape()
    expected, found = rows(stock, orders[0]), rows(compiled, orders[1])
    assert list(expected) == list(found)
    for name, (columns, values, limits) in expected.items():
        assert found[name][0] == columns, name
        np.testing.assert_allclose(found[name][1], values, rtol=1e-12, err_msg=str(name))
        np.testing.assert_allclose(found[name][2], limits, rtol=1e-12, atol=1e-12, err_msg=str(name))


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Notes of falling back are read by the tests."""
    caplog.set_level(logging.WARNING, "model.compile")
    return caplog


def notes(caplog: pytest.LogCaptureFixture) -> list[str]:
    """What the compiler noted."""
    return [record.getMessage() for record in caplog.records if record.name.startswith("model.compile")]


@pytest.mark.parametrize("room", RULES, ids=RULE_NAMES)
@pytest.mark.parametrize("seed", [0, *SEEDS])
def test_rule_by_rule(room: ModuleType, seed: int, province: xr.Dataset, build_model: ModelBuilder, quiet) -> None:
    """Each rule alone gives stock Pyomo's rows, and needs no fall-back."""
    problem = varied(province, seed) if seed else province
    try:
        stock = to_matrix(build_model(problem, (room,)))
    except InfeasibleConstraintException:
        with pytest.raises(InfeasibleConstraintException):
            compile_model(build_model(problem, (room,), lazy=True))
        return
    assert_equal(stock, compile_model(build_model(problem, (room,), lazy=True)))
    assert notes(quiet) == []
    assert seed or stock.shape()[0] > 0


@pytest.mark.parametrize("lazy", [False, True])
@pytest.mark.parametrize("closest", [False, True])
def test_the_whole_province(province: xr.Dataset, build_model: ModelBuilder, closest: bool, lazy: bool, quiet) -> None:
    """All rules and objectives together, on models declared either way."""
    goals = GOALS if closest else GOALS[1:]
    stock = to_matrix(build_model(province, goals=goals, closest=closest))
    assert_equal(stock, compile_model(build_model(province, goals=goals, closest=closest, lazy=lazy)))
    assert notes(quiet) == []


@pytest.fixture(scope="module")
def plan() -> tuple[Scenario, xr.Dataset]:
    """The real plan."""
    _, scenario, problem = prepare(Folders(ROOT), "plan")
    return scenario, problem


def test_the_real_plan(plan: tuple[Scenario, xr.Dataset], quiet) -> None:
    """Every row of the real problem."""
    scenario, problem = plan
    goals, closest = stages(scenario.objectives, scenario.targets), scenario.targets is Target.CLOSEST
    stock = to_matrix(build(problem, goals, scenario.boundary, closest=closest))
    assert_equal(stock, compile_model(build(problem, goals, scenario.boundary, closest=closest, lazy=True)))
    assert notes(quiet) == []


def room(name: str, over: Callable[..., Any], rule: Callable[..., Any]) -> Any:
    """A rule that no file holds."""
    return SimpleNamespace(__name__=name, over=over, rule=rule)


def first_year_only(m: pyo.ConcreteModel, line: str, year: int) -> Any:
    """A rule that looks at its index."""
    if year == 2022:
        return pyo.Constraint.Skip
    return sum(m.on[line, name, year] for name in m.configurations_of[line]) >= 0.5 + (0.25 if year > 2022 else 0)


def several_branches(m: pyo.ConcreteModel, line: str, configuration: str, year: int) -> Any:
    """A rule that asks a set."""
    if (line, configuration) in m.producing:
        return m.make[line, configuration, year] <= 7 * m.on[line, configuration, year] + 3
    return 2 * m.on[line, configuration, year] <= 1


def squared(m: pyo.ConcreteModel, year: int) -> Any:
    """A rule whose coefficient is a power, which the compiler does not read."""
    return m.cost["capital", year] <= m.span[year] ** 2 * m.cost["fixed", year] + 1


ODD = (
    room("first_year_only", lambda m: (m.lines, m.years), first_year_only),
    room("several_branches", lambda m: (m.states, m.plan_years), several_branches),
    room("squared", lambda m: (m.years,), squared),
)


def test_what_cannot_be_compiled_is_expanded(province: xr.Dataset, build_model: ModelBuilder, quiet) -> None:
    """Rules with branches stand among compiled ones, each with a note."""
    mixed: Any = (*RULES[:5], ODD[0], *RULES[5:9], ODD[1], ODD[2], *RULES[9:])
    stock = to_matrix(build_model(province, mixed, GOALS))
    assert_equal(stock, compile_model(build_model(province, mixed, GOALS, lazy=True)))
    found = notes(quiet)
    assert [note.split("'")[1] for note in found] == ["first_year_only", "several_branches", "squared"]


def test_shapes_that_rules_may_take(build_model: ModelBuilder, province: xr.Dataset, quiet) -> None:
    """Constants on either side, nested and constant sums, quotients, signs, ranges of numbers, scalar rows."""

    def both(m: pyo.ConcreteModel, year: int) -> Any:
        return 3 - m.cost["fixed", year] / 4 >= -(m.cost["capital", year] - 2 * m.span[year]) * 5

    def nested(m: pyo.ConcreteModel, year: int) -> Any:
        return sum(m.capacity[line, name] * m.on[line, name, year] for line in m.lines for name in m.configurations_of[line]) <= 9

    def constants(m: pyo.ConcreteModel, group: str) -> Any:
        kept = sum(m.capacity[line, name] for line, name in m.standing_of[group])
        return m.base_capacity[group] + kept <= sum(m.cost[item, year] for item in m.cost_items for year in m.years) + 1e6

    def numbers(m: pyo.ConcreteModel, year: int) -> Any:
        return m.cost["fixed", year] <= (year - 2000) * m.cost["capital", year]

    def within(m: pyo.ConcreteModel, year: int) -> Any:
        return m.cost["carbon", year] == (1 + m.span[year]) / 2

    def one_group(m: pyo.ConcreteModel, year: int) -> Any:
        return sum(m.make[line, name, year] for line, name in m.makers[province["good"].values.tolist()[0]]) <= 5 + m.cost["fixed", year]

    shapes: Any = [room(rule.__name__, over, rule) for over, rule in (
        (lambda m: (m.years,), both), (lambda m: (m.years,), nested), (lambda m: (m.groups,), constants), (lambda m: (m.years,), numbers),
        (lambda m: (m.years,), within), (lambda m: (m.years,), one_group))]  # fmt: skip
    assert_equal(to_matrix(build_model(province, shapes)), compile_model(build_model(province, shapes, lazy=True)))
    assert notes(quiet) == []


def test_rows_that_no_plan_can_meet(build_model: ModelBuilder, province: xr.Dataset) -> None:
    """A row without variables that is false is an error, as in stock Pyomo."""
    empty: Any = [room("empty", lambda m: (m.years,), lambda m, year: sum(0.0 * m.cost["fixed", year] for item in m.cost_items) >= 1)]
    for way in (lambda: to_matrix(build_model(province, empty)), lambda: compile_model(build_model(province, empty, lazy=True))):
        with pytest.raises(InfeasibleConstraintException):
            way()


def test_the_same_rules_still_expand(build_model: ModelBuilder, province: xr.Dataset) -> None:
    """A lazily declared model gives single rows on demand, and the whole by stock Pyomo after ``expand``."""
    stock, lazy = build_model(province, goals=GOALS), build_model(province, goals=GOALS, lazy=True)
    index = next(iter(stock.balance))
    assert str(lazy.balance[index].expr) == str(stock.balance[index].expr)
    for component in lazy.component_objects(pyo.Constraint):
        component.expand()
    assert_equal(to_matrix(stock), to_matrix(lazy))


def test_names_on_demand(build_model: ModelBuilder, province: xr.Dataset) -> None:
    """Names of single rows and columns, and of slices of them."""
    matrix = compile_model(build_model(province, goals=GOALS, lazy=True))
    assert matrix.columns[3] == list(matrix.columns)[3]
    assert matrix.rows[-2:] == list(matrix.rows)[-2:]


def test_fixed_and_bounded_by_hand(build_model: ModelBuilder, province: xr.Dataset) -> None:
    """What somebody does to single variables and rows counts."""
    m = build_model(province, goals=GOALS, lazy=True)
    m.cost["fixed", 2021].fix(4.0)
    m.buy["grid_power", 2021].setub(2.5) if "grid_power" in m.goods else None
    m.one_configuration[next(iter(m.one_configuration.index_set()))].deactivate()
    matrix = compile_model(m)
    place = list(matrix.columns).index(("cost", ("fixed", 2021)))
    assert (matrix.column_lower[place], matrix.column_upper[place]) == (4.0, 4.0)
    assert len(matrix.rows) == len(compile_model(build_model(province, goals=GOALS, lazy=True)).rows) - 1


def test_other_versions_of_pyomo() -> None:
    """Only what was tested is used."""
    check_version("6.10.7")
    for other in ("6.9.4", "6.11.0", "7.0"):
        with pytest.raises(SolverError, match=r"Pyomo .* is installed, rules can be compiled with 6\.10\.x only"):
            check_version(other)


def test_answers_agree(province: xr.Dataset, scenario: Scenario, build_model: ModelBuilder) -> None:
    """The stages reach the same values, and the decisions come back at their labels."""
    stock, compiled = (to_matrix(build_model(province, goals=GOALS)), compile_model(build_model(province, goals=GOALS, lazy=True)))
    answers = [solve(matrix, GOALS, scenario.solver) for matrix in (stock, compiled)]
    assert [stage.value for stage in answers[0].stages] == pytest.approx([stage.value for stage in answers[1].stages], abs=1e-6)
    for matrix, answer in zip((stock, compiled), answers, strict=True):
        found = decisions(province, matrix, answer)
        for (name, index), value in list(zip(matrix.columns, answer.values, strict=True))[::7]:
            parts = index if isinstance(index, tuple) else (index,)
            array = found[name]
            if array.dims[0] in ("state", "step", "retrofit"):
                half = {"state": "configuration", "step": "arc", "retrofit": "measure"}[str(array.dims[0])]
                own = (province[f"{array.dims[0]}_line"] == parts[0]) & (province[f"{array.dims[0]}_{half}"] == parts[1])
                array, parts = array[np.flatnonzero(own.values)[0]], parts[2:]
            assert float(array.sel(dict(zip(array.dims, parts, strict=True)))) == pytest.approx(value, abs=1e-6)


def test_lazy_declarations_say_the_same(build_model: ModelBuilder, province: xr.Dataset) -> None:
    """Every set, group, parameter and variable, asked one by one, is what stock Pyomo holds."""
    stock, lazy = build_model(province, []), build_model(province, [], lazy=True)
    for kind in (pyo.Set, pyo.Param, pyo.Var):
        assert [part.name for part in stock.component_objects(kind)] == [part.name for part in lazy.component_objects(kind)]
    for part in stock.component_objects(pyo.Set):
        other = getattr(lazy, part.name)
        assert len(part) == len(other)
        if part.is_indexed():
            assert {key: list(group) for key, group in part.items()} == {key: list(other[key]) for key in part}
        else:
            assert list(part) == list(other)
    for part in stock.component_objects(pyo.Param):
        other = getattr(lazy, part.name)
        assert dict(part.items()) == {key: other[key] for key in part}
        assert len(part) == len(other)
    for part in stock.component_objects(pyo.Var):
        other = getattr(lazy, part.name)
        assert {key: (one.bounds, one.domain) for key, one in part.items()} == {key: (other[key].bounds, other[key].domain) for key in part}


def test_unknown_index_of_lazy_parts(build_model: ModelBuilder, province: xr.Dataset) -> None:
    """A wrong label is an error, not a number."""
    lazy = build_model(province, [], lazy=True)
    for part in (lazy.capacity, lazy.demand, lazy.makers, lazy.on):
        with pytest.raises(KeyError):
            part["nobody", 1999]


def test_a_missing_number_is_named(build_model: ModelBuilder, province: xr.Dataset) -> None:
    """A rule that reads a parameter where it has no value fails as in stock Pyomo."""
    wrong: Any = [room("wrong", lambda m: (m.goods, m.years), lambda m, good, year: m.buy[good, year] <= m.need["cement_goods", good])]
    for lazy in (False, True):
        with pytest.raises((KeyError, ValueError)):
            m = build_model(province, wrong, lazy=lazy)
            compile_model(m)
