"""Every name that more than one module shares: dimensions, variables, kinds. A rename happens here and nowhere else."""

import re
from enum import StrEnum

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
"""Names of scenarios, data folders and results: plain, and unable to leave their folder."""


class Grade(StrEnum):
    """How well a number is known."""

    A = "A"  # the plan itself
    B = "B"  # official standard or statistic, read
    C = "C"  # literature, database or press, read
    D = "D"  # recalled, named but not read
    E = "E"  # estimate, with its reason in the note


class GoodKind(StrEnum):
    """What a good is; decides its cost item and how it enters the energy balance."""

    FUEL = "fuel"
    POWER = "power"
    MATERIAL = "material"
    PRODUCT = "product"


class Trade(StrEnum):
    """May a good be bought from (or sold to) the outside?"""

    NO = "no"
    LIMITED = "limited"
    FREE = "free"


class ArcKind(StrEnum):
    """What a move on the configuration graph is."""

    RETIRE = "retire"
    CONVERT = "convert"
    BUILD = "build"
    REPOWER = "repower"
    REPLACE = "replace"


class Source(StrEnum):
    """Where an emission arises; the five are disjoint."""

    FUEL = "fuel"
    PROCESS = "process"
    PFC = "pfc"
    POWER = "power"
    IMPORTS = "imports"


class Scope(StrEnum):
    """Boundary of the objective: scope 1; scopes 1+2; scopes 1+2 and embodied in bought materials."""

    ONE = "scope1"
    TWO = "scope12"
    THREE = "scope12_imports"


SOURCES_IN = {
    Scope.ONE: (Source.FUEL, Source.PROCESS, Source.PFC),
    Scope.TWO: (Source.FUEL, Source.PROCESS, Source.PFC, Source.POWER),
    Scope.THREE: tuple(Source),
}


class Cost(StrEnum):
    """Cost items of a year."""

    CAPITAL = "capital"
    FIXED = "fixed"
    VARIABLE = "variable"
    ENERGY = "energy"
    FEEDSTOCK = "feedstock"
    CARBON = "carbon"
    REVENUE = "revenue"


class Target(StrEnum):
    """How targets bind: firm, or as close as the caps allow."""

    FIRM = "firm"
    CLOSEST = "closest"


class Method(StrEnum):
    """How the stages are solved: the whole by branch and bound, or line by line with what couples them priced (for large fleets)."""

    BRANCH = "branch"
    DECOMPOSE = "decompose"


class Goal(StrEnum):
    """Stages of the lexicographic objective."""

    SHORTFALL = "shortfall"
    EMISSIONS = "emissions"
    COST = "cost"
    AIM = "aim"  # a sum over decisions that an analysis gives; no scenario may


VALUES = ("gross_output", "value_added", "new_material")
"""Measures of value that clauses may be about, besides clusters and chains."""
