"""Futures: ranges and draws, ensembles that stop and go on, what they say, and influences against known answers."""

import shutil
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from model.errors import InputError, ResultError
from model.folders import Folders
from model.futures.answers import acts, chances, counts, failures, outcomes, regret, spread, wilson
from model.futures.archive import BLOCK, Archive, archive_path, open_archive
from model.futures.design import Design, Method, problem_of, twins
from model.futures.draws import Draws, Floats, triangular, uncertain_facts
from model.futures.ensemble import Prepared, held_decisions, open_or_create, prepare, run_ensemble, solver_options
from model.futures.influence import LEAST, by_driver, driver_scores, measure_next, morris_indices, rank_shares, sobol_indices, whole_blocks
from model.futures.local import LocalCrew
from model.futures.member import Record, Status, Task
from model.futures.pedigree import Driver, Pedigree, read_pedigree
from model.futures.reading import draws_of, examined_again, read_ensemble, read_held
from model.language import Language, Speaker
from model.names import Goal, Grade
from model.report.uncertainty import futures_of
from model.runner import run
from model.scenario import Scenario, read_scenario
from model.show.futures import futures_views
from model.tables import Tables, read_tables

ROOT = Path(__file__).parent.parent
MEMBERS = BLOCK + 4


@pytest.fixture(scope="module")
def pedigree() -> Pedigree:
    return read_pedigree(ROOT / "data")


@pytest.fixture(scope="module")
def draws(tables: Tables, scenario: Scenario, pedigree: Pedigree) -> Draws:
    """Draws of the test province."""
    return uncertain_facts(tables, pedigree, scenario)


def project(folder: Path) -> Folders:
    """A project with the example only."""
    shutil.copytree(ROOT / "data" / "example", folder / "data" / "example")
    for path in (ROOT / "data").glob("*.csv"):
        shutil.copy(path, folder / "data" / path.name)
    (folder / "scenarios").mkdir()
    shutil.copy(ROOT / "scenarios" / "example.yaml", folder / "scenarios" / "example.yaml")
    return Folders(folder)


@dataclass
class Halting:
    """A crew that notes what it is given and stops after some members, as a kill would."""

    after: int = 1_000_000
    asked: list[int] = field(default_factory=list)

    def records(self, task: Task, positions: Floats, todo: Sequence[int]) -> Generator[tuple[int, Record]]:
        """In reverse order, so that no chunk is whole before the end."""
        for count, (member, record) in enumerate(LocalCrew(1).records(task, positions, list(todo)[::-1])):
            if count == self.after:
                raise KeyboardInterrupt
            self.asked.append(member)
            yield member, record


def different(folders: Folders, first: str, second: str) -> list[str]:
    """Arrays of two ensembles that differ in a bit, times apart."""
    one, two = (read_ensemble(folders.results, name).members.load() for name in (first, second))
    assert set(one.variables) == set(two.variables)
    return [str(name) for name in one.variables if name not in ("seconds", "stage_seconds") and not one[name].identical(two[name])]


def make(folders: Folders, prepared: Prepared, name: str, crew: object) -> Archive:
    archive, task = open_or_create(folders, name, prepared)
    run_ensemble(prepared, task, archive, crew)  # type: ignore[arg-type]
    return archive


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Folders, Prepared]:
    """Twenty futures of the example, made in one go."""
    folders = project(tmp_path_factory.mktemp("futures"))
    prepared = prepare(folders, "example", Design(Method.LHS, MEMBERS, 3))
    make(folders, prepared, "example", LocalCrew(1))
    return folders, prepared


def test_triangles_have_their_ends_and_their_mean() -> None:
    low, mode, high = (np.full(20_001, end) for end in (2.0, 3.0, 7.0))
    at = np.linspace(0, 1, 20_001)
    values = triangular(at, low, mode, high)
    assert values[0], values[-1] == (2.0, 7.0)
    assert values.mean() == pytest.approx((2 + 3 + 7) / 3, rel=1e-4)
    assert (np.diff(values) > 0).all()
    assert triangular(np.array([0.3]), np.array([4.0]), np.array([4.0]), np.array([4.0])) == [4.0]


