"""Random tiny steel provinces: plain numbers drawn from a seed, written as a data folder in the real CSV format, and solved.

A world has coal furnaces (may close or convert), arc furnaces, and sites (may be built), three measures, two segments that
need steel, bought scrap and steel up to a limit, and clauses that are drawn along with it.
"""

import csv
import random
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyomo.environ as pyo
import xarray as xr

from model.build import build, stages
from model.build.keys import Labels
from model.checks import check_tables
from model.compile import compile_model
from model.contract import TABLES
from model.errors import InfeasibleError
from model.handover import Matrix
from model.names import Goal
from model.problem import assemble
from model.scenario import Scenario
from model.solution import decisions
from model.solve import Outcome, solve
from model.tables import read_tables

Rows = dict[str, list[dict[str, str]]]
SEGMENTS = ("cars", "machines")


@dataclass(frozen=True)
class Line:
    """A line in plain numbers: 10 kt, and GJ of coal per tonne."""

    id: str
    kind: Literal["furnace", "arc", "site"]
    capacity: float
    made: float
    coal: float


@dataclass(frozen=True)
class World:
    """A province in plain numbers; ``n`` holds them by name, ``clauses`` names those that are active."""

    years: tuple[int, ...]
    lines: tuple[Line, ...]
    n: dict[str, float]
    clauses: frozenset[str]
    goals: tuple[Goal, ...]

    def at(self, name: str, year: int) -> float:
        """A number that runs linearly from the base year to the last."""
        first, last = self.years[0], self.years[-1]
        return self.n[f"{name}_first"] + (self.n[f"{name}_last"] - self.n[f"{name}_first"]) * (year - first) / (last - first)


def _lines(dice: random.Random, size: int) -> tuple[Line, ...]:
    kinds: list[Any] = ["furnace", dice.choice(["furnace", "arc"]), "site", dice.choice(["furnace", "arc", "site"])][:size]
    drawn = []
    for number, kind in enumerate(kinds):
        capacity = float(dice.randint(20, 80))
        made = 0.0 if kind == "site" else round(capacity * dice.uniform(0.6, 0.9), 1)
        drawn.append(Line(f"{kind}_{number}", kind, capacity, made, round(dice.uniform(16, 26), 2)))
    return tuple(drawn)


