"""An edited workbook back into a data folder: every cell read as a plain value, checked as the CSVs are, written whole or not at all."""

import shutil
import tempfile
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.utils import get_column_letter

from model.checks import check_tables
from model.contract import TABLES
from model.datapackage import write_descriptor
from model.errors import Fault, Faults, InputError
from model.language import told
from model.sheets.inputs import REFERENCE, as_csv, exported, refuse
from model.sheets.values import CellError, text_of
from model.tables import Tables, read_tables

MOST_BYTES = 50_000_000
MOST_UNPACKED = 400_000_000
MOST_CELLS = 2_000_000
HEADER_WITHIN = 5
"""The row of column names must be one of the first so many."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""First bytes of an old .xls and of every password-protected book."""


@dataclass
class Filled:
    """A table as filled in: the sheet's title, the column names with their letters, rows of texts with their row numbers."""

    title: str
    letters: dict[str, str]
    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)

    def place(self, row: int | None, column: str | None) -> str:
        """Address of a cell of the CSV on the sheet: row 1 is the header."""
        letter = self.letters.get(column or "", "")
        number = "" if row is None or row - 2 >= len(self.numbers) or row < 2 else str(self.numbers[row - 2])
        return f"'{self.title}'" + (f"!{letter}{number}" if letter or number else "")


@dataclass
class Reading:
    """One reading of a book: its name, the faults found so far."""

    name: str
    faults: Faults = field(default_factory=Faults)

    def fault(self, key: str, sheet: str = "", cell: str = "", column: str | None = None, **values: object) -> None:
        """Note a fault of the book, of a sheet or of a cell."""
        where = f" '{sheet}'" + (f"!{cell}" if cell else "") if sheet else ""
        self.faults.add(f"{self.name}{where}", told(key, **values), column=column)


def import_inputs(path: Path, target: Path, *, replace: bool = False) -> Tables:
    """Read an edited workbook into the data folder ``target``; returns its tables.

    Raises ``InputError`` with every fault by sheet and cell; nothing is written then. An existing folder is replaced only on
    request; its other files (notes) stay.
    """
    if target.exists() and not replace:
        raise refuse(target, told("folder_exists", folder=target.name))
    reading = Reading(path.name)
    filled = _read(_open(path), reading)
    reading.faults.raise_all()
    try:
        with tempfile.TemporaryDirectory(prefix=".import-", dir=target.parent.parent) as room:
            fresh = Path(room) / target.name
            _write(filled, fresh)
            tables = _checked(fresh, filled, path.name)
            if target.exists():
                _keep(target, fresh)
            _swap(fresh, target)
    except OSError as error:
        raise refuse(target, told("folder_unwritable", why=str(error))) from error
    return Tables(target, tables.rows, tables.numbers)


