"""Paths of lines through their configurations, summed by hand."""

import pytest

from hand.conftest import CaseMaker


def test_one_configuration_holds(case: CaseMaker) -> None:
    """The converter stands as bof only: 1 + 0 + 0 - 1 = 0."""
    assert case("one_configuration").miss("converter_a", 2021, on={("converter_a", "bof", 2021): 1}) == 0


def test_one_configuration_twice(case: CaseMaker) -> None:
    """As bof and as eaf at once: 1 + 1 + 0 - 1 = 1 too many; another line's states do not count."""
    on = {("converter_a", "bof", 2021): 1, ("converter_a", "eaf", 2021): 1, ("arc_b", "eaf", 2021): 1}
    assert case("one_configuration").miss("converter_a", 2021, on=on) == 1


def test_one_configuration_nowhere(case: CaseMaker) -> None:
    """In no configuration, not even retired: 0 - 1 = -1; it must hold in the base year too."""
    assert case("one_configuration").miss("converter_a", 2020) == -1


def test_base_configuration_holds(case: CaseMaker) -> None:
    """The data say bof: 1 - 1 = 0, and for eaf 0 - 0 = 0."""
    rows = case("base_configuration", initial={("converter_a", "bof"): 1})
    on = {("converter_a", "bof", 2020): 1}
    assert rows.miss("converter_a", "bof", 2020, on=on) == 0
    assert rows.miss("converter_a", "eaf", 2020, on=on) == 0


def test_base_configuration_elsewhere(case: CaseMaker) -> None:
    """The data say bof, the point says eaf: 0 - 1 = -1 and 1 - 0 = 1."""
    rows = case("base_configuration", initial={("converter_a", "bof"): 1})
    on = {("converter_a", "eaf", 2020): 1}
    assert rows.miss("converter_a", "bof", 2020, on=on) == -1
    assert rows.miss("converter_a", "eaf", 2020, on=on) == 1


def test_base_configuration_is_of_the_base_year_only(case: CaseMaker) -> None:
    """2021 is a decision: no row."""
    assert not case("base_configuration").applies("converter_a", "bof", 2021)


def test_configuration_flow_holds(case: CaseMaker) -> None:
    """Converted in 2021: eaf 1 - (0 + 1 - 0) = 0, bof 0 - (1 + 0 - 1) = 0."""
    rows = case("configuration_flow")
    point = {"on": {("converter_a", "bof", 2020): 1, ("converter_a", "eaf", 2021): 1}, "move": {("converter_a", "convert", 2021): 1}}
    assert rows.miss("converter_a", "eaf", 2021, 2020, **point) == 0
    assert rows.miss("converter_a", "bof", 2021, 2020, **point) == 0


def test_configuration_flow_without_a_move(case: CaseMaker) -> None:
    """From bof to eaf without the arc: eaf 1 - 0 = 1 from nowhere, bof 0 - 1 = -1 lost."""
    rows = case("configuration_flow")
    on = {("converter_a", "bof", 2020): 1, ("converter_a", "eaf", 2021): 1}
    assert rows.miss("converter_a", "eaf", 2021, 2020, on=on) == 1
    assert rows.miss("converter_a", "bof", 2021, 2020, on=on) == -1


def test_configuration_flow_keeps_a_line(case: CaseMaker) -> None:
    """No move, still bof in 2022 as in 2021: 1 - 1 = 0; the base year has no row of its own."""
    rows = case("configuration_flow")
    assert rows.miss("converter_a", "bof", 2022, 2021, on={("converter_a", "bof", 2021): 1, ("converter_a", "bof", 2022): 1}) == 0
    assert not any(index[2] == 2020 for index in rows.rows)


def test_one_move_binding(case: CaseMaker) -> None:
    """One arc is taken: 1 - 1 = 0."""
    assert case("one_move").slack("arc_b", 2021, move={("arc_b", "go_green", 2021): 1}) == 0


def test_one_move_broken(case: CaseMaker) -> None:
    """To green power and out in the same year: 1 - (1 + 1) = -1."""
    assert case("one_move").slack("arc_b", 2021, move={("arc_b", "go_green", 2021): 1, ("arc_b", "retire_green", 2021): 1}) == -1


def test_one_move_slack(case: CaseMaker) -> None:
    """A move of the year after or of another line does not count: 1 - 0 = 1."""
    assert case("one_move").slack("arc_b", 2021, move={("arc_b", "go_green", 2022): 1, ("site_c", "build_arc", 2021): 1}) == 1


def test_companions_binding(case: CaseMaker) -> None:
    """The furnace stands and so does its converter: 1 - 1 = 0."""
    on = {("furnace_a", "blast_furnace", 2021): 1, ("converter_a", "bof", 2021): 1}
    assert case("companions").slack("furnace_a", "blast_furnace", 2021, on=on) == 0


def test_companions_broken(case: CaseMaker) -> None:
    """The converter has become an electric furnace, the furnace still stands: 0 - 1 = -1."""
    on = {("furnace_a", "blast_furnace", 2021): 1, ("converter_a", "eaf", 2021): 1}
    assert case("companions").slack("furnace_a", "blast_furnace", 2021, on=on) == -1


def test_companions_slack(case: CaseMaker) -> None:
    """The furnace is gone, the converter may stand: 1 - 0 = 1."""
    assert case("companions").slack("furnace_a", "blast_furnace", 2021, on={("converter_a", "bof", 2021): 1}) == 1


def test_companions_not_of_other_states(case: CaseMaker) -> None:
    """A retired furnace and a kiln depend on nobody: no row."""
    rows = case("companions")
    assert not rows.applies("furnace_a", "retired", 2021)
    assert not rows.applies("kiln_a", "kiln", 2021)


@pytest.mark.parametrize(("stands", "expected"), [(0, 0), (1, 1)])
def test_end_of_life_binding(case: CaseMaker, stands: int, expected: int) -> None:
    """After its last year the line's state must be 0: 0 - 0 = 0 holds, 1 - 0 = 1 does not."""
    rows = case("end_of_life", outside_life={("arc_b", "eaf", 2023): 1})
    assert rows.miss("arc_b", "eaf", 2023, on={("arc_b", "eaf", 2023): stands}) == expected


def test_end_of_life_not_before(case: CaseMaker) -> None:
    """In its last year it may still stand, and other lines may for ever: no row."""
    rows = case("end_of_life", outside_life={("arc_b", "eaf", 2023): 1})
    assert not rows.applies("arc_b", "eaf", 2022)
    assert not rows.applies("converter_a", "bof", 2023)
