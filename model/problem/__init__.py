"""Tables and a scenario -> one xarray Dataset that holds everything the formulation needs, in model units."""

from model.problem.assemble import assemble

__all__ = ["assemble"]
