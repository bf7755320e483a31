"""Arrays of clauses: the value that each sets in each year, how segments count towards it, and its size."""

import numpy as np
import numpy.typing as npt

from model.contract import Clause, Good, Line, Segment
from model.errors import Faults
from model.facts import FactBook
from model.language import told
from model.names import VALUES
from model.problem.sheet import Sheet
from model.scenario import ClauseLever, Scenario, amount_by_year, clause_levers
from model.tables import Tables
from model.units import convert, measure

Array = npt.NDArray[np.float64]


def write_clauses(sheet: Sheet, book: FactBook, tables: Tables, scenario: Scenario, faults: Faults) -> None:
    """Fill clause values (NaN where a clause does not bind), target flags, segment weights and sizes.

    A clause binds from the first year of its value on; between the years given it is interpolated, after them held.
    """
    value, target, weight = sheet.new("clause_value", np.nan), sheet.new("clause_target"), sheet.new("clause_weight")
    rows = {row.id: row for row in tables.of(Clause)}
    for name in scenario.clauses:
        if name not in rows:
            faults.add(
                "scenario", told("under_key", name="clauses", why=told("key_unknown", name=name, where="clauses.csv")), column="clauses"
            )
    levers = clause_levers(scenario, tables, faults)
    scale = sheet.new("clause_scale", np.nan)
    _base_intensity(sheet)
    for row in rows.values():
        position = sheet.at("clause", row.id)
        lever = levers.get(row.id, ClauseLever())
        target[position] = row.target
        _weights(sheet, tables, row, weight[position])
        if row.active if lever.active is None else lever.active:
            value[position] = _values(book, row.id, lever)
            one = _size(sheet, tables, row) or 1.0
            scale[position] = np.where(value[position] == 0, one, np.abs(value[position]) * one)


def _values(book: FactBook, clause: str, lever: ClauseLever) -> Array:
    """A clause's values by year, NaN where it does not bind.

    A lever's one number is the value of the last year; milestones before it keep their proportion to it. With ``from_year`` it
    is the value of every year from then on. Numbers by year are taken from the first of them on.
    """
    years = np.array(book.years)
    facts = [fact for fact in book.tables["clause_facts"] if fact.subject == clause]
    given = {fact.year or book.years[0]: convert(fact.value, fact.unit, measure(fact.unit).dimensions) for fact in facts}
    begin = min((fact.year for fact in facts if fact.year), default=book.years[0] + 1)
    set_to = np.interp(years, sorted(given), [given[year] for year in sorted(given)]) if given else np.zeros(len(years))
    unit = facts[0].unit if facts else "1"
    factor = convert(1.0, unit, measure(unit).dimensions)
    if isinstance(lever.value, dict):
        asked = amount_by_year(lever.value, years) * factor
        begin = min(begin, *lever.value)
        set_to = np.where(np.isnan(asked), set_to, asked)
    elif lever.value is not None:
        shaped = lever.from_year is None and set_to[-1] > 0
        set_to = set_to * (lever.value * factor / set_to[-1]) if shaped else np.full(len(years), lever.value * factor)
    first = lever.from_year or begin
    return np.where((years >= first) & (years > book.years[0]), set_to, np.nan)


def _weights(sheet: Sheet, tables: Tables, row: Clause, weight: Array) -> None:
    """How much of each segment's output counts: 1, its value added, its new materials, or membership."""
    for segment in tables.of(Segment):
        position = sheet.at("segment", segment.id)
        if row.subject in VALUES:
            shares = {"gross_output": 1.0, "value_added": sheet.arrays["value_added"][position],
                      "new_material": sheet.arrays["new_material"][position]}  # fmt: skip
            weight[position] = shares[row.subject]
        elif row.subject in (segment.cluster, segment.chain):
            weight[position] = 1.0


def _size(sheet: Sheet, tables: Tables, row: Clause) -> float:
    """What one unit of the clause's value amounts to, so that shortfalls of different clauses can be added; 0 where there is none."""
    if row.rule in ("utilisation_floor", "benchmark_share", "route_share"):
        return float(sheet.arrays["base_capacity"][sheet.at("group", row.subject)])
    if row.rule == "green_power_share":
        makes = sheet.arrays["base_make"][:, None] * sheet.arrays["use"]
        lines = _lines_of(sheet, tables, row.subject)
        return float(makes[lines][:, _power(sheet, tables)].sum())
    if row.rule == "energy_intensity":
        base = sheet.arrays["base_value"] @ sheet.arrays["value_added"]
        return float(sheet.arrays["base_intensity"] * base)
    return 1.0


def _lines_of(sheet: Sheet, tables: Tables, group: str) -> npt.NDArray[np.bool_]:
    own = {row.id for row in tables.of(Line) if row.group == group}
    return np.array([line in own for line, _ in sheet.labels["state"]])


def _power(sheet: Sheet, tables: Tables) -> npt.NDArray[np.bool_]:
    power = {row.id for row in tables.of(Good) if row.kind == "power"}
    return np.array([str(place).split("@")[0] in power for place in sheet.labels["good"]])


def _base_intensity(sheet: Sheet) -> None:
    """Energy of the base year (equivalent value) over its value added."""
    arrays = sheet.arrays
    used = arrays["base_make"] @ arrays["use"] + arrays["base_value"] @ arrays["need"]
    earned = float(arrays["base_value"] @ arrays["value_added"])
    energy = float(used @ arrays["equivalent"][:, 0])
    arrays["base_intensity"] = np.array(energy / earned if earned else 0.0)
