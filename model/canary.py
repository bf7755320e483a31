"""Is this HiGHS to be trusted? Its version, and three tiny problems with optima known by hand that release 1.14.0 got wrong."""

from dataclasses import dataclass
from functools import cache

import highspy
import numpy as np

from model.errors import SolverError
from model.language import told
from model.solve import silent_highs

LEAST_VERSION = (1, 15, 1)
CLOSE = 1e-4
"""Absolute distance from the known optimum that counts as reached: the solver's own tolerances are 1e-6."""


@dataclass(frozen=True)
class Canary:
    """A small mixed-integer problem: costs, bounds, which columns are whole, rows (lower, coefficients, upper), its optimum."""

    name: str
    cost: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    whole: tuple[int, ...]
    rows: tuple[tuple[float, tuple[float, ...], float], ...]
    optimum: float


INFINITE = float("inf")
CANARIES = (
    # 2x + 3z, x + z >= 4.5, z whole: buying a whole unit never pays, x = 4.5
    Canary("HiGHS issue 3043", (2, 3), (0, 0), (10, 10), (1,), ((4.5, (1, 1), INFINITE),), 9.0),
    # gap + x = 3 with |x| <= t, x whole: x = 3 closes the gap at the price of t = 3
    Canary(
        "HiGHS issue 3073", (100, 0.01, 0), (0, -INFINITE, 0), (INFINITE, INFINITE, INFINITE), (2,),
        ((3, (1, 0, 1), 3), (-INFINITE, (0, -1, 1), 0), (-INFINITE, (0, -1, -1), 0), (0.45, (0, 0, 1), 3)),
        0.03,
    ),
    # two capacities of 1000, one may stand: the dearer shortfall is met, the cheaper (8 a unit) is not
    Canary(
        "HiGHS issue 3094", (0, 0, 0, 0, 10, 8), (0,) * 6, (1, 1, 1000, 1000, 1000, 1000), (0, 1),
        ((-INFINITE, (-1000, 0, 1, 0, 0, 0), 0), (-INFINITE, (0, -1000, 0, 1, 0, 0), 0), (1000, (0, 0, 1, 0, 1, 0), 1000),
         (1000, (0, 0, 0, 1, 0, 1), 1000), (-INFINITE, (1, 1, 0, 0, 0, 0), 1)),
        8000.0,
    ),
)  # fmt: skip


@cache
def check_solver() -> None:
    """Raise ``SolverError`` where the installed HiGHS is too old or misses a known optimum; looked at once per process."""
    found = str(silent_highs().version())
    numbers = tuple(int(part) for part in found.split(".")[:3])
    if numbers < LEAST_VERSION:
        least = ".".join(str(part) for part in LEAST_VERSION)
        raise SolverError(told("highs_too_old", found=found, least=least))
    for canary in CANARIES:
        value = answer(canary)
        if not abs(value - canary.optimum) <= CLOSE:
            raise SolverError(told("highs_wrong", version=found, value=value, optimum=canary.optimum, name=canary.name))


def answer(canary: Canary) -> float:
    """What HiGHS says the optimum is, as a scenario would be solved; NaN where it finds none."""
    highs = silent_highs()
    for lower, upper in zip(canary.lower, canary.upper, strict=True):
        highs.addVar(lower, upper)
    columns = np.arange(len(canary.cost), dtype=np.int32)
    highs.changeColsCost(len(columns), columns, np.array(canary.cost, dtype=float))
    for column in canary.whole:
        highs.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    for low, coefficients, high in canary.rows:
        used = np.flatnonzero(coefficients).astype(np.int32)
        highs.addRow(low, high, len(used), used, np.array(coefficients, dtype=float)[used])
    highs.run()
    highs.resetGlobalScheduler(True)  # the threads of a process belong to its first solve; the scenario's own number must stay free
    optimal = highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return float(highs.getInfo().objective_function_value) if optimal else float("nan")
