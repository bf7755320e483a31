"""What the examiner says besides its twins: bounds, totals, ledgers, what clauses reach, what is unfit; each against sums over labels.

Decisions are drawn; most are no plan. The sums go through labels one by one, where the examiner multiplies arrays.
"""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import xarray as xr
from test_twins import redrawn
from worlds import pairs

from model.examine import TWINS, Certificate, Terms, differing, examine, ledgers
from model.examine.case import Case
from model.examine.domains import domains, integrality
from model.examine.emissions import emissions_by_supply
from model.examine.faults import loose_ends, misfits, not_finite
from model.examine.goods import balance
from model.examine.ledgers import _emission_rows, _energy_rows, residuals
from model.examine.objectives import objectives
from model.language import Language, Speaker, Told, told
from model.names import Goal, Scope
from model.schema import BINARY, DECISIONS, LEDGERS, PROBLEM
from model.tolerances import INTEGRALITY, OBJECTIVE, ROW

Table = dict[tuple[Any, ...], float]


def drawn(problem: xr.Dataset, seed: int = 0) -> xr.Dataset:
    """Decisions drawn at random: whole where results are, some of any sign."""
    rng, arrays = np.random.default_rng(seed), {}
    for name, spec in DECISIONS.items():
        shape = [problem.sizes[dim] for dim in spec.dims]
        values = rng.integers(0, 2, shape).astype(float) if name in BINARY else rng.uniform(0.0, 10.0, shape)
        arrays[name] = xr.Variable(spec.dims, values, {"units": spec.unit})
    return xr.Dataset(arrays, coords=problem.coords)


def table(problem: xr.Dataset, array: xr.DataArray, name: str) -> Table:
    """An array as a dictionary from labels to numbers; pairs are two labels."""
    dims = (PROBLEM | DECISIONS)[name].dims
    labels = [pairs(problem, dim) for dim in dims]
    values = array.transpose(*dims).values
    keys = (sum((names[at] for names, at in zip(labels, place, strict=True)), ()) for place in np.ndindex(values.shape))
    return dict(zip(keys, values.ravel().tolist(), strict=True))


class World:
    """A drawn province and drawn decisions, as tables."""

    def __init__(self, problem: xr.Dataset, flat: xr.Dataset) -> None:
        self.problem, self.flat = problem, flat
        self.given = {name: table(problem, problem[name], name) for name in PROBLEM}
        self.found = {name: table(problem, flat[name], name) for name in DECISIONS}
        self.years = problem["year"].values.tolist()
        self.states, self.fits = pairs(problem, "state"), pairs(problem, "retrofit")
        self.group = dict(zip(problem["line"].values.tolist(), problem["line_group"].values.tolist(), strict=True))
        self.sector = dict(zip(problem["line"].values.tolist(), problem["line_sector"].values.tolist(), strict=True))

    def of(self, dim: str) -> list[str]:
        """Labels of a dim."""
        return [str(name) for name in self.problem[dim].values.tolist()]

    def used(self, line: str, good: str, year: int) -> float:
        """What a line uses of a good, measures included."""
        own = sum(self.given["use"][(*s, good)] * self.found["make"][(*s, year)] for s in self.states if s[0] == line)
        return own + sum(self.given["change"][(*f, good)] * self.found["fitted"][(*f, year)] for f in self.fits if f[0] == line)

    def taken(self, segment: str, good: str, year: int) -> float:
        """What a segment uses of a good."""
        return max(self.given["need"][segment, good], 0.0) * self.found["output"][segment, year]

    def emitted(self, line: str, source: str, year: int) -> float:
        """What a line emits."""
        own = sum(self.given["direct"][(*s, source)] * self.found["make"][(*s, year)] for s in self.states if s[0] == line)
        own += sum(self.given["direct_change"][(*f, source)] * self.found["fitted"][(*f, year)] for f in self.fits if f[0] == line)
        return own + sum(self.used(line, good, year) * self.given["factor"][good, source, year] for good in self.of("good"))

    def listed(self, group: str, year: int, decision: str = "on") -> float:
        """Listed capacity of a group that stands (or is at the benchmark)."""
        own = [s for s in self.states if self.group[s[0]] == group and self.given["standing"][s]]
        return sum(self.given["capacity"][s] * self.found[decision][(*s, year)] for s in own)

    def made(self, group: str, year: int, route: str | None = None) -> float:
        """Production of a group (on a route)."""
        routes = dict(zip(self.of("configuration"), self.of("configuration_route"), strict=True))
        own = [s for s in self.states if self.group[s[0]] == group and route in (None, routes[s[1]])]
        return sum(self.found["make"][(*s, year)] for s in own)

    def energy(self, content: Callable[[str, int], float], year: int) -> float:
        """Energy that lines and segments use."""
        uses = [(good, self.used(line, good, year)) for line in self.of("line") for good in self.of("good")]
        uses += [(good, self.taken(segment, good, year)) for segment in self.of("segment") for good in self.of("good")]
        return sum(content(good, year) * amount for good, amount in uses)

    def power(self, group: str, year: int, chosen: Callable[[str], bool]) -> float:
        """Power of some kinds that a group's lines use."""
        lines = [line for line, its in self.group.items() if its == group]
        return sum(self.used(line, good, year) for line in lines for good in self.of("good") if chosen(good))


