"""The JSON Schema from which editors complete and check scenario files: made from the typed scenario, described in both languages."""

import json
from pathlib import Path
from typing import Any

from model.language import Language, Speaker
from model.names import Goal
from model.scenario import Scenario
from model.store import write_text

SCHEMA = "scenario.schema.json"
FIRST_LINE = f"# yaml-language-server: $schema=./{SCHEMA}"
"""First line of every scenario file; editors with a YAML language server read it."""
_ZH, _EN = Speaker(Language.ZH), Speaker(Language.EN)
PARTS = {
    "Words": ("title", "why"), "Years": ("years",), "ClauseLever": ("clauses",), "TransitionSelection": ("transitions",),
    "Selection": ("measures",), "Budget": ("budget",), "Override": ("facts",), "SolverOptions": ("solver",),
}  # fmt: skip
"""Parts of a scenario and the keys that hold them."""


def _said(key: str) -> str:
    """A text of the catalogue, Chinese then English."""
    return f"{_ZH(key)} / {_EN(key)}"


def described(key: str) -> str:
    """What a key of a scenario means."""
    return _said(f"key_{key}")


def schema() -> dict[str, Any]:
    """JSON Schema of a scenario file, which may leave out whatever it takes from those that it extends."""
    made = Scenario.model_json_schema(mode="validation")
    keys = made["properties"]
    del keys["name"]
    for key, entry in keys.items():
        entry["description"] = described(key)
        entry.pop("title", None)
    for part, holders in PARTS.items():
        own = made["$defs"][part]
        own.pop("description", None)
        for key, entry in own["properties"].items():
            entry["description"] = described(f"{holders[0]}.{key}")
            entry.pop("title", None)
    for part in ("Words", "Years", "Budget", "SolverOptions"):
        made["$defs"][part].pop("required", None)
    keys["years"] = {
        "anyOf": [keys["years"], {"type": "array", "items": {"type": "integer"}, "minItems": 2}],
        "description": described("years"),
    }
    keys["objectives"]["items"] = {"enum": [str(Goal.EMISSIONS), str(Goal.COST)]}
    choices = keys["clauses"]["patternProperties"]
    keys["clauses"] |= {
        "patternProperties": {name: {"anyOf": [{"type": "boolean"}, choice]} for name, choice in choices.items()},
        "additionalProperties": False,
    }
    names = {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"}
    extends = {"anyOf": [names, {"type": "array", "items": names}], "description": described("extends")}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": _said("schema_title"),
        "description": _said("schema_about"),
        "type": "object",
        "additionalProperties": False,
        "properties": {"extends": extends} | keys,
        "$defs": {name: {key: value for key, value in part.items() if key != "title"} for name, part in made["$defs"].items()},
    }


def schema_text() -> str:
    """The schema as filed."""
    return json.dumps(schema(), ensure_ascii=False, indent=1) + "\n"


def write_schema(folder: Path) -> Path:
    """Write the schema beside the scenarios."""
    path = folder / SCHEMA
    write_text(path, schema_text())
    return path
