"""Checks across tables: every key leads somewhere, every unit converts, nothing stands there unused or unsourced."""

from math import inf

from model.contract import (
    FACTS,
    Account,
    Clause,
    Cluster,
    Companion,
    Configuration,
    District,
    Fact,
    Good,
    Group,
    Indicator,
    Line,
    Measure,
    Named,
    Ratio,
    Row,
    Segment,
    SourceRow,
    Transition,
)
from model.errors import Faults
from model.facts import REGISTRY
from model.names import VALUES, Source, Trade
from model.parameters import Parameter
from model.rules import RULE_NAMES
from model.tables import Tables
from model.units import UnitError, measure

CITY = "city"
NOT_NEGATIVE = ("capacity", "base_output", "supply", "sales", "price", "life", "share", "ratio", "endowment")
SPECIAL = ("new_lines", "below_baseline")
"""Subjects of clauses that concern lines by their state, not by group."""

_REFERENCES: tuple[tuple[type[Row], str, type[Row]], ...] = (
    (Line, "group", Group), (Line, "district", District), (Line, "configuration", Configuration),
    (Transition, "start", Configuration), (Transition, "end", Configuration), (Transition, "credits", Account),
    (Transition, "debits", Account), (Transition, "ratio", Ratio), (Companion, "line", Line), (Companion, "host", Line),
    (Companion, "configuration", Configuration), (Companion, "host_configuration", Configuration),
    (Measure, "configurations", Configuration), (Measure, "excludes", Measure), (Segment, "cluster", Cluster),
    (Segment, "chain", Cluster), (Cluster, "parent", Cluster), (Account, "group", Group), (Indicator, "clause", Clause),
)  # fmt: skip


def _ids(tables: Tables) -> dict[type[Row], set[str]]:
    kinds: set[type[Row]] = {SourceRow, Good, Line}
    kinds.update(kind for _, _, kind in _REFERENCES)
    return {kind: {str(getattr(row, "id", "")) for row in tables.of(kind)} for kind in kinds}


def _references(tables: Tables, ids: dict[type[Row], set[str]], faults: Faults) -> None:
    for kind, column, other in _REFERENCES:
        for number, row in tables.numbered(kind.title):
            value = getattr(row, column)
            for key in value if isinstance(value, list) else [value]:
                if key is not None and key not in ids[other]:
                    faults.add(f"{kind.title}.csv", f"'{key}' is not in {other.title}.csv", number, column)


def _sources(tables: Tables, ids: dict[type[Row], set[str]], faults: Faults) -> None:
    cited: set[str] = set()
    for name, rows in tables.rows.items():
        for number, row in zip(tables.numbers[name], rows, strict=True):
            key = getattr(row, "source", None)
            if key is None:
                continue
            cited.add(key)
            if key not in ids[SourceRow]:
                faults.add(f"{name}.csv", f"source '{key}' is not in sources.csv", number, "source")
    for number, row in tables.numbered("sources"):
        if isinstance(row, SourceRow) and row.id not in cited:
            faults.add("sources.csv", f"source '{row.id}' is cited nowhere", number, "id")


def _places(tables: Tables, ids: dict[type[Row], set[str]], faults: Faults) -> None:
    """Goods named by configurations, segments and facts exist; ``good@site`` only for on-site goods."""
    on_site = {row.id for row in tables.of(Good) if row.on_site}
    sites = {row.site for row in tables.of(Line)}

    def check(file: str, number: int, column: str, place: str | None) -> None:
        if place is None:
            return
        good, _, site = place.partition("@")
        if good not in ids[Good]:
            faults.add(file, f"good '{good}' is not in goods.csv", number, column)
        elif site and (good not in on_site or site not in sites):
            faults.add(file, f"'{place}': only on-site goods may name a site, and a line must stand there", number, column)

    for number, row in tables.numbered("configurations"):
        if isinstance(row, Configuration):
            check("configurations.csv", number, "good", row.good)
    for number, row in tables.numbered("segments"):
        if isinstance(row, Segment):
            check("segments.csv", number, "sells", row.sells)
    for table in FACTS:
        for number, row in tables.numbered(table):
            if isinstance(row, Fact) and (table, row.parameter) in REGISTRY and REGISTRY[(table, row.parameter)].item == "good":
                check(f"{table}.csv", number, "item", row.item)


