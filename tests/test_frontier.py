"""The trade-off between emissions and cost, or output: against the hand example, against full enumeration, and as geometry."""

from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from scipy.optimize import linprog

from model.checks import check_tables
from model.compare import system_curve
from model.names import Goal
from model.problem import assemble
from model.scenario import Scenario, read_scenario
from model.session import ask_of
from model.store import load_study, save_study
from model.tables import read_tables
from model.tradeoff import (
    Axis,
    Ground,
    Search,
    corners,
    envelope,
    frontier,
    height,
    opens,
    sketch,
    supported,
)  # fmt: skip
from tests.test_oracle import Life, Province, Year, _in_turn, _lives, _standing_cost
from tests.worlds import World, draw, rows_of, scenario_of, write

ROOT = Path(__file__).parent.parent
Chain = list[tuple[float, float]]


def ground_of(problem: xr.Dataset, scenario: Scenario) -> Ground:
    """A ground without a stored result, for problems whose targets are firm."""
    return Ground(scenario.name, problem, ask_of(scenario), xr.Dataset(), xr.Dataset(), {}, {}, {})


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
    found = last(frontier(Search(ground_of(assemble(tables, scenario), scenario), Axis.COST)))
    assert found.attrs["complete"]
    assert found.attrs["within"] < 1e-4
    chains = Plans(world).chains()
    x, y = found["x"].values, found["y"].values
    assert (x[0], y[0]) == pytest.approx(min(chain[0] for chain in chains), rel=1e-6)
    assert (y[-1], x[-1]) == pytest.approx(min((chain[-1][1], chain[-1][0]) for chain in chains), rel=1e-6)
    ends = [found[name].values.tolist() for name in ("x_start", "y_start", "x_end", "y_end")]
    mine = [[(a, b)] if (a, b) == (c, d) else [(a, b), (c, d)] for a, b, c, d in zip(*ends, strict=True)]
    for at in np.linspace(x[0], x[-1], 300)[1:-1]:
        if np.abs(found["x_start"].values - at).min() < 1e-4 * (x[-1] - x[0]):
            continue  # a jump may stand a hair to the left or right
        least = min(height(chain, at) for chain in chains)
        assert min(height(piece, at) for piece in mine) == pytest.approx(least, abs=1e-4 * (y[0] - y[-1]))


# the hand example


def test_cost_frontier_of_the_example(example: Ground) -> None:
    """HAND.md, section 3: plan A emits 334, plan C 262; A costs 0.52 + 2.40 + 15.50 + 9.42 + 2.00 + 1.57 = 31.41, C 31.98.

    B and furnace 2 converted emit more than C and cost more than A.
    """
    found = last(frontier(Search(example, Axis.COST)))
    assert found["x"].values == pytest.approx([31.41, 31.98], rel=1e-7)
    assert found["y"].values == pytest.approx([334, 262], rel=1e-7)
    assert found["supported"].values.all()
    assert (found["x_start"].values == found["x_end"].values).all()  # two single points: production is settled by the targets
    curve = system_curve(found, years=2)
    assert curve["tonnes"].values == pytest.approx([36])
    assert curve["cost_per_tonne"].values == pytest.approx([0.57e8 / 72e4], rel=1e-5)


def test_output_frontier_of_the_example(example: Ground) -> None:
    """Output of 230 is the target; 10 more from furnace 3 in 2021 add 24; at most 140 + 120 come from plan B: 269 + 178 = 447."""
    found = last(frontier(Search(example, Axis.OUTPUT)))
    assert found["x"].values == pytest.approx([-260, -240, -230], rel=1e-7)
    assert found["y"].values == pytest.approx([447, 286, 262], rel=1e-7)
    assert found["open_end"].values.tolist() == [True, False]  # plan B at 240 makes 399, plan C 286: the curve jumps


def test_a_limit_a_hair_below_a_plan_is_not_met_by_leaning_on_binaries(example: Ground) -> None:
    """With plan A's emissions less 7e-5 the solver's binaries once stopped at 7e-7; the answer is plan C."""
    assert Search(example, Axis.COST).least_x(334 - 7.2e-5).y == pytest.approx(262)


