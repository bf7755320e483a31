"""What an ensemble says: distributions, chances of meeting clauses, how often each line acts, regret of a plan held fixed.

Pure functions from the members of an archive (lazy) and the stated problem to tables. All shares are of members with a plan;
``counts`` says how many have none, and why.
"""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr

from model.futures.member import SOLVED, Status
from model.futures.walls import WHOLE
from model.names import SOURCES_IN, Goal, Scope
from model.tolerances import ROW

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
NORMAL = 1.959964
"""Two-sided 95 % point of the normal distribution."""


@dataclass(frozen=True)
class Ensemble:
    """Members of an archive, the stated problem, and what the archive is of."""

    members: xr.Dataset
    inputs: xr.Dataset
    identity: dict[str, object]

    @property
    def scope(self) -> Scope:
        """Boundary of the emissions that the scenario's objective counts."""
        return Scope(json.loads(str(self.identity["scenario_json"]))["boundary"])

    def solved(self) -> np.ndarray:
        """Members that have a plan."""
        return np.isin(self.members["status"].values, [int(status) for status in SOLVED])


def counts(ensemble: Ensemble) -> pd.Series:
    """Members by status."""
    found = ensemble.members["status"].values
    return pd.Series({status.name.lower(): int((found == int(status)).sum()) for status in Status})


def walls(ensemble: Ensemble) -> pd.DataFrame:
    """Why futures have no plan: what would have to give first (``walls.wall``), in how many members, and by how much of its size.

    Columns ``family``, ``subject``, ``year``, ``members``, ``gives`` (median) and ``share`` of all members without any plan. A member
    in which only whole lines collide, and what gives was not found in time, counts under the family ``whole``.
    """
    status, why = ensemble.members["status"].values, ensemble.members["why"].values
    columns = ["family", "subject", "year", "gives"]
    rows = []
    for text in why[status == int(Status.INFEASIBLE)].tolist():
        words = bytes(text).decode("ascii").split(";")[0].split(" ")
        rows.append((*words[:2], int(words[2]), float(words[3])) if len(words) == len(columns) else (WHOLE, "-", 0, np.nan))
    table = pd.DataFrame(rows, columns=columns)
    found = table.groupby(columns[:3], sort=True)["gives"].agg(members="size", gives="median").reset_index()
    return found.assign(share=found["members"] / max(len(table), 1)).sort_values(
        "members", ascending=False, kind="stable", ignore_index=True
    )


def gaps(ensemble: Ensemble) -> pd.DataFrame:
    """Median and largest relative gap of each stage: what the answers below rest on."""
    found = ensemble.members["gap"].values[ensemble.solved()]
    asked = [str(goal) for goal, column in zip(Goal, found.T, strict=True) if np.isfinite(column).any()]
    columns = [list(map(str, Goal)).index(goal) for goal in asked]
    return pd.DataFrame(
        {"median": np.nanmedian(found[:, columns], axis=0) if len(found) else np.nan,
         "largest": np.nanmax(found[:, columns], axis=0) if len(found) else np.nan}, index=asked,
    )  # fmt: skip


def outcomes(ensemble: Ensemble) -> pd.DataFrame:
    """Outcomes of each member: the stages' values, and emissions inside the objective's boundary in the last year.

    Columns ``shortfall`` (only where targets may be missed), ``emissions`` and ``cost`` (where asked), ``last_emissions``; NaN
    without a plan. Emissions in 10 kt CO2e, cost in 100 million CNY.
    """
    members, solved = ensemble.members, ensemble.solved()
    table = pd.DataFrame(members["value"].values, columns=[str(goal) for goal in Goal])
    inside = np.isin(members["source"].values.astype(str), [str(source) for source in SOURCES_IN[ensemble.scope]])
    table["last_emissions"] = members["emission"].values[:, inside, -1].sum(axis=1)
    table.loc[~solved] = np.nan
    return table.dropna(axis=1, how="all")


def spread(table: pd.DataFrame) -> pd.DataFrame:
    """Mean, standard deviation and quantiles of each column over members with a plan."""
    found = table.dropna()
    shown = pd.DataFrame({"mean": found.mean(), "sd": found.std(ddof=1)})
    return shown.join(found.quantile(list(QUANTILES)).T.set_axis([f"q{round(100 * q)}" for q in QUANTILES], axis=1))


