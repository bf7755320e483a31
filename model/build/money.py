"""Sets, parameters and variables of cost, investment and budgets."""

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from model.build.declare import add_groups, add_set, add_values, every, sparse
from model.names import SOURCES_IN, Cost, GoodKind, Scope

ENERGY_KINDS = (GoodKind.FUEL, GoodKind.POWER)
CARBON_SOURCES = tuple(str(source) for source in SOURCES_IN[Scope.ONE])
"""The national market prices direct emissions."""


def declare_money(m: pyo.ConcreteModel, x: xr.Dataset) -> None:
    """Unit costs by item; what is bought counts as energy or feedstock by its kind."""
    add_set(m, "cost_items", [str(item) for item in Cost])
    for name in ("step_cash", "step_annuity"):
        add_values(m, name, every(x, name), m.steps)
    for name in ("fit_cash", "fit_annuity", "variable_change"):
        add_values(m, name, every(x, name), m.fits)
    add_values(m, "fixed", every(x, "fixed"), m.states)
    producing = x["state_good"].values != ""
    add_values(m, "variable", sparse(x, "variable", producing), m.producing)
    add_values(m, "price", every(x, "price"), m.goods, m.years)
    add_values(m, "sell_price", every(x, "sell_price"), m.goods, m.years)
    add_values(m, "carbon_price", every(x, "carbon_price"), m.years)
    add_set(m, "purchase_items", [str(Cost.ENERGY), str(Cost.FEEDSTOCK)])
    kinds = zip(x["good"].values.tolist(), x["good_kind"].values.tolist(), strict=True)
    items = [(str(Cost.ENERGY if kind in ENERGY_KINDS else Cost.FEEDSTOCK), good) for good, kind in kinds]
    add_groups(m, "bought_as", m.purchase_items, items)
    add_set(m, "priced_sources", CARBON_SOURCES)
    yearly, total = float(x["yearly_budget"]), float(x["total_budget"])
    add_set(m, "yearly_budgets", m.plan_years if np.isfinite(yearly) else [])
    add_set(m, "total_budgets", [1] if np.isfinite(total) else [])
    add_values(m, "yearly_budget", dict.fromkeys(m.yearly_budgets, yearly), m.yearly_budgets)
    add_values(m, "total_budget", dict.fromkeys(m.total_budgets, total), m.total_budgets)
    add_values(m, "span", every(x, "span"), m.years)
    m.cost = pyo.Var(m.cost_items, m.years, domain=pyo.Reals)
    m.investment = pyo.Var(m.plan_years, domain=pyo.NonNegativeReals)
