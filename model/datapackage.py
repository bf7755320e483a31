"""The Frictionless Data Package descriptor of a data folder, made from the contract's row models."""

import csv
import json
from pathlib import Path
from typing import Any, get_args

from model.contract import TABLES, Row
from model.errors import Fault, InputError
from model.language import told
from model.parameters import PARAMETERS
from model.tables import numeric_columns


def _choices(annotation: object) -> list[str]:
    """Allowed values of an enum or a Literal column."""
    if isinstance(annotation, type) and hasattr(annotation, "__members__"):
        return [str(member.value) for member in annotation.__members__.values()]
    return [part for part in get_args(annotation) if isinstance(part, str) and part] if "Literal" in str(annotation) else []


def _plain_type(annotation: object) -> str:
    return "boolean" if annotation is bool else "string"


def column_of(kind: type[Row], name: str) -> dict[str, Any]:
    """Name, type, description and constraints of a column."""
    column = kind.model_fields[name]
    found = "number" if name in numeric_columns(kind) else _plain_type(column.annotation)
    if "year" in name or (name == "start" and found == "number"):
        found = "integer"
    constraints: dict[str, Any] = {"required": True} if column.is_required() else {}
    choices = _choices(column.annotation)
    if choices:
        constraints["enum"] = choices
    return {"name": name, "type": found, "description": column.description or name} | ({"constraints": constraints} if constraints else {})


def _headers(folder: Path) -> dict[str, list[str]]:
    """Columns of each table as filed."""
    found = {}
    for table in TABLES:
        path = folder / f"{table}.csv"
        if path.exists():
            with path.open(encoding="utf-8-sig", newline="") as file:
                found[table] = next(csv.reader(file))
    return found


def check_descriptor(folder: Path) -> None:
    """Raise ``InputError`` where ``datapackage.json`` is missing or does not describe the tables as they are."""
    path = folder / "datapackage.json"
    if not path.exists() or path.read_text(encoding="utf-8") != descriptor(folder.name, _headers(folder)):
        raise InputError([Fault(f"{folder.name}/{path.name}", told("descriptor_stale"))])


def write_descriptor(folder: Path) -> None:
    """Write ``datapackage.json`` of a checked data folder."""
    (folder / "datapackage.json").write_text(descriptor(folder.name, _headers(folder)), encoding="utf-8")


def descriptor(name: str, header: dict[str, list[str]]) -> str:
    """JSON text of ``datapackage.json`` for the tables of a folder; ``header`` gives the columns of each table as filed."""
    resources = []
    for table, columns in header.items():
        kind = TABLES[table]
        schema: dict[str, Any] = {"fields": [column_of(kind, column) for column in columns]}
        if table.endswith("_facts"):
            known = [f"{p.name} ({p.unit}): {p.en} / {p.zh}" for p in PARAMETERS if p.table == table]
            schema["fields"][columns.index("parameter")]["description"] = "; ".join(known)
        else:
            schema["primaryKey"] = list(kind.key)
        resources.append(
            {
                "name": table,
                "path": f"{table}.csv",
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "description": (kind.__doc__ or "").splitlines()[0],
                "schema": schema,
            }
        )
    package = {
        "profile": "tabular-data-package",
        "name": name,
        "title": f"Materials industry of {name}",
        "licenses": [{"name": "Apache-2.0", "path": "https://www.apache.org/licenses/LICENSE-2.0"}],
        "resources": resources,
    }
    return json.dumps(package, ensure_ascii=False, indent=1) + "\n"
