"""From declaration to certificate, against ``raw`` of the same size and run: the limit of hand-over. No timing decides a test."""

from collections.abc import Iterator
from typing import Any

import highspy
import pytest
from conftest import MEDIANS, Work, raw

from model.build import build
from model.compile import compile_model
from model.examine import Terms, examine
from model.handover import to_highs
from model.solution import decisions
from model.solve import Outcome, silent_highs

ROUNDS = {"rounds": 5, "iterations": 1, "warmup_rounds": 1}


@pytest.fixture(autouse=True)
def grouped(benchmark: Any, request: pytest.FixtureRequest) -> Iterator[None]:
    """One group per size, so that ratios are made within it."""
    benchmark.group = request.node.callspec.params["work"]
    yield
    name = request.node.originalname.removeprefix("bench_")
    MEDIANS.setdefault(benchmark.group, {})[name] = benchmark.stats.stats.median


def bench_raw(benchmark: Any, work: Work) -> None:
    """The reference."""
    benchmark.pedantic(raw, (work.matrix,), **ROUNDS)


def bench_handover(benchmark: Any, work: Work) -> None:
    """Our hand-over of the same arrays."""

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


def bench_extract(benchmark: Any, work: Work) -> None:
    """A solver's point to labelled arrays."""
    benchmark.pedantic(decisions, (work.problem, work.matrix, Outcome([], work.point)), **ROUNDS)


def bench_certify(benchmark: Any, work: Work) -> None:
    """The examiner on these arrays."""
    flat = decisions(work.problem, work.matrix, Outcome([], work.point))
    terms = Terms(work.goals, work.scenario.boundary, True, dict.fromkeys(work.goals, 0.0))
    benchmark.pedantic(examine, (work.problem, flat, terms), **ROUNDS)