def _subject_ids(table: str, tables: Tables, ids: dict[type[Row], set[str]]) -> set[str]:
    if table == "city_facts":
        return {CITY}
    if table == "quota_facts":
        return ids[Account] | ids[Ratio]
    if table == "good_facts":
        sites = {row.site for row in tables.of(Line)}
        return ids[Good] | {f"{good.id}@{site}" for good in tables.of(Good) if good.on_site for site in sites}
    kinds: dict[str, type[Named]] = {
        "line_facts": Line,
        "configuration_facts": Configuration,
        "transition_facts": Transition,
        "measure_facts": Measure,
        "segment_facts": Segment,
        "group_facts": Group,
        "clause_facts": Clause,
    }
    return {row.id for row in tables.of(kinds[table])}


def _facts(tables: Tables, ids: dict[type[Row], set[str]], faults: Faults) -> None:
    for table in FACTS:
        subjects = _subject_ids(table, tables, ids)
        allowed = sorted(name for where, name in REGISTRY if where == table)
        for number, row in tables.numbered(table):
            if not isinstance(row, Fact):
                continue
            if row.subject not in subjects:
                faults.add(f"{table}.csv", f"'{row.subject}' is not in {FACTS[table]}.csv", number, "subject")
            parameter = REGISTRY.get((table, row.parameter))
            if parameter is None:
                message = f"parameter '{row.parameter}' is used nowhere (allowed: {', '.join(allowed)})"
                faults.add(f"{table}.csv", message, number, "parameter")
                continue
            _item(row, parameter, f"{table}.csv", number, faults)
            _value(row, f"{table}.csv", number, faults)
            if parameter.unit != "metric":
                _unit(row.unit, f"{table}.csv", number, faults)


def _item(row: Fact, parameter: Parameter, file: str, number: int, faults: Faults) -> None:
    """The item stands where the parameter needs one, and names a source where it must."""
    sources = sorted(str(source) for source in Source)
    if parameter.item == "" and row.item is not None:
        faults.add(file, f"'{row.parameter}' has no item; leave the cell empty", number, "item")
    if parameter.item and row.item is None:
        faults.add(file, f"'{row.parameter}' needs its {parameter.item} in this cell", number, "item")
    if parameter.item == "source" and row.item and row.item not in sources:
        faults.add(file, f"'{row.item}' is not an emission source ({', '.join(sources)})", number, "item")


def _value(row: Fact, file: str, number: int, faults: Faults) -> None:
    """The value lies in its range and has the sign that its parameter allows; an estimate says why."""
    low = -inf if row.low is None else row.low
    high = inf if row.high is None else row.high
    if not low <= row.value <= high:
        faults.add(file, f"value {row.value} is outside its range {low} to {high}", number, "value")
    if row.parameter in NOT_NEGATIVE and row.value < 0:
        faults.add(file, f"{row.parameter} is negative: {row.value}", number, "value")
    if row.grade == "E" and not row.note:
        faults.add(file, "an estimate (grade E) needs its reason in the note", number, "note")


def _unit(unit: str, file: str, number: int, faults: Faults) -> None:
    try:
        measure(unit)
    except UnitError as error:
        faults.add(file, str(error), number, "unit")


def _goods_and_groups(tables: Tables, stated: set[tuple[str, str, str]], faults: Faults) -> None:
    """Units are known; what is bought up to a limit states the limit."""
    for number, row in tables.numbered("goods"):
        if isinstance(row, Good):
            _unit(row.unit, "goods.csv", number, faults)
            if row.buy is Trade.LIMITED and ("good_facts", row.id, "supply") not in stated:
                faults.add("goods.csv", f"'{row.id}' is bought up to a limit, but good_facts.csv has no supply for it", number, "buy")
    for number, row in tables.numbered("groups"):
        if isinstance(row, Group):
            _unit(row.unit, "groups.csv", number, faults)


