"""Fixtures that every test may use: the test province as tables, as a problem, and as a Pyomo model."""

from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pyomo.environ as pyo
import pytest
import xarray as xr

import tests.nightly  # noqa: F401 (chooses how many examples hypothesis draws)
from model.build import build
from model.checks import check_tables
from model.names import Goal
from model.problem import assemble
from model.rules import RULES
from model.scenario import Scenario, read_scenario
from model.tables import Tables, read_tables

PROVINCE = Path(__file__).parent / "province"
ModelBuilder = Callable[..., pyo.ConcreteModel]


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` rewrites tests/lp instead of comparing with it."""
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden LP texts")


@pytest.fixture(scope="session")
def tables() -> Tables:
    """Checked tables of the test province."""
    found = read_tables(PROVINCE)
    check_tables(found)
    return found


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    """The test province's scenario, in which every rule has a row."""
    return read_scenario(PROVINCE / "plan.yaml")


@pytest.fixture(scope="session")
def province(tables: Tables, scenario: Scenario) -> xr.Dataset:
    """The test province's problem; copy it before you change it."""
    return assemble(tables, scenario)


@pytest.fixture(scope="session")
def build_model(scenario: Scenario) -> ModelBuilder:
    """Builds a model of a problem with some rules and goals only, inside the scenario's boundary."""

    def make(
        problem: xr.Dataset, rules: Sequence[ModuleType] = RULES, goals: Sequence[Goal] = (), *, closest: bool = True, lazy: bool = False
    ) -> pyo.ConcreteModel:
        return build(problem, goals, scenario.boundary, closest=closest, rules=rules, lazy=lazy)

    return make
