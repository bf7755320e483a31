"""Clauses of the plan, summed by hand."""

import pytest

from hand.conftest import CaseMaker

BOF = ("converter_a", "bof")
EAF = ("arc_b", "eaf")
GREEN = ("arc_b", "eaf_green")
KILN = ("kiln_a", "kiln")
NEW_KILN = ("kiln_b", "kiln_new")


def test_capacity_cap_binding(case: CaseMaker) -> None:
    """Listed 100 + 20 under a cap of 120: 120 - 120 = 0."""
    rows = case("capacity_cap", capacity={BOF: 100, EAF: 20}, clause_value={("cap_steel", 2022): 120})
    assert rows.slack("cap_steel", "crude_steel", 2022, on={(*BOF, 2022): 1, (*EAF, 2022): 1}) == 0


def test_capacity_cap_broken(case: CaseMaker) -> None:
    """110 - (100 + 20) = -10; a cap is no target and has no shortfall."""
    rows = case("capacity_cap", capacity={BOF: 100, EAF: 20}, clause_value={("cap_steel", 2022): 110})
    point = {"on": {(*BOF, 2022): 1, (*EAF, 2022): 1}, "shortfall": {("cap_steel", 2022): 10}}
    assert rows.slack("cap_steel", "crude_steel", 2022, **point) == -10


def test_capacity_cap_slack(case: CaseMaker) -> None:
    """What is retired or of another group does not count: 120 - 100 = 20."""
    rows = case("capacity_cap", capacity={BOF: 100, EAF: 20, ("arc_b", "retired"): 20, KILN: 30}, clause_value={("cap_steel", 2022): 120})
    on = {(*BOF, 2022): 1, ("arc_b", "retired", 2022): 1, (*KILN, 2022): 1}
    assert rows.slack("cap_steel", "crude_steel", 2022, on=on) == 20


def test_capacity_cap_not_before_its_year(case: CaseMaker) -> None:
    """The cap binds from 2022 on: no row in 2021."""
    rows = case("capacity_cap", clause_value={("cap_steel", 2022): 120, ("cap_steel", 2023): 120})
    assert [index[2] for index in rows.rows] == [2022, 2023]


@pytest.mark.parametrize(("base", "expected"), [(100, 0), (130, 30), (90, -10)])
def test_no_new_capacity(case: CaseMaker, base: float, expected: float) -> None:
    """100 stands: against 100 of the base year 0, against 130 30, against 90 -10."""
    rows = case(
        "no_new_capacity",
        capacity={("furnace_a", "blast_furnace"): 100},
        base_capacity={"iron": base},
        clause_value={("freeze_iron", 2021): 0},
    )
    assert rows.slack("freeze_iron", "iron", 2021, on={("furnace_a", "blast_furnace", 2021): 1}) == expected


def test_no_new_capacity_not_of_other_groups(case: CaseMaker) -> None:
    """Only iron is frozen, and not before 2021."""
    rows = case("no_new_capacity", clause_value={("freeze_iron", 2021): 0})
    assert list(rows.rows) == [("freeze_iron", "iron", 2021)]


def test_value_target_binding(case: CaseMaker) -> None:
    """All output counts once, half of the other's: 1 x 20 + 0.5 x 40 = 40; 40 - 40 = 0."""
    rows = case("value_target", clause_weight={("target_output", "cement_goods"): 1, ("target_output", "steel_sales"): 0.5},
                clause_value={("target_output", 2023): 40})  # fmt: skip
    assert rows.slack("target_output", 2023, output={("cement_goods", 2023): 20, ("steel_sales", 2023): 40}) == 0


def test_value_target_missed(case: CaseMaker) -> None:
    """20 reached of 50: 20 - 50 = -30; with a shortfall of 30 it holds, 20 + 30 - 50 = 0."""
    rows = case("value_target", clause_weight={("target_output", "cement_goods"): 1}, clause_value={("target_output", 2023): 50})
    output = {("cement_goods", 2023): 20, ("steel_sales", 2023): 40}
    assert rows.slack("target_output", 2023, output=output) == -30
    assert rows.slack("target_output", 2023, output=output, shortfall={("target_output", 2023): 30}) == 0


