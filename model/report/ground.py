"""What may stand on one page: results of the same data and base year, still true to the data folder."""

import json
from collections.abc import Sequence

from model.errors import ResultError
from model.language import told, told_all
from model.store import Stored
from model.tables import Tables


def name_of(stored: Stored) -> str:
    """The scenario's name."""
    return str(stored.manifest["scenario"])


def activity_of(stored: Stored) -> str:
    """The scenario whose output a result takes over; nothing where it has its own."""
    return str(json.loads(stored.inputs.attrs["scenario_json"])["activity"] or "")


def in_order(results: Sequence[Stored]) -> list[Stored]:
    """All stored results as one page shows them: the base first, the focus last, the others by name.

    The focus is the result that looks furthest ahead of those whose output another one takes over with frozen technology, and
    that other one is the base; where there is none, the plan is the base and the last by name the focus. Results of other
    data are left out.
    """
    named = {name_of(stored): stored for stored in sorted(results, key=name_of)}
    lent = [(named[activity_of(stored)], stored) for stored in named.values() if activity_of(stored) in named]
    pairs = [pair for pair in lent if pair[0].manifest["data_hash"] == pair[1].manifest["data_hash"]]
    first = named.get("plan", next(iter(named.values())))
    focus, base = max(pairs, key=lambda pair: int(pair[0].inputs["year"].values[-1]), default=(first, first))
    kept = [stored for stored in named.values() if stored.manifest["data_hash"] == focus.manifest["data_hash"]]
    between = [stored for stored in kept if stored is not base and stored is not focus]
    return [base, *between, *([focus] if focus is not base else [])]


def check_ground(results: Sequence[Stored], tables: Tables) -> None:
    """Refuse results that cannot be compared, with all reasons at once.

    Raises ``ResultError``: a result stands twice, rests on other data than the folder holds now, or has another base year.
    """
    names = [name_of(stored) for stored in results]
    wrong = [told("page_named_twice", name=name) for name in sorted({name for name in names if names.count(name) > 1})]
    digest = tables.digest()
    for stored in results:
        name, own = name_of(stored), str(stored.manifest["data"])
        if own != tables.folder.name:
            wrong.append(told("page_other_folder", name=name, own=own, folder=tables.folder.name))
        elif stored.manifest["data_hash"] != digest:
            wrong.append(told("page_other_data", name=name, folder=tables.folder.name, again=told("run_again", name=name)))
    bases = {int(stored.inputs["year"].values[0]) for stored in results}
    if len(bases) > 1:
        wrong.append(told("page_base_years", years=", ".join(map(str, sorted(bases)))))
    if wrong:
        raise ResultError(told("page_refused", why=told_all(wrong, "told_then_told")))
