"""Retrofits and energy levels, summed by hand."""

import pytest

from hand.conftest import CaseMaker

HEAT = ("kiln_a", "heat_recovery")
PACKAGE = ("kiln_a", "package")
KILN = ("kiln_a", "kiln")


@pytest.mark.parametrize("fitted", [0, 1])
def test_base_measures_binding(case: CaseMaker, fitted: int) -> None:
    """Nothing of the list is in place in 2020: 0 - 0 = 0, or 1 - 0 = 1 too many."""
    assert case("base_measures").miss(*HEAT, 2020, fit={(*HEAT, 2020): fitted}) == fitted


def test_base_measures_not_later(case: CaseMaker) -> None:
    """From 2021 on it is a decision: no row."""
    assert not case("base_measures").applies(*HEAT, 2021)


def test_measure_flow_of_an_installation(case: CaseMaker) -> None:
    """Installed in 2021: 1 - (0 + 1 - 0) = 0; without the installation 1 - 0 = 1."""
    rows = case("measure_flow")
    assert rows.miss(*HEAT, 2021, 2020, fit={(*HEAT, 2021): 1}, install={(*HEAT, 2021): 1}) == 0
    assert rows.miss(*HEAT, 2021, 2020, fit={(*HEAT, 2021): 1}) == 1


def test_measure_flow_of_an_end(case: CaseMaker) -> None:
    """There in 2021, ended in 2022: 0 - (1 + 0 - 1) = 0; gone without an end: 0 - 1 = -1."""
    rows = case("measure_flow")
    assert rows.miss(*HEAT, 2022, 2021, fit={(*HEAT, 2021): 1}, lost={(*HEAT, 2022): 1}) == 0
    assert rows.miss(*HEAT, 2022, 2021, fit={(*HEAT, 2021): 1}) == -1


def test_measure_flow_not_in_the_base_year(case: CaseMaker) -> None:
    """No year comes before 2020: no row."""
    assert not any(index[2] == 2020 for index in case("measure_flow").rows)


def test_measure_host_binding(case: CaseMaker) -> None:
    """In place on a kiln that stands: 1 - 1 = 0; the rebuilt kiln carries it as well: (0 + 1) - 1 = 0."""
    rows = case("measure_host")
    assert rows.slack(*HEAT, 2021, fit={(*HEAT, 2021): 1}, on={(*KILN, 2021): 1}) == 0
    assert rows.slack(*HEAT, 2021, fit={(*HEAT, 2021): 1}, on={("kiln_a", "kiln_new", 2021): 1}) == 0


def test_measure_host_broken(case: CaseMaker) -> None:
    """In place on a retired kiln: 0 - 1 = -1."""
    assert case("measure_host").slack(*HEAT, 2021, fit={(*HEAT, 2021): 1}, on={("kiln_a", "retired", 2021): 1}) == -1


def test_measure_host_slack(case: CaseMaker) -> None:
    """The kiln stands without it: 1 - 0 = 1."""
    assert case("measure_host").slack(*HEAT, 2021, on={(*KILN, 2021): 1}) == 1


def test_measure_host_not_of_other_lines(case: CaseMaker) -> None:
    """A furnace cannot carry a kiln's measure: no row."""
    assert not case("measure_host").applies("furnace_a", "heat_recovery", 2021)


def test_measure_loss_binding(case: CaseMaker) -> None:
    """The kiln leaves and its measure ends: 1 - 1 = 0."""
    point = {"lost": {(*HEAT, 2021): 1}, "move": {("kiln_a", "retire_kiln", 2021): 1}}
    assert case("measure_loss").slack(*HEAT, 2021, **point) == 0


def test_measure_loss_broken(case: CaseMaker) -> None:
    """A rebuilt kiln still carries the measure, so it may not end: 0 - 1 = -1."""
    point = {"lost": {(*HEAT, 2022): 1}, "move": {("kiln_a", "upgrade_kiln", 2022): 1}}
    assert case("measure_loss").slack(*HEAT, 2022, **point) == -1


def test_measure_loss_slack(case: CaseMaker) -> None:
    """The kiln leaves, no measure was there: 1 - 0 = 1."""
    assert case("measure_loss").slack(*HEAT, 2021, move={("kiln_a", "retire_kiln", 2021): 1}) == 1


