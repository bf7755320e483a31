"""One view of the live page as a small workbook: what it is, then its table; texts stay texts."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any, TypeGuard

from model.errors import Fault, InputError
from model.language import told
from model.sheets.book import Column, Sheet, add_sheet, add_words, both, new_book

MOST_ROWS, MOST_COLUMNS = 5_000, 80
"""Largest table that is written."""


def view_book(asked: Mapping[str, Any]) -> bytes:
    """A workbook of ``words`` about a view, names of ``columns`` and ``rows`` of texts and numbers, as a page sends them.

    Raises ``InputError`` where they are no such table.
    """
    words, columns, rows = (asked.get(name) for name in ("words", "columns", "rows"))
    if not (_texts(words) and _texts(columns) and _is_table(len(columns), rows)):
        raise InputError([Fault("table", told("view_no_table", rows=MOST_ROWS, columns=MOST_COLUMNS))])
    book = new_book()
    lines = [(both("view_about"),), *((str(text), "") for text in words if text)]
    add_words(book, "readme", lines)
    add_sheet(book, Sheet("view", tuple(Column(f"view_{place}", title=name or " ") for place, name in enumerate(columns)), rows or []))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _is_table(width: int, rows: object) -> bool:
    return (
        width > 0 and isinstance(rows, list) and len(rows) <= MOST_ROWS
        and all(isinstance(row, list) and len(row) == width and all(map(_plain, row)) for row in rows)
    )  # fmt: skip


def _texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and len(value) <= MOST_COLUMNS and all(isinstance(text, str) for text in value)


def _plain(value: object) -> bool:
    return value is None or (isinstance(value, str | int | float) and not isinstance(value, bool))
