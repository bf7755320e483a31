"""What an ensemble says, as tables for the terminal; numbers come from ``model.futures``."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr
from rich.console import RenderableType
from rich.table import Table

from model.futures.answers import Ensemble, acts, all_met, chances, counts, failures, gaps, outcomes, regret, spread, walls
from model.futures.influence import driver_scores
from model.futures.information import known_all, losses, measure_first, worth_of_knowing
from model.futures.pedigree import Pedigree
from model.language import Speaker
from model.show.text import number, plain, table

DIMS = {"growth_least": "segment", "growth_most": "segment", "demand": "good", "supply": "good", "sales": "good", "end_of_life": "line"}
"""What a family of provisions that are no clauses is about, where it is not a group."""
FINAL = ("shortfall", "emissions")
"""Outcomes by which held plans are compared, in this order: a plan of lower emissions that misses targets by more is no better."""
MOST_ROWS = 25
"""Longest list of lines and of facts; the report and the tables' functions hold them all."""


def futures_views(
    own: Ensemble, held: list[tuple[str, Ensemble]], influence: Mapping[str, tuple[pd.DataFrame, int]], first: Mapping[str, pd.DataFrame],
    pedigree: Pedigree, path: Path, say: Speaker,
) -> list[RenderableType]:  # fmt: skip
    """Everything that ``ensemble`` and ``futures`` print of one ensemble, in reading order.

    ``influence`` and ``first`` are, by outcome, the influence of drivers (with blocks left out) and the facts to measure next.
    """
    views: list[RenderableType] = [*_headline(own, say), *_walls(own, say)]
    if own.solved().any():
        views += [_outcomes(spread(outcomes(own)), say), _chances(own, say), _acts(own, say)]
        views += [_drivers(outcome, found, dropped, pedigree, say) for outcome, (found, dropped) in influence.items()]
        views += [_first(outcome, found, pedigree, say) for outcome, found in first.items()]
        views += [_held(name, own, other, say) for name, other in held]
        views += [_knowing(own, dict(held), outcome, pedigree, say) for outcome in influence if outcome in FINAL] if len(held) > 1 else []
    return [*views, plain(say("futures_files", path=path))]


def _headline(own: Ensemble, say: Speaker) -> list[RenderableType]:
    found = counts(own)
    lines: list[RenderableType] = [plain(say("futures_title", name=str(own.identity["scenario"]), members=int(found.sum()),
                                             method=str(own.identity["method"]), seed=str(own.identity["seed"])), "bold")]  # fmt: skip
    told = [say("futures_count", status=say(f"member_{status}"), count=count) for status, count in found.items() if count]
    lines.append(plain(say.pick("，", ", ").join(told), "" if found["optimal"] == found.sum() else "yellow"))
    if own.solved().any():
        rest = [say("futures_gap", stage=say(f"goal_{goal}"), median=f"{row['median']:.3%}", largest=f"{row['largest']:.3%}")
                for goal, row in gaps(own).iterrows()]  # fmt: skip
        lines.append(plain(say("futures_gaps", gaps=say.pick("；", "; ").join(rest))))
        lines.append(plain(say("futures_all_met", share=f"{all_met(own):.0%}")))
    return lines


def _walls(own: Ensemble, say: Speaker) -> list[RenderableType]:
    """Why futures have no plan, where some have none."""
    found = walls(own)
    if found.empty:
        return []
    shown = table(say("head_futures_walls"), [say(f"col_{name}") for name in ("obstacle", "year", "members", "share", "gives")], right=1)
    for row in found.to_dict("records"):
        gives = float(row["gives"])
        what = plain(wall_words(str(row["family"]), str(row["subject"]), own.inputs, say))
        cells = [str(row["year"] or "–"), str(row["members"]), f"{row['share']:.0%}", f"{gives:.1%}" if np.isfinite(gives) else "–"]
        shown.add_row(what, *cells)
    return [shown]


def wall_words(family: str, subject: str, problem: xr.Dataset, say: Speaker) -> str:
    """What would have to give, in words; ``problem`` has the names."""
    clause = subject in problem["clause"].values
    dim = "clause" if clause else DIMS.get(family, "group")
    names = names_of(problem, dim, say) if dim in problem else {}
    return say("wall_clause" if clause else f"wall_{family}", name=names.get(subject, subject))


def _outcomes(found: pd.DataFrame, say: Speaker) -> Table:
    shown = table(say("head_futures_outcomes"), [say("col_item"), *[say(f"col_{name}") for name in found.columns]], right=1)
    for name, row in found.iterrows():
        shown.add_row(plain(say(f"outcome_{name}")), *[number(value, 3 if name == "shortfall" else 0) for value in row])
    return shown


def names_of(problem: xr.Dataset, dim: str, say: Speaker) -> dict[str, str]:
    """Names of a dim's labels in the language that is spoken."""
    labels = problem[dim].values.astype(str).tolist()
    return dict(zip(labels, problem[f"{dim}_{say.pick('zh', 'en')}"].values.astype(str).tolist(), strict=True))


def _names(own: Ensemble, dim: str, say: Speaker) -> dict[str, str]:
    return names_of(own.inputs, dim, say)


