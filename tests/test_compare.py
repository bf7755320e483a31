"""Comparison and attribution: hand-summed causes, sums that must hold, names that must not matter, intervals, costs per tonne."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from model.compare import (
    IMPORTS,
    SEGMENTS,
    Term,
    abatement,
    attribution,
    common_years,
    comparison,
    differences,
    explained,
    mismatches,
    overlapping,
    picture,
    ranks,
    wedges,
)
from model.compare.abatement import marginal
from model.compare.logmean import logmean, split
from model.compare.picture import UNITS
from model.examine import ledgers
from model.language import Language, Speaker
from model.names import SOURCES_IN, Scope, Source
from model.problem import assemble
from model.scenario import Scenario
from model.session import Session, ask_of
from model.show import compare_views
from model.solution import dense
from model.store import Stored
from model.tables import Tables
from model.tolerances import OBJECTIVE
from tests.worlds import draw, rows_of, run, scenario_of, write

GOODS = ("coal", "gas", "grid", "green", "iron", "steel")
SOURCES = tuple(str(source) for source in Source)
POOLS = ("iron|", "steel|long", "steel|short")


# one product


def test_a_product_is_split_by_the_ratios_of_its_factors() -> None:
    """2 x 3 to 4 x 6: both factors double, so each has half of the 18; 2 x 3 to 4 x 3: the first has all of it."""
    both = split({"a": (np.array(2.0), np.array(4.0)), "b": (np.array(3.0), np.array(6.0))})
    assert [float(both.effects[name]) for name in "ab"] == pytest.approx([9, 9])
    one = split({"a": (np.array(2.0), np.array(4.0)), "b": (np.array(3.0), np.array(3.0))})
    assert [float(one.effects[name]) for name in "ab"] == pytest.approx([6, 0])


def test_logarithmic_mean_lies_between_and_meets_its_limits() -> None:
    assert float(logmean(np.array(1.0), np.array(np.e))) == pytest.approx(np.e - 1)
    assert float(logmean(np.array(5.0), np.array(5.0))) == 5.0
    assert float(logmean(np.array(-1.0), np.array(-np.e))) == pytest.approx(1 - np.e)
    assert float(logmean(np.array(0.0), np.array(3.0))) == 0.0
    assert float(logmean(np.array(1.0), np.array(1 + 1e-12))) == pytest.approx(1.0)


def test_zero_is_the_limit_of_ever_smaller_values() -> None:
    """With 1e-300 in the place of zero the vanishing factor already has all but a hundredth."""
    tiny = split({"a": (np.array(1e-300), np.array(4.0)), "b": (np.array(3.0), np.array(6.0))}).effects
    limit = split({"a": (np.array(0.0), np.array(4.0)), "b": (np.array(3.0), np.array(6.0))}).effects
    assert [float(limit[name]) for name in "ab"] == [24, 0]
    assert abs(float(tiny["a"]) - 24) < 0.24
    two = split({"a": (np.array(0.0), np.array(4.0)), "b": (np.array(0.0), np.array(6.0))}).effects
    assert [float(two[name]) for name in "ab"] == [12, 12]


NUMBERS = st.sampled_from([0.0, -2.0, -0.5, 0.3, 1.0, 1.0 + 1e-12, 7.0, 1e6, np.nan])


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=4))
def test_any_product_adds_up_and_turns_its_sign_with_its_ends(pairs: list[tuple[float, float]]) -> None:
    """Zeros, signs and missing ratios included; the rate times a factor's change is the factor's effect."""
    factors = {str(place): (np.array(first), np.array(last)) for place, (first, last) in enumerate(pairs)}
    found = split(factors)
    back = split({name: (last, first) for name, (first, last) in factors.items()})
    start, end = (np.prod([float(pair[side]) for pair in found.factors.values()]) for side in (0, 1))
    rounding = 1e-9 * max(abs(start), abs(end))
    assert sum(float(effect) for effect in found.effects.values()) == pytest.approx(end - start, rel=1e-9, abs=rounding)
    for name, effect in found.effects.items():
        assert float(back.effects[name]) == pytest.approx(-float(effect), rel=1e-9, abs=1e-9)
        first, last = found.factors[name]
        assert float(found.rate(name) * (last - first)) == pytest.approx(float(effect), rel=1e-6, abs=1e-9)


# one cause at a time, summed by hand


def scene(**amounts: dict[str, Any]) -> xr.Dataset:
    """100 of output needs 100 steel, all of it long: 90 iron (10 coal each), 20 gas and 2 grid power a unit; a segment emits 30.

    Factors: coal 0.1, gas 0.05, grid 0.5; embodied steel 2. Emission: iron 90, gas 100, power 100, segment 30: 320.
    """
    shapes = {"output": 2, "segment_direct": (2, 5), "need": (2, 6), "demand": 6, "sales": 6, "bought": 6, "by_segments": 6, "made": 3,
              "plain": (3, 6), "change": (3, 6), "direct": (3, 5), "direct_change": (3, 5), "factor": (6, 5), "embodied": 6}  # fmt: skip
    dims = {"output": ("segment",), "segment_direct": ("segment", "source"), "need": ("segment", "good"), "made": ("pool",),
            "plain": ("pool", "good"), "change": ("pool", "good"), "direct": ("pool", "source"), "direct_change": ("pool", "source"),
            "factor": ("good", "source")}  # fmt: skip
    arrays = {name: (dims.get(name, ("good",)), np.zeros(shape)) for name, shape in shapes.items()}
    kind = np.array([1, 1, 2, 2, 0, 0])
    coordinates = {"good": list(GOODS), "segment": ["cars", "tools"], "source": list(SOURCES), "pool": list(POOLS), "kind": ("good", kind)}
    made = xr.Dataset({**arrays, "content": ("good", np.ones(6))}, coords=coordinates)
    assert set(made.data_vars) == set(UNITS)
    base: dict[str, dict[Any, float]] = {
        "output": {"cars": 100}, "need": {("cars", "steel"): 1, ("tools", "steel"): 2}, "segment_direct": {("cars", "fuel"): 0.3},
        "made": {"iron|": 90, "steel|long": 100}, "embodied": {"steel": 2},
        "plain": {("iron|", "coal"): 900, ("steel|long", "iron"): 90, ("steel|long", "gas"): 2000, ("steel|long", "grid"): 200},
        "factor": {("coal", "fuel"): 0.1, ("gas", "fuel"): 0.05, ("grid", "power"): 0.5},
        "bought": {"coal": 900, "gas": 2000, "grid": 200},
    }  # fmt: skip
    for name in base | amounts:
        for label, value in (base.get(name, {}) | amounts.get(name, {})).items():
            labels = label if isinstance(label, tuple) else (label,)
            made[name].loc[dict(zip(made[name].dims, labels, strict=True))] = value
    return made


def scaled(by: float) -> dict[str, Any]:
    """All that lines make, use and buy, times a number."""
    return {
        "made": {"iron|": 90 * by, "steel|long": 100 * by},
        "plain": {("iron|", "coal"): 900 * by, ("steel|long", "iron"): 90 * by, ("steel|long", "gas"): 2000 * by,
                  ("steel|long", "grid"): 200 * by},
        "bought": {"coal": 900 * by, "gas": 2000 * by, "grid": 200 * by},
    }  # fmt: skip


HALF_SHORT = {
    "made": {"iron|": 45, "steel|long": 50, "steel|short": 50},
    "plain": {("iron|", "coal"): 450, ("steel|long", "iron"): 45, ("steel|long", "gas"): 1000, ("steel|long", "grid"): 100,
              ("steel|short", "grid"): 300},
    "bought": {"coal": 450, "gas": 1000, "grid": 400},
}  # fmt: skip
CAUSES: dict[str, tuple[dict[str, Any], dict[Term, float], float]] = {
    "output doubles": ({"output": {"cars": 200}, **scaled(2)}, {Term.ACTIVITY: 320}, 320),
    "tools, which need twice the steel and emit nothing": (
        # steel per output doubles: 290 more from lines; the cars' own 30 go
        {"output": {"cars": 0, "tools": 100}, **scaled(2)}, {Term.MIX: 260}, 260,
    ),
    "steel for sale": ({"sales": {"steel": 100}, **scaled(2)}, {Term.SALES: 290}, 290),
    "steel for final demand": ({"demand": {"steel": 100}, **scaled(2)}, {Term.DEMAND: 290}, 290),
    # half of the iron, gas and power leave with the long route (145); 50 x 6 power x 0.5 come with the short one
    "half of it short": (HALF_SHORT, {Term.ROUTE: -145 + 150}, 5),
    # 145 less at home, 50 bought x 2
    "half of it bought": (
        {**scaled(0.5), "bought": {"coal": 450, "gas": 1000, "grid": 100, "steel": 50}}, {Term.SOURCING: -145 + 100}, -45,
    ),
    "a measure that saves a quarter of the gas": (
        {"change": {("steel|long", "gas"): -500}, "bought": {"gas": 1500}}, {Term.MEASURES: -25}, -25,
    ),
    "a measure on iron per steel": (
        # 0.1 of 0.9 iron a unit: coal of 90 falls to 80
        {"change": {("steel|long", "iron"): -10}, "made": {"iron|": 80}, "plain": {("iron|", "coal"): 800}, "bought": {"coal": 800}},
        {Term.MEASURES: -10}, -10,
    ),
    "lines that use less": ({"plain": {("iron|", "coal"): 600}, "bought": {"coal": 600}}, {Term.FLEET: -30}, -30),
    # 900 coal become gas of equal heat: 90 fall to 45
    "gas in the place of coal": (
        {"plain": {("iron|", "coal"): 0, ("iron|", "gas"): 900}, "bought": {"coal": 0, "gas": 2900}}, {Term.ENERGY: -45}, -45,
    ),
    "green power, by a measure": (
        {"change": {("steel|long", "grid"): -200, ("steel|long", "green"): 200}, "bought": {"grid": 0, "green": 200}},
        {Term.ENERGY: -100}, -100,
    ),
    "a cleaner grid": ({"factor": {("grid", "power"): 0.25}}, {Term.GRID: -50}, -50),
    "coal with another factor": ({"factor": {("coal", "fuel"): 0.2}}, {Term.FACTS: 90}, 90),
    "dirtier steel elsewhere, but none is bought": ({"embodied": {"steel": 9}}, {}, 0),
    "process emission of a measure": ({"direct_change": {("iron|", "process"): 9}}, {Term.MEASURES: 9}, 9),
    "nothing": ({}, {}, 0),
}  # fmt: skip


@pytest.mark.parametrize("name", CAUSES)
def test_each_cause_falls_to_its_term(name: str) -> None:
    """One thing changes; its term has all of the change and no other term anything; backwards it is the negative."""
    changes, expected, total = CAUSES[name]
    first, last = scene(), scene(**changes)
    found = attribution(first, last)["effect"]
    by_term = {Term(term): float(found.sel(term=term).sum()) for term in found["term"].values.tolist()}
    assert by_term == pytest.approx({term: expected.get(term, 0.0) for term in Term}, abs=1e-9)
    assert float(found.sum()) == pytest.approx(total, abs=1e-9)
    xr.testing.assert_allclose(attribution(last, first)["effect"], -found, atol=1e-9)


def test_two_causes_at_once_by_hand() -> None:
    """Output doubles and half of the steel turns short.

    What the long route still emits stays 290 (twice the output, half the share): activity has 290 ln 2, the route loses as
    much. The 300 of the short route were not there before: the route's. The segment's 30 double: activity.
    """
    doubled = {name: {key: value * 2 for key, value in part.items()} for name, part in HALF_SHORT.items()}
    found = attribution(scene(), scene(output={"cars": 200}, **doubled))["effect"].sum(("part", "source"))
    assert float(found.sel(term="activity")) == pytest.approx(290 * np.log(2) + 30)
    assert float(found.sel(term="route")) == pytest.approx(300 - 290 * np.log(2))
    assert float(found.sum()) == pytest.approx(330)


def test_goods_that_need_each_other() -> None:
    """Iron takes 0.1 of steel, steel 0.9 of iron: 100 of steel asks for 100 / 0.91 in all. Twice the output is all activity's."""

    def loop(output: float) -> xr.Dataset:
        steel = output / 0.91
        found = scene(output={"cars": output}, **scaled(steel / 100))
        found["plain"].loc[{"pool": "iron|", "good": "steel"}] = 0.1 * 0.9 * steel
        return found

    effect = attribution(loop(100), loop(200))["effect"].sum(("part", "source"))
    assert float(effect.sel(term="activity")) == pytest.approx(290 / 0.91 + 30)
    assert float(np.abs(effect.drop_sel(term="activity")).max()) == pytest.approx(0, abs=1e-9)