def _lines_and_transitions(tables: Tables, stated: set[tuple[str, str, str]], faults: Faults) -> None:
    """Lines have a capacity; transitions apply to lines that exist and pay quota from an account that is ruled."""
    families = {name for row in tables.of(Line) for name in (row.family, row.id)}
    ruled = {row.subject for row in tables.of(Clause) if row.rule == "replacement"}
    for number, row in tables.numbered("lines"):
        if isinstance(row, Line) and ("line_facts", row.id, "capacity") not in stated:
            faults.add("lines.csv", f"'{row.id}' has no capacity in line_facts.csv", number, "id")
    for number, row in tables.numbered("transitions"):
        if not isinstance(row, Transition):
            continue
        for name in row.applies:
            if name not in families:
                faults.add("transitions.csv", f"'{name}' is neither a family nor a line of lines.csv", number, "applies")
        if row.debits and not row.ratio:
            faults.add("transitions.csv", f"'{row.id}' debits a quota account but names no ratio class", number, "ratio")
        if row.debits and row.debits not in ruled:
            message = f"account '{row.debits}' has no replacement clause, so its quota would be free"
            faults.add("transitions.csv", message, number, "debits")


def _clauses(tables: Tables, faults: Faults) -> None:
    """Clauses are about something that exists, and state a rule that exists."""
    named: tuple[type[Named], ...] = (Group, Cluster, Account)
    subjects = {row.id for kind in named for row in tables.of(kind)} | {*VALUES, *SPECIAL}
    for number, row in tables.numbered("clauses"):
        if not isinstance(row, Clause):
            continue
        if row.subject not in subjects:
            message = f"clause '{row.id}' names nothing: '{row.subject}' is no group, cluster, account or measure of value"
            faults.add("clauses.csv", message, number, "subject")
        if row.rule not in RULE_NAMES:
            faults.add("clauses.csv", f"'{row.rule}' is not a rule of the formulation", number, "rule")


def _unused(tables: Tables, faults: Faults) -> None:
    """Rows that no line, flow or segment ever reaches."""
    goods = {place.split("@")[0] for row in tables.of(Configuration) if (place := row.good)}
    for table in FACTS:
        goods |= {row.item.split("@")[0] for row in tables.facts(table) if row.item and row.parameter == "use"}
    configurations = {row.configuration for row in tables.of(Line)}
    for arc in tables.of(Transition):
        configurations |= {arc.start, arc.end}
    groups = {row.group for row in tables.of(Line)}
    families = {name for row in tables.of(Segment) for name in (row.cluster, row.chain)}
    families |= {row.parent for row in tables.of(Cluster)}
    accounts = {name for row in tables.of(Transition) for name in (row.credits, row.debits)}
    ratios = {row.ratio for row in tables.of(Transition)}
    for kind, used in ((Good, goods), (Configuration, configurations), (Group, groups), (Cluster, families),
                       (Account, accounts), (Ratio, ratios)):  # fmt: skip
        for number, row in tables.numbered(kind.title):
            if getattr(row, "id", None) not in used:
                faults.add(f"{kind.title}.csv", f"'{getattr(row, 'id', '')}' is used nowhere", number, "id")


def check_tables(tables: Tables) -> None:
    """Raise ``InputError`` with every fault between the tables of a data folder."""
    faults = Faults()
    ids = _ids(tables)
    _references(tables, ids, faults)
    _sources(tables, ids, faults)
    _places(tables, ids, faults)
    _facts(tables, ids, faults)
    stated = {(table, row.subject, row.parameter) for table in FACTS for row in tables.facts(table)}
    _goods_and_groups(tables, stated, faults)
    _lines_and_transitions(tables, stated, faults)
    _clauses(tables, faults)
    _unused(tables, faults)
    faults.raise_all()
