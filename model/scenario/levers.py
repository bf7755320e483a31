"""What each named lever sets: clauses by their subject, or facts of the planning years. The base year is history and stays.

The list is machine-readable: ``LEVERS`` names the levers, ``lever_fields`` gives each with its unit, its value in the data and its range.
"""

import difflib
from dataclasses import dataclass, field

import numpy as np

from model.contract import FACTS, Account, Clause, Configuration, Fact, Good, Group, Named, Ratio, Segment
from model.errors import Faults
from model.language import told
from model.scenario.parts import ClauseLever
from model.scenario.typed import Scenario
from model.tables import Tables


@dataclass(frozen=True)
class Lever:
    """A lever that sets numbers.

    Attributes:
        name: Key in a scenario.
        table: Fact table that holds its plan values.
        parameter: Parameter of the facts.
        also: A second parameter that it sets to the same amount.
        rule: Rule of the clauses that it sets; empty for levers on facts.
        subject: The one subject of a lever without subjects; ``*``: all that state the parameter.
    """

    name: str
    table: str
    parameter: str
    rule: str = ""
    subject: str = ""
    also: str = ""


LEVERS: tuple[Lever, ...] = (
    Lever("caps", "clause_facts", "value", rule="capacity_cap"),
    Lever("target_values", "clause_facts", "value", rule="value_target"),
    Lever("benchmark_shares", "clause_facts", "value", rule="benchmark_share"),
    Lever("utilisation_floors", "clause_facts", "value", rule="utilisation_floor"),
    Lever("production_floors", "clause_facts", "value", rule="production_floor"),
    Lever("short_process_shares", "clause_facts", "value", rule="route_share"),
    Lever("green_power_shares", "clause_facts", "value", rule="green_power_share"),
    Lever("energy_intensity", "clause_facts", "value", rule="energy_intensity"),
    Lever("replacement_ratios", "quota_facts", "ratio"),
    Lever("quota_at_hand", "quota_facts", "endowment"),
    Lever("supply", "good_facts", "supply"),
    Lever("demand", "good_facts", "final_demand"),
    Lever("prices", "good_facts", "price"),
    Lever("embodied", "good_facts", "embodied_emission"),
    Lever("growth", "segment_facts", "growth_least", also="growth_most"),
    Lever("growth_least", "segment_facts", "growth_least"),
    Lever("growth_most", "segment_facts", "growth_most"),
    Lever("capacity_per_nameplate", "group_facts", "capacity_per_nameplate"),
    Lever("staggered_days", "configuration_facts", "staggered_days", subject="*"),
    Lever("grid_factor", "good_facts", "power_emission", subject="grid_power"),
    Lever("carbon_price", "city_facts", "carbon_price", subject="city"),
    Lever("discount_rate", "city_facts", "discount_rate", subject="city"),
)

Amounts = dict[tuple[str, str, str], float | dict[int, float]]
_NAMED: tuple[type[Named], ...] = (Account, Clause, Configuration, Good, Group, Ratio, Segment)


def _refuse(lever: str, subject: str, allowed: list[str], faults: Faults) -> None:
    near = difflib.get_close_matches(subject, allowed, 1)
    hint = told("did_you_mean", name=near[0]) if near else told("allowed_are", names=", ".join(allowed) or told("word_nothing_in_data"))
    faults.add("scenario", told("nothing_to_set", lever=lever, subject=subject, hint=hint), column=lever)


def clause_levers(scenario: Scenario, tables: Tables, faults: Faults) -> dict[str, ClauseLever]:
    """What the scenario says of each clause, by ``clauses`` or by a named lever; both for one clause is a fault."""
    found = dict(scenario.clauses)
    for lever in (lever for lever in LEVERS if lever.rule):
        clauses = [row for row in tables.of(Clause) if row.rule == lever.rule]
        for subject, setting in getattr(scenario, lever.name).items():
            meant = [row.id for row in clauses if row.subject == subject]
            if not meant:
                _refuse(lever.name, subject, [row.subject for row in clauses], faults)
            for clause in meant:
                if clause in scenario.clauses:
                    message = told("set_by_clauses_too", lever=lever.name, subject=subject, clause=clause)
                    faults.add("scenario", message, column=lever.name)
                active = setting if isinstance(setting, bool) else True
                found[clause] = ClauseLever(active=active, value=None if isinstance(setting, bool) else setting)
    return found


