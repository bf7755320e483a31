"""Any two families of clauses can collide, unless one states a part of the other's rows: each pair is planted, each exception is shown.

The fork: a town needs 50 of steel and can build one of two works. A clause of each family can shut one of them; alone it leaves the
other, two together leave none.
"""

from itertools import combinations_with_replacement, product
from pathlib import Path
from typing import Any

import pytest
import worlds
from test_explain import base, names_of, only, solved_from_files, with_clauses

from model.checks import check_tables
from model.checks.clauses import _subjects
from model.errors import InfeasibleError
from model.explain import explain
from model.explain.provisions import CLAUSES
from model.problem import assemble
from model.scenario import Scenario, with_levers
from model.session import Session, ask_of
from model.tables import Tables, read_tables
from tests.nightly import NIGHTLY

YEARS = (2020, 2021, 2022)
SHUTS = {
    "baseline_reached": ("below_baseline", {}, ""),  # it stands below the baseline, and no measure lifts it
    "benchmark_share": ("works_{}", {None: 1.0}, "1"),  # it is not at the benchmark
    "capacity_cap": ("works_{}", {None: 0.0}, "10kt"),
    "energy_intensity": ("value_added", {None: 1.2}, "1"),  # it burns coal
    "green_power_share": ("works_{}", {None: 1.0}, "1"),  # its power comes from the grid
    "new_at_benchmark": ("new_lines", {}, ""),
    "no_new_capacity": ("works_{}", {}, ""),
    "production_floor": ("mills_{}", {None: 9.5}, "10kt"),  # a mill needs all of the ore that it would use
    "replacement": ("quota_{}", {}, ""),  # nothing leaves, and there is no quota at hand
    "route_share": ("works_{}", {None: 1.0}, "1"),  # it is of the long route
    "utilisation_floor": ("works_{}", {None: 1.0}, "1"),  # 60 of capacity, and 50 that anybody needs
    "value_target": ("cluster_{}", {None: 10.0}, "100M CNY"),  # a segment needs all of its ore
}
"""Subject, values and unit of a clause that shuts one of the two works (its number in place of the braces)."""
CONTAINED = {
    "baseline_reached": "it is about all lines and has no number: the later of two such clauses states a part of the earlier one's rows",
    "new_at_benchmark": "it is about all new lines and has no number: the same",
}
"""Families of which two clauses cannot collide, and why."""
PAIRS = list(combinations_with_replacement(sorted(SHUTS), 2))
PLANTED = [(first, second) for first, second in PAIRS if first != second or first not in CONTAINED]


def fork(first: str, second: str, folder: Path) -> Tables:
    """A town in which a clause of the first family shuts works 1, and one of the second works 2."""
    shut = {1: first, 2: second}
    book = worlds.Book()
    book.add("sources", id="made", title_zh="自造", title_en="made up", kind="estimate", locator="made for a test")
    for good, kind, unit, buy, sell in (("steel", "product", "10kt", "no", "no"), ("power", "power", "GWh", "free", "no"),
                                        ("green", "power", "GWh", "free", "no")):  # fmt: skip
        book.entity("goods", good, kind=kind, unit=unit, on_site="false", buy=buy, sell=sell, green=str(good == "green").lower())
    for good in ("power", "green"):
        book.fact("good_facts", good, "energy_equivalent", 9, "GJ/MWh")
    for year in YEARS:
        book.fact("good_facts", "steel", "final_demand", 50.0 * (year > YEARS[0]), "10kt", year=year)
    book.entity("configurations", "not_built", standing="false")
    for number, family in shut.items():
        _works(book, number, family, twice=first == second)
        _mill_and_segment(book, number)
        subject, values, unit = SHUTS[family]
        by_year: dict[int | None, float] = {2020 + number: 1.2, 2023 - number: 1000.0} if _yearly(family, first == second) else values
        book.entity("clauses", f"shuts_{number}", rule=family, subject=subject.format(number), place="here", wording_zh="关",
                    wording_en="shut", target="false", active="true", source="made")  # fmt: skip
        for when, value in by_year.items():
            book.fact("clause_facts", f"shuts_{number}", "value", value, unit, year=when)
    book.fact("city_facts", "city", "discount_rate", 0.05, "1")
    book.fact("city_facts", "city", "carbon_price", 0, "CNY/tCO2e")
    found = read_tables(worlds.write(book.rows, folder))
    check_tables(found)
    return found