def test_range_is_the_facts_own_then_its_rows_then_its_grades(draws: Draws, pedigree: Pedigree, tables: Tables) -> None:
    seen = set()
    for fact in draws.facts:
        row = tables.facts(fact.table)[fact.place]
        rule = pedigree.row_of(fact.table, row)
        assert rule is not None
        if row.low is not None and row.high is not None:
            assert (fact.low, fact.high) == (row.low, row.high)
            seen.add("own")
        elif row.low is None and row.high is None and row.value > 0:
            factor = rule.factor or pedigree.factors[row.grade]
            assert fact.low == pytest.approx(row.value / factor)
            assert fact.high <= row.value * factor * (1 + 1e-12)  # a share stays below 1
            seen.add("factor" if rule.factor else "grade")
        assert pedigree.drivers[fact.driver].kind == "fact"
    assert {"factor", "grade"} <= seen


def test_levers_and_statistics_are_never_drawn(draws: Draws, tables: Tables) -> None:
    drawn = {(fact.table, tables.facts(fact.table)[fact.place].parameter) for fact in draws.facts}
    held = {("clause_facts", "value"), ("quota_facts", "ratio"), ("line_facts", "capacity"), ("line_facts", "base_output"),
            ("segment_facts", "base_output")}  # fmt: skip
    assert not drawn & held
    assert drawn


def test_what_a_scenario_sets_is_not_drawn(tables: Tables, scenario: Scenario, pedigree: Pedigree, draws: Draws) -> None:
    fact = draws.facts[0]
    row = tables.facts(fact.table)[fact.place]
    sets = {"table": fact.table, "subject": row.subject, "parameter": row.parameter, "item": row.item, "year": row.year, "value": row.value}
    changed = Scenario.model_validate(scenario.model_dump() | {"facts": [sets]})
    assert (fact.table, fact.place) not in {(found.table, found.place) for found in uncertain_facts(tables, pedigree, changed).facts}


def test_facts_of_a_driver_are_correlated_as_stated(draws: Draws, pedigree: Pedigree) -> None:
    positions = draws.positions(np.random.default_rng(1).random((20_000, len(draws.dims))))
    from scipy.special import ndtri

    scores = ndtri(np.clip(positions, 1e-12, 1 - 1e-12))
    checked = 0
    for driver in draws.drivers:
        own = [place for place, name in enumerate(draws.series) if draws.driver_of[name] == driver]
        if len(own) > 1:
            found = np.corrcoef(scores[:, own[0]], scores[:, own[1]])[0, 1]
            assert found == pytest.approx(pedigree.drivers[driver].correlation, abs=0.04)
            checked += 1
    assert checked > 3
    assert abs(positions.mean() - 0.5) < 0.01


def test_the_middle_draw_of_a_certain_fact_changes_nothing_and_sums_are_kept(draws: Draws, tables: Tables) -> None:
    future = draws.tables_at(draws.positions(np.full((1, len(draws.dims)), 0.9))[0])

    def base(found: Tables, ratio: str) -> float:
        first: dict[tuple[str, str], float] = {}
        for fact in found.facts("segment_facts"):
            first.setdefault((fact.subject, fact.parameter), fact.value)
        return sum(value * first.get((subject, ratio), 0) for (subject, name), value in first.items() if name == "base_output")

    def factor(found: Tables) -> float:
        return next((fact.value for fact in found.facts("city_facts") if fact.parameter == "value_added_factor"), 1.0)

    assert future.facts("clause_facts") == tables.facts("clause_facts")
    assert base(future, "new_material_share") == pytest.approx(base(tables, "new_material_share"))
    has_factor = any(fact.parameter == "value_added_factor" for fact in tables.facts("city_facts"))
    if has_factor:
        assert base(future, "value_added_ratio") * factor(future) == pytest.approx(base(tables, "value_added_ratio") * factor(tables))


def test_faulty_ranges_are_all_told_at_once(tmp_path: Path) -> None:
    for path in (ROOT / "data").glob("*.csv"):
        shutil.copy(path, tmp_path / path.name)
    with (tmp_path / "driver_facts.csv").open("a", encoding="utf-8") as file:
        file.write("nobody,measure_facts,capexx,,,up,false,false,,\n")
    text = (tmp_path / "grade_ranges.csv").read_text("utf-8")
    (tmp_path / "grade_ranges.csv").write_text("\n".join(line for line in text.splitlines() if not line.startswith("D")), "utf-8")
    with pytest.raises(InputError) as raised:
        read_pedigree(tmp_path)
    told = " ".join(fault.message for fault in raised.value.faults)
    assert "nobody" in told
    assert "capexx" in told
    assert "grade D" in told


