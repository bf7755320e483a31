"""Table of contents: one twin for each rule of the formulation, under the rule's name."""

from collections.abc import Callable

from model.examine import clauses, emissions, goods, measures, money, paths, production, quota
from model.examine.case import Case
from model.examine.rows import Rows

Twin = Callable[[Case], Rows]

_ROOMS: tuple[Twin, ...] = (
    paths.one_configuration, paths.base_configuration, paths.configuration_flow, paths.one_move, paths.companions, paths.end_of_life,
    production.base_production, production.most_production, production.least_production,
    measures.base_measures, measures.measure_flow, measures.measure_host, measures.measure_loss, measures.exclusive_measures,
    measures.fitted_production, measures.fitted_installation,
    measures.benchmark_standing, measures.benchmark_reached, measures.baseline_reached, measures.new_at_benchmark,
    goods.balance, goods.sales, goods.growth_least, goods.growth_most,
    clauses.capacity_cap, clauses.no_new_capacity, quota.replacement, clauses.value_target, clauses.production_floor,
    clauses.utilisation_floor, clauses.benchmark_share, clauses.route_share, clauses.green_power_share, clauses.energy_intensity,
    quota.pace_of_moves, quota.pace_of_retrofits,
    money.investment_sum, money.yearly_budget_limit, money.total_budget_limit,
    emissions.emissions_by_source,
    money.capital_cost, money.base_capital, money.fixed_cost, money.variable_cost, money.purchase_cost, money.carbon_cost, money.revenue,
)  # fmt: skip

TWINS: dict[str, Twin] = {twin.__name__: twin for twin in _ROOMS}
"""Name of a rule -> its second statement; the order is the formulation's."""
