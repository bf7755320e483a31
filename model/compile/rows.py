"""Rules as rows: one component's entries, limits and names."""

from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt
from pyomo.core.expr.relational_expr import EqualityExpression, RangedExpression
from pyomo.repn import generate_standard_repn

from model.compile.columns import Columns
from model.compile.evaluate import Numbers, Parameters
from model.compile.labels import Labels, Places
from model.compile.linear import Term, terms, varies
from model.compile.scope import Scope, add_up, axes_of
from model.compile.templates import UnsupportedError, template


@dataclass(frozen=True)
class Part:
    """Entries over a shape: parts that add up to rows (of the component) and columns, and values; all broadcast."""

    shape: tuple[int, ...]
    row: list[npt.NDArray[Any]]
    column: list[npt.NDArray[Any]]
    value: Numbers

    @property
    def size(self) -> int:
        """Number of entries."""
        return prod(self.shape)


@dataclass(frozen=True)
class Rows:
    """Rows of one component: entries, limits; ``indices`` where they do not follow the index set."""

    component: Any
    parts: list[Part]
    lower: Numbers
    upper: Numbers
    indices: list[Any] | None = None


def nothing(component: Any) -> Rows:
    """A component without rows."""
    return Rows(component, [], np.zeros(0), np.zeros(0))


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
            scope = self._scope(component, indices)
            found = terms(expression, scope)
            parts = self._parts(found, 0)
            places: Places = np.zeros(sum(part.size for part in parts), dtype=np.int32)
            values = np.zeros(len(places))
            write(parts, None, places, values)
            offset = float(self._constant(found, scope)[0])
        except UnsupportedError:
            places, values, offset = self._expanded(component.expr)
        return places, values, offset

    def rule(self, component: Any, first: int) -> Rows:
        """Rows of a constraint by its template, numbered from ``first``.

        Raises ``UnsupportedError`` where stock Pyomo has to expand it.
        """
        expression, indices = template(component)
        scope = self._scope(component, indices)
        low, body, high = _sides(expression)
        found = body(scope)
        constant = self._constant(found, scope)
        lower = self._limit(low, scope, -np.inf) - constant
        upper = lower if high is low else self._limit(high, scope, np.inf) - constant
        return Rows(component, self._parts(found, first), lower, upper)

    def _limit(self, side: Any, scope: Scope, missing: float) -> Numbers:
        return np.full(scope.size, missing) if side is None else self._constant(terms(side, scope), scope)

    def _constant(self, found: list[Term], scope: Scope) -> Numbers:
        """The sum of terms without variables, by row."""
        return sum((term.by_row(self.parameters, scope) for term in found if term.variable is None), np.zeros(scope.size))

    def _parts(self, found: list[Term], first: int) -> list[Part]:
        """Entries of terms with variables, their rows counted from ``first``."""
        return [
            Part(
                term.scope.shape,
                term.scope.rows(first),
                self.columns.parts(term.variable, term.indices, term.scope),
                term.values(self.parameters),
            )
            for term in found
            if term.variable is not None and term.scope.size
        ]

    def expand(self, component: Any, first: int) -> Rows:
        """Rows of a constraint as stock Pyomo expands them, one by one, numbered from ``first``."""
        if component.is_indexed() and component.rule is not None and getattr(component, "lazy", False):
            component.expand()
        data = [part for part in component._data.values() if part.active]
        rows: list[npt.NDArray[Any]] = []
        places, values, lower, upper = [], [], [], []
        for number, part in enumerate(data):
            low, body, high = part.to_bounded_expression(evaluate_bounds=True)
            at, value, offset = self._expanded(body)
            rows.append(np.full(len(at), first + number))
            places.append(at)
            values.append(value)
            lower.append((-np.inf if low is None else low) - offset)
            upper.append((np.inf if high is None else high) - offset)
        row, column = (np.concatenate([*parts, np.zeros(0, dtype=np.int32)]).astype(np.int32) for parts in (rows, places))
        entries = Part(row.shape, [row], [column], np.concatenate([*values, np.zeros(0)]))
        return Rows(component, [entries], np.array(lower, float), np.array(upper, float), [part.index() for part in data])

    def _expanded(self, body: Any) -> tuple[Places, Numbers, float]:
        """Columns, coefficients and constant of an expanded expression; raises ``ValueError`` where it is not linear."""
        found = generate_standard_repn(body, compute_values=True)
        if not found.is_linear():
            raise ValueError(f"not linear: {body}")
        places = np.array([self.columns.of(variable) for variable in found.linear_vars], dtype=np.int32)
        return places, np.array(found.linear_coefs, dtype=float), float(found.constant)


def write(parts: list[Part], row: Places | None, column: Places, value: Numbers) -> None:
    """Write the entries of parts one after another."""
    start = 0
    for part in parts:
        inside = slice(start, start + part.size)
        start += part.size
        if row is not None:
            add_up(part.row, part.shape, row[inside])
        add_up(part.column, part.shape, column[inside])
        value[inside].reshape(part.shape)[...] = part.value


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
