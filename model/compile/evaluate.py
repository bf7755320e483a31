"""Numbers of a template: parameters and their arithmetic, for all indices of a scope at once."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo
from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.expr import numeric_expr as kinds
from pyomo.core.expr.template_expr import GetItemExpression, IndexTemplate

from model.compile.scope import Scope
from model.compile.templates import UnsupportedError

Numbers = npt.NDArray[np.float64]
SUMS = (kinds.SumExpression, kinds.NPV_SumExpression)
PRODUCTS = (kinds.ProductExpression, kinds.NPV_ProductExpression)
DIVISIONS = (kinds.DivisionExpression, kinds.NPV_DivisionExpression)
NEGATIONS = (kinds.NegationExpression, kinds.NPV_NegationExpression)


class Parameters:
    """Values of parameters as arrays in the order of their index sets, read once."""

    def __init__(self) -> None:
        self._arrays: dict[int, tuple[Numbers, bool]] = {}
        self._alive: list[Any] = []

    def array(self, parameter: Any) -> tuple[Numbers, bool]:
        """Flat values, what has no value is NaN; and whether all have one."""
        found = self._arrays.get(id(parameter))
        if found is None:
            held = getattr(parameter, "held", None)
            if held is None:
                given = parameter.extract_values()
                values = np.array([given.get(key, np.nan) for key in parameter.index_set()], dtype=float)
            else:
                values = held
            found = self._arrays[id(parameter)] = (values, not np.isnan(values).any())
            self._alive.append(parameter)
        return found

    def value(self, expression: Any, scope: Scope) -> Any:
        """A number, or an array that broadcasts over the scope; raises ``UnsupportedError`` for what is no number."""
        if expression.__class__ in native_numeric_types:
            return float(expression)
        if isinstance(expression, GetItemExpression):
            return self._item(expression, scope)
        if isinstance(expression, IndexTemplate):
            return self._label(expression, scope)
        if isinstance(expression, SUMS):
            return sum((self.value(part, scope) for part in expression.args[1:]), self.value(expression.arg(0), scope))
        if isinstance(expression, PRODUCTS):
            return self.value(expression.arg(0), scope) * self.value(expression.arg(1), scope)
        if isinstance(expression, DIVISIONS):
            return self.value(expression.arg(0), scope) / self.value(expression.arg(1), scope)
        if isinstance(expression, NEGATIONS):
            return -self.value(expression.arg(0), scope)
        if getattr(expression, "is_parameter_type", bool)():
            return float(pyo.value(expression))
        raise UnsupportedError(f"{type(expression).__name__} in a coefficient")

    def _item(self, expression: Any, scope: Scope) -> Any:
        parameter = expression.arg(0)
        if getattr(parameter, "ctype", None) is not pyo.Param:
            raise UnsupportedError(f"{expression} in a coefficient")
        array, complete = self.array(parameter)
        values = array[scope.positions(parameter.index_set(), tuple(expression.args[1:]))]
        if not complete and np.isnan(values).any():
            raise UnsupportedError(f"{parameter.name} has no value for some index")
        return values

    def _label(self, index: Any, scope: Scope) -> Any:
        """A year used as a number."""
        place = scope.place(index)
        if place is None:
            raise UnsupportedError(f"{index} is used as a number")
        codes = scope.axes[place].codes(index._id)
        names = scope.labels.names
        used, inverse = np.unique(codes, return_inverse=True)
        if not all(names[code].__class__ in native_numeric_types for code in used):
            raise UnsupportedError(f"{index} is used as a number")
        numbers = np.array([float(names[code]) for code in used])[inverse]
        return scope.along(place, numbers)