def test_parts_are_the_goods_of_lines_segments_and_imports() -> None:
    """The iron that a short route no longer needs is the iron's change, and the route's doing."""
    found = attribution(scene(), scene(**HALF_SHORT))["effect"].sum("source")
    assert found["part"].values.tolist() == ["iron", "steel", SEGMENTS, IMPORTS]
    assert float(found.sel(term="route", part="iron")) == pytest.approx(-45)


# solved provinces


def solved(tables: Tables, scenario: Scenario, problem: xr.Dataset) -> Stored:
    """A result as it would be stored."""
    plan = Session().solve(problem, ask_of(scenario))
    stages = [{"goal": str(stage.goal), "value": stage.value, "bound": stage.bound, "gap": stage.gap} for stage in plan.outcome.stages]
    manifest = {"scenario": scenario.name, "data": "province", "data_hash": "0" * 64, "optimal": True, "stages": stages}
    return Stored(plan.result, problem, manifest)


@pytest.fixture(scope="module")
def plan(tables: Tables, scenario: Scenario, province: xr.Dataset) -> Stored:
    """The test province's plan."""
    return solved(tables, scenario, province)


@pytest.fixture(scope="module")
def bare(tables: Tables, scenario: Scenario) -> Stored:
    """The same province without measures, conversions and a low-carbon grid: fewer states, steps and retrofits."""
    found = scenario.model_copy(update={"name": "bare"})
    fewer = Scenario.model_validate(found.model_dump(mode="json") | {"measures": {"allow": [], "forbid": []}, "targets": "closest",
                                                                     "clauses": {"green_share": False, "energy_fall": False}})  # fmt: skip
    return solved(tables, fewer, assemble(tables, fewer))


