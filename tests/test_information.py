"""The worth of finding facts out, against sums by hand."""

import numpy as np
import pandas as pd
import pytest

from model.futures.information import known_all, measure_first, worth_of_knowing
from model.names import Grade

FACTORS = {Grade.A: 1.0, Grade.B: 1.03, Grade.C: 1.1, Grade.D: 1.15, Grade.E: 1.25}


@pytest.fixture(scope="module")
def sample() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Two plans: one always loses 0, the other x + y with x uniform on -1..1 and y on -0.5..0.5; z tells nothing."""
    dice = np.random.default_rng(4)
    scores = pd.DataFrame(dice.uniform(-1, 1, (2000, 3)), columns=["x", "y", "z"])
    scores["y"] /= 2
    return scores, pd.DataFrame({"sure": np.zeros(2000), "bet": scores["x"] + scores["y"]})


def test_worth_is_what_is_expected_of_the_better_plan(sample: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Knowing x: the bet is taken where x < 0, which gains E[-x; x < 0] = 1/4. Knowing y: 1/8. Both: E[-(x + y); x + y < 0] = 13/48."""
    scores, loss = sample
    found = worth_of_knowing(scores, loss, 1)
    assert found.index.tolist()[:2] == ["x", "y"]
    assert found.loc["x", "worth"] == pytest.approx(1 / 4, abs=3 * found.loc["x", "error"])
    assert found.loc["y", "worth"] == pytest.approx(1 / 8, abs=3 * found.loc["y", "error"])
    assert found.loc["z", "worth"] == 0
    assert 0 < found.loc["x", "error"] < 0.03
    assert known_all(loss) == pytest.approx(13 / 48, abs=0.02)


def test_a_plan_that_is_always_better_makes_knowing_worthless(sample: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    scores, loss = sample
    found = worth_of_knowing(scores, loss.assign(bet=loss["bet"] + 10), 1)
    assert (found["worth"] == 0).all()
    assert known_all(loss.assign(bet=loss["bet"] + 10)) == 0


def test_too_few_members_or_plans_tell_nothing(sample: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    scores, loss = sample
    assert worth_of_knowing(scores, loss.head(19), 1).empty
    assert worth_of_knowing(scores, loss[["bet"]], 1).empty


def test_well_known_facts_are_not_measured_first() -> None:
    worth = pd.DataFrame({"worth": [3.0, 2.0, 1.0], "error": 0.1, "chance": 0.1}, index=["a", "b", "c"])
    found = measure_first(worth, pd.Series({"a": "B", "b": "E", "c": "C"}), FACTORS)
    assert found.index.tolist() == ["b", "c", "a"]
    assert found.loc["a", "gain"] == 0
    assert found.loc["b", "gain"] == pytest.approx(2 * (1 - (np.log(1.03) / np.log(1.25)) ** 2))
