"""The teaching example's optimum, as data/example/HAND.md works it out."""

from pathlib import Path

import pytest

from model.names import Goal
from model.scenario import read_scenario
from tests.worlds import Answer, run

ROOT = Path(__file__).parent.parent
YEARS = [2020, 2021, 2022]


@pytest.fixture(scope="module")
def answer() -> Answer:
    """The example, solved."""
    scenario = read_scenario(ROOT / "scenarios" / "example.yaml")
    return run(ROOT / "data" / scenario.data, scenario.model_dump())


def test_moves_and_measures(answer: Answer) -> None:
    """Section 3: furnace 1 converts in 2021; in 2022 furnace 3 makes room for the small site; every arc furnace gets its preheater."""
    assert answer.taken("move") == {("furnace_1", "convert", 2021), ("furnace_3", "close", 2022), ("site_small", "build", 2022)}
    assert answer.taken("install") == {("arc_1", "preheater", 2021), ("furnace_1", "preheater", 2021), ("site_small", "preheater", 2022)}


@pytest.mark.parametrize(
    ("line", "configuration", "made"),
    [("furnace_1", "coal_furnace", [30, 0, 0]), ("furnace_1", "arc_furnace", [0, 20, 40]), ("furnace_2", "coal_furnace", [30, 40, 40]),
     ("furnace_3", "coal_furnace", [20, 30, 0]), ("arc_1", "arc_furnace", [20, 20, 20]), ("site_small", "arc_furnace", [0, 0, 20]),
     ("site_large", "arc_furnace", [0, 0, 0])],
)  # fmt: skip
def test_production(answer: Answer, line: str, configuration: str, made: list[float]) -> None:
    """Section 3: the cleanest run first; the converted furnace loses half of 40 in 2021."""
    chosen = (answer.problem["state_line"].values == line) & (answer.problem["state_configuration"].values == configuration)
    assert answer.found["make"].values[chosen][0] == pytest.approx(made, rel=1e-9, abs=1e-9)


def test_segment_makes_its_target_and_no_more(answer: Answer) -> None:
    """Output of 100, 110 and 120: each unit more would need a unit more of steel."""
    assert answer.found["output"].sel(segment="machinery").values == pytest.approx([100, 110, 120], rel=1e-9)


def test_emissions(answer: Answer) -> None:
    """Section 1: 66 + 60 + 48 + 6 = 180 in 2020; section 3: 162 and 100, so 262 in the planning years."""
    by_year = answer.found["emission"].sum("source")
    assert by_year.sel(year=YEARS).values == pytest.approx([180, 162, 100], rel=1e-9)
    assert answer.found["emission"].sel(source="power").values == pytest.approx([6, 10, 20], rel=1e-9)
    assert answer.stages[Goal.EMISSIONS] == pytest.approx(262, rel=1e-9)


def test_cost(answer: Answer) -> None:
    """Section 4, item by item: 15.48 + 16.50 = 31.98; 4.6 of cash in each year."""
    expected = {"capital": [0.26, 0.5], "fixed": [1.4, 1.2], "variable": [7.5, 10], "energy": [5.56, 4.4], "carbon": [0.76, 0.4],
                "feedstock": [0, 0], "revenue": [0, 0]}  # fmt: skip
    for item, values in expected.items():
        assert answer.found["cost"].sel(cost_item=item, year=YEARS[1:]).values == pytest.approx(values, rel=1e-9, abs=1e-9), item
    assert answer.found["investment"].sel(year=YEARS[1:]).values == pytest.approx([4.6, 4.6], rel=1e-9)
    assert answer.stages[Goal.COST] == pytest.approx(31.98, rel=1e-9)