@pytest.mark.parametrize("method", list(Method))
def test_designs_keep_to_their_limit_and_to_their_seed(draws: Draws, method: Method) -> None:
    most = 3 * (len(draws.drivers) + 2) + 1
    points = Design(method, most, 7).points(draws)
    assert 0 < len(points) <= most
    assert len(points) % Design(method, most, 7).block(draws) == 0
    assert ((points >= 0) & (points <= 1)).all()
    assert np.array_equal(points, Design(method, most, 7).points(draws))
    assert not np.array_equal(points, Design(method, most, 8).points(draws))
    if method is not Method.LHS:
        with pytest.raises(InputError, match="or more"):
            Design(method, len(draws.drivers), 0).points(draws)


def test_stopped_ensembles_go_on_to_the_same_numbers(made: tuple[Folders, Prepared]) -> None:
    folders, prepared = made
    first, second = Halting(after=7), Halting()
    with pytest.raises(KeyboardInterrupt):
        make(folders, prepared, "halted", first)
    assert (open_archive(archive_path(folders.results, "halted")).status() != Status.TODO).sum() == 7
    make(folders, prepared, "halted", second)
    assert sorted(first.asked + second.asked) == list(range(MEMBERS))
    assert different(folders, "example", "halted") == []
    nothing = Halting()
    make(folders, prepared, "halted", nothing)
    assert nothing.asked == []


@dataclass
class Replay:
    """A crew that hands out what another archive holds."""

    archive: Archive

    def records(self, task: Task, positions: Floats, todo: Sequence[int]) -> Generator[tuple[int, Record]]:
        for member in todo:
            yield member, self.archive.record(member)


def test_slow_and_full_disks_lose_nothing(made: tuple[Folders, Prepared], monkeypatch: pytest.MonkeyPatch) -> None:
    """Every write is slower than the patience of those that wait, and the second does not happen at all."""
    folders, prepared = made
    crew, write, calls = Replay(open_archive(archive_path(folders.results, "example"))), Archive.write, []

    def slow(self: Archive, start: int, records: dict[int, Record]) -> None:
        calls.append(sorted(records))
        time.sleep(0.02)
        if len(calls) == 2:
            raise OSError(28, "No space left on device")
        write(self, start, records)

    monkeypatch.setattr("model.futures.ensemble.PATIENCE", 0.01)
    monkeypatch.setattr(Archive, "write", slow)
    with pytest.raises(OSError, match="No space"):
        make(folders, prepared, "slow", crew)
    done = (open_archive(archive_path(folders.results, "slow")).status() != Status.TODO).sum()
    assert 0 < done < MEMBERS
    make(folders, prepared, "slow", crew)
    assert len(calls) > 3
    assert different(folders, "example", "slow") == []


def test_processes_give_the_same_bits_as_one(made: tuple[Folders, Prepared]) -> None:
    folders, prepared = made
    make(folders, prepared, "pool", LocalCrew(2))
    assert different(folders, "example", "pool") == []


