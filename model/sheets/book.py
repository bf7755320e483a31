"""Books as this project writes them: guarded texts, bilingual headers, frozen header row, sensible widths."""

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from model.language import Language, Speaker
from model.sheets.values import unprintable
from model.store import _atomic

ZH, EN = Speaker(Language.ZH), Speaker(Language.EN)
RISKY = tuple("=+-@\t\r＝＋－＠")
"""First letters that a spreadsheet could take for a formula."""
MOST_TEXT = 32_767
"""Letters that a cell can hold."""
_HEADER = PatternFill("solid", fgColor="FF1F3A5F")
_KEYS = PatternFill("solid", fgColor="FFE3EAF3")
_WHITE, _BOLD, _SMALL = Font(name="Calibri", bold=True, color="FFFFFFFF"), Font(name="Calibri", bold=True), Font(name="Consolas", size=9)
_WRAP = Alignment(wrap_text=True, vertical="top")
_NARROWEST, _WIDEST, _LINE = 7, 60, 15.0
"""Narrowest and widest column, in letters; height of a line, in points."""

Value = str | float | bool | None


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its key in the catalogue (``field_<key>``), its unit in both languages, its number format."""

    key: str
    unit: tuple[str, str] = ("", "")
    form: str = "General"
    title: str = ""

    def header(self) -> str:
        """The words above the column: Chinese, English, unit; a ``title`` of its own stands alone (a year, a scenario)."""
        if self.title:
            return self.title
        zh, en = ZH(f"field_{self.key}"), EN(f"field_{self.key}")
        unit = f"\n({' '.join(dict.fromkeys(self.unit))})" if any(self.unit) else ""
        return (zh if zh == en else f"{zh}\n{en}") + unit


@dataclass(frozen=True)
class Sheet:
    """A table of a book: its name in the catalogue (``sheet_<name>``, ``about_<name>``), columns and rows."""

    name: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Value]]
    frozen: int = 1

    def title(self) -> str:
        """The words on the tab."""
        return title_of(self.name)


def both(key: str) -> str:
    """A text in Chinese and English."""
    return f"{ZH(key)}  {EN(key)}"


def title_of(name: str) -> str:
    """Chinese and English name of a sheet; the English one is its key and comes last."""
    return f"{ZH(f'sheet_{name}')} {name}"


def put(cell: Any, value: Value, form: str = "General") -> None:
    """Write a value: texts stay texts whatever they begin with, and lose control characters; infinite numbers become texts."""
    if isinstance(value, str):
        text = value if value.isprintable() else "".join(letter for letter in value if letter in "\t\n" or not unprintable(letter))
        text = cell.value = text[:MOST_TEXT]
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(RISKY)
        cell.number_format = "@"
        return
    if isinstance(value, float) and value != value:
        value = None
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        value = "∞" if value > 0 else "-∞"
    cell.value = value
    cell.number_format = "#,##0" if isinstance(value, int) and form.startswith("#") else form


def _places(line: str) -> int:
    """Places that a line takes; Chinese letters take two."""
    return len(line) if line.isascii() else sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def width(texts: Iterable[object]) -> float:
    """Width of a column that shows these texts."""
    lines = (line for text in texts for line in str("" if text is None else text).split("\n"))
    return min(max(_NARROWEST, max(map(_places, lines), default=0)), _WIDEST) + 2


def _shown(value: Value) -> object:
    return f"{value:,.1f}" if isinstance(value, float) else value


def fit(sheet: Any, columns: Sequence[Sequence[object]]) -> None:
    """Set the width of each column by what it shows."""
    for place, texts in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width(texts)


def raise_row(sheet: Any, number: int) -> None:
    """Set the height of a row of wrapped texts; programs other than Excel do not find it themselves."""
    most = 1
    for cell in sheet[number]:
        room = sheet.column_dimensions[cell.column_letter].width - 1
        most = max(most, sum(max(1, math.ceil(_places(line) / room)) for line in str(cell.value or "").split("\n")))
    sheet.row_dimensions[number].height = most * _LINE


def head(cell: Any, text: str, *, keys: bool = False) -> None:
    """A cell of a header row; ``keys`` for the row of column names that programs read."""
    put(cell, text)
    cell.font, cell.fill, cell.alignment = (_SMALL, _KEYS, _WRAP) if keys else (_WHITE, _HEADER, _WRAP)


def add_sheet(book: Workbook, sheet: Sheet) -> None:
    """Add a table to a book: header, rows, widths, frozen header, filter."""
    made = book.create_sheet(sheet.title())
    for place, column in enumerate(sheet.columns, start=1):
        head(made.cell(1, place), column.header())
    for number, row in enumerate(sheet.rows, start=2):
        for place, (column, value) in enumerate(zip(sheet.columns, row, strict=True), start=1):
            if value is not None and value != "":
                put(made.cell(number, place), value, column.form)
    shown = [[column.header(), *(_shown(row[place]) for row in sheet.rows)] for place, column in enumerate(sheet.columns)]
    fit(made, shown)
    raise_row(made, 1)
    made.freeze_panes = made.cell(2, sheet.frozen + 1)
    made.auto_filter.ref = f"A1:{get_column_letter(len(sheet.columns))}{len(sheet.rows) + 1}"
    _for_print(made)


def _for_print(made: Any) -> None:
    made.page_setup.orientation = "landscape"
    made.page_setup.paperSize = made.PAPERSIZE_A4
    made.page_setup.fitToHeight = 0
    made.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    made.print_title_rows = "1:1"


def add_words(book: Workbook, name: str, lines: Sequence[tuple[str, ...]]) -> None:
    """Add a sheet of words: a line that is one text is a heading, others fill the columns."""
    made = book.create_sheet(title_of(name))
    for number, line in enumerate(lines, start=1):
        for place, text in enumerate(line, start=1):
            cell = made.cell(number, place)
            put(cell, text)
            cell.alignment = _WRAP
            if len(line) == 1:
                cell.font, cell.alignment = _BOLD, Alignment(wrap_text=False)
    several = [line for line in lines if len(line) > 1]
    fit(made, [[line[place] for line in several if len(line) > place] for place in range(max(map(len, several), default=1))])
    for number, line in enumerate(lines, start=1):
        if len(line) > 1:
            raise_row(made, number)
    _for_print(made)


def new_book() -> Workbook:
    """An empty book."""
    book = Workbook()
    del book[book.sheetnames[0]]
    book.properties.creator = "Materials Pathways"
    return book


def save_book(book: Workbook, path: Path) -> None:
    """Write a book whole or not at all. Raises ``ResultError`` where it cannot be written."""
    _atomic(path, lambda at: book.save(at))