@pytest.fixture(scope="module", params=[0, 2, 7, 8, 13])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """A random world's optimum."""
    drawn = draw(request.param)
    answer = run(write(rows_of(drawn), tmp_path_factory.mktemp("world") / "world"), scenario_of(drawn))
    result = dense(answer.found.merge(ledgers(answer.problem, answer.found)).assign_attrs(answer.problem.attrs))
    return Stored(result, answer.problem, {})


def parts_of(stored: Stored, year: int) -> dict[str, np.ndarray]:
    """Emissions by source of all lines, of segments and of imports, from the certified ledgers."""
    own = stored.result.sel(year=year)
    imports = float(own["import_emission"].sum()) * (own["source"].values == "imports")
    return {"lines": own["line_emission"].sum("line").values, SEGMENTS: own["segment_emission"].sum("segment").values, IMPORTS: imports}


def check_parts(found: xr.Dataset, first: dict[str, np.ndarray], last: dict[str, np.ndarray]) -> None:
    """Terms add up to the change of each part's ledger, source by source."""
    effect = found["effect"].sum("term")
    lines = effect.drop_sel(part=[SEGMENTS, IMPORTS]).sum("part").values
    scale = max(1.0, *(float(np.abs(part).max()) for part in (*first.values(), *last.values())))
    for name, told in (("lines", lines), (SEGMENTS, effect.sel(part=SEGMENTS).values), (IMPORTS, effect.sel(part=IMPORTS).values)):
        np.testing.assert_allclose(told, last[name] - first[name], rtol=0, atol=OBJECTIVE * scale)


