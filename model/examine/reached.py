"""What each clause measures, whether it binds or not."""

from collections.abc import Callable

import numpy as np

from model.examine.case import Case
from model.examine.clauses import at_benchmark, counted_output, energy, is_green, is_power, listed, power, production, short_route
from model.examine.faults import GROUP_RULES
from model.examine.quota import credits_of, debits
from model.examine.rows import Array, Sum, weighted


def _ratio(part: Sum, whole: Sum) -> Array:
    """Part over whole; NaN where there is nothing."""
    ratio: Array = np.divide(part.value, whole.value, out=np.full(part.value.shape, np.nan), where=whole.value != 0)
    return ratio


def _intensity(case: Case) -> Array:
    """Energy per value added over that of the base year: (year)."""
    earned = weighted(case.given["value_added"], case.found["output"])
    return _ratio(energy(case), case.given["base_intensity"] * earned)


def _green(case: Case, clause: int) -> Array:
    group = int(case.clause_group[clause])
    return _ratio(power(case, group, is_green(case)), power(case, group, is_power(case)))


def _quota(case: Case, clause: int) -> Array:
    """Quota asked for less quota earned, so far: (year), unit of group."""
    account = str(case.labels("clause_subject")[clause])
    return np.cumsum(debits(case, account).value - credits_of(case, account).value)


def _measured(case: Case) -> dict[str, Callable[[int], Array]]:
    """Rule of a clause -> what it measures, from the clause's position."""
    stands, makes, counts = listed(case), production(case), counted_output(case).value
    by_group = {
        "capacity_cap": stands.value,
        "no_new_capacity": stands.value,
        "production_floor": makes.value,
        "utilisation_floor": _ratio(makes, stands),
        "benchmark_share": _ratio(at_benchmark(case), stands),
        "route_share": _ratio(short_route(case), makes),
    }
    found: dict[str, Callable[[int], Array]] = {
        rule: lambda clause, values=values: values[case.clause_group[clause]]  # type: ignore[misc]
        for rule, values in by_group.items()
    }
    intensity = _intensity(case)
    return found | {
        "value_target": lambda clause: counts[clause],
        "green_power_share": lambda clause: _green(case, clause),
        "energy_intensity": lambda clause: intensity,
        "replacement": lambda clause: _quota(case, clause),
    }


def reached(case: Case) -> Array:
    """What each clause measures: (clause, year), unit of the clause; NaN where a clause has no single number."""
    measured, values = _measured(case), np.full((case.size("clause"), case.size("year")), np.nan)
    for clause, rule in enumerate(case.labels("clause_rule").tolist()):
        if rule in measured and (rule not in GROUP_RULES or case.clause_group[clause] >= 0):
            values[clause] = measured[rule](clause)
    return values
