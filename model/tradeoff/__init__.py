"""Trade-offs, prices of clauses, what each clause brought, and why a line does what it does: studies that solve again."""

from model.tradeoff.axes import Axis
from model.tradeoff.clauses import binding, movable, moved, rule_of, step_of, unit_of, without
from model.tradeoff.envelope import Piece, corners, envelope, height, opens, supported
from model.tradeoff.frontier import frontier
from model.tradeoff.ground import Ground, ground, pursue
from model.tradeoff.nearest import brought_near, nearest
from model.tradeoff.point import about_point, plan_of_point
from model.tradeoff.prices import clause_prices, difference, dual_price
from model.tradeoff.record import Taken, differing
from model.tradeoff.search import Search
from model.tradeoff.shapley import Game, Value, exact_values, kinds, needed, orders, sampled_values, shapley
from model.tradeoff.sketch import sketch
from model.tradeoff.why import Opposite, Reason, opposites, reasons

__all__ = [
    "Axis",
    "Game",
    "Ground",
    "Opposite",
    "Piece",
    "Reason",
    "Search",
    "Taken",
    "Value",
    "about_point",
    "binding",
    "brought_near",
    "clause_prices",
    "corners",
    "difference",
    "differing",
    "dual_price",
    "envelope",
    "exact_values",
    "frontier",
    "ground",
    "height",
    "kinds",
    "movable",
    "moved",
    "nearest",
    "needed",
    "opens",
    "opposites",
    "orders",
    "plan_of_point",
    "pursue",
    "reasons",
    "rule_of",
    "sampled_values",
    "shapley",
    "sketch",
    "step_of",
    "supported",
    "unit_of",
    "without",
]  # fmt: skip
