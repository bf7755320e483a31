"""Single plans on the way to a trade-off: least emissions under a limit, least of the other axis, least of a mix."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import xarray as xr

from model.names import Goal
from model.schema import BINARY
from model.session import Ask, Cut, Plan, Session
from model.solve import Listener, Start, silent
from model.tradeoff.axes import Axis, Floats, amount, axis, emissions, mixed
from model.tradeoff.ground import Ground


@dataclass(frozen=True)
class Found:
    """A plan seen as a point: ``x`` (cost, or minus gross output, 100M CNY) and ``y`` (emissions, 10ktCO2e).

    ``bound`` is what the solver proved of its first stage (emissions, x, or the mix), ``bound_y`` what it proved of emissions.
    """

    x: float
    y: float
    bound: float
    bound_y: float
    flat: xr.Dataset

    @property
    def binaries(self) -> dict[str, Floats]:
        """Its yes-or-no decisions, to be fixed."""
        return {name: self.flat[name].values for name in BINARY}


class Search:
    """Finds plans of one problem; each is certified."""

    def __init__(self, base: Ground, other: Axis, session: Session | None = None, heard: Listener = silent) -> None:
        self.base, self.session, self.heard, self.axis = base, session or Session(), heard, other
        self.problem, self.ask = base.problem, base.held
        self.xs, self.ys = axis(self.problem, other), emissions(self.problem, self.ask.boundary)
        self.start: Start | None = None
        self.other = Goal.COST if other is Axis.COST else Goal.AIM

    @cached_property
    def ends(self) -> tuple[Found, Found]:
        """Least of the other axis (with least emissions there), and least emissions (with least of the other axis there)."""
        return self.least_x(), self.least_y()

    def _solve(self, goals: tuple[Goal, ...], most_x: float, most_y: float, fixed: dict[str, Floats] | None, **extra: object) -> Found:
        ask: Ask = replace(self.ask, goals=goals, fixed=fixed or {}, **extra)  # type: ignore[arg-type]
        if np.isfinite(most_x):
            ask = replace(ask, cuts=(Cut("limit_x", self.xs, upper=most_x),))
        if np.isfinite(most_y):
            ask = replace(ask, limits={**ask.limits, Goal.EMISSIONS: most_y})
        plan: Plan = self.session.solve(self.problem, ask, self.heard, self.start)
        self.start = plan.outcome.start()
        x, y = amount(self.xs, plan.flat), amount(self.ys, plan.flat)
        return Found(x, y, plan.outcome.stages[0].bound, plan.bound(Goal.EMISSIONS), plan.flat)

    def least_y(self, most_x: float = np.inf, fixed: dict[str, Floats] | None = None) -> Found:
        """Least emissions where x is at most ``most_x``, then least x."""
        return self._solve((Goal.EMISSIONS, self.other), most_x, np.inf, fixed, aim=self.xs)

    def least_x(self, most_y: float = np.inf, fixed: dict[str, Floats] | None = None) -> Found:
        """Least x where emissions are at most ``most_y``, then least emissions."""
        return self._solve((self.other, Goal.EMISSIONS), np.inf, most_y, fixed, aim=self.xs)

    def least_mix(self, share: tuple[float, float], box: tuple[float, float], fixed: dict[str, Floats] | None = None) -> Found:
        """Least ``share[0]`` x + ``share[1]`` y inside the box (most x, most y), then least emissions."""
        return self._solve((Goal.AIM, Goal.EMISSIONS), *box, fixed, aim=mixed((share[0], self.xs), (share[1], self.ys)))
