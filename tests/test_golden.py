"""Each rule, alone, written out as LP text for the test province, equals the text that was read and agreed on."""

import io
import re
from pathlib import Path
from types import ModuleType

import pyomo.environ as pyo
import pytest
import xarray as xr
from conftest import ModelBuilder
from pyomo.repn.plugins.lp_writer import LPWriter

from model.names import Goal
from model.objective import OBJECTIVES
from model.rules import RULE_NAMES, RULES

GOLDEN = Path(__file__).parent / "lp"
_FRACTION = re.compile(r"[+-]?\d+\.\d+(?:[eE][+-]?\d+)?")


def lp_text(model: pyo.ConcreteModel) -> str:
    """The model in LP format: no comments, no blank lines, numbers to 10 digits, the order of declaration."""
    text = io.StringIO()
    LPWriter().write(model, text, symbolic_solver_labels=True)
    lines = [line.rstrip() for line in text.getvalue().splitlines() if line.strip() and not line.startswith("\\")]
    return "\n".join(_FRACTION.sub(lambda number: f"{float(number[0]):+.10g}", line) for line in lines) + "\n"


def same_as_golden(name: str, text: str, *, update: bool) -> None:
    """Compare with the golden text, or write it."""
    path = GOLDEN / f"{name}.lp"
    if update:
        path.write_text(text, encoding="utf-8")
    assert path.is_file(), f"tests/lp/{name}.lp is missing: read the new text, then run pytest --update-golden"
    assert text == path.read_text(encoding="utf-8"), f"tests/lp/{name}.lp differs: if you meant it, run pytest --update-golden"


@pytest.mark.parametrize("room", RULES, ids=RULE_NAMES)
def test_rule_is_written_as_agreed(room: ModuleType, province: xr.Dataset, build_model: ModelBuilder, pytestconfig: pytest.Config) -> None:
    """One rule with the objective 0, so that the text shows the rule only; the province gives it at least one row."""
    model = build_model(province, [room])
    model.nothing = pyo.Objective(expr=0.0)
    assert len(list(model.component_data_objects(pyo.Constraint))) > 0
    same_as_golden(room.__name__.rsplit(".", 1)[-1], lp_text(model), update=pytestconfig.getoption("update_golden"))


@pytest.mark.parametrize("goal", OBJECTIVES)
def test_objective_is_written_as_agreed(goal: Goal, province: xr.Dataset, build_model: ModelBuilder, pytestconfig: pytest.Config) -> None:
    """One stage of the objective without any rule."""
    same_as_golden(f"objective_{goal}", lp_text(build_model(province, [], [goal])), update=pytestconfig.getoption("update_golden"))


def test_every_golden_text_has_a_rule_or_stage() -> None:
    """A rule that was renamed or removed leaves no text behind."""
    assert {path.stem for path in GOLDEN.glob("*.lp")} == {*RULE_NAMES, *(f"objective_{goal}" for goal in OBJECTIVES)}