def test_value_target_slack(case: CaseMaker) -> None:
    """60 reached of 50: 10; the year before does not count."""
    rows = case("value_target", clause_weight={("target_output", "cement_goods"): 1}, clause_value={("target_output", 2023): 50})
    assert rows.slack("target_output", 2023, output={("cement_goods", 2023): 60, ("cement_goods", 2022): 5}) == 10
    assert not rows.applies("target_output", 2022)


def test_production_floor_binding(case: CaseMaker) -> None:
    """Two kilns make 12 + 8 of a floor of 20: 0; a shortfall of 3 would allow 17."""
    rows = case("production_floor", clause_value={("floor_clinker", 2022): 20})
    assert rows.slack("floor_clinker", "clinker", 2022, make={(*KILN, 2022): 12, (*NEW_KILN, 2022): 8}) == 0
    assert rows.slack("floor_clinker", "clinker", 2022, make={(*KILN, 2022): 17}, shortfall={("floor_clinker", 2022): 3}) == 0


def test_production_floor_broken(case: CaseMaker) -> None:
    """12 - 20 = -8; steel is no clinker."""
    rows = case("production_floor", clause_value={("floor_clinker", 2022): 20})
    assert rows.slack("floor_clinker", "clinker", 2022, make={(*KILN, 2022): 12, (*BOF, 2022): 50}) == -8


def test_production_floor_slack(case: CaseMaker) -> None:
    """25 - 20 = 5; there is no floor in 2023."""
    rows = case("production_floor", clause_value={("floor_clinker", 2022): 20})
    assert rows.slack("floor_clinker", "clinker", 2022, make={(*KILN, 2022): 25}) == 5
    assert not rows.applies("floor_clinker", "clinker", 2023)


def test_utilisation_floor_binding(case: CaseMaker) -> None:
    """0.8 x (100 + 20) = 96 = 86 + 10: 0."""
    rows = case("utilisation_floor", capacity={BOF: 100, EAF: 20}, clause_value={("load_steel", 2022): 0.8})
    point = {"on": {(*BOF, 2022): 1, (*EAF, 2022): 1}, "make": {(*BOF, 2022): 86, (*EAF, 2022): 10}}
    assert rows.slack("load_steel", "crude_steel", 2022, **point) == pytest.approx(0)


def test_utilisation_floor_missed(case: CaseMaker) -> None:
    """50 - 0.8 x 100 = -30; with a shortfall of 30: 0."""
    rows = case("utilisation_floor", capacity={BOF: 100}, clause_value={("load_steel", 2022): 0.8})
    point = {"on": {(*BOF, 2022): 1}, "make": {(*BOF, 2022): 50}}
    assert rows.slack("load_steel", "crude_steel", 2022, **point) == pytest.approx(-30)
    assert rows.slack("load_steel", "crude_steel", 2022, **point, shortfall={("load_steel", 2022): 30}) == pytest.approx(0)


def test_utilisation_floor_slack(case: CaseMaker) -> None:
    """90 - 0.8 x 100 = 10; no row before 2022."""
    rows = case("utilisation_floor", capacity={BOF: 100}, clause_value={("load_steel", 2022): 0.8})
    assert rows.slack("load_steel", "crude_steel", 2022, on={(*BOF, 2022): 1}, make={(*BOF, 2022): 90}) == pytest.approx(10)
    assert not rows.applies("load_steel", "crude_steel", 2021)


def test_benchmark_share_binding(case: CaseMaker) -> None:
    """Of 30 + 10 standing a quarter, 10, is at the level: 10 - 0.25 x 40 = 0."""
    rows = case("benchmark_share", capacity={KILN: 30, NEW_KILN: 10}, benchmark_gap={KILN: 5, NEW_KILN: 5},
                clause_value={("benchmark_level", 2023): 0.25})  # fmt: skip
    point = {"on": {(*KILN, 2023): 1, (*NEW_KILN, 2023): 1}, "benchmark": {(*NEW_KILN, 2023): 1}}
    assert rows.slack("benchmark_level", "clinker", 2023, **point) == 0


