"""Scenarios: typed keys, named levers, and files that extend one another."""

from model.scenario.files import MAX_BYTES, MAX_NODES, load_yaml, merge, names_matching, read_scenario, with_levers
from model.scenario.levers import LEVERS, Lever, LeverField, clause_levers, fact_levers, lever_fields
from model.scenario.parts import (
    Amount,
    Budget,
    ClauseLever,
    Override,
    Selection,
    Setting,
    SolverOptions,
    Strict,
    TransitionSelection,
    Words,
    Years,
    amount_by_year,
)
from model.scenario.typed import Levers, Scenario

__all__ = [
    "LEVERS", "MAX_BYTES", "MAX_NODES", "Amount", "Budget", "ClauseLever", "Lever", "LeverField", "Levers", "Override", "Scenario",
    "Selection", "Setting", "SolverOptions", "Strict", "TransitionSelection", "Words", "Years", "amount_by_year", "clause_levers",
    "fact_levers", "lever_fields", "load_yaml", "merge", "names_matching", "read_scenario", "with_levers",
]  # fmt: skip
