"""What may stand on one page: results of the same data and base year, still true to the data folder."""

from collections.abc import Sequence

from model.errors import ResultError
from model.store import Stored
from model.tables import Tables


def name_of(stored: Stored) -> str:
    """The scenario's name."""
    return str(stored.manifest["scenario"])


def check_ground(results: Sequence[Stored], tables: Tables) -> None:
    """Refuse results that cannot be compared, with all reasons at once.

    Raises ``ResultError``: a result stands twice, rests on other data than the folder holds now, or has another base year.
    """
    names = [name_of(stored) for stored in results]
    wrong = [f"'{name}' stands twice; name it once" for name in sorted({name for name in names if names.count(name) > 1})]
    digest = tables.digest()
    for stored in results:
        name, again = name_of(stored), f"python run.py run {name_of(stored)}"
        if stored.manifest["data"] != tables.folder.name:
            wrong.append(f"'{name}' is about data/{stored.manifest['data']}, not data/{tables.folder.name}; report it on its own page")
        elif stored.manifest["data_hash"] != digest:
            wrong.append(f"'{name}' was made from other data than data/{tables.folder.name} holds now; run it again: {again}")
    bases = {int(stored.inputs["year"].values[0]) for stored in results}
    if len(bases) > 1:
        wrong.append(f"base years differ: {', '.join(map(str, sorted(bases)))}; compare results of one base year")
    if wrong:
        raise ResultError("these results cannot stand on one page:\n" + "\n".join(wrong))