@pytest.fixture(scope="module")
def world(province: xr.Dataset) -> World:
    """The province with redrawn numbers and drawn decisions."""
    problem = redrawn(province, 5)
    return World(problem, drawn(problem))


def test_ledgers_are_sums_over_labels(world: World) -> None:
    found = ledgers(world.problem, world.flat)
    assert {name: found[name].dims for name in LEDGERS} == {name: spec.dims for name, spec in LEDGERS.items()}
    assert {name: found[name].attrs for name in LEDGERS} == {
        name: {"units": spec.unit, "long_name": spec.en, "long_name_zh": spec.zh} for name, spec in LEDGERS.items()
    }
    for year in world.years:
        at = found.sel(year=year)
        for source in world.of("source"):
            own = {line: world.emitted(line, source, year) for line in world.of("line")}
            for line, value in own.items():
                assert float(at["line_emission"].sel(line=line, source=source)) == pytest.approx(value)
            for sector in world.of("sector"):
                whole = sum(value for line, value in own.items() if world.sector[line] == sector)
                assert float(at["sector_emission"].sel(sector=sector, source=source)) == pytest.approx(whole)
            for segment in world.of("segment"):
                value = world.given["segment_direct"][segment, source] * world.found["output"][segment, year]
                value += sum(world.taken(segment, good, year) * world.given["factor"][good, source, year] for good in world.of("good"))
                assert float(at["segment_emission"].sel(segment=segment, source=source)) == pytest.approx(value)
        for good in world.of("good"):
            value = world.given["embodied"][good, year] * world.found["buy"][good, year]
            assert float(at["import_emission"].sel(good=good)) == pytest.approx(value)
        for group in world.of("group"):
            assert float(at["listed_capacity"].sel(group=group)) == pytest.approx(world.listed(group, year))
            assert float(at["production"].sel(group=group)) == pytest.approx(world.made(group, year))
        contents = {"calorific": lambda good, year: world.given["calorific"][(good,)],
                    "equivalent": lambda good, year: world.given["equivalent"][good, year]}  # fmt: skip
        for name, content in contents.items():
            assert float(at["energy"].sel(measure_of_energy=name)) == pytest.approx(world.energy(content, year))


