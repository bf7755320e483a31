"""Results as tables for the terminal; nothing is computed here."""

from model.show.faults import fault_lines
from model.show.replay import inconsistency_table, replay_table
from model.show.result import result_views

__all__ = ["fault_lines", "inconsistency_table", "replay_table", "result_views"]
