"""Costs, investment and budgets, summed by hand."""

import pytest

from hand.conftest import CaseMaker

BUILD = ("site_c", "build_arc")
FURNACE = ("site_c", "eaf")
HEAT = ("kiln_a", "heat_recovery")
KILN = ("kiln_a", "kiln")


def test_investment_sum_holds(case: CaseMaker) -> None:
    """4 for the move and 2 for the measure: 6 - (4 + 2) = 0; 5 would miss 1."""
    rows = case("investment_sum", step_cash={BUILD: 4}, fit_cash={HEAT: 2})
    point = {"move": {(*BUILD, 2021): 1}, "install": {(*HEAT, 2021): 1}}
    assert rows.miss(2021, **point, investment={2021: 6}) == 0
    assert rows.miss(2021, **point, investment={2021: 5}) == -1


def test_investment_sum_of_its_own_year(case: CaseMaker) -> None:
    """A move of 2022 is no cash of 2021: 3 - 0 = 3 too much; 2020 has no row."""
    rows = case("investment_sum", step_cash={BUILD: 4}, fit_cash={})
    assert rows.miss(2021, move={(*BUILD, 2022): 1}, investment={2021: 3}) == 3
    assert not rows.applies(2020)


@pytest.mark.parametrize(("spent", "expected"), [(10, 0), (6, 4), (12, -2)])
def test_yearly_budget_limit(case: CaseMaker, spent: float, expected: float) -> None:
    """Budget 10: 10 - 10 = 0 binding, 10 - 6 = 4 slack, 10 - 12 = -2 broken; 2 x 10 where a year stands for two."""
    rows = case("yearly_budget_limit", yearly_budget=10.0, span={2021: 1, 2022: 2})
    assert rows.slack(2021, investment={2021: spent}) == expected
    assert rows.slack(2022, investment={2022: spent}) == expected + 10


def test_yearly_budget_limit_not_without_a_budget(case: CaseMaker) -> None:
    """An infinite budget is no row."""
    assert len(case("yearly_budget_limit", yearly_budget=float("inf")).rows) == 0


@pytest.mark.parametrize(("later", "expected"), [(7, 0), (3, 4), (8, -1)])
def test_total_budget_limit(case: CaseMaker, later: float, expected: float) -> None:
    """Budget 12, 5 spent in 2021: 12 - 5 - 7 = 0 binding, 12 - 5 - 3 = 4 slack, 12 - 5 - 8 = -1 broken."""
    rows = case("total_budget_limit", total_budget=12.0)
    assert rows.slack(1, investment={2021: 5, 2023: later}) == expected


def test_total_budget_limit_not_without_a_budget(case: CaseMaker) -> None:
    """An infinite budget is no row."""
    assert len(case("total_budget_limit", total_budget=float("inf")).rows) == 0


def test_capital_cost_adds_up(case: CaseMaker) -> None:
    """1 from before, 0.4 for the move, 0.2 for the measure: 1.6 - 1.6 = 0; forgetting the past misses 1."""
    rows = case("capital_cost", step_annuity={BUILD: 0.4}, fit_annuity={HEAT: 0.2})
    point = {"move": {(*BUILD, 2022): 1}, "install": {(*HEAT, 2022): 1}}
    assert rows.miss(2022, 2021, **point, cost={("capital", 2021): 1, ("capital", 2022): 1.6}) == pytest.approx(0)
    assert rows.miss(2022, 2021, **point, cost={("capital", 2021): 1, ("capital", 2022): 0.6}) == pytest.approx(-1)


def test_capital_cost_stays(case: CaseMaker) -> None:
    """Nothing new: 1 - 1 = 0; the base year follows no year and has no row of this rule."""
    rows = case("capital_cost", step_annuity={BUILD: 0.4}, fit_annuity={})
    assert rows.miss(2022, 2021, move={(*BUILD, 2021): 1}, cost={("capital", 2021): 1, ("capital", 2022): 1}) == 0
    assert not any(index[0] == 2020 for index in rows.rows)


