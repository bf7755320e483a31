"""Line by line instead of all at once: bounds and plans of fleets too large for branch and bound, from the compiled matrix."""

from model.decompose.stages import solve_by_lines

__all__ = ["solve_by_lines"]
