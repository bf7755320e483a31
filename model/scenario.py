"""Scenario files: YAML -> one frozen, typed ``Scenario``; ``extends`` chains; unknown keys are refused with a suggestion."""

import difflib
import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from model.contract import Slug, Text, Year
from model.errors import Fault, Faults, InputError
from model.names import NAME, ArcKind, Goal, Scope, Target
from model.tolerances import GAP

MAX_BYTES = 256_000
MAX_NODES = 10_000
MAX_DEPTH = 20


class Strict(BaseModel):
    """Base of scenario parts: frozen, and closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(Strict):
    """A text in both languages."""

    zh: Text
    en: Text


class Years(Strict):
    """Planning years: base year, last year, step."""

    first: Year = Field(description="base year; its decisions are fixed")
    last: Year = Field(description="last planning year")
    step: Annotated[int, Field(ge=1, le=10)] = 1

    def all(self) -> tuple[int, ...]:
        """The base year, then every ``step`` years, the last year included."""
        inner = tuple(range(self.first, self.last, self.step))
        return (*inner, self.last)


class Selection(Strict):
    """Which measures may be used."""

    allow: Literal["all"] | list[Slug] = Field(default="all", description="all, or the only ones allowed")
    forbid: list[Slug] = Field(default_factory=list, description="forbidden ones")


class TransitionSelection(Selection):
    """Which transitions may be used."""

    forbid_kinds: list[ArcKind] = Field(default_factory=list, description="forbidden kinds of transition")


class ClauseLever(Strict):
    """Switches a clause, or gives it another value from a year on."""

    active: bool | None = None
    value: float | None = Field(default=None, description="value in the unit of the clause's own fact", allow_inf_nan=False)
    from_year: Year | None = None


def _switch(choice: object) -> object:
    if isinstance(choice, ClauseLever):
        return choice
    if not isinstance(choice, bool | dict):
        raise ValueError("write true, false, or {active: ..., value: ..., from_year: ...}")
    return {"active": choice} if isinstance(choice, bool) else choice


Lever = Annotated[ClauseLever, BeforeValidator(_switch)]


class Override(Strict):
    """Replaces the value of facts; everything that is left out matches all."""

    table: Slug
    subject: Slug
    parameter: Slug
    item: str | None = None
    path: Slug | None = None
    year: Year | None = None
    value: float = Field(allow_inf_nan=False)


class Budget(Strict):
    """Investment budget, 100 million CNY of 2020."""

    yearly: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    total: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class SolverOptions(Strict):
    """Limits and settings of the solver; the time limit is per stage."""

    gap: Annotated[float, Field(ge=0, lt=1)] = Field(default=GAP, description="relative gap at which a stage counts as optimal")
    gaps: dict[Goal, Annotated[float, Field(ge=0, lt=1)]] = Field(default_factory=dict, description="another gap for a stage")
    time_limit: Annotated[float, Field(gt=0, le=86_400)] = 600.0
    threads: Annotated[int, Field(ge=1, le=256)] = 1
    seed: Annotated[int, Field(ge=0, le=2_147_483_647)] = 0

    def gap_of(self, goal: Goal) -> float:
        """Gap of a stage."""
        return self.gaps.get(goal, self.gap)


class Scenario(Strict):
    """Everything that a run may choose. Facts stay in the data folder; levers are here."""

    name: str
    title: Words
    why: Words
    data: str = Field(default="chongqing", description="folder under data/")
    years: Years = Years(first=2020, last=2025)
    targets: Target = Field(default=Target.FIRM, description="firm: missing one is infeasible; closest: least shortfall first")
    objectives: Annotated[list[Goal], Field(min_length=1)] = Field(default=[Goal.EMISSIONS, Goal.COST])
    keep: Annotated[float, Field(ge=0, lt=1)] = Field(default=0.0, description="share by which a later stage may spoil an earlier one")
    boundary: Scope = Scope.THREE
    paths: dict[Slug, Slug] = Field(default_factory=dict, description="future chosen per subject, e.g. grid_power: central")
    clauses: dict[Slug, Lever] = Field(default_factory=dict, description="true or false, or active, value, from_year")
    transitions: TransitionSelection = TransitionSelection()
    measures: Selection = Selection()
    activity: str | None = Field(default=None, description="scenario whose stored segment output is taken over")
    pace: dict[Slug, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(
        default_factory=dict, description="most share a year, per group"
    )
    budget: Budget = Budget()
    facts: list[Override] = Field(default_factory=list)
    solver: SolverOptions = SolverOptions()
    skip_replay: bool = Field(default=False, description="run although the data fail the base-year gate; the result says so")

    @field_validator("objectives")
    @classmethod
    def _stages(cls, goals: list[Goal]) -> list[Goal]:
        """Each stage once; the shortfall comes with ``targets: closest``."""
        if {Goal.SHORTFALL, Goal.AIM} & set(goals):
            raise ValueError("the shortfall is the first stage of every closest run; list emissions and cost only")
        if len(set(goals)) < len(goals):
            raise ValueError("each stage may stand once")
        return goals

    def canonical(self) -> str:
        """The resolved scenario as JSON with sorted keys; its hash identifies the scenario."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)

    def digest(self) -> str:
        """SHA-256 of the canonical form."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()


def _measure(node: object, depth: int = 0) -> int:
    """Count nodes; refuses what is nested too deeply."""
    if depth > MAX_DEPTH:
        raise ValueError(f"nested deeper than {MAX_DEPTH} levels")
    if isinstance(node, dict):
        return 1 + sum(_measure(value, depth + 1) for value in node.values())
    if isinstance(node, list):
        return 1 + sum(_measure(value, depth + 1) for value in node)
    return 1


def _load(path: Path) -> dict[str, Any]:
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


def _merge(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Deep merge by key; lists and plain values of ``above`` replace those of ``below``."""
    merged = dict(below)
    for key, value in above.items():
        both = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _merge(merged[key], value) if both else value
    return merged


