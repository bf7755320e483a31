"""Twins of the rules that state a clause of the plan, and the sums that such clauses are about."""

import numpy as np

from model.examine.case import Case
from model.examine.goods import used_by_lines, used_by_segments
from model.examine.rows import Mask, Rows, Sum, at_most, term, total, weighted


def listed(case: Case) -> Sum:
    """Listed capacity that stands: (group, year), unit of group."""
    counts = np.where(case.given["standing"] > 0, case.given["capacity"], 0)
    return total(counts[:, None] * case.found["on"], case.state_group, case.size("group"))


def at_benchmark(case: Case) -> Sum:
    """Listed capacity at the benchmark level: (group, year), unit of group."""
    counts = np.where(case.given["standing"] > 0, case.given["capacity"], 0)
    return total(counts[:, None] * case.found["benchmark"], case.state_group, case.size("group"))


def production(case: Case) -> Sum:
    """Production: (group, year), unit of good."""
    return total(case.found["make"], case.state_group, case.size("group"))


def short_route(case: Case) -> Sum:
    """Production on the short route: (group, year), unit of good."""
    route = case.labels("configuration_route")[case.places("configuration", "state_configuration")]
    return total(np.where((route == "short")[:, None], case.found["make"], 0), case.state_group, case.size("group"))


def power(case: Case, group: int, kinds: Mask) -> Sum:
    """Power of some kinds (mask over good) that a group's lines use, measures included: (year), GWh."""
    states, fits = case.state_group == group, case.line_group[case.retrofit_line] == group
    made = weighted(case.given["use"][np.ix_(states, kinds)], case.found["make"][states])
    changed = weighted(case.given["change"][np.ix_(fits, kinds)], case.found["fitted"][fits])
    return (made + changed).sum()


def is_power(case: Case) -> Mask:
    """(good): is it power?"""
    return np.asarray(case.labels("good_kind") == "power")


def is_green(case: Case) -> Mask:
    """(good): does it count as green power?"""
    return case.given["green"] > 0


def energy(case: Case) -> Sum:
    """Energy that lines and segments use, equivalent value: (year), TJ."""
    return (case.given["equivalent"] * (used_by_lines(case) + used_by_segments(case))).sum()


def counted_output(case: Case) -> Sum:
    """Output that counts for each clause: (clause, year), 100M CNY."""
    return weighted(case.given["clause_weight"].T, case.found["output"])


def _share(case: Case, rule: str, part: Sum, whole: Sum) -> Rows:
    """Part + shortfall >= stated share of whole, both (group, year); rows (clause and year that bind)."""
    clause, year = case.binding(rule)
    group = case.clause_group[clause]
    asked = case.given["clause_value"][clause, year] * whole[group, year]
    return at_most(asked, part[group, year] + term(case.found["shortfall"][clause, year]))


def capacity_cap(case: Case) -> Rows:
    """Listed capacity within its cap: (clause and year that bind), unit of group."""
    clause, year = case.binding("capacity_cap")
    return at_most(listed(case)[case.clause_group[clause], year], term(case.given["clause_value"][clause, year]))


def no_new_capacity(case: Case) -> Rows:
    """Listed capacity within the base year's: (clause and year that bind), unit of group."""
    clause, year = case.binding("no_new_capacity")
    group = case.clause_group[clause]
    return at_most(listed(case)[group, year], term(case.given["base_capacity"][group]))


def value_target(case: Case) -> Rows:
    """Counted output + shortfall reach the target: (clause and year that bind), 100M CNY."""
    place = case.binding("value_target")
    return at_most(term(case.given["clause_value"][place]), counted_output(case)[place] + term(case.found["shortfall"][place]))


def production_floor(case: Case) -> Rows:
    """Production + shortfall reach the floor: (clause and year that bind), unit of good."""
    clause, year = case.binding("production_floor")
    reached = production(case)[case.clause_group[clause], year] + term(case.found["shortfall"][clause, year])
    return at_most(term(case.given["clause_value"][clause, year]), reached)


def utilisation_floor(case: Case) -> Rows:
    """Production over listed capacity: (clause and year that bind), unit of good."""
    return _share(case, "utilisation_floor", production(case), listed(case))


def benchmark_share(case: Case) -> Rows:
    """Capacity at the benchmark over listed capacity: (clause and year that bind), unit of group."""
    return _share(case, "benchmark_share", at_benchmark(case), listed(case))


def route_share(case: Case) -> Rows:
    """Short-route production over production: (clause and year that bind), unit of good."""
    return _share(case, "route_share", short_route(case), production(case))


def green_power_share(case: Case) -> Rows:
    """Green power over power: (clause and year that bind), GWh."""
    clause, year = case.binding("green_power_share")
    gap, size = np.zeros(len(clause)), np.zeros(len(clause))
    for subject in np.unique(clause):
        rows = clause == subject
        group, when = int(case.clause_group[subject]), year[rows]
        asked = case.given["clause_value"][subject, when] * power(case, group, is_power(case))[when]
        green = power(case, group, is_green(case))[when] + term(case.found["shortfall"][subject, when])
        row = at_most(asked, green)
        gap[rows], size[rows] = row.gap, row.size
    return Rows(gap, size)


def energy_intensity(case: Case) -> Rows:
    """Energy within the stated share of the base year's intensity: (clause and year that bind), TJ."""
    clause, year = case.binding("energy_intensity")
    earned = weighted(case.given["value_added"], case.found["output"])[year]
    allowed = (case.given["clause_value"][clause, year] * case.given["base_intensity"]) * earned
    return at_most(energy(case)[year], allowed + term(case.found["shortfall"][clause, year]))