@pytest.mark.parametrize("spent", [0, 3])
def test_base_capital(case: CaseMaker, spent: float) -> None:
    """Old capital is sunk: 0 - 0 = 0 holds, 3 - 0 = 3 does not; 2021 has no row."""
    rows = case("base_capital")
    assert rows.miss(2020, cost={("capital", 2020): spent}) == spent
    assert not rows.applies(2021)


def test_fixed_cost(case: CaseMaker) -> None:
    """2 x 1 for what stands, 5 x 0 for what does not: 2 - 2 = 0; a point that says 7 is 5 too much."""
    rows = case("fixed_cost", fixed={KILN: 2, FURNACE: 5})
    on = {(*KILN, 2021): 1}
    assert rows.miss(2021, on=on, cost={("fixed", 2021): 2}) == 0
    assert rows.miss(2021, on=on, cost={("fixed", 2021): 7}) == 5


def test_fixed_cost_of_two_lines(case: CaseMaker) -> None:
    """Both stand: 0 - (2 + 5) = -7 while no cost is booked, in the base year too."""
    rows = case("fixed_cost", fixed={KILN: 2, FURNACE: 5})
    assert rows.miss(2020, on={(*KILN, 2020): 1, (*FURNACE, 2020): 1}) == -7


def test_variable_cost(case: CaseMaker) -> None:
    """0.5 x 20 made - 0.1 x 10 fitted = 9: 9 - 9 = 0; without the measure 9 - 10 = -1."""
    rows = case("variable_cost", variable={KILN: 0.5}, variable_change={HEAT: -0.1})
    make = {(*KILN, 2021): 20}
    assert rows.miss(2021, make=make, fitted={(*HEAT, 2021): 10}, cost={("variable", 2021): 9}) == pytest.approx(0)
    assert rows.miss(2021, make=make, cost={("variable", 2021): 9}) == pytest.approx(-1)


def test_purchase_cost_of_energy(case: CaseMaker) -> None:
    """Coal 2 x 10 + power 3 x 4 = 32 is energy: 32 - 32 = 0; the ore's 5 x 6 = 30 is not."""
    rows = case("purchase_cost", price={("coal", 2021): 2, ("grid_power", 2021): 3, ("ore", 2021): 5})
    buy = {("coal", 2021): 10, ("grid_power", 2021): 4, ("ore", 2021): 6}
    assert rows.miss("energy", 2021, buy=buy, cost={("energy", 2021): 32}) == 0
    assert rows.miss("feedstock", 2021, buy=buy, cost={("feedstock", 2021): 32}) == 2


def test_purchase_cost_of_its_year(case: CaseMaker) -> None:
    """A price of 2021 is no price of 2022: 0 - 0 = 0; other items have no row."""
    rows = case("purchase_cost", price={("coal", 2021): 2})
    assert rows.miss("energy", 2022, buy={("coal", 2022): 10}) == 0
    assert not rows.applies("carbon", 2021)


def test_carbon_cost(case: CaseMaker) -> None:
    """0.5 x (10 + 20 + 2) = 16: 16 - 16 = 0; power's 40 and imports' 8 are not priced."""
    rows = case("carbon_cost", carbon_price={2021: 0.5})
    emission = {("fuel", 2021): 10, ("process", 2021): 20, ("pfc", 2021): 2, ("power", 2021): 40, ("imports", 2021): 8}
    assert rows.miss(2021, emission=emission, cost={("carbon", 2021): 16}) == 0
    assert rows.miss(2021, emission=emission) == -16


def test_carbon_cost_without_a_price(case: CaseMaker) -> None:
    """Price 0: 0 - 0 x 10 = 0."""
    assert case("carbon_cost", carbon_price={2021: 0.5}).miss(2022, emission={("fuel", 2022): 10}) == 0


def test_revenue(case: CaseMaker) -> None:
    """Steel 4 x 10 + clinker 2 x 3 = 46 is earned: -46 + 46 = 0; what is bought earns nothing."""
    rows = case("revenue", sell_price={("steel", 2021): 4, ("clinker", 2021): 2})
    sell = {("steel", 2021): 10, ("clinker", 2021): 3}
    assert rows.miss(2021, sell=sell, buy={("steel", 2021): 9}, cost={("revenue", 2021): -46}) == 0
    assert rows.miss(2021, sell=sell) == 46