def _resolve(path: Path, folder: Path, chain: tuple[str, ...]) -> dict[str, Any]:
    """A file merged over its parents; parents later in the list win over earlier ones."""
    content = _load(path)
    parents = content.pop("extends", [])
    parents = [parents] if isinstance(parents, str) else parents
    if not isinstance(parents, list):
        raise InputError([Fault(path.name, "extends: must be the name of a scenario, or a list of names", column="extends")])
    merged: dict[str, Any] = {}
    for parent in parents:
        if not isinstance(parent, str) or not NAME.fullmatch(parent):
            raise InputError([Fault(path.name, f"extends: '{parent}' is not the name of a scenario in {folder.name}/", column="extends")])
        if parent in chain:
            raise InputError([Fault(path.name, f"extends runs in a circle: {' -> '.join((*chain, parent))}", column="extends")])
        merged = _merge(merged, _resolve(folder / f"{parent}.yaml", folder, (*chain, parent)))
    return _merge(merged, content)


def _known(loc: tuple[str | int, ...]) -> list[str]:
    """Keys allowed at the place of an unknown key."""
    model: type[BaseModel] = Scenario
    parts: dict[str, type[BaseModel]] = {
        "years": Years, "budget": Budget, "solver": SolverOptions, "clauses": ClauseLever, "facts": Override,
        "transitions": TransitionSelection, "measures": Selection, "title": Words, "why": Words,
    }  # fmt: skip
    if len(loc) > 1:
        model = parts.get(str(loc[0]), model)
    return list(model.model_fields)


def _line_of(path: Path, key: str) -> int | None:
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        if re.match(rf"\s*-?\s*{re.escape(key)}\s*:", line):
            return number
    return None


def read_scenario(path: Path) -> Scenario:
    """Read, resolve and validate a scenario file. Raises ``InputError`` with file, line, key and a suggestion."""
    if not NAME.fullmatch(path.stem):
        raise InputError([Fault(path.name, "file name must be lower-case letters, digits, - or _")])
    merged = _resolve(path, path.parent, (path.stem,)) | {"name": path.stem}
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
    if scenario.years.last <= scenario.years.first:
        raise InputError([Fault(path.name, "years: last must come after first", column="years")])
    return scenario
