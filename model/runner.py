"""One scenario from files to a certified, stored result: read, check, replay, build, solve, examine, store."""

import json
import platform
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xarray as xr

from model.checks import check_tables
from model.errors import ReplayError, ResultError
from model.fingerprint import content_hash, versions
from model.folders import Folders
from model.language import told, told_all
from model.names import Goal, Target
from model.problem import assemble
from model.replay import gate
from model.scenario import Scenario, SolverOptions, read_scenario
from model.store import Stored, load, manifest_of, save
from model.tables import Tables, data_digest, read_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.session import Plan
    from model.solve import Listener

Announce = Callable[[str], None]


@dataclass
class Clock:
    """Seconds spent in each step."""

    seconds: dict[str, float] = field(default_factory=dict)
    announce: Announce = lambda step: None

    @contextmanager
    def step(self, name: str) -> "Iterator[None]":
        """Time one step, after announcing it."""
        self.announce(name)
        started = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - started, 3)


def read_checked(folder: Path) -> Tables:
    """Tables of a data folder that passed every check."""
    tables = read_tables(folder)
    check_tables(tables)
    return tables


def stored_activity(folders: Folders, scenario: Scenario) -> dict[str, dict[int, float]] | None:
    """Segment output of the stored result that the scenario takes its activity from."""
    if scenario.activity is None:
        return None
    output = load(folders.results, scenario.activity).result["output"]
    return {str(segment): {int(year): float(output.sel(segment=segment, year=year)) for year in output["year"].values}
            for segment in output["segment"].values}  # fmt: skip


def prepare(folders: Folders, name: str, *, without_activity: bool = False) -> tuple[Tables, Scenario, xr.Dataset]:
    """Read and check a scenario and its data; returns tables, scenario and problem.

    ``without_activity`` leaves out the stored activity of another result (to check or replay before anything is run).
    """
    scenario = read_scenario(folders.scenario(name))
    tables = read_checked(folders.province(scenario.data))
    return tables, scenario, assemble(tables, scenario, None if without_activity else stored_activity(folders, scenario))


def read_result(folders: Folders, name: str) -> Stored:
    """A stored result, examined anew: the certificate is not believed, it is made again from the numbers in the file.

    Raises ``ResultError`` where the file is missing, changed, or does not hold.
    """
    from model.examine import Terms, differing, examine
    from model.solution import flatten

    stored = load(folders.results, name)
    try:
        scenario = Scenario.model_validate_json(stored.inputs.attrs["scenario_json"])
        values = {Goal(stage["goal"]): float(stage["value"]) for stage in stored.manifest["stages"]}
        terms = Terms(list(values), scenario.boundary, scenario.targets is Target.CLOSEST, values)
        flat = flatten(stored.result, stored.inputs)
        reasons = examine(stored.inputs, flat, terms).reasons() or differing(stored.inputs, flat, stored.result)
    except (LookupError, ValueError, TypeError, AttributeError) as error:  # a file and a manifest that fit each other, but no result
        raise ResultError(told("result_foreign", file=f"{name}.nc", why=repr(error), again=told("run_again", name=name))) from error
    if reasons:
        raise ResultError(told("result_does_not_hold", name=name, why=told_all(reasons[:3])))
    return stored


def _activity_digest(folders: Folders, scenario: Scenario) -> str:
    """What decided the stored result that the scenario takes its activity from."""
    if scenario.activity is None:
        return ""
    manifest = manifest_of(folders.results, scenario.activity)
    return str(manifest.get("content_hash", manifest["sha256"]))


def unchanged(folders: Folders, name: str, options: SolverOptions | None = None) -> Stored | None:
    """The stored result of a scenario if nothing that decides it has changed since, examined anew; else ``None``."""
    scenario = read_scenario(folders.scenario(name))
    try:
        asked = content_hash(
            scenario, data_digest(folders.province(scenario.data)), options or scenario.solver, _activity_digest(folders, scenario)
        )
        if manifest_of(folders.results, name).get("content_hash") != asked:
            return None
        stored = read_result(folders, name)
    except ResultError:
        return None
    return replace(stored, manifest=stored.manifest | {"unchanged": True, "folder": str(folders.results)})