def draw(seed: int, *, tight: bool = False) -> World:
    """The world of a seed; a tight one has every clause, and quota, benchmark and short-route share that bite."""
    dice = random.Random(seed)  # noqa: S311
    years = (2020, 2021) if seed % 3 == 0 else (2020, 2021, 2022)
    lines = _lines(dice, 4 if len(years) == 2 else 3)
    made, listed = sum(line.made for line in lines), sum(line.capacity for line in lines if line.kind != "site")

    def near(low: float, high: float) -> float:
        return round(dice.uniform(low, high), 3)

    n = {
        "power": near(450, 650), "power_converted": near(400, 600), "scrap": near(0.5, 0.9), "scrap_converted": near(0.9, 1.1),
        "coal_factor": near(0.08, 0.12), "power_factor_first": near(0.5, 0.8), "power_factor_last": near(0.2, 0.6),
        "process": near(0.05, 0.4), "scrap_embodied": near(0, 0.1), "steel_embodied": near(1, 2.5), "segment_direct": near(0.01, 0.1),
        "heat_coal": -near(1, 4), "heat_share": near(0.5, 1), "preheat_power": -near(30, 90), "oxygen_power": -near(30, 90),
        "oxygen_cost": near(5, 60), "heat_capex": near(20, 200), "preheat_capex": near(20, 200), "oxygen_capex": near(0, 100),
        "size_converted": near(0.8, 1.1), "load": dice.choice([0.0, near(0.2, 0.5)]), "available": near(0.85, 1),
        "outage": dice.choice([0.0, near(0.1, 0.6)]), "convert_capex": near(500, 1500), "build_capex": near(1000, 3000),
        "close_cost": near(0, 300), "furnace_cost": near(300, 700), "arc_cost": near(200, 900), "fixed": near(20, 200),
        "coal_price": near(20, 50), "power_price_first": near(0.4, 0.7), "power_price_last": near(0.3, 0.7),
        "scrap_price": near(1500, 2500),
        "steel_price": near(3500, 5000), "carbon_price": near(0, 150), "rate": dice.choice([0.0, 0.08]), "life": 15.0,
        "scrap_supply": near(0.4, 1.2) * listed + made, "steel_supply": dice.choice([0.0, near(0.05, 0.3) * made]),
        "cap": round(listed * near(0.8, 1.3), 3), "endowment": dice.choice([0.0, near(5, 40)]), "lapse": dice.choice([np.inf, 1.0]),
        "convert_ratio": near(0.8, 1.4), "build_ratio": near(1, 1.6), "pace_moves": dice.choice([np.inf, near(0.4, 1)]),
        "pace_retrofits": dice.choice([np.inf, near(0.4, 1)]), "benchmark": near(380, 620), "preheat_saving": near(30, 90),
        "oxygen_saving": near(30, 90), "route_share": near(0.05, 0.4), "utilisation": near(0.5, 0.75),
        "budget": dice.choice([np.inf, near(2, 20)]), "target": near(0.9, 1.15),
        "growth_least": near(0.6, 0.9), "growth_most": near(1.1, 1.4),
        "cars_need": near(0.3, 0.6), "machines_need": near(0.8, 1.4),
    }  # fmt: skip
    share = near(0.3, 0.7)
    n["cars_base"], n["machines_base"] = made * share / n["cars_need"], made * (1 - share) / n["machines_need"]
    n["target"] *= n["cars_base"] + n["machines_base"]
    names = ("cap", "replacement", "new_benchmark", "route_share", "utilisation")
    clauses = frozenset(name for name in names if dice.random() < 0.6) | {"target"}
    goals = dice.choice([(Goal.EMISSIONS, Goal.COST), (Goal.COST, Goal.EMISSIONS)])
    if tight:
        clauses = frozenset({*names, "target"})
        n |= {
            "convert_ratio": near(1.1, 1.5),
            "build_ratio": near(1.2, 2),
            "route_share": near(0.2, 0.6),
            "budget": np.inf,
            "benchmark": n["power"] - near(0, 110),
            "endowment": near(5, 30),
            "pace_moves": np.inf,
            "cap": round(listed * near(1, 1.4), 3),
        }
    return World(years, lines, n, clauses, goals)


class Book:
    """Collects rows of tables; what a row does not say is an empty cell."""

    def __init__(self) -> None:
        self.rows: Rows = {}

    def add(self, table: str, **cells: object) -> None:
        """One row."""
        self.rows.setdefault(table, []).append({key: str(value) for key, value in cells.items() if value is not None})

    def entity(self, table: str, name: str, **cells: object) -> None:
        """One named row."""
        self.add(table, id=name, name_zh=name, name_en=name, **cells)

    def fact(
        self, table: str, subject: str, parameter: str, value: float, unit: str, item: str | None = None, year: int | None = None
    ) -> None:
        """One number; an infinite one is not stated."""
        if np.isfinite(value):
            stated = {"value": repr(float(value)), "unit": unit, "grade": "C", "source": "made"}
            self.add(table, subject=subject, parameter=parameter, item=item, year=year, **stated)


