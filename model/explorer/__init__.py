"""The report's page made live, on this machine only: results over HTTP one by one, levers to try, solves in child processes.

The page computes nothing of its own; what it shows comes from ``report``, what it solves from ``runner``.
"""

from model.explorer.serve import Settings, open_service, serve

__all__ = ["Settings", "open_service", "serve"]
