"""Repairs as scenario files that extend the scenario which they repair."""

import io
from collections.abc import Sequence
from pathlib import Path

from ruamel.yaml import YAML

from model.errors import Fault, InputError
from model.explain.repairs import Repair
from model.folders import Folders
from model.language import told
from model.names import NAME
from model.scenario import Scenario
from model.store import write_text


def write_repairs(folders: Folders, scenario: Scenario, repairs: Sequence[Repair], zh: Sequence[str], en: Sequence[str]) -> list[Path]:
    """Write ``<scenario>-repair-<n>.yaml`` for each repair, with what it changes in both languages; returns the files.

    Raises ``InputError`` where the scenario's name leaves no room for the ending.
    """
    paths = []
    for number, (repair, chinese, english) in enumerate(zip(repairs, zh, en, strict=True), start=1):
        name = f"{scenario.name}-repair-{number}"
        if not NAME.fullmatch(name):
            raise InputError([Fault(f"{scenario.name}.yaml", told("name_too_long", name=name))])
        path = folders.scenario(name)
        write_text(path, repair_text(scenario, repair, number, (chinese, english)))
        paths.append(path)
    return paths


def repair_text(scenario: Scenario, repair: Repair, number: int, words: tuple[str, str]) -> str:
    """The text of a repair's file."""
    title = {"zh": f"{scenario.title.zh}（修复方案 {number}）", "en": f"{scenario.title.en} (repair {number})"}
    content = {"extends": scenario.name, "title": title, "why": {"zh": words[0], "en": words[1]}, **repair.change}
    stream = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_unicode, yaml.width = True, 10_000
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    yaml.dump(content, stream)
    return stream.getvalue()
