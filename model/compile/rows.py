"""Rules as rows: one component's entries, limits and names."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from pyomo.core.expr.relational_expr import EqualityExpression, RangedExpression
from pyomo.repn import generate_standard_repn

from model.compile.columns import Columns
from model.compile.evaluate import Numbers, Parameters
from model.compile.labels import Labels, Places
from model.compile.linear import Term, terms, varies
from model.compile.scope import Scope, axes_of
from model.compile.templates import UnsupportedError, template


@dataclass(frozen=True)
class Rows:
    """Rows of one component: entries (row, column, value), limits; ``indices`` where they do not follow the index set."""

    component: Any
    row: Places
    column: Places
    value: Numbers
    lower: Numbers
    upper: Numbers
    indices: list[Any] | None = None


def nothing(component: Any) -> Rows:
    """A component without rows."""
    return Rows(component, np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0), np.zeros(0))


def _entries(found: list[Term], columns: Columns, parameters: Parameters) -> tuple[Places, Places, Numbers]:
    """Rows, columns and values of terms with variables."""
    if not found:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64), np.zeros(0)
    rows = [np.ascontiguousarray(np.broadcast_to(term.scope.rows(), term.scope.shape)).ravel() for term in found]
    places = [columns.positions(term.variable, term.indices, term.scope) for term in found]
    values = [term.values(parameters) for term in found]
    return np.concatenate(rows), np.concatenate(places), np.concatenate(values)


def _constant(found: list[Term], count: int, parameters: Parameters) -> Numbers:
    """The sum of terms without variables, by row."""
    total = np.zeros(count)
    for term in found:
        rows = np.broadcast_to(term.scope.rows(), term.scope.shape).ravel()
        total += np.bincount(rows, term.values(parameters), count)
    return total


class Reader:
    """Reads the components of one model; labels, parameters and columns are shared among them."""

    def __init__(self) -> None:
        self.labels = Labels()
        self.parameters = Parameters()
        self.columns = Columns(self.labels)

    def _scope(self, component: Any, indices: tuple[Any, ...]) -> Scope:
        axes = axes_of(self.labels, component.index_set(), indices, rows=True) if component.is_indexed() else ()
        return Scope(axes, self.labels)

    def objective(self, component: Any) -> tuple[Places, Numbers, float]:
        """Columns, coefficients and constant of an objective."""
        try:
            expression, indices = template(component)
            found = terms(expression, self._scope(component, indices))
            _, places, values = _entries([term for term in found if term.variable is not None], self.columns, self.parameters)
            offset = float(_constant([term for term in found if term.variable is None], 1, self.parameters)[0])
        except UnsupportedError:
            places, values, offset = self._expanded(component.expr)
        return places, values, offset

    def rule(self, component: Any) -> Rows:
        """Rows of a constraint by its template; raises ``UnsupportedError`` where stock Pyomo has to expand it."""
        expression, indices = template(component)
        scope = self._scope(component, indices)
        count = int(np.prod(scope.shape, dtype=np.int64))
        low, body, high = _sides(expression)
        found = body(scope)
        constant = _constant([term for term in found if term.variable is None], count, self.parameters)
        row, column, value = _entries([term for term in found if term.variable is not None], self.columns, self.parameters)
        limits = [self._limit(side, scope, missing) - constant for side, missing in ((low, -np.inf), (high, np.inf))]
        return Rows(component, row, column, value, limits[0], limits[1])

    def _limit(self, side: Any, scope: Scope, missing: float) -> Numbers:
        count = int(np.prod(scope.shape, dtype=np.int64))
        return np.full(count, missing) if side is None else _constant(terms(side, scope), count, self.parameters)

    def expand(self, component: Any) -> Rows:
        """Rows of a constraint as stock Pyomo expands them, one by one."""
        if component.is_indexed() and component.rule is not None and getattr(component, "lazy", False):
            component.expand()
        data = [part for part in component._data.values() if part.active]
        rows: list[npt.NDArray[Any]] = []
        places, values, lower, upper = [], [], [], []
        for number, part in enumerate(data):
            low, body, high = part.to_bounded_expression(evaluate_bounds=True)
            at, value, offset = self._expanded(body)
            rows.append(np.full(len(at), number))
            places.append(at)
            values.append(value)
            lower.append((-np.inf if low is None else low) - offset)
            upper.append((np.inf if high is None else high) - offset)
        joined = [np.concatenate([*parts, np.zeros(0, dtype=kind)]) for parts, kind in ((rows, int), (places, int), (values, float))]
        return Rows(
            component, joined[0], joined[1], joined[2], np.array(lower, float), np.array(upper, float), [part.index() for part in data]
        )

    def _expanded(self, body: Any) -> tuple[Places, Numbers, float]:
        """Columns, coefficients and constant of an expanded expression; raises ``ValueError`` where it is not linear."""
        found = generate_standard_repn(body, compute_values=True)
        if not found.is_linear():
            raise ValueError(f"not linear: {body}")
        places = np.array([self.columns.of(variable) for variable in found.linear_vars], dtype=np.int64)
        return places, np.array(found.linear_coefs, dtype=float), float(found.constant)


def _sides(expression: Any) -> tuple[Any, Any, Any]:
    """Lower limit, body (as a function of the scope) and upper limit; sides with variables go into the body."""
    if isinstance(expression, RangedExpression):
        low, body, high = expression.args
        if varies(low) or varies(high):
            raise UnsupportedError("its range has variables")
        return low, lambda scope: terms(body, scope), high
    left, right = expression.args
    equal = isinstance(expression, EqualityExpression)
    if not varies(right):
        return (right if equal else None), lambda scope: terms(left, scope), right
    if not varies(left):
        return left, lambda scope: terms(right, scope), (left if equal else None)
    return (0.0 if equal else None), lambda scope: terms(left, scope) + terms(right, scope, (-1.0,)), 0.0
