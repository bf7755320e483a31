"""Texts of a CSV as cells of a spreadsheet and back: numbers as numbers, truth values as such, and nothing lost on the way."""

import re
import unicodedata
from datetime import date, time, timedelta
from functools import cache
from typing import Any, get_args

import numpy as np

from model.contract import Row
from model.tables import numeric_columns

_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_KEPT = re.compile(r"0\.(0+);-0\.\1")
"""The number format that ``native`` gives a number written with trailing zeros; nobody else writes it so."""
_TRUTHS = {"=TRUE()": "true", "=FALSE()": "false"}
"""How LibreOffice stores truth values: as formulas without arguments."""
_EXACT = 10**15
"""Spreadsheets hold 15 digits; a longer number stays a text."""


class CellError(ValueError):
    """A cell that holds no plain value: ``key`` names the catalogue's words, ``found`` what stands there."""

    def __init__(self, key: str, found: str) -> None:
        self.key, self.found = key, found
        super().__init__(f"{key}: {found}")


@cache
def truth_columns(kind: type[Row]) -> frozenset[str]:
    """Columns that hold true or false."""
    return frozenset(name for name, field in kind.model_fields.items() if field.annotation is bool or bool in get_args(field.annotation))


def plain(value: float, decimals: int = 0) -> str:
    """A number as the tables write it: no exponent, no trailing zeros except up to ``decimals`` asked for."""
    text = str(int(value)) if float(value).is_integer() and abs(value) < _EXACT else np.format_float_positional(value, trim="-")
    padded = f"{value:.{decimals}f}"
    return padded if decimals and len(padded) > len(text) and float(padded) == value else text


def native(text: str, kind: type[Row], column: str) -> tuple[str | float | bool | None, str]:
    """What a cell holds for a text of a table, and its number format.

    A number or truth value goes natively only where it would come back as the very same text; else it stays a text.
    """
    if not text:
        return None, "General"
    if column in truth_columns(kind) and text in ("true", "false"):
        return text == "true", "General"
    if column in numeric_columns(kind) and _NUMBER.fullmatch(text) and len(text) <= 16:
        value = float(text)
        decimals = len(text.partition(".")[2])
        if plain(value) == text:
            return (int(value) if "." not in text else value), "General"
        if decimals and plain(value, decimals) == text:
            zeros = "0" * decimals
            return value, f"0.{zeros};-0.{zeros}"
    return text, "@"


def unprintable(text: str) -> bool:
    """Does a text hold what neither a table nor a terminal should: control characters, line or paragraph separators?"""
    return not text.isprintable() and any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") and letter != "\n" for letter in text)


def text_of(cell: Any) -> str:
    """The text of a table for a cell of a book (openpyxl).

    Raises ``CellError`` for what is no plain value: formulas, error values, dates, per cents, control characters.
    """
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" and value in _TRUTHS:
        return _TRUTHS[value]
    if cell.data_type == "f":
        raise CellError("cell_formula", str(getattr(value, "text", value)))
    if cell.data_type == "e":
        raise CellError("cell_error", str(value))
    if isinstance(value, date | time | timedelta):
        raise CellError("cell_date", str(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        form = str(cell.number_format)
        if "%" in re.sub(r'"[^"]*"|\\.', "", form):
            raise CellError("cell_percent", f"{value:.12g} ({value:.6%})")
        kept = _KEPT.fullmatch(form)
        return plain(value, len(kept[1]) if kept else 0)
    text = str(value).replace("\r\n", "\n").replace("_x000D_\n", "\n").strip()
    if unprintable(text):
        raise CellError("cell_control", repr(text)[:60])
    return text