def test_clauses_reach_what_they_are_about(world: World) -> None:
    """Whether they bind or not; what has no single number has none."""
    found, kinds = ledgers(world.problem, world.flat)["reached"], dict(zip(world.of("good"), world.of("good_kind"), strict=True))
    parts = zip(*(world.of(f"arc_{part}") for part in ("start", "end", "debits", "credits")), strict=True)
    arcs = dict(zip(world.of("arc"), parts, strict=True))
    moves = [(step, arcs[step[1]]) for step in pairs(world.problem, "step")]
    seen = set()
    for clause, rule, subject in zip(world.of("clause"), world.of("clause_rule"), world.of("clause_subject"), strict=True):
        asked = 0.0
        for year in world.years:
            value = float(found.sel(clause=clause, year=year))
            for (line, arc), (start, end, debits, credited) in moves:
                moved = world.found["move"][line, arc, year]
                asked += moved * world.given["ratio"][arc, year] * world.given["capacity"][line, end] * (debits == subject)
                asked -= moved * world.given["capacity"][line, start] * (credited == subject)
            stands, makes = (world.listed(subject, year), world.made(subject, year)) if subject in world.of("group") else (0.0, 0.0)
            equivalent = world.energy(lambda good, year: world.given["equivalent"][good, year], year)
            earned = sum(world.given["value_added"][(name,)] * world.found["output"][name, year] for name in world.of("segment"))
            expected = {
                "capacity_cap": stands, "no_new_capacity": stands, "production_floor": makes,
                "utilisation_floor": makes / stands if stands else np.nan,
                "benchmark_share": world.listed(subject, year, "benchmark") / stands if stands else np.nan,
                "route_share": world.made(subject, year, "short") / makes if makes else np.nan,
                "value_target": sum(world.given["clause_weight"][clause, name] * world.found["output"][name, year]
                                    for name in world.of("segment")),
                "energy_intensity": equivalent / (world.given["base_intensity"][()] * earned),
                "replacement": asked,
            }  # fmt: skip
            if rule == "green_power_share":
                power = world.power(subject, year, lambda good: kinds[good] == "power")
                expected[rule] = world.power(subject, year, lambda good: world.given["green"][(good,)] > 0) / power if power else np.nan
            assert value == pytest.approx(expected.get(rule, np.nan), nan_ok=True), (clause, year)
            seen.add(rule)
    assert {"baseline_reached", "new_at_benchmark", "green_power_share", "replacement", "energy_intensity"} < seen


def test_a_stored_ledger_that_is_not_its_sum_is_named(world: World) -> None:
    kept = ledgers(world.problem, world.flat)
    assert differing(world.problem, world.flat, kept) == []
    for name in LEDGERS:
        for factor, named in ((1 + 1e-8, True), (1 + 1e-11, False)):
            changed = kept.assign({name: kept[name] * factor})
            assert [text.values["name"] for text in differing(world.problem, world.flat, changed)] == [name] * named
        short = kept.assign({name: kept[name].isel(year=slice(1, None)).rename(year="later").drop_vars("later")})
        assert [text.key for text in differing(world.problem, world.flat, short)] == ["ledger_differs"]


def test_totals_are_sums_over_labels(world: World) -> None:
    span, targets = world.given["span"], {name: value > 0 for (name,), value in world.given["clause_target"].items()}
    missed = sum(span[place[1:]] * value / world.given["clause_scale"][place] for place, value in world.found["shortfall"].items()
                 if targets[place[0]] and not np.isnan(world.given["clause_value"][place]))  # fmt: skip
    direct = {"fuel", "process", "pfc"}
    inside = {Scope.ONE: direct, Scope.TWO: direct | {"power"}, Scope.THREE: direct | {"power", "imports"}}
    for boundary in Scope:
        told = Terms([Goal.SHORTFALL, Goal.EMISSIONS, Goal.COST], boundary, True, {Goal.EMISSIONS: 7.0, Goal.COST: 8.0})
        found = objectives(Case(world.problem, world.flat), told)
        emitted = sum(span[(year,)] * value for (source, year), value in world.found["emission"].items()
                      if source in inside[boundary])  # fmt: skip
        assert found[Goal.SHORTFALL][1] == pytest.approx(missed)
        assert np.isnan(found[Goal.SHORTFALL][0])
        assert found[Goal.EMISSIONS] == (7.0, pytest.approx(emitted))
        assert found[Goal.COST] == (8.0, pytest.approx(sum(span[(year,)] * value for (_, year), value in world.found["cost"].items())))
    firm = Terms([Goal.SHORTFALL], Scope.THREE, False, {})
    assert objectives(Case(world.problem, world.flat), firm)[Goal.SHORTFALL][1] == 0


