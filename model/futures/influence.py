"""Which facts matter: Sobol and Morris indices by driver (SALib), shares by driver and by series where the design is a plain sample."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from model.futures.answers import Ensemble
from model.futures.design import LEVELS, Method
from model.names import Grade

ROUNDS = 200
"""Resamples behind intervals and behind the level that chance alone reaches."""
LEAST = 20
"""Members below which no influence is estimated."""


@dataclass(frozen=True)
class Blocks:
    """Outcomes of the whole blocks of a design, one after the other, and how many blocks were left out as incomplete."""

    values: np.ndarray
    used: np.ndarray
    dropped: int


def whole_blocks(values: np.ndarray, block: int) -> Blocks:
    """Blocks in which every member has an outcome; an index of a broken block would be wrong, so it is left out."""
    rows = values[: len(values) // block * block].reshape(-1, block)
    good = np.isfinite(rows).all(axis=1)
    return Blocks(rows[good].ravel(), np.repeat(good, block), int((~good).sum()))


def sobol_indices(values: np.ndarray, drivers: list[str], seed: int) -> pd.DataFrame:
    """First-order and total shares of variance by driver, with 95 % half-widths; ``values`` in the order of Saltelli's design."""
    from SALib.analyze import sobol

    problem = {"num_vars": len(drivers), "names": drivers, "bounds": [[0.0, 1.0]] * len(drivers)}
    found = sobol.analyze(problem, values, calc_second_order=False, num_resamples=ROUNDS, seed=seed)
    names = {"S1": "first_order", "S1_conf": "first_order_half", "ST": "total", "ST_conf": "total_half"}
    return pd.DataFrame({names[key]: np.asarray(found[key]) for key in names}, index=drivers)


def morris_indices(problem: Mapping[str, object], points: np.ndarray, values: np.ndarray, seed: int) -> pd.DataFrame:
    """Mean absolute elementary effect by driver, in the outcome's unit, with its 95 % half-width."""
    from SALib.analyze import morris

    found = morris.analyze(dict(problem), points, values, num_resamples=ROUNDS, num_levels=LEVELS, seed=seed)
    columns = {"effect": "mu_star", "effect_half": "mu_star_conf"}
    effects = {name: np.asarray(found[key], dtype=float) for name, key in columns.items()}
    return pd.DataFrame(effects, index=list(found["names"]))


def rank_shares(positions: np.ndarray, values: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray, float]:
    """Spearman's rank correlation of each column with the outcome, its 95 % half-width, and the level of chance.

    Half-widths come from resampled members, the level from shuffled outcomes: with no influence at all, the largest correlation of
    all columns stays below it 95 times in 100.
    """
    dice = np.random.default_rng(seed)
    ranks = _scores(positions)
    outcome = _scores(values[:, None])[:, 0]
    found = ranks.T @ outcome / len(outcome)
    chance = np.array([np.abs(ranks.T @ dice.permutation(outcome)).max() for _ in range(ROUNDS)]) / len(outcome)
    again = []
    for _ in range(ROUNDS):
        picked = dice.integers(0, len(outcome), len(outcome))
        again.append(_pearson(ranks[picked], outcome[picked]))
    low, high = np.quantile(np.array(again), (0.025, 0.975), axis=0)
    return found, (high - low) / 2, float(np.quantile(chance, 0.95))


def _scores(columns: np.ndarray) -> np.ndarray:
    """Standardised ranks of each column; 0 where a column does not vary."""
    ranks = rankdata(columns, axis=0)
    spread = ranks.std(axis=0)
    return np.asarray((ranks - ranks.mean(axis=0)) / np.where(spread > 0, spread, 1.0))


def _pearson(columns: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    centred, own = columns - columns.mean(axis=0), outcome - outcome.mean()
    scale = np.sqrt((centred**2).sum(axis=0) * (own**2).sum())
    return np.asarray(centred.T @ own / np.where(scale > 0, scale, 1.0))


def driver_scores(ensemble: Ensemble) -> pd.DataFrame:
    """Mean position of each driver's series by member: the driver's facts moving together."""
    members = ensemble.members
    table = pd.DataFrame(members["position"].values, columns=members["series_driver"].values.astype(str))
    return table.T.groupby(level=0).mean().T


def by_driver(ensemble: Ensemble, outcome: pd.Series, problem: Mapping[str, object], points: np.ndarray) -> tuple[pd.DataFrame, int]:
    """Influence of each driver on an outcome by the design's own method, and how many blocks of it had to be left out.

    Columns: ``first_order``/``total`` (Sobol), ``effect`` (Morris), ``correlation`` (plain sample), each with its 95 % half-width in
    ``.._half``; plain samples also have ``chance``. Empty where there are too few members.
    """
    method, seed = Method(str(ensemble.identity["method"])), int(str(ensemble.identity["seed"]))
    values = outcome.to_numpy(dtype=float)
    if method is Method.LHS:
        known = np.isfinite(values)
        if known.sum() < LEAST:
            return pd.DataFrame(), 0
        scores = driver_scores(ensemble)
        found, half, chance = rank_shares(scores.to_numpy()[known], values[known], seed)
        return pd.DataFrame({"correlation": found, "correlation_half": half, "chance": chance}, index=scores.columns), 0
    groups = list(problem["groups"])  # type: ignore[call-overload]
    drivers = list(dict.fromkeys(groups))
    blocks = whole_blocks(values, int(str(ensemble.identity["block"])))
    if len(blocks.values) < 2 * int(str(ensemble.identity["block"])) or not np.ptp(blocks.values):
        return pd.DataFrame(), blocks.dropped
    if method is Method.SOBOL:
        return sobol_indices(blocks.values, drivers, seed), blocks.dropped
    return morris_indices(problem, points[: len(blocks.used)][blocks.used], blocks.values, seed), blocks.dropped


def measure_next(ensemble: Ensemble, outcome: pd.Series, factors: Mapping[Grade, float], better: Grade = Grade.B) -> pd.DataFrame:
    """Facts to find out first: influence joined with grade.

    ``share`` is the squared rank correlation of a series with the outcome; ``gain`` the part of it that goes away if the series
    were known at the ``better`` grade, by the ratio of the grades' ranges (logarithms of ``factors``). Only series above the
    level of chance are listed; an empty table says that the sample is too small to tell.
    """
    values = outcome.to_numpy(dtype=float)
    known = np.isfinite(values)
    if known.sum() < LEAST:
        return pd.DataFrame()
    members = ensemble.members
    correlation, half, chance = rank_shares(members["position"].values[known], values[known], int(str(ensemble.identity["seed"])))
    table = pd.DataFrame(
        {name: members[f"series_{name}"].values.astype(str) for name in ("driver", "grade", "subject", "parameter", "item")}
        | {"correlation": correlation, "half": half}, index=members["series"].values.astype(str),
    )  # fmt: skip
    narrowing = {str(grade): 1 - min(1.0, np.log(factors[better]) / np.log(factor)) ** 2 if factor > 1 else 0.0
                 for grade, factor in factors.items()}  # fmt: skip
    table["share"] = table["correlation"] ** 2
    table["gain"] = table["share"] * table["grade"].map(narrowing)
    return table[table["correlation"].abs() > chance].sort_values("gain", ascending=False)
