"""Twins of the rules on measures and on the energy levels that they reach."""

import numpy as np

from model.examine.case import BEFORE, PLAN, Case
from model.examine.rows import Mask, Rows, Sum, at_most, equal, term, total


def _carried(case: Case, name: str) -> Sum:
    """Sum of a decision over the states that carry each retrofit: (retrofit, year)."""
    return total(case.found[name][case.host_state], case.host_retrofit, case.size("retrofit"))


def _saved(case: Case) -> Sum:
    """Specific energy saved by the measures in place that a state carries: (state, year), metric of the benchmark."""
    saved = case.given["saving"][:, None] * case.found["fit"]
    return total(saved[case.host_retrofit], case.host_state, case.size("state"))


def _closed(case: Case, gap: str, decision: str, states: Mask, years: Mask) -> Rows:
    """Savings close a gap wherever a decision is taken: (chosen state, chosen year), metric of the benchmark.

    Where it is not taken, measures that cost energy may stand: the row then asks for the sum of all negative savings only.
    """
    place, taken = np.ix_(states, years), case.found[decision]
    below = np.minimum(case.given["saving"], 0)[case.host_retrofit]
    least = total(below, case.host_state, case.size("state")).value[:, None] * (1 - taken)
    asked = np.where(states, case.given[gap], 0)[:, None] * taken
    return at_most((term(asked) + term(least))[place], _saved(case)[place])


def _every_year(case: Case) -> Mask:
    return np.ones(case.size("year"), dtype=bool)


def base_measures(case: Case) -> Rows:
    """No measure is in place in the base year: (retrofit)."""
    return equal(term(case.found["fit"][:, 0]), term(0))


def measure_flow(case: Case) -> Rows:
    """In place = was in place + installed - ended: (retrofit, planned year)."""
    fit, install, lost = (case.found[name] for name in ("fit", "install", "lost"))
    return equal(term(fit[:, PLAN]), term(fit[:, BEFORE]) + term(install[:, PLAN]) - term(lost[:, PLAN]))


def measure_host(case: Case) -> Rows:
    """A measure in place needs a state that carries it: (retrofit, planned year)."""
    return at_most(term(case.found["fit"][:, PLAN]), _carried(case, "on")[:, PLAN])


def measure_loss(case: Case) -> Rows:
    """A measure ends only as its line leaves what carries it: (retrofit, planned year)."""
    fit, step = case.leaving
    left = total(case.found["move"][step], fit, case.size("retrofit"))
    return at_most(term(case.found["lost"][:, PLAN]), left[:, PLAN])


def exclusive_measures(case: Case) -> Rows:
    """Measures that exclude each other are not both in place: (exclusion, planned year)."""
    fit, (first, second) = case.found["fit"][:, PLAN], case.exclusions
    return at_most(term(fit[first]) + term(fit[second]), term(1))


def fitted_production(case: Case) -> Rows:
    """A measure covers at most its share of production: (retrofit, year), unit of good."""
    return at_most(term(case.found["fitted"]), case.given["share"][:, None] * _carried(case, "make"))


def fitted_installation(case: Case) -> Rows:
    """Nothing is made under a measure not in place: (retrofit, year), unit of good."""
    return at_most(term(case.found["fitted"]), term(case.given["fit_most"] * case.found["fit"]))


def benchmark_standing(case: Case) -> Rows:
    """Only what stands is at the benchmark: (state with a benchmark, year)."""
    levelled = ~np.isnan(case.given["benchmark_gap"])
    return at_most(term(case.found["benchmark"][levelled]), term(case.found["on"][levelled]))


def benchmark_reached(case: Case) -> Rows:
    """Only savings that close the gap reach the benchmark: (state with a benchmark, year)."""
    return _closed(case, "benchmark_gap", "benchmark", ~np.isnan(case.given["benchmark_gap"]), _every_year(case))


def baseline_reached(case: Case) -> Rows:
    """Savings close the gap of what stands below the baseline: (state, year from the date on)."""
    return _closed(case, "baseline_gap", "on", case.given["baseline_gap"] > 0, case.dated("baseline_reached"))


def new_at_benchmark(case: Case) -> Rows:
    """A new line stands at the benchmark, whatever else is fitted to it: (new state with a benchmark, year)."""
    new = (case.given["new_at_benchmark"] > 0) & ~np.isnan(case.given["benchmark_gap"])
    return _closed(case, "benchmark_gap", "on", new, case.dated("new_at_benchmark"))