def fan(ensemble: Ensemble) -> pd.DataFrame:
    """Quantiles of emissions inside the objective's boundary by year, 10 kt CO2e."""
    inside = np.isin(ensemble.members["source"].values.astype(str), [str(source) for source in SOURCES_IN[ensemble.scope]])
    total = ensemble.members["emission"].values[:, inside].sum(axis=1)[ensemble.solved()]
    levels = [f"q{round(100 * q)}" for q in QUANTILES]
    values = np.quantile(total, QUANTILES, axis=0) if len(total) else np.full((len(QUANTILES), total.shape[1]), np.nan)
    return pd.DataFrame(values, index=levels, columns=ensemble.members["year"].values)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927)."""
    if not of:
        return np.nan, np.nan
    share, extra = hits / of, NORMAL**2 / of
    middle, half = share + extra / 2, NORMAL * np.sqrt(share * (1 - share) / of + extra / (4 * of))
    return float((middle - half) / (1 + extra)), float((middle + half) / (1 + extra))


def chances(ensemble: Ensemble) -> pd.DataFrame:
    """Every clause that binds in some year: share of members that meet it in its last such year, its 95 % interval, its slack.

    A hard clause is met wherever there is a plan; its slack says how tight it is (share of members in which it binds).
    """
    solved = ensemble.solved()
    slack, asked = (ensemble.members[name].values[solved] for name in ("slack", "asked"))
    rows = []
    for place, clause in enumerate(ensemble.members["clause"].values.astype(str).tolist()):
        own, size = slack[:, place], np.maximum(1.0, np.abs(asked[:, place]))
        known = np.isfinite(own)
        if not known.any():
            continue
        met = int((own[known] >= -ROW * size[known]).sum())
        binding = float((np.abs(own[known]) <= ROW * size[known]).mean())
        low, high = wilson(met, int(known.sum()))
        quantiles = np.quantile(own[known], (0.05, 0.5, 0.95))
        rows.append((clause, bool(ensemble.inputs["clause_target"].values[place]), met / known.sum(), low, high, binding, *quantiles))
    columns = ["clause", "target", "met", "met_low", "met_high", "binds", "slack_q5", "slack_q50", "slack_q95"]
    return pd.DataFrame(rows, columns=columns).set_index("clause")


def all_met(ensemble: Ensemble) -> float:
    """Share of members with a plan that meets every target at once (shortfall 0)."""
    targets = np.flatnonzero(ensemble.inputs["clause_target"].values)
    slack, asked = (ensemble.members[name].values[ensemble.solved()][:, targets] for name in ("slack", "asked"))
    known = np.isfinite(slack).any(axis=0)
    met = slack[:, known] >= -ROW * np.maximum(1.0, np.abs(asked[:, known]))
    return float(met.all(axis=1).mean()) if len(met) else np.nan


def acts(ensemble: Ensemble) -> pd.DataFrame:
    """How often each line takes each step or measure at all: line, kind, what, share of members, median year where taken."""
    solved, inputs = ensemble.solved(), ensemble.inputs
    years = inputs["year"].values
    kinds = dict(zip(inputs["arc"].values.astype(str), inputs["arc_kind"].values.astype(str), strict=True))
    rows = []
    for name, dim, what in (("move", "step", "arc"), ("install", "retrofit", "measure")):
        taken = ensemble.members[name].values[solved] > 0
        lines, labels = (inputs[f"{dim}_{half}"].values.astype(str) for half in ("line", what))
        for place in np.flatnonzero(taken.any(axis=(0, 2))):
            ever = taken[:, place].any(axis=1)
            when = years[taken[ever, place].argmax(axis=1)]
            kind = kinds[labels[place]] if dim == "step" else "retrofit"
            rows.append((lines[place], kind, labels[place], float(ever.mean()), int(np.median(when))))
    return pd.DataFrame(rows, columns=["line", "kind", "what", "share", "year"]).sort_values(["share", "line"], ascending=[False, True])


def regret(own: Ensemble, held: Ensemble) -> pd.DataFrame:
    """A held plan against each member's own optimum, by member: outcomes held less own; NaN where either has no plan.

    A negative difference of a later stage means that the held plan misses earlier ones by more: read the stages in order.
    """
    return outcomes(held).reindex(columns=outcomes(own).columns) - outcomes(own)


def failures(own: Ensemble, held: Ensemble) -> float:
    """Share of the members with a plan of their own in which the held plan cannot be carried out."""
    solved = own.solved()
    return float((~held.solved()[solved]).mean()) if solved.any() else np.nan