def within(problem: xr.Dataset) -> xr.Dataset:
    """Decisions that are all zero, hence within every bound."""
    return drawn(problem).map(np.zeros_like, keep_attrs=True)


def placed(flat: xr.Dataset, name: str, place: tuple[int, ...], value: float) -> Any:
    """The decisions with one number set."""
    values = flat[name].values.copy()
    values[place] = value
    return flat.assign({name: flat[name].copy(data=values)})


PLACES = 12
"""Numbers of each decision that are moved."""


def test_bounds_of_every_decision(world: World) -> None:
    """Each bound from both sides: at it all is well, beyond it the violation is relative to max(1, bound)."""
    problem, flat = world.problem, within(world.problem)
    assert set(domains(Case(problem, flat), closest=True)) == set(DECISIONS)
    bound = problem["clause_target"].values[:, None] * ~np.isnan(problem["clause_value"].values) > 0
    upper = {
        "on": 1.0, "fit": 1.0, "lost": 1.0, "move": problem["open"].values, "install": problem["measure_open"].values,
        "make": np.where(problem["state_good"].values != "", np.inf, 0)[:, None],
        "benchmark": np.where(np.isnan(problem["benchmark_gap"].values), 0, 1)[:, None],
        "buy": problem["supply"].values, "sell": problem["sales"].values, "shortfall": np.where(bound, np.inf, 0),
    }  # fmt: skip
    for name in DECISIONS:
        shape = flat[name].shape
        highest = np.broadcast_to(upper.get(name, np.inf), shape).copy()
        if name in ("move", "install", "lost", "investment"):
            highest[..., 0] = 0
        rng = np.random.default_rng(0)
        for place in {tuple(int(rng.integers(length)) for length in shape) for _ in range(PLACES)} | {(0,) * len(shape)}:
            high = highest[place]
            for value, violated in ((-2.0, 0.0 if name in ("emission", "cost") else 2.0), (min(high, 1e9), 0.0),
                                    (high + 3.0, 3.0 / max(1.0, high))):  # fmt: skip
                if np.isfinite(value):
                    found = domains(Case(problem, placed(flat, name, place, value)), closest=True)
                    assert found == {other: pytest.approx(violated if other == name else 0.0) for other in DECISIONS}, (name, place)
    missed = placed(flat, "shortfall", tuple(np.argwhere(bound)[0]), 2.0)
    assert domains(Case(problem, missed), closest=False)["shortfall"] == 2.0


@pytest.mark.parametrize(("value", "off"), [(0.0, 0.0), (1.0, 0.0), (0.25, 0.25), (0.9, 0.1), (1.5, 0.5), (-0.1, 0.1), (3.0, 2.0)])
def test_distance_from_yes_and_no(world: World, value: float, off: float) -> None:
    for name in BINARY:
        flat = placed(within(world.problem), name, (1, 1), value)
        assert integrality(Case(world.problem, flat)) == pytest.approx(off)
    assert integrality(Case(world.problem, placed(within(world.problem), "make", (1, 1), 0.5))) == 0


