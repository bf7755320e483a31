"""Stages of the lexicographic objective, solved by HiGHS: from arrays to an accepted answer with its proof."""

from model.solve.engine import accept, open_highs, run_twice, silent_highs
from model.solve.outcome import Basis, Listener, Outcome, Progress, Stage, Start, Status, silent
from model.solve.relaxation import Relaxation
from model.solve.stages import solve

__all__ = [
    "Basis", "Listener", "Outcome", "Progress", "Relaxation", "Stage", "Start", "Status",
    "accept", "open_highs", "run_twice", "silent", "silent_highs", "solve",
]  # fmt: skip
