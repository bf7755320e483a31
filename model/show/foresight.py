"""Two-stage plans and plans window by window, as tables for the terminal; numbers come from ``model.futures``."""

from collections.abc import Sequence

import numpy as np
from rich.console import RenderableType
from rich.table import Table

from model.futures.rolling import Rolling
from model.futures.twostage import Between, TwoStage
from model.language import Speaker
from model.names import Goal
from model.schema import DECISIONS, TAKEN
from model.session import Plan
from model.show.futures import MOST_ROWS, names_of, wall_words
from model.show.text import number, plain, table
from model.solution import PAIRS

PLACES = {Goal.SHORTFALL: 3, Goal.EMISSIONS: 0, Goal.COST: 0}
"""Decimals of a stage's value."""
MOST_WALLS = 8
"""Most rows that are named as standing in the way of early decisions."""


def twostage_views(found: TwoStage, base: Plan, asked: int, say: Speaker) -> list[RenderableType]:
    """What ``twostage`` prints: what the plan is of, its worth against knowing more and thinking less, what it decides otherwise."""
    title = say("twostage_title", until=found.until, count=len(found.futures), asked=asked)
    views: list[RenderableType] = [plain(title, "bold")]
    if found.tail is not None:
        views.append(plain(say("twostage_tail", share=f"{found.tail:.0%}")))
    views.append(_worths(found, say))
    failed = sum(plan is None for plan in found.stated)
    if failed:
        views.append(plain(say("twostage_fails", count=failed), "yellow"))
        views += _walls(found.why, base, say)
    views.append(plain(say("twostage_read")))
    return [*views, _otherwise(found, base, say)]


def _worths(found: TwoStage, say: Speaker) -> Table:
    columns = ("item", "twostage", "gap", "alone", "information", "stated", "solution")
    shown = table(say("head_twostage"), [say(f"col_{name}") for name in columns], right=1)
    for stage in found.outcome.stages:
        goal, places = stage.goal, PLACES[stage.goal]
        held = [plan for plan in found.stated if plan is not None]
        stated = number(found.expected(held, goal), places) if len(held) == len(found.futures) else "–"
        cells = [
            number(found.expected(found.plans, goal), places),
            f"{stage.gap:.2%}" if np.isfinite(stage.gap) else "–",
            number(found.expected(found.known, goal), places),
        ]
        cells += [_between(found.information(goal), places), stated, _between(found.solution(goal), places)]
        shown.add_row(plain(say(f"outcome_{goal}")), *cells)
    return shown


def _number(value: float, places: int) -> str:
    """A number without a sign before nothing."""
    return number(round(value, places) + 0.0, places)


def _between(found: Between | None, places: int) -> str:
    """A difference with the interval that the solver's gaps leave it."""
    if found is None:
        return "–"
    ends = [_number(end, places) if np.isfinite(end) else "?" for end in (found.least, found.most)]
    return f"{_number(found.value, places)} [{ends[0]}; {ends[1]}]"


def _otherwise(found: TwoStage, base: Plan, say: Speaker) -> RenderableType:
    """Early decisions in which the two-stage plan differs from that of the stated facts."""
    shown = table(say("head_twostage_otherwise"), [say(f"col_{name}") for name in ("line", "what", "year", "done")], right=2)
    own, rows = found.plans[0], []
    for name, half in zip(TAKEN, ("arc", "measure"), strict=True):
        dim = DECISIONS[name].dims[0]
        lines, labels = (names_of(base.problem, part, say) for part in PAIRS[dim])
        years = base.problem["year"].values
        hers, its = (np.round(plan.flat[name].values) * (years <= found.until) for plan in (own, base))
        for place, year in zip(*np.nonzero(hers != its), strict=True):
            line, what = (str(base.problem[f"{dim}_{part}"].values[place]) for part in ("line", half))
            done = say("twostage_more" if hers[place, year] else "twostage_less")
            rows.append((plain(lines[line]), plain(labels[what]), str(years[year]), done))
    if not rows:
        return plain(say("twostage_same"))
    for row in rows[:MOST_ROWS]:
        shown.add_row(*row)
    if len(rows) > MOST_ROWS:
        shown.caption = plain(say("twostage_longer", count=len(rows) - MOST_ROWS))
    return shown


def rolling_views(found: Rolling, foresight: Plan, say: Speaker) -> list[RenderableType]:
    """What ``rolling`` prints: windows, then the price of short sight, or the wall that it ran into."""
    goals = [stage.goal for stage in foresight.outcome.stages]
    columns = [say("col_window"), say("col_decided"), *[say(f"outcome_{goal}") for goal in goals]]
    shown = table(say("head_rolling"), columns, right=2)
    for window, plan in zip(found.windows, found.plans, strict=False):
        values = {stage.goal: number(stage.value, PLACES[stage.goal]) for stage in plan.outcome.stages}
        decided = say("rolling_until", year=min(window.following - 1, window.last))
        shown.add_row(f"{window.first}–{window.last}", plain(decided), *[values.get(goal, "–") for goal in goals])
    views: list[RenderableType] = [shown]
    if found.stopped is not None:
        views.append(plain(say("rolling_stopped", first=found.stopped.first, last=found.stopped.last), "red"))
        return [*views, *wall_lines(found.why, foresight, say)]
    price = table(say("head_rolling_price"), [say(f"col_{name}") for name in ("item", "rolled", "foresight", "price", "least")], right=1)
    for goal, (extra, least) in found.price(foresight).items():
        sums = (found.plans[-1].value(goal), foresight.value(goal), extra, least)
        price.add_row(plain(say(f"outcome_{goal}")), *[_number(value, PLACES[goal]) for value in sums])
    return [*views, price, plain(say("rolling_read"))]


def _read_wall(text: str) -> tuple[str, str, str, float]:
    """Family, subject, year and share of a wall (``walls.wall``); where only whole lines stand in the way, no more than that."""
    family, *rest = text.split(" ")
    subject, year, share = rest if rest else ("-", "–", "0")
    return family, subject, year, float(share)


def _walls(whys: Sequence[str], named: Plan, say: Speaker) -> list[RenderableType]:
    """What would have to give in how many futures, the most frequent first."""
    found: dict[tuple[str, str, str], list[float]] = {}
    for why in whys:
        for text in filter(None, why.split(";")):
            *wall, share = _read_wall(text)
            found.setdefault((wall[0], wall[1], wall[2]), []).append(share)
    rows = sorted(found.items(), key=lambda row: (-len(row[1]), -max(row[1]), row[0]))
    lines: list[RenderableType] = []
    for (family, subject, year), shares in rows[:MOST_WALLS]:
        what, by = wall_words(family, subject, named.problem, say), f"{max(shares):.1%}" if max(shares) else "–"
        lines.append(plain(say("twostage_wall", what=what, year=year, count=len(shares), share=by)))
    return lines


def wall_lines(why: str, named: Plan, say: Speaker) -> list[RenderableType]:
    """What would have to give where there is no plan (``walls.wall``), in the names of another plan's problem."""
    lines: list[RenderableType] = []
    for text in filter(None, why.split(";")):
        family, subject, year, share = _read_wall(text)
        by = f"{share:.1%}" if share else "–"
        lines.append(plain(say("rolling_wall", what=wall_words(family, subject, named.problem, say), year=year, share=by)))
    return lines
