"""Two results side by side where they differ: inputs, decisions line by line, clauses, totals."""

import json
import re
from collections import defaultdict
from typing import Any

import numpy as np
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from model.analysis import Score
from model.difference import Amount, Difference, Step
from model.language import Speaker
from model.schema import PROBLEM
from model.show.text import number, plain, table
from model.store import Stored

SHOWN_ARRAYS = 25


def difference_views(found: Difference, first: Stored, second: Stored, say: Speaker, chance: bool = True) -> list[RenderableType]:
    """Everything that ``diff`` prints, in reading order; ``chance`` says that decisions may differ for no reason."""
    names = (str(first.manifest["scenario"]), str(second.manifest["scenario"]))
    titles = [say.pick(str(stored.result.attrs["title_zh"]), str(stored.result.attrs["title"])) for stored in (first, second)]
    views: list[RenderableType] = [plain(say("diff_head", first=f"{names[0]} ({titles[0]})", second=f"{names[1]} ({titles[1]})"), "bold")]
    if found.data_changed:
        views.append(plain(say("diff_data"), "yellow"))
    if found.years[0] != found.years[1]:
        common = sorted(set(found.years[0]) & set(found.years[1]))
        views.append(plain(say("diff_years", last=common[-1] if common else "–"), "yellow"))
    return [
        *views,
        *_part(_keys(found, names, say), bool(found.keys), "diff_no_keys", say),
        *_part(_arrays(found, names, say), bool(found.arrays), "diff_no_arrays", say),
        *_part(_steps(found, first, second, names, say), bool(found.steps), "diff_no_steps", say),
        *([plain(say("diff_chance"), "dim")] if found.steps and chance else []),
        *_part(_clauses(found, first, second, names, say), bool(found.clauses), "diff_no_clauses", say),
        _amounts(found, names, say),
    ]


def needed_view(before: int, after: int | None, second: str, say: Speaker) -> RenderableType:
    """How many differences were there and how many are needed; ``after`` is nothing where no nearer plan was found."""
    if after is None:
        return plain(say("needed_none", second=second, before=before), "yellow")
    return plain(say("needed_found", second=second, before=before, after=after))


def _part(made: Table, any_rows: bool, otherwise: str, say: Speaker) -> list[RenderableType]:
    return [made] if any_rows else [plain(say(otherwise))]


def _said(value: Any) -> str:
    if value is None or value == {}:
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{year}: {amount:g}" for year, amount in value.items())
    return f"{value:g}" if isinstance(value, float) else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _meaning(key: str, say: Speaker) -> str:
    parts = key.split(".")
    return say(f"key_{parts[0]}")


def _keys(found: Difference, names: tuple[str, str], say: Speaker) -> Table:
    made = table(say("diff_keys"), [say("col_key"), *names, say("col_meaning")])
    for change in found.keys:
        made.add_row(*[plain(cell) for cell in (change.key, _said(change.first), _said(change.second), _meaning(change.key, say))])
    return made


def _arrays(found: Difference, names: tuple[str, str], say: Speaker) -> Table:
    made = table(say("diff_arrays"), [say(f"col_{name}") for name in ("what", "unit", "count", "example")] + list(names))
    for column in (2, 4, 5):
        made.columns[column].justify = "right"
    for change in found.arrays[:SHOWN_ARRAYS]:
        array = PROBLEM[change.array]
        values = ["∞" if np.isinf(value) else "–" if np.isnan(value) else f"{value:,.6g}" for value in (change.first, change.second)]
        cells = (
            say.pick(array.zh, array.en),
            _array_unit(array.unit, say),
            f"{change.count:,} / {change.of:,}",
            " ".join(change.example),
            *values,
        )
        made.add_row(*[plain(cell) for cell in cells])
    return made


def _array_unit(unit: str, say: Speaker) -> str:
    """Unit of an input of the model, as a reader knows it."""
    return say("array_unit_" + re.sub(r"\W+", "_", unit).lower())


def _name(dim: str, label: str, stored: tuple[Stored, Stored], say: Speaker) -> str:
    for one in stored:
        labels = one.inputs[dim].values.tolist()
        if label in labels:
            at = labels.index(label)
            return say.pick(str(one.inputs[f"{dim}_zh"].values[at]), str(one.inputs[f"{dim}_en"].values[at]))
    return label


def _steps(found: Difference, first: Stored, second: Stored, names: tuple[str, str], say: Speaker) -> Table:
    """A row for each line: what each of the two does with it and when, as far as they differ."""
    made = table(say("diff_steps"), [say("col_line"), *names])
    by_line: dict[str, list[Step]] = defaultdict(list)
    for step in found.steps:
        by_line[step.line].append(step)
    for line, steps in by_line.items():
        cells = [Text(), Text()]
        for step in steps:
            dim = "measure" if step.kind == "retrofit" else "arc"
            what = _name(dim, step.what, (first, second), say)
            for cell, years in zip(cells, (step.first, step.second), strict=True):
                cell.append_text(plain(f"{', '.join(map(str, years)) or '–'} {what}\n", "" if years else "dim"))
        for cell in cells:
            cell.rstrip()
        made.add_row(plain(_name("line", line, (first, second), say)), *cells)
    return made


def _score(score: Score | None, say: Speaker) -> str:
    if score is None:
        return say("diff_not_in_force")
    digits = 3 if abs(score.asked) < 10 and score.rule != "replacement" else 1
    state = say("state_binding" if score.binding else "state_missed" if score.slack < 0 else "state_met")
    return f"{number(score.reached, digits)} / {number(score.asked, digits)} ({score.year}) {state}"


def _clauses(found: Difference, first: Stored, second: Stored, names: tuple[str, str], say: Speaker) -> Table:
    made = table(say("diff_clauses"), [say("col_clause"), *names, say("col_difference")])
    made.columns[3].justify = "right"
    for one, other in found.clauses:
        score = one or other
        if score is None:
            continue
        change = number(other.reached - one.reached, 3 if abs(score.asked) < 10 else 1) if one and other else "–"
        made.add_row(
            *[plain(cell) for cell in (_name("clause", score.clause, (first, second), say), _score(one, say), _score(other, say), change)]
        )
    return made


def _amounts(found: Difference, names: tuple[str, str], say: Speaker) -> Table:
    made = table(say("diff_amounts"), [say("col_item"), say("col_year"), *names, say("col_difference"), "%"], right=2)
    for amount in found.amounts:
        made.add_row(*[plain(cell) for cell in _amount(amount, say)])
    return made


def _amount(amount: Amount, say: Speaker) -> tuple[str, ...]:
    change = amount.second - amount.first
    share = f"{change / abs(amount.first):+.1%}" if abs(amount.first) > 1e-9 else "–"
    key = amount.name.replace("energy_", "row_", 1)
    unit = say(
        "diff_unit_energy" if amount.name.startswith("energy_") else "diff_unit_emissions" if "scope" in amount.name else "diff_unit_money"
    )
    when = str(amount.year) if amount.year else say("diff_all_years")
    return (f"{say(key)} ({unit})", when, number(amount.first), number(amount.second), f"{change:+,.1f}", share)
