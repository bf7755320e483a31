"""What must hold between two runs, whatever the right answer is.

``M`` is the least emissions, infinite where no plan exists; among plans of least emissions the cheapest is taken.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pytest

from model.contract import ENTITIES, Named
from model.handover import Matrix, to_highs
from model.names import Goal
from model.scenario import SolverOptions
from model.solve import solve
from tests.nightly import NIGHTLY
from tests.worlds import Answer, Rows, draw, least, rows_of, run, scenario_of, write

FEW = (2, 8, 9, 16, 19, 25, 31, 33)
"""Worlds with a plan that between them have every clause, closures, conversions, new sites and all measures."""
SEEDS = sorted((*FEW, 0, 5, 6, 7, 12, 13, 15, 17, 18, 20, 21, 23, 24, 26, 27, 28, 29)) if NIGHTLY else FEW
"""Twenty-five by night."""
TINY = 1e-7


@dataclass
class Bench:
    """A world as tables and scenario, its least emissions, and a place to write variants."""

    seed: int
    rows: Rows
    settings: dict[str, Any]
    answer: Answer
    folder: Path

    @property
    def best(self) -> float:
        """M of the world as it is."""
        return self.answer.stages[Goal.EMISSIONS]

    def write(self, rows: Rows, *, backwards: bool = False) -> Path:
        """Tables in a fresh folder."""
        return write(rows, self.folder / f"variant_{len(list(self.folder.iterdir()))}" / "world", backwards=backwards)

    def least(self, rows: Rows | None = None, **settings: Any) -> float:
        """M of a variant."""
        return least(self.write(rows or self.rows), self.settings | settings)

    def agrees(self, variant: Answer, factor: float = 1.0) -> None:
        """M times a factor, and the same moves and measures."""
        assert variant.stages[Goal.EMISSIONS] == pytest.approx(factor * self.best, rel=TINY)
        for name in ("move", "install"):
            assert variant.taken(name) == self.answer.taken(name)

    def scaled(self, factor: float, choose: Callable[[str, dict[str, str]], bool]) -> Rows:
        """The tables with some facts' values multiplied."""
        rows = deepcopy(self.rows)
        for table, lines in rows.items():
            for line in lines:
                if "value" in line and choose(table, line):
                    line["value"] = repr(float(line["value"]) * factor)
        return rows


