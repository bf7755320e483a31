"""What is heard of HiGHS while it branches, and how it is interrupted meanwhile."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import highspy
import numpy as np

from model.names import Goal
from model.solve.outcome import Listener, Progress


@contextmanager
def heard(highs: highspy.Highs, goal: Goal, listener: Listener, offset: float) -> Iterator[None]:
    """Pass MIP log events on, which HiGHS has only where it may write, to wherever; ``offset`` is the objective's constant.

    Python heeds a signal only when HiGHS asks back, and HiGHS loses what is raised then: a signal, or what the listener raises, ends
    the run at the next question, some twenty times a second, and takes effect after it.
    """
    started, failed = time.perf_counter(), list[BaseException]()

    def tell(event: Any) -> None:
        out = event.data_out
        gap = out.mip_gap if np.isfinite(out.mip_gap) else np.nan
        try:
            listener(Progress(goal, time.perf_counter() - started, out.mip_primal_bound + offset, out.mip_dual_bound + offset, gap))
        except Exception as error:
            failed.append(error)

    def ask(event: Any) -> None:
        event.interrupt(bool(waiting or failed))

    highs.setOptionValue("log_to_console", False)
    highs.setOptionValue("output_flag", True)
    with _signals_wait() as waiting:
        highs.cbMipLogging.subscribe(tell)
        highs.cbMipInterrupt.subscribe(ask)
        yield
        highs.cbMipLogging.unsubscribe(tell)
        highs.cbMipInterrupt.unsubscribe(ask)
    if failed:
        raise failed[0]


@contextmanager
def _signals_wait() -> Iterator[list[int]]:
    """Signals that would end this process meanwhile, in the list; their handlers are called at the end."""
    came: list[int] = []

    def wait(number: int, frame: FrameType | None) -> None:
        came.append(number)

    here = threading.current_thread() is threading.main_thread()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)} if here else {}
    kept = {number: handler for number, handler in handlers.items() if callable(handler)}
    for number in kept:
        signal.signal(number, wait)
    try:
        yield came
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
    for found in came:
        kept[signal.Signals(found)](found, None)
