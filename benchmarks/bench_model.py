"""From declaration to report, against two references of the same size and run; processor seconds. No timing decides a test.

``raw`` is the same model written by hand in numpy and passed to HiGHS, ``linopy`` its rules that make most of the matrix.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import pytest
from conftest import MEDIANS, ROOT, Work
from peer import peer_handed_over, peer_model
from ratios import raw_handed_over
from raw import raw_matrix

from model.build import build
from model.compile import compile_model
from model.examine import Terms, examine
from model.folders import Folders
from model.handover import to_highs
from model.names import Goal
from model.report import payload, render
from model.runner import run
from model.scenario import SolverOptions
from model.session import Session, ask_of
from model.solution import decisions
from model.solve import Outcome, silent_highs
from model.store import Stored

ROUNDS = {"rounds": 5, "iterations": 1, "warmup_rounds": 1}
FEW = {"rounds": 3, "iterations": 1, "warmup_rounds": 0}
WIDE = SolverOptions(gap=0.005, gaps={Goal.COST: 0.01}, time_limit=300)
"""Gaps of an ensemble's members."""
pytestmark = pytest.mark.benchmark(timer=time.process_time)


@pytest.fixture(autouse=True)
def grouped(benchmark: Any, request: pytest.FixtureRequest) -> Iterator[None]:
    """One group per size, so that ratios are made within it."""
    benchmark.group = request.node.callspec.params["work"]
    yield
    if benchmark.stats:
        MEDIANS.setdefault(benchmark.group, {})[request.node.originalname.removeprefix("bench_")] = benchmark.stats.stats.median


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Stored:
    """The real plan, solved and stored in a folder of its own."""
    root = tmp_path_factory.mktemp("plan")
    for part in ("data", "scenarios"):
        (root / part).symlink_to(ROOT / part, target_is_directory=True)
    return run(Folders(Path(root)), "plan", options=WIDE)


def only_the_plan(work: Work) -> None:
    """A synthetic fleet is not solved here."""
    if work.problem.attrs["data"] != "chongqing":
        pytest.skip("the real plan only")


def bench_raw(benchmark: Any, work: Work) -> None:
    """The limit: by hand."""
    benchmark.pedantic(
        lambda: raw_handed_over(raw_matrix(work.problem, work.goals, work.scenario.boundary, closest=True)), **ROUNDS
    )  # fmt: skip


def bench_linopy(benchmark: Any, work: Work) -> None:
    """The fastest peer."""
    benchmark.pedantic(lambda: peer_handed_over(peer_model(work.problem)), **ROUNDS)


def bench_handover(benchmark: Any, work: Work) -> None:
    """The compiled arrays to HiGHS and nothing else."""

    def handed() -> highspy.Highs:
        highs = silent_highs()
        to_highs(work.matrix, highs)
        return highs

    benchmark.pedantic(handed, **ROUNDS)


def bench_build_compile_handover(benchmark: Any, work: Work) -> None:
    """From the problem's arrays to HiGHS."""

    def whole() -> None:
        model = build(work.problem, work.goals, work.scenario.boundary, closest=True, lazy=True)
        to_highs(compile_model(model), silent_highs())

    benchmark.pedantic(whole, **ROUNDS)


def bench_solve_again(benchmark: Any, work: Work) -> None:
    """The plan at an ensemble's gaps with the cap on clinker 5 % looser, from the plan before."""
    only_the_plan(work)
    ask, session = replace(ask_of(work.scenario), options=WIDE), Session()
    start = session.outcome(work.matrix, ask).start()
    row = next(place for place, (rule, index) in enumerate(work.matrix.rows) if rule == "capacity_cap" and index[0] == "cap_clinker")
    looser = work.matrix.upper.copy()
    looser[row] *= 1.05
    benchmark.pedantic(session.outcome, (replace(work.matrix, upper=looser), ask), {"start": start}, **FEW)


def bench_extract(benchmark: Any, work: Work) -> None:
    """A solver's point to labelled arrays."""
    benchmark.pedantic(decisions, (work.problem, work.matrix, Outcome([], work.point)), **ROUNDS)


def bench_certify(benchmark: Any, work: Work) -> None:
    """The examiner on these arrays."""
    flat = decisions(work.problem, work.matrix, Outcome([], np.zeros(work.matrix.shape()[1])))
    terms = Terms(work.goals, work.scenario.boundary, True, dict.fromkeys(work.goals, 0.0))
    benchmark.pedantic(examine, (work.problem, flat, terms), **ROUNDS)


def bench_report(benchmark: Any, work: Work, answered: Stored) -> None:
    """A stored result to the page that shows it."""
    only_the_plan(work)
    benchmark.pedantic(lambda: render(payload([answered], work.tables)), **FEW)
