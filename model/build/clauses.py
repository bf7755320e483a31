"""Sets, parameters and variables of clauses: caps, shares, targets, and energy."""

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo

from model.build.declare import Draft, Values
from model.build.goods import needed, over_goods
from model.build.keys import Keys, joined, places

Mask = npt.NDArray[np.bool_]
BINDING = (
    ("caps", "capacity_cap"), ("freezes", "no_new_capacity"), ("floors", "production_floor"), ("loads", "utilisation_floor"),
    ("benchmark_shares", "benchmark_share"), ("route_shares", "route_share"), ("green_shares", "green_power_share"),
)  # fmt: skip
"""Sets of (clause, group, year) and the rules that bind there."""


def binding(draft: Draft, rule: str) -> Keys:
    """(clause, subject, year) for every year in which a clause of the rule binds."""
    chosen = (draft.values("clause_rule") == rule)[:, None] & ~np.isnan(draft.values("clause_value"))
    clause, year = draft.labels.where(chosen, ["clause", "year"]).columns
    return Keys((clause, clause.through(draft.labels.column("clause_subject")), year))


def declare_clauses(draft: Draft, *, closest: bool) -> None:
    """Values of clauses, the sets in which they bind, and the shortfall of targets."""
    labels = draft.labels
    draft.add_set("groups", labels.of("group"))
    peopled = set(draft.values("line_group").tolist())
    bind = ~np.isnan(draft.values("clause_value"))
    draft.add_values("clause_value", draft.sparse("clause_value", bind))
    draft.add_values("clause_scale", draft.sparse("clause_scale", bind))
    for name, rule in BINDING:
        found = binding(draft, rule)
        inside = np.array([subject in peopled for subject in found.columns[1].labels()], dtype=bool)
        draft.add_set(name, found.take(inside))
    draft.add_set("value_targets", binding(draft, "value_target").parts(0, 2))
    draft.add_set("energy_targets", binding(draft, "energy_intensity").parts(0, 2))
    draft.add_set("below_baseline", _dated(draft.members("baseline_gap_index"), binding(draft, "baseline_reached")))
    new = (draft.values("new_at_benchmark") > 0) & ~np.isnan(draft.values("benchmark_gap"))
    draft.add_set("new_levelled", _dated(labels.of("state").take(new), binding(draft, "new_at_benchmark")))
    targets = bind & (draft.values("clause_target") > 0)[:, None] if closest else np.zeros(bind.shape, dtype=bool)
    draft.add_set("clauses", labels.of("clause"))
    draft.add_set("missable", labels.where(targets, ["clause", "year"]))
    draft.add_variable("shortfall", "clauses", "years", domain=pyo.NonNegativeReals, most=np.where(targets, np.inf, 0.0))
    _members(draft)
    _energy(draft)


def _dated(states: Keys, bound: Keys) -> Keys:
    """States with every year in which a clause binds."""
    own, its = np.divmod(np.arange(len(states) * len(bound)), max(len(bound), 1))
    return joined(states.take(own), bound.parts(2).take(its))


def _members(draft: Draft) -> None:
    """States of each group by what they count for."""
    labels, states = draft.labels, draft.labels.of("state")
    line, configuration = states.columns
    group = labels.column("line_group")
    standing = draft.values("standing") != 0
    producing = draft.values("state_good") != ""
    short = (draft.values("configuration_route") == "short")[configuration.codes]
    levelled = ~np.isnan(draft.values("benchmark_gap"))
    for name, chosen in (
        ("standing_of", standing), ("producing_of", producing), ("short_of", producing & short), ("levelled_of", levelled & standing),
    ):  # fmt: skip
        draft.add_groups(name, "groups", Keys((line.through(group).take(chosen),)), states.take(chosen))
    draft.add_array("base_capacity", "groups")
    power, green = draft.values("good_kind") == "power", draft.values("green") != 0
    used, changed = draft.members("use_index"), draft.members("change_index")
    for name, goods in (("green", green), ("power", power)):
        for whose, found in (("users", used), ("changers", changed)):
            chosen = goods[found.columns[2].codes]
            draft.add_groups(f"{name}_{whose}", "groups", Keys((found.columns[0].through(group).take(chosen),)), found.take(chosen))
    weight = draft.sparse("clause_weight")
    draft.add_values("clause_weight", weight)
    draft.add_groups("counting", "clauses", weight.keys.parts(0), weight.keys.parts(1))


def _energy(draft: Draft) -> None:
    """Energy (equivalent value) per unit made, fitted and of output; value added per output."""
    x = draft.x.variables
    for name, some, amount in (
        ("line_energy", "energy_lines", x["use"]),
        ("fit_energy", "energy_fits", x["change"]),
        ("segment_energy", "energy_segments", needed(draft)),
    ):
        found = over_goods(amount, x["equivalent"]).values
        used = np.any(found != 0, axis=1)
        draft.add_set(some, draft.labels.of(str(amount.dims[0])).take(used))
        draft.add_array(name, some, "years", numbers=found[used])
    draft.add_array("value_added", "segments")
    draft.m.base_intensity = pyo.Param(initialize=float(x["base_intensity"].values), within=pyo.Reals)


def declare_pace(draft: Draft) -> None:
    """Capacity that each step moves and each measure reaches, by group."""
    labels = draft.labels
    steps, fits = labels.of("step"), labels.of("retrofit")
    group = labels.column("line_group")
    draft.add_values("moved", _moved(draft), "steps")
    moving = steps.columns[0].through(group)
    draft.add_groups("moving_of", "groups", Keys((moving,)), steps)
    draft.add_array("fit_capacity", "fits")
    pace = {name: draft.sparse(name, np.isfinite(draft.values(name))) for name in ("pace_moves", "pace_retrofits")}
    some = set(moving.labels())
    draft.add_set("paced_moves", [name for name in pace["pace_moves"].keys.labels() if name in some])
    draft.add_values("pace_moves", pace["pace_moves"])
    reached = Keys((fits.columns[0].through(group), fits.columns[1]))
    paced = set(pace["pace_retrofits"].keys.labels())
    inside = np.array([name in paced for name in reached.columns[0].names], dtype=bool)[reached.columns[0].codes]
    draft.add_set("paced_retrofits", reached.take(inside))
    draft.add_groups("fitting_of", "paced_retrofits", reached.take(inside), fits.parts(0).take(inside))
    draft.add_values("pace_retrofits", pace["pace_retrofits"])


def _moved(draft: Draft) -> Values:
    """The larger of the listed capacity that a step takes away and that it brings."""
    steps, states = draft.labels.of("step"), draft.labels.of("state")
    listed = draft.values("capacity") * draft.values("standing")
    line, arc = steps.columns
    ends = [Keys((line, arc.through(draft.labels.column(side, "configuration")))) for side in ("arc_start", "arc_end")]
    first, last = (listed[places(states, end)] for end in ends)
    return Values(steps, np.maximum(first, last))
