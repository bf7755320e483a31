"""The catalogue: every text in both languages, every key used, every use known."""

import csv
import re
from pathlib import Path

import pytest

from model.language import CATALOGUE, Language, Speaker, read_catalogue
from model.names import Cost, Goal, Scope, Source
from model.schema import PROBLEM

ROOT = Path(__file__).parent.parent
MADE = (
    "task_",
    "verdict_",
    "key_",
    "col_",
    "step_",
    "goal_",
    "status_",
    "sector_",
    "source_",
    "cost_",
    "kind_",
    "row_",
    "state_",
    "help_",
    "ended_",
    "term_",
    "sheet_",
    "about_",
    "field_",
    "table_",
    "grade_",
    "part_",
    "cell_",
    "figure_",
    "explain_",
    "player_",
    "reason_",
    "page_unit_",
    "page_grade_",
    "page_graded_",
    "page_outside_",
    "page_zone_",
    "page_energy_",
    "page_materials_",
    "page_carbon_",
    "page_flow_",
    "explore_go_",
    "future_",
    "page_option_",
    "page_cost_",
    "page_output_",
    "page_level_",
    "page_method_",
    "page_shapley_",
    "page_more_",
    "explore_lever_",
    "explore_choice_",
    "explore_targets_",
    "explore_budget_",
    "explore_job_",
    "member_",
    "wall_",
    "outcome_",
    "pydantic_",
    "dimension_",
    "item_",
    "ends_",
    "ledger_",
    "regret_own_",
    "regret_way_",
    "array_unit_",
)
"""Keys that are put together from a prefix and a name."""


def sources() -> str:
    """All code that speaks."""
    speaking = [ROOT / "run.py", *(ROOT / "model").rglob("*.py"), *(ROOT / "model").rglob("*.js")]
    return "\n".join(path.read_text(encoding="utf-8") for path in speaking)


def test_every_text_stands_in_both_languages_with_the_same_places() -> None:
    for key, texts in read_catalogue().items():
        assert texts["zh"], key
        assert texts["en"], key
        named = [set(re.findall(r"\{(\w+)", texts[language])) for language in ("zh", "en")]
        assert named[0] == named[1], key
        assert not re.search(r"[\u4e00-\u9fff]", texts["en"]), key


def test_every_key_stands_once() -> None:
    keys = [row["key"] for path in CATALOGUE.glob("*.csv") for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines(True))]
    assert [key for key in set(keys) if keys.count(key) > 1] == []


def test_every_key_is_used_and_every_plain_use_is_known() -> None:
    text = sources()
    for key in read_catalogue():
        assert key.startswith(MADE) or f'"{key}"' in text, f"{key} is used nowhere"
    for key in re.findall(r'\b(?:say|HELP|told)\(\s*"(\w+)"', text):
        assert key in read_catalogue() or key in MADE, key


@pytest.mark.parametrize(("prefix", "names"), [("cost", Cost), ("goal", Goal), ("source", Source), ("row", Scope)])
def test_every_name_of_the_model_has_a_text(prefix: str, names: type) -> None:
    for name in names:
        assert Speaker(Language.ZH)(f"{prefix}_{name}") != Speaker(Language.EN)(f"{prefix}_{name}")


def test_every_input_of_the_model_has_a_unit_in_words() -> None:
    known = read_catalogue()
    assert {key for array in PROBLEM.values() if (key := "array_unit_" + re.sub(r"\W+", "_", array.unit).lower()) not in known} == set()