@pytest.fixture(scope="module", params=SEEDS)
def bench(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """One world, solved for emissions, then cost."""
    world, folder = draw(request.param), tmp_path_factory.mktemp("world")
    rows, settings = rows_of(world), scenario_of(world) | {"objectives": [Goal.EMISSIONS, Goal.COST]}
    return Bench(request.param, rows, settings, run(write(rows, folder / "original" / "world"), settings), folder)


def _no_more(variant: float, best: float) -> None:
    assert variant <= best + TINY * abs(best)


def _own(answer: Answer) -> Matrix:
    """The matrix with bounds and integrality of its own."""
    old = answer.matrix
    return replace(old, column_lower=old.column_lower.copy(), column_upper=old.column_upper.copy(), integer=old.integer.copy())


def _clause(name: str) -> Callable[[str, dict[str, str]], bool]:
    return lambda table, row: table == "clause_facts" and row["subject"] == name


def test_worlds_differ_enough(bench: Bench) -> None:
    """A relation that only ever sees idle worlds says nothing: every world here moves or retrofits a line."""
    assert bench.answer.taken("move") | bench.answer.taken("install")
    assert bench.best > 1


def test_every_clause_costs(bench: Bench) -> None:
    """Without any one of its clauses a world emits no more; without its value target it emits less."""
    names = [row["id"] for row in bench.rows["clauses"]]
    values = {name: bench.least(clauses={name: False}) for name in names}
    for value in values.values():
        _no_more(value, bench.best)
    assert values["target"] < bench.best


def test_wider_cap_and_lower_targets(bench: Bench) -> None:
    """A cap 20 % up, or a target or share 10 % down, never raises emissions; a target 2 % down lowers them."""
    for name, factor in (("cap", 1.2), ("target", 0.9), ("route_share", 0.9), ("utilisation", 0.9)):
        _no_more(bench.least(bench.scaled(factor, _clause(name))), bench.best)
    assert bench.least(bench.scaled(0.98, _clause("target"))) < bench.best


def test_tighter_target(bench: Bench) -> None:
    """A target 2 % up never lowers emissions, and may have no plan."""
    assert bench.least(bench.scaled(1.02, _clause("target"))) > bench.best


def test_no_minimum_load(bench: Bench) -> None:
    """Lines that may idle emit no more."""
    _no_more(bench.least(bench.scaled(0.0, lambda _, row: row["parameter"] == "minimum_load")), bench.best)


def test_more_quota_pace_supply_and_no_outage(bench: Bench) -> None:
    """More quota at hand, more scrap, a faster pace, no outage, more money: none raises emissions."""
    for name, factor in (("endowment", 2.0), ("supply", 1.5), ("pace_moves", 1.5), ("pace_retrofits", 1.5), ("outage", 0.0)):
        _no_more(bench.least(bench.scaled(factor, lambda _, row, name=name: row["parameter"] == name)), bench.best)
    _no_more(bench.least(budget={}), bench.best)


def test_forbidden_measures_and_moves(bench: Bench) -> None:
    """Forbidding what the plan does not use changes nothing; forbidding what it uses never helps."""
    for kind, name in (("measures", "install"), ("transitions", "move")):
        known = {row["id"] for row in bench.rows[kind]}
        used = {key for _, key, _ in bench.answer.taken(name)}
        bench.agrees(run(bench.write(bench.rows), bench.settings | {kind: {"forbid": sorted(known - used)}}))
        for key in sorted(used):
            assert bench.least(**{kind: {"forbid": [key]}}) >= bench.best * (1 - TINY)


def test_dirty_candidate(bench: Bench) -> None:
    """One more site that may be built changes M only downwards; a site that may never be built does not change it at all."""
    rows = deepcopy(bench.rows)
    site = next(row for row in rows["lines"] if row["status"] == "candidate") | {"id": "site_extra"}
    rows["lines"].append(site)
    rows["line_facts"].append(next(row for row in rows["line_facts"] if row["subject"] == "site_2") | {"subject": "site_extra"})
    _no_more(bench.least(rows), bench.best)
    site["family"] = "nowhere"
    assert bench.least(rows) == pytest.approx(bench.best, rel=TINY)


@pytest.mark.parametrize("factor", [0.01, 100.0])
def test_scaled_intensities(bench: Bench, factor: float) -> None:
    """All emission factors times a: M times a, same moves and measures."""
    rows = bench.scaled(factor, lambda _, row: row["parameter"].endswith("_emission"))
    bench.agrees(run(bench.write(rows), bench.settings), factor)


@pytest.mark.parametrize("factor", [0.1, 10.0])
def test_scaled_province(bench: Bench, factor: float) -> None:
    """Everything that has a size times a: M times a, same moves and measures."""
    sizes, clauses = ("capacity", "base_output", "supply", "endowment"), ("cap", "target")
    rows = bench.scaled(factor, lambda table, row: row["parameter"] in sizes or (table == "clause_facts" and row["subject"] in clauses))
    budget = {key: value * factor for key, value in bench.settings["budget"].items()}
    bench.agrees(run(bench.write(rows), bench.settings | {"budget": budget}), factor)


def test_order_of_rows_and_columns(bench: Bench) -> None:
    """Turning every table's rows and columns round changes no array of the problem, hence no decision."""
    variant = run(bench.write(bench.rows, backwards=True), bench.settings)
    assert variant.problem.identical(bench.answer.problem)
    assert variant.found.identical(bench.answer.found)


def _rename(rows: Rows, new: Callable[[str], str]) -> Rows:
    """Every id of every entity in every cell that names one; words in ``name``, ``wording`` and the like stay."""
    kinds = [kind.title for kind in ENTITIES if issubclass(kind, Named)]
    ids = {row["id"] for table in kinds for row in rows.get(table, [])} | {row["family"] for row in rows["lines"]}
    free = ("name_zh", "name_en", "kind", "status", "route", "parameter", "unit", "rule", "wording_zh", "wording_en", "source", "note")

    def cell(column: str, text: str) -> str:
        return text if column in free else ";".join(new(part) if part in ids else part for part in text.split(";"))

    return {table: [{column: cell(column, text) for column, text in row.items()} for row in lines] for table, lines in rows.items()}


@pytest.mark.parametrize("new", [lambda text: f"n_{text}", lambda text: f"n{text[::-1]}"], ids=["same order", "another order"])
def test_renamed_ids(bench: Bench, new: Callable[[str], str]) -> None:
    """Other ids, same emissions; where the ids keep their order the same moves under their new names."""
    folder = bench.write(_rename(bench.rows, new))
    variant = run(folder, bench.settings)
    assert variant.stages[Goal.EMISSIONS] == pytest.approx(bench.best, rel=TINY)
    if new("a") < new("b") and new("ab") < new("ba"):
        assert variant.taken("move") == {(new(line), new(arc), year) for line, arc, year in bench.answer.taken("move")}


@pytest.mark.parametrize(("unit", "factor"), [("t", 1e4), ("kt", 10.0), ("Mt", 0.01)])
def test_mass_in_any_unit(bench: Bench, unit: str, factor: float) -> None:
    """t, kt and Mt give the same arrays, the same M and the same moves and measures."""
    old = {"t": 1e4, "kt": 10.0, "10kt": 1.0, "Mt": 0.01}
    rows = deepcopy(bench.rows)
    for table, lines in rows.items():
        for line in lines:
            if table.endswith("_facts") and line["unit"] in old:
                line |= {"value": repr(float(line["value"]) / old[line["unit"]] * factor), "unit": unit}
    variant = run(bench.write(rows), bench.settings)
    for name in ("capacity", "base_make", "supply", "clause_value", "endowment"):
        assert variant.problem[name].values == pytest.approx(bench.answer.problem[name].values, rel=1e-12, nan_ok=True), name
    bench.agrees(variant)


def test_fixed_at_its_own_decisions(bench: Bench) -> None:
    """With every binary at the optimum's value the rest finds the same M."""
    matrix, whole = _own(bench.answer), bench.answer.matrix.integer
    fixed = np.round(bench.answer.outcome.values[whole])
    matrix.column_lower[whole] = matrix.column_upper[whole] = fixed
    outcome = solve(matrix, [Goal.EMISSIONS], SolverOptions(gap=0))
    assert outcome.stages[0].value == pytest.approx(bench.best, rel=TINY)


def test_relaxation_is_below(bench: Bench) -> None:
    """Without integrality M is no higher."""
    matrix = _own(bench.answer)
    matrix.integer[:] = False
    _no_more(solve(matrix, [Goal.EMISSIONS], SolverOptions(gap=0)).stages[0].value, bench.best)


@pytest.mark.parametrize("seed", [1, 2])
def test_solver_seed(bench: Bench, seed: int) -> None:
    """Another random seed finds the same M."""
    assert bench.least(solver={"gap": 0, "seed": seed}) == pytest.approx(bench.best, rel=TINY)


def test_without_presolve(bench: Bench) -> None:
    """HiGHS without presolve finds the same M."""
    highs = highspy.Highs()
    for option, value in (("output_flag", False), ("presolve", "off"), ("mip_rel_gap", 0.0)):
        highs.setOptionValue(option, value)
    to_highs(bench.answer.matrix, highs)
    row = bench.answer.matrix.objectives["objective_emissions"]
    highs.changeColsCost(len(row), np.arange(len(row), dtype=np.int32), row)
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    assert highs.getInfo().objective_function_value == pytest.approx(bench.best, rel=TINY)


def test_shorter_horizon(bench: Bench) -> None:
    """Without its last year, and the clauses that bind only then, a world emits no more than the full plan does in the years left."""
    first, last = bench.settings["years"]["first"], bench.settings["years"]["last"]
    if last - first < 2:
        pytest.skip("a world of one planning year has no shorter horizon")
    emission = bench.answer.found["emission"]
    left = float(emission.sel(year=[year for year in emission["year"].values if first < year < last]).sum())
    assert bench.least(years={"first": first, "last": last - 1}) <= left * (1 + TINY)


def test_twice_the_province(bench: Bench) -> None:
    """Two copies of every line under doubled targets, cap, supply, quota and budget emit at most twice as much."""
    sizes = ("supply", "endowment")
    doubled = ("cap", "target")
    rows = bench.scaled(2.0, lambda table, row: row["parameter"] in sizes or (table == "clause_facts" and row["subject"] in doubled)
                        or (table == "segment_facts" and row["parameter"] == "base_output"))  # fmt: skip
    rows["lines"] += [row | {"id": f"{row['id']}_twin"} for row in rows["lines"]]
    rows["line_facts"] += [row | {"subject": f"{row['subject']}_twin"} for row in rows["line_facts"]]
    budget = {key: value * 2 for key, value in bench.settings["budget"].items()}
    _no_more(bench.least(rows, budget=budget), 2 * bench.best)


def test_boundary(bench: Bench) -> None:
    """Scope 1 is within scopes 1+2, and these within the default that counts imports too."""
    one, two = (bench.least(boundary=scope) for scope in ("scope1", "scope12"))
    assert one <= two * (1 + TINY)
    _no_more(two, bench.best)


def test_order_of_goals(bench: Bench) -> None:
    """Cost after emissions is no lower than cost alone; with a tenth of emissions to spare it lies between."""
    folder = bench.write(bench.rows)
    alone = run(folder, bench.settings | {"objectives": ["cost"]}).stages[Goal.COST]
    spare = solve(bench.answer.matrix, [Goal.EMISSIONS, Goal.COST], SolverOptions(gap=0), keep=0.1).stages[1].value
    _no_more(alone, spare)
    _no_more(spare, bench.answer.stages[Goal.COST])


def test_a_plan_that_exists_is_found(tmp_path: Path) -> None:
    """Seed 26 has a plan under all its clauses (M = 128.37), hence also without its value target (M = 103.0957 without presolve)."""
    world = draw(26)
    settings = scenario_of(world) | {"objectives": [Goal.EMISSIONS, Goal.COST], "clauses": {"target": False}}
    assert least(write(rows_of(world), tmp_path / "world"), settings) == pytest.approx(103.09569790203936, rel=TINY)
