"""What verbs share: the project's folder, consoles, languages, and the options that several of them take."""

import re
from collections.abc import Callable
from contextlib import suppress
from importlib.util import find_spec
from math import nan
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from model.errors import Fault, InputError
from model.folders import Folders
from model.language import Language, Speaker, default_language, told

HELP = Speaker(default_language())


def share_of(least: float, most: float) -> Callable[[str | float], float]:
    """Reads a share, written as a number (0.01) or in per cent (1%), between two ends; a default is a number already."""

    def share(text: str | float) -> float:
        found = re.fullmatch(r"\s*([-+.\deE]+)\s*([%％]?)\s*", str(text), re.ASCII)
        with suppress(ValueError):
            value = float(found[1]) / (100 if found[2] else 1) if found else nan
            if least <= value <= most:
                return value
        raise typer.BadParameter(HELP("share_refused", found=repr(text), least=least, most=most))

    return share


Lang = Annotated[Language | None, typer.Option("--lang", help=HELP("help_lang"))]
Gap = Annotated[float | None, typer.Option("--gap", help=HELP("help_gap"), parser=share_of(0, 0.99))]
EmissionGap = Annotated[float | None, typer.Option("--gap", help=HELP("help_emission_gap"), parser=share_of(0, 0.99))]
CostGap = Annotated[float | None, typer.Option("--cost-gap", help=HELP("help_cost_gap"), parser=share_of(0, 0.99))]
TimeLimit = Annotated[float | None, typer.Option("--time-limit", help=HELP("help_time"), min=0.1, max=86_400)]
DrawSeed = Annotated[int, typer.Option("--seed", help=HELP("help_draw_seed"), min=0, max=2**31 - 1)]
Studied = Annotated[str, typer.Argument(help=HELP("help_front_name"))]
Names = Annotated[list[str] | None, typer.Argument(help=HELP("help_names"))]


def open_console() -> Console:
    """A console as wide as its terminal, or wide enough for the tables when printed to a file."""
    console = Console()
    return console if console.is_terminal else Console(width=150)


def speaker(lang: Language | None) -> Speaker:
    """Says texts in the language asked for, or in the system's."""
    return Speaker(lang or default_language())


def root_of(context: typer.Context) -> Path:
    """The project's folder: where run.py stands."""
    return Path(context.obj)


def folders_of(context: typer.Context) -> Folders:
    """Scenarios, data and results of the project."""
    return Folders(root_of(context))


def stored_of(folders: Folders, words: list[str]) -> list[str]:
    """Results that words mean: a name stands for itself, a pattern such as 'scenarios/*.yaml' for the scenarios of it that have a result.

    Raises ``InputError`` where a pattern meets no scenario, ``ResultError`` where none of its scenarios has a result.
    """
    from model.errors import ResultError
    from model.language import told
    from model.scenario import names_matching
    from model.store import stored_names

    found, stored = [], set(stored_names(folders.results))
    for word in words:
        names = names_matching(folders.scenarios, word)
        kept = [name for name in names if name in stored] or (names if len(names) == 1 else [])
        if not kept:
            raise ResultError(told("report_none", folder=folders.results.name))
        found += kept
    return list(dict.fromkeys(found))


def need_packages() -> None:
    """Designs and stores of ensembles come with an extra. Raises ``InputError`` where it is not installed."""
    if not all(find_spec(name) for name in ("SALib", "zarr")):
        raise InputError([Fault("ensemble", told("futures_packages"))])
