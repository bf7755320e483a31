"""Models that the benchmarks measure, the real plan and a synthetic province of 500 lines, and their medians against two references."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from model.build import build, stages
from model.compile import compile_model
from model.folders import Folders
from model.handover import Matrix
from model.names import Goal
from model.problem import assemble
from model.runner import read_checked
from model.scenario import Scenario, read_scenario
from model.synth import synthesise, write_tables
from model.tables import Tables

ROOT = Path(__file__).parent.parent
MEDIANS: dict[str, dict[str, float]] = {}
"""Size -> step -> median seconds of this run."""


@dataclass
class Work:
    """A scenario's problem, its compiled matrix, and a point to extract (all zeros)."""

    scenario: Scenario
    tables: Tables
    problem: xr.Dataset
    goals: list[Goal]
    matrix: Matrix
    point: np.ndarray


@pytest.fixture(scope="session", params=["plan", "synth-500"])
def work(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Work:
    """The real plan, then 500 lines in the same years."""
    folders = Folders(ROOT)
    scenario = read_scenario(folders.scenario("plan"))
    tables = read_checked(folders.province(scenario.data))
    if request.param != "plan":
        folder = tmp_path_factory.mktemp("synth") / "synth"
        write_tables(synthesise(tables, 500, scenario.years.last, seed=0), folder)
        tables = read_checked(folder)
    problem = assemble(tables, scenario)
    goals = stages(scenario.objectives, scenario.targets)
    matrix = compile_model(build(problem, goals, scenario.boundary, closest=True, lazy=True))
    return Work(scenario, tables, problem, goals, matrix, np.zeros(matrix.shape()[1]))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say each median against both references of the same size and run."""
    for size, medians in MEDIANS.items():
        for name, seconds in medians.items():
            against = "".join(f"  {seconds / medians[other]:8.2f} x {other}" for other in ("raw", "linopy") if other in medians)
            terminalreporter.write_line(f"{size:10} {name:24} {seconds * 1000:9.1f} ms{against}")
