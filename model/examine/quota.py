"""Twins of the rules on the replacement ledger and on the pace of change."""

import numpy as np

from model.examine.case import PLAN, Case
from model.examine.rows import Array, Mask, Rows, Sum, at_most, term, together, total


def debits(case: Case, account: str) -> Sum:
    """Quota that an account's new capacity asks for: (year), unit of group."""
    own = case.labels("arc_debits")[case.step_arc] == account
    asked = case.given["ratio"][case.step_arc[own]] * case.given["capacity"][case.step_end[own], None]
    return term(asked * case.found["move"][own]).sum()


def credits_of(case: Case, account: str) -> Sum:
    """Quota that an account earns from capacity that leaves: (year), unit of group."""
    own = case.labels("arc_credits")[case.step_arc] == account
    return term(case.given["capacity"][case.step_start[own], None] * case.found["move"][own]).sum()


def _windows(case: Case, account: int, bound: Mask) -> list[Rows]:
    """What came in each window is covered by quota at hand and what left and has not lapsed."""
    years, name = case.labels("year"), str(case.labels("account")[account])
    endowment, lapse = term(case.given["endowment"][account]), case.given["lapse"][account]
    came, left, planned = debits(case, name), credits_of(case, name), years > years[0]
    rows = []
    for since in years[:-1] if np.isfinite(lapse) else years[:1]:
        for until in years[bound & (years > since)]:
            fresh = planned & (years > since - lapse) & (years <= until)
            rows.append(at_most(came[(years > since) & (years <= until)].sum(), endowment + left[fresh].sum()))
    return rows


def replacement(case: Case) -> Rows:
    """Capacity that comes is covered by capacity that left: (window of an account with a clause), unit of group."""
    ruled = case.labels("clause_rule") == "replacement"
    rows = []
    for account, name in enumerate(case.labels("account")):
        bound = case.binds[ruled & (case.labels("clause_subject") == name)].any(axis=0)
        rows += _windows(case, account, bound)
    return together(rows)


def _moved(case: Case) -> Array:
    """Standing capacity that each step concerns, the larger of what leaves and what comes: (step), unit of group."""
    counts = case.given["capacity"] * case.given["standing"]
    return np.maximum(counts[case.step_start], counts[case.step_end])


def _allowed(case: Case, pace: str) -> Array:
    """Capacity that may change: (group, planned year), unit of group; infinite without a pace."""
    share, base, span = case.given[pace], case.given["base_capacity"], case.given["span"][PLAN]
    return np.where(np.isfinite(share), share * base, np.inf)[:, None] * span


def pace_of_moves(case: Case) -> Rows:
    """Capacity that moves in a year: (group with a pace, planned year), unit of group."""
    paced = np.isfinite(case.given["pace_moves"])
    moved = total(_moved(case)[:, None] * case.found["move"][:, PLAN], case.line_group[case.step_line], case.size("group"))
    return at_most(moved[paced], term(_allowed(case, "pace_moves")[paced]))


def pace_of_retrofits(case: Case) -> Rows:
    """Capacity that one measure reaches in a year: (group with a pace and measure, planned year), unit of group."""
    measures = case.size("measure")
    group = case.line_group[case.retrofit_line]
    reached = case.given["fit_capacity"][:, None] * case.found["install"][:, PLAN]
    cell = group * measures + case.retrofit_measure
    used = np.unique(cell[np.isfinite(case.given["pace_retrofits"])[group]])
    return at_most(total(reached, cell, case.size("group") * measures)[used], term(_allowed(case, "pace_retrofits")[used // measures]))
