"""Declaration, compilation and hand-over of one problem in several ways, in turns inside one run; medians and their ratios.

``python benchmarks/ratios.py --lines 93,500,2000,5000``; stock Pyomo (measured once) with ``--ways raw,ours,stock --lines 500``.
Processor seconds count, because a shared machine stretches the clock; memory is the peak above what the process held before. Reading
files and the problem's arrays are outside.
"""

import argparse
import ctypes
import gc
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import highspy
import pyomo.environ as pyo
import xarray as xr
from raw import RawMatrix, raw_matrix

from model.bench.meter import machine
from model.build import build, stages
from model.compile import compile_model
from model.folders import Folders
from model.handover import to_highs
from model.names import Goal
from model.problem import assemble
from model.runner import read_checked
from model.scenario import Scenario, read_scenario
from model.solve import silent_highs
from model.synth import scenario_text, synthesise, write_tables

ROOT = Path(__file__).parent.parent


def synthetic(lines: int, years: int, folder: Path) -> tuple[Scenario, xr.Dataset]:
    """A synthetic problem under the plan's clauses."""
    folders = Folders(ROOT)
    tables = read_checked(folders.province(read_scenario(folders.scenario("plan")).data))
    title, last = f"synth-{lines}", 2020 + years - 1
    write_tables(synthesise(tables, lines, last, seed=0), folder / "data" / title)
    (folder / "data" / "units.csv").write_bytes((ROOT / "data" / "units.csv").read_bytes())
    (folder / "scenarios").mkdir(exist_ok=True)
    (folder / "scenarios" / "plan.yaml").write_bytes((ROOT / "scenarios" / "plan.yaml").read_bytes())
    (folder / "scenarios" / f"{title}.yaml").write_text(scenario_text(title, last), encoding="utf-8")
    scenario = read_scenario(folder / "scenarios" / f"{title}.yaml")
    return scenario, assemble(read_checked(folder / "data" / title), scenario)


def raw_handed_over(matrix: RawMatrix) -> highspy.Highs:
    """Arrays to HiGHS and nothing else."""
    highs = silent_highs()
    table = matrix.matrix
    highs.passModel(
        table.shape[1], table.shape[0], table.nnz, int(highspy.MatrixFormat.kColwise), int(highspy.ObjSense.kMinimize), 0.0,
        next(iter(matrix.objectives.values())), matrix.column_lower, matrix.column_upper, matrix.lower, matrix.upper,
        table.indptr, table.indices, table.data, matrix.integer.astype("int32"),
    )  # fmt: skip
    return highs


class Ways:
    """Ways to bring one problem to HiGHS."""

    def __init__(self, scenario: Scenario, problem: xr.Dataset) -> None:
        self.scenario, self.problem = scenario, problem
        self.goals: list[Goal] = stages(scenario.objectives, scenario.targets)

    def raw(self) -> object:
        """By hand in numpy."""
        return raw_handed_over(raw_matrix(self.problem, self.goals, self.scenario.boundary, closest=True))

    def ours(self) -> object:
        """Rules read as templates."""
        highs = silent_highs()
        to_highs(compile_model(build(self.problem, self.goals, self.scenario.boundary, closest=True, lazy=True)), highs)
        return highs

    def linopy(self) -> object:
        """The rules that make most of the matrix, in linopy."""
        from peer import peer_handed_over, peer_model

        return peer_handed_over(peer_model(self.problem))

    def stock(self) -> object:
        """Pyomo's own expansion and its own interface to HiGHS."""
        from pyomo.contrib.appsi.solvers import Highs

        model = build(self.problem, self.goals, self.scenario.boundary, closest=True)
        for objective in list(model.component_objects(pyo.Objective))[1:]:
            objective.deactivate()
        solver = Highs()
        solver.set_instance(model)
        return solver


def _status(name: str) -> float:
    """A line of this process' status in MB."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith(f"{name}:"))


def measured(way: Callable[[], object]) -> dict[str, float]:
    """Clock and processor seconds, and peak memory above the start in MB."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before, clock, processor = _status("VmRSS"), time.perf_counter(), time.process_time()
    made = way()
    found = {"clock": time.perf_counter() - clock, "processor": time.process_time() - processor, "memory": _status("VmHWM") - before}
    del made
    return found


def compared(lines: int, years: int, rounds: int, names: list[str]) -> dict[str, Any]:
    """Medians of every way, and their ratios to ``raw``."""
    with tempfile.TemporaryDirectory(prefix="ratios-") as folder:
        ways = Ways(*synthetic(lines, years, Path(folder)))
    found: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for turn in range(rounds):
        for name in names:
            if name != "stock" or turn == 0:
                found[name].append(measured(getattr(ways, name)))
    medians = {name: {key: statistics.median(run[key] for run in runs) for key in runs[0]} for name, runs in found.items()}
    return {"lines": lines, "years": years, "rounds": rounds, "medians": medians, "runs": found}


def main() -> None:
    """Measure every size, print a table, write the record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", default="93,500,2000,5000")
    parser.add_argument("--years", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--ways", default="raw,ours,linopy", help="of raw, ours, linopy, stock; raw is what the others are measured against"
    )
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks" / "ratios.json")
    asked = parser.parse_args()
    records = []
    for lines in (int(word) for word in asked.lines.split(",")):
        records.append(compared(lines, asked.years, asked.rounds, asked.ways.split(",")))
        medians = records[-1]["medians"]
        for name, values in medians.items():
            against = {key: value / medians["raw"][key] for key, value in values.items()}
            print(  # noqa: T201 - a benchmark prints
                f"{lines:6} x {asked.years}  {name:7}"
                + "".join(f"  {key} {values[key]:9.2f} ({against[key]:6.2f} x raw)" for key in ("processor", "clock", "memory")),
                flush=True,
            )
        records[-1]["load"] = os.getloadavg()
        about = {**machine(), "sizes": records}
        asked.output.write_text(json.dumps(about, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
