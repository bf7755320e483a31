"""Sets, parameters and variables of cost, investment and budgets."""

import numpy as np
import pyomo.environ as pyo

from model.build.declare import Draft, Values
from model.build.keys import Keys, column, keys
from model.names import SOURCES_IN, Cost, GoodKind, Scope

ENERGY_KINDS = (GoodKind.FUEL, GoodKind.POWER)
CARBON_SOURCES = tuple(str(source) for source in SOURCES_IN[Scope.ONE])
"""The national market prices direct emissions."""


def declare_money(draft: Draft) -> None:
    """Unit costs by item; what is bought counts as energy or feedstock by its kind."""
    draft.add_set("cost_items", [str(item) for item in Cost])
    for name in ("step_cash", "step_annuity"):
        draft.add_array(name, "steps")
    for name in ("fit_cash", "fit_annuity", "variable_change"):
        draft.add_array(name, "fits")
    draft.add_array("fixed", "states")
    draft.add_values("variable", draft.sparse("variable", draft.values("state_good") != ""), "producing")
    draft.add_array("price", "goods", "years")
    draft.add_array("sell_price", "goods", "years")
    draft.add_array("carbon_price", "years")
    draft.add_set("purchase_items", [str(Cost.ENERGY), str(Cost.FEEDSTOCK)])
    items = [str(Cost.ENERGY if kind in ENERGY_KINDS else Cost.FEEDSTOCK) for kind in draft.values("good_kind").tolist()]
    draft.add_groups("bought_as", "purchase_items", Keys((column(items),)), draft.labels.of("good"))
    draft.add_set("priced_sources", CARBON_SOURCES)
    yearly, total = float(draft.x["yearly_budget"]), float(draft.x["total_budget"])
    plan = draft.members("plan_years")
    binding = plan if np.isfinite(yearly) else plan.take(np.zeros(0, dtype=np.int64))
    once = keys([1] if np.isfinite(total) else [])
    draft.add_set("yearly_budgets", binding)
    draft.add_set("total_budgets", once)
    draft.add_values("yearly_budget", Values(binding, np.full(len(binding), yearly)), "yearly_budgets")
    draft.add_values("total_budget", Values(once, np.full(len(once), total)), "total_budgets")
    draft.add_array("span", "years")
    draft.add_variable("cost", "cost_items", "years", domain=pyo.Reals)
    draft.add_variable("investment", "plan_years", domain=pyo.NonNegativeReals)