def _goods(book: Book, world: World) -> None:
    n, ends = world.n, (world.years[0], world.years[-1])
    trade = {"coal": ("fuel", "TJ", "free"), "power": ("power", "GWh", "free"), "scrap": ("material", "10kt", "limited"),
             "steel": ("product", "10kt", "limited")}  # fmt: skip
    for name, (kind, unit, buy) in trade.items():
        book.entity("goods", name, kind=kind, unit=unit, on_site="false", buy=buy, sell="no", green="false")
    book.fact("good_facts", "coal", "direct_emission", n["coal_factor"], "tCO2e/GJ", "fuel")
    book.fact("good_facts", "coal", "price", n["coal_price"], "CNY/GJ")
    for year, end in zip(ends, ("first", "last"), strict=True):
        book.fact("good_facts", "power", "power_emission", n[f"power_factor_{end}"], "kgCO2e/kWh", year=year)
        book.fact("good_facts", "power", "price", n[f"power_price_{end}"], "CNY/kWh", year=year)
    for name in ("scrap", "steel"):
        book.fact("good_facts", name, "embodied_emission", n[f"{name}_embodied"], "tCO2e/t")
        book.fact("good_facts", name, "price", n[f"{name}_price"], "CNY/t")
        book.fact("good_facts", name, "supply", n[f"{name}_supply"] * 10, "kt")


def _configurations(book: Book, world: World) -> None:
    n = world.n
    for name, good, route in (("coal_furnace", "steel", "long"), ("arc_furnace", "steel", "short"), ("arc_converted", "steel", "short"),
                              ("retired", None, None), ("not_built", None, None)):  # fmt: skip
        book.entity("configurations", name, good=good, standing="true" if good else "false", route=route)
        if good:
            book.fact("configuration_facts", name, "availability", n["available"] * 100, "%")
            book.fact("configuration_facts", name, "minimum_load", n["load"], "1")
            book.fact("configuration_facts", name, "fixed_cost", n["fixed"], "CNY/t")
            book.fact("configuration_facts", name, "variable_cost", n["furnace_cost" if route == "long" else "arc_cost"], "CNY/t")
    book.fact("configuration_facts", "coal_furnace", "use", 20 / 0.0293076, "kgce/t", "coal")
    book.fact("configuration_facts", "coal_furnace", "direct_emission", n["process"] * 1000, "kgCO2e/t", "process")
    for name, suffix in (("arc_furnace", ""), ("arc_converted", "_converted")):
        book.fact("configuration_facts", name, "use", n[f"power{suffix}"], "kWh/t", "power")
        book.fact("configuration_facts", name, "use", n[f"scrap{suffix}"], "t/t", "scrap")
        book.fact("configuration_facts", name, "specific_energy", n[f"power{suffix}"], "kWh/t")
        book.fact("configuration_facts", name, "benchmark", n["benchmark"], "kWh/t")
    book.fact("configuration_facts", "arc_converted", "capacity_ratio", n["size_converted"], "1")


def _lines_and_arcs(book: Book, world: World) -> None:
    n = world.n
    starts = {"furnace": "coal_furnace", "arc": "arc_furnace", "site": "not_built"}
    book.entity("groups", "steelworks", sector="metals", unit="10kt")
    for number, line in enumerate(world.lines):
        status = "candidate" if line.kind == "site" else "existing"
        book.entity("lines", line.id, group="steelworks", family=f"{line.kind}s", site="valley", configuration=starts[line.kind],
                    status=status, grade="C", source="made")  # fmt: skip
        unit, factor = (("10kt", 1.0), ("kt", 10.0), ("t", 1e4), ("Mt", 0.01))[number]
        book.fact("line_facts", line.id, "capacity", line.capacity * factor, unit)
        if line.kind != "site":
            book.fact("line_facts", line.id, "base_output", line.made * factor, unit, year=world.years[0])
        if line.kind == "furnace":
            book.fact("line_facts", line.id, "use", line.coal, "GJ/t", "coal")
    quota = "steel_quota" if "replacement" in world.clauses else None
    present = {line.kind for line in world.lines}
    for name, family, kind, start, end, credits, debits in (
        ("close", "furnace", "retire", "coal_furnace", "retired", quota, None),
        ("convert", "furnace", "convert", "coal_furnace", "arc_converted", quota, quota),
        ("build", "site", "build", "not_built", "arc_furnace", None, quota),
    ):
        if family not in present:
            continue
        book.entity("transitions", name, kind=kind, start=start, end=end, applies=f"{family}s", credits=credits, debits=debits,
                    ratio=f"{name}_ratio" if debits else None, at_benchmark=str(name == "build").lower(), source="made")  # fmt: skip
        parameter, key = ("closure_cost", "close_cost") if name == "close" else ("capex", f"{name}_capex")
        book.fact("transition_facts", name, parameter, n[key], "CNY/t")
        book.fact("transition_facts", name, "life", n["life"], "a")
        if debits:
            book.entity("ratios", f"{name}_ratio")
            book.fact("quota_facts", f"{name}_ratio", "ratio", n[f"{name}_ratio"], "1")
    book.fact("transition_facts", "convert", "outage", n["outage"], "1")
    if quota:
        book.entity("accounts", quota, group="steelworks")
        book.fact("quota_facts", quota, "endowment", n["endowment"], "10kt")
        book.fact("quota_facts", quota, "lapse", n["lapse"], "a")
    for name in ("pace_moves", "pace_retrofits"):
        book.fact("group_facts", "steelworks", name, n[name], "1")


