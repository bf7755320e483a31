"""Checks across tables: every key leads somewhere, every unit converts, nothing stands there unused or unsourced."""

from model.checks.clauses import check_clauses, check_replay
from model.checks.entities import check_goods_and_groups, check_lines, check_segments, check_transitions, check_used
from model.checks.facts import check_facts, check_metrics
from model.checks.references import check_places, check_references, check_sources
from model.errors import Faults
from model.tables import Tables

__all__ = ["check_tables"]


def check_tables(tables: Tables) -> None:
    """Raise ``InputError`` with every fault between the tables of a data folder."""
    faults = Faults()
    for check in (
        check_references, check_sources, check_places, check_facts, check_metrics, check_goods_and_groups, check_lines, check_transitions,
        check_segments, check_clauses, check_replay, check_used,
    ):  # fmt: skip
        check(tables, faults)
    faults.raise_all()