def _open(path: Path) -> Workbook:
    """Open a book after bounding its size. Raises ``InputError`` for what is no readable .xlsx."""
    if not path.is_file():
        raise refuse(path, told("book_missing"))
    if path.suffix.lower() != ".xlsx":
        raise refuse(path, told("book_suffix"))
    if path.stat().st_size > MOST_BYTES:
        raise refuse(path, told("book_large", most=MOST_BYTES // 1_000_000))
    with path.open("rb") as file:
        if file.read(len(_OLE)) == _OLE:
            raise refuse(path, told("book_locked"))
    try:
        with zipfile.ZipFile(path) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > MOST_UNPACKED:
            raise refuse(path, told("book_large", most=MOST_UNPACKED // 1_000_000))
        return load_workbook(path, keep_links=False)
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever a damaged part makes it stumble over
        cause = error.__cause__ or error
        raise refuse(path, told("book_unreadable", why=f"{type(cause).__name__}: {cause}"[:200])) from error


def _read(book: Workbook, reading: Reading) -> dict[str, Filled]:
    filled: dict[str, Filled] = {}
    for sheet in book.worksheets:
        name = sheet.title.split()[-1] if sheet.title.split() else ""
        if name in REFERENCE:
            continue
        if name not in TABLES:
            reading.fault("sheet_unknown", sheet.title, tables=", ".join(TABLES))
        elif name in filled:
            reading.fault("sheet_twice", sheet.title, table=name, first=filled[name].title)
        elif sheet.sheet_state != "visible":
            reading.fault("sheet_hidden", sheet.title)
        elif sheet.max_row * sheet.max_column > MOST_CELLS:
            reading.fault("sheet_large", sheet.title, most=f"{MOST_CELLS:,}")
        elif found := _sheet(sheet, name, reading):
            filled[name] = found
    _complete(book, filled, reading)
    return filled


def _complete(book: Workbook, filled: dict[str, Filled], reading: Reading) -> None:
    """Nothing of the export may get lost unnoticed: a table or column is dropped only with its row in the sheet ``columns``."""
    titles = {sheet.title.split()[-1] for sheet in book.worksheets if sheet.title.split()}
    before = exported(book)
    if not titles & set(TABLES):
        reading.fault("book_empty", tables=", ".join(TABLES))
        return
    for table in dict.fromkeys(table for table in TABLES for where, _ in before if where == table):
        if table not in titles:
            reading.fault("sheet_missing", table=table)
    for table, column in sorted(before):
        if table in filled and column not in filled[table].letters:
            reading.fault("column_missing", filled[table].title, table=table, missing=column)


def _sheet(sheet: Any, table: str, reading: Reading) -> Filled | None:
    """Read one sheet; every fault of its cells is noted."""
    for merged in sheet.merged_cells.ranges:
        reading.fault("cell_merged", sheet.title, str(merged))
    keys = TABLES[table].key
    head = next(
        (
            row
            for row in range(1, min(HEADER_WITHIN, sheet.max_row) + 1)
            if any(sheet.cell(row, c).value in keys for c in range(1, sheet.max_column + 1))
        ),
        None,
    )
    if head is None:
        reading.fault("header_missing", sheet.title, rows=HEADER_WITHIN, keys=", ".join(keys))
        return None
    names: dict[int, str] = {}
    for place in range(1, sheet.max_column + 1):
        name = str(sheet.cell(head, place).value or "").strip()
        fields = TABLES[table].model_fields
        if name and name not in fields:
            reading.fault("column_unknown", sheet.title, f"{get_column_letter(place)}{head}", found=name, allowed=", ".join(fields))
        elif name and name in names.values():
            reading.fault("column_twice", sheet.title, f"{get_column_letter(place)}{head}", found=name)
        elif name:
            names[place] = name
    filled = Filled(sheet.title, {name: get_column_letter(place) for place, name in names.items()})
    for row in sheet.iter_rows(min_row=head + 1):
        texts = _texts(row, names, sheet.title, reading)
        if any(texts.values()):
            filled.rows.append([texts[place] for place in names])
            filled.numbers.append(row[0].row)
    return filled


def _texts(row: tuple[Any, ...], names: dict[int, str], title: str, reading: Reading) -> dict[int, str]:
    """Texts of a row by column; a cell without a column name above it must be empty."""
    texts = dict.fromkeys(names, "")
    for cell in row:
        try:
            text = text_of(cell)
        except CellError as error:
            reading.fault(error.key, title, cell.coordinate, names.get(cell.column), found=error.found)
            continue
        if cell.column in names:
            texts[cell.column] = text
        elif text:
            reading.fault("cell_outside", title, cell.coordinate, found=text[:60])
    return texts


def _write(filled: dict[str, Filled], folder: Path) -> None:
    folder.mkdir()
    for table, content in filled.items():
        (folder / f"{table}.csv").write_bytes(as_csv([list(content.letters), *content.rows]).encode())


def _checked(folder: Path, filled: dict[str, Filled], book: str) -> Tables:
    """The tables of a fresh folder with its descriptor; faults tell the cells of the book instead of the rows of the CSVs."""
    try:
        tables = read_tables(folder)
        check_tables(tables)
        write_descriptor(folder)
    except InputError as error:
        raise InputError([_moved(fault, filled, book) for fault in error.faults]) from error
    return tables


def _moved(fault: Fault, filled: dict[str, Filled], book: str) -> Fault:
    table = fault.file.removesuffix(".csv")
    if table not in filled:
        return Fault(f"{book} '{table}'", fault.message, column=fault.column)
    message = fault.message
    if message.key == "row_twice":
        message = told("row_twice", name=message.values["name"], row=filled[table].numbers[int(str(message.values["row"])) - 2])
    return Fault(f"{book} {filled[table].place(fault.row, fault.column)}", message, column=fault.column)


def _keep(target: Path, fresh: Path) -> None:
    """Files of the old folder that are no tables (notes) move to the new one."""
    for path in target.iterdir():
        if path.is_file() and path.suffix != ".csv" and not (fresh / path.name).exists():
            shutil.copy2(path, fresh / path.name)


def _swap(fresh: Path, target: Path) -> None:
    """Put the fresh folder in the place of the old one, which comes back if that fails."""
    old = fresh.with_name(f"{target.name}.old")
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        with suppress(OSError):
            old.rename(target)
        raise
