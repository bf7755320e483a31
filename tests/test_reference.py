"""Public cases whose optimum no one here made."""

from pathlib import Path

import pytest

from model.names import Goal
from model.scenario import read_scenario
from tests.worlds import Answer, run

CASES = Path(__file__).parent / "reference"


def _solved(case: str) -> Answer:
    """``run`` checks the tables before it solves."""
    scenario = read_scenario(CASES / case / "scenario.yaml")
    return run(CASES / case, scenario.model_dump())


def _made(answer: Answer, line: str) -> float:
    chosen = answer.problem["state_line"].values == line
    return float(answer.found["make"].values[chosen, 1].sum())


def test_mexican_steel() -> None:
    """538.8112 M US$ (Kendrick, Meeraus and Alatorre 1984); the model counts in 100 M, dollars in the place of yuan.

    By hand: 5.209 Mt x 1.40 = 7.2926 Mt of raw steel are made for the markets, all of it at home, since importing costs 150 and more.
    """
    answer = _solved("mexican_steel")
    stage = answer.outcome.stages[0]
    assert stage.value * 100 == pytest.approx(538.8112, rel=1e-7)
    assert stage.gap <= 1e-12
    assert answer.found["buy"].sel(good="imported_steel").values == pytest.approx([0, 0], abs=1e-9)
    sold = float(answer.found["sell"].sel(good="steel@export", year=2021))
    steel = sum(_made(answer, f"{plant}_{unit}") for plant, unit in
                [("ahmsa", "open_hearth"), ("fundidora", "open_hearth"), ("ahmsa", "bof"), ("fundidora", "bof"), ("sicartsa", "bof"),
                 ("hylsa", "electric_arc"), ("hylsap", "electric_arc")])  # fmt: skip
    assert steel == pytest.approx(729.26 + sold, rel=1e-9)


def test_distribution_2() -> None:
    """174 000 pounds a month (Williams, problem 20); the model counts in 100 M yuan, a pound in the place of 10 000 yuan.

    Newcastle closes (-10 000), Northampton opens (+4 000), Birmingham grows (+3 000), so freight comes to 177 000.
    """
    answer = _solved("distribution_2")
    stage = answer.outcome.stages[0]
    assert stage.value * 1e4 == pytest.approx(174_000, rel=1e-7)
    assert stage.gap <= 1e-12
    assert answer.taken("move") == {
        ("newcastle_depot", "newcastle_close", 2021), ("northampton_depot", "northampton_build", 2021),
        ("birmingham_depot", "birmingham_expand", 2021),
    }  # fmt: skip
    assert float(answer.found["cost"].sel(cost_item="variable", year=2021)) * 1e4 == pytest.approx(177_000, rel=1e-7)
    assert Goal.EMISSIONS not in answer.stages
