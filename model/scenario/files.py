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
from model.language import Told, told
from model.names import NAME
from model.refusal import refusal
from model.scenario.typed import Scenario

MAX_BYTES = 256_000
MAX_NODES = 10_000
MAX_DEPTH = 20
HALVES = re.compile("[\ud800-\udfff]")


def _measure(node: object, depth: int = 0) -> int:
    """Count nodes; refuses what is nested too deeply, and halves of letters, which no text file can hold."""
    if depth > MAX_DEPTH:
        raise ValueError(told("yaml_too_deep", most=MAX_DEPTH))
    if any(isinstance(text, str) and HALVES.search(text) for text in (node if isinstance(node, dict) else [node])):
        raise ValueError(told("yaml_half_letter"))
    if isinstance(node, dict):
        return 1 + sum(_measure(value, depth + 1) for value in node.values())
    if isinstance(node, list):
        return 1 + sum(_measure(value, depth + 1) for value in node)
    return 1


def load_yaml(path: Path) -> dict[str, Any]:
    """Read one YAML mapping; safe loader, no duplicate keys, no aliases, bounded size."""
    if not path.is_file():
        raise InputError([Fault(path.name, told("no_scenario_file"))])
    if path.stat().st_size > MAX_BYTES:
        raise InputError([Fault(path.name, told("scenario_too_large", most=MAX_BYTES // 1000))])
    try:
        text = path.read_text(encoding="utf-8-sig")
        if re.search(r"(^|[\s\[,:-])[&*][A-Za-z0-9_]", re.sub(r"(#.*|'[^']*'|\"[^\"]*\")", "", text)):
            raise InputError([Fault(path.name, told("yaml_alias"))])
        content = YAML(typ="safe", pure=True).load(text)
        if _measure(content) > MAX_NODES:
            raise ValueError(told("yaml_too_many", most=MAX_NODES))
    except UnicodeDecodeError as error:
        raise InputError([Fault(path.name, told("scenario_not_utf8"))]) from error
    except (YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        own = error.args[0] if error.args and isinstance(error.args[0], Told) else None
        what = own or getattr(error, "problem", None) or str(error).splitlines()[0]
        raise InputError([Fault(path.name, told("yaml_unreadable", why=what), mark.line + 1 if mark else None)]) from error
    if not isinstance(content, dict):
        raise InputError([Fault(path.name, told("no_mapping"))])
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


def with_levers(scenario: Scenario, change: dict[str, Any]) -> Scenario:
    """A scenario with some keys changed, as a file that extends it would: deep merge by key, lists and plain values replaced."""
    return Scenario.model_validate(merge(scenario.model_dump(mode="json"), change))


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
        raise InputError([Fault(path.name, told("extends_what"), column="extends")])
    for parent in parents:
        if not isinstance(parent, str) or not NAME.fullmatch(parent):
            message = told("extends_unknown", name=parent, folder=f"{path.parent.name}/")
            raise InputError([Fault(path.name, message, column="extends")])
        if parent in chain:
            raise InputError([Fault(path.name, told("extends_circle", circle=" -> ".join((*chain, parent))), column="extends")])
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


def _unknown_key(loc: tuple[str | int, ...]) -> Told:
    """That a key is unknown, with the nearest one that is allowed, or all of them."""
    near = difflib.get_close_matches(str(loc[-1]), _known(loc), 1)
    return told("unknown_key_near", near=near[0]) if near else told("unknown_key", allowed=", ".join(_known(loc)))


def _line_of(path: Path, key: str) -> int | None:
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if re.match(rf"\s*-?\s*{re.escape(key)}\s*:", line):
            return number
    return None


def read_scenario(path: Path) -> Scenario:
    """Read, resolve and validate a scenario file. Raises ``InputError`` with file, line, key and a suggestion."""
    if not NAME.fullmatch(path.stem):
        raise InputError([Fault(path.name, told("scenario_file_name"))])
    merged = _resolve(path) | {"name": path.stem}
    try:
        scenario = Scenario.model_validate(merged)
    except ValidationError as error:
        faults = Faults()
        for item in error.errors(include_url=False):
            key = ".".join(str(part) for part in item["loc"])
            why = _unknown_key(item["loc"]) if item["type"] == "extra_forbidden" else refusal(item)
            faults.add(path.name, told("under_key", name=key, why=why), _line_of(path, key.rpartition(".")[2]), key)
        faults.raise_all()
    if not NAME.fullmatch(scenario.data):
        raise InputError([Fault(path.name, told("data_unknown", name=scenario.data), column="data")])
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
        raise InputError([Fault(folder.name, told("no_scenario_matches", pattern=wanted, names=", ".join(stems) or told("word_none")))])
    return found
