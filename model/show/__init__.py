"""Results as tables for the terminal; nothing is computed here."""

from model.show.bench import book_views, growth_views, ratio_table, run_line
from model.show.compare import compare_views
from model.show.faults import fault_lines
from model.show.replay import inconsistency_table, replay_table
from model.show.result import result_views

__all__ = [
    "book_views", "compare_views", "fault_lines", "growth_views", "inconsistency_table", "ratio_table", "replay_table",
    "result_views", "run_line",
]  # fmt: skip
