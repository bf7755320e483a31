"""Emissions by source, the objectives, and what may be bought, sold and done when, summed by hand."""

import pytest

from hand.conftest import CaseMaker
from model.names import Goal

KILN = ("kiln_a", "kiln")
PACKAGE = ("kiln_a", "package")
NOTHING = {name: {} for name in ("direct", "use", "factor", "change", "direct_change", "need", "segment_direct", "embodied")}


def test_emissions_by_source_of_fuel(case: CaseMaker) -> None:
    """Coal 4 x 0.1 x 20 = 8, less 1 x 0.1 x 10 = 1, segment (0.2 + 3 x 0.1) x 6 = 3: 8 - 1 + 3 = 10."""
    arrays = NOTHING | {
        "use": {(*KILN, "coal"): 4},
        "change": {(*PACKAGE, "coal"): -1},
        "need": {("cement_goods", "coal"): 3},
        "segment_direct": {("cement_goods", "fuel"): 0.2},
        "factor": {("coal", "fuel", 2021): 0.1},
    }
    rows = case("emissions_by_source", **arrays)
    point = {"make": {(*KILN, 2021): 20}, "fitted": {(*PACKAGE, 2021): 10}, "output": {("cement_goods", 2021): 6}}
    assert rows.miss("fuel", 2021, **point, emission={("fuel", 2021): 10}) == pytest.approx(0)
    assert rows.miss("fuel", 2021, **point) == pytest.approx(-10)
    assert rows.miss("process", 2021, **point) == 0


def test_emissions_by_source_of_processes(case: CaseMaker) -> None:
    """0.5 x 20 - 0.25 x 8 = 8 from the process; power is of its own source."""
    arrays = NOTHING | {"direct": {(*KILN, "process"): 0.5}, "direct_change": {(*PACKAGE, "process"): -0.25}}
    rows = case("emissions_by_source", **arrays)
    point = {"make": {(*KILN, 2021): 20}, "fitted": {(*PACKAGE, 2021): 8}}
    assert rows.miss("process", 2021, **point, emission={("process", 2021): 8, ("power", 2021): 99}) == 0


def test_emissions_by_source_of_imports(case: CaseMaker) -> None:
    """Ore 0.05 x 100 = 5 where bought; what is made of it emits no imports."""
    rows = case("emissions_by_source", **(NOTHING | {"embodied": {("ore", 2021): 0.05}, "use": {(*KILN, "ore"): 9}}))
    point = {"buy": {("ore", 2021): 100}, "make": {(*KILN, 2021): 20}}
    assert rows.miss("imports", 2021, **point, emission={("imports", 2021): 5}) == pytest.approx(0)
    assert rows.miss("fuel", 2021, **point) == 0


def test_emissions_by_source_of_what_a_segment_makes(case: CaseMaker) -> None:
    """A segment that gives coal away emits nothing for it: 0 - max(-3, 0) x 0.1 x 6 = 0."""
    rows = case("emissions_by_source", **(NOTHING | {"need": {("cement_goods", "coal"): -3}, "factor": {("coal", "fuel", 2021): 0.1}}))
    assert rows.miss("fuel", 2021, output={("cement_goods", 2021): 6}) == 0


def test_emissions_by_source_follow_the_years_factor(case: CaseMaker) -> None:
    """The grid gets cleaner: 2 x 0.5 x 10 = 10 in 2020, 2 x 0.2 x 10 = 4 in 2023."""
    factor = {("grid_power", "power", 2020): 0.5, ("grid_power", "power", 2023): 0.2}
    rows = case("emissions_by_source", **(NOTHING | {"use": {(*KILN, "grid_power"): 2}, "factor": factor}))
    assert rows.miss("power", 2020, make={(*KILN, 2020): 10}) == -10
    assert rows.miss("power", 2023, make={(*KILN, 2023): 10}) == -4


def test_objective_of_shortfall(case: CaseMaker) -> None:
    """30 of 60 missed in a year that counts once, 10 of 40 in one that counts twice: 1 x 30 / 60 + 2 x 10 / 40 = 1."""
    rows = case("one_move", span={2021: 1, 2022: 2}, clause_value={("target_output", 2021): 1, ("target_value", 2022): 1},
                clause_scale={("target_output", 2021): 60, ("target_value", 2022): 40})  # fmt: skip
    assert rows.objective(Goal.SHORTFALL, shortfall={("target_output", 2021): 30, ("target_value", 2022): 10}) == pytest.approx(1)


def test_objective_of_emissions(case: CaseMaker) -> None:
    """1 x (10 + 5) + 2 x 20 = 55; the base year's 100 is no decision."""
    rows = case("one_move", span={2021: 1, 2022: 2})
    emission = {("fuel", 2020): 100, ("fuel", 2021): 10, ("imports", 2021): 5, ("process", 2022): 20}
    assert rows.objective(Goal.EMISSIONS, emission=emission) == 55


def test_objective_of_cost(case: CaseMaker) -> None:
    """1 x (10 - 4) + 2 x 20 = 46; revenue is a negative cost, the base year's 100 does not count."""
    rows = case("one_move", span={2021: 1, 2022: 2})
    cost = {("capital", 2020): 100, ("energy", 2021): 10, ("revenue", 2021): -4, ("fixed", 2022): 20}
    assert rows.objective(Goal.COST, cost=cost) == 46


def test_bounds_of_trade(case: CaseMaker) -> None:
    """Up to 7 of scrap may be bought, any coal, no steel; up to 3 of clinker may be sold, any steel, no coal."""
    rows = case("one_move", supply={("scrap", 2021): 7, ("steel", 2021): 0}, sales={("clinker", 2021): 3, ("coal", 2021): 0})
    assert [rows.bounds("buy", good, 2021) for good in ("scrap", "coal", "steel")] == [(0, 7), (0, None), (0, 0)]
    assert [rows.bounds("sell", good, 2021) for good in ("clinker", "steel", "coal")] == [(0, 3), (0, None), (0, 0)]


def test_bounds_of_windows(case: CaseMaker) -> None:
    """A move and a measure are shut outside their windows."""
    rows = case("one_move", open={("site_c", "build_arc", 2022): 1}, measure_open={(*PACKAGE, 2023): 1})
    assert [rows.bounds("move", "site_c", "build_arc", year) for year in (2021, 2022)] == [(0, 0), (0, 1)]
    assert [rows.bounds("install", *PACKAGE, year) for year in (2022, 2023)] == [(0, 0), (0, 1)]
