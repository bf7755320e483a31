"""Studies that solve again, as tables and lines for the terminal: trade-offs, prices, values of clauses, reasons."""

from collections.abc import Mapping

import numpy as np
import xarray as xr
from rich.console import RenderableType
from rich.table import Table

from model.compare import joined_curves, system_curve
from model.language import Speaker
from model.names import Goal
from model.show.text import number, plain, table
from model.tradeoff import Opposite, Reason, Taken, difference, differing
from model.units import read_names

TONNES = 1e4
"""Tonnes in 10 kt."""


def front_views(study: xr.Dataset, years: float, kept: bool, measures: xr.Dataset, say: Speaker) -> list[RenderableType]:
    """A trade-off: what is proven, its points, and for cost the system's abatement curve beside that of ``measures``."""
    views: list[RenderableType] = [plain(_standing(study, say), "bold")]
    if kept:
        views.append(plain(say("front_kept")))
    views.append(_points(study, say))
    if study.attrs["axis"] == "cost" and study.sizes["point"] > 1:
        names = dict(zip(measures["option"].values, measures[say.pick("option_zh", "option_en")].values, strict=True))
        views += [_curve(joined_curves(system_curve(study, years), measures), names, say), plain(say("curve_note"))]
    return views


def _standing(study: xr.Dataset, say: Speaker) -> str:
    if study.attrs["mode"] == "sketch":
        return say("front_sketch", within=float(study.attrs["within"]))
    if not study.attrs["complete"]:
        return say("front_open")
    return say("front_exact", pieces=study.sizes["piece"], within=float(study.attrs["within"]))


def _points(study: xr.Dataset, say: Speaker) -> Table:
    axis = str(study.attrs["axis"])
    sign = -1.0 if axis == "output" else 1.0
    bounds = "y_bound" in study
    columns = ["point", axis, "emissions", *(["bound"] if bounds else []), "supported", "changes"]
    title = say("front_title", axis=say("front_cost") if axis == "cost" else say("front_output"))
    shown = table(title, [say(f"col_front_{name}") for name in columns], right=1)
    plans = Taken.unstacked(study)
    for place in range(study.sizes["point"]):
        own = plans[int(study["plan_of"].values[place])]
        before = plans[int(study["plan_of"].values[place - 1])] if place else own
        shown.add_row(
            str(place + 1), number(sign * study["x"].values[place], 2), number(study["y"].values[place], 2),
            *([number(study["y_bound"].values[place], 2)] if bounds else []),
            say("front_yes") if study["supported"].values[place] else say("front_no"), str(differing(before, own)) if place else "",
        )  # fmt: skip
    return shown


def _curve(curve: xr.Dataset, names: Mapping[str, str], say: Speaker) -> Table:
    shown = table(say("curve_title"), [say(f"col_curve_{name}") for name in ("step", "saved", "sum", "cost")], right=1)
    for place in range(curve.sizes["block"]):
        values = (number(curve[name].values[place]) for name in ("tonnes", "cumulative", "cost_per_tonne"))
        own = str(curve["name"].values[place])
        if place and curve["curve"].values[place] != curve["curve"].values[place - 1]:
            shown.add_section()
        system = curve["curve"].values[place] == "system"
        shown.add_row(plain(say("curve_step", step=own) if system else names[own]), *values)
    return shown


def price_views(study: xr.Dataset, problem: xr.Dataset, units: Mapping[str, str], say: Speaker) -> list[RenderableType]:
    """Prices of clauses beside what really changes, and why they differ."""
    columns = ("clause", "unit", "step", "dual", "linear", "down_fixed", "down", "up_fixed", "up", "why")
    shown = table(say("price_title"), [say(f"col_price_{name}") for name in columns])
    for clause in study["clause"].values.astype(str):
        row = study.sel(clause=clause)
        dual, step = float(row["dual"]), float(row["step"])
        sides: list[str] = []
        for side in (-1, 1):
            at = row.sel(side=side)
            solved = number(float(at["solved"]), 2)
            width = float(at["solved_high"] - at["solved_low"])
            low, high = (number(float(at[f"solved_{end}"]), 1) for end in ("low", "high"))
            sides += [number(float(at["fixed"]), 2), f"{solved} [{low}, {high}]" if width > 1e-6 else solved]
        shown.add_row(
            plain(_name(problem, "clause", clause, say)), plain(_unit(units[clause], say)), f"{step:g}", number(dual * TONNES, 0),
            number(dual * step, 2), *sides, plain(say(f"reason_{difference(row)}")),
        )  # fmt: skip
    return [shown, plain(say("price_note"))]


