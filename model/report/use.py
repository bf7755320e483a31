"""What lines and segments use of each good in a year: the flows behind a stored result."""

import numpy as np
import pandas as pd

from model.solution import flat_values
from model.store import Stored


def line_use(stored: Stored, year: int) -> pd.DataFrame:
    """Use of goods by line (rows) in the year at position ``year``, units of goods; negative: made as a by-product."""
    inputs, goods = stored.inputs, stored.inputs["good"].values
    parts = []
    for amounts, rates, owner in (("make", "use", "state_line"), ("fitted", "change", "retrofit_line")):
        amount = flat_values(stored.result, inputs, amounts)[:, year, None]
        parts.append(pd.DataFrame(amount * inputs[rates].values, columns=goods).groupby(inputs[owner].values).sum())
    return parts[0].add(parts[1], fill_value=0.0)


def labels_of(stored: Stored, dim: str, part: str) -> dict[str, str]:
    """A label coordinate as a dictionary, e.g. the sector of every line."""
    return dict(zip(stored.inputs[dim].values.tolist(), stored.inputs[f"{dim}_{part}"].values.tolist(), strict=True))


def segment_use(stored: Stored, year: int) -> pd.DataFrame:
    """Use of goods by segment (rows) in the year at position ``year``, units of goods."""
    used = stored.inputs["need"].values * stored.result["output"].values[:, year, None]
    return pd.DataFrame(used, index=stored.inputs["segment"].values, columns=stored.inputs["good"].values)


def made(stored: Stored, year: int) -> pd.DataFrame:
    """Production by good made (rows) and good used (columns): what the making of each good uses, units of goods."""
    inputs = stored.inputs
    goods, product = inputs["good"].values, inputs["state_good"].values
    host = dict(zip(inputs["state_line"].values.tolist(), product.tolist(), strict=True))
    make = flat_values(stored.result, inputs, "make")[:, year, None] * inputs["use"].values
    fitted = flat_values(stored.result, inputs, "fitted")[:, year, None] * inputs["change"].values
    own = pd.DataFrame(make, columns=goods).groupby(product).sum()
    changed = pd.DataFrame(fitted, columns=goods).groupby(np.array([host[line] for line in inputs["retrofit_line"].values.tolist()])).sum()
    return own.add(changed, fill_value=0.0).drop(index="", errors="ignore")
