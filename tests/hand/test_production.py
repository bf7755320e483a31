"""Production within what lines can do, summed by hand."""

import pytest

from hand.conftest import CaseMaker


def test_base_production_holds(case: CaseMaker) -> None:
    """The statistics say 80: 80 - 80 = 0; 75 would miss 5."""
    rows = case("base_production", base_make={("converter_a", "bof"): 80})
    assert rows.miss("converter_a", "bof", 2020, make={("converter_a", "bof", 2020): 80}) == 0
    assert rows.miss("converter_a", "bof", 2020, make={("converter_a", "bof", 2020): 75}) == -5


def test_base_production_of_a_state_not_stood_in(case: CaseMaker) -> None:
    """Nothing is made in a configuration that the line was not in: 3 - 0 = 3 too much."""
    rows = case("base_production", base_make={("converter_a", "bof"): 80})
    assert rows.miss("converter_a", "eaf", 2020, make={("converter_a", "eaf", 2020): 3}) == 3


def test_base_production_not_of_idle_states(case: CaseMaker) -> None:
    """Retired makes nothing, 2021 is a decision: no rows."""
    rows = case("base_production")
    assert not rows.applies("converter_a", "retired", 2020)
    assert not rows.applies("converter_a", "bof", 2021)


def test_most_production_binding(case: CaseMaker) -> None:
    """0.9 x 100 x 1 = 90; 90 - 90 = 0."""
    rows = case("most_production", capacity={("converter_a", "bof"): 100}, availability={("converter_a", "bof", 2021): 0.9})
    point = {"on": {("converter_a", "bof", 2021): 1}, "make": {("converter_a", "bof", 2021): 90}}
    assert rows.slack("converter_a", "bof", 2021, **point) == pytest.approx(0)


def test_most_production_slack(case: CaseMaker) -> None:
    """0.9 x 100 x 1 - 60 = 30."""
    rows = case("most_production", capacity={("converter_a", "bof"): 100}, availability={("converter_a", "bof", 2021): 0.9})
    point = {"on": {("converter_a", "bof", 2021): 1}, "make": {("converter_a", "bof", 2021): 60}}
    assert rows.slack("converter_a", "bof", 2021, **point) == pytest.approx(30)


def test_most_production_in_the_year_of_the_move(case: CaseMaker) -> None:
    """Half the first year is lost: 1 x 100 x (1 - 0.5 x 1) - 60 = -10, broken; a year later 100 - 60 = 40."""
    rows = case("most_production", capacity={("converter_a", "eaf"): 100}, availability={("converter_a", "eaf"): 1},
                outage={("converter_a", "convert"): 0.5})  # fmt: skip
    point = {
        "on": {("converter_a", "eaf", 2021): 1, ("converter_a", "eaf", 2022): 1},
        "move": {("converter_a", "convert", 2021): 1},
        "make": {("converter_a", "eaf", 2021): 60, ("converter_a", "eaf", 2022): 60},
    }
    assert rows.slack("converter_a", "eaf", 2021, **point) == pytest.approx(-10)
    assert rows.slack("converter_a", "eaf", 2022, **point) == pytest.approx(40)


def test_most_production_of_a_line_that_does_not_stand(case: CaseMaker) -> None:
    """1 x 100 x 0 - 1 = -1."""
    rows = case("most_production", capacity={("converter_a", "eaf"): 100}, availability={("converter_a", "eaf"): 1})
    assert rows.slack("converter_a", "eaf", 2021, make={("converter_a", "eaf", 2021): 1}) == -1


def test_most_production_not_in_the_base_year(case: CaseMaker) -> None:
    """The base year is what the statistics say, even above capacity: no row."""
    assert not case("most_production").applies("converter_a", "bof", 2020)


def test_least_production_binding(case: CaseMaker) -> None:
    """0.5 x 100 x 1 = 50; 50 - 50 = 0; 40 would miss 10."""
    rows = case("least_production", capacity={("converter_a", "bof"): 100}, minimum_load={("converter_a", "bof"): 0.5})
    on = {("converter_a", "bof", 2021): 1}
    assert rows.slack("converter_a", "bof", 2021, on=on, make={("converter_a", "bof", 2021): 50}) == 0
    assert rows.slack("converter_a", "bof", 2021, on=on, make={("converter_a", "bof", 2021): 40}) == -10


def test_least_production_slack(case: CaseMaker) -> None:
    """70 - 0.5 x 100 x 1 = 20; out of operation, 0 - 0 = 0."""
    rows = case("least_production", capacity={("converter_a", "bof"): 100}, minimum_load={("converter_a", "bof"): 0.5})
    point = {"on": {("converter_a", "bof", 2021): 1}, "make": {("converter_a", "bof", 2021): 70}}
    assert rows.slack("converter_a", "bof", 2021, **point) == 20
    assert rows.slack("converter_a", "bof", 2022, **point) == 0


def test_least_production_in_the_year_of_the_move(case: CaseMaker) -> None:
    """The outage lowers the floor as well: 20 - 0.5 x 80 x (1 - 0.25) = 20 - 30 = -10."""
    rows = case("least_production", capacity={("converter_a", "eaf"): 80}, minimum_load={("converter_a", "eaf"): 0.5},
                outage={("converter_a", "convert"): 0.25})  # fmt: skip
    point = {
        "on": {("converter_a", "eaf", 2021): 1},
        "move": {("converter_a", "convert", 2021): 1},
        "make": {("converter_a", "eaf", 2021): 20},
    }
    assert rows.slack("converter_a", "eaf", 2021, **point) == -10


def test_least_production_not_in_the_base_year(case: CaseMaker) -> None:
    """No row in 2020, none for what makes nothing."""
    rows = case("least_production")
    assert not rows.applies("converter_a", "bof", 2020)
    assert not rows.applies("converter_a", "retired", 2021)