def test_years_of_worlds_reconcile_with_their_ledgers(world: Stored) -> None:
    years = world.inputs["year"].values.tolist()
    found = explained(world, years[0], world, years[-1])
    assert found.attrs["residual"] <= OBJECTIVE
    check_parts(found, parts_of(world, years[0]), parts_of(world, years[-1]))
    back = explained(world, years[-1], world, years[0])
    xr.testing.assert_allclose(back["effect"], -found["effect"], atol=1e-9)


def test_scenarios_reconcile_in_every_year(plan: Stored, bare: Stored) -> None:
    """Also where one has states, steps and measures that the other has not."""
    assert plan.inputs.sizes["retrofit"] > bare.inputs.sizes["retrofit"]
    found, back = wedges(bare, plan), wedges(plan, bare)
    for year in found["year"].values.tolist():
        check_parts(found.sel(year=year), parts_of(bare, year), parts_of(plan, year))
    xr.testing.assert_allclose(back["effect"], -found["effect"], atol=1e-9)
    assert float(np.abs(found["effect"].sel(term="measures")).max()) > 0
    assert float(np.abs(found["effect"].sel(term="grid")).max()) == 0
    assert float(np.abs(found["effect"].isel(year=0)).max()) == 0


def renamed(stored: Stored) -> Stored:
    """The same with lines called otherwise, in another order, and their states in another order."""
    lines = stored.inputs["line"].values.tolist()
    names = {line: f"z{len(lines) - place:03d}" for place, line in enumerate(lines)}

    def called(dataset: xr.Dataset) -> xr.Dataset:
        own = [name for name in dataset.coords if name == "line" or str(name).endswith(("_line", "companion_host"))]
        changed = {name: (dataset[name].dims, [names[line] for line in dataset[name].values.tolist()]) for name in own}
        return dataset.assign_coords(changed)

    backwards = np.arange(len(lines))[::-1]
    result, inputs = called(stored.result).isel(line=backwards), called(stored.inputs)
    return replace(stored, result=result, inputs=inputs.isel(line=backwards, state=np.arange(inputs.sizes["state"])[::-1]))