def run(
    folders: Folders,
    name: str,
    *,
    options: SolverOptions | None = None,
    listener: "Listener | None" = None,
    announce: Announce = lambda step: None,
    force: bool = True,
    second: bool = False,
) -> Stored:
    """Run a scenario and store its certified result, replacing an older one only when the new one is whole.

    Without ``force`` a stored result that nothing has changed is examined anew and returned as it is; its manifest then says
    ``unchanged``. With ``second`` a second solver must agree before anything is stored, and nothing is taken as it is. Raises
    ``InputError``, ``ReplayError``, ``InfeasibleError``, ``LimitError`` or ``SolverError``; nothing is stored then.
    """
    if not (force or second):
        announce("compare")
        known = unchanged(folders, name, options)
        if known is not None:
            return known
    clock = Clock(announce=announce)
    with clock.step("read"):
        tables, scenario, problem = prepare(folders, name)
    failed = gate(problem, tables)
    if failed and not scenario.skip_replay:
        raise ReplayError(told("base_year_not_reproduced", why=told_all(failed, "told_then_told")))
    with clock.step("import"):
        from model.canary import check_solver
        from model.confirm import confirm
        from model.session import Session, ask_of, certified, restricted
        from model.solve import silent

        check_solver()
        session = Session()
    ask = ask_of(scenario)
    ask = replace(ask, options=options or ask.options)
    with clock.step("build"):
        matrix = restricted(problem, session.compiled(problem, ask), ask)
    with clock.step("solve"):
        outcome = session.outcome(matrix, ask, listener or silent)
    with clock.step("certify"):
        plan = certified(problem, matrix, ask, outcome)
    opinions = []
    if second:
        with clock.step("confirm"):
            opinions = confirm(matrix, ask.goals, outcome, ask.options, ask.keep)
    with clock.step("store"):
        manifest: dict[str, Any] = {
            "scenario": scenario.name,
            "scenario_hash": scenario.digest(),
            "data": tables.folder.name,
            "data_hash": tables.digest(),
            "content_hash": content_hash(scenario, tables.digest(), ask.options, _activity_digest(folders, scenario)),
            "base_year_gate": [text.record() for text in failed] or "passed",
            "second_solver": [asdict(opinion) for opinion in opinions],
            "seconds": dict(clock.seconds),
        }
        manifest = store_plan(folders, name, plan, manifest)
    return replace(load(folders.results, name), manifest=manifest | {"seconds": clock.seconds, "folder": str(folders.results)})


def store_plan(folders: Folders, name: str, plan: "Plan", about: dict[str, Any]) -> dict[str, Any]:
    """Store a certified plan as a result; returns its manifest: what it is ``about``, and how it was found."""
    manifest = about | _provenance(plan)
    save(folders.results, name, _described(plan.result, manifest), plan.problem, manifest)
    return manifest


def _provenance(plan: "Plan") -> dict[str, Any]:
    """How and with what an answer was found, and what the examiner says of it."""
    return {
        "certificate": json.loads(plan.certificate.to_json()),
        "rows_columns_nonzeros": list(plan.matrix.shape()),
        "stages": [asdict(stage) for stage in plan.outcome.stages],
        "optimal": plan.outcome.optimal,
        "solver": plan.ask.options.model_dump(mode="json"),
        "versions": versions(),
        "machine": {"system": platform.system(), "processor": platform.machine()},
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _described(result: xr.Dataset, manifest: dict[str, Any]) -> xr.Dataset:
    """A result that says of itself what it is: status, value, bound and gap of each stage, certificate, hashes, versions, time."""
    told: dict[str, Any] = {"Conventions": "CF-1.11", "status": "optimal" if manifest["optimal"] else "limit"}
    for stage in manifest["stages"]:
        told |= {f"{stage['goal']}_{part}": stage[part] for part in ("value", "bound", "gap")}
    told |= {name: json.dumps(manifest[name], ensure_ascii=False) for name in ("certificate", "versions", "solver", "seconds")}
    return result.assign_attrs(told | {name: manifest[name] for name in ("data_hash", "finished")})
