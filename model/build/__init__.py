"""Problem Dataset -> Pyomo model."""

from model.build.assemble import build, stages

__all__ = ["build", "stages"]
