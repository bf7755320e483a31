"""What nearly optimal plans have in common: must, may or never, per line and decision; and the plans that differ most."""

from enum import StrEnum

import numpy as np
import xarray as xr

from model.alternatives.explore import Bits, Known, Terms
from model.names import SOURCES_IN, Scope


class Verdict(StrEnum):
    """What all plans inside the limits say of a decision; ``so far`` where the search did not end with a proof."""

    MUST = "must"
    MAY = "may"
    NEVER = "never"
    ALWAYS_SO_FAR = "always_so_far"
    NEVER_SO_FAR = "never_so_far"


def verdicts(bits: Bits, *, complete: bool) -> list[Verdict]:
    """The verdict on each decision (columns of ``bits``), from the plans that are known (rows)."""
    found = []
    for taken, always in zip(np.any(bits, axis=0).tolist(), np.all(bits, axis=0).tolist(), strict=True):
        if taken and not always:
            found.append(Verdict.MAY)
        elif always:
            found.append(Verdict.MUST if complete else Verdict.ALWAYS_SO_FAR)
        else:
            found.append(Verdict.NEVER if complete else Verdict.NEVER_SO_FAR)
    return found


def distances(bits: Bits) -> np.ndarray:
    """How many decisions differ between each two plans."""
    return np.asarray((bits[:, None, :] != bits[None, :, :]).sum(axis=2))


def study_of(problem: xr.Dataset, known: Known, terms: Terms, boundary: Scope) -> xr.Dataset:
    """The search as a Dataset: per plan its decisions, emissions and cost; per decision its verdict.

    Dims: plan, decision (line, kind and item as coordinates), and the flat dims of the stored decisions.
    """
    kinds = np.repeat(["transition", "measure"], [problem.sizes["step"], problem.sizes["retrofit"]])
    lines = np.concatenate([problem[f"{dim}_line"].values.astype(str) for dim in ("step", "retrofit")])
    items = np.concatenate([problem["step_arc"].values.astype(str), problem["retrofit_measure"].values.astype(str)])
    counted = [str(source) for source in SOURCES_IN[boundary]]
    span = problem["span"].values
    study = xr.Dataset(
        {
            "taken": (("plan", "decision"), known.bits),
            "verdict": ("decision", [str(verdict) for verdict in verdicts(known.bits, complete=known.complete)]),
            "emissions": ("plan", [float(flat["emission"].sel(source=counted).values.sum(axis=0) @ span) for flat in known.plans],
                          {"units": "10ktCO2e"}),
            "cost": ("plan", [float(flat["cost"].values.sum(axis=0) @ span) for flat in known.plans], {"units": "100M CNY"}),
        },
        coords={"line": ("decision", lines), "kind": ("decision", kinds), "item": ("decision", items)},
        attrs={"goal": str(terms.goal), "within": terms.within, "complete": int(known.complete)},
    )  # fmt: skip
    for name in known.plans[0].data_vars:
        array = known.plans[0][name]
        study[f"flat_{name}"] = (("plan", *array.dims), np.array([flat[name].values for flat in known.plans]))
    return study


def restored(study: xr.Dataset, like: xr.Dataset) -> Known:
    """A stored search, to go on from; ``like`` is a plan's decisions over flat dims."""
    plans = []
    for place in range(study.sizes["plan"]):
        arrays = {name: like[name].copy(data=study[f"flat_{name}"].values[place]) for name in like.data_vars}
        plans.append(xr.Dataset(arrays, coords=like.coords))
    return Known(tuple(plans), study["taken"].values.astype(bool), bool(study.attrs["complete"]))