def test_benchmark_share_missed(case: CaseMaker) -> None:
    """A kiln without a level stands but can never count: 0 - 0.25 x 40 = -10, or 0 with a shortfall of 10."""
    rows = case(
        "benchmark_share", capacity={KILN: 30, NEW_KILN: 10}, benchmark_gap={NEW_KILN: 5}, clause_value={("benchmark_level", 2023): 0.25}
    )
    on = {(*KILN, 2023): 1, (*NEW_KILN, 2023): 1}
    assert rows.slack("benchmark_level", "clinker", 2023, on=on) == -10
    assert rows.slack("benchmark_level", "clinker", 2023, on=on, shortfall={("benchmark_level", 2023): 10}) == 0


def test_benchmark_share_slack(case: CaseMaker) -> None:
    """30 - 0.25 x 40 = 20; no row in 2022."""
    rows = case(
        "benchmark_share", capacity={KILN: 30, NEW_KILN: 10}, benchmark_gap={KILN: 5}, clause_value={("benchmark_level", 2023): 0.25}
    )
    point = {"on": {(*KILN, 2023): 1, (*NEW_KILN, 2023): 1}, "benchmark": {(*KILN, 2023): 1}}
    assert rows.slack("benchmark_level", "clinker", 2023, **point) == 20
    assert not rows.applies("benchmark_level", "clinker", 2022)


def test_route_share_binding(case: CaseMaker) -> None:
    """20 by the short route of 80 + 20: 20 - 0.2 x 100 = 0; both electric furnaces are short."""
    rows = case("route_share", clause_value={("short_share", 2023): 0.2})
    assert rows.slack("short_share", "crude_steel", 2023, make={(*BOF, 2023): 80, (*EAF, 2023): 15, (*GREEN, 2023): 5}) == 0


def test_route_share_missed(case: CaseMaker) -> None:
    """10 - 0.2 x 100 = -10; with a shortfall of 10: 0."""
    rows = case("route_share", clause_value={("short_share", 2023): 0.2})
    make = {(*BOF, 2023): 90, (*EAF, 2023): 10}
    assert rows.slack("short_share", "crude_steel", 2023, make=make) == -10
    assert rows.slack("short_share", "crude_steel", 2023, make=make, shortfall={("short_share", 2023): 10}) == 0


def test_route_share_slack(case: CaseMaker) -> None:
    """50 - 0.2 x 100 = 30; hot metal and clinker are no steel; no row in 2022."""
    rows = case("route_share", clause_value={("short_share", 2023): 0.2})
    make = {(*BOF, 2023): 50, (*EAF, 2023): 50, ("furnace_a", "blast_furnace", 2023): 50, (*KILN, 2023): 20}
    assert rows.slack("short_share", "crude_steel", 2023, make=make) == 30
    assert not rows.applies("short_share", "crude_steel", 2022)


def test_green_power_share_binding(case: CaseMaker) -> None:
    """4 x 5 green of 4 x 5 + 1 x 60 = 80: 20 - 0.25 x 80 = 0."""
    rows = case(
        "green_power_share",
        use={(*GREEN, "green_power"): 4, (*BOF, "grid_power"): 1},
        change={},
        clause_value={("green_share", 2023): 0.25},
    )
    assert rows.slack("green_share", "crude_steel", 2023, make={(*GREEN, 2023): 5, (*BOF, 2023): 60}) == 0


def test_green_power_share_missed(case: CaseMaker) -> None:
    """0 green of 100: 0 - 0.25 x 100 = -25; with a shortfall of 25: 0; coal and the kilns' power are no part of it."""
    rows = case("green_power_share", use={(*BOF, "grid_power"): 1, (*BOF, "coal"): 9, (*KILN, "grid_power"): 1}, change={},
                clause_value={("green_share", 2023): 0.25})  # fmt: skip
    make = {(*BOF, 2023): 100, (*KILN, 2023): 100}
    assert rows.slack("green_share", "crude_steel", 2023, make=make) == -25
    assert rows.slack("green_share", "crude_steel", 2023, make=make, shortfall={("green_share", 2023): 25}) == 0


