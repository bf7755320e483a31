"""Futures that contradict no authority, why some have no plan, and answers found stage by stage."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from model.contract import Fact
from model.errors import InfeasibleError
from model.futures.answers import Ensemble, walls
from model.futures.draws import uncertain_facts
from model.futures.member import Status
from model.futures.pedigree import read_pedigree
from model.futures.response import Following, followed
from model.futures.walls import wall
from model.names import Goal
from model.problem import assemble
from model.scenario import Scenario, read_scenario
from model.session import Session, ask_of, restricted
from model.solve import Start
from model.tables import Tables, read_tables

ROOT = Path(__file__).parent.parent


def with_value(tables: Tables, table: str, place: int, value: float) -> Tables:
    rows = list(tables.facts(table))
    rows[place] = rows[place].model_copy(update={"value": value})
    return replace(tables, rows=tables.rows | {table: tuple(rows)})


def found_at(tables: Tables, table: str, subject: str, parameter: str) -> int:
    return next(n for n, fact in enumerate(tables.facts(table)) if (fact.subject, fact.parameter) == (subject, parameter))


@pytest.mark.parametrize(("demand", "days"), [(5.0, 50.0), (4.5, 80.0), (5.2, 38.0), (6.0, 10.0), (2.0, 120.0)])
def test_days_follow_demand_within_their_range(tables: Tables, demand: float, days: float) -> None:
    """Stated: 50 days of staggered production and 15 of repairs leave 300, for a final demand of 5; range 10 to 120 days."""
    place, of = found_at(tables, "configuration_facts", "kiln", "staggered_days"), found_at(tables, "good_facts", "clinker", "final_demand")
    drawn = with_value(tables, "good_facts", of, demand)
    fact = followed(tables, drawn, (Following(place, 10, 120, (of,)),)).facts("configuration_facts")[place]
    assert fact.value == pytest.approx(days)


def test_kilns_of_the_plan_follow_cement_and_the_scenario_comes_first() -> None:
    pedigree, tables = read_pedigree(ROOT / "data"), read_tables(ROOT / "data" / "chongqing")
    plain = read_scenario(ROOT / "scenarios" / "plan.yaml")
    draws = uncertain_facts(tables, pedigree, plain)
    kilns = {tables.facts("configuration_facts")[one.place].subject for one in draws.following}
    assert kilns == {"kiln_k1", "kiln_k2", "kiln_k3", "kiln_k4", "kiln_new"}
    years = {tables.facts("good_facts")[place].year for one in draws.following for place in one.demand}
    assert years == {2020, 2025, 2030, 2035}
    assert {tables.facts("good_facts")[place].path for one in draws.following for place in one.demand} == {"central"}
    fewer = read_scenario(ROOT / "scenarios" / "plan_fewer_stops.yaml")
    left = {tables.facts("configuration_facts")[one.place].year for one in uncertain_facts(tables, pedigree, fewer).following}
    assert left.isdisjoint({2022, 2023, 2024, 2025})

    def days(at: float) -> list[float]:
        positions = np.full(len(draws.series), 0.5)
        positions[draws.series.index("demand/cement/final_demand")] = at
        facts: tuple[Fact, ...] = draws.tables_at(positions).facts("configuration_facts")
        own = [fact for fact in facts if (fact.subject, fact.parameter) == ("kiln_k1", "staggered_days")]
        return [fact.value for fact in own if fact.year in (2020, 2024, 2025)]

    low, high = days(0.05), days(0.95)
    assert low[0] == high[0] == 90  # the base year is a statistic
    assert high[1] < 170 < low[1]
    assert high[2] < 170 < low[2]


def test_walls_say_what_has_to_give() -> None:
    """The cap of 100 against an output target of 120, and no steel to be bought: 20 have to give somewhere."""
    scenario = read_scenario(ROOT / "scenarios" / "infeasible-example.yaml")
    problem = assemble(read_tables(ROOT / "data" / "example"), scenario)
    session, ask = Session(), ask_of(scenario)
    matrix = restricted(problem, session.compiled(problem, ask), ask)
    with pytest.raises(InfeasibleError):
        session.outcome(matrix, ask)
    family, subject, year, share = wall(problem, matrix, ask).split(";")[0].split(" ")
    assert (family, year) in {("capacity_cap", "2022"), ("value_target", "2022")}
    clause = problem["clause"].values.tolist().index(subject)
    place = problem["year"].values.tolist().index(int(year))
    assert float(share) * float(problem["clause_scale"].values[clause, place]) == pytest.approx(20, rel=1e-3)


def test_walls_are_counted_by_what_gives_first() -> None:
    why = [
        b"availability kiln 2024 0.0100;demand cement 2024 0.0050",
        b"availability kiln 2024 0.0300",
        b"whole",
        b"",
        b"supply x 2023 0.2000",
    ]
    status = [Status.INFEASIBLE, Status.INFEASIBLE, Status.INFEASIBLE, Status.OPTIMAL, Status.OUTSIDE]
    members = xr.Dataset({"status": ("member", np.array(status, dtype=np.int8)), "why": ("member", np.array(why, dtype="S160"))})
    found = walls(Ensemble(members, xr.Dataset(), {}))
    assert found.iloc[0].to_dict() == {
        "family": "availability", "subject": "kiln", "year": 2024, "members": 2, "gives": pytest.approx(0.02), "share": pytest.approx(2 / 3)
    }  # fmt: skip
    assert found["members"].tolist() == [2, 1]
    assert found["family"].tolist() == ["availability", "whole"]


@pytest.mark.parametrize("other_facts", [False, True])
def test_a_poor_start_finds_the_same_stages(province: xr.Dataset, scenario: Scenario, other_facts: bool) -> None:
    session, ask = Session(), ask_of(scenario)
    ask = replace(ask, options=ask.options.model_copy(update={"gap": 0.0, "gaps": {}}))
    matrix = session.compiled(province, ask)
    whole = session.solve_matrix(province, matrix, ask)
    again = session.solve_matrix(province, matrix, ask, start=Start(np.zeros(matrix.matrix.shape[1]), other_facts=other_facts))
    assert again.certificate.valid
    for goal in (Goal.SHORTFALL, Goal.EMISSIONS, Goal.COST):
        assert again.value(goal) == pytest.approx(whole.value(goal), rel=1e-6, abs=1e-6)
        assert again.bound(goal) <= again.value(goal) + 1e-6 * max(1.0, abs(again.value(goal)))
