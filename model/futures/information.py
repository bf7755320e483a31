"""What it is worth to find facts out before deciding: expected value of partial perfect information (EVPPI).

Decisions are plans that were held in the same futures (``ensemble --holding``). Who decides now takes the plan with the least expected
loss; who knows a driver's facts first takes, for each state of them, the plan with the least loss expected there. The difference is the
worth of knowing. The loss expected at a state is estimated by regression of each plan's loss on the driver's score (Strong, Oakley and
Brennan 2014, here with Legendre polynomials of the score's rank); chance alone makes it positive, so what shuffled scores give is
taken off.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.polynomial import legendre
from scipy.stats import rankdata

from model.futures.answers import Ensemble, outcomes
from model.futures.influence import LEAST, ROUNDS
from model.names import Grade

Floats = npt.NDArray[np.float64]
DEGREE = 3
"""Degree of the polynomials: enough for one turn, few enough for some dozens of members."""


def losses(held: Mapping[str, Ensemble], outcome: str) -> pd.DataFrame:
    """An outcome by member and held plan; only members in which every plan can be carried out."""
    return pd.DataFrame({name: outcomes(ensemble)[outcome] for name, ensemble in held.items()}).dropna()


def known_all(loss: pd.DataFrame) -> float:
    """Expected value of perfect information among the held plans: everything known before one of them is chosen."""
    return float(loss.mean().min() - loss.min(axis=1).mean())


def worth_of_knowing(scores: pd.DataFrame, loss: pd.DataFrame, seed: int) -> pd.DataFrame:
    """By column of ``scores``: ``worth`` in the loss' unit, its standard ``error``, and the 95 % level of ``chance``, largest first.

    ``worth`` has what shuffled scores give on average taken off and is never below 0; ``error`` comes from resampled members. A worth
    whose raw estimate stays below ``chance`` is 0 as far as the sample can tell. Empty where there are too few members or plans.
    """
    if len(loss) < LEAST or loss.shape[1] < 2:
        return pd.DataFrame(columns=["worth", "error", "chance"])
    dice = np.random.default_rng(seed)
    values = loss.to_numpy(dtype=float)
    rows = {}
    for name in scores.columns:
        basis = _basis(scores.loc[loss.index, name].to_numpy(dtype=float))
        found = _worth(basis, values)
        null = np.array([_worth(basis[dice.permutation(len(basis))], values) for _ in range(ROUNDS)])
        picks = (dice.integers(0, len(values), len(values)) for _ in range(ROUNDS))
        error = float(np.std([_worth(basis[pick], values[pick]) for pick in picks], ddof=1))
        chance = float(np.quantile(null, 0.95))
        rows[name] = (max(found - float(null.mean()), 0.0) if found > chance else 0.0, error, chance)
    return pd.DataFrame.from_dict(rows, orient="index", columns=["worth", "error", "chance"]).sort_values("worth", ascending=False)


def measure_first(worth: pd.DataFrame, grades: pd.Series, factors: Mapping[Grade, float], better: Grade = Grade.B) -> pd.DataFrame:
    """The worth of knowing joined with how badly each fact is known: ``gain`` is the part of the worth that grade ``better`` would bring.

    The part is that of the variance which goes away, by the ratio of the grades' ranges (logarithms of ``factors``); ``grades`` is by
    the index of ``worth``. Facts of that grade or a better one gain nothing.
    """
    parts = {
        str(grade): max(0.0, 1 - (np.log(factors[better]) / np.log(factor)) ** 2) if factor > 1 else 0.0
        for grade, factor in factors.items()
    }
    found = worth.assign(grade=grades.reindex(worth.index))
    return found.assign(gain=found["worth"] * found["grade"].map(parts).fillna(0.0)).sort_values("gain", ascending=False)


def _basis(score: Floats) -> Floats:
    """Legendre polynomials of a score's rank, a constant first; a score that does not vary tells nothing."""
    ranks = rankdata(score)
    if np.ptp(ranks) == 0:
        return np.ones((len(ranks), 1))
    return np.asarray(legendre.legvander(2 * (ranks - 0.5) / len(ranks) - 1, DEGREE))


def _worth(basis: Floats, values: Floats) -> float:
    """Least expected loss now, less the loss expected when the best plan is taken at each state that the basis tells apart."""
    weights, *_ = np.linalg.lstsq(basis, values, rcond=None)
    return float(values.mean(axis=0).min() - (basis @ weights).min(axis=1).mean())
