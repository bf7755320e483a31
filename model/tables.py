"""Data folder -> checked tables. Reads every CSV of the contract and reports all faults at once."""

import csv
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar, cast, get_args

from pydantic import ValidationError

from model.contract import TABLES, Fact, Row
from model.errors import Faults
from model.language import told
from model.refusal import refusal

MAX_BYTES = 20_000_000
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
R = TypeVar("R", bound=Row)


def data_digest(folder: Path) -> str:
    """SHA-256 over a folder's tables, names and contents."""
    found = hashlib.sha256()
    for path in sorted(folder.glob("*.csv")):
        found.update(path.name.encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


@dataclass(frozen=True)
class Tables:
    """The rows of a data folder, by table name; row numbers as a spreadsheet shows them."""

    folder: Path
    rows: dict[str, tuple[Row, ...]]
    numbers: dict[str, tuple[int, ...]]

    def of(self, kind: type[R]) -> tuple[R, ...]:
        """Rows of an entity table."""
        return cast(tuple[R, ...], self.rows[kind.title])

    def facts(self, table: str) -> tuple[Fact, ...]:
        """Rows of a fact table."""
        return cast(tuple[Fact, ...], self.rows[table])

    def digest(self) -> str:
        """SHA-256 over the folder's tables, names and contents."""
        return data_digest(self.folder)

    def numbered(self, kind: type[R]) -> Iterable[tuple[int, R]]:
        """Rows of an entity table with their row numbers."""
        return zip(self.numbers[kind.title], self.of(kind), strict=True)

    def numbered_facts(self, table: str) -> Iterable[tuple[int, Fact]]:
        """Rows of a fact table with their row numbers."""
        return zip(self.numbers[table], self.facts(table), strict=True)


def _text(path: Path, faults: Faults) -> str | None:
    if path.stat().st_size > MAX_BYTES:
        faults.add(path.name, told("table_too_large", most=MAX_BYTES // 1_000_000))
        return None
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        raw.decode("gb18030")
    except UnicodeDecodeError:
        faults.add(path.name, told("table_not_utf8"))
    else:
        faults.add(path.name, told("table_gbk", menu="逗号分隔"))
    return None


def _cells(path: Path, kind: type[Row], faults: Faults) -> list[tuple[int, dict[str, str | None]]]:
    """Read a CSV into cells by column; empty cells become ``None``."""
    text = _text(path, faults)
    if text is None:
        return []
    if "\0" in text:
        faults.add(path.name, told("table_nul"))
        return []
    lines = list(csv.reader(text.splitlines(keepends=True), strict=True))
    if not lines:
        faults.add(path.name, told("table_empty"))
        return []
    header = lines[0]
    fields = list(kind.model_fields)
    for name in header:
        if name not in fields:
            faults.add(path.name, told("csv_column_unknown", column=name, allowed=", ".join(fields)), 1, name)
        elif header.count(name) > 1:
            faults.add(path.name, told("csv_column_twice", column=name), 1, name)
    missing = [name for name, field in kind.model_fields.items() if field.is_required() and name not in header]
    for name in missing:
        faults.add(path.name, told("csv_column_missing", column=name), 1, name)
    if faults.found and any(f.file == path.name for f in faults.found):
        return []
    cells = []
    for number, line in enumerate(lines[1:], start=2):
        if not any(line):
            continue
        if len(line) != len(header):
            faults.add(path.name, told("cells_miscounted", found=len(line), asked=len(header)), number)
            continue
        cells.append((number, {name: (cell.strip() or None) for name, cell in zip(header, line, strict=True)}))
    return cells


@cache
def numeric_columns(kind: type[Row]) -> frozenset[str]:
    """Columns that hold numbers."""

    def holds_number(annotation: object) -> bool:
        return annotation in (int, float) or any(holds_number(part) for part in get_args(annotation))

    return frozenset(name for name, field in kind.model_fields.items() if holds_number(field.annotation))


def _row(kind: type[R], cells: dict[str, str | None], file: str, number: int, faults: Faults) -> R | None:
    """Validate one row; numbers must be written plainly (no thousands separators, per cents or full-width digits)."""
    bad = [name for name, cell in cells.items() if cell and name in numeric_columns(kind) and not _NUMBER.fullmatch(cell)]
    for name in bad:
        faults.add(file, told("no_number", found=cells[name]), number, name)
    if bad:
        return None
    try:
        return kind.model_validate({name: cell for name, cell in cells.items() if cell is not None})
    except ValidationError as error:
        for item in error.errors(include_url=False):
            column = str(item["loc"][0]) if item["loc"] else None
            what = told("cell_empty") if item["type"] == "missing" else told("refused_cell", why=refusal(item), found=item["input"])
            faults.add(file, what, number, column)
        return None


def read_table(path: Path, kind: type[R], faults: Faults) -> tuple[list[R], list[int]]:
    """Rows of one CSV file and their row numbers; what is wrong with it is added to the faults."""
    try:
        lines = _cells(path, kind, faults)
    except csv.Error as error:
        faults.add(path.name, told("csv_unreadable", why=error))
        return [], []
    rows: list[R] = []
    numbers: list[int] = []
    seen: dict[tuple[object, ...], int] = {}
    for number, cells in lines:
        row = _row(kind, cells, path.name, number, faults)
        if row is None:
            continue
        key = tuple(getattr(row, name) for name in kind.key)
        if key in seen:
            shown = ", ".join(str(part) for part in key if part is not None)
            faults.add(path.name, told("row_twice", name=shown, row=seen[key]), number, kind.key[0])
            continue
        seen[key] = number
        rows.append(row)
        numbers.append(number)
    return rows, numbers


def read_tables(folder: Path) -> Tables:
    """Read and validate a data folder.

    Optional tables that are not there are empty. Raises ``InputError`` with every fault found.
    """
    faults = Faults()
    if not folder.is_dir():
        faults.add(str(folder), told("no_data_folder"))
        faults.raise_all()
    for path in sorted(folder.glob("*.csv")):
        if path.stem not in TABLES:
            faults.add(path.name, told("table_unknown", tables=", ".join(TABLES)))
    rows: dict[str, tuple[Row, ...]] = {}
    numbers: dict[str, tuple[int, ...]] = {}
    for name, kind in TABLES.items():
        path = folder / f"{name}.csv"
        found: tuple[list[Row], list[int]] = ([], [])
        if path.exists():
            found = read_table(path, kind, faults)
        elif kind.required:
            faults.add(path.name, told("table_missing"))
        rows[name], numbers[name] = tuple(found[0]), tuple(found[1])
    faults.raise_all()
    return Tables(folder, rows, numbers)
