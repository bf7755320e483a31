"""Linear expressions of a template as terms: a variable or the constant 1, times factors, over a scope."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.common.numeric_types import native_numeric_types
from pyomo.core.expr import numeric_expr as kinds
from pyomo.core.expr.template_expr import GetItemExpression, TemplateSumExpression

from model.compile.evaluate import NEGATIONS, SUMS, Numbers, Parameters
from model.compile.scope import Scope, add_up
from model.compile.templates import UnsupportedError


@dataclass(frozen=True)
class Term:
    """``variable`` (None: the constant 1) at ``indices``, times ``factors``, once for every place of the scope."""

    scope: Scope
    variable: Any
    indices: tuple[Any, ...]
    factors: tuple[Any, ...]

    def values(self, parameters: Parameters) -> Numbers:
        """The coefficient, broadcastable over the scope."""
        product: Any = 1.0
        for factor in self.factors:
            product = product * parameters.value(factor, self.scope)
        return np.asarray(product, dtype=float)

    def by_row(self, parameters: Parameters, rows: Scope) -> Numbers:
        """Sum of the values by row of a rule whose own scope is ``rows``."""
        if not self.scope.size:
            return np.zeros(rows.size)
        values = np.broadcast_to(self.values(parameters), self.scope.shape).ravel()
        if self.scope is rows:
            return values
        places = np.empty(self.scope.size, dtype=np.int32)
        add_up(self.scope.rows(0), self.scope.shape, places)
        return np.bincount(places, values, rows.size).astype(float, copy=False)


def varies(expression: Any) -> bool:
    """May the expression hold a variable?"""
    return expression.__class__ not in native_numeric_types and bool(expression.is_potentially_variable())


def terms(expression: Any, scope: Scope, factors: tuple[Any, ...] = ()) -> list[Term]:
    """Terms of an expression; raises ``UnsupportedError`` where it is not linear or of an unknown kind."""
    if isinstance(expression, TemplateSumExpression):
        inner = scope
        for loop in expression.template_iters():
            inner = inner.inside(loop)
        return terms(expression.template_args()[0], inner, factors)
    if not varies(expression):
        return _constants(expression, scope, factors)
    if isinstance(expression, GetItemExpression):
        if getattr(expression.arg(0), "ctype", None) is not pyo.Var:
            raise UnsupportedError(f"{expression} is no variable")
        return [Term(scope, expression.arg(0), tuple(expression.args[1:]), factors)]
    if isinstance(expression, (*SUMS, kinds.LinearExpression)):
        return [term for part in expression.args for term in terms(part, scope, factors)]
    if isinstance(expression, NEGATIONS):
        return terms(expression.arg(0), scope, (*factors, -1.0))
    if isinstance(expression, kinds.MonomialTermExpression | kinds.ProductExpression):
        first, second = expression.args
        if varies(first) and varies(second):
            raise UnsupportedError(f"{expression} is not linear")
        return terms(second, scope, (*factors, first)) if varies(second) else terms(first, scope, (*factors, second))
    if isinstance(expression, kinds.DivisionExpression) and not varies(expression.arg(1)):
        return terms(expression.arg(0), scope, (*factors, 1 / expression.arg(1)))
    if expression.is_variable_type():
        component = expression.parent_component()
        index = expression.index()
        return [Term(scope, component, index if isinstance(index, tuple) else (index,), factors)]
    raise UnsupportedError(f"{type(expression).__name__} in a row")


def _constants(expression: Any, scope: Scope, factors: tuple[Any, ...]) -> list[Term]:
    """A part without variables; sums of parameters keep their own scopes."""
    if isinstance(expression, SUMS):
        return [term for part in expression.args for term in terms(part, scope, factors)]
    if isinstance(expression, NEGATIONS):
        return terms(expression.arg(0), scope, (*factors, -1.0))
    return [Term(scope, None, (), (*factors, expression))]
