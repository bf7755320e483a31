"""Whatever cell of the tables or lever of the scenario is changed, there is a problem without a hole in it or a fault in words."""

import csv
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pytest
from conftest import PROVINCE
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from model.build import build, stages
from model.compile import compile_model
from model.errors import InputError
from model.names import Target
from model.problem import assemble
from model.replay import gate
from model.runner import read_checked
from model.scenario import Scenario, read_scenario
from model.tables import Tables
from tests.nightly import often

TABLES = {path.name: list(csv.reader(path.read_text("utf-8").splitlines())) for path in sorted(PROVINCE.glob("*.csv"))}
CELLS = sorted({cell for rows in TABLES.values() for row in rows[1:] for cell in row})
ODD = ["", "0", "-1", "1", "1e300", "1e-300", "-1e300", "2019", "2026", "nan", "true", "=1", "a;b", ";", "甲", "0.5", "1000000"]
NUMBERS = st.sampled_from([0.0, 1.0, -1.0, 0.5, 2.0, 100.0, 1e-9, 1e9, 1e300, 1e-300, 2021.0])
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


def whole(tables: Tables, scenario: Scenario) -> None:
    """Assemble and compile; every number that reaches the solver is one."""
    problem = assemble(tables, scenario)
    gate(problem, tables)
    goals, closest = stages(scenario.objectives, scenario.targets), scenario.targets is Target.CLOSEST
    matrix = compile_model(build(problem, goals, scenario.boundary, closest=closest, lazy=True))
    assert np.isfinite(matrix.matrix.data).all()
    assert all(np.isfinite(row).all() for row in matrix.objectives.values())
    for low, high in ((matrix.lower, matrix.upper), (matrix.column_lower, matrix.column_upper)):
        assert not (np.isnan(low) | np.isnan(high) | np.isposinf(low) | np.isneginf(high)).any()


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, int, int | None, str]:
    """A table, a row of it, a column and its new cell; without a column the row goes."""
    table = draw(st.sampled_from(list(TABLES)))
    row = draw(st.integers(1, len(TABLES[table]) - 1))
    column = draw(st.integers(0, len(TABLES[table][0]) - 1) | st.none())
    own = st.sampled_from([line[column] for line in TABLES[table][1:]]) if column is not None else st.just("")
    return table, row, column, draw(st.sampled_from(ODD) | own | st.sampled_from(CELLS))


def edit(table: str, start: str, column: str, cell: str) -> tuple[str, int, int, str]:
    """An edit of the row that starts so."""
    row = next(place for place, line in enumerate(TABLES[table]) if ",".join(line).startswith(start))
    return table, row, TABLES[table][0].index(column), cell


@settings(max_examples=often(40, 3000), suppress_health_check=SLOW)
@given(st.lists(edits(), min_size=1, max_size=3))
@example([edit("groups.csv", "crude_steel", "unit", "furlong")])
@example([edit("measure_facts.csv", "preheating,life", "unit", "t")])
@example([edit("lines.csv", "kiln_a", "configuration", "not_built")])
@example([edit("transitions.csv", "convert,", "end", "kiln_new")])
def test_any_change_of_the_tables_is_a_problem_or_a_fault(scenario: Scenario, changes: Sequence[tuple[str, int, int | None, str]]) -> None:
    tables = {name: [list(row) for row in rows] for name, rows in TABLES.items()}
    for table, row, column, cell in changes:
        if column is None:
            tables[table][row] = []
        elif tables[table][row]:
            tables[table][row][column] = cell
    with TemporaryDirectory() as folder:
        for name, rows in tables.items():
            with (Path(folder) / name).open("w", encoding="utf-8", newline="") as file:
                csv.writer(file, lineterminator="\n").writerows(rows)
        try:
            whole(read_checked(Path(folder)), scenario)
        except InputError as error:
            assert error.faults


AMOUNTS = NUMBERS | st.booleans() | st.dictionaries(st.sampled_from([2020, 2021, 2022, 2023, 2025]), NUMBERS, min_size=1, max_size=2)
SUBJECTS = {
    "caps": ["crude_steel"], "production_floors": ["clinker"], "utilisation_floors": ["crude_steel"], "benchmark_shares": ["clinker"],
    "short_process_shares": ["crude_steel"], "green_power_shares": ["crude_steel"], "energy_intensity": ["value_added"],
    "target_values": ["gross_output", "value_added", "new_material", "building", "materials"],
    "replacement_ratios": ["in_place", "ordinary", "relocated"], "quota_at_hand": ["steel_quota", "clinker_quota"],
    "supply": ["scrap", "coal"], "prices": ["coal", "grid_power"], "demand": ["clinker"], "embodied": ["coal"],
    "growth": ["steel_sales", "cement_goods"], "growth_least": ["steel_sales"], "growth_most": ["cement_goods"],
    "pace": ["crude_steel", "clinker"],
}  # fmt: skip
LEVERS = st.fixed_dictionaries({}, optional={
    name: st.dictionaries(st.sampled_from(subjects), AMOUNTS, min_size=1, max_size=2) for name, subjects in SUBJECTS.items()
}).map(lambda found: dict(list(found.items())[:3]))  # fmt: skip
OTHERS = st.fixed_dictionaries({}, optional={
    "discount_rate": NUMBERS, "carbon_price": AMOUNTS, "grid_factor": AMOUNTS, "keep": NUMBERS,
    "targets": st.sampled_from(["firm", "closest"]), "objectives": st.sampled_from([["cost"], ["cost", "emissions"]]),
    "years": st.sampled_from([[2020, 2021], [2020, 2022, 2023], [2021, 2023], [2019, 2023], [2020, 2030]]),
    "budget": st.dictionaries(st.sampled_from(["yearly", "total"]), NUMBERS, min_size=1),
    "facts": st.lists(st.builds(
        lambda table, row, value: {"table": table, "subject": TABLES[f"{table}.csv"][row][0], "parameter": TABLES[f"{table}.csv"][row][1],
                                   "value": value},
        st.sampled_from(["measure_facts", "transition_facts", "good_facts", "segment_facts"]), st.integers(1, 8), NUMBERS), max_size=1),
})  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the province's scenario, beside which another may extend it."""
    folder = tmp_path_factory.mktemp("scenarios")
    shutil.copy(PROVINCE / "plan.yaml", folder)
    return folder


def said(value: Any) -> str:
    """A value as YAML says it in one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {said(part)}" for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(said(part) for part in value) + "]"
    return str(value).lower() if isinstance(value, bool) else str(value)


@settings(max_examples=often(40, 3000), suppress_health_check=SLOW)
@given(LEVERS, OTHERS)
@example({"target_values": {"gross_output": 0.0}}, {"targets": "closest"})
@example({}, {"discount_rate": -1.0})
@example({}, {"facts": [{"table": "transition_facts", "subject": "retire_furnace", "parameter": "life", "value": 0.0}]})
def test_any_change_of_the_scenario_is_a_problem_or_a_fault(written: Path, tables: Tables, levers: Any, others: Any) -> None:
    path = written / "changed.yaml"
    path.write_text("extends: plan\n" + "".join(f"{key}: {said(value)}\n" for key, value in (levers | others).items()), "utf-8")
    try:
        whole(tables, read_scenario(path))
    except InputError as error:
        assert error.faults