def test_what_is_not_finite_is_named_where_it_has_to_be(world: World) -> None:
    absent = {"benchmark_gap", "baseline_gap", "clause_value", "clause_scale"}
    unlimited = {"supply", "sales", "lapse", "pace_moves", "pace_retrofits", "yearly_budget", "total_budget"}
    problem, flat = world.problem, within(world.problem)
    assert not_finite(Case(problem, flat)) == []
    for value, allowed in ((np.nan, absent), (np.inf, unlimited), (-np.inf, set[str]())):
        for name in PROBLEM:
            values = problem[name].values.astype(float)
            values[(0,) * values.ndim] = value
            found = [str(text) for text in not_finite(Case(problem.assign({name: problem[name].copy(data=values)}), flat))]
            assert found == [f"problem: '{name}' has numbers that are not finite"] * (name not in allowed)
        for name in DECISIONS:
            found = [str(text) for text in not_finite(Case(problem, placed(flat, name, (0,) * flat[name].ndim, value)))]
            assert found == [f"result: '{name}' has numbers that are not finite"]


def test_arrays_that_do_not_fit_are_named_with_the_reason(world: World) -> None:
    problem, flat = world.problem, within(world.problem)
    assert misfits(problem, flat) == []
    for arrays, schema, word in ((problem, PROBLEM, "problem"), (flat, DECISIONS, "result")):
        for name in schema:
            extra = arrays[name].drop_vars(list(arrays[name].coords)).expand_dims("extra")
            for key, changed in (
                ("unfit_missing", arrays.drop_vars(name)),
                ("unfit_dims", arrays.drop_vars(name).assign({name: extra})),
                ("unfit_unit", arrays.assign({name: arrays[name].assign_attrs(units="furlong")})),
            ):
                found = misfits(changed, flat) if word == "problem" else misfits(problem, changed)
                words = {"unfit_missing": "is missing", "unfit_unit": f"is in 'furlong', not in '{schema[name].unit}'",
                         "unfit_dims": f"has dims {('extra', *schema[name].dims)}, not {schema[name].dims}"}  # fmt: skip
                assert [str(text) for text in found] == [f"{word}: '{name}' {words[key]}"]
    plain = flat.copy()
    for name in DECISIONS:
        plain[name] = plain[name].drop_attrs()
    assert misfits(problem, plain) == [], "a unit that is not told is not another one"


@pytest.mark.parametrize("dim", ["year", "good", "state", "retrofit"])
def test_a_dim_that_is_short_or_turned_is_named(world: World, dim: str) -> None:
    problem, flat = world.problem, within(world.problem)
    short = misfits(problem, flat.isel({dim: slice(1, None)}))
    assert {str(text.values["name"]) for text in short if text.key == "unfit_size"} == {
        name for name, spec in DECISIONS.items() if dim in spec.dims
    }
    labelled = {str(name) for name, labels in problem.coords.items() if dim in labels.dims}
    for found in (short, misfits(problem, flat.isel({dim: slice(None, None, -1)}))):
        assert {str(text.values["name"]) for text in found if text.key == "unfit_labels"} == labelled
    bare = flat.drop_vars([name for name in flat.coords if dim in flat.coords[name].dims])
    assert misfits(problem, bare) == [], "labels that are not told are not others"


ENDS = {
    "state_line": "", "line_group": "", "state_good": "", "step_line": "", "arc_start": "step_start", "arc_end": "step_end",
    "retrofit_line": "", "retrofit_measure": "", "host_configuration": "host_state", "exclusion_line": "exclusions",
    "exclusion_second": "exclusions", "companion_line": "bonds", "companion_host_configuration": "bonds", "clause_subject": "clause_group",
}  # fmt: skip
"""Relations, and the end that is loose where one of their labels names nothing (by default the relation itself)."""


@pytest.mark.parametrize("relation", list(ENDS))
def test_a_relation_that_points_to_nothing_is_named(province: xr.Dataset, relation: str) -> None:
    case = Case(province, within(province))
    assert loose_ends(case) == []
    labels = province[relation].values.astype("<U20")
    at = province["clause_rule"].values.tolist().index("capacity_cap") if relation == "clause_subject" else int(np.argmax(labels != ""))
    labels[at] = "nowhere"
    problem = province.assign_coords({relation: (province[relation].dims, labels)})
    unfit = examine(problem, within(problem), Terms([], Scope.ONE, True, {}))
    assert {text.key for text in unfit.faults} == {"unfit_loose"}
    assert f"ends_{ENDS[relation] or relation}" in {told.key for text in unfit.faults if isinstance(told := text.values["name"], Told)}
    assert unfit.violations == {}


