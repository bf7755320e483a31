"""A data folder as one workbook that analysts edit: a sheet for each table, and sheets that say what may stand where.

Row 1 of a table's sheet is for people (Chinese and English), row 2 holds the column names of the CSV, data begin in row 3.
"""

import csv
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from model.contract import TABLES, Row
from model.datapackage import column_of
from model.errors import Fault, Faults, InputError
from model.language import Told, told
from model.parameters import PARAMETERS
from model.sheets.book import (
    EN,
    MOST_TEXT,
    ZH,
    Column,
    Sheet,
    add_sheet,
    add_words,
    both,
    fit,
    head,
    new_book,
    put,
    raise_row,
    save_book,
    title_of,
)
from model.sheets.values import native, truth_columns, unprintable
from model.tables import Tables
from model.units import UNITS, read_names

KEYS_ROW = 2
"""The row of column names, as a spreadsheet counts."""
REFERENCE = ("readme", "columns", "parameters", "units")
"""Sheets that explain; they are not read back, except which tables and columns were exported."""
SPARE_ROWS = 500
"""Rows below the data to which the lists of allowed values reach."""


def table_title(table: str) -> str:
    """The words on a table's tab: Chinese name, then the name of its CSV."""
    return f"{ZH(f'table_{table}')} {table}"


def read_texts(path: Path) -> list[list[str]]:
    """The cells of a CSV as they are written."""
    return list(csv.reader(StringIO(path.read_text(encoding="utf-8-sig"), newline=""), strict=True))


def as_csv(rows: Iterable[Iterable[str]]) -> str:
    """Rows as the text of a CSV, in the one form that this project writes."""
    text = StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def export_inputs(tables: Tables, path: Path, *, replace: bool = False) -> list[str]:
    """Write a checked data folder as a workbook; returns the CSVs that are not in plain form and would come back tidied.

    Raises ``InputError`` where a book stands already (it may hold edits), the name does not end in .xlsx, or a cell cannot
    go into a spreadsheet.
    """
    faults = Faults()
    if path.suffix.lower() != ".xlsx":
        faults.add(str(path), told("book_suffix"))
    elif path.exists() and not replace:
        faults.add(str(path), told("book_exists"))
    faults.raise_all()
    texts = {table: read_texts(file) for table in TABLES if (file := tables.folder / f"{table}.csv").exists()}
    for table, rows in texts.items():
        _writable(table, rows, faults)
    faults.raise_all()
    book = new_book()
    _readme(book, tables, texts)
    for table, rows in texts.items():
        _table(book, table, TABLES[table], rows)
    _columns(book, texts)
    _parameters(book)
    _units(book)
    save_book(book, path)
    return [f"{table}.csv" for table, rows in texts.items() if as_csv(rows).encode() != (tables.folder / f"{table}.csv").read_bytes()]


def _writable(table: str, rows: list[list[str]], faults: Faults) -> None:
    for number, row in enumerate(rows, start=1):
        for name, text in zip(rows[0], row, strict=False):
            if unprintable(text) or len(text) > MOST_TEXT:
                faults.add(f"{table}.csv", told("cell_unwritable", most=MOST_TEXT), number, name)


def _table(book: Workbook, table: str, kind: type[Row], rows: list[list[str]]) -> None:
    sheet = book.create_sheet(table_title(table))
    header, body = rows[0], [row for row in rows[1:] if any(row)]
    for place, name in enumerate(header, start=1):
        head(sheet.cell(1, place), f"{ZH(f'field_{name}')}\n{EN(f'field_{name}')}")
        head(sheet.cell(KEYS_ROW, place), name, keys=True)
    for number, row in enumerate(body, start=KEYS_ROW + 1):
        for place, (name, text) in enumerate(zip(header, row, strict=True), start=1):
            value, form = native(text, kind, name)
            if value is not None:
                put(sheet.cell(number, place), value, form)
    fit(sheet, [[name, ZH(f"field_{name}"), EN(f"field_{name}"), *(row[place] for row in body)] for place, name in enumerate(header)])
    raise_row(sheet, 1)
    last = len(body) + KEYS_ROW
    sheet.freeze_panes = sheet.cell(KEYS_ROW + 1, 2)
    sheet.auto_filter.ref = f"A{KEYS_ROW}:{get_column_letter(len(header))}{last}"
    for place, name in enumerate(header, start=1):
        _allow(sheet, place, last + SPARE_ROWS, _choices(kind, name))


