"""Districts as tiles of a grid: neighbours stay neighbours, small districts stay readable, and no boundary is drawn."""

import re
from collections.abc import Sequence
from math import ceil

import numpy as np
from scipy.optimize import linear_sum_assignment

from model.contract import District

FILL = 0.6
"""Share of the grid's cells that are filled."""
SHAPE = 1.5
"""Columns per row of the grid."""


def tile_places(districts: Sequence[District]) -> dict[str, tuple[int, int]]:
    """Column and row (from the north-west) of every district, each its own cell, least total squared distance to its place.

    A place is half the seat's position on the map and half its rank, so that the crowded centre spreads out.
    """
    if not districts:
        return {}
    rows = max(1, ceil((len(districts) / FILL / SHAPE) ** 0.5))
    columns = max(1, ceil(len(districts) / FILL / rows))
    east = _spread(np.array([row.lon for row in districts])) * (columns - 1)
    south = (1 - _spread(np.array([row.lat for row in districts]))) * (rows - 1)
    cells = np.array([(column, row) for row in range(rows) for column in range(columns)], dtype=float)
    distance = (east[:, None] - cells[:, 0]) ** 2 + (south[:, None] - cells[:, 1]) ** 2
    who, where = linear_sum_assignment(distance)
    used = cells[where].astype(int)
    used -= used.min(axis=0)
    return {districts[place].id: (int(column), int(row)) for place, (column, row) in zip(who, used, strict=True)}


def short_names(district: District) -> tuple[str, str]:
    """A district's name without its kind, Chinese and English: 石柱 for 石柱土家族自治县, Shizhu."""
    zh = re.sub(r"（.*?）|(土家族|苗族)+自治县", "", district.name_zh)
    return (zh[:-1] if len(zh) > 2 and zh[-1] in "区县" else zh), district.name_en.split(" ")[0]


def _spread(values: np.ndarray) -> np.ndarray:
    """Values as numbers from 0 to 1: half by size, half by rank."""
    span = float(np.ptp(values)) or 1.0
    rank = values.argsort(kind="stable").argsort(kind="stable") / max(1, len(values) - 1)
    return np.asarray(0.5 * (values - values.min()) / span + 0.5 * rank)
