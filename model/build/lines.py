"""Sets, parameters and variables of lines, their graph and their measures."""

from collections import defaultdict

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from model.build.declare import add_groups, add_set, add_values, every, pairs, sparse


def declare_lines(m: pyo.ConcreteModel, x: xr.Dataset) -> None:
    """States, steps, production."""
    states, steps = pairs(x, "state"), pairs(x, "step")
    start = dict(zip(x["arc"].values.tolist(), x["arc_start"].values.tolist(), strict=True))
    end = dict(zip(x["arc"].values.tolist(), x["arc_end"].values.tolist(), strict=True))
    made = dict(zip(states, x["state_good"].values.tolist(), strict=True))
    add_set(m, "lines", x["line"].values.tolist())
    add_set(m, "states", states, 2)
    add_set(m, "steps", steps, 2)
    add_set(m, "movers", [line for line, _ in steps])
    add_set(m, "producing", [state for state in states if made[state]], 2)
    add_groups(m, "configurations_of", m.lines, states)
    add_groups(m, "arcs_of", m.movers, steps)
    add_groups(m, "arcs_into", m.states, [((line, end[arc]), arc) for line, arc in steps])
    add_groups(m, "arcs_from", m.states, [((line, start[arc]), arc) for line, arc in steps])
    bonds = list(
        zip(*(x[f"companion_{part}"].values.tolist() for part in ("line", "configuration", "host", "host_configuration")), strict=True)
    )
    add_set(m, "bound_states", [(line, own) for line, own, _, _ in bonds], 2)
    add_groups(m, "hosts_of", m.bound_states, [((line, own), (host, its)) for line, own, host, its in bonds], 2)
    add_set(m, "ended", sparse(x, "outside_life"), 3)
    add_values(m, "initial", every(x, "initial"), m.states)
    add_values(m, "capacity", every(x, "capacity"), m.states)
    producing = np.array([bool(made[state]) for state in states])
    by_year = np.broadcast_to(producing[:, None], x["availability"].shape)
    add_values(m, "availability", sparse(x, "availability", by_year), m.producing, m.years)
    add_values(m, "minimum_load", sparse(x, "minimum_load", producing), m.producing)
    add_values(m, "base_make", sparse(x, "base_make", producing), m.producing)
    add_values(m, "outage", every(x, "outage"), m.steps)
    window = every(x, "open")
    m.on = pyo.Var(m.states, m.years, domain=pyo.Binary)
    m.move = pyo.Var(m.steps, m.plan_years, domain=pyo.Binary, bounds=lambda m, line, arc, year: (0, window[line, arc, year]))
    m.make = pyo.Var(m.producing, m.years, domain=pyo.NonNegativeReals)


def declare_measures(m: pyo.ConcreteModel, x: xr.Dataset) -> None:
    """Fits, what carries them, what they exclude, and the gaps to the energy levels."""
    fits, states = pairs(x, "retrofit"), pairs(x, "state")
    arcs = list(zip(x["arc"].values.tolist(), x["arc_start"].values.tolist(), x["arc_end"].values.tolist(), strict=True))
    hosting = [
        (fits[at], name) for at, name in zip(x["host_retrofit"].values.tolist(), x["host_configuration"].values.tolist(), strict=True)
    ]
    hosts = defaultdict(set)
    for fit, configuration in hosting:
        hosts[fit].add(configuration)
    ends = {arc: (start, end) for arc, start, end in arcs}
    taken = defaultdict(list)
    for line, arc in pairs(x, "step"):
        taken[line].append(arc)
    leaving = [(fit, arc) for fit in fits for arc in taken[fit[0]] if ends[arc][0] in hosts[fit] and ends[arc][1] not in hosts[fit]]
    add_set(m, "fits", fits, 2)
    add_groups(m, "carriers_of", m.fits, hosting)
    add_groups(m, "leaving", m.fits, leaving)
    add_groups(m, "measures_on", m.states, [((fit[0], configuration), fit[1]) for fit, configuration in hosting])
    excluded = zip(*(x[f"exclusion_{part}"].values.tolist() for part in ("line", "first", "second")), strict=True)
    add_set(m, "exclusions", excluded, 3)
    add_values(m, "share", every(x, "share"), m.fits)
    saving = every(x, "saving")
    add_values(m, "saving", saving, m.fits)
    least = dict.fromkeys(states, 0.0)
    for fit, configuration in hosting:
        least[fit[0], configuration] += min(saving[fit], 0.0)
    add_values(m, "saving_least", least, m.states)
    add_values(m, "fit_most", every(x, "fit_most"), m.fits, m.years)
    known = ~np.isnan(x["benchmark_gap"].values)
    gap = sparse(x, "benchmark_gap", known)
    add_set(m, "levelled", [state for state, there in zip(states, known, strict=True) if there], 2)
    add_values(m, "benchmark_gap", gap, m.levelled)
    above = np.nan_to_num(x["baseline_gap"].values) > 0
    add_values(m, "baseline_gap", sparse(x, "baseline_gap", above))
    window = every(x, "measure_open")
    m.fit = pyo.Var(m.fits, m.years, domain=pyo.Binary)
    m.install = pyo.Var(
        m.fits, m.plan_years, domain=pyo.NonNegativeReals, bounds=lambda m, line, measure, year: (0, window[line, measure, year])
    )
    m.lost = pyo.Var(m.fits, m.plan_years, domain=pyo.NonNegativeReals, bounds=(0, 1))
    m.fitted = pyo.Var(m.fits, m.years, domain=pyo.NonNegativeReals)
    m.benchmark = pyo.Var(m.levelled, m.years, domain=pyo.Binary)
