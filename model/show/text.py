"""Text that is safe in a terminal: user-made names lose control characters, numbers get one look."""

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from model.language import clean


def plain(text: object, style: str = "") -> Text:
    """A cell that is never read as markup."""
    return Text(clean(str(text)), style=style)


def number(value: float, digits: int = 1) -> str:
    """A number with thousands separators; a dash where there is none."""
    return "–" if not np.isfinite(value) else f"{value:,.{digits}f}"


def table(title: str, columns: list[str], right: int = 0) -> Table:
    """A table whose columns from the ``right``-th on are right-aligned (0: none)."""
    made = Table(title=plain(title, "bold"), title_justify="left", header_style="bold", box=SIMPLE_HEAD, pad_edge=False)
    for place, name in enumerate(columns):
        made.add_column(plain(name), justify="right" if right and place >= right else "left", overflow="fold")
    return made
