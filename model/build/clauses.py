"""Sets, parameters and variables of clauses: caps, quota, targets, pace."""

from typing import Any

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from model.build.declare import add_groups, add_set, add_values, every, pairs, sparse

Binding = list[tuple[str, str, int]]


def binding(x: xr.Dataset, rule: str) -> Binding:
    """(clause, subject, year) for every year in which a clause of the rule binds."""
    chosen = (x["clause_rule"].values == rule)[:, None] & ~np.isnan(x["clause_value"].values)
    clauses, subjects, years = x["clause"].values.tolist(), x["clause_subject"].values.tolist(), x["year"].values.tolist()
    return [(clauses[c], subjects[c], years[t]) for c, t in zip(*np.nonzero(chosen), strict=True)]


def declare_clauses(m: pyo.ConcreteModel, x: xr.Dataset, *, closest: bool) -> None:
    """Values of clauses, the sets in which they bind, and the shortfall of targets."""
    add_set(m, "groups", x["group"].values.tolist())
    peopled = set(x["line_group"].values.tolist())
    bind = ~np.isnan(x["clause_value"].values)
    add_values(m, "clause_value", sparse(x, "clause_value", bind))
    add_values(m, "clause_scale", sparse(x, "clause_scale", bind))
    for name, rule in (
        ("caps", "capacity_cap"), ("freezes", "no_new_capacity"), ("floors", "production_floor"), ("loads", "utilisation_floor"),
        ("benchmark_shares", "benchmark_share"), ("route_shares", "route_share"), ("green_shares", "green_power_share"),
    ):  # fmt: skip
        add_set(m, name, [row for row in binding(x, rule) if row[1] in peopled], 3)
    add_set(m, "value_targets", [(clause, year) for clause, _, year in binding(x, "value_target")], 2)
    add_set(m, "energy_targets", [(clause, year) for clause, _, year in binding(x, "energy_intensity")], 2)
    states = pairs(x, "state")
    dated = [year for _, _, year in binding(x, "baseline_reached")]
    late = [(line, name) for line, name in m.baseline_gap_index]
    add_set(m, "below_baseline", [(line, name, year) for line, name in late for year in dated], 3)
    dated = [year for _, _, year in binding(x, "new_at_benchmark")]
    new = (x["new_at_benchmark"].values > 0) & ~np.isnan(x["benchmark_gap"].values)
    fresh = [state for state, chosen in zip(states, new, strict=True) if chosen]
    add_set(m, "new_levelled", [(line, name, year) for line, name in fresh for year in dated], 3)
    targets = x["clause_target"].values > 0
    missable = sparse(x, "clause_value", bind & targets[:, None]) if closest else {}
    add_set(m, "missable", missable, 2)
    m.shortfall = pyo.Var(x["clause"].values.tolist(), m.years, domain=pyo.NonNegativeReals, bounds=_missable(missable))
    _members(m, x, states)
    _energy(m, x)


def _missable(missable: dict[Any, float]) -> Any:
    return lambda m, clause, year: (0, None if (clause, year) in missable else 0)


def _members(m: pyo.ConcreteModel, x: xr.Dataset, states: list[Any]) -> None:
    """States of each group by what they count for."""
    group = dict(zip(x["line"].values.tolist(), x["line_group"].values.tolist(), strict=True))
    route = dict(zip(x["configuration"].values.tolist(), x["configuration_route"].values.tolist(), strict=True))
    standing = {state for state, counts in zip(states, x["standing"].values, strict=True) if counts}
    add_groups(m, "standing_of", m.groups, [(group[s[0]], s) for s in states if s in standing], 2)
    add_groups(m, "producing_of", m.groups, [(group[s[0]], s) for s in m.producing], 2)
    add_groups(m, "short_of", m.groups, [(group[s[0]], s) for s in m.producing if route[s[1]] == "short"], 2)
    add_groups(m, "levelled_of", m.groups, [(group[s[0]], s) for s in m.levelled if s in standing], 2)
    add_values(m, "base_capacity", every(x, "base_capacity"), m.groups)
    goods = x["good"].values.tolist()
    power = {good for good, kind in zip(goods, x["good_kind"].values.tolist(), strict=True) if kind == "power"}
    green = {good for good, counts in zip(goods, x["green"].values, strict=True) if counts}
    for name, chosen in (("green", green), ("power", power)):
        add_groups(m, f"{name}_users", m.groups, [(group[line], (line, k, g)) for line, k, g in m.use_index if g in chosen], 3)
        add_groups(m, f"{name}_changers", m.groups, [(group[line], (line, n, g)) for line, n, g in m.change_index if g in chosen], 3)
    weight = sparse(x, "clause_weight")
    add_values(m, "clause_weight", weight)
    add_set(m, "clauses", x["clause"].values.tolist())
    add_groups(m, "counting", m.clauses, [(clause, segment) for clause, segment in weight])


