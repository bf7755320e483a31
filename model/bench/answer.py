"""What a solver says of a run, in the words that solver benchmarks use."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LIMITS = ("time_limit", "iteration_limit", "terminated_by_limit")


@dataclass
class Answer:
    """Termination condition, objective, bound and gap; work; the solver's own clock; the point itself, if there is one."""

    termination: str
    version: str
    objective: float = np.nan
    bound: float = np.nan
    nodes: float = np.nan
    simplex_iterations: float = np.nan
    other_iterations: float = np.nan
    reported: float = np.nan
    point: npt.NDArray[np.float64] | None = None

    @property
    def status(self) -> str:
        """``ok``: solved or proven to have no answer; ``TO``: stopped at a limit; ``warning``: anything else."""
        if self.termination in LIMITS:
            return "TO"
        return "ok" if self.termination in ("optimal", "infeasible", "unbounded", "infeasible_or_unbounded") else "warning"

    @property
    def gap(self) -> float:
        """|objective - bound| / |objective|, as the community defines it; unknown without a point or a bound."""
        if not np.isfinite(self.objective) or not np.isfinite(self.bound):
            return np.nan
        return abs(self.objective - self.bound) / max(abs(self.objective), 1e-9)
