r"""Logarithmic mean Divisia index, additive form (LMDI-I), of products of factors, with its limits at zero.

.. math::

    c = \prod_f x_f, \qquad \Delta c = \sum_f L(c^0, c^1) \ln \frac{x_f^1}{x_f^0}, \qquad
    L(a, b) = \frac{b - a}{\ln b - \ln a}, \quad L(a, a) = a

Where a factor vanishes at one end, its logarithm outgrows all others and the whole change is its own; several that vanish
(or change their sign) at once share the change equally, which is the limit of letting them go to zero at one pace.

Source: Ang, The LMDI approach to decomposition analysis, Energy Policy 33 (2005) 867-871; Ang and Liu, Handling zero values
in the logarithmic mean Divisia index decomposition approach, Energy Policy 35 (2007) 238-246.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Pair = tuple[Floats, Floats]
"""Values at the first and at the last of two points."""


def logmean(first: Floats, last: Floats) -> Floats:
    """Logarithmic mean of values of one sign, with that sign; 0 where either is 0 or signs differ."""
    same = first * last > 0
    start, end = np.where(same, first, 1.0), np.where(same, last, 1.0)
    step = np.log(end / start)
    flat = np.abs(step) < 1e-8
    return np.asarray(np.where(same, start * np.where(flat, 1 + step / 2, np.expm1(step) / np.where(flat, 1.0, step)), 0.0))


def known(pair: Pair) -> Pair:
    """A ratio that does not exist at one end (NaN, over nothing) counts as unchanged; one that exists at neither as 1."""
    first, last = np.broadcast_arrays(*pair)
    either = np.where(np.isnan(last), 1.0, last)
    first = np.where(np.isnan(first), either, first)
    return first, np.where(np.isnan(last), first, last)


def broken(pair: Pair) -> npt.NDArray[np.bool_]:
    """Does the factor vanish at one end only, or change its sign?"""
    return np.asarray(np.sign(pair[0]) != np.sign(pair[1]))


@dataclass(frozen=True)
class Split:
    """A product's change by factor, and what is needed to split a factor further.

    Attributes:
        effects: Effect of each factor; they add up to the product's change.
        weight: Logarithmic mean of the product where no factor is broken, else 0.
        factors: The factors as they were used.
    """

    effects: dict[str, Floats]
    weight: Floats
    factors: dict[str, Pair]

    def rate(self, name: str) -> Floats:
        """Effect of a factor per unit of its own change: splits the effect over the summands of the factor, exactly."""
        first, last = self.factors[name]
        mean, change = logmean(first, last), last - first
        smooth = np.divide(self.weight, mean, out=np.zeros(np.broadcast(self.weight, mean).shape), where=mean != 0)
        leap = np.divide(self.effects[name], change, out=np.zeros(np.broadcast(self.effects[name], change).shape), where=change != 0)
        return np.where(broken((first, last)), leap, smooth)


def split(factors: Mapping[str, Pair]) -> Split:
    """Split the change of a product (arrays that broadcast against each other) over its factors."""
    filled = {name: known(pair) for name, pair in factors.items()}
    shape = np.broadcast_shapes(*(pair[0].shape for pair in filled.values()))
    start, end = np.ones(shape), np.ones(shape)
    for first, last in filled.values():
        start, end = start * first, end * last
    gone = {name: np.broadcast_to(broken(pair), shape) for name, pair in filled.items()}
    many = sum(mask.astype(float) for mask in gone.values()) + np.zeros(shape)
    weight = np.where(many == 0, logmean(start, end), 0.0)
    effects = {}
    for name, (first, last) in filled.items():
        positive = first * last > 0
        step = np.log(np.where(positive, last, 1.0) / np.where(positive, first, 1.0))
        effects[name] = np.where(many > 0, (end - start) * gone[name] / np.maximum(many, 1), weight * step)
    return Split(effects, weight, filled)
