"""The replacement ledger and the yearly pace, summed by hand."""

import pytest

from hand.conftest import CaseMaker

BUILD = ("site_c", "build_arc")
RETIRE = ("arc_b", "retire_arc")
STEEL = {"capacity": {("site_c", "eaf"): 40, ("arc_b", "eaf"): 20}, "ratio": {"build_arc": 1.25}, "lapse": {"steel_quota": 1}}


def test_replacement_binding(case: CaseMaker) -> None:
    """40 x 1.25 = 50 come, 20 left, 30 were at hand: 30 + 20 - 50 = 0."""
    rows = case("replacement", endowment={"steel_quota": 30}, **STEEL)
    assert rows.slack("steel_quota", 2020, 2021, move={(*BUILD, 2021): 1, (*RETIRE, 2021): 1}) == 0


def test_replacement_broken(case: CaseMaker) -> None:
    """Nothing has left: 30 - 50 = -20; an exit of the year after comes too late."""
    rows = case("replacement", endowment={"steel_quota": 30}, **STEEL)
    assert rows.slack("steel_quota", 2020, 2021, move={(*BUILD, 2021): 1, (*RETIRE, 2022): 1}) == -20


def test_replacement_slack(case: CaseMaker) -> None:
    """20 left, nothing comes: 30 + 20 = 50."""
    assert case("replacement", endowment={"steel_quota": 30}, **STEEL).slack("steel_quota", 2020, 2021, move={(*RETIRE, 2021): 1}) == 50


def test_replacement_after_the_lapse(case: CaseMaker) -> None:
    """Earned in 2021, gone after 1 year: for 2023 only 30 - 50 = -20 counts; for 2022 30 + 20 - 50 = 0."""
    rows = case("replacement", endowment={"steel_quota": 30}, **STEEL)
    assert rows.slack("steel_quota", 2022, 2023, move={(*BUILD, 2023): 1, (*RETIRE, 2021): 1}) == -20
    assert rows.slack("steel_quota", 2021, 2022, move={(*BUILD, 2022): 1, (*RETIRE, 2021): 1}) == 0


def test_replacement_of_a_move_that_earns_and_pays(case: CaseMaker) -> None:
    """A converter of 100 becomes a furnace of 80 at 1.25: 0 + 100 - 1.25 x 80 = 0."""
    rows = case(
        "replacement", capacity={("converter_a", "bof"): 100, ("converter_a", "eaf"): 80}, ratio={"convert": 1.25}, endowment={}, lapse={}
    )
    assert rows.slack("steel_quota", 2020, 2021, move={("converter_a", "convert", 2021): 1}) == 0


def test_replacement_without_a_lapse(case: CaseMaker) -> None:
    """What never lapses needs windows from the base year only: 2020-2021, 2020-2022, 2020-2023."""
    rows = case("replacement", lapse={"steel_quota": 2})
    assert [index for index in rows.rows if index[0] == "clinker_quota"] == [("clinker_quota", 2020, until) for until in (2021, 2022, 2023)]
    assert len([index for index in rows.rows if index[0] == "steel_quota"]) == 6


def test_replacement_not_without_its_clause(case: CaseMaker) -> None:
    """Only the steel account is under a clause, and only in 2022: windows end there, also those that begin before; none for clinker."""
    rows = case("replacement", clause_value={("quota_steel", 2022): 0}, lapse={"steel_quota": 1})
    assert list(rows.rows) == [("steel_quota", 2020, 2022), ("steel_quota", 2021, 2022)]


@pytest.mark.parametrize(("pace", "expected"), [(0.5, 0), (0.75, 30), (0.25, -30)])
def test_pace_of_moves(case: CaseMaker, pace: float, expected: float) -> None:
    """A converter of 60 becomes a furnace of 40, 60 move; of 120 half is 60: 0; three quarters 90: 30; a quarter 30: -30."""
    rows = case("pace_of_moves", capacity={("converter_a", "bof"): 60, ("converter_a", "eaf"): 40}, base_capacity={"crude_steel": 120},
                pace_moves={"crude_steel": pace}, span={2021: 1})  # fmt: skip
    assert rows.slack("crude_steel", 2021, move={("converter_a", "convert", 2021): 1}) == expected


def test_pace_of_moves_counts_what_comes(case: CaseMaker) -> None:
    """A site becomes a furnace of 40: 0.5 x 120 x 1 - 40 = 20, and 0.5 x 120 x 2 - 40 = 80 where a model year stands for two."""
    rows = case("pace_of_moves", capacity={("site_c", "eaf"): 40}, base_capacity={"crude_steel": 120}, pace_moves={"crude_steel": 0.5},
                span={2021: 1, 2022: 2})  # fmt: skip
    assert rows.slack("crude_steel", 2021, move={("site_c", "build_arc", 2021): 1}) == 20
    assert rows.slack("crude_steel", 2022, move={("site_c", "build_arc", 2022): 1}) == 80


def test_pace_of_moves_not_without_a_pace(case: CaseMaker) -> None:
    """Clinker may move as fast as it likes: no row."""
    assert not case("pace_of_moves", pace_moves={"crude_steel": 0.5}).applies("clinker", 2021)


PACE = {
    "fit_capacity": {("kiln_a", "package"): 30, ("kiln_b", "package"): 20},
    "base_capacity": {"clinker": 100},
    "span": {2021: 1, 2022: 2},
}


@pytest.mark.parametrize(("pace", "expected"), [(0.5, 0), (0.75, 25), (0.25, -25)])
def test_pace_of_retrofits(case: CaseMaker, pace: float, expected: float) -> None:
    """30 + 20 = 50 are reached; of 100 half is 50: 0; three quarters 75: 25; a quarter 25: -25."""
    rows = case("pace_of_retrofits", pace_retrofits={"clinker": pace}, **PACE)
    install = {("kiln_a", "package", 2021): 1, ("kiln_b", "package", 2021): 1, ("kiln_a", "heat_recovery", 2021): 1}
    assert rows.slack("clinker", "package", 2021, install=install) == expected


def test_pace_of_retrofits_of_two_years(case: CaseMaker) -> None:
    """A model year that stands for two: 0.25 x 100 x 2 - 30 = 20; steel has no pace and no row."""
    rows = case("pace_of_retrofits", pace_retrofits={"clinker": 0.25}, **PACE)
    assert rows.slack("clinker", "package", 2022, install={("kiln_a", "package", 2022): 1}) == 20
    assert not rows.applies("crude_steel", "preheating", 2021)