def _measures(book: Book, world: World) -> None:
    n = world.n
    book.entity("measures", "heat", configurations="coal_furnace")
    book.entity("measures", "preheat", configurations="arc_furnace;arc_converted")
    book.entity("measures", "oxygen", configurations="arc_furnace", excludes="preheat")
    book.fact("measure_facts", "heat", "use", n["heat_coal"], "GJ/t", "coal")
    book.fact("measure_facts", "heat", "share", n["heat_share"], "1")
    book.fact("measure_facts", "oxygen", "variable_cost", n["oxygen_cost"], "CNY/t")
    for name in ("heat", "preheat", "oxygen"):
        book.fact("measure_facts", name, "capex", n[f"{name}_capex"], "CNY/t")
        book.fact("measure_facts", name, "life", n["life"], "a")
    for name in ("preheat", "oxygen"):
        book.fact("measure_facts", name, "use", n[f"{name}_power"], "kWh/t", "power")
        book.fact("measure_facts", name, "specific_energy_saving", n[f"{name}_saving"], "kWh/t")


def _segments_and_clauses(book: Book, world: World) -> None:
    n, last = world.n, world.years[-1]
    book.entity("clusters", "vehicles", kind="cluster")
    for name in SEGMENTS:
        book.entity("segments", name, cluster="vehicles")
        book.fact("segment_facts", name, "base_output", n[f"{name}_base"], "100M CNY", year=world.years[0])
        book.fact("segment_facts", name, "use", n[f"{name}_need"], "t/10k CNY", "steel")
        book.fact("segment_facts", name, "direct_emission", n["segment_direct"], "tCO2e/10k CNY", "fuel")
        book.fact("segment_facts", name, "value_added_ratio", 0.25, "1")
        for bound in ("growth_least", "growth_most"):
            book.fact("segment_facts", name, bound, n[bound], "1")
    rules = {"target": ("value_target", "gross_output", "100M CNY"), "cap": ("capacity_cap", "steelworks", "10kt"),
             "route_share": ("route_share", "steelworks", "1"), "utilisation": ("utilisation_floor", "steelworks", "1"),
             "replacement": ("replacement", "steel_quota", ""), "new_benchmark": ("new_at_benchmark", "new_lines", "")}  # fmt: skip
    for name in sorted(world.clauses):
        rule, subject, unit = rules[name]
        book.entity("clauses", name, rule=rule, subject=subject, place="here", wording_zh=name, wording_en=name,
                    target=str(name in ("target", "route_share", "utilisation")).lower(), active="true", source="made")  # fmt: skip
        if unit:
            book.fact("clause_facts", name, "value", n[name], unit, year=last)
    book.fact("city_facts", "city", "discount_rate", n["rate"], "1")
    book.fact("city_facts", "city", "carbon_price", n["carbon_price"], "CNY/tCO2e")


def rows_of(world: World) -> Rows:
    """The world's tables."""
    book = Book()
    book.add("sources", id="made", title_zh="自造", title_en="made up", kind="estimate", locator="drawn from a seed")
    for part in (_goods, _configurations, _lines_and_arcs, _measures, _segments_and_clauses):
        part(book, world)
    return book.rows