def test_measure_loss_on_the_way_to_another_configuration(case: CaseMaker) -> None:
    """Preheating belongs to eaf, not to eaf_green: going green ends it, 1 - 1 = 0; building the furnace does not, 0 - 1 = -1."""
    rows, lost = case("measure_loss"), {("site_c", "preheating", 2022): 1}
    assert rows.slack("site_c", "preheating", 2022, lost=lost, move={("site_c", "go_green", 2022): 1}) == 0
    assert rows.slack("site_c", "preheating", 2022, lost=lost, move={("site_c", "build_arc", 2022): 1}) == -1


def test_exclusive_measures_binding(case: CaseMaker) -> None:
    """The package alone: 1 - (1 + 0) = 0."""
    assert case("exclusive_measures").slack("kiln_a", "package", "heat_recovery", 2022, fit={(*PACKAGE, 2022): 1}) == 0


def test_exclusive_measures_broken(case: CaseMaker) -> None:
    """The package and its part: 1 - (1 + 1) = -1."""
    fit = {(*PACKAGE, 2022): 1, (*HEAT, 2022): 1}
    assert case("exclusive_measures").slack("kiln_a", "package", "heat_recovery", 2022, fit=fit) == -1


def test_exclusive_measures_slack(case: CaseMaker) -> None:
    """Neither: 1; both, but on two lines: 1 - (1 + 0) = 0 on each."""
    rows = case("exclusive_measures")
    assert rows.slack("kiln_a", "package", "heat_recovery", 2022) == 1
    fit = {(*PACKAGE, 2022): 1, ("kiln_b", "heat_recovery", 2022): 1}
    assert rows.slack("kiln_a", "package", "heat_recovery", 2022, fit=fit) == 0
    assert rows.slack("kiln_b", "package", "heat_recovery", 2022, fit=fit) == 0


def test_exclusive_measures_not_of_other_pairs(case: CaseMaker) -> None:
    """Preheating excludes nothing, and one row per pair is enough."""
    rows = case("exclusive_measures")
    assert not any("preheating" in index for index in rows.rows)
    assert not rows.applies("kiln_a", "heat_recovery", "package", 2022)


def test_fitted_production_binding(case: CaseMaker) -> None:
    """Half of 24 + 0: 0.5 x 24 - 12 = 0; both configurations of the kiln count: 0.5 x (24 + 2) - 12 = 1."""
    rows = case("fitted_production", share={HEAT: 0.5})
    assert rows.slack(*HEAT, 2021, make={(*KILN, 2021): 24}, fitted={(*HEAT, 2021): 12}) == 0
    assert rows.slack(*HEAT, 2021, make={(*KILN, 2021): 24, ("kiln_a", "kiln_new", 2021): 2}, fitted={(*HEAT, 2021): 12}) == 1


def test_fitted_production_broken(case: CaseMaker) -> None:
    """0.5 x 24 - 20 = -8; what another kiln makes is no help."""
    rows = case("fitted_production", share={HEAT: 0.5})
    point = {"make": {(*KILN, 2021): 24, ("kiln_b", "kiln_new", 2021): 30}, "fitted": {(*HEAT, 2021): 20}}
    assert rows.slack(*HEAT, 2021, **point) == -8


def test_fitted_production_slack(case: CaseMaker) -> None:
    """0.5 x 24 - 0 = 12, in the base year too."""
    assert case("fitted_production", share={HEAT: 0.5}).slack(*HEAT, 2020, make={(*KILN, 2020): 24}) == 12


def test_fitted_installation_binding(case: CaseMaker) -> None:
    """At most 15 x 1: 15 - 15 = 0."""
    rows = case("fitted_installation", fit_most={(*HEAT, 2021): 15})
    assert rows.slack(*HEAT, 2021, fit={(*HEAT, 2021): 1}, fitted={(*HEAT, 2021): 15}) == 0


def test_fitted_installation_broken(case: CaseMaker) -> None:
    """Not in place: 15 x 0 - 4 = -4."""
    rows = case("fitted_installation", fit_most={(*HEAT, 2021): 15})
    assert rows.slack(*HEAT, 2021, fitted={(*HEAT, 2021): 4}) == -4


def test_fitted_installation_slack(case: CaseMaker) -> None:
    """In place: 15 x 1 - 4 = 11."""
    rows = case("fitted_installation", fit_most={(*HEAT, 2021): 15})
    assert rows.slack(*HEAT, 2021, fit={(*HEAT, 2021): 1}, fitted={(*HEAT, 2021): 4}) == 11


def test_benchmark_standing_binding(case: CaseMaker) -> None:
    """Stands and counts: 1 - 1 = 0; counts without standing: 0 - 1 = -1."""
    rows = case("benchmark_standing", benchmark_gap={KILN: 10})
    assert rows.slack(*KILN, 2021, on={(*KILN, 2021): 1}, benchmark={(*KILN, 2021): 1}) == 0
    assert rows.slack(*KILN, 2021, benchmark={(*KILN, 2021): 1}) == -1


