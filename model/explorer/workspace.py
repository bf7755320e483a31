"""What is tried, each in a small project of its own: the project's data, its scenarios as they stand now, and a result; gone at the end."""

import shutil
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from model.errors import Fault, Faults, InputError, ResultError
from model.explorer.drafts import Draft
from model.fingerprint import content_hash
from model.folders import Folders
from model.language import told
from model.runner import read_result
from model.scenario import Scenario, clause_levers, fact_levers, load_yaml, read_scenario
from model.store import Stored, save, write_text
from model.tables import Tables


class Workspace:
    """The folder in which drafts are solved. ``close`` removes it."""

    def __init__(self, project: Folders, tables: Tables) -> None:
        self.project, self.tables = project, tables
        self.home = Path(tempfile.mkdtemp(prefix="pathways-"))
        self._keeping = threading.Lock()

    def close(self) -> None:
        """Remove everything that was tried and not kept."""
        shutil.rmtree(self.home, ignore_errors=True)

    def folders(self, name: str) -> Folders:
        """The small project of a draft. Raises ``InputError`` for what is no name."""
        self.project.scenario(name)  # refuses what is no plain name
        return Folders(self.home / name)

    def opened(self, name: str) -> Folders:
        """An empty small project with the data of the page."""
        folders = self.folders(name)
        for folder in (folders.scenarios, folders.results, folders.data):
            folder.mkdir(parents=True)
        own = folders.province(self.tables.folder.name)
        try:
            own.symlink_to(self.tables.folder.resolve(), target_is_directory=True)
        except OSError:  # a system that lets no ordinary user link folders
            shutil.copytree(self.tables.folder, own)
        return folders

    def _bring(self, folders: Folders, name: str) -> None:
        """Copy a scenario of the project with all that it extends."""
        if folders.scenario(name).exists():
            return
        content = load_yaml(self.project.scenario(name))
        shutil.copyfile(self.project.scenario(name), folders.scenario(name))
        parents = content.get("extends", [])
        for parent in [parents] if isinstance(parents, str) else parents if isinstance(parents, list) else []:
            self._bring(folders, str(parent))

    def write(self, draft: Draft) -> Scenario:
        """Write a draft and read it as ``run`` would. Raises ``InputError`` with every fault; nothing stays then."""
        folders = self.opened(draft.name)
        try:
            self._bring(folders, draft.base)
            write_text(folders.scenario(draft.name), draft.text())
            scenario = read_scenario(folders.scenario(draft.name))
            self._check(scenario)
        except BaseException:
            self.discard(draft.name)
            raise
        if scenario.activity is not None:
            for suffix in (".nc", ".json"):
                stored = self.project.results / f"{scenario.activity}{suffix}"
                if stored.is_file():
                    shutil.copyfile(stored, folders.results / stored.name)
        return scenario

    def _check(self, scenario: Scenario) -> None:
        """What a solve would refuse later is refused now."""
        faults, file = Faults(), f"{scenario.name}.yaml"
        if scenario.data != self.tables.folder.name:
            faults.add(file, told("explore_no_data", found=scenario.data, here=self.tables.folder.name), column="data")
        else:
            clause_levers(scenario, self.tables, faults)
            fact_levers(scenario, self.tables, faults)
        faults.raise_all()

    def discard(self, name: str) -> None:
        """Remove a draft and its result."""
        shutil.rmtree(self.folders(name).root, ignore_errors=True)

    def keep(self, draft: Draft, name: str, title: tuple[str, str]) -> Path:
        """Make a solved draft a scenario of the project with its result, both under a new name; returns the scenario file.

        Raises ``InputError`` where the name is no name or taken, ``ResultError`` where the result does not hold.
        """
        if draft.point is not None:
            raise ResultError(told("explore_no_keep"))
        with self._keeping:
            file, folders = self.project.scenario(name), self.folders(draft.name)
            if file.exists() or (self.project.results / f"{name}.nc").exists():
                raise InputError([Fault(file.name, told("explore_no_name"))])
            stored = read_result(folders, draft.name)
            written = folders.scenario(name)
            write_text(written, replace(draft, name=name, title=title).text())
            try:
                scenario = read_scenario(written)
                manifest = _renamed(stored, scenario)
                write_text(file, written.read_text(encoding="utf-8"))
            finally:
                written.unlink()
            named = {"scenario": scenario.name, "title": scenario.title.en, "title_zh": scenario.title.zh}
            inputs = stored.inputs.assign_attrs(scenario_json=scenario.canonical(), **named)
            result = stored.result.assign_attrs({key: value for key, value in named.items() if key in stored.result.attrs})
            try:
                self.project.results.mkdir(exist_ok=True)
                save(self.project.results, name, result, inputs, manifest)
            except ResultError:
                file.unlink()
                raise
            return file


def _renamed(stored: Stored, scenario: Scenario) -> dict[str, Any]:
    """The manifest of a result under the scenario's new name; what decided the numbers must be the same."""
    before = Scenario.model_validate_json(stored.inputs.attrs["scenario_json"])
    if before.model_copy(update={"name": scenario.name, "title": scenario.title, "why": scenario.why}) != scenario:
        raise ResultError(told("explore_no_same", name=scenario.name))
    named: dict[str, Any] = {"scenario": scenario.name, "scenario_hash": scenario.digest()}
    if scenario.activity is None:
        named["content_hash"] = content_hash(scenario, str(stored.manifest["data_hash"]), scenario.solver)
    return dict(stored.manifest) | named
