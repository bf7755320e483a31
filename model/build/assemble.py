"""The model's table of contents: declarations, then every rule of ``model.rules.RULES`` in turn, then the objectives."""

from collections.abc import Sequence
from types import ModuleType

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from model.build.clauses import declare_clauses, declare_pace
from model.build.declare import Draft
from model.build.goods import declare_emissions, declare_goods, declare_segments
from model.build.keys import joined
from model.build.lazy import LazyConstraint, LazyObjective
from model.build.lines import declare_lines, declare_measures
from model.build.money import declare_money
from model.build.quota import declare_quota
from model.names import SOURCES_IN, Goal, Scope, Target
from model.objective import OBJECTIVES
from model.rules import RULES


def stages(goals: Sequence[Goal], targets: Target) -> list[Goal]:
    """Stages in solving order; a closest run starts with the shortfall of targets."""
    return [Goal.SHORTFALL, *goals] if targets is Target.CLOSEST else list(goals)


def add_rule(m: pyo.ConcreteModel, room: ModuleType, *, lazy: bool) -> None:
    """Add one rule under the name of its file; lazily, no row is expanded until somebody asks for it."""
    kind = LazyConstraint if lazy else pyo.Constraint
    setattr(m, room.__name__.rsplit(".", 1)[-1], kind(*room.over(m), rule=room.rule))


def build(
    problem: xr.Dataset,
    goals: Sequence[Goal],
    boundary: Scope,
    *,
    closest: bool,
    rules: Sequence[ModuleType] = RULES,
    lazy: bool = False,
) -> pyo.ConcreteModel:
    """The Pyomo model of a problem.

    ``goals`` are the stages of the objective in order; ``closest`` lets targets be missed; ``rules`` may be a subset.
    A ``lazy`` model says the same but expands nothing: rows and variables come into being when somebody asks for one,
    and ``model.compile`` reads the whole at once.
    """
    m = pyo.ConcreteModel(name=str(problem.attrs.get("scenario", "pathways")))
    draft = Draft(m, problem, lazy=lazy)
    years = draft.labels.of("year")
    draft.add_set("years", years)
    draft.add_set("base_years", years.take(np.arange(len(years)) < 1))
    draft.add_set("plan_years", years.take(np.arange(len(years)) >= 1))
    draft.add_set("succession", joined(years.take(np.arange(1, len(years))), years.take(np.arange(len(years) - 1))))
    declare_lines(draft)
    declare_measures(draft)
    declare_goods(draft)
    declare_segments(draft)
    declare_emissions(draft)
    declare_clauses(draft, closest=closest)
    declare_quota(draft)
    declare_pace(draft)
    declare_money(draft)
    for room in rules:
        add_rule(m, room, lazy=lazy)
    draft.add_set("counted", [str(source) for source in SOURCES_IN[boundary]])
    kind = LazyObjective if lazy else pyo.Objective
    for goal in goals:
        setattr(m, f"objective_{goal}", kind(rule=OBJECTIVES[goal]))
    return m
