"""Results as tables for the terminal; nothing is computed here."""

from model.show.alternatives import alternatives_line, alternatives_views
from model.show.bench import book_views, growth_views, ratio_table, run_line
from model.show.compare import compare_views
from model.show.explain import explanation_views, repair_lines
from model.show.faults import fault_lines
from model.show.plots import growth_plot, profile_plot
from model.show.regret import regret_line, regret_views
from model.show.replay import inconsistency_table, replay_table
from model.show.result import opinion_line, result_views
from model.show.tradeoff import front_views, price_views, shapley_views, why_views

__all__ = [
    "alternatives_line", "alternatives_views", "book_views", "compare_views", "explanation_views", "fault_lines", "front_views",
    "growth_plot", "growth_views", "inconsistency_table", "opinion_line", "price_views", "profile_plot", "ratio_table", "regret_line",
    "regret_views", "repair_lines", "replay_table", "result_views", "run_line", "shapley_views", "why_views",
]  # fmt: skip