def _energy(m: pyo.ConcreteModel, x: xr.Dataset) -> None:
    """Energy (equivalent value) per unit made, fitted and of output; value added per output."""
    parts = {
        "line_energy": xr.dot(x["use"], x["equivalent"], dim="good"),
        "fit_energy": xr.dot(x["change"], x["equivalent"], dim="good"),
        "segment_energy": xr.dot(x["need"].clip(min=0), x["equivalent"], dim="good"),
    }
    arrays = xr.Dataset(parts).assign_coords(x.coords)
    for name, column, dimen in (
        ("line_energy", "energy_lines", 2),
        ("fit_energy", "energy_fits", 2),
        ("segment_energy", "energy_segments", 1),
    ):
        values = sparse(arrays, name)
        add_values(m, name, values)
        members = [(key[-1], key[:-1] if dimen > 1 else key[0]) for key in values]
        add_groups(m, column, m.years, members, dimen)
    add_values(m, "value_added", every(x, "value_added"), m.segments)
    m.base_intensity = pyo.Param(initialize=float(x["base_intensity"]), within=pyo.Reals)


def declare_quota(m: pyo.ConcreteModel, x: xr.Dataset) -> None:
    """The replacement ledger: windows (account, since, until), and what each step debits and credits."""
    bound = {(subject, year) for _, subject, year in binding(x, "replacement")}
    columns = ("arc", "arc_start", "arc_end", "arc_credits", "arc_debits")
    arcs = {row[0]: row[1:] for row in zip(*(x[name].values.tolist() for name in columns), strict=True)}
    capacity, ratio = every(x, "capacity"), every(x, "ratio")
    years = x["year"].values.tolist()
    debit = {(line, arc, year): ratio[arc, year] * capacity[line, arcs[arc][1]]
             for line, arc in pairs(x, "step") if arcs[arc][3] for year in years[1:]}  # fmt: skip
    credit = {(line, arc): capacity[line, arcs[arc][0]] for line, arc in pairs(x, "step") if arcs[arc][2]}
    endowment, lapse = every(x, "endowment"), every(x, "lapse")
    windows = [(account, since, until) for account in x["account"].values.tolist() for until in years if (account, until) in bound
               for since in years if since < until and (since == years[0] or np.isfinite(lapse[account]))]  # fmt: skip
    touched = {arcs[arc][3] for _, arc, _ in debit}
    add_set(m, "windows", [window for window in windows if window[0] in touched], 3)
    add_values(m, "debit", debit)
    add_values(m, "credit", credit)
    add_values(m, "endowment", endowment)
    add_groups(
        m, "debits", m.windows, [(w, key) for w in m.windows for key in debit if arcs[key[1]][3] == w[0] and w[1] < key[2] <= w[2]], 3
    )
    earned = [(w, (*key, year)) for w in m.windows for key in credit if arcs[key[1]][2] == w[0]
              for year in years[1:] if w[1] - lapse[w[0]] < year <= w[2]]  # fmt: skip
    add_groups(m, "credits", m.windows, earned, 3)


def declare_pace(m: pyo.ConcreteModel, x: xr.Dataset) -> None:
    """Capacity that each step moves and each measure reaches, by group."""
    group = dict(zip(x["line"].values.tolist(), x["line_group"].values.tolist(), strict=True))
    ends = dict(zip(x["arc"].values.tolist(), zip(x["arc_start"].values.tolist(), x["arc_end"].values.tolist(), strict=True), strict=True))
    capacity, standing = every(x, "capacity"), every(x, "standing")
    moved = {(line, arc): max(capacity[line, name] * standing[line, name] for name in ends[arc]) for line, arc in pairs(x, "step")}
    pace = {name: {key: value for key, value in every(x, name).items() if np.isfinite(value)} for name in ("pace_moves", "pace_retrofits")}
    add_values(m, "moved", moved, m.steps)
    add_groups(m, "moving_of", m.groups, [(group[line], (line, arc)) for line, arc in pairs(x, "step")], 2)
    add_values(m, "fit_capacity", every(x, "fit_capacity"), m.fits)
    add_set(m, "paced_moves", [name for name in pace["pace_moves"] if len(m.moving_of[name])])
    add_values(m, "pace_moves", pace["pace_moves"])
    paced = [(group[line], measure) for line, measure in pairs(x, "retrofit") if group[line] in pace["pace_retrofits"]]
    add_set(m, "paced_retrofits", paced, 2)
    add_groups(m, "fitting_of", m.paced_retrofits, [((group[line], measure), line) for line, measure in pairs(x, "retrofit")])
    add_values(m, "pace_retrofits", pace["pace_retrofits"])
