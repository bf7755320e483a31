"""Solving the real plan again after its caps change, against the first solve: processor seconds, stages, proven gaps.

``python benchmarks/again.py``; every line is one solve, in one process, so that its ratio to the first one means something.
"""

import sys
import time
from dataclasses import replace
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from model.errors import PathwayError  # noqa: E402
from model.folders import Folders  # noqa: E402
from model.handover import Matrix  # noqa: E402
from model.names import Goal  # noqa: E402
from model.runner import prepare  # noqa: E402
from model.scenario import SolverOptions  # noqa: E402
from model.session import Ask, Session, ask_of, restricted  # noqa: E402
from model.solve import Outcome, Start  # noqa: E402

FACTORS = (0.97, 1.05)
WIDE = SolverOptions(gap=0.005, gaps={Goal.COST: 0.01}, time_limit=300)
"""Gaps of an ensemble's members: emissions 0.5 %, cost 1 %."""


def told(name: str, seconds: float, first: float, outcome: Outcome) -> str:
    """One solve as a line of the table."""
    stages = ", ".join(f"{stage.goal} gap {stage.gap:.2%} in {stage.nodes} nodes" for stage in outcome.stages)
    return f"| {name} | {seconds:.2f} | {seconds / first:.2f} | {stages} |\n"


def timed(session: Session, matrix: Matrix, ask: Ask, start: Start | None) -> tuple[Outcome, float]:
    """A solve and its processor seconds."""
    began = time.process_time()
    outcome = session.outcome(matrix, ask, start=start)
    return outcome, time.process_time() - began


def main() -> None:
    """Solve the plan, then with each cap moved, at the scenario's gaps and at wide ones."""
    _, scenario, problem = prepare(Folders(ROOT), "plan")
    ask, session = ask_of(scenario), Session()
    began = time.process_time()
    matrix = restricted(problem, session.compiled(problem, ask), ask)
    built = time.process_time() - began
    outcome, seconds = timed(session, matrix, ask, None)
    first = built + seconds
    sys.stdout.write("| solve | processor s | against the first | stages |\n|---|---|---|---|\n")
    sys.stdout.write(told("first, with build", first, first, outcome))
    wide = replace(ask, options=WIDE)
    outcome, seconds = timed(session, matrix, wide, outcome.start())
    sys.stdout.write(told("again, wide gaps, relaxations solved once", seconds, first, outcome))
    start = outcome.start()
    for row in [place for place, (rule, _) in enumerate(matrix.rows) if rule == "capacity_cap"]:
        for factor in FACTORS:
            upper = matrix.upper.copy()
            upper[row] *= factor
            name = f"{matrix.rows[row][1][0]} x {factor}"
            try:
                outcome, seconds = timed(session, replace(matrix, upper=upper), wide, start)
                sys.stdout.write(told(name, seconds, first, outcome))
            except PathwayError as error:
                sys.stdout.write(f"| {name} | – | – | {error} |\n")


if __name__ == "__main__":
    main()
