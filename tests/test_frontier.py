"""The trade-off between emissions and cost, or output: against the hand example, against full enumeration, and as geometry."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy.optimize import linprog

from model.checks import check_tables
from model.names import Goal
from model.problem import assemble
from model.scenario import Scenario, read_scenario
from model.session import ask_of
from model.tables import read_tables
from model.tradeoff import Axis, Ground, Piece, Search, frontier, height
from tests.test_oracle import Life, Province, Year, _in_turn, _lives, _standing_cost
from tests.worlds import World, draw, rows_of, scenario_of, write

ROOT = Path(__file__).parent.parent
Chain = list[tuple[float, float]]


def ground_of(problem: xr.Dataset, scenario: Scenario) -> Ground:
    """A ground without a stored result, for problems whose targets are firm."""
    return Ground(scenario.name, problem, ask_of(scenario), xr.Dataset(), {}, {}, {})


@pytest.fixture(scope="module")
def example() -> Ground:
    """The teaching example."""
    scenario = read_scenario(ROOT / "scenarios" / "example.yaml")
    return ground_of(assemble(read_tables(ROOT / "data" / "example"), scenario), scenario)


def last(studies) -> xr.Dataset:
    """The study at its end."""
    *_, found = studies
    return found


# the oracle: every plan of a world, its trade-off as a chain


class Plans:
    """Every plan of a world that its decision clauses allow, and the trade-off that production leaves it."""

    def __init__(self, world: World) -> None:
        self.province = Province(world)
        self.years = [Year(self.province, year, last=year == world.years[-1]) for year in world.years[1:]]
        lives = product(*(_lives(line, len(self.years)) for line in world.lines))
        self.plans = [plan for plan in lives if self.province.allows(plan)]
        self.tables: dict = {}
        self.answers: dict = {}

    def lexicographic(self, plan: tuple[Life, ...], goals: tuple[Goal, Goal]) -> tuple[float, float] | None:
        """(cost, emissions) at the least of the first goal, then of the second."""
        total = np.array([_standing_cost(self.province, plan), 0.0])
        for place, year in enumerate(self.years):
            stands = tuple(life[place] for life in plan)
            key = place, stands, goals
            if key not in self.answers:
                self.answers[key] = _in_turn(*self._table(place, year, stands), goals)
            if (found := self.answers[key]) is None:
                return None
            values = dict(zip(goals, found, strict=True))
            total += [values[Goal.COST], values[Goal.EMISSIONS]]
        return float(total[0]), float(total[1])

    def _table(self, place: int, year: Year, stands):
        if (place, stands) not in self.tables:
            self.tables[place, stands] = year.table(stands)
        return self.tables[place, stands]

    def mixed(self, plan: tuple[Life, ...], share: tuple[float, float]) -> tuple[float, float]:
        """(cost, emissions) at the least weighted sum; years are independent once the decisions are fixed."""
        total = np.array([_standing_cost(self.province, plan), 0.0])
        for place, year in enumerate(self.years):
            columns, rows, limits = self._table(place, year, tuple(life[place] for life in plan))
            table = np.array([[row.get(at, 0.0) for at in range(len(columns))] for row in rows]).reshape(len(rows), len(columns))
            balances = np.array([[column[2] for column in columns], [column[3] for column in columns]])
            values = np.array([[column[0][Goal.COST], column[0][Goal.EMISSIONS]] for column in columns])
            answer = linprog(values @ share, table, limits, balances, [0.0, 0.0], [column[1] for column in columns])
            total += answer.x @ values
        return float(total[0]), float(total[1])

    def chains(self) -> list[Chain]:
        """The trade-off of each plan that some point of the whole could lie on."""
        ends = []
        for plan in self.plans:
            left = self.lexicographic(plan, (Goal.COST, Goal.EMISSIONS))
            if left is not None:
                ends.append((plan, left, self.lexicographic(plan, (Goal.EMISSIONS, Goal.COST))))
        points = [point for _, *both in ends for point in both]
        found = []
        for plan, left, right in ends:
            if any(x < left[0] - 1e-9 and y < right[1] - 1e-9 for x, y in points):
                continue  # another plan is better than every point of this one
            chain, place = [left, right] if right[0] > left[0] + 1e-9 else [left], 0
            while place + 1 < len(chain):
                a, b = chain[place], chain[place + 1]
                middle = self.mixed(plan, (a[1] - b[1], b[0] - a[0]))
                under = (a[1] - b[1]) * (a[0] - middle[0]) + (b[0] - a[0]) * (a[1] - middle[1])
                if under > 1e-7 * abs(left[1] - right[1]) * abs(right[0] - left[0]) and a[0] < middle[0] < b[0]:
                    chain.insert(place + 1, middle)
                else:
                    place += 1
            found.append(chain)
        return found


@pytest.mark.parametrize(("seed", "tight"), [(0, False), (6, False), (9, False), (6, True), (9, True)])
def test_frontier_is_what_enumeration_finds(seed: int, tight: bool, tmp_path: Path) -> None:
    """At every cost between both ends the least emissions agree with those over all plans of the world."""
    world = draw(seed, tight=tight)
    folder = write(rows_of(world), tmp_path / "world")
    tables = read_tables(folder)
    check_tables(tables)
    scenario = Scenario.model_validate(scenario_of(world))
    found = last(frontier(Search(ground_of(assemble(tables, scenario), scenario), Axis.COST, 0.0)))
    assert found.attrs["complete"]
    chains = Plans(world).chains()
    x, y = found["x"].values, found["y"].values
    print(seed, tight, len(chains), len(x), len(found["within"]), found.attrs["within"], found["supported"].values.sum())
    lefts = [chain[0] for chain in chains]
    assert (x[0], y[0]) == pytest.approx(min(lefts), rel=1e-6)
    rights = min((chain[-1][1], chain[-1][0]) for chain in chains)
    assert (y[-1], x[-1]) == pytest.approx(rights, rel=1e-6)
    for at in np.linspace(x[0], x[-1], 300)[1:-1]:
        near = 1e-4 * (x[-1] - x[0])
        if np.abs(found["x_start"].values - at).min() < near:
            continue  # a jump may stand a hair to the left or right
        least = min(height(chain, at) for chain in chains)
        pieces = [
            Piece(0, (a, b), (c, d))
            for a, b, c, d in zip(*(found[n].values for n in ("x_start", "y_start", "x_end", "y_end")), strict=True)
        ]
        mine = min(height([p.start, p.end] if not p.single else [p.start], at) for p in pieces)
        assert mine == pytest.approx(least, abs=1e-4 * (y[0] - y[-1]))
