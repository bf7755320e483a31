"""Sets, parameters and variables of lines, their graph and their measures."""

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo

from model.build.declare import Draft, Values
from model.build.keys import Codes, Keys, matches


def declare_lines(draft: Draft) -> None:
    """States, steps, production."""
    labels = draft.labels
    states, steps = labels.of("state"), labels.of("step")
    line, arc = steps.columns
    producing = draft.values("state_good") != ""
    draft.add_set("lines", labels.of("line"))
    draft.add_set("states", states)
    draft.add_set("steps", steps)
    draft.add_set("movers", steps.parts(0))
    draft.add_set("producing", states.take(producing))
    draft.add_groups("configurations_of", "lines", states.parts(0), states.parts(1))
    draft.add_groups("arcs_of", "movers", steps.parts(0), steps.parts(1))
    for name, side in (("arcs_into", "arc_end"), ("arcs_from", "arc_start")):
        draft.add_groups(name, "states", Keys((line, arc.through(labels.column(side, "configuration")))), steps.parts(1))
    bound = Keys((labels.column("companion_line"), labels.column("companion_configuration")))
    hosts = Keys((labels.column("companion_host"), labels.column("companion_host_configuration")))
    draft.add_set("bound_states", bound)
    draft.add_groups("hosts_of", "bound_states", bound, hosts)
    draft.add_set("ended", draft.sparse("outside_life").keys)
    draft.add_array("initial", "states")
    draft.add_array("capacity", "states")
    by_year = np.broadcast_to(producing[:, None], draft.values("availability").shape)
    draft.add_values("availability", draft.sparse("availability", by_year), "producing", "years")
    draft.add_values("minimum_load", draft.sparse("minimum_load", producing), "producing")
    draft.add_values("base_make", draft.sparse("base_make", producing), "producing")
    draft.add_array("outage", "steps")
    draft.add_variable("on", "states", "years", domain=pyo.Binary)
    draft.add_variable("move", "steps", "plan_years", domain=pyo.Binary, most=draft.values("open")[:, 1:])
    draft.add_variable("make", "producing", "years", domain=pyo.NonNegativeReals)


def declare_measures(draft: Draft) -> None:
    """Fits, what carries them, what they exclude, and the gaps to the energy levels."""
    labels = draft.labels
    fits, states = labels.of("retrofit"), labels.of("state")
    at = draft.values("host_retrofit").astype(np.int32)
    configuration = labels.column("host_configuration", "configuration")
    hosted = fits.take(at)
    hosting = Keys((hosted.columns[0], configuration))
    draft.add_set("fits", fits)
    draft.add_groups("carriers_of", "fits", hosted, Keys((configuration,)))
    fit, arc = _leaving(draft, at, configuration.codes)
    draft.add_groups("leaving", "fits", fits.take(fit), labels.of("arc").take(arc))
    draft.add_groups("measures_on", "states", hosting, hosted.parts(1))
    draft.add_set("exclusions", Keys(tuple(labels.column(f"exclusion_{part}") for part in ("line", "first", "second"))))
    draft.add_array("share", "fits")
    draft.add_array("saving", "fits")
    draft.add_values("saving_least", _saving_least(draft, hosting, draft.values("saving")[at]), "states")
    draft.add_array("fit_most", "fits", "years")
    known = ~np.isnan(draft.values("benchmark_gap"))
    draft.add_set("levelled", states.take(known))
    draft.add_values("benchmark_gap", draft.sparse("benchmark_gap", known), "levelled")
    above = np.nan_to_num(draft.values("baseline_gap")) > 0
    draft.add_values("baseline_gap", draft.sparse("baseline_gap", above))
    draft.add_variable("fit", "fits", "years", domain=pyo.Binary)
    window = draft.values("measure_open")[:, 1:]
    draft.add_variable("install", "fits", "plan_years", domain=pyo.NonNegativeReals, most=window)
    draft.add_variable("lost", "fits", "plan_years", domain=pyo.NonNegativeReals, most=np.ones(window.shape, dtype=int))
    draft.add_variable("fitted", "fits", "years", domain=pyo.NonNegativeReals)
    draft.add_variable("benchmark", "levelled", "years", domain=pyo.Binary)


def _leaving(draft: Draft, at: Codes, configuration: Codes) -> tuple[Codes, Codes]:
    """(fit, arc) where the arc leads a fit's line from a configuration that carries it to one that does not."""
    labels = draft.labels
    fits, steps = labels.of("retrofit"), labels.of("step")
    carried = np.zeros((len(fits), len(labels.names("configuration"))), dtype=bool)
    carried[at, configuration] = True
    fit, step = matches(fits.columns[0].codes, steps.columns[0].codes)
    arc = steps.columns[1].codes[step]
    start, end = (labels.column(f"arc_{side}", "configuration").codes[arc] for side in ("start", "end"))
    leaves = carried[fit, start] & ~carried[fit, end]
    return fit[leaves], arc[leaves]


def _saving_least(draft: Draft, hosting: Keys, saving: npt.NDArray[np.float64]) -> Values:
    """Sum of the savings below zero that a state's measures can bring."""
    states = draft.labels.of("state")
    own, its = matches(states.numbers(), hosting.numbers())
    return Values(states, np.bincount(own, np.minimum(saving[its], 0.0), len(states)).astype(float))