def _yearly(family: str, twice: bool) -> bool:
    """Two clauses about the energy of the city differ in the year in which they bite."""
    return twice and family == "energy_intensity"


def _works(book: worlds.Book, number: int, family: str, *, twice: bool) -> None:
    """A site on which works can be built in 2021, for 60, to run at 36 at least: not both can run."""
    works, ore, coal = f"works_{number}", f"ore_{number}", f"coal_{number}"
    book.entity("goods", ore, kind="material", unit="10kt", on_site="false", buy="limited", sell="no", green="false")
    book.fact("good_facts", ore, "supply", 10, "10kt")
    book.entity("goods", coal, kind="fuel", unit="TJ", on_site="false", buy="free", sell="no", green="false")
    for year in YEARS:
        eased = _yearly(family, twice) and year != 2020 + number
        book.fact("good_facts", coal, "energy_equivalent", 1e-4 if eased else 1, "GJ/GJ", year=year)
    book.entity("groups", works, sector="metals", unit="10kt")
    book.entity("configurations", f"built_{number}", good="steel", standing="true", route="long")
    for parameter, value, unit, item in (
        ("availability", 1, "1", None), ("minimum_load", 0.6, "1", None), ("use", 0.1, "t/t", ore), ("use", 1, "kWh/t", "power"),
        ("use", 10 if family == "energy_intensity" else 0.001, "GJ/t", coal), ("specific_energy", 2, "kWh/t", None),
        ("benchmark", 1, "kWh/t", None), ("baseline", 1 if family == "baseline_reached" else 3, "kWh/t", None),
    ):  # fmt: skip
        book.fact("configuration_facts", f"built_{number}", parameter, value, unit, item)
    book.entity("lines", f"site_{number}", group=works, family=works, site="valley", configuration="not_built", status="candidate",
                grade="C", source="made")  # fmt: skip
    book.fact("line_facts", f"site_{number}", "capacity", 60, "10kt")
    quota = f"quota_{number}" if family == "replacement" else None
    book.entity("transitions", f"build_{number}", kind="build", start="not_built", end=f"built_{number}", applies=works, debits=quota,
                ratio=f"ratio_{number}" if quota else None, last_year=2021, source="made",
                at_benchmark=str(family == "new_at_benchmark").lower())  # fmt: skip
    if quota:
        book.entity("accounts", quota, group=works)
        book.entity("ratios", f"ratio_{number}")
        book.fact("quota_facts", f"ratio_{number}", "ratio", 1, "1")


def _mill_and_segment(book: worlds.Book, number: int) -> None:
    """A mill and a segment that need the same ore, and can do with next to nothing."""
    ore, mill = f"ore_{number}", f"mill_{number}"
    book.entity("goods", f"plate_{number}", kind="product", unit="10kt", on_site="false", buy="no", sell="free", green="false")
    book.entity("groups", f"mills_{number}", sector="metals", unit="10kt")
    book.entity("configurations", mill, good=f"plate_{number}", standing="true")
    for parameter, value, unit, item in (("availability", 1, "1", None), ("use", 1, "t/t", ore), ("use", 10, "kWh/t", "green")):
        book.fact("configuration_facts", mill, parameter, value, unit, item)
    book.entity("lines", f"old_{number}", group=f"mills_{number}", family=f"mills_{number}", site="valley", configuration=mill,
                status="existing", grade="C", source="made")  # fmt: skip
    book.fact("line_facts", f"old_{number}", "capacity", 20, "10kt")
    book.fact("line_facts", f"old_{number}", "base_output", 1, "10kt", year=YEARS[0])
    book.entity("clusters", f"cluster_{number}", kind="cluster")
    book.entity("segments", f"segment_{number}", cluster=f"cluster_{number}")
    for parameter, value, unit, item in (
        ("use", 1, "t/10k CNY", ore), ("use", 1000, "kWh/10k CNY", "power"), ("value_added_ratio", 0.25, "1", None),
        ("growth_least", 0.5, "1", None), ("growth_most", 10, "1", None),
    ):  # fmt: skip
        book.fact("segment_facts", f"segment_{number}", parameter, value, unit, item)
    book.fact("segment_facts", f"segment_{number}", "base_output", 1, "100M CNY", year=YEARS[0])