def test_benchmark_standing_slack(case: CaseMaker) -> None:
    """Stands and does not count: 1 - 0 = 1."""
    assert case("benchmark_standing", benchmark_gap={KILN: 10}).slack(*KILN, 2021, on={(*KILN, 2021): 1}) == 1


def test_benchmark_standing_not_without_a_benchmark(case: CaseMaker) -> None:
    """No benchmark level is known for the converter: no row; a level met already (gap -1) has one."""
    rows = case("benchmark_standing", benchmark_gap={KILN: -1})
    assert rows.applies(*KILN, 2021)
    assert not rows.applies("converter_a", "bof", 2021)


def test_benchmark_reached_binding(case: CaseMaker) -> None:
    """4 + 6 saved closes a gap of 10: 10 x 1 = 4 + 6, slack 0."""
    rows = case("benchmark_reached", benchmark_gap={KILN: 10}, saving={HEAT: 4, PACKAGE: 6})
    point = {"fit": {(*HEAT, 2021): 1, (*PACKAGE, 2021): 1}, "benchmark": {(*KILN, 2021): 1}}
    assert rows.slack(*KILN, 2021, **point) == 0


def test_benchmark_reached_broken(case: CaseMaker) -> None:
    """4 saved, 10 needed: 4 - 10 = -6."""
    rows = case("benchmark_reached", benchmark_gap={KILN: 10}, saving={HEAT: 4, PACKAGE: 6})
    assert rows.slack(*KILN, 2021, fit={(*HEAT, 2021): 1}, benchmark={(*KILN, 2021): 1}) == -6


def test_benchmark_reached_slack(case: CaseMaker) -> None:
    """Not counted: 4 - 10 x 0 = 4; already 2 below the level: 0 - (-2) x 1 = 2."""
    rows = case("benchmark_reached", benchmark_gap={KILN: 10, ("kiln_a", "kiln_new"): -2}, saving={HEAT: 4, PACKAGE: 6})
    assert rows.slack(*KILN, 2021, fit={(*HEAT, 2021): 1}) == 4
    assert rows.slack("kiln_a", "kiln_new", 2021, benchmark={("kiln_a", "kiln_new", 2021): 1}) == 2


def test_benchmark_reached_with_a_measure_that_costs_energy(case: CaseMaker) -> None:
    """A measure of -3 may stand on a kiln that does not count: -3 - (10 x 0 - 3 x 1) = 0; if it counts, 12 - 3 - 10 x 1 = -1."""
    rows = case("benchmark_reached", benchmark_gap={KILN: 10}, saving={HEAT: -3, PACKAGE: 12})
    assert rows.slack(*KILN, 2021, fit={(*HEAT, 2021): 1}) == 0
    assert rows.slack(*KILN, 2021, fit={(*HEAT, 2021): 1, (*PACKAGE, 2021): 1}, benchmark={(*KILN, 2021): 1}) == -1


def test_benchmark_reached_not_without_a_benchmark(case: CaseMaker) -> None:
    """No row for the converter."""
    assert not case("benchmark_reached", benchmark_gap={KILN: 10}).applies("converter_a", "bof", 2021)


def test_baseline_reached_binding(case: CaseMaker) -> None:
    """5 above the baseline, 5 saved: 5 - 5 x 1 = 0."""
    rows = case("baseline_reached", clause_value={("baseline", 2023): 1}, baseline_gap={KILN: 5}, saving={HEAT: 5})
    assert rows.slack(*KILN, 2023, fit={(*HEAT, 2023): 1}, on={(*KILN, 2023): 1}) == 0


def test_baseline_reached_broken(case: CaseMaker) -> None:
    """Stands unimproved: 0 - 5 x 1 = -5."""
    rows = case("baseline_reached", clause_value={("baseline", 2023): 1}, baseline_gap={KILN: 5}, saving={HEAT: 5})
    assert rows.slack(*KILN, 2023, on={(*KILN, 2023): 1}) == -5


def test_baseline_reached_slack(case: CaseMaker) -> None:
    """The kiln has left: 0 - 5 x 0 = 0; with a measure of 7: 7 - 5 = 2."""
    rows = case("baseline_reached", clause_value={("baseline", 2023): 1}, baseline_gap={KILN: 5}, saving={HEAT: 7})
    assert rows.slack(*KILN, 2023) == 0
    assert rows.slack(*KILN, 2023, fit={(*HEAT, 2023): 1}, on={(*KILN, 2023): 1}) == 2


