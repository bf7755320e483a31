"""Command line: one file per verb; each parses, calls the model, prints, and ends with a meaningful exit code."""

import sys
from pathlib import Path

import typer
from rich.console import Console

from model.cli.bench import bench
from model.cli.check import check
from model.cli.common import HELP, Lang
from model.cli.compare import compare
from model.cli.diff import diff
from model.cli.explore import explore
from model.cli.export_inputs import export_inputs
from model.cli.import_inputs import import_inputs
from model.cli.levers import levers
from model.cli.math import math
from model.cli.replay import replay
from model.cli.report import report
from model.cli.run import run
from model.cli.show import show
from model.cli.synth import synth
from model.cli.tables import tables
from model.errors import InfeasibleError, InputError, PathwayError
from model.language import Language, Speaker, default_language

VERBS = (run, check, replay, show, diff, compare, report, explore, levers, math, synth, bench, tables, export_inputs, import_inputs)
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
    from model.language import clean
    from model.show.faults import fault_lines

    if isinstance(error, InputError):
        return fault_lines(error, say)
    if isinstance(error, InfeasibleError):
        return [say("error_infeasible", what=clean(str(error)))]
    return [clean(str(error))]


def start(root: Path) -> None:
    """Run the command line for the project in ``root``."""
    try:
        app(obj=root)
    except PathwayError as problem:
        errors = Console(stderr=True)
        wanted = [word for word in sys.argv if word in ("zh", "en")]
        for text in _explain(problem, Speaker(Language(wanted[0]) if wanted else default_language())):
            errors.print(text, markup=False, style="red")
        sys.exit(problem.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
