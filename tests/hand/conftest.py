"""The smallest case of a rule: the test province with a few numbers of its own, and one rule of the formulation."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyomo.environ as pyo
import pytest
import xarray as xr
from pyomo.core.base.constraint import ConstraintData
from worlds import pairs

from model.names import Goal
from model.objective import OBJECTIVES
from model.rules import RULE_NAMES, RULES

EMPTY = {"clause_value": np.nan, "clause_scale": np.nan, "benchmark_gap": np.nan, "baseline_gap": np.nan, "supply": np.inf,
         "sales": np.inf, "lapse": np.inf, "pace_moves": np.inf, "pace_retrofits": np.inf}  # fmt: skip
"""What an array holds where a case says nothing; 0 in all others."""
Numbers = Mapping[Any, float]


def _refill(problem: xr.Dataset, name: str, numbers: Numbers | float) -> None:
    """Clear an array and write a case's numbers; a label without its year means every year."""
    array = problem[name]
    if isinstance(numbers, int | float):
        problem[name] = array.copy(data=np.full(array.shape, float(numbers)))
        return
    values = np.full(array.shape, EMPTY.get(name, 0.0))
    labels = [pairs(problem, str(dim)) for dim in array.dims]
    for key, number in numbers.items():
        rest, place = key if isinstance(key, tuple) else (key,), []
        for names in labels:
            size = len(names[0])
            place.append(names.index(rest[:size]) if rest else slice(None))
            rest = rest[size:]
        assert not rest, f"{key} does not fit {array.dims}"
        values[tuple(place)] = number
    problem[name] = array.copy(data=values)


class Case:
    """One rule on a few numbers; every variable is 0 unless a point says otherwise."""

    def __init__(self, model: pyo.ConcreteModel, rule: str) -> None:
        self.model = model
        self.rows = getattr(model, rule)

    def put(self, **point: Numbers) -> None:
        """Set all variables: those named to their numbers, the rest to 0."""
        for variable in self.model.component_data_objects(pyo.Var):
            variable.set_value(0.0, skip_validation=True)
        for name, numbers in point.items():
            for key, number in numbers.items():
                getattr(self.model, name)[key].set_value(number, skip_validation=True)

    def _row(self, index: Any, point: Mapping[str, Numbers]) -> ConstraintData:
        self.put(**point)
        return self.rows[index]

    def slack(self, *index: Any, **point: Numbers) -> float:
        """How far an inequality is from its limit at a point: 0 binding, negative broken."""
        row = self._row(index, point)
        assert not row.equality
        if row.has_ub():
            assert not row.has_lb()
            return float(row.ub - pyo.value(row.body))
        return float(pyo.value(row.body) - row.lb)

    def miss(self, *index: Any, **point: Numbers) -> float:
        """Left side minus right side of an equation at a point."""
        row = self._row(index, point)
        assert row.equality
        return float(pyo.value(row.body) - row.lb)

    def applies(self, *index: Any) -> bool:
        """Is there such a row?"""
        return (index if len(index) > 1 else index[0]) in self.rows

    def objective(self, goal: Goal, **point: Numbers) -> float:
        """A stage's objective at a point."""
        self.put(**point)
        return float(pyo.value(getattr(self.model, f"objective_{goal}")))

    def bounds(self, name: str, *index: Any) -> tuple[float | None, float | None]:
        """Bounds of a variable."""
        found: tuple[float | None, float | None] = getattr(self.model, name)[index].bounds
        return found


CaseMaker = Callable[..., Case]


@pytest.fixture
def case(province: xr.Dataset, build_model: Callable[..., pyo.ConcreteModel]) -> CaseMaker:
    """``case(rule, array={label: number}, ...)``: each array named holds these numbers and nothing else."""

    def make(rule: str, *, closest: bool = True, **arrays: Numbers | float) -> Case:
        problem = province.copy(deep=True)
        for name, numbers in arrays.items():
            _refill(problem, name, numbers)
        room = RULES[RULE_NAMES.index(rule)]
        return Case(build_model(problem, [room], list(OBJECTIVES), closest=closest), rule)

    return make