def _chances(own: Ensemble, say: Speaker) -> Table:
    names = _names(own, "clause", say)
    columns = ("clause", "kind", "met", "interval", "binds", "slack_q5", "slack_q50", "slack_q95")
    shown = table(say("head_futures_chances"), [say(f"col_{name}") for name in columns], right=2)
    for clause, row in chances(own).iterrows():
        kind = say("clause_target") if row["target"] else say("clause_limit")
        style = "red" if row["target"] and row["met"] < 0.5 else ""
        interval = f"{row['met_low']:.0%} – {row['met_high']:.0%}" if row["target"] else "–"
        slacks = [number(row[name]) for name in columns[5:]]
        shown.add_row(plain(names[str(clause)]), plain(kind), plain(f"{row['met']:.0%}", style), interval, f"{row['binds']:.0%}", *slacks)
    return shown


def _acts(own: Ensemble, say: Speaker) -> Table:
    lines, arcs, measures = (_names(own, dim, say) for dim in ("line", "arc", "measure"))
    shown = table(say("head_futures_acts"), [say(f"col_{name}") for name in ("line", "kind", "what", "share", "year")], right=3)
    found = acts(own)
    for row in found.head(MOST_ROWS).itertuples():
        what = (measures if row.kind == "retrofit" else arcs)[str(row.what)]
        shown.add_row(plain(lines[str(row.line)]), plain(say(f"kind_{row.kind}")), plain(what), f"{row.share:.0%}", str(row.year))
    if len(found) > MOST_ROWS:
        shown.caption = plain(say("futures_more", count=len(found) - MOST_ROWS))
    return shown


def _drivers(outcome: str, found: pd.DataFrame, dropped: int, pedigree: Pedigree, say: Speaker) -> RenderableType:
    title = say("head_futures_drivers", outcome=say(f"outcome_{outcome}"))
    if found.empty:
        return plain(say("futures_too_few", what=title), "yellow")
    measures = [name for name in found.columns if not name.endswith("_half") and name != "chance"]
    main = measures[-1]
    shown = table(title, [say("col_driver"), *[say(f"col_{name}") for name in measures]], right=1)
    for driver, row in found.reindex(found[main].abs().sort_values(ascending=False).index).head(10).iterrows():
        words = pedigree.drivers[str(driver)]
        cells = [f"{number(row[name], 2)} ± {number(row[f'{name}_half'], 2)}" for name in measures]
        shown.add_row(plain(say.pick(words.name_zh, words.name_en)), *cells)
    notes = [say("futures_chance", level=f"{found['chance'].iloc[0]:.2f}")] if "chance" in found else []
    notes += [say("futures_dropped", count=dropped)] if dropped else []
    shown.caption = plain(" ".join(notes))
    return shown


def _first(outcome: str, found: pd.DataFrame, pedigree: Pedigree, say: Speaker) -> RenderableType:
    title = say("head_futures_first", outcome=say(f"outcome_{outcome}"))
    if found.empty:
        return plain(say("futures_too_few", what=title), "yellow")
    shown = table(title, [say(f"col_{name}") for name in ("driver", "fact", "grade", "correlation", "gain")], right=3)
    for row in found.head(10).itertuples():
        words = pedigree.drivers[str(row.driver)]
        fact = " ".join(part for part in (str(row.subject), str(row.parameter), str(row.item)) if part)
        cells = (f"{row.correlation:+.2f} ± {row.half:.2f}", f"{row.gain:.1%}")
        shown.add_row(plain(say.pick(words.name_zh, words.name_en)), plain(fact), str(row.grade), *cells)
    return shown


def _held(name: str, own: Ensemble, held: Ensemble, say: Speaker) -> Table:
    shown = table(
        say("head_futures_held", name=name), [say("col_item"), say("col_mean"), say("col_q5"), say("col_q50"), say("col_q95")], right=1
    )
    extra = regret(own, held).dropna()
    for column in extra.columns:
        values = [extra[column].mean(), *np.quantile(extra[column], (0.05, 0.5, 0.95))] if len(extra) else [np.nan] * 4
        shown.add_row(plain(say(f"outcome_{column}")), *[number(value, 3 if column == "shortfall" else 0) for value in values])
    shown.caption = plain(say("futures_fails", share=f"{failures(own, held):.0%}", count=len(extra)))
    return shown


def _knowing(own: Ensemble, held: dict[str, Ensemble], outcome: str, pedigree: Pedigree, say: Speaker) -> RenderableType:
    """What finding a driver's facts out is worth to who chooses among the held plans."""
    loss = losses(held, outcome)
    members = own.members
    grades = pd.Series(members["series_grade"].values.astype(str)).groupby(members["series_driver"].values.astype(str)).max()
    worth = worth_of_knowing(driver_scores(own), loss, int(str(own.identity["seed"])))
    title = say("head_futures_knowing", outcome=say(f"outcome_{outcome}"), plans=", ".join(held))
    if worth.empty or not worth["worth"].any():
        return plain(say("futures_nothing_to_know", what=title, count=len(loss)), "yellow")
    shown = table(title, [say(f"col_{name}") for name in ("driver", "grade", "worth", "worth_gain")], right=2)
    for driver, row in measure_first(worth[worth["worth"] > 0], grades, pedigree.factors).head(10).iterrows():
        words = pedigree.drivers[str(driver)]
        cells = (str(row["grade"]), f"{number(row['worth'], 2)} ± {number(row['error'], 2)}", number(row["gain"], 2))
        shown.add_row(plain(say.pick(words.name_zh, words.name_en)), *cells)
    shown.caption = plain(say("futures_knowing", all=number(known_all(loss), 2), count=len(loss)))
    return shown