def test_identical_futures_are_solved_once_also_over_a_stop(made: tuple[Folders, Prepared]) -> None:
    folders, prepared = made
    positions = prepared.positions.copy(data=np.vstack([prepared.positions.values[:2]] * (MEMBERS // 2)))
    doubled = Prepared(prepared.task, positions, twins(positions.values), prepared.problem, prepared.identity | {"seed": -1})
    crew = Halting(after=1)
    with pytest.raises(KeyboardInterrupt):
        make(folders, doubled, "twins", crew)
    archive = make(folders, doubled, "twins", crew)
    assert sorted(crew.asked) == [0, 1]
    members = read_ensemble(folders.results, "twins").members
    assert (archive.status() != Status.TODO).all()
    for name in ("value", "make", "move"):
        values = members[name].values
        assert np.array_equal(values[0::2], np.broadcast_to(values[0], values[0::2].shape), equal_nan=values.dtype.kind == "f")


def test_another_ensemble_does_not_take_the_place_of_one(made: tuple[Folders, Prepared]) -> None:
    folders, _ = made
    other = prepare(folders, "example", Design(Method.LHS, MEMBERS, 4))
    with pytest.raises(ResultError, match="seed"):
        open_or_create(folders, "example", other)
    for name in ("../example", "", "a/b"):
        with pytest.raises(ResultError):
            archive_path(folders.results, name)
    with pytest.raises(ResultError, match="no ensemble"):
        read_ensemble(folders.results, "nowhere")


def test_members_hold_when_examined_again_and_changed_ones_do_not(made: tuple[Folders, Prepared]) -> None:
    folders, _ = made
    own = read_ensemble(folders.results, "example")
    solved = np.flatnonzero(own.solved())
    assert len(solved) >= 3
    for member in solved[:3].tolist():
        assert examined_again(folders, own, member).valid
    changed = own.members.load().copy(deep=True)
    changed["make"][int(solved[0])] *= 1.01
    assert not examined_again(folders, type(own)(changed, own.inputs, own.identity), int(solved[0])).valid


def test_answers_are_the_members_own_numbers(made: tuple[Folders, Prepared]) -> None:
    folders, _ = made
    own = read_ensemble(folders.results, "example")
    solved, members = own.solved(), own.members
    assert counts(own).sum() == MEMBERS
    found = outcomes(own)
    assert "shortfall" not in found  # the example's targets are firm
    place = [str(goal) for goal in Goal].index("emissions")
    assert spread(found).loc["emissions", "mean"] == pytest.approx(members["value"].values[solved, place].mean())
    assert found["last_emissions"].dropna().to_numpy() == pytest.approx(members["emission"].values[solved][:, :, -1].sum(axis=1))
    assert (chances(own)["met"] == 1).all()  # firm targets hold wherever there is a plan
    closing = acts(own).set_index(["line", "what"]).loc[("furnace_3", "close")]
    taken = members["move"].values[:, (members["step_line"].values == "furnace_3") & (members["step_arc"].values == "close")]
    assert closing["share"] == pytest.approx((taken[solved] > 0).any(axis=(1, 2)).mean())


def test_a_held_plan_is_never_better_than_each_futures_own(made: tuple[Folders, Prepared]) -> None:
    folders, _ = made
    run(folders, "example")
    held = held_decisions(folders, "example")
    prepared = prepare(folders, "example", Design(Method.LHS, MEMBERS, 3), held=held)
    make(folders, prepared, "example-holding-example", LocalCrew(1))
    own = read_ensemble(folders.results, "example")
    ((name, other),) = read_held(folders, "example")
    assert name == "example"
    extra = regret(own, other)["emissions"].dropna()
    assert len(extra)
    assert (extra >= -1e-6).all()
    assert (~own.solved() & other.solved()).sum() == 0
    assert failures(own, other) == pytest.approx(1 - len(extra) / own.solved().sum())
    pedigree = read_pedigree(folders.data)
    shown = Console(width=150, record=True, file=StringIO())
    empty = {"emissions": (pd.DataFrame(), 0)}
    for view in futures_views(own, [("kept", other), ("own", own)], empty, {}, pedigree, folders.results, Speaker(Language.EN)):
        shown.print(view)
    text = shown.export_text()
    assert f"Finding out changes no choice, or the sample is too small to tell ({len(extra)} futures)" in text  # each future's own is best
    assert ("Futures without any plan" in text) == (counts(own)["infeasible"] > 0)


def test_the_page_gets_the_ensemble_of_the_same_scenario_and_data_only(made: tuple[Folders, Prepared], pedigree: Pedigree) -> None:
    folders, _ = made
    stored, tables = run(folders, "example"), read_tables(folders.province("example"))
    own = read_ensemble(folders.results, "example")
    found = futures_of(folders.results, stored, tables)
    assert found is not None
    assert (found["members"], found["solved"]) == (MEMBERS, int(own.solved().sum()))
    assert sum(found["counts"].values()) == MEMBERS
    last = own.members["emission"].values[own.solved()][:, :, -1].sum(axis=1)
    assert found["fan"]["q50"][-1] == pytest.approx(np.median(last))
    assert {row["id"]: row["met"] for row in found["chances"]} == chances(own)["met"].to_dict()
    assert [row["share"] for row in found["acts"]] == acts(own)["share"].tolist()
    assert all(row["driver"][1] in {driver.name_en for driver in pedigree.drivers.values()} for row in found["first"])
    for key in ("scenario_hash", "data_hash"):
        other = replace(stored, manifest=stored.manifest | {key: "0" * 64})
        assert futures_of(folders.results, other, tables) is None
    assert futures_of(folders.root, stored, tables) is None


def test_changed_data_are_noticed_when_draws_are_made_again(made: tuple[Folders, Prepared], tmp_path: Path) -> None:
    folders, _ = made
    own = read_ensemble(folders.results, "example")
    other = project(tmp_path)
    path = other.data / "driver_facts.csv"
    path.write_text("\n".join(line for line in path.read_text("utf-8").splitlines() if not line.startswith("grid_factor")) + "\n"
                    + "carbon_price,good_facts,power_emission,,,up,false,false,,\n", "utf-8")  # fmt: skip
    with pytest.raises(ResultError, match="changed"):
        draws_of(other, own)


def test_interval_of_a_share() -> None:
    low, high = wilson(8, 10)
    assert (low, high) == (pytest.approx(0.4902, abs=1e-4), pytest.approx(0.9433, abs=1e-4))
    assert wilson(0, 20)[0] == pytest.approx(0, abs=1e-12)


def additive(draws: Draws, points: Floats, weights: dict[str, float]) -> np.ndarray:
    """Sum over drivers of weight times the driver's own dim: shares of variance are known."""
    at = {name: place for place, name in enumerate(draws.dims)}
    return np.asarray(sum(weight * points[:, at[driver]] for driver, weight in weights.items()))


def test_sobol_and_morris_find_known_shares(draws: Draws) -> None:
    weights = dict(zip(draws.drivers[:3], (3.0, 2.0, 0.0), strict=True))
    design = Design(Method.SOBOL, 256 * (len(draws.drivers) + 2), 5)
    found = sobol_indices(additive(draws, design.points(draws), weights), draws.drivers, 5)
    assert found.loc[draws.drivers[0], "total"] == pytest.approx(9 / 13, abs=0.05)
    assert found.loc[draws.drivers[0], "first_order"] == pytest.approx(9 / 13, abs=2 * found.loc[draws.drivers[0], "first_order_half"])
    assert found.loc[draws.drivers[1], "total"] == pytest.approx(4 / 13, abs=0.05)
    assert found.loc[draws.drivers[2], "total"] == pytest.approx(0, abs=1e-9)
    points = design.points(draws)[: len(draws.drivers) + 2]
    own = [place for place, name in enumerate(draws.groups) if name == draws.drivers[1]]
    assert np.array_equal(points[2][own], points[-1][own])  # the second driver moves with all its own terms
    assert np.array_equal(np.delete(points[2], own), np.delete(points[0], own))
    design = Design(Method.MORRIS, 20 * (len(draws.drivers) + 1), 5)
    points = design.points(draws)
    effects = morris_indices(problem_of(draws), points, additive(draws, points, weights), 5)
    assert effects.loc[draws.drivers[0], "effect"] == pytest.approx(3.0)
    assert effects.loc[draws.drivers[2], "effect"] == pytest.approx(0.0, abs=1e-9)


def test_broken_blocks_are_left_out_whole() -> None:
    values = np.arange(12.0)
    values[5] = np.nan
    found = whole_blocks(values, 4)
    assert found.dropped == 1
    assert found.values.tolist() == [0, 1, 2, 3, 8, 9, 10, 11]
    assert found.used.sum() == 8


def test_ranks_tell_influence_from_chance() -> None:
    dice = np.random.default_rng(2)
    columns = dice.random((300, 40))
    outcome = 2 * columns[:, 7] + dice.normal(0, 0.5, 300)
    found, half, chance = rank_shares(columns, outcome, 1)
    assert int(np.abs(found).argmax()) == 7
    assert abs(found[7]) > chance
    assert (np.abs(np.delete(found, 7)) < chance).mean() > 0.9
    assert 0 < half[7] < 0.2


def test_facts_to_measure_first_join_influence_and_grade(made: tuple[Folders, Prepared], pedigree: Pedigree) -> None:
    own = read_ensemble(made[0].results, "example")
    few = pd.Series(np.full(MEMBERS, np.nan))
    assert measure_next(own, few, pedigree.factors).empty
    place = int(np.flatnonzero(own.members["series_grade"].values == "E")[0])
    outcome = pd.Series(own.members["position"].values[:, place])
    assert len(outcome) >= LEAST
    first = measure_next(own, outcome, pedigree.factors).iloc[0]
    assert first.name == own.members["series"].values[place]
    narrowed = 1 - (np.log(pedigree.factors[Grade.B]) / np.log(pedigree.factors[Grade.E])) ** 2
    assert first["gain"] == pytest.approx(narrowed)
    drivers, dropped = by_driver(own, outcome, {}, np.zeros(0))
    assert dropped == 0
    main = str(own.members["series_driver"].values[place])
    assert drivers["correlation"].abs().idxmax() == main
    measured = measure_next(own, outcome, pedigree.factors)
    text = printed(
        futures_views(own, [], {"emissions": (drivers, 2)}, {"emissions": measured}, pedigree, Path("here"), Speaker(Language.EN))
    )
    influences, first_facts = text[text.index("What drives") :].split("Facts to find out first")
    assert influences.index(pedigree.drivers[main].name_en) == min(
        influences.find(pedigree.drivers[name].name_en) for name in drivers.index if pedigree.drivers[name].name_en in influences
    )
    assert "2 blocks" in influences
    assert str(first["subject"]) in first_facts
    assert f"{first['gain']:.1%}" in first_facts


def printed(views: list[Any]) -> str:
    shown = Console(width=150, record=True, file=StringIO())
    for view in views:
        shown.print(view)
    return shown.export_text()


def test_influence_is_by_the_designs_own_method(made: tuple[Folders, Prepared], draws: Draws) -> None:
    """Sobol and Morris designs go by whole blocks; one that lost a member is left out, and one block tells nothing."""
    own = read_ensemble(made[0].results, "example")
    weights = dict(zip(draws.drivers[:2], (3.0, 2.0), strict=True))
    for method, block in ((Method.SOBOL, len(draws.drivers) + 2), (Method.MORRIS, len(draws.drivers) + 1)):
        points = Design(method, 16 * block, 5).points(draws)
        outcome = pd.Series(additive(draws, points, weights))
        as_designed = replace(own, identity=own.identity | {"method": str(method), "block": block})
        found, dropped = by_driver(as_designed, outcome, problem_of(draws), points)
        measure = found["total" if method is Method.SOBOL else "effect"]
        assert (dropped, measure.idxmax()) == (0, draws.drivers[0])
        outcome[block] = np.nan
        again, dropped = by_driver(as_designed, outcome, problem_of(draws), points)
        assert (dropped, len(again)) == (1, len(found))
        assert by_driver(as_designed, outcome[:block], problem_of(draws), points[:block])[0].empty


def test_what_finding_out_is_worth_among_held_plans(made: tuple[Folders, Prepared], pedigree: Pedigree) -> None:
    """Of two plans the second is better by 10 just where a driver's facts lie high: knowing them is worth half of that at most."""
    own = read_ensemble(made[0].results, "example")
    many = own.members.isel(member=np.flatnonzero(own.solved()).repeat(4))
    own = replace(own, members=many.assign_coords(member=np.arange(many.sizes["member"])))
    scores = driver_scores(own)
    driver = next(
        name for name in scores.columns if (own.members["series_grade"].values[own.members["series_driver"] == name] == "E").any()
    )
    high = scores[driver].to_numpy() > scores[driver].median()
    held = []
    for name, where in (("one", high), ("two", ~high)):
        value = own.members["value"].copy()
        value.values[:, list(Goal).index(Goal.EMISSIONS)] = 100.0 - 10 * where
        held.append((name, replace(own, members=own.members.assign(value=value))))
    empty = {"emissions": (pd.DataFrame(), 0)}
    text = printed(futures_views(own, held, empty, {}, pedigree, Path("here"), Speaker(Language.EN)))
    part = " ".join(text[text.index("one, two") :].split())
    assert pedigree.drivers[driver].name_en in part
    best = max(high.mean(), 1 - high.mean())
    assert f"Knowing everything is worth {10 * (1 - best):.2f}" in part


def test_other_gaps_keep_the_targets_stage(made: tuple[Folders, Prepared]) -> None:
    options = solver_options(made[0], "example", gap=0.01, cost_gap=0.05, time_limit=9)
    assert (options.gap_of(Goal.SHORTFALL), options.gap_of(Goal.EMISSIONS), options.gap_of(Goal.COST)) == (0.0, 0.01, 0.05)
    assert options.time_limit == 9


def test_the_plans_data_are_all_placed(pedigree: Pedigree) -> None:
    scenario = read_scenario(ROOT / "scenarios" / "plan.yaml")
    tables = read_tables(ROOT / "data" / "chongqing")
    found = uncertain_facts(tables, pedigree, scenario)
    named = {name for row in pedigree.facts for name in row.subjects}
    known = {row.id for table in ("configurations", "lines", "goods", "segments", "measures") for row in tables.rows[table]}  # type: ignore[attr-defined]
    assert named <= known
    assert len(found.facts) > 1000
    assert all(isinstance(driver, Driver) for driver in pedigree.drivers.values())
