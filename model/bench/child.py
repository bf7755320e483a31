"""What a child process does: read a job, prepare or run one instance, write a record.

Called as ``python -m model.bench.child JOB.json RECORD.json``. Of a scenario the stage of emissions is run (or its first
stage, if it has none of emissions); where targets may be missed, the shortfall is solved before, once for all runs, and kept.
"""

import contextlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import pyomo

from model.bench.answer import Answer
from model.bench.case import Case, examined, most, open_scenario, relaxed_value
from model.bench.configurations import CONFIGURATIONS, Configuration
from model.bench.foreign import run_foreign, to_pyomo
from model.bench.highs import options_of, pass_to_highs, run_highs
from model.bench.instances import Instance, read_mps, stage_instance, violations, write_mps
from model.bench.meter import Meter, processor_seconds
from model.bench.scip import run_scip, to_scip
from model.bench.stages import measure_one
from model.errors import InputError, PathwayError
from model.folders import Folders
from model.solve import solve

DOUBTFUL = 1e-4
"""Above this violation (the community's threshold for a closer look) a point is not believed."""
Job = dict[str, Any]
Record = dict[str, Any]


def _opened(job: Job, meter: Meter) -> tuple[Instance, Case | None]:
    """The instance of a job, and the scenario behind it, if any."""
    if job["mps"]:
        with meter.step("read"):
            return read_mps(Path(job["mps"])), None
    case = open_scenario(Folders(Path(job["root"])), job["instance"], meter)
    return stage_instance(case.matrix, case.goal, job["kept"]), case


def prepare(job: Job) -> Record:
    """What all runs of an instance share: the value of the stage before it, its size; writes its MPS if asked."""
    meter = Meter()
    instance, case = _opened(job | {"kept": {}}, meter)
    kept: dict[str, float] = {}
    size = f"{instance.counts()['rows']}-{instance.counts()['columns']}"
    if case is not None:
        size = f"{case.problem.sizes['line']}-{case.problem.sizes['year']}"
        if case.before and not job["relax"]:
            options = case.scenario.solver.model_copy(update={"time_limit": job["time_limit"]})
            outcome = solve(case.matrix, case.before, options)
            kept = {str(goal): most(case, goal, float(case.matrix.objectives[f"objective_{goal}"] @ outcome.values))
                    for goal in case.before}  # fmt: skip
        elif case.before:
            kept = {str(goal): relaxed_value(case, goal, job["time_limit"]) for goal in case.before}
        instance = stage_instance(case.matrix, case.goal, kept)
    instance = instance.relaxed() if job["relax"] else instance
    if job["write"]:
        write_mps(instance, Path(job["write"]))
    return {"kept": kept, "size": size, **instance.counts()}


def run(job: Job) -> Record:
    """One run: every step measured, the solver's words, and what our own checks say of its point."""
    meter, used = Meter(), processor_seconds()
    started = time.perf_counter()
    instance, case = _opened(job, meter)
    instance = instance.relaxed() if job["relax"] else instance
    configuration = CONFIGURATIONS[job["configuration"]]
    answer = _solved(instance, configuration, job, meter)
    checked: dict[str, float] = {}
    if answer.point is not None:
        with meter.step("certify"):
            checked = violations(instance, answer.point)
            if case is not None and not job["relax"]:
                checked["examiner_violation"] = examined(case, answer.point)
    record: Record = {
        "status": answer.status, "termination_condition": answer.termination, "solver_version": answer.version,
        "objective": answer.objective, "bound": answer.bound, "gap": answer.gap, "nodes": answer.nodes,
        "simplex_iterations": answer.simplex_iterations, "other_iterations": answer.other_iterations,
        "reported_runtime": answer.reported, "memory": meter.peak(), "wall": time.perf_counter() - started,
        "cpu": processor_seconds() - used, "pyomo_version": pyomo.version.version, **checked, **instance.counts(),
    }  # fmt: skip
    record |= {f"{name}_seconds": seconds for name, seconds in meter.seconds.items()}
    return record | {"runtime": meter.seconds["solve"]} | doubted(checked, answer.status)


def doubted(checked: dict[str, float], status: str) -> Record:
    """What a run loses whose point does not hold: its objective and gap, and a claim to have solved (CBC gives relaxed points)."""
    worst = max(checked, key=lambda name: checked[name], default="")
    if not worst or checked[worst] <= DOUBTFUL:
        return {}
    message = f"the solver's point does not hold: {worst} {checked[worst]:.2g}; its objective is not an incumbent's"
    return {"objective": float("nan"), "gap": float("nan"), "status": "warning" if status == "ok" else status, "message": message}


def _solved(instance: Instance, configuration: Configuration, job: Job, meter: Meter) -> Answer:
    """Hand over and solve."""
    seed, limit, gap = job["seed"], job["time_limit"], job["gap"]
    if configuration.solver == "highs":
        with meter.step("handover"):
            highs = pass_to_highs(instance, options_of(configuration, instance, seed, limit, gap))
        with meter.step("solve"):
            return run_highs(highs, instance)
    if configuration.solver == "scip":
        with meter.step("handover"):
            scip = to_scip(instance)
        with meter.step("solve"):
            return run_scip(scip, instance, seed, limit, gap)
    with meter.step("handover"):
        model = to_pyomo(instance)
    with meter.step("solve"):
        return run_foreign(model, instance, configuration, seed, limit, gap)


TASKS = {"prepare": prepare, "run": run, "grow": measure_one}


def main(job_file: Path, record_file: Path) -> None:
    """Do a job; an error that a user can act on becomes part of the record."""
    job = json.loads(job_file.read_text(encoding="utf-8"))
    record: Record
    try:
        record = TASKS[job["task"]](job)
    except InputError as error:
        faults = [[fault.file, fault.message.record(), fault.row, fault.column] for fault in error.faults]
        record = {"error": str(error), "kind": "input", "faults": faults, "code": error.exit_code}
    except PathwayError as error:
        record = {"error": str(error), "kind": "other", "told": error.message.record(), "code": error.exit_code}
    with contextlib.suppress(OSError):
        record_file.write_text(json.dumps(record), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
