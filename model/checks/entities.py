"""Goods, groups, lines, transitions and segments: complete, consistent, and used."""

from model.checks.facts import check_unit
from model.contract import (
    FACTS,
    Account,
    Clause,
    Cluster,
    Configuration,
    Good,
    Group,
    Line,
    Ratio,
    Row,
    Segment,
    Transition,
)  # fmt: skip
from model.errors import Faults
from model.language import told
from model.names import Trade
from model.tables import Tables


def _stated(tables: Tables) -> set[tuple[str, str, str]]:
    """Table, subject and parameter of every fact; a fact about a good at a site is about the good."""
    return {(table, row.subject.split("@")[0], row.parameter) for table in FACTS for row in tables.facts(table)}


def check_goods_and_groups(tables: Tables, faults: Faults) -> None:
    """Units are known; what is bought or sold up to a limit states the limit."""
    stated = _stated(tables)
    for number, row in tables.numbered(Good):
        check_unit(row.unit, "goods.csv", number, faults)
        for column, trade, limit in (("buy", row.buy, "supply"), ("sell", row.sell, "sales")):
            if trade is Trade.LIMITED and ("good_facts", row.id, limit) not in stated:
                key = "bought_without_limit" if column == "buy" else "sold_without_limit"
                faults.add("goods.csv", told(key, good=row.id, parameter=limit), number, column)
    for number, group in tables.numbered(Group):
        check_unit(group.unit, "groups.csv", number, faults)


def check_lines(tables: Tables, faults: Faults) -> None:
    """Lines have a capacity, and a start that goes with their status."""
    stated = _stated(tables)
    standing = {row.id: row.standing for row in tables.of(Configuration)}
    for number, row in tables.numbered(Line):
        if ("line_facts", row.id, "capacity") not in stated:
            faults.add("lines.csv", told("line_without_capacity", line=row.id), number, "id")
        if row.status == "candidate" and standing.get(row.configuration, False):
            faults.add("lines.csv", told("candidate_stands", line=row.id), number, "status")
        if row.status == "closed" and row.last_year is None:
            faults.add("lines.csv", told("closed_without_year", line=row.id), number, "last_year")


def check_transitions(tables: Tables, faults: Faults) -> None:
    """Transitions apply to lines that exist and pay quota from an account that is ruled."""
    families = {name for row in tables.of(Line) for name in (row.family, row.id)}
    ruled = {row.subject for row in tables.of(Clause) if row.rule == "replacement"}
    for number, row in tables.numbered(Transition):
        for name in row.applies:
            if name not in families:
                faults.add("transitions.csv", told("no_family_or_line", name=name), number, "applies")
        if row.debits and not row.ratio:
            faults.add("transitions.csv", told("debit_without_ratio", transition=row.id), number, "ratio")
        if row.debits and row.debits not in ruled:
            message = told("account_without_clause", account=row.debits)
            faults.add("transitions.csv", message, number, "debits")


def check_segments(tables: Tables, faults: Faults) -> None:
    """Segments belong to a cluster and to a chain of it; one that sells a good says how much production its output needs."""
    kinds = {row.id: row for row in tables.of(Cluster)}
    pulled = {(row.subject, row.item) for row in tables.facts("segment_facts") if row.parameter == "use"}
    for number, row in tables.numbered(Segment):
        if row.cluster in kinds and kinds[row.cluster].kind != "cluster":
            faults.add("segments.csv", told("chain_for_cluster", chain=row.cluster), number, "cluster")
        elif row.chain in kinds and (kinds[row.chain].kind != "chain" or kinds[row.chain].parent != row.cluster):
            faults.add("segments.csv", told("chain_of_another", chain=row.chain, cluster=row.cluster), number, "chain")
        if row.sells and (row.id, row.sells) not in pulled:
            faults.add("segments.csv", told("sale_without_use", segment=row.id, good=row.sells), number, "sells")


def check_used(tables: Tables, faults: Faults) -> None:
    """No row that no line, flow or segment ever reaches."""
    goods = {place.split("@")[0] for row in tables.of(Configuration) if (place := row.good)}
    for table in FACTS:
        goods |= {row.item.split("@")[0] for row in tables.facts(table) if row.item and row.parameter == "use"}
    configurations = {row.configuration for row in tables.of(Line)}
    for arc in tables.of(Transition):
        configurations |= {arc.start, arc.end}
    used: tuple[tuple[type[Row], set[str | None]], ...] = (
        (Good, set(goods)),
        (Configuration, set(configurations)),
        (Group, {row.group for row in tables.of(Line)}),
        (Cluster, {name for row in tables.of(Segment) for name in (row.cluster, row.chain)} | {row.parent for row in tables.of(Cluster)}),
        (Account, {name for row in tables.of(Transition) for name in (row.credits, row.debits)}),
        (Ratio, {row.ratio for row in tables.of(Transition)}),
    )
    for kind, names in used:
        for number, row in tables.numbered(kind):
            if getattr(row, "id", None) not in names:
                faults.add(f"{kind.title}.csv", told("row_unused", name=getattr(row, "id", "")), number, "id")