def test_green_power_share_under_measures(case: CaseMaker) -> None:
    """A measure swaps 1 of grid for 2 of green on 10: green 20, power 2 x 50 + 10 x (2 - 1) = 110: 20 - 0.1 x 110 = 9."""
    fit = ("arc_b", "preheating")
    rows = case("green_power_share", use={(*EAF, "grid_power"): 2}, change={(*fit, "green_power"): 2, (*fit, "grid_power"): -1},
                clause_value={("green_share", 2023): 0.1})  # fmt: skip
    assert rows.slack("green_share", "crude_steel", 2023, make={(*EAF, 2023): 50}, fitted={(*fit, 2023): 10}) == pytest.approx(9)
    assert not rows.applies("green_share", "crude_steel", 2022)


ENERGY = {"equivalent": {("coal", 2023): 1, ("grid_power", 2023): 4}, "value_added": {"cement_goods": 0.5}, "base_intensity": 10.0,
          "clause_value": {("energy_fall", 2023): 0.8}}  # fmt: skip


def test_energy_intensity_binding(case: CaseMaker) -> None:
    """Coal 3 x 20, the measure -1 x 10, power 4 x 0.5 x 25: 60 - 10 + 50 = 100; allowed 0.8 x 10 x 0.5 x 25 = 100: 0."""
    rows = case("energy_intensity", use={(*KILN, "coal"): 3}, change={("kiln_a", "package", "coal"): -1},
                need={("cement_goods", "grid_power"): 0.5}, **ENERGY)  # fmt: skip
    point = {"make": {(*KILN, 2023): 20}, "fitted": {("kiln_a", "package", 2023): 10}, "output": {("cement_goods", 2023): 25}}
    assert rows.slack("energy_fall", 2023, **point) == pytest.approx(0)


def test_energy_intensity_missed(case: CaseMaker) -> None:
    """Coal 3 x 50 = 150 against 0.8 x 10 x 0.5 x 30 = 120: -30; with a shortfall of 30: 0."""
    rows = case("energy_intensity", use={(*KILN, "coal"): 3}, change={}, need={}, **ENERGY)
    point = {"make": {(*KILN, 2023): 50}, "output": {("cement_goods", 2023): 30}}
    assert rows.slack("energy_fall", 2023, **point) == pytest.approx(-30)
    assert rows.slack("energy_fall", 2023, **point, shortfall={("energy_fall", 2023): 30}) == pytest.approx(0)


def test_energy_intensity_slack(case: CaseMaker) -> None:
    """A good that a segment makes is no energy saved: 0.8 x 10 x 0.5 x 30 - 3 x 20 = 60, whatever coal it gives; none in 2022."""
    rows = case("energy_intensity", use={(*KILN, "coal"): 3}, change={}, need={("cement_goods", "coal"): -5}, **ENERGY)
    assert rows.slack("energy_fall", 2023, make={(*KILN, 2023): 20}, output={("cement_goods", 2023): 30}) == pytest.approx(60)
    assert not rows.applies("energy_fall", 2022)


def test_shortfall_only_of_targets_that_bind(case: CaseMaker) -> None:
    """A target may be missed in the years in which it binds; a cap, an idle year and a firm run allow 0 only."""
    values = {("target_output", 2023): 50, ("cap_steel", 2023): 120}
    rows = case("value_target", clause_value=values)
    assert rows.bounds("shortfall", "target_output", 2023) == (0, None)
    assert rows.bounds("shortfall", "target_output", 2022) == (0, 0)
    assert rows.bounds("shortfall", "cap_steel", 2023) == (0, 0)
    assert case("value_target", closest=False, clause_value=values).bounds("shortfall", "target_output", 2023) == (0, 0)
