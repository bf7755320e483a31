"""Pyomo model -> matrix at numpy speed: every rule is read once as a template and evaluated for all its indices at once."""

from model.compile.assemble import compile_model

__all__ = ["compile_model"]