def test_a_clause_about_a_group_that_never_binds_may_name_anything(province: xr.Dataset) -> None:
    labels, values = province["clause_subject"].values.astype("<U20"), province["clause_value"].values.copy()
    at = province["clause_rule"].values.tolist().index("capacity_cap")
    labels[at], values[at] = "nowhere", np.nan
    problem = province.assign_coords(clause_subject=("clause", labels)).assign(clause_value=province["clause_value"].copy(data=values))
    assert loose_ends(Case(problem, within(problem))) == []


def certificate(**parts: Any) -> Certificate:
    """A certificate of a result without fault, but for some parts."""
    sound: dict[str, Any] = {"violations": {"balance": ROW, "sales": 0.0}, "domains": {"make": ROW}, "integrality": INTEGRALITY,
                             "objectives": {Goal.COST: (100.0, 100.0 * (1 + OBJECTIVE / 2)), Goal.EMISSIONS: (OBJECTIVE, 0.0)},
                             "ledger": {"mass of steel": ROW, "carbon by supply": 0.0, "emission of fuel": 0.0}}  # fmt: skip
    return Certificate(**(sound | parts))


def test_at_its_tolerances_a_result_is_valid() -> None:
    assert certificate().reasons() == []
    assert certificate().valid


@pytest.mark.parametrize(
    ("part", "value", "reason"),
    [("violations", {"sales": 1.01 * ROW}, "rule sales: "), ("violations", {"sales": np.nan}, "rule sales: "),
     ("domains", {"make": 1.01 * ROW}, "bounds of make: "), ("integrality", 1.01 * INTEGRALITY, "binaries: "),
     ("objectives", {Goal.COST: (100.0, 100.0 * (1 + 1.1 * OBJECTIVE))}, "objective cost: "),
     ("objectives", {Goal.COST: (1.1 * OBJECTIVE, 0.0)}, "objective cost: "),
     ("objectives", {Goal.COST: (np.nan, 1.0)}, "objective cost: "),
     ("ledger", {"mass of steel": 1.01 * ROW}, "mass of steel: "), ("ledger", {"carbon by supply": np.inf}, "carbon"),
     ("ledger", {"emission of fuel": np.nan}, "emission of fuel: ")],
)  # fmt: skip
def test_beyond_any_tolerance_it_is_not(part: str, value: Any, reason: str) -> None:
    found = certificate(**{part: value})
    assert not found.valid
    assert [reason in str(text) for text in found.reasons()] == [True]
    again = Certificate.from_json(found.to_json())
    assert [str(text) for text in again.reasons()] == [str(text) for text in found.reasons()]
    assert json.loads(found.to_json())["valid"] is False


def test_a_certificate_is_written_whole() -> None:
    found = certificate(violations={"balance": np.inf, "sales": 0.25}, integrality=np.nan)
    told = json.loads(found.to_json())
    assert told["violations"] == {"balance": "inf", "sales": 0.25}
    assert told["integrality"] == "nan"
    assert told["domains"] == {"make": ROW}
    assert told["objectives"] == {"cost": [100.0, 100.0 * (1 + OBJECTIVE / 2)], "emissions": [OBJECTIVE, 0.0]}
    assert told["ledger"] == {"mass of steel": ROW, "carbon by supply": 0.0, "emission of fuel": 0.0}
    assert told["reasons"] == [str(text) for text in found.reasons()]
    assert told["faults"] == []
    told["valid"], told["reasons"] = True, []
    assert not Certificate.from_json(json.dumps(told)).valid, "what a certificate says of itself is not believed"


