"""Keys, sources and places: what is named exists, and what exists is cited."""

from collections.abc import Iterator

from model.contract import (
    FACTS,
    Account,
    Clause,
    Cluster,
    Companion,
    Configuration,
    District,
    Good,
    Group,
    Indicator,
    Line,
    Measure,
    Ratio,
    Row,
    Segment,
    SourceRow,
    Transition,
)  # fmt: skip
from model.errors import Faults
from model.facts import REGISTRY
from model.language import told
from model.tables import Tables

_REFERENCES: tuple[tuple[type[Row], str, type[Row]], ...] = (
    (Line, "group", Group), (Line, "district", District), (Line, "configuration", Configuration),
    (Transition, "start", Configuration), (Transition, "end", Configuration), (Transition, "credits", Account),
    (Transition, "debits", Account), (Transition, "ratio", Ratio), (Companion, "line", Line), (Companion, "host", Line),
    (Companion, "configuration", Configuration), (Companion, "host_configuration", Configuration),
    (Measure, "configurations", Configuration), (Measure, "excludes", Measure), (Segment, "cluster", Cluster),
    (Segment, "chain", Cluster), (Cluster, "parent", Cluster), (Account, "group", Group), (Indicator, "clause", Clause),
)  # fmt: skip


def ids(tables: Tables, kind: type[Row]) -> set[str]:
    """Identifiers of an entity table."""
    return {str(getattr(row, "id", "")) for row in tables.of(kind)}


def check_references(tables: Tables, faults: Faults) -> None:
    """Every key of an entity table leads to a row."""
    for kind, column, other in _REFERENCES:
        known = ids(tables, other)
        for number, row in tables.numbered(kind):
            value = getattr(row, column)
            for key in value if isinstance(value, list) else [value]:
                if key is not None and key not in known:
                    faults.add(f"{kind.title}.csv", told("key_unknown", name=key, where=f"{other.title}.csv"), number, column)


def check_sources(tables: Tables, faults: Faults) -> None:
    """Every source cited exists, every source is cited."""
    known, cited = ids(tables, SourceRow), set()
    for name, rows in tables.rows.items():
        for number, row in zip(tables.numbers[name], rows, strict=True):
            key = getattr(row, "source", None)
            cited.add(key)
            if key is not None and key not in known:
                faults.add(f"{name}.csv", told("cited_source_unknown", source=key), number, "source")
    for number, row in tables.numbered(SourceRow):
        if row.id not in cited:
            faults.add("sources.csv", told("source_uncited", source=row.id), number, "id")


def _named_places(tables: Tables) -> Iterator[tuple[str, int, str, str | None]]:
    """Table, row, column and place of everything that names a good."""
    for number, row in tables.numbered(Configuration):
        yield "configurations", number, "good", row.good
    for number, segment in tables.numbered(Segment):
        yield "segments", number, "sells", segment.sells
    for table in FACTS:
        for number, fact in tables.numbered_facts(table):
            if (table, fact.parameter) in REGISTRY and REGISTRY[(table, fact.parameter)].item == "good":
                yield table, number, "item", fact.item


def check_places(tables: Tables, faults: Faults) -> None:
    """Goods named by configurations, segments and facts exist; ``good@site`` only for on-site goods."""
    goods = ids(tables, Good)
    on_site = {row.id for row in tables.of(Good) if row.on_site}
    sites = {row.site for row in tables.of(Line)}
    for table, number, column, place in _named_places(tables):
        good, _, site = (place or "").partition("@")
        if place is not None and good not in goods:
            faults.add(f"{table}.csv", told("good_unknown", good=good), number, column)
        elif site and (good not in on_site or site not in sites):
            faults.add(f"{table}.csv", told("site_not_allowed", place=place), number, column)
        elif table in ("segments", "segment_facts") and good in on_site and not site:
            message = told("site_needed", good=good)
            faults.add(f"{table}.csv", message, number, column)
