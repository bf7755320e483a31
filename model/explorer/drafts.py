"""What somebody tries: a small scenario that extends another, as the text of a file that ``run`` accepts."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import SingleQuotedScalarString

from model.editor import FIRST_LINE
from model.errors import Fault, InputError
from model.language import clean, told
from model.scenario import Levers

KEYS = (
    *Levers.model_fields, "boundary", "targets", "objectives", "keep", "paths", "years", "budget", "clauses", "measures", "transitions",
    "pace", "facts", "solver",
)  # fmt: skip
"""Keys of a scenario that may be tried."""
MOST_LETTERS = 120
"""Longest title."""


def tidy(text: object, instead: str) -> str:
    """A title in one line without control characters, not too long; ``instead`` where nothing is left."""
    return " ".join(clean(str(text or "")).split())[:MOST_LETTERS] or instead


@dataclass(frozen=True)
class Draft:
    """What is tried.

    Attributes:
        name: Name of the scenario in the workspace.
        base: Scenario of the project that it extends.
        settings: Keys of a scenario with their values.
        title: Chinese and English.
        point: Of the trade-off against which axis it is which point; ``None``: it is a scenario.
    """

    name: str
    base: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    title: tuple[str, str] = ("", "")
    point: tuple[str, int] | None = None

    def text(self) -> str:
        """The scenario file."""
        body: dict[str, Any] = {"extends": self.base, "title": _words(*self.title)}
        body["why"] = _words(f"在浏览器中试算，以“{self.base}”为基础。", f"Tried in the explorer, starting from '{self.base}'.")
        writer = YAML()
        writer.width = 4096
        out = io.StringIO()
        writer.dump(body | _plain(dict(self.settings)), out)
        return f"{FIRST_LINE}\n{out.getvalue()}"


def _words(zh: str, en: str) -> dict[str, str]:
    """Both languages, quoted so that nothing in them is read as YAML."""
    return {"zh": SingleQuotedScalarString(zh), "en": SingleQuotedScalarString(en)}


def _plain(value: Any) -> Any:
    """Settings as YAML has them: years are numbers, texts are quoted."""
    if isinstance(value, dict):
        return {key if isinstance(key, int) else SingleQuotedScalarString(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return SingleQuotedScalarString(value) if isinstance(value, str) else value


def asked_settings(given: object) -> dict[str, Any]:
    """Settings as a page sends them. Raises ``InputError`` where they are no mapping or hold a key that may not be tried."""
    if not isinstance(given, dict):
        raise InputError([Fault("settings", told("explore_no_mapping"))])
    faults = [
        Fault("settings", told("explore_no_key", name=clean(str(key))[:60], allowed=", ".join(KEYS))) for key in given if key not in KEYS
    ]
    if faults:
        raise InputError(faults)
    return dict(_dated(given))


def _dated(value: Any) -> Any:
    """Years as numbers, as a scenario file has them."""
    if isinstance(value, dict):
        return {int(key) if str(key).isdecimal() else key: _dated(item) for key, item in value.items()}
    return [_dated(item) for item in value] if isinstance(value, list) else value
