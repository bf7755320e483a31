"""Goods and segments, summed by hand."""

import pytest

from hand.conftest import CaseMaker

KILN = ("kiln_a", "kiln")


def test_balance_holds(case: CaseMaker) -> None:
    """Power: bought 19 = used 0.1 x 100 + saved -0.5 x 10 + segment 2 x 4 + demand 5 + sold 1 = 10 - 5 + 8 + 5 + 1."""
    rows = case("balance", use={(*KILN, "grid_power"): 0.1}, change={("kiln_a", "package", "grid_power"): -0.5},
                need={("cement_goods", "grid_power"): 2}, demand={("grid_power", 2021): 5})  # fmt: skip
    point = {"make": {(*KILN, 2021): 100}, "fitted": {("kiln_a", "package", 2021): 10}, "output": {("cement_goods", 2021): 4},
             "sell": {("grid_power", 2021): 1}, "buy": {("grid_power", 2021): 19}}  # fmt: skip
    assert rows.miss("grid_power", 2021, **point) == pytest.approx(0)


def test_balance_broken(case: CaseMaker) -> None:
    """Clinker: made 25 and bought 0, used by the segment 1 x 20, demand 3, sold 4: 25 - 27 = -2."""
    rows = case("balance", use={}, need={("cement_goods", "clinker"): 1}, demand={("clinker", 2021): 3})
    point = {"make": {(*KILN, 2021): 25}, "output": {("cement_goods", 2021): 20}, "sell": {("clinker", 2021): 4}}
    assert rows.miss("clinker", 2021, **point) == -2


def test_balance_of_what_a_segment_makes(case: CaseMaker) -> None:
    """A negative need is a product: bought 0 - (-2 x 3) - sold 6 = 0."""
    rows = case("balance", use={}, change={}, need={("cement_goods", "scrap"): -2}, demand={})
    assert rows.miss("scrap", 2021, output={("cement_goods", 2021): 3}, sell={("scrap", 2021): 6}) == 0


def test_balance_of_a_place(case: CaseMaker) -> None:
    """Hot metal stays at the works: made 80 - 1 x 72 used there = 8 too much; the steel is no part of it."""
    rows = case("balance", use={("converter_a", "bof", "hot_metal@works"): 1}, change={}, need={}, demand={})
    point = {"make": {("furnace_a", "blast_furnace", 2021): 80, ("converter_a", "bof", 2021): 72}}
    assert rows.miss("hot_metal@works", 2021, **point) == 8
    assert not rows.applies("hot_metal", 2021)


def test_sales_binding(case: CaseMaker) -> None:
    """2 for each unit of output: 50 + 30 - 2 x 40 = 0."""
    rows = case("sales", pull={("steel_sales", "steel"): 2})
    point = {"make": {("converter_a", "bof", 2021): 50, ("site_c", "eaf", 2021): 30}, "output": {("steel_sales", 2021): 40}}
    assert rows.slack("steel_sales", "steel", 2021, **point) == 0


def test_sales_broken(case: CaseMaker) -> None:
    """Bought steel is none of the lines': 50 - 2 x 40 = -30."""
    rows = case("sales", pull={("steel_sales", "steel"): 2})
    point = {"make": {("converter_a", "bof", 2021): 50}, "buy": {("steel", 2021): 30}, "output": {("steel_sales", 2021): 40}}
    assert rows.slack("steel_sales", "steel", 2021, **point) == -30


def test_sales_slack(case: CaseMaker) -> None:
    """100 - 2 x 40 = 20."""
    rows = case("sales", pull={("steel_sales", "steel"): 2})
    assert rows.slack("steel_sales", "steel", 2021, make={("converter_a", "bof", 2021): 100}, output={("steel_sales", 2021): 40}) == 20


def test_sales_not_of_other_segments(case: CaseMaker) -> None:
    """Cement goods use clinker, they do not sell it: no row."""
    assert not case("sales", pull={("steel_sales", "steel"): 2}).applies("cement_goods", "clinker", 2021)


@pytest.mark.parametrize(("output", "expected"), [(20, 0), (26, 6), (15, -5)])
def test_growth_least(case: CaseMaker, output: float, expected: float) -> None:
    """Least 20: 20 - 20 = 0 binding, 26 - 20 = 6 slack, 15 - 20 = -5 broken."""
    rows = case("growth_least", least={("cement_goods", 2021): 20})
    assert rows.slack("cement_goods", 2021, output={("cement_goods", 2021): output}) == expected


def test_growth_least_of_zero(case: CaseMaker) -> None:
    """A segment whose market keeps nothing may shrink to 0: 0 - 0 = 0."""
    assert case("growth_least", least={("cement_goods", 2021): 20}).slack("steel_sales", 2021) == 0


@pytest.mark.parametrize(("output", "expected"), [(24, 0), (20, 4), (30, -6)])
def test_growth_most(case: CaseMaker, output: float, expected: float) -> None:
    """Most 24: 24 - 24 = 0 binding, 24 - 20 = 4 slack, 24 - 30 = -6 broken."""
    rows = case("growth_most", most={("cement_goods", 2021): 24})
    assert rows.slack("cement_goods", 2021, output={("cement_goods", 2021): output}) == expected


def test_growth_most_of_its_own_year(case: CaseMaker) -> None:
    """24 in 2021 and 26 in 2022: 26 - 25 = 1 of slack in 2022."""
    rows = case("growth_most", most={("cement_goods", 2021): 24, ("cement_goods", 2022): 26})
    assert rows.slack("cement_goods", 2022, output={("cement_goods", 2022): 25}) == 1
