"""Units: one table (``data/units.csv``) and one conversion, done once, where facts enter the problem."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from model.language import Told, told, told_all

TABLE = Path(__file__).parent.parent / "data" / "units.csv"


class UnitError(ValueError):
    """A unit is unknown, or does not measure what its parameter asks for."""

    def __init__(self, message: Told) -> None:
        self.message = message
        super().__init__(message)


@dataclass(frozen=True)
class Measure:
    """A unit read: ``dimensions`` (numerator, denominator) and the ``factor`` to model units."""

    dimensions: tuple[str, str]
    factor: float


def read_units(path: Path = TABLE) -> dict[str, tuple[str, float]]:
    """Read the unit table: unit -> (dimension, factor to the model unit of that dimension)."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["unit"]: (row["dimension"], float(row["factor"])) for row in csv.DictReader(file)}


UNITS = read_units()


@cache
def read_names(path: Path = TABLE) -> dict[str, tuple[str, str]]:
    """Read the names of units: unit -> (Chinese, English)."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["unit"]: (row["name_zh"], row["name_en"]) for row in csv.DictReader(file)}


def model_unit(unit: str) -> str:
    """The unit in which the model holds what ``unit`` measures: the one of factor 1 of the same dimension."""
    dimension = UNITS[unit][0]
    return next(name for name, (kind, factor) in UNITS.items() if kind == dimension and factor == 1)


def _halves(unit: str) -> tuple[str, str]:
    """Split a ratio at its first slash that is outside brackets and not part of a unit's own name."""
    if unit in UNITS:
        return unit, ""
    depth = 0
    for position, letter in enumerate(unit):
        depth += (letter == "(") - (letter == ")")
        if letter == "/" and depth == 0:
            return unit[:position], unit[position + 1 :].removeprefix("(").removesuffix(")")
    return unit, ""


@cache
def measure(unit: str) -> Measure:
    """Read a unit such as ``t``, ``kWh/t`` or ``t/(t/d)``.

    Raises ``UnitError`` for a unit that the table does not know.
    """
    top, bottom = _halves(unit)
    unknown = [part for part in (top, bottom) if part and part not in UNITS]
    if unknown:
        raise UnitError(told("unit_unknown", unit=unknown[0], known=", ".join(UNITS)))
    dimension, factor = UNITS[top]
    if not bottom:
        return Measure((dimension, ""), factor)
    below, divisor = UNITS[bottom]
    return Measure((dimension, below), factor / divisor)


def dimension_name(dimensions: Iterable[str]) -> Told:
    """What a unit measures, in words: ``energy``, ``energy/mass``."""
    return told_all([told(f"dimension_{part}") for part in dimensions if part], "told_over_told")


def convert(value: float, unit: str, dimensions: tuple[str, str]) -> float:
    """Convert a value to model units, after checking that its unit measures ``dimensions``."""
    found = measure(unit)
    if found.dimensions != dimensions:
        raise UnitError(told("unit_mismatch", unit=unit, found=dimension_name(found.dimensions), asked=dimension_name(dimensions)))
    return value * found.factor
