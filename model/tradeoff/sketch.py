"""A trade-off in a few points, with what is proven between them.

Each point is the least emissions under a limit on the other axis. Between two limits the least emissions cannot lie above
the left point nor below what the solver proved at the right one: the bracket. The next limit halves the bracket of the
largest area, so that few points say much.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import xarray as xr

from model.tradeoff.envelope import supported
from model.tradeoff.record import Taken, taken_of
from model.tradeoff.search import Found, Search


@dataclass(frozen=True)
class Sample:
    """A point found under ``limit``: at most that much of x nothing emits less than ``bound``."""

    limit: float
    x: float
    y: float
    bound: float
    taken: Taken


def _sample(limit: float, found: Found) -> Sample:
    return Sample(limit, found.x, found.y, min(found.bound_y, found.y), taken_of(found.flat))


def sketch(search: Search, count: int, earlier: xr.Dataset | None = None) -> Iterator[xr.Dataset]:
    """At least ``count`` points (the two ends among them), as they are found.

    Yields:
        ``point(point)``: ``limit``, ``x`` (100M CNY), ``y`` and its proven bound ``y_bound`` (10ktCO2e), ``supported``
        among the points found, ``plan_of``; attribute ``within``: the widest bracket, 10ktCO2e.
    """
    samples = _restored(earlier) if earlier is not None else []
    if not samples:
        left, right = search.ends
        samples = [_sample(left.x, left), _sample(right.x, right)]
    yield _study(samples, search)
    while len(samples) < count and (limit := _next(samples)) is not None:
        samples = sorted([*samples, _sample(limit, search.least_y(limit))], key=lambda sample: sample.limit)
        yield _study(samples, search)


def _brackets(samples: list[Sample]) -> list[float]:
    """How far emissions are left open between each two limits."""
    return [max(one.y - two.bound, 0.0) for one, two in itertools.pairwise(samples)]


def _next(samples: list[Sample]) -> float | None:
    """The limit that halves the largest bracket; nothing where all are closed."""
    areas = [open_y * (two.limit - one.limit) for open_y, one, two in zip(_brackets(samples), samples, samples[1:], strict=False)]
    place = int(np.argmax(areas)) if areas else 0
    if not areas or areas[place] <= 0:
        return None
    return (samples[place].limit + samples[place + 1].limit) / 2


def _study(samples: list[Sample], search: Search) -> xr.Dataset:
    best: list[int] = []  # a point that another one is better than is left out of the hull, but kept
    for place, sample in enumerate(samples):
        if not any(other.x <= sample.x and other.y < sample.y for other in samples):
            best.append(place)
    hull = dict(zip(best, supported([(samples[place].x, samples[place].y) for place in best]), strict=True))
    columns = {name: [getattr(sample, name) for sample in samples] for name in ("limit", "x", "y")}
    columns |= {"y_bound": [sample.bound for sample in samples], "plan_of": list(range(len(samples)))}
    arrays = {name: ("point", np.array(values)) for name, values in columns.items()}
    arrays["supported"] = ("point", np.array([hull.get(place, False) for place in range(len(samples))]))
    attributes = {"mode": "sketch", "axis": str(search.axis), "complete": 0, "within": max(_brackets(samples), default=0.0)}
    return xr.Dataset(arrays, attrs=attributes).merge(Taken.stacked([sample.taken for sample in samples], search.problem))


def _restored(earlier: xr.Dataset) -> list[Sample]:
    columns = zip(*(earlier[name].values.tolist() for name in ("limit", "x", "y", "y_bound")), Taken.unstacked(earlier), strict=True)
    return [Sample(*values) for values in columns]
