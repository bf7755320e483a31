"""Trade-offs, prices of clauses, what each clause brought, and why a line does what it does: studies that solve again."""

from model.tradeoff.axes import Axis
from model.tradeoff.envelope import Piece, corners, envelope, height, supported
from model.tradeoff.frontier import frontier
from model.tradeoff.ground import Ground, ground, pursue
from model.tradeoff.search import Search

__all__ = ["Axis", "Ground", "Piece", "Search", "corners", "envelope", "frontier", "ground", "height", "pursue", "supported"]
