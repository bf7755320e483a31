"""Twins of the rules on investment, budgets and cost items; all in 100M CNY."""

import numpy as np

from model.examine.case import BEFORE, PLAN, Case
from model.examine.rows import Array, Rows, Sum, at_most, equal, term, together, weighted
from model.names import SOURCES_IN, Cost, GoodKind, Scope


def _cost(case: Case, item: Cost) -> Array:
    """A cost item: (year)."""
    return np.asarray(case.found["cost"][case.labels("cost_item") == str(item)][0])


def _spent(case: Case, kind: str) -> Sum:
    """Cash or annuity of the year's moves and retrofits: (planned year)."""
    moves = weighted(case.given[f"step_{kind}"], case.found["move"][:, PLAN])
    return moves + weighted(case.given[f"fit_{kind}"], case.found["install"][:, PLAN])


def investment_sum(case: Case) -> Rows:
    """Investment is the cash of moves and retrofits: (planned year)."""
    return equal(term(case.found["investment"][PLAN]), _spent(case, "cash"))


def yearly_budget_limit(case: Case) -> Rows:
    """Investment within the yearly budget: (planned year), if there is one."""
    budget = case.given["yearly_budget"]
    rows = at_most(term(case.found["investment"][PLAN]), term(budget * case.given["span"][PLAN]))
    return rows if np.isfinite(budget) else together([])


def total_budget_limit(case: Case) -> Rows:
    """Investment of all years within the total budget: one row, if there is one."""
    budget = case.given["total_budget"]
    rows = at_most(term(case.found["investment"][PLAN]).sum(), term(budget))
    return rows if np.isfinite(budget) else together([])


def capital_cost(case: Case) -> Rows:
    """Capital cost grows by the annuities of the year: (planned year)."""
    capital = _cost(case, Cost.CAPITAL)
    return equal(term(capital[PLAN]), term(capital[BEFORE]) + _spent(case, "annuity"))


def base_capital(case: Case) -> Rows:
    """Capital of before the base year is sunk: one row."""
    return equal(term(_cost(case, Cost.CAPITAL)[0]), term(0))


def fixed_cost(case: Case) -> Rows:
    """Fixed cost of what stands: (year)."""
    return equal(term(_cost(case, Cost.FIXED)), weighted(case.given["fixed"], case.found["on"]))


def variable_cost(case: Case) -> Rows:
    """Variable cost of what is made, with what measures change: (year)."""
    made = weighted(case.given["variable"], case.found["make"])
    return equal(term(_cost(case, Cost.VARIABLE)), made + weighted(case.given["variable_change"], case.found["fitted"]))


def purchase_cost(case: Case) -> Rows:
    """Bought goods at their price, energy apart from feedstock: (item x year)."""
    paid = term(case.given["price"] * case.found["buy"])
    energy = np.isin(case.labels("good_kind"), [str(GoodKind.FUEL), str(GoodKind.POWER)])
    rows = [equal(term(_cost(case, item)), paid[goods].sum()) for item, goods in ((Cost.ENERGY, energy), (Cost.FEEDSTOCK, ~energy))]
    return together(rows)


def carbon_cost(case: Case) -> Rows:
    """Direct emissions at the carbon price: (year)."""
    priced = np.isin(case.labels("source"), [str(source) for source in SOURCES_IN[Scope.ONE]])
    return equal(term(_cost(case, Cost.CARBON)), case.given["carbon_price"] * term(case.found["emission"][priced]).sum())


def revenue(case: Case) -> Rows:
    """What is sold outside, as negative cost: (year)."""
    earned = term(case.given["sell_price"] * case.found["sell"]).sum()
    return equal(term(_cost(case, Cost.REVENUE)) + earned, term(0))
