"""Regret in the terminal: every plan in every future, why a plan cannot be carried out, and which plan loses least at worst."""

import json

import numpy as np
import xarray as xr
from rich.console import RenderableType
from rich.table import Table

from model.explain.provisions import CLAUSES, SWITCHES
from model.language import Speaker
from model.regret import Regret, State, choose, regret_of
from model.show.text import number, plain, table

OWN = "best: "
"""How the best answer of a future is named among plans."""
LISTED = 3
"""What would have to give way is listed up to this many; the rest is counted."""


def regret_line(study: xr.Dataset, say: Speaker) -> str:
    """One line of progress."""
    done = int((study["state"].values != State.TODO).sum() + (study["own_state"].values != State.TODO).sum())
    return say("regret_progress", done=done, all=study["state"].size + study["own_state"].size)


def regret_views(study: xr.Dataset, problem: xr.Dataset, say: Speaker) -> list[RenderableType]:
    """Each future and its own best answer, regret of each plan in each, reasons, and the choice."""
    regret = regret_of(study)
    views: list[RenderableType] = [_futures(study, say)]
    views += [_table(regret, place, say) for place in range(len(regret.goals))]
    views += [plain(text) for text in _reasons(study, problem, say)]
    choice = choose(regret)
    key = "regret_best" if len(choice.plans) == 1 else "regret_level"
    names = say("explain_and").join(plan_name(name, say) for name in choice.plans)
    views.append(plain(say(key, plans=names), "bold"))
    if choice.failures:
        views.append(plain(say("regret_fails", count=choice.failures), "yellow"))
    if _beaten_at_home(regret):
        views.append(plain(say("regret_within_gap")))
    if len(regret.goals) > 1:
        views.append(plain(say("regret_in_order")))
    return [*views, plain(say("regret_note", until=int(study.attrs["until"])))]


def _beaten_at_home(regret: Regret) -> bool:
    """Does another plan do better in a future than the one that was found best for it?"""
    homes = [(place, regret.futures.index(name.removeprefix(OWN))) for place, name in enumerate(regret.plans) if name.startswith(OWN)]
    return any(bool(regret.low[place, future].max() > 0) for place, future in homes)


def plan_name(name: str, say: Speaker) -> str:
    """A stored plan by its name; the best answer of a future as such."""
    return say("regret_own_plan", future=name.removeprefix(OWN)) if name.startswith(OWN) else name


def _futures(study: xr.Dataset, say: Speaker) -> Table:
    goals = study["goal"].values.astype(str).tolist()
    shown = table(say("regret_futures"), [say("col_future"), say("col_regret_keys"), *(_goal(goal, say) for goal in goals)], right=2)
    for place, future in enumerate(study["future"].values.astype(str)):
        keys = str(study["keys"].values[place]).replace(",", say("explain_and"))
        state = State(int(study["own_state"].values[place]))
        solved = state is State.SOLVED
        values = [number(value) for value in study["own_value"].values[place]] if solved else [say(f"regret_own_{state.name.lower()}")]
        shown.add_row(plain(future), plain(keys or "–"), *values)
    return shown


def _goal(goal: str, say: Speaker) -> str:
    return {"emissions": say("col_emissions_total"), "cost": say("col_cost_total")}.get(goal) or say(f"goal_{goal}")


def _table(regret: Regret, goal: int, say: Speaker) -> Table:
    columns = [say("col_plan"), *regret.futures, say("col_worst")]
    shown = table(say("regret_title", goal=_goal(regret.goals[goal], say)), columns, right=1)
    low, high = regret.worst()
    for place, name in enumerate(regret.plans):
        cells = [_interval(*ends, say) for ends in zip(regret.low[place, :, goal], regret.high[place, :, goal], strict=True)]
        shown.add_row(plain(plan_name(name, say)), *cells, _interval(low[place, goal], high[place, goal], say))
    return shown


def _interval(low: float, high: float, say: Speaker) -> str:
    """An interval of regret; one number where its ends read the same."""
    if np.isnan(high):
        return "–"
    if np.isposinf(low):
        return say("regret_impossible")
    if np.isposinf(high):
        return say("regret_unknown")
    digits = 2 if abs(high) < 10 else 1
    ends = [number(end, digits).replace("-0.00", "0.00") for end in (low, high)]
    return ends[1] if ends[0] == ends[1] else f"{ends[0]} … {ends[1]}"


def _reasons(study: xr.Dataset, problem: xr.Dataset, say: Speaker) -> list[str]:
    """What would have to give way for each plan that cannot be carried out in a future."""
    found = []
    for place, future in zip(*np.nonzero(study["state"].values == State.INFEASIBLE), strict=True):
        parts = [_part(part, problem, say) for part in json.loads(str(study["why"].values[place, future]))]
        words = say("explain_semicolon").join(dict.fromkeys(parts[:LISTED])) or say("regret_no_way")
        if len(parts) > LISTED:
            words = say("explain_and_more", names=words, count=len(parts) - LISTED)
        plan, world = plan_name(str(study["plan"].values[place]), say), str(study["future"].values[future])
        found.append(say("regret_reason", plan=plan, future=world, what=words))
    return found


def _part(part: tuple[str, str, int, float], problem: xr.Dataset, say: Speaker) -> str:
    """One thing that would have to give way, by its name."""
    family, subjects, year, share = part
    names = {
        str(label): str(name) for dim in ("clause", "segment", "good", "group", "line", "configuration")
        for label, name in zip(problem[dim].values, problem[say.pick(f"{dim}_zh", f"{dim}_en")].values, strict=True)
    }  # fmt: skip
    subject = say("explain_and").join(names.get(name, name) for name in subjects.split(",") if name)
    kind = "switch" if family in SWITCHES and family in CLAUSES else "clause" if family in CLAUSES else family
    return say(f"regret_way_{kind}", name=subject, year=year, share=share)
