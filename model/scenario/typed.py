"""Everything that a scenario may choose, as one frozen type. What each key means stands in ``catalogue/scenarios.csv``."""

import hashlib
import json
from typing import Annotated

from pydantic import Field, field_validator

from model.contract import Place, Slug
from model.language import told
from model.names import Goal, Scope, Target
from model.scenario.parts import (
    Amount,
    Budget,
    ClauseChoice,
    Horizon,
    Override,
    PlanGoal,
    Selection,
    Setting,
    SolverOptions,
    Strict,
    TransitionSelection,
    Words,
    Years,
)

Settings = dict[Slug, Setting]
Amounts = dict[Place, Amount]


class Levers(Strict):
    """Named levers: clauses by what they are about, and facts that a policy or a market decides. ``LEVERS`` says what each sets."""

    caps: Settings = Field(default_factory=dict)
    target_values: Settings = Field(default_factory=dict)
    benchmark_shares: Settings = Field(default_factory=dict)
    utilisation_floors: Settings = Field(default_factory=dict)
    production_floors: Settings = Field(default_factory=dict)
    short_process_shares: Settings = Field(default_factory=dict)
    green_power_shares: Settings = Field(default_factory=dict)
    energy_intensity: Settings = Field(default_factory=dict)
    replacement_ratios: Amounts = Field(default_factory=dict)
    quota_at_hand: Amounts = Field(default_factory=dict)
    supply: Amounts = Field(default_factory=dict)
    demand: Amounts = Field(default_factory=dict)
    prices: Amounts = Field(default_factory=dict)
    embodied: Amounts = Field(default_factory=dict)
    growth: Amounts = Field(default_factory=dict)
    growth_least: Amounts = Field(default_factory=dict)
    growth_most: Amounts = Field(default_factory=dict)
    capacity_per_nameplate: Amounts = Field(default_factory=dict)
    staggered_days: Amount | None = None
    grid_factor: Amount | None = None
    carbon_price: Amount | None = None
    discount_rate: Amount | None = None


class Scenario(Levers):
    """Everything that a run may choose. Facts stay in the data folder; levers are here."""

    name: str
    title: Words
    why: Words
    data: str = "chongqing"
    years: Horizon = Years(first=2020, last=2025)
    targets: Target = Target.FIRM
    objectives: Annotated[list[PlanGoal], Field(min_length=1, default_factory=lambda: [Goal.EMISSIONS, Goal.COST])]
    keep: Annotated[float, Field(ge=0, lt=1)] = 0.0
    boundary: Scope = Scope.THREE
    paths: dict[Slug, Slug] = Field(default_factory=dict)
    clauses: dict[Slug, ClauseChoice] = Field(default_factory=dict)
    transitions: TransitionSelection = TransitionSelection()
    measures: Selection = Selection()
    activity: str | None = None
    pace: dict[Slug, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    budget: Budget = Budget()
    facts: list[Override] = Field(default_factory=list)
    solver: SolverOptions = SolverOptions()
    skip_replay: bool = False

    @field_validator("objectives")
    @classmethod
    def _stages(cls, goals: list[Goal]) -> list[Goal]:
        """Each stage once; the shortfall comes with ``targets: closest``."""
        if Goal.SHORTFALL in goals:
            raise ValueError(told("shortfall_listed"))
        if len(set(goals)) < len(goals):
            raise ValueError(told("stage_twice"))
        return goals

    def canonical(self) -> str:
        """The resolved scenario as JSON with sorted keys; its hash identifies the scenario."""
        return json.dumps(self.model_dump(mode="json"), ensure_ascii=False, sort_keys=True)

    def digest(self) -> str:
        """SHA-256 of the canonical form."""
        return hashlib.sha256(self.canonical().encode()).hexdigest()
