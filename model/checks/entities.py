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
from model.names import Trade
from model.tables import Tables


def _stated(tables: Tables) -> set[tuple[str, str, str]]:
    """Table, subject and parameter of every fact; a fact about a good at a site is about the good."""
    return {(table, row.subject.split("@")[0], row.parameter) for table in FACTS for row in tables.facts(table)}


def check_goods_and_groups(tables: Tables, faults: Faults) -> None:
    """Units are known; what is bought or sold up to a limit states the limit."""
    stated = _stated(tables)
    for number, row in tables.numbered("goods"):
        if isinstance(row, Good):
            check_unit(row.unit, "goods.csv", number, faults)
            for column, trade, limit in (("buy", row.buy, "supply"), ("sell", row.sell, "sales")):
                if trade is Trade.LIMITED and ("good_facts", row.id, limit) not in stated:
                    done = "bought" if column == "buy" else "sold"
                    faults.add("goods.csv", f"'{row.id}' is {done} up to a limit, but good_facts.csv has no {limit} for it", number, column)
    for number, row in tables.numbered("groups"):
        if isinstance(row, Group):
            check_unit(row.unit, "groups.csv", number, faults)


def check_lines(tables: Tables, faults: Faults) -> None:
    """Lines have a capacity, and a start that goes with their status."""
    stated = _stated(tables)
    standing = {row.id: row.standing for row in tables.of(Configuration)}
    for number, row in tables.numbered("lines"):
        if not isinstance(row, Line):
            continue
        if ("line_facts", row.id, "capacity") not in stated:
            faults.add("lines.csv", f"'{row.id}' has no capacity in line_facts.csv", number, "id")
        if row.status == "candidate" and standing.get(row.configuration, False):
            faults.add("lines.csv", f"'{row.id}' is a candidate but starts in a standing configuration", number, "status")
        if row.status == "closed" and row.last_year is None:
            faults.add("lines.csv", f"'{row.id}' is closed but has no last_year", number, "last_year")


def check_transitions(tables: Tables, faults: Faults) -> None:
    """Transitions apply to lines that exist and pay quota from an account that is ruled."""
    families = {name for row in tables.of(Line) for name in (row.family, row.id)}
    ruled = {row.subject for row in tables.of(Clause) if row.rule == "replacement"}
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


def check_segments(tables: Tables, faults: Faults) -> None:
    """Segments belong to a cluster and to a chain of it; one that sells a good says how much production its output needs."""
    kinds = {row.id: row for row in tables.of(Cluster)}
    pulled = {(row.subject, row.item) for row in tables.facts("segment_facts") if row.parameter == "use"}
    for number, row in tables.numbered("segments"):
        if not isinstance(row, Segment):
            continue
        if row.cluster in kinds and kinds[row.cluster].kind != "cluster":
            faults.add("segments.csv", f"'{row.cluster}' is a chain; name the cluster that it belongs to", number, "cluster")
        elif row.chain in kinds and (kinds[row.chain].kind != "chain" or kinds[row.chain].parent != row.cluster):
            faults.add("segments.csv", f"'{row.chain}' is not a chain of cluster '{row.cluster}'", number, "chain")
        if row.sells and (row.id, row.sells) not in pulled:
            faults.add("segments.csv", f"'{row.id}' sells {row.sells}, but segment_facts.csv has no use of it", number, "sells")


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
        for number, row in tables.numbered(kind.title):
            if getattr(row, "id", None) not in names:
                faults.add(f"{kind.title}.csv", f"'{getattr(row, 'id', '')}' is used nowhere", number, "id")