def test_names_and_order_of_lines_do_not_matter(plan: Stored, bare: Stored) -> None:
    year = int(plan.inputs["year"].values[-1])
    found, other = explained(bare, year, plan, year), explained(renamed(bare), year, renamed(plan), year)
    xr.testing.assert_allclose(found["effect"], other["effect"], atol=1e-9)
    one, two = (abatement(stored.result, stored.inputs, year) for stored in (plan, renamed(plan)))
    np.testing.assert_allclose(one["tonnes"].values, two["tonnes"].sel(option=one["option"]).values if one["option"].size else [])


def test_a_picture_holds_the_certified_emissions(plan: Stored) -> None:
    """Pools, segments and imports as drawn emit what the ledger says."""
    year = int(plan.inputs["year"].values[-1])
    seen = picture(plan.result, plan.inputs, year)
    used = (seen["plain"] + seen["change"]).sum("pool") + seen["output"] @ seen["need"]
    own = used @ seen["factor"] + (seen["direct"] + seen["direct_change"]).sum("pool") + seen["output"] @ seen["segment_direct"]
    told = plan.result["emission"].sel(year=year)
    for source in SOURCES[:-1]:
        assert float(own.sel(source=source)) == pytest.approx(float(told.sel(source=source)), abs=1e-9)
    assert float(seen["bought"] @ seen["embodied"]) == pytest.approx(float(told.sel(source="imports")), abs=1e-9)
    with pytest.raises(KeyError, match="1999"):
        picture(plan.result, plan.inputs, 1999)


# cost per tonne


def test_average_factors_times_final_use_are_all_emissions(plan: Stored, bare: Stored, world: Stored) -> None:
    """What segments use, at the emission of a unit along its chain, and what is demanded or sold, which is not used here, is the total."""
    for stored in (plan, bare, world):
        check_total(stored, int(stored.inputs["year"].values[-1]))


def check_total(stored: Stored, year: int) -> None:
    """Emissions of a year from the average factors of its goods."""
    seen, value = picture(stored.result, stored.inputs, year), marginal(stored.result, stored.inputs, year)
    inside = float((seen["output"] @ seen["need"]) @ value["emission"] + (seen["output"] @ seen["segment_direct"]).sum())
    outside = float((seen["demand"] + seen["sales"]) @ (value["emission"] - seen["factor"].sum("source")))
    assert inside + outside == pytest.approx(float(stored.result["emission"].sel(year=year).sum()), rel=1e-9)


