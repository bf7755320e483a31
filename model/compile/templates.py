"""Asks Pyomo for a rule as one symbolic row over index templates; says what cannot be read that way."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Any

import pyomo.environ as pyo
from pyomo.core.expr.relational_expr import RelationalExpression, tuple_to_relational_expr
from pyomo.core.expr.template_expr import templatize_rule

from model.errors import SolverError
from model.language import told

SUPPORTED = (6, 10)
"""Major and minor version of Pyomo whose templates this package was tested with."""


class UnsupportedError(Exception):
    """A rule or expression that the compiler leaves to stock Pyomo."""


def check_version(installed: str | None = None) -> None:
    """Templates are inside Pyomo's own house: another version may mean something else by them."""
    found = installed or version("pyomo")
    if tuple(int(part) for part in found.split(".")[:2]) != SUPPORTED:
        wanted = ".".join(str(part) for part in SUPPORTED)
        raise SolverError(told("pyomo_version", found=found, wanted=wanted))


@contextmanager
def _quiet() -> Iterator[None]:
    """Pyomo logs an error for what is only a reason to fall back."""
    logger = logging.getLogger("pyomo.core")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def template(component: Any) -> tuple[Any, tuple[Any, ...]]:
    """The component's symbolic expression and the templates of its indices.

    Raises ``UnsupportedError`` where the rule looks at its indices (templates can be neither hashed nor compared, so
    no branch is taken silently), or where there is no rule.
    """
    rule = component.rule
    if rule is None:
        raise UnsupportedError("it has no rule")
    try:
        with _quiet():
            expression, indices = templatize_rule(component.parent_block(), rule, component.index_set() if component.is_indexed() else None)
    except Exception as reason:  # whatever a rule does with a template that it takes for a label
        raise UnsupportedError(str(reason).splitlines()[0] if str(reason) else type(reason).__name__) from reason
    if isinstance(expression, tuple):
        expression = tuple_to_relational_expr(expression)
    if component.ctype is pyo.Constraint and not isinstance(expression, RelationalExpression):
        raise UnsupportedError(f"it returns {type(expression).__name__}, not a relation")
    return expression, indices
