"""Which provisions collide: HiGHS' irreducible infeasible subset, or a deletion filter where only whole numbers make them collide."""

from dataclasses import dataclass
from typing import Any

import highspy
import numpy as np

from model.explain.elastic import Elastic
from model.explain.provisions import STANDS
from model.handover import to_highs
from model.solve import silent_highs

IIS_STRATEGY = 6
"""From LP rows, made irreducible (2 + 4): small subsets in about a second on the whole plan; 2 alone gave 190 rows instead of 8."""
IIS_SECONDS = 60.0
MOST_CONFLICTS = 12


@dataclass(frozen=True)
class Conflict:
    """Provisions (numbers) that cannot hold together, although any all but one of them can.

    ``years`` and ``lines`` take part; ``rules`` are the rules of nature and of book-keeping that tie them; ``whole`` says
    that they collide only because lines stand or do not stand: fractions of lines could meet them.
    """

    provisions: tuple[int, ...]
    years: tuple[int, ...]
    lines: tuple[str, ...]
    rules: tuple[str, ...]
    whole: bool


def conflicts(elastic: Elastic, give_first: set[int]) -> list[Conflict]:
    """Conflicts one after another, each found after one provision of every earlier one was set aside (those of ``give_first`` first)."""
    found: list[Conflict] = []
    aside: set[int] = set()
    while len(found) < MOST_CONFLICTS:
        if not elastic.holds(aside, whole=False):
            conflict = _by_subset(elastic, aside) or _by_filter(elastic, aside, whole=False)
        elif not elastic.holds(aside):
            conflict = _by_filter(elastic, aside, whole=True)
        else:
            break
        found.append(conflict)
        if not conflict.provisions:
            break
        aside |= (set(conflict.provisions) & give_first) or {_weakest(elastic, conflict.provisions)}
    return found


def _weakest(elastic: Elastic, numbers: tuple[int, ...]) -> int:
    """The provision to set aside where the least change names none: a clause before a fact."""
    return min(numbers, key=lambda number: (not elastic.provisions[number].clause, number))


def _by_subset(elastic: Elastic, aside: set[int]) -> Conflict | None:
    """HiGHS' irreducible infeasible subset of the linear relaxation; ``None`` where it is not valid."""
    matrix = elastic.asked(dict.fromkeys(aside, 0.0), whole=False)
    highs = silent_highs()
    to_highs(matrix, highs)
    highs.setOptionValue("threads", elastic.options.threads)
    highs.setOptionValue("iis_strategy", IIS_STRATEGY)
    highs.setOptionValue("iis_time_limit", IIS_SECONDS)
    status, subset = highs.getIis()
    rows = [int(row) for row in subset.row_index_]
    if status == highspy.HighsStatus.kError or not subset.valid_ or not rows:
        return None
    return _told(elastic, rows, aside, whole=False)


def _told(elastic: Elastic, rows: list[int], aside: set[int], *, whole: bool, among: set[int] | None = None) -> Conflict:
    """A conflict from its rows: which provisions, years, lines and other rules."""
    inside = set(rows)
    numbers = [number for number, provision in enumerate(elastic.provisions)
               if number not in aside and inside & set(provision.rows) and (among is None or number in among)]  # fmt: skip
    stated = {row for number in numbers for row in elastic.provisions[number].rows}
    years, lines, rules = set(), set(), set()
    known, calendar = set(elastic.problem["line"].values.tolist()), set(elastic.problem["year"].values.tolist())
    for row in rows:
        rule, index = elastic.matrix.rows[row]
        if row not in stated:
            rules |= {rule} - {STANDS}
            lines |= {part for part in _parts(index) if part in known}
        else:
            years |= {part for part in _parts(index) if part in calendar}
    return Conflict(tuple(numbers), tuple(sorted(years)), tuple(sorted(lines)), tuple(sorted(rules)), whole)


def _parts(index: Any) -> tuple[Any, ...]:
    """Labels of an index."""
    return index if isinstance(index, tuple) else (index,)


def _by_filter(elastic: Elastic, aside: set[int], *, whole: bool) -> Conflict:
    """Provisions that an elastic filter cannot do without, then one by one those that are not needed for the conflict left out.

    The elastic filter (Chinneck and Dravnieks 1991) enforces what gave way until nothing gives; a conflict is then among it.
    """
    free = dict.fromkeys(aside, 0.0)
    others = [number for number in range(len(elastic.provisions)) if number not in aside]
    enforced: list[int] = []
    while True:
        relaxed = elastic.least(free | {number: 1.0 for number in others if number not in enforced}, whole=whole)
        new = sorted(relaxed.moved - aside) if relaxed else []
        enforced += new
        if not new:
            break
    for number in list(enforced):
        rest = set(enforced) - {number}
        if not elastic.holds(set(range(len(elastic.provisions))) - rest, whole=whole):
            enforced.remove(number)
    rows = [row for number in enforced for row in _tight(elastic, enforced, number, whole=whole)]
    return _told(elastic, rows, aside, whole=whole, among=set(enforced))


def _tight(elastic: Elastic, enforced: list[int], number: int, *, whole: bool) -> list[int]:
    """Rows of the years in which a provision gives way when it alone of a conflict may; all its rows where none does."""
    provision = elastic.provisions[number]
    others = (set(range(len(elastic.provisions))) - set(enforced)) | {number}
    relaxed = elastic.least({other: 1.0 if other == number else 0.0 for other in others}, whole=whole)
    years = set(np.flatnonzero(relaxed.by[number])) if relaxed and number in relaxed.by else set(provision.years)
    years = set(provision.years) if provision.single else years
    return [row for row, year in zip(provision.rows, provision.years, strict=True) if year in years]
