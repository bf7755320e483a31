"""What solving reports: signs of life, stages, and the accepted answer with what a later solve may start from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from model.names import Goal

Floats = npt.NDArray[np.float64]
Statuses = npt.NDArray[np.int8]
Kept = Sequence[tuple[Floats, float]]
"""Objectives of earlier stages, and the most that each may be (without its offset)."""


class Status(StrEnum):
    """How a stage ended with an answer."""

    OPTIMAL = "optimal"
    LIMIT = "limit"


@dataclass(frozen=True)
class Progress:
    """One sign of life: stage, seconds since its start, incumbent, bound and relative gap (NaN while unknown)."""

    stage: Goal
    seconds: float
    incumbent: float
    bound: float
    gap: float


@dataclass(frozen=True)
class Stage:
    """Outcome of a stage: value of its objective at the final point, proven bound, relative gap, work."""

    goal: Goal
    status: Status
    value: float
    bound: float
    gap: float
    seconds: float
    nodes: int


@dataclass(frozen=True)
class Basis:
    """A simplex basis as plain arrays: HiGHS' status of each column and row."""

    columns: Statuses
    rows: Statuses


@dataclass(frozen=True)
class Start:
    """What a solve may start from: columns of a plan of a like problem, and bases of its stages' relaxations.

    Bases help where the facts are the same; with ``other_facts`` they would not, and later stages are bounded behind a presolve instead.
    """

    values: Floats
    bases: dict[Goal, Basis] = field(default_factory=dict)
    other_facts: bool = False


@dataclass
class Outcome:
    """The accepted answer of all stages.

    Attributes:
        stages: In solving order.
        values: Columns of the answer, in the order of the matrix.
        duals: Per stage, the duals of the matrix' rows with the binaries fixed: change of the objective per unit of a row's limit.
        bases: Per stage, the basis of its relaxation (where it was solved).
    """

    stages: list[Stage]
    values: Floats
    duals: dict[Goal, Floats] = field(default_factory=dict)
    bases: dict[Goal, Basis] = field(default_factory=dict)

    @property
    def optimal(self) -> bool:
        """Did every stage prove its gap?"""
        return all(stage.status is Status.OPTIMAL for stage in self.stages)

    def start(self) -> Start:
        """What a later solve of a like problem may start from."""
        return Start(self.values, self.bases)


Listener = Callable[[Progress], None]


def silent(progress: Progress) -> None:
    """Report nothing."""