def asked(**clauses: object) -> Scenario:
    """The town's scenario, with levers of its clauses."""
    words = {"zh": "岔路", "en": "a fork"}
    made = Scenario.model_validate({"name": "fork", "title": words, "why": words, "data": "fork", "solver": {"gap": 0}, "targets": "firm",
                                    "objectives": ["emissions"], "years": {"first": YEARS[0], "last": YEARS[-1]}})  # fmt: skip
    return with_levers(made, {"clauses": clauses} if clauses else {})


def built(tables: Tables, scenario: Scenario) -> set[str] | None:
    """Which works a plan builds; none where there is no plan."""
    try:
        plan = Session().solve(assemble(tables, scenario), ask_of(scenario))
    except InfeasibleError:
        return None
    return {str(name) for name in plan.problem["step_arc"].values[plan.flat["move"].values.any(axis=1)]}


def test_every_family_of_clauses_is_in_the_table(tables: Tables) -> None:
    assert set(SHUTS) == set(CLAUSES) == set(_subjects(tables))
    assert len(PAIRS) == 78
    assert len(PLANTED) == 76


@pytest.mark.parametrize(("first", "second"), PLANTED)
def test_each_alone_leaves_the_other_works_and_both_leave_none(first: str, second: str, tmp_path: Path) -> None:
    tables = fork(first, second, tmp_path / "fork")
    assert built(tables, asked(shuts_2=False)) == {"build_2"}
    assert built(tables, asked(shuts_1=False)) == {"build_1"}
    scenario = asked()
    found = explain(tables, scenario, assemble(tables, scenario))
    assert not found.feasible
    assert {"shuts_1", "shuts_2"} <= names_of(found)
    assert found.repairs
    if NIGHTLY or PLANTED.index((first, second)) % 4 == 0:
        (tmp_path / "repairs").mkdir()
        assert len(list(solved_from_files(found, tables, scenario, tmp_path / "repairs"))) == len(found.repairs)


def stated(tables: Tables, rule: str, clauses: dict[str, int]) -> set[tuple[Any, ...]]:
    """Rows of a rule, whole, where clauses begin to bind in given years."""
    levers = {name: {"active": True, "from_year": year} for name, year in clauses.items()}
    scenario = with_levers(base(), only(**levers))
    matrix = Session().compiled(assemble(tables, scenario), ask_of(scenario))
    chosen = [number for number, (name, _) in enumerate(matrix.rows) if name == rule]
    body = matrix.matrix.tocsr()[chosen].toarray()
    return {
        (matrix.rows[number], matrix.lower[number], matrix.upper[number], *cells.tolist())
        for number, cells in zip(chosen, body, strict=True)
    }


@pytest.mark.parametrize(("family", "name"), [("baseline_reached", "baseline"), ("new_at_benchmark", "new_level")])
def test_the_later_of_two_clauses_states_a_part_of_the_earlier(family: str, name: str, tables: Tables) -> None:
    assert family in CONTAINED
    both = with_clauses(tables, (("more", family, SHUTS[family][0], 0.0),))
    rows = {year: stated(tables, family, {name: year}) for year in (2021, 2022, 2023)}
    assert rows[2021] > rows[2022] > rows[2023] > set()
    for first, second in product(rows, repeat=2):
        assert stated(both, family, {name: first, "more": second}) == rows[min(first, second)]
