"""Infeasible, explained: which provisions of a scenario collide, in the plan's own words, and what would repair it."""

from model.explain.conflict import Conflict
from model.explain.explain import Explanation, explain
from model.explain.repairs import Repair

__all__ = ["Conflict", "Explanation", "Repair", "explain"]
