"""Command line: one file per verb; each parses, calls the model, prints, and ends with a meaningful exit code."""

import signal
import sys
from io import TextIOWrapper
from pathlib import Path

import typer
from rich.console import Console

from model.cli.alternatives import alternatives
from model.cli.bench import bench
from model.cli.check import check
from model.cli.common import HELP, Lang
from model.cli.compare import compare
from model.cli.diff import diff
from model.cli.ensemble import ensemble, futures
from model.cli.explain import explain
from model.cli.explore import explore
from model.cli.export_inputs import export_inputs
from model.cli.foresight import rolling, twostage
from model.cli.frontier import frontier
from model.cli.import_inputs import import_inputs
from model.cli.levers import levers
from model.cli.math import math
from model.cli.prices import prices
from model.cli.regret import regret
from model.cli.replay import replay
from model.cli.report import report
from model.cli.run import run
from model.cli.shapley import shapley
from model.cli.show import show
from model.cli.synth import synth
from model.cli.tables import tables
from model.cli.why import why
from model.errors import InfeasibleError, InputError, PathwayError, SolverError
from model.language import Language, Speaker, clean, default_language, told

LEAST_MEMORY = 600 << 20
"""Bytes of address space below which nothing starts; the teaching example needs about 550 MB, the plan more."""

VERBS = (
    run, show, check, replay, levers, diff, compare, report, explore, tables, why, frontier, prices, shapley, alternatives,
    regret, explain, ensemble, futures, twostage, rolling, export_inputs, import_inputs, math, synth, bench,
)  # fmt: skip
"""In the order of the help page; the help of each stands in the catalogue as ``help_<verb>``."""

app = typer.Typer(
    help=HELP("help"), invoke_without_command=True, no_args_is_help=False, add_completion=False, pretty_exceptions_enable=False
)
for verb in VERBS:
    app.command(verb.__name__.replace("_", "-"), help=HELP(f"help_{verb.__name__}"))(verb)


@app.callback()
def main(context: typer.Context, lang: Lang = None) -> None:
    """Without a verb: run the plan."""
    if context.invoked_subcommand is None:
        run(context, ["plan"], lang)


def _explain(error: PathwayError, say: Speaker) -> list[str]:
    """What a user reads of an error."""
    if isinstance(error, InputError):
        from model.show.faults import fault_lines

        return fault_lines(error, say)
    if isinstance(error, InfeasibleError):
        return [say("error_infeasible", what=clean(say.told(error.message)), name=error.scenario or "SCENARIO")]
    return [clean(say.told(error.message))]


def _need_memory() -> None:
    """Refuse a limit on memory under which the packages beneath cannot even load: they end in tracebacks then, or never.

    Raises ``SolverError``.
    """
    if sys.platform != "win32":
        import resource

        allowed = resource.getrlimit(resource.RLIMIT_AS)[0]
        if 0 <= allowed < LEAST_MEMORY:
            raise SolverError(told("memory_limited", allowed=allowed >> 20, least=LEAST_MEMORY >> 20))


def start(root: Path) -> None:
    """Run the command line for the project in ``root``."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a letter shows a question mark
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        _need_memory()
        app(obj=root)
    except (PathwayError, MemoryError) as error:
        problem = error if isinstance(error, PathwayError) else SolverError(told("memory_ran_out"))
        errors = Console(stderr=True)
        wanted = [word for word in sys.argv if word in ("zh", "en")]
        for text in _explain(problem, Speaker(Language(wanted[0]) if wanted else default_language())):
            errors.print(text, markup=False, style="red")
        sys.exit(problem.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