def test_baseline_reached_with_a_measure_that_costs_energy(case: CaseMaker) -> None:
    """The rebuilt kiln carries a measure of -3: its old state asks for -3 - (5 x 0 - 3 x 1) = 0; standing, -3 - 5 x 1 = -8."""
    rows = case("baseline_reached", clause_value={("baseline", 2023): 1}, baseline_gap={KILN: 5}, saving={HEAT: -3})
    assert rows.slack(*KILN, 2023, fit={(*HEAT, 2023): 1}, on={("kiln_a", "kiln_new", 2023): 1}) == 0
    assert rows.slack(*KILN, 2023, fit={(*HEAT, 2023): 1}, on={(*KILN, 2023): 1}) == -8


def test_baseline_reached_not_before_its_date(case: CaseMaker) -> None:
    """No row in 2022, none for what is below the baseline already, none without the clause."""
    rows = case("baseline_reached", clause_value={("baseline", 2023): 1}, baseline_gap={KILN: 5, ("kiln_a", "kiln_new"): -1})
    assert not rows.applies(*KILN, 2022)
    assert not rows.applies("kiln_a", "kiln_new", 2023)
    assert len(case("baseline_reached", clause_value={}, baseline_gap={KILN: 5}).rows) == 0


NEW = ("kiln_b", "kiln_new")
NEW_HEAT = ("kiln_b", "heat_recovery")


def test_new_at_benchmark_binding(case: CaseMaker) -> None:
    """A new kiln 5 above the level saves 5: 5 - 5 x 1 = 0."""
    rows = case(
        "new_at_benchmark", clause_value={("new_level", 2022): 1}, benchmark_gap={NEW: 5}, new_at_benchmark={NEW: 1}, saving={NEW_HEAT: 5}
    )
    assert rows.slack(*NEW, 2022, on={(*NEW, 2022): 1}, fit={(*NEW_HEAT, 2022): 1}) == 0


def test_new_at_benchmark_broken(case: CaseMaker) -> None:
    """Built without measures: 0 - 5 x 1 = -5; another kiln's measure is no help."""
    rows = case(
        "new_at_benchmark",
        clause_value={("new_level", 2022): 1},
        benchmark_gap={NEW: 5},
        new_at_benchmark={NEW: 1},
        saving={NEW_HEAT: 5, HEAT: 5},
    )
    assert rows.slack(*NEW, 2022, on={(*NEW, 2022): 1}, fit={(*HEAT, 2022): 1}) == -5


def test_new_at_benchmark_slack(case: CaseMaker) -> None:
    """Not built: 0 - 5 x 0 = 0; built and 8 saved: 8 - 5 = 3."""
    rows = case(
        "new_at_benchmark", clause_value={("new_level", 2022): 1}, benchmark_gap={NEW: 5}, new_at_benchmark={NEW: 1}, saving={NEW_HEAT: 8}
    )
    assert rows.slack(*NEW, 2022) == 0
    assert rows.slack(*NEW, 2022, on={(*NEW, 2022): 1}, fit={(*NEW_HEAT, 2022): 1}) == 3


def test_new_at_benchmark_with_a_measure_that_costs_energy(case: CaseMaker) -> None:
    """2 below the level, a measure of -3 stands: -3 - (-2 x 1) = -1, broken; before it is built -3 - (-3 x 1) = 0."""
    rows = case(
        "new_at_benchmark", clause_value={("new_level", 2022): 1}, benchmark_gap={NEW: -2}, new_at_benchmark={NEW: 1}, saving={NEW_HEAT: -3}
    )
    assert rows.slack(*NEW, 2022, on={(*NEW, 2022): 1}, fit={(*NEW_HEAT, 2022): 1}) == -1
    assert rows.slack(*NEW, 2022, fit={(*NEW_HEAT, 2022): 1}) == 0


def test_new_at_benchmark_not_of_old_lines(case: CaseMaker) -> None:
    """A rebuilt old kiln, a new one without a level, a year without the clause: no rows."""
    rebuilt = ("kiln_a", "kiln_new")
    rows = case("new_at_benchmark", clause_value={("new_level", 2022): 1}, benchmark_gap={rebuilt: 5}, new_at_benchmark={NEW: 1})
    assert len(rows.rows) == 0
    rows = case("new_at_benchmark", clause_value={("new_level", 2022): 1}, benchmark_gap={NEW: 5, rebuilt: 5}, new_at_benchmark={NEW: 1})
    assert list(rows.rows) == [(*NEW, 2022)]