def shapley_views(
    study: xr.Dataset, groups: Mapping[str, list[str]], problem: xr.Dataset, lead: Goal, say: Speaker
) -> list[RenderableType]:
    """What each kind of clause brought."""
    sampled = "error" in study
    columns = ["group", "clauses", "value", "error" if sampled else "range"]
    shown = table(say("shapley_title"), [say(f"col_shapley_{name}") for name in columns], right=1)
    for player in study["player"].values.astype(str):
        row = study.sel(player=player)
        name = say(f"player_{player}") if player not in problem["clause"].values else _name(problem, "clause", player, say)
        low, high = (float(row[f"value_{end}"]) if not sampled else np.nan for end in ("low", "high"))
        open_range = f"{low:+,.1f} … {high:+,.1f}"
        shown.add_row(plain(name), str(len(groups[player])), f"{float(row['value']):+,.1f}",
                      number(float(row["error"]), 1) if sampled else open_range)  # fmt: skip
    size = study["member"].sum("player").values
    nothing, everything = (float(study["worth"].values[int(np.argmax(size == count))]) for count in (0, study.sizes["player"]))
    told = say("shapley_lead_emissions") if lead is Goal.EMISSIONS else say("shapley_lead_cost")
    return [shown, plain(told), plain(say("shapley_sum", nothing=nothing, all=everything, sum=float(study["value"].sum())))]


def why_views(reason: Reason, problem: xr.Dataset, say: Speaker) -> list[RenderableType]:
    """What the opposite of a decision leads to."""
    views: list[RenderableType] = [plain(_question(reason.opposite, problem, say), "bold")]
    if not reason.possible:
        return [*views, plain(say("why_impossible"), "yellow")]
    emissions, cost = (reason.worth.get(goal, np.nan) for goal in (Goal.EMISSIONS, Goal.COST))
    views.append(plain(say("why_worth", emissions=emissions, low=reason.low, high=reason.high, cost=cost)))
    if reason.missed:
        names = [f"{_name(problem, 'clause', clause, say)} {value:+,.2f}" for clause, value in reason.missed.items()]
        views.append(plain(say("why_missed", names=say.pick("，", ", ").join(names)), "yellow"))
    if reason.low < 0 < reason.high:
        views.append(plain(say("why_level"), "yellow"))
    parts = [f"{say(f'source_{source}')} {value:+,.1f}" for source, value in reason.sources.items() if abs(value) >= 0.05]
    if parts:
        views.append(plain(say("why_sources", parts=say.pick("，", ", ").join(parts))))
    return [*views, _changes(reason, problem, say) if reason.changes else plain(say("why_nothing"))]


def _question(opposite: Opposite, problem: xr.Dataset, say: Speaker) -> str:
    line = _name(problem, "line", opposite.line, say)
    what = _name(problem, "arc" if opposite.dim == "step" else "measure", opposite.what, say) if opposite.what else ""
    year = say("why_in_year", year=opposite.year) if opposite.year is not None else ""
    if not opposite.forced:
        return say("why_asks_not", line=line, what=what, year=year)
    return say("why_asks_done", line=line, what=what, year=year) if opposite.what else say("why_asks_some", line=line, year=year)


def _changes(reason: Reason, problem: xr.Dataset, say: Speaker) -> Table:
    shown = table(say("why_changes"), [say(f"col_why_{name}") for name in ("line", "what", "before", "after")])
    for change in reason.changes:
        what = _name(problem, "arc" if change.dim == "step" else "measure", change.what, say)
        years = ("–" if year is None else str(year) for year in (change.before, change.after))
        shown.add_row(plain(_name(problem, "line", change.line, say)), plain(what), *years)
    return shown


def _name(problem: xr.Dataset, dim: str, label: str, say: Speaker) -> str:
    place = problem[dim].values.astype(str).tolist().index(label)
    return say.pick(str(problem[f"{dim}_zh"].values[place]), str(problem[f"{dim}_en"].values[place]))


def _unit(unit: str, say: Speaker) -> str:
    return say.pick(*read_names()[unit]) or unit
