"""The examiner against planted faults: each class at several sizes on a certified plan, found every time; and nothing else accused.

The plan is that of the test province, in which every rule has a row.
"""

from itertools import product

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from model.examine import TWINS, Terms, examine
from model.examine.case import Case
from model.scenario import Scenario
from model.schema import BINARY, DECISIONS, PROBLEM
from model.session import Plan, Session, ask_of
from model.tolerances import OBJECTIVE, ROW
from tests.nightly import often

SIZES = (1.5 * ROW, 1e-3, 0.1)
"""Violations planted, relative to max(1, size of the row's terms)."""


@pytest.fixture(scope="module")
def plan(province: xr.Dataset, scenario: Scenario) -> Plan:
    """The certified plan of the test province."""
    return Session().solve(province, ask_of(scenario))


def terms(plan: Plan) -> Terms:
    return Terms(list(plan.ask.goals), plan.ask.boundary, plan.ask.closest, {goal: plan.value(goal) for goal in plan.ask.goals})


Place = tuple[str, int, float]


@pytest.fixture(scope="module")
def weak(plan: Plan) -> dict[str, Place]:
    """A number of the plan for each rule, and the direction in which moving it breaks the rule."""
    found: dict[str, Place] = {}
    rng, still = np.random.default_rng(0), {rule: TWINS[rule](Case(plan.problem, plan.flat)).gap for rule in TWINS}
    for name in DECISIONS:
        stirred = plan.flat.assign({name: plan.flat[name] + rng.uniform(1, 2, plan.flat[name].shape)})
        case = Case(plan.problem, stirred)
        concerned = [rule for rule in TWINS if rule not in found and not np.array_equal(TWINS[rule](case).gap, still[rule])]
        for place, sign in product(range(plan.flat[name].size), (1.0, -1.0)):
            concerned = [rule for rule in concerned if rule not in found]
            if not concerned:
                break
            case = Case(plan.problem, moved(plan, (name, place, sign), 1e6))
            found |= {rule: (name, place, sign) for rule in concerned if TWINS[rule](case).worst() > 2 * SIZES[-1]}
    return found


def moved(plan: Plan, place: Place, step: float) -> xr.Dataset:
    """The plan with one number moved."""
    name, at, sign = place
    values = plan.flat[name].values.copy()
    values.flat[at] += sign * step
    return plan.flat.assign({name: plan.flat[name].copy(data=values)})


def broken(plan: Plan, rule: str, place: Place, size: float) -> xr.Dataset:
    """The plan with a number moved just so far that the rule is violated by a little more than ``size``."""
    low, high = 1e-9, 1e6
    for _ in range(60):
        middle = (low * high) ** 0.5
        violated = TWINS[rule](Case(plan.problem, moved(plan, place, middle))).worst()
        low, high = (low, middle) if violated > size else (middle, high)
        if size < violated < 1.04 * size:
            break
    return moved(plan, place, high)


@pytest.mark.parametrize("rule", list(TWINS))
@pytest.mark.parametrize("size", SIZES)
def test_a_broken_rule_is_accused_at_any_size(plan: Plan, weak: dict[str, Place], rule: str, size: float) -> None:
    """141 faults: each rule, just beyond the tolerance, small and gross."""
    changed = broken(plan, rule, weak[rule], size)
    certificate = examine(plan.problem, changed, terms(plan))
    assert certificate.violations[rule] == pytest.approx(size, rel=0.05)
    assert not certificate.valid
    assert any(reason.startswith(f"rule {rule}:") for reason in certificate.reasons())