def _choices(kind: type[Row], name: str) -> list[str]:
    return ["TRUE", "FALSE"] if name in truth_columns(kind) else column_of(kind, name).get("constraints", {}).get("enum", [])


def _allow(sheet: Any, place: int, last: int, choices: list[str]) -> None:
    """A list of allowed values on a column."""
    if not choices:
        return
    rule = DataValidation("list", formula1=f'"{",".join(choices)}"', allow_blank=True, showErrorMessage=True)
    rule.errorTitle = both("book_choices")
    rule.error = ", ".join(choices)
    letter = get_column_letter(place)
    rule.add(f"{letter}{KEYS_ROW + 1}:{letter}{last}")
    sheet.add_data_validation(rule)


def _readme(book: Workbook, tables: Tables, texts: dict[str, list[list[str]]]) -> None:
    lines: list[tuple[str, ...]] = [(both("inputs_title") + f": {tables.folder.name}",)]
    lines += [(ZH(key), EN(key)) for key in ("inputs_edit", "inputs_rows", "inputs_cells", "inputs_back", "inputs_drop")]
    name, digest = tables.folder.name, tables.digest()
    lines.append((ZH("inputs_folder", name=name, digest=digest), EN("inputs_folder", name=name, digest=digest)))
    lines.append((both("inputs_grades"),))
    lines += [(f"{grade}  {ZH(f'grade_{grade}')}", f"{grade}  {EN(f'grade_{grade}')}") for grade in "ABCDE"]
    lines.append((both("inputs_tables"),))
    lines += [(table_title(table), EN(f"table_{table}"), str(len(rows) - 1)) for table, rows in texts.items()]
    add_words(book, "readme", lines)


def _columns(book: Workbook, texts: dict[str, list[list[str]]]) -> None:
    rows = []
    for table, cells in texts.items():
        for name in cells[0]:
            column = column_of(TABLES[table], name)
            limits = column.get("constraints", {})
            needed, choices = bool(limits.get("required")), ", ".join(limits.get("enum", []))
            rows.append((table, name, ZH(f"field_{name}"), EN(f"field_{name}"), column["description"], column["type"], needed, choices))
    keys = ("table", "column", "name_zh", "name_en", "meaning", "type", "required", "allowed")
    add_sheet(book, Sheet("columns", tuple(Column(key) for key in keys), rows, 2))


def _parameters(book: Workbook) -> None:
    rows = [(p.table, p.name, p.zh, p.en, p.unit, p.item, p.yearly, p.paths, p.default, p.low, p.high) for p in PARAMETERS]
    keys = ("table", "parameter", "name_zh", "name_en", "dimensions", "item", "yearly", "futures", "default", "least", "most")
    add_sheet(book, Sheet("parameters", tuple(Column(key) for key in keys), rows, 2))


def _units(book: Workbook) -> None:
    names = read_names()
    rows = [(unit, *names[unit], dimension, factor) for unit, (dimension, factor) in UNITS.items()]
    add_sheet(book, Sheet("units", tuple(Column(key) for key in ("unit", "name_zh", "name_en", "dimension", "factor")), rows))


def exported(book: Workbook) -> set[tuple[str, str]]:
    """Table and column of everything that was exported, as the sheet ``columns`` still says; nothing where there is no such sheet."""
    title = title_of("columns")
    if title not in book.sheetnames:
        return set()
    rows = book[title].iter_rows(min_row=2, max_col=2, max_row=min(book[title].max_row, 2_000), values_only=True)
    return {(str(table), str(column)) for table, column in rows if table in TABLES and column in TABLES[table].model_fields}


def refuse(path: Path, message: Told) -> InputError:
    """A fault of a whole book or folder."""
    return InputError([Fault(path.name, message)])
