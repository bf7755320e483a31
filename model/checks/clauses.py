"""Clauses and replay rows: about what their rule binds, in a unit that measures it."""

from collections import defaultdict

from model.checks.facts import check_unit
from model.checks.references import ids
from model.contract import Account, Clause, Cluster, Group, Named, Replay
from model.errors import Faults
from model.language import told
from model.names import VALUES
from model.tables import Tables
from model.units import UnitError, dimension_name, measure

SHARE = ("one", "")
_GROUP_RULES = (
    "capacity_cap",
    "no_new_capacity",
    "production_floor",
    "utilisation_floor",
    "benchmark_share",
    "route_share",
    "green_power_share",
)
_SHARE_RULES = ("utilisation_floor", "benchmark_share", "route_share", "green_power_share", "energy_intensity")
_WITHOUT_VALUE = ("no_new_capacity", "replacement", "new_at_benchmark", "baseline_reached")


def _subjects(tables: Tables) -> dict[str, set[str]]:
    """What each rule that states clauses can be about."""
    found: dict[str, set[str]] = dict.fromkeys(_GROUP_RULES, ids(tables, Group))
    named: dict[str, type[Named]] = {"replacement": Account, "value_target": Cluster}
    found |= {rule: ids(tables, kind) for rule, kind in named.items()}
    found["value_target"] |= set(VALUES)
    return found | {"energy_intensity": {"value_added"}, "new_at_benchmark": {"new_lines"}, "baseline_reached": {"below_baseline"}}


def _is_rule(name: str) -> bool:
    """Is this a rule of the formulation? Asked of faults only, so that checking sound data does without Pyomo."""
    from model.rules import RULE_NAMES

    return name in RULE_NAMES


def check_clauses(tables: Tables, faults: Faults) -> None:
    """Clauses state a rule about something that it binds, with a value in a unit that measures it."""
    subjects = _subjects(tables)
    valued = {row.subject for row in tables.facts("clause_facts")}
    sound: dict[str, Clause] = {}
    for number, row in tables.numbered(Clause):
        if row.rule not in subjects:
            key = "rule_not_for_clauses" if _is_rule(row.rule) else "rule_unknown"
            faults.add("clauses.csv", told(key, rule=row.rule, allowed=", ".join(sorted(subjects))), number, "rule")
        elif row.subject not in subjects[row.rule]:
            shown = ", ".join(sorted(subjects[row.rule]))
            message = told("clause_names_nothing", clause=row.id, rule=row.rule, allowed=shown, found=row.subject)
            faults.add("clauses.csv", message, number, "subject")
        elif row.rule not in _WITHOUT_VALUE and row.id not in valued:
            faults.add("clauses.csv", told("clause_without_value", clause=row.id), number, "id")
        else:
            sound[row.id] = row
    _units(tables, sound, faults)


def _units(tables: Tables, clauses: dict[str, Clause], faults: Faults) -> None:
    groups = {row.id: row.unit for row in tables.of(Group)}
    for number, row in tables.numbered_facts("clause_facts"):
        clause = clauses.get(row.subject)
        if clause is None or clause.rule in _WITHOUT_VALUE:
            continue
        try:
            found = measure(row.unit).dimensions
            asked = SHARE if clause.rule in _SHARE_RULES else ("money", "")
            if clause.rule in ("capacity_cap", "production_floor") and clause.subject in groups:
                asked = measure(groups[clause.subject]).dimensions
        except UnitError:
            continue
        if found != asked:
            words = {"found": dimension_name((found[0], "")), "asked": dimension_name((asked[0], ""))}
            faults.add("clause_facts.csv", told("clause_unit", unit=row.unit, rule=clause.rule, **words), number, "unit")


def check_replay(tables: Tables, faults: Faults) -> None:
    """Replay rows name numbers that the model makes, in a unit that measures them."""
    groups = {row.id: row for row in tables.of(Group)}
    sectors = {row.sector for row in groups.values()}
    known: dict[str, set[str]] = defaultdict(lambda: sectors, {"make": set(groups), "value": set(VALUES)})
    for number, row in tables.numbered(Replay):
        check_unit(row.unit, "replay.csv", number, faults)
        for term in row.quantity.split("+"):
            kind, _, subject = term.partition(":")
            if kind not in ("make", "value", "emissions", "direct", "fuel") or subject not in known[kind]:
                faults.add("replay.csv", told("replay_names_nothing", term=term), number, "quantity")
                continue
            try:
                asked = measure(groups[subject].unit).dimensions[0] if kind == "make" else "money" if kind == "value" else "carbon"
                found = measure(row.unit).dimensions[0]
            except UnitError:
                continue
            if found != asked:
                words = {"found": dimension_name((found, "")), "asked": dimension_name((asked, ""))}
                faults.add("replay.csv", told("replay_unit", unit=row.unit, term=term, **words), number, "unit")
