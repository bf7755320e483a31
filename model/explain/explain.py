"""Why a scenario has no plan: sums before any solver, the provisions that collide, and the repairs that were tried and hold."""

from collections.abc import Callable
from dataclasses import dataclass

import xarray as xr

from model.explain.arithmetic import Sum, sums
from model.explain.conflict import Conflict, conflicts
from model.explain.elastic import Elastic
from model.explain.levers import Levers
from model.explain.repairs import Activity, Repair, least_change, open_case, repairs_of
from model.names import Target
from model.scenario import Scenario, SolverOptions
from model.tables import Tables

Announce = Callable[[str], None]


@dataclass(frozen=True)
class Explanation:
    """Everything found: ``sums`` per clause, ``conflicts`` between ``elastic.provisions``, ``repairs``; no conflict: a plan exists."""

    problem: xr.Dataset
    elastic: Elastic
    levers: Levers
    sums: tuple[Sum, ...]
    conflicts: tuple[Conflict, ...]
    repairs: tuple[Repair, ...]

    @property
    def feasible(self) -> bool:
        """Does a plan exist?"""
        return not self.conflicts


def explain(
    tables: Tables,
    scenario: Scenario,
    problem: xr.Dataset,
    activity: Activity | None = None,
    options: SolverOptions | None = None,
    announce: Announce = lambda step: None,
) -> Explanation:
    """Explain why a scenario has no plan, and how it would have one. Raises ``SolverError`` or ``LimitError`` where a solve fails."""
    announce("sums")
    hard = problem["clause"].values[(problem["clause_target"].values == 0) | (scenario.targets is Target.FIRM)]
    found_sums = [one for one in sums(problem) if one.clause in hard]
    announce("collide")
    case = open_case(tables, scenario, problem, activity, options or scenario.solver.model_copy(update={"gaps": {}}))
    if case.elastic.holds():
        return Explanation(problem, case.elastic, case.levers, tuple(found_sums), (), ())
    least = least_change(case)
    found = conflicts(case.elastic, least.moved if least else set())
    announce("repair")
    offered = repairs_of(case, found, least)
    return Explanation(problem, case.elastic, case.levers, tuple(found_sums), tuple(found), tuple(offered))
