"""The levers of a scenario as a table."""

import numpy as np
from rich.table import Table

from model.language import Speaker
from model.scenario import LeverField
from model.show.text import plain, table


def lever_table(fields: list[LeverField], years: tuple[int, ...], say: Speaker) -> Table:
    """A row for each field: key, what it is about, unit, values in the data within the years, range, whether its clause is in force."""
    made = table(say("head_levers"), [say(f"col_{name}") for name in ("key", "what", "unit", "values", "range", "state")])
    before = ""
    for field in fields:
        if field.lever != before:
            made.add_section()
            made.add_row(plain(field.lever, "bold"), plain(say(f"key_{field.lever}"), "dim"))
            before = field.lever
        inside = {year: value for year, value in field.values.items() if year <= years[-1]} or field.values
        values = ", ".join(f"{year}: {value:g}" if year else f"{value:g}" for year, value in sorted(inside.items()))
        span = f"{field.low:g} – {field.high:g}" if np.isfinite([field.low, field.high]).all() else ""
        state = "" if field.active is None else say("lever_in_force" if field.active else "lever_off")
        name = say.pick(field.name_zh, field.name_en)
        made.add_row(*[plain(cell) for cell in (f"  {field.subject}" if field.subject else "", name, field.unit, values, span, state)])
    return made
