"""Scenario files: YAML -> one ``Scenario``; ``extends`` chains; unknown keys are refused with a suggestion."""

import difflib
import re
from fnmatch import fnmatchcase
from functools import reduce
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from model.errors import Fault, Faults, InputError
from model.names import NAME
from model.scenario.typed import Scenario

MAX_BYTES = 256_000
MAX_NODES = 10_000
MAX_DEPTH = 20


def _measure(node: object, depth: int = 0) -> int:
    """Count nodes; refuses what is nested too deeply."""
    if depth > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(node, dict):
        return 1 + sum(_measure(value, depth + 1) for value in node.values())
    if isinstance(node, list):
        return 1 + sum(_measure(value, depth + 1) for value in node)
    return 1


def load_yaml(path: Path) -> dict[str, Any]:
    """Read one YAML mapping; safe loader, no duplicate keys, no aliases, bounded size."""
    if not path.is_file():
        raise InputError([Fault(path.name, "no such scenario file")])
    if path.stat().st_size > MAX_BYTES:
        raise InputError([Fault(path.name, f"larger than {MAX_BYTES // 1000} kB")])
    try:
        text = path.read_text(encoding="utf-8-sig")
        if re.search(r"(^|[\s\[,:-])[&*][A-Za-z0-9_]", re.sub(r"(#.*|'[^']*'|\"[^\"]*\")", "", text)):
            raise InputError([Fault(path.name, "YAML anchors and aliases are not allowed; write the value out")])
        content = YAML(typ="safe", pure=True).load(text)
        if _measure(content) > MAX_NODES:
            raise ValueError(f"more than {MAX_NODES} values")
    except UnicodeDecodeError as error:
        raise InputError([Fault(path.name, "not UTF-8 text; save the file as UTF-8")]) from error
    except (YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputError([Fault(path.name, f"not a readable YAML: {what}", mark.line + 1 if mark else None)]) from error
    if not isinstance(content, dict):
        raise InputError([Fault(path.name, "must be a mapping of keys and values")])
    return content


def _by_year(value: object) -> bool:
    """Is it numbers by year? They are one value, replaced as a whole."""
    return isinstance(value, dict) and bool(value) and all(isinstance(key, int) for key in value)


def merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Deep merge by key; lists, plain values and numbers by year of ``above`` replace those of ``below``."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict) and not _by_year(value) and not _by_year(merged[key])
        merged[key] = merge(merged[key], value) if both else value
    return merged


def _written_out(content: dict[str, Any]) -> dict[str, Any]:
    """Short forms as mappings, so that it never matters in which form a parent wrote a key."""
    out = dict(content)
    if isinstance(out.get("clauses"), dict):
        out["clauses"] = {key: {"active": choice} if isinstance(choice, bool) else choice for key, choice in out["clauses"].items()}
    years = out.get("years")
    if isinstance(years, list) and years:
        out["years"] = {"first": years[0], "last": years[-1], "given": years}
    return out


def _line_up(path: Path, chain: tuple[str, ...], documents: dict[str, dict[str, Any]]) -> None:
    """Add a file's ancestors, then the file, each once: what extends another always stands after it."""
    content = _written_out(load_yaml(path))
    parents = content.pop("extends", [])
    parents = [parents] if isinstance(parents, str) else parents
    if not isinstance(parents, list):
        raise InputError([Fault(path.name, "extends: must be the name of a scenario, or a list of names", column="extends")])
    for parent in parents:
        if not isinstance(parent, str) or not NAME.fullmatch(parent):
            where = f"{path.parent.name}/"
            raise InputError([Fault(path.name, f"extends: '{parent}' is not the name of a scenario in {where}", column="extends")])
        if parent in chain:
            raise InputError([Fault(path.name, f"extends runs in a circle: {' -> '.join((*chain, parent))}", column="extends")])
        if parent not in documents:
            _line_up(path.with_name(f"{parent}.yaml"), (*chain, parent), documents)
    documents[path.stem] = content


def _resolve(path: Path) -> dict[str, Any]:
    """A file merged over its ancestors; of several parents the later one wins, and a parent both share comes before them."""
    documents: dict[str, dict[str, Any]] = {}
    _line_up(path, (path.stem,), documents)
    return reduce(merge, documents.values(), {})


def _part_of(annotation: object) -> type[BaseModel] | None:
    """The part of a scenario that a key's type holds, if any."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _part_of(inner))), None)


def _known(loc: tuple[str | int, ...]) -> list[str]:
    """Keys allowed at the place of an unknown key."""
    field = Scenario.model_fields.get(str(loc[0])) if len(loc) > 1 else None
    return list(((field and _part_of(field.annotation)) or Scenario).model_fields)


def _line_of(path: Path, key: str) -> int | None:
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if re.match(rf"\s*-?\s*{re.escape(key)}\s*:", line):
            return number
    return None


def read_scenario(path: Path) -> Scenario:
    """Read, resolve and validate a scenario file. Raises ``InputError`` with file, line, key and a suggestion."""
    if not NAME.fullmatch(path.stem):
        raise InputError([Fault(path.name, "file name must be lower-case letters, digits, - or _")])
    merged = _resolve(path) | {"name": path.stem}
    try:
        scenario = Scenario.model_validate(merged)
    except ValidationError as error:
        faults = Faults()
        for item in error.errors(include_url=False, include_context=False):
            key = ".".join(str(part) for part in item["loc"])
            message = f"{key}: {item['msg'].removeprefix('Value error, ')}"
            if item["type"] == "extra_forbidden":
                near = difflib.get_close_matches(str(item["loc"][-1]), _known(item["loc"]), 1)
                hint = f"; did you mean '{near[0]}'?" if near else f" (allowed: {', '.join(_known(item['loc']))})"
                message = f"{key}: unknown key{hint}"
            faults.add(path.name, message, _line_of(path, str(item["loc"][-1])), key)
        faults.raise_all()
    if not NAME.fullmatch(scenario.data):
        raise InputError([Fault(path.name, f"data: '{scenario.data}' is not the name of a folder in data/", column="data")])
    return scenario


def names_matching(folder: Path, wanted: str) -> list[str]:
    """Scenarios of the folder that a word means: a name, a file of the folder, or a pattern with ``*`` or ``?``.

    Raises ``InputError`` where a pattern meets nothing.
    """
    word = wanted.removeprefix(f"{folder.name}/").removesuffix(".yaml")
    if not any(letter in word for letter in "*?["):
        return [word]
    stems = sorted(path.stem for path in folder.glob("*.yaml") if NAME.fullmatch(path.stem))
    found = [stem for stem in stems if fnmatchcase(stem, word)]
    if not found:
        raise InputError([Fault(folder.name, f"no scenario matches '{wanted}' (there are: {', '.join(stems) or 'none'})")])
    return found