def relative(*terms: float) -> float:
    """How far terms are from adding up to nothing, over their magnitudes."""
    return abs(sum(terms)) / max(1.0, sum(map(abs, terms)))


def flows(world: World, good: str, year: int) -> list[float]:
    """What is bought and made of a good, and, as negative terms, what leaves and what is used."""
    goods = dict(zip(world.states, world.of("state_good"), strict=True))
    needs = [(world.given["need"][name, good], world.found["output"][name, year]) for name in world.of("segment")]
    supplied = [world.found["buy"][good, year], *(world.found["make"][(*s, year)] for s in world.states if goods[s] == good)]
    supplied += [-need * output for need, output in needs if need < 0]
    left = [-world.given["demand"][good, year], -world.found["sell"][good, year]]
    used = [world.given["use"][(*s, good)] * world.found["make"][(*s, year)] for s in world.states]
    used += [world.given["change"][(*f, good)] * world.found["fitted"][(*f, year)] for f in world.fits]
    return [*supplied, *left, *(-one for one in used), *(-need * output for need, output in needs if need > 0)]


def direct(world: World, source: str, year: int) -> list[float]:
    """What is emitted besides what goods emit where they are used."""
    found = [world.given["direct"][(*s, source)] * world.found["make"][(*s, year)] for s in world.states]
    found += [world.given["direct_change"][(*f, source)] * world.found["fitted"][(*f, year)] for f in world.fits]
    found += [world.given["segment_direct"][name, source] * world.found["output"][name, year] for name in world.of("segment")]
    bought = [world.given["embodied"][good, year] * world.found["buy"][good, year] for good in world.of("good")]
    return found + (bought if source == "imports" else [])


def test_residuals_of_ledgers_are_what_their_terms_leave(province: xr.Dataset) -> None:
    """Every term by its labels, over the sum of their magnitudes; a segment gives of every good, also of what holds energy."""
    problem = redrawn(province, 6)
    need = problem["need"].values.copy()
    need[0] = -np.linspace(0.5, 2.0, len(need[0]))
    problem = problem.assign(need=problem["need"].copy(data=need))
    flat = drawn(problem, 1)
    world, found = World(problem, flat), residuals(Case(problem, flat))
    goods, sources = world.of("good"), world.of("source")
    rows = {"carbon": emissions_by_supply(Case(problem, flat)), "energy": _energy_rows(Case(problem, flat)),
            "mass": balance(Case(problem, flat)), "emission": _emission_rows(Case(problem, flat))}  # fmt: skip
    expected = {name: np.zeros(part.gap.shape) for name, part in rows.items()}
    for place, year in enumerate(world.years):
        terms = {good: flows(world, good, year) for good in goods}
        for at, (name, when) in enumerate((("calorific", ()), ("equivalent", (year,)))):
            expected["energy"][at, place] = relative(*(world.given[name][good, *when] * term for good in goods for term in terms[good]))
        for at, good in enumerate(goods):
            expected["mass"][at, place] = relative(*terms[good])
        needed = {good: sum(world.given["need"][name, good] > 0 for name in world.of("segment")) for good in goods}
        kept = {good: terms[good][: -(len(world.states) + len(world.fits) + needed[good])] for good in goods}
        for at, source in enumerate(sources):
            told = world.found["emission"][source, year]
            supplied = [world.given["factor"][good, source, year] * term for good in goods for term in kept[good]]
            expected["carbon"][at, place] = relative(-told, *supplied, *direct(world, source, year))
            owned = [world.emitted(line, source, year) for line in world.of("line")]
            owned += [world.given["segment_direct"][name, source] * world.found["output"][name, year]
                      + sum(world.taken(name, good, year) * world.given["factor"][good, source, year] for good in goods)
                      for name in world.of("segment")]  # fmt: skip
            bought = sum(world.given["embodied"][good, year] * world.found["buy"][good, year] for good in goods) * (source == "imports")
            expected["emission"][at, place] = relative(-told, *owned, bought)
    for name, part in rows.items():
        np.testing.assert_allclose(part.relative(), expected[name], rtol=1e-9, atol=1e-15, err_msg=name)
    assert found == {
        **{f"emission of {name}": pytest.approx(value) for name, value in zip(sources, expected["emission"].max(axis=1), strict=True)},
        "carbon by supply": pytest.approx(expected["carbon"].max()), "energy by supply": pytest.approx(expected["energy"].max()),
        **{f"mass of {name}": pytest.approx(value) for name, value in zip(goods, expected["mass"].max(axis=1), strict=True)},
    }  # fmt: skip


