"""Live progress of a run: the step in hand and, while solving, stage, incumbent, bound and gap."""

from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np
from rich.console import Console
from rich.status import Status

from model.language import Speaker

if TYPE_CHECKING:
    from model.solve import Progress


class Live:
    """A line that changes in a terminal; in a log file one line per step, so that logs stay short."""

    def __init__(self, console: Console, say: Speaker) -> None:
        self.console, self.say = console, say
        self.status = Status("", console=console)

    def __enter__(self) -> Self:
        self.status.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.status.stop()

    def step(self, name: str) -> None:
        """Announce a step."""
        text = self.say(f"step_{name}")
        self.status.update(f"{text} …")
        if not self.console.is_terminal:
            self.console.print(f"{text} …")

    def heard(self, progress: "Progress") -> None:
        """Show what the solver reports."""

        def shown(value: float, form: str) -> str:
            return form.format(value) if np.isfinite(value) else "–"

        self.status.update(self.say(
            "progress", stage=self.say(f"goal_{progress.stage}"), seconds=progress.seconds, incumbent=shown(progress.incumbent, "{:,.2f}"),
            bound=shown(progress.bound, "{:,.2f}"), gap=shown(progress.gap, "{:.3%}"),
        ))  # fmt: skip