@pytest.mark.parametrize("name", list(DECISIONS))
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_none_is_found_in_any_decision(plan: Plan, name: str, value: float) -> None:
    changed = plan.flat.copy(deep=True)
    changed[name].values.flat[changed[name].size // 2] = value
    assert f"result: '{name}' has numbers that are not finite" in examine(plan.problem, changed, terms(plan)).reasons()


@pytest.mark.parametrize("name", [name for name in DECISIONS if name not in ("emission", "cost")])
@pytest.mark.parametrize("size", [1.5 * ROW, 1e-3, 10.0])
def test_a_decision_below_zero_is_found(plan: Plan, name: str, size: float) -> None:
    changed = plan.flat.copy(deep=True)
    changed[name].values.flat[0] = -size
    assert any(reason.startswith(f"bounds of {name}:") for reason in examine(plan.problem, changed, terms(plan)).reasons())


@pytest.mark.parametrize("name", list(BINARY))
@pytest.mark.parametrize("size", [1.5e-6, 1e-3, 0.5])
def test_a_decision_between_yes_and_no_is_found(plan: Plan, name: str, size: float) -> None:
    for value in (size, 1 - size):
        changed = plan.flat.copy(deep=True)
        changed[name].values.flat[0] = value
        assert any(reason.startswith("binaries:") for reason in examine(plan.problem, changed, terms(plan)).reasons())


@pytest.mark.parametrize("size", [1.5 * OBJECTIVE, -1.5 * OBJECTIVE, 1e-6, -1e-6, 0.1, -1.0, np.nan, np.inf])
def test_a_total_that_is_not_the_sum_is_found(plan: Plan, size: float) -> None:
    for goal in plan.ask.goals:
        told = terms(plan)
        told.values[goal] += size * max(1.0, abs(told.values[goal]))
        assert any(reason.startswith(f"objective {goal}:") for reason in examine(plan.problem, plan.flat, told).reasons())


@pytest.mark.parametrize("name", list(DECISIONS))
@pytest.mark.parametrize("fault", ["missing", "unit", "short", "turned"])
def test_arrays_that_do_not_fit_are_found(plan: Plan, name: str, fault: str) -> None:
    changed, array = plan.flat.copy(deep=True), plan.flat[name]
    if fault == "missing":
        changed = changed.drop_vars(name)
    elif fault == "unit":
        changed[name].attrs["units"] = "furlong"
    else:
        dim = str(array.dims[0])
        order = slice(None, -1) if fault == "short" else slice(None, None, -1)
        turned = changed.isel({dim: order})
        if dim not in turned.coords:
            turned = turned.assign_coords(
                {dim: plan.problem[dim].values[order] if dim in plan.problem.coords else np.arange(turned.sizes[dim])}
            )
        changed = turned
        if fault == "turned" and (dim not in plan.problem.coords or plan.problem.sizes[dim] < 2):
            pytest.skip("a flat dim without labels of its own has no order to turn")
    assert not examine(plan.problem, changed, terms(plan)).valid


@pytest.mark.parametrize("name", list(PROBLEM))
def test_inputs_that_are_missing_or_no_numbers_are_found(plan: Plan, name: str) -> None:
    assert f"problem: '{name}' is missing" in examine(plan.problem.drop_vars(name), plan.flat, terms(plan)).reasons()
    if plan.problem[name].size and plan.problem[name].dtype.kind == "f":
        changed = plan.problem.copy(deep=True)
        changed[name].values[...] = -np.inf
        assert not examine(changed, plan.flat, terms(plan)).valid


@settings(max_examples=often(30, 300))
@given(st.data())
def test_more_violation_is_never_judged_milder(plan: Plan, data: st.DataObject) -> None:
    """A number moved further from a valid plan breaks each row at least as much (rows are convex), before division by size."""
    name = data.draw(st.sampled_from([name for name in DECISIONS if name not in BINARY]))
    place = data.draw(st.integers(0, plan.flat[name].size - 1))
    step = data.draw(st.floats(1e-3, 1e3)) * data.draw(st.sampled_from([1, -1]))
    rule = data.draw(st.sampled_from(list(TWINS)))
    found = []
    for factor in (1, 2, 4):
        changed = plan.flat.copy(deep=True)
        changed[name].values.flat[place] += factor * step
        found.append(np.clip(TWINS[rule](Case(plan.problem, changed)).gap, 0, None))
    start = np.clip(TWINS[rule](Case(plan.problem, plan.flat)).gap, 0, None)
    slack = 1e-9 + 1e-9 * np.abs(found[-1]) + start
    assert (found[0] <= found[1] + slack).all()
    assert (found[1] <= found[2] + slack).all()