def test_reasons_say_what_is_off_in_both_languages() -> None:
    found = certificate(violations={"sales": 0.5}, domains={"make": np.inf}, integrality=0.25, objectives={Goal.COST: (3.0, 2.0)},
                        ledger={"mass of steel": 0.125, "carbon by supply": np.nan, "energy by supply": 2.0, "emission of fuel": 1.0},
                        faults=[told("unfit_missing", what=told("word_result"), name="make")])  # fmt: skip
    english = [
        "result: 'make' is missing", "rule sales: off by 0.5 (allowed 1e-06)", "bounds of make: off by inf (allowed 1e-06)",
        "binaries: distance from 0 or 1: off by 0.25 (allowed 1e-06)", "objective cost: reported 3.0, recomputed 2.0",
        "ledger: mass of steel: off by 0.125 (allowed 1e-06)", "ledger: carbon by supply: off by nan (allowed 1e-06)",
        "ledger: energy by supply: off by 2 (allowed 1e-06)", "ledger: emission of fuel: off by 1 (allowed 1e-06)",
    ]  # fmt: skip
    chinese = [
        "结果：缺少“make”", "规则 sales：违约 0.5（允许 1e-06）", "make 的上下界：违约 inf（允许 1e-06）",
        "0-1 变量偏离 0 或 1：0.25（允许 1e-06）", "目标“成本”：所报 3.0，重算 2.0", "台账物料平衡（steel）：相差 0.125（允许 1e-06）",
        "台账按供给核算的碳：相差 nan（允许 1e-06）", "台账按供给核算的能源：相差 2（允许 1e-06）",
        "台账排放（fuel）：相差 1（允许 1e-06）",
    ]  # fmt: skip
    for one in (found, Certificate.from_json(found.to_json())):
        assert [str(text) for text in one.reasons()] == english
        assert [Speaker(Language.ZH).told(text) for text in one.reasons()] == chinese


def test_what_has_no_line_or_configuration_has_no_place(province: xr.Dataset) -> None:
    """Whatever comes first in its dim: a pair with a half that is missing is not taken for another pair."""
    for first in range(province.sizes["configuration"]):
        case = Case(turned := province.roll(configuration=first, roll_coords=True), within(turned))
        known = case.states_at(case.state_line, case.places("configuration", "state_configuration"))
        assert known.tolist() == list(range(case.size("state")))
        for lines, others in (([-1], [1]), ([0], [-1]), ([-1], [-1])):
            assert case.states_at(np.array(lines), np.array(others)).tolist() == [-1]
            assert case.retrofits_at(np.array(lines), np.array(others)).tolist() == [-1]


def test_what_stands_exactly_at_the_baseline_owes_nothing(province: xr.Dataset) -> None:
    """No row asks for savings where the gap is 0, so that a measure that costs energy may stand there; above 0 every year after asks."""
    for gap, rows in ((0.0, 0), (-1.0, 0), (np.nan, 0), (0.5, int(Case(province, within(province)).dated("baseline_reached").sum()))):
        problem = province.assign(baseline_gap=province["baseline_gap"].copy(data=np.full(province.sizes["state"], np.nan)))
        problem["baseline_gap"].values[Case(province, within(province)).host_state[0]] = gap
        assert TWINS["baseline_reached"](Case(problem, within(problem))).gap.size == rows
    assert rows > 0
