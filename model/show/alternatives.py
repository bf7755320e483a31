"""Robust decisions in the terminal: what every nearly optimal plan does, what only some do."""

import numpy as np
import xarray as xr
from rich.console import RenderableType
from rich.table import Table

from model.language import Speaker
from model.show.text import number, plain, table

DIFFERENT = 5


def alternatives_line(study: xr.Dataset, say: Speaker) -> str:
    """One line of progress."""
    settled = study["verdict"].values.tolist().count("may")
    return say("alternatives_found", plans=study.sizes["plan"], settled=settled)


def alternatives_views(study: xr.Dataset, problem: xr.Dataset, say: Speaker) -> list[RenderableType]:
    """Completeness, the must / may / never table by line, and the plans that differ most."""
    goal = say(f"goal_{study.attrs['goal']}")
    key = "alternatives_complete" if study.attrs["complete"] else "alternatives_open"
    verdicts = study["verdict"].values.tolist()
    counts = {name: verdicts.count(name) for name in ("must", "may", "never", "always_so_far", "never_so_far")}
    told = plain(say(key, plans=study.sizes["plan"], goal=goal, within=study.attrs["within"], **counts), "bold")
    return [told, _transitions(study, problem, say), _measures(study, problem, say), _plans(study, say)]


def _transitions(study: xr.Dataset, problem: xr.Dataset, say: Speaker) -> Table:
    """Transitions that some plan takes, line by line, and the share of the plans found that take each."""
    shown = table(say("alternatives_transitions"), [say(f"col_{name}") for name in ("line", "decision", "verdict", "plans_share")], right=3)
    taken = study["taken"].values
    for place in np.flatnonzero(taken.any(axis=0) & (study["kind"].values == "transition")):
        verdict = str(study["verdict"].values[place])
        shown.add_row(
            plain(_name(problem, "line", str(study["line"].values[place]), say)),
            plain(_name(problem, "arc", str(study["item"].values[place]), say)),
            plain(say(f"verdict_{verdict}"), "" if verdict == "may" else "bold"), f"{taken[:, place].mean():.0%}",
        )  # fmt: skip
    return shown


def _measures(study: xr.Dataset, problem: xr.Dataset, say: Speaker) -> Table:
    """Measures by how many lines must, may or never take them."""
    kinds = ("must", "may", "never") if study.attrs["complete"] else ("always_so_far", "may", "never_so_far")
    shown = table(say("alternatives_measures"), [say("col_decision"), *(say(f"verdict_{kind}") for kind in kinds)], right=1)
    of = (study["kind"].values == "measure").nonzero()[0]
    for item in dict.fromkeys(study["item"].values[of].tolist()):
        verdicts = study["verdict"].values[of[study["item"].values[of] == item]].tolist()
        shown.add_row(plain(_name(problem, "measure", str(item), say)), *(str(verdicts.count(kind) or "") for kind in kinds))
    return shown


def _name(problem: xr.Dataset, dim: str, label: str, say: Speaker) -> str:
    at = problem[dim].values.tolist().index(label)
    return say.pick(str(problem[f"{dim}_zh"].values[at]), str(problem[f"{dim}_en"].values[at]))


def _plans(study: xr.Dataset, say: Speaker) -> Table:
    """The best plan, then those that differ most from it."""
    columns = ("plan", "differs", "emissions_total", "cost_total")
    shown = table(say("alternatives_plans"), [say(f"col_{name}") for name in columns], right=1)
    differs = (study["taken"].values != study["taken"].values[0]).sum(axis=1)
    order = [0, *(place for place in np.argsort(-differs, kind="stable").tolist() if place)][: DIFFERENT + 1]
    for place in order:
        name = say("alternatives_best") if place == 0 else str(place)
        cells = (number(float(study[part].values[place])) for part in ("emissions", "cost"))
        shown.add_row(plain(name), str(int(differs[place])), *cells)
    return shown
