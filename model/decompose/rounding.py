"""Paths among which the lines of a family may choose: those that it mixes, and others that were found on the way."""

from dataclasses import dataclass

import numpy as np

from model.decompose.generate import Generated, Pool
from model.decompose.pricing import Family, Few, Pricer
from model.handover import Floats

LEAST = 1e-6
"""Shares below this are left out."""


@dataclass(frozen=True)
class Path:
    """A family's path: its share, and whole decisions of the first line by place."""

    share: float
    values: Floats


def paths(found: Generated, pool: Pool, family: Family, number: int) -> list[Path]:
    """The distinct paths that a family mixes, the largest share first."""
    sums: dict[bytes, tuple[float, Floats]] = {}
    for at in np.flatnonzero(found.shares[:, number] > LEAST).tolist():
        values = np.where(family.whole, pool.plans[at][number], 0.0)
        before, _ = sums.get(values.tobytes(), (0.0, values))
        sums[values.tobytes()] = (before + float(found.shares[at, number]), values)
    whole = sum(share for share, _ in sums.values())
    return sorted((Path(share / whole, values) for share, values in sums.values()), key=lambda path: -path.share)


def candidates(pricer: Pricer, few: Few, found: Generated, pool: Pool, extra: int) -> list[list[Path]]:
    """For each family the paths that it mixes, and the cheapest others that were ever found, at the best multipliers."""
    fleet = pricer.fleet
    costs = pricer.line_costs(found.prices)
    mixed = [{path.values.tobytes(): path for path in paths(found, pool, family, at)} for at, family in enumerate(few.families)]
    values: list[dict[bytes, float]] = [{} for _ in few.families]
    for plans in pool.plans:
        plan = np.zeros(len(fleet.of))
        for family, own in zip(few.families, plans, strict=True):
            column = family.columns[family.first]
            plan[column[column >= 0]] = np.where(family.whole, own, 0.0)[column >= 0]
        made = np.where(fleet.made, fleet.produce(costs, plan, few.chosen), plan)
        for at, (family, own) in enumerate(zip(few.families, plans, strict=True)):
            values[at][np.where(family.whole, own, 0.0).tobytes()] = float(family.values(costs) @ family.values(made))
    out = []
    for known, value in zip(mixed, values, strict=True):
        others = sorted((key for key in value if key not in known), key=lambda key: value[key])[:extra]
        out.append([*known.values(), *(Path(0.0, np.frombuffer(key)) for key in others)])
    return out