def test_a_measure_on_coal_costs_and_saves_what_a_pocket_calculator_says(tmp_path: Path) -> None:
    """Tonnes: coal saved times its factor. Cost: annuity less the coal's price. Both on the share of what furnaces make."""
    drawn = draw(15)
    answer = run(write(rows_of(drawn), tmp_path / "world"), scenario_of(drawn))
    result = dense(answer.found.merge(ledgers(answer.problem, answer.found)))
    year, n = drawn.years[-1], drawn.n
    made = result["make"].sel(configuration="coal_furnace", year=year).to_series()
    running = {line.id: float(made[line.id]) for line in drawn.lines if line.kind == "furnace" and made[line.id] > 0}
    capacity = sum(line.capacity for line in drawn.lines if line.id in running)
    covered, saved = n["heat_share"] * sum(running.values()), -n["heat_coal"]
    annuity = n["rate"] / (1 - (1 + n["rate"]) ** -n["life"]) if n["rate"] else 1 / n["life"]
    own = abatement(result, answer.problem, year).sel(option="heat")
    assert running
    assert float(own["tonnes"]) == pytest.approx(covered * saved * n["coal_factor"], rel=1e-9)
    cost = n["heat_capex"] * capacity * n["heat_share"] * annuity / 1e4 - covered * saved * n["coal_price"] / 1e4
    assert float(own["cost"]) == pytest.approx(cost, rel=1e-9)
    assert float(own["cost_per_tonne"]) == pytest.approx(1e4 * float(own["cost"]) / float(own["tonnes"]))
    fitted = float(result["fitted"].sel(measure="heat", year=year).sum())
    assert float(own["taken"]) == pytest.approx(fitted * saved * n["coal_factor"], abs=1e-9)


def test_a_conversion_compares_both_of_its_ends(tmp_path: Path) -> None:
    """Coal and process emission against power and scrap, at what the converted line makes and the other could make converted."""
    drawn = draw(8)
    answer = run(write(rows_of(drawn), tmp_path / "world"), scenario_of(drawn))
    result = dense(answer.found.merge(ledgers(answer.problem, answer.found)))
    year, n = drawn.years[-1], drawn.n
    annuity = n["rate"] / (1 - (1 + n["rate"]) ** -n["life"]) if n["rate"] else 1 / n["life"]
    after = n["power_converted"] * drawn.at("power_factor", year) / 1e3 + n["scrap_converted"] * n["scrap_embodied"]
    spent = n["arc_cost"] + n["power_converted"] * drawn.at("power_price", year) + n["scrap_converted"] * n["scrap_price"]
    tonnes, taken, cost = 0.0, 0.0, 0.0
    for line in (line for line in drawn.lines if line.kind == "furnace"):
        own = result["make"].sel(line=line.id, year=year)
        converted = float(own.sel(configuration="arc_converted"))
        size = line.capacity * n["size_converted"]
        made = converted or min(float(own.sel(configuration="coal_furnace")), n["available"] * size)
        saved = made * (line.coal * n["coal_factor"] + n["process"] - after)
        tonnes, taken = tonnes + saved, taken + saved * (converted > 0)
        cost += n["convert_capex"] * size * annuity + n["fixed"] * (size - line.capacity)
        cost += made * (spent - n["furnace_cost"] - line.coal * n["coal_price"])
    found = abatement(result, answer.problem, year).sel(option="convert")
    assert 0 < taken < tonnes
    assert [float(found[name]) for name in ("tonnes", "taken", "cost")] == pytest.approx([tonnes, taken, cost / 1e4], rel=1e-9)


def test_the_curve_rises_and_names_what_excludes_what(plan: Stored) -> None:
    found = abatement(plan.result, plan.inputs, int(plan.inputs["year"].values[-1]))
    costs = found["cost_per_tonne"].values[~np.isnan(found["cost_per_tonne"].values)]
    assert len(costs) > 2
    assert (np.diff(costs) >= 0).all()
    np.testing.assert_allclose(found["taken"] + found["left"], found["tonnes"])
    rivals = dict(zip(found["option"].values.tolist(), (text.split() for text in found["rivals"].values.tolist()), strict=True))
    assert all(one in rivals[two] for one, others in rivals.items() for two in others)


# side by side


def told(value: float, bound: float, stored: Stored, **changes: object) -> Stored:
    """A result that says this of its emissions."""
    stage = {"goal": "emissions", "value": value, "bound": bound, "gap": 0.0}
    return replace(stored, manifest=stored.manifest | {"stages": [stage]} | changes)


