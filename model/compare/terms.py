"""The terms into which a change of emissions is split, in the order in which they are read."""

from enum import StrEnum


class Term(StrEnum):
    """Why emissions differ between two years of a scenario, or between two scenarios in a year."""

    ACTIVITY = "activity"
    MIX = "mix"
    DEMAND = "demand"
    SALES = "sales"
    SOURCING = "sourcing"
    ROUTE = "route"
    FLEET = "fleet"
    MEASURES = "measures"
    ENERGY = "energy"
    GRID = "grid"
    OUTSIDE = "outside"
    FACTS = "facts"


SEGMENTS, IMPORTS = "segments", "imports"
"""Parts of emissions besides those of the goods that lines make."""
