"""What regrets say: intervals that are proven, the worst case of each plan, and the plans that lose least at worst."""

from dataclasses import dataclass

import numpy as np
import xarray as xr

from model.errors import SolverError
from model.handover import Floats
from model.language import told
from model.regret.study import State
from model.tolerances import ROW


@dataclass(frozen=True)
class Regret:
    """Regret of each plan in each future by goal, (plan, future, goal): between ``low`` and ``high`` in the unit of the goal.

    Infinite where a plan cannot be carried out; from ``low`` to infinity where that is not known; NaN in futures in which no
    plan exists at all, or none was found.
    """

    plans: tuple[str, ...]
    futures: tuple[str, ...]
    goals: tuple[str, ...]
    low: Floats
    high: Floats

    def worst(self) -> tuple[Floats, Floats]:
        """Least and most that each plan's regret can be in its worst future, (plan, goal)."""
        counted = ~np.isnan(self.high).all(axis=(0, 2))
        return np.max(self.low[:, counted], axis=1, initial=-np.inf), np.max(self.high[:, counted], axis=1, initial=-np.inf)

    def failures(self) -> np.ndarray:
        """In how many futures each plan cannot be carried out."""
        return np.asarray(np.isposinf(self.low[:, :, 0]).sum(axis=1))


@dataclass(frozen=True)
class Choice:
    """Plans with the least worst-case regret: one, or several whose intervals overlap; ``failures``: futures in which they fail."""

    plans: tuple[str, ...]
    failures: int


def regret_of(study: xr.Dataset) -> Regret:
    """Regret from the values and bounds of a study that is done.

    The best known of a future is its own answer, or a held plan that turned out better within the gap.
    A held plan is one of the plans that a future's own answer chose from, so that its first stage cannot be better; the later
    ones cannot where the earlier ones are as good. Raises ``SolverError`` where a held plan beats the proven bound: a solver lied.
    """
    own_value, own_bound = study["own_value"].values, study["own_bound"].values
    low, high = study["bound"].values.copy(), study["value"].values - own_bound
    size = ROW * np.maximum(1.0, np.abs(own_value))
    level = np.ones(low.shape[:2], dtype=bool)
    for goal in range(low.shape[2]):
        found = np.where(level, study["value"].values[:, :, goal], np.nan)
        low[:, :, goal] -= np.fmin(own_value[:, goal], np.fmin.reduce(found, axis=0))
        if goal == 0 and (high[:, :, goal] < -size[:, goal]).any():
            raise SolverError(told("regret_below_bound"))
        low[:, :, goal] = np.where(level, np.maximum(low[:, :, goal], 0.0), low[:, :, goal])
        high[:, :, goal] = np.where(level, np.maximum(high[:, :, goal], 0.0), high[:, :, goal])
        level &= high[:, :, goal] <= size[:, goal]
    known = study["own_state"].values == State.SOLVED
    failed = (study["state"].values == State.INFEASIBLE)[:, :, None] & known[:, None]
    unknown = np.isnan(high) & known[:, None] & ~failed
    low, high = np.where(failed, np.inf, np.where(unknown, 0.0, low)), np.where(failed | unknown, np.inf, high)
    plans, futures, goals = (tuple(map(str, study[dim].values.tolist())) for dim in ("plan", "future", "goal"))
    there = (study["state"].values != State.TODO).any(axis=1)
    return Regret(tuple(np.array(plans)[there].tolist()), futures, goals, low[there], high[there])


def choose(regret: Regret) -> Choice:
    """The plans that fail in the fewest futures and, among them, lose least in the worst one: stage by stage, in their order.

    A plan is set aside only where its interval lies above another's.
    """
    failures = regret.failures()
    left = failures == failures.min()
    finite = np.where(np.isposinf(regret.low), -np.inf, regret.low), np.where(np.isposinf(regret.low), -np.inf, regret.high)
    counted = ~np.isnan(regret.high).all(axis=(0, 2))
    low, high = (np.max(side[:, counted], axis=1, initial=-np.inf) for side in finite)
    for goal in range(len(regret.goals)):
        best = high[left, goal].min()
        left = left & (low[:, goal] <= best + ROW * max(1.0, abs(best) if np.isfinite(best) else 1.0))
    return Choice(tuple(name for name, chosen in zip(regret.plans, left.tolist(), strict=True) if chosen), int(failures.min()))