def _stating(tables: Tables, lever: Lever) -> list[str]:
    """Subjects that state a lever's parameter without an item, in the order of the table."""
    return list(dict.fromkeys(row.subject for row in tables.facts(lever.table) if row.parameter == lever.parameter and not row.item))


def fact_levers(scenario: Scenario, tables: Tables, faults: Faults) -> Amounts:
    """Amounts that levers set: (fact table, subject, parameter) -> amount in the fact's own unit."""
    found: Amounts = {}
    for lever in (lever for lever in LEVERS if not lever.rule):
        asked = getattr(scenario, lever.name)
        if asked is None or asked == {}:
            continue
        subjects = _stating(tables, lever)
        if lever.subject == "*":
            asked = dict.fromkeys(subjects, asked)
        elif lever.subject:
            asked = {lever.subject: asked}
        for subject, amount in asked.items():
            if subject not in subjects:
                _refuse(lever.name, subject, subjects, faults)
                continue
            for parameter in filter(None, (lever.parameter, lever.also)):
                if (lever.table, subject, parameter) in found:
                    message = told("set_by_lever_too", lever=lever.name, subject=subject, parameter=parameter)
                    faults.add("scenario", message, column=lever.name)
                found[(lever.table, subject, parameter)] = amount
        if not asked:
            faults.add("scenario", told("lever_without_data", lever=lever.name, parameter=lever.parameter), column=lever.name)
    return found


@dataclass(frozen=True)
class LeverField:
    """One field of a lever as a form would show it.

    Attributes:
        lever: Key in a scenario.
        subject: Key inside it; empty for levers without subjects.
        name_zh: What it is about, Chinese.
        name_en: What it is about, English.
        unit: Unit that numbers are written in.
        values: Values in the data by year (0: every year), on the paths that the scenario chose.
        low: Least low end that the facts give, NaN where none.
        high: Largest high end, NaN where none.
        active: Is the clause in force by itself? ``None`` for facts.
    """

    lever: str
    subject: str
    name_zh: str
    name_en: str
    unit: str
    values: dict[int, float] = field(default_factory=dict)
    low: float = np.nan
    high: float = np.nan
    active: bool | None = None


def lever_fields(tables: Tables, scenario: Scenario) -> list[LeverField]:
    """Every field of every numeric lever that the data know, in the order of ``LEVERS``, then of the tables."""
    names = {(kind.title, row.id): row for kind in _NAMED for row in tables.of(kind)}
    fields = []
    for lever in LEVERS:
        rows = [row for row in tables.facts(lever.table) if row.parameter == lever.parameter and not row.item]
        if lever.rule:
            for clause in (row for row in tables.of(Clause) if row.rule == lever.rule):
                own = [row for row in rows if row.subject == clause.id]
                fields.append(_field(lever, clause.subject, own, (clause.name_zh, clause.name_en), clause.active))
            continue
        subjects = _stating(tables, lever)
        for subject in subjects[:1] if lever.subject == "*" else [one for one in subjects if lever.subject in ("", one)]:
            path = scenario.paths.get("carbon" if lever.parameter == "carbon_price" else subject)
            own = [row for row in rows if row.subject == subject and row.path in (None, path)]
            entity = names.get((FACTS[lever.table], subject)) or names.get(("ratios", subject))
            texts = ("", "") if lever.subject or entity is None else (entity.name_zh, entity.name_en)
            fields.append(_field(lever, "" if lever.subject else subject, own, texts, None))
    return fields


def _field(lever: Lever, subject: str, rows: list[Fact], names: tuple[str, str], active: bool | None) -> LeverField:
    lows, highs = [row.low for row in rows if row.low is not None], [row.high for row in rows if row.high is not None]
    return LeverField(
        lever.name, subject, *names, rows[0].unit if rows else "1", {row.year or 0: row.value for row in rows},
        min(lows, default=np.nan), max(highs, default=np.nan), active,
    )  # fmt: skip
