"""What is not known about each fact: its range, the driver that moves it together with others, or why it is held.

Three tables beside the data folders say it: ``grade_ranges.csv`` (range by grade, where a fact states none), ``drivers.csv``
(what moves facts together, and what is a policy's choice or held) and ``driver_facts.csv`` (which facts belong to which; the
first row that fits a fact counts). All are estimates of this project, with their reasons in the rows.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal, TypeVar

from pydantic import BeforeValidator, Field

from model.contract import FACTS, Fact, Named, Place, Row, Slug, Text
from model.errors import Faults
from model.language import told
from model.names import Grade
from model.parameters import PARAMETERS
from model.tables import read_table

R = TypeVar("R", bound=Row)


def _split(cell: object) -> object:
    return tuple(part for part in cell.split(";") if part) if isinstance(cell, str) else cell


Words = Annotated[tuple[Slug, ...], BeforeValidator(_split)]
Places = Annotated[tuple[Place, ...], BeforeValidator(_split)]


class GradeRange(Row):
    """How far a fact of a grade may lie from its value: from value / factor to value x factor."""

    title: ClassVar[str] = "grade_ranges"
    key: ClassVar[tuple[str, ...]] = ("grade",)
    grade: Grade = Field(description="grade of the fact")
    factor: Annotated[float, Field(ge=1, le=100, allow_inf_nan=False)] = Field(description="factor up and down")
    reason_zh: Text = Field(description="reason, Chinese")
    reason_en: Text = Field(description="reason, English")


class Driver(Named):
    """What moves facts together: a state of the world, a lever of policy, or a number that is held."""

    title: ClassVar[str] = "drivers"
    kind: Literal["fact", "lever", "held"] = Field(description="fact: drawn; lever: a choice of policy; held: fixed by statistics or law")
    correlation: Annotated[float, Field(ge=0, le=1)] = Field(description="correlation (normal scores) between any two of its facts")
    reason_zh: Text = Field(description="reason, Chinese")
    reason_en: Text = Field(description="reason, English")


class DriverFacts(Row):
    """Facts of a driver; an empty cell matches all."""

    title: ClassVar[str] = "driver_facts"
    key: ClassVar[tuple[str, ...]] = ("driver", "table", "parameters", "subjects", "items")
    driver: Slug = Field(description="key into drivers.csv")
    table: Slug = Field(description="fact table")
    parameters: Words = Field(description="parameters, separated by ;")
    subjects: Places = Field(default=(), description="subjects, separated by ;")
    items: Places = Field(default=(), description="items, separated by ;")
    draw: Literal["up", "size"] = Field(default="up", description="a high draw means: a high value, or a high magnitude")
    base_held: bool = Field(default=False, description="the base year's own row is a statistic and stays")
    factor: Annotated[float, Field(ge=1, le=100, allow_inf_nan=False)] | None = Field(
        default=None, description="factor up and down where a fact states no range; empty: by its grade"
    )
    together: bool = Field(default=False, description="all facts of a subject in this row have one draw")
    follows: Slug | None = Field(default=None, description="good whose final demand the fact answers to, see response.py; empty: none")

    def fits(self, table: str, fact: Fact) -> bool:
        """Does the fact belong to this row?"""
        return (
            table == self.table
            and fact.parameter in self.parameters
            and (not self.subjects or fact.subject in self.subjects)
            and (not self.items or fact.item in self.items)
        )


@dataclass(frozen=True)
class Pedigree:
    """The three tables, read and checked."""

    factors: dict[Grade, float]
    drivers: dict[str, Driver]
    facts: tuple[DriverFacts, ...]

    def row_of(self, table: str, fact: Fact) -> DriverFacts | None:
        """The first row that fits a fact."""
        return next((row for row in self.facts if row.fits(table, fact)), None)

    def range_of(self, fact: Fact, row: DriverFacts) -> tuple[float, float]:
        """Least and most that a fact may be: as it states, else by the factor of its row, else by its grade.

        A fact that states one end only is believed not to reach beyond its value on the other side.
        """
        if fact.low is not None or fact.high is not None:
            return (fact.value if fact.low is None else fact.low), (fact.value if fact.high is None else fact.high)
        factor = row.factor or self.factors[fact.grade]
        ends = (fact.value / factor, fact.value * factor)
        return min(ends), max(ends)


def _read(folder: Path, kind: type[R], faults: Faults) -> list[R]:
    path = folder / f"{kind.title}.csv"
    if not path.is_file():
        faults.add(path.name, told("table_missing_in", folder=f"{folder.name}/"))
        return []
    return read_table(path, kind, faults)[0]


def read_pedigree(folder: Path) -> Pedigree:
    """Read the three tables of ``data/``. Raises ``InputError`` with every fault found."""
    faults = Faults()
    grades, drivers, facts = (_read(folder, kind, faults) for kind in (GradeRange, Driver, DriverFacts))
    faults.raise_all()
    found = Pedigree(
        {row.grade: row.factor for row in grades if isinstance(row, GradeRange)},
        {row.id: row for row in drivers if isinstance(row, Driver)},
        tuple(row for row in facts if isinstance(row, DriverFacts)),
    )
    for grade in Grade:
        if grade not in found.factors:
            faults.add("grade_ranges.csv", told("no_row_for_grade", grade=grade), column="grade")
    for row in found.facts:
        if row.driver not in found.drivers:
            faults.add("driver_facts.csv", told("key_unknown", name=row.driver, where="drivers.csv"), column="driver")
        if row.table not in FACTS:
            faults.add("driver_facts.csv", told("no_fact_table", name=row.table, allowed=", ".join(FACTS)), column="table")
    placed = {(row.table, name) for row in found.facts if not row.subjects and not row.items for name in row.parameters}
    known = {(parameter.table, parameter.name) for parameter in PARAMETERS}
    for table, name in sorted(known - placed):
        faults.add("driver_facts.csv", told("parameter_without_driver", table=table, parameter=name), column="parameters")
    for table, name in sorted({(row.table, name) for row in found.facts for name in row.parameters} - known):
        faults.add("driver_facts.csv", told("table_without_parameter", table=table, parameter=name), column="parameters")
    faults.raise_all()
    return found