def test_overlapping_intervals_are_not_ranked(plan: Stored) -> None:
    """[90, 100] and [99, 110] overlap; [120, 130] is the worst for certain; without an emissions stage nothing is known."""
    results = {"a": told(100, 90, plan), "b": told(110, 99, plan), "c": told(130, 120, plan)}
    assert overlapping(results) == {"a": ["b"], "b": ["a"], "c": []}
    assert ranks(results) == {"a": None, "b": None, "c": 3}
    assert ranks({"a": results["a"], "c": results["c"]}) == {"a": 1, "c": 2}
    silent = replace(plan, manifest=plan.manifest | {"stages": []})
    assert ranks({"a": results["a"], "silent": silent}) == {"a": None, "silent": None}


def test_other_data_and_other_base_years_are_named(plan: Stored) -> None:
    shifted = replace(plan, inputs=plan.inputs.assign_coords(year=plan.inputs["year"] + 1))
    other = replace(plan, manifest=plan.manifest | {"data_hash": "1" * 64})
    found = mismatches({"plan": plan, "shifted": shifted, "other": other}, "plan")
    assert [(item.name, item.what) for item in found] == [("shifted", "base_year"), ("other", "data")]


def test_different_last_years_are_compared_on_common_years(plan: Stored, bare: Stored) -> None:
    years = plan.inputs["year"].values.tolist()
    short = replace(bare, result=bare.result.sel(year=years[:-1]), inputs=bare.inputs.sel(year=years[:-1]))
    results = {"plan": plan, "short": short}
    assert common_years(results) == years[:-1]
    found = comparison(results, "plan")
    assert found["year"].values.tolist() == years[:-1]
    sources = [str(source) for source in SOURCES_IN[Scope.THREE]]
    own = plan.result["emission"].sel(year=years[1:-1], source=sources).sum()
    assert float(found["total"].sel(scenario="plan", scope=str(Scope.THREE))) == pytest.approx(float(own))
    assert ranks(results) == {"plan": None, "short": None}


def test_comparison_adds_up_and_finds_the_peak(plan: Stored, bare: Stored) -> None:
    found = comparison({"plan": plan, "bare": bare}, "bare")
    emission = found["emission"].sel(scope=str(Scope.THREE))
    for name in ("plan", "bare"):
        wedge = found["wedge"].sel(scenario=name).sum(("term", "part", "source"))
        np.testing.assert_allclose(wedge, emission.sel(scenario=name) - emission.sel(scenario="bare"), atol=1e-9)
        path = emission.sel(scenario=name).to_series()
        assert int(found["peak_year"].sel(scenario=name, scope=str(Scope.THREE))) == path.idxmax()
        assert bool(found["peaked"].sel(scenario=name, scope=str(Scope.THREE))) == (path.idxmax() < path.index[-1])


def test_decisions_that_differ_are_those_and_no_others(plan: Stored, bare: Stored) -> None:
    assert differences({"one": plan, "two": plan}) == []
    found = differences({"plan": plan, "bare": bare})
    assert found
    for item in found:
        dim, name = ("measure", "install") if item.kind == "retrofit" else ("arc", "move")
        for which, stored in (("plan", plan), ("bare", bare)):
            labels = stored.result[dim].values.tolist()
            taken = stored.result[name].sel(line=item.line, **{dim: item.what}).to_series() if item.what in labels else None
            assert item.years[which] == (() if taken is None else tuple(taken.index[taken > 0.5].tolist()))


@pytest.mark.parametrize("language", list(Language))
def test_every_view_is_drawn_in_both_languages(plan: Stored, bare: Stored, tables: Tables, language: Language) -> None:
    """Hostile titles stay text."""
    hostile = replace(bare, result=bare.result.assign_attrs(title="[red]x\x1b[2J", title_zh="[red]x\x1b[2J"))
    console = Console(record=True, width=200, file=Path("/dev/null").open("w", encoding="utf-8"))  # noqa: SIM115
    for view in compare_views({"plan": plan, "bare": hostile}, "plan", tables, Speaker(language), full=True, curve=True):
        console.print(view)
    text = console.export_text()
    say = Speaker(language)
    assert say("term_measures") in text
    assert say("head_compare_decisions") in text
    assert "[red]x" in text
    assert "\x1b" not in text
