"""What a stored ensemble of futures says of a result's scenario: fan, chances, robust decisions, what to find out first."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.contract import FACTS, TABLES, Good, Named
from model.language import read_catalogue
from model.parameters import PARAMETERS
from model.report.ground import name_of
from model.store import Stored
from model.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Hashable

    import pandas as pd

    from model.futures.answers import Ensemble
    from model.futures.pedigree import Pedigree

MOST_FIRST = 8
"""Facts listed per outcome."""


def futures_of(folder: Path, stored: Stored, tables: Tables) -> dict[str, Any] | None:
    """The ensemble that carries the scenario's name, if it was drawn from the same scenario and data; none without its packages.

    Emissions are inside the boundary of the scenario's objective, 10 kt CO2e; shares are of the futures that have a plan.
    """
    if not all(find_spec(package) for package in ("zarr", "SALib")):
        return None
    from model.futures.answers import acts, all_met, chances, counts, fan, gaps, outcomes
    from model.futures.archive import archive_path
    from model.futures.pedigree import read_pedigree
    from model.futures.reading import read_ensemble

    path = archive_path(folder, name_of(stored))
    if not path.is_dir():
        return None
    own = read_ensemble(folder, name_of(stored))
    if any(own.identity[key] != stored.manifest[key] for key in ("scenario_hash", "data_hash")):
        return None
    identity, band = own.identity, fan(own)
    solved = bool(own.solved().any())
    first = (
        [row for outcome in outcomes(own).items() for row in _first(outcome, own, read_pedigree(tables.folder.parent), tables)]
        if solved
        else []
    )
    return {
        "method": identity["method"], "seed": identity["seed"], "members": identity["members"], "boundary": str(own.scope),
        "counts": {str(status): int(count) for status, count in counts(own).items() if count}, "solved": int(own.solved().sum()),
        "gap": float(gaps(own)["largest"].max()) if solved else None,
        "years": [int(year) for year in band.columns], "fan": {str(level): row.tolist() for level, row in band.iterrows()},
        "chances": [{"id": str(clause), **row} for clause, row in chances(own).astype(object).iterrows()] if solved else [],
        "all_met": all_met(own), "acts": acts(own).astype(object).to_dict("records"), "first": first,
    }  # fmt: skip


def _first(outcome: "tuple[Hashable, pd.Series]", own: "Ensemble", pedigree: "Pedigree", tables: Tables) -> list[dict[str, Any]]:
    """Facts to find out first for an outcome (its name and values), most worth first; nothing where the ensemble cannot tell."""
    from model.futures.influence import measure_next

    found = measure_next(own, outcome[1], pedigree.factors)
    return [
        {"outcome": str(outcome[0]), "correlation": float(row["correlation"]), "half": float(row["half"]), "gain": float(row["gain"]),
         "grade": row["grade"], "fact": _fact_name(row["subject"], row["parameter"], row["item"], tables),
         "driver": [pedigree.drivers[row["driver"]].name_zh, pedigree.drivers[row["driver"]].name_en]}
        for _, row in found.head(MOST_FIRST).iterrows()
    ]  # fmt: skip


def _fact_name(subject: str, parameter: str, item: str, tables: Tables) -> list[str]:
    """A fact in both languages: whose it is, what it says, and of which good or source of emissions."""
    meant = [known for known in PARAMETERS if known.name == parameter]
    rooms = [FACTS[known.table] for known in meant]
    names = {row.id: row for kind in TABLES.values() if issubclass(kind, Named) and kind.title in rooms for row in tables.of(kind)}
    goods = {row.id: row for row in tables.of(Good)}
    good = item.split("@")[0]
    source = read_catalogue().get(f"source_{item}", {"zh": item, "en": item})
    parts = [
        (names[subject].name_zh, names[subject].name_en) if subject in names else (subject, subject),
        (meant[0].zh, meant[0].en) if meant else (parameter, parameter),
        (goods[good].name_zh, goods[good].name_en) if good in goods else (source["zh"], source["en"]),
    ]
    return ["：".join(zh for zh, _ in parts if zh), ": ".join(en for _, en in parts if en)]