def test_study_goes_on_where_it_stopped(example: Ground, tmp_path: Path) -> None:
    """Stored after each step; taken up from disk the rest gives the same, and proofs are not made again."""
    whole = list(frontier(Search(example, Axis.OUTPUT)))
    save_study(tmp_path, "example", "frontier", whole[1], {})
    earlier, _ = load_study(tmp_path, "example", "frontier") or (None, {})
    rest = list(frontier(Search(example, Axis.OUTPUT), earlier))
    assert len(rest) < len(whole)
    xr.testing.assert_allclose(rest[-1], whole[-1], rtol=1e-9)


def test_sketch_brackets_the_frontier_and_goes_on(tmp_path: Path) -> None:
    """Between two limits the exact curve lies between the right point's bound and the left point; ends are those of the curve."""
    world = draw(6)
    tables = read_tables(write(rows_of(world), tmp_path / "world"))
    scenario = Scenario.model_validate(scenario_of(world))
    base = ground_of(assemble(tables, scenario), scenario)
    exact = last(frontier(Search(base, Axis.COST)))
    three = last(sketch(Search(base, Axis.COST), 3))
    five = last(sketch(Search(base, Axis.COST), 5, three))
    assert set(three["x"].values) < set(five["x"].values)
    assert five.attrs["within"] <= three.attrs["within"]
    assert (five["x"].values[0], five["y"].values[-1]) == pytest.approx((exact["x"].values[0], exact["y"].values[-1]), rel=1e-6)
    limit, high, low = five["limit"].values, five["y"].values, five["y_bound"].values
    for x, y in zip(exact["x"].values, exact["y"].values, strict=True):
        place = int(np.searchsorted(limit, x - 1e-6, side="right")) - 1
        assert low[min(place + 1, len(low) - 1)] - 1e-4 <= y <= high[max(place, 0)] + 1e-4


# geometry


def test_envelope_of_two_chains_that_cross_and_of_a_point() -> None:
    """(0,4)-(4,0) and (1,2)-(4,1.5): the second starts under the first, which is open there, and is crossed at x = 2.2."""
    pieces = envelope([[(0.0, 4.0), (4.0, 0.0)], [(1.0, 2.0), (4.0, 1.5)], [(5.0, -1.0)], [(5.0, 3.0)]])
    found = [(piece.chain, *np.round(piece.start, 9), *np.round(piece.end, 9)) for piece in pieces]
    assert found == [(0, 0, 4, 1, 3), (1, 1, 2, 2.2, 1.8), (0, 2.2, 1.8, 4, 0), (2, 5, -1, 5, -1)]
    assert [opens(pieces, place) for place in range(4)] == [True, False, False, False]
    assert np.array([point for point, _ in corners(pieces)]) == pytest.approx(np.array([(0, 4), (1, 2), (2.2, 1.8), (4, 0), (5, -1)]))


def test_what_is_supported() -> None:
    """(1,3) lies above the line from (0,4) to (2,1); points on the hull's edge count."""
    assert supported([(0, 4), (1, 3), (2, 1), (3, 0.5), (4, 0)]) == [True, False, True, True, True]


@pytest.mark.parametrize("seed", range(20))
def test_envelope_is_the_least_of_all_chains(seed: int) -> None:
    """Between its ends the envelope is as low as the lowest chain, and never rises."""
    dice = np.random.default_rng(seed)
    chains = []
    for _ in range(4):
        widths, slopes = dice.uniform(0.1, 2, 3), -np.sort(dice.uniform(0.1, 3, 3))[::-1]
        x = dice.uniform(0, 5) + np.concatenate([[0], np.cumsum(widths)])
        chains.append(list(zip(x.tolist(), (dice.uniform(5, 9) + np.concatenate([[0], np.cumsum(widths * slopes)])).tolist(), strict=True)))
    pieces = envelope(chains)
    assert all(one.end[1] >= two.start[1] - 1e-9 for one, two in pairwise(pieces))
    for at in np.linspace(pieces[0].start[0], pieces[-1].end[0], 97)[1:-1]:
        own = [[piece.start] if piece.single else [piece.start, piece.end] for piece in pieces]
        if np.abs(np.array([piece.start[0] for piece in pieces]) - at).min() > 1e-6:
            assert min(height(piece, at) for piece in own) == pytest.approx(min(height(chain, at) for chain in chains), abs=1e-6)