def scenario_of(world: World) -> dict[str, Any]:
    """The world's scenario, solved to a gap of 0."""
    words = {"zh": "小世界", "en": "a small world"}
    budget = {"total": world.n["budget"]} if np.isfinite(world.n["budget"]) else {}
    return {"name": "world", "title": words, "why": words, "data": "world", "budget": budget, "solver": {"gap": 0},
            "objectives": list(world.goals), "years": {"first": world.years[0], "last": world.years[-1]}}  # fmt: skip


def write(rows: Rows, folder: Path, *, backwards: bool = False) -> Path:
    """Write tables as CSV; ``backwards`` turns the order of rows and of columns round."""
    folder.mkdir(parents=True)
    for table, lines in rows.items():
        columns = list(TABLES[table].model_fields)[:: -1 if backwards else 1]
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines[:: -1 if backwards else 1])
    return folder


def pairs(problem: xr.Dataset, dim: str) -> list[tuple[Any, ...]]:
    """Labels of a dim as tuples: (line, configuration) for a state, (year,) for a year."""
    return list(zip(*(part.labels() for part in Labels(problem).of(dim).columns), strict=True))


@dataclass(frozen=True)
class Answer:
    """What the engine found: the objective's value per stage, its decisions, and what it solved."""

    stages: dict[Goal, float]
    found: xr.Dataset
    problem: xr.Dataset
    model: pyo.ConcreteModel
    matrix: Matrix
    outcome: Outcome

    def taken(self, name: Literal["move", "install"]) -> set[tuple[str, str, int]]:
        """(line, arc or measure, year) of the moves or installations that the plan takes."""
        array = self.found[name]
        labels, years = pairs(self.problem, str(array.dims[0])), self.problem["year"].values.tolist()
        return {(*labels[place], years[t]) for place, t in zip(*np.nonzero(np.round(array.values)), strict=True)}


def run(folder: Path, settings: dict[str, Any]) -> Answer:
    """Read, check, assemble, build and solve, as the command line does."""
    tables = read_tables(folder)
    check_tables(tables)
    scenario = Scenario.model_validate(settings)
    problem = assemble(tables, scenario)
    goals = stages(scenario.objectives, scenario.targets)
    model = build(problem, goals, scenario.boundary, closest=False, lazy=True)
    matrix = compile_model(model)
    outcome = solve(matrix, goals, scenario.solver)
    values = {stage.goal: stage.value for stage in outcome.stages}
    return Answer(values, decisions(problem, matrix, outcome), problem, model, matrix, outcome)


def least(folder: Path, settings: dict[str, Any]) -> float:
    """The first stage's least value; infinite where no plan meets all clauses."""
    try:
        return run(folder, settings).outcome.stages[0].value
    except InfeasibleError:
        return float("inf")


def rational_violation(matrix: Matrix, columns: np.ndarray) -> float:
    """The worst violation of rows and bounds at a point, in exact fractions; of a row relative to max(1, sum of its terms' magnitudes)."""
    body, size = ([Fraction(0)] * matrix.matrix.shape[0] for _ in range(2))
    table, point = matrix.matrix.tocoo(), [Fraction(value) for value in columns.tolist()]
    for row, column, value in zip(table.row.tolist(), table.col.tolist(), table.data.tolist(), strict=True):
        term = Fraction(value) * point[column]
        body[row] += term
        size[row] += abs(term)
    worst = Fraction(0)
    for values, lows, highs, sizes in ((body, matrix.lower, matrix.upper, size), (point, matrix.column_lower, matrix.column_upper, point)):
        for value, low, high, terms in zip(values, lows.tolist(), highs.tolist(), sizes, strict=True):
            for gap in ([Fraction(low) - value] if isfinite(low) else []) + ([value - Fraction(high)] if isfinite(high) else []):
                worst = max(worst, gap / max(Fraction(1), abs(terms)))
    return float(worst)
