"""The history of every line in a result: where it stands, what happens to it, its retrofits, production and emissions."""

from typing import Any

import numpy as np

from model.solution import flat_values
from model.store import Stored


def line_histories(stored: Stored) -> dict[str, dict[str, Any]]:
    """Line -> ``stands``, ``fits``, and by year ``made``, ``capacity`` (listed, standing) and ``emission`` (10 kt CO2e).

    ``stands``: configuration, first and last position of a year, kind and arc of the move that led there; ``fits``: measure,
    first and last position.
    """
    result, inputs = stored.result, stored.inputs
    on, move, fit, measures = result["on"].values, result["move"].values, result["fit"].values, result["measure"].values.tolist()
    emission = result["line_emission"].sum("source").values
    capacity = _by_line(stored, on, inputs["capacity"].values * inputs["standing"].values)
    made = result["make"].values.sum(axis=1)
    configurations, arcs, kinds = result["configuration"].values.tolist(), result["arc"].values.tolist(), inputs["arc_kind"].values.tolist()
    histories: dict[str, dict[str, Any]] = {}
    for place, line in enumerate(result["line"].values.tolist()):
        histories[line] = {
            "stands": _stands(_spells(on[place], configurations), move[place], arcs, kinds),
            "fits": _spells(fit[place], measures),
            "made": made[place].tolist(),
            "capacity": capacity[place].tolist(),
            "emission": emission[place].tolist(),
        }
    return histories


def _by_line(stored: Stored, on: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Sum over a line's configurations of what stands, weighted."""
    inputs = stored.inputs
    flat = flat_values(stored.result, inputs, "on") * weight[:, None]
    places = {line: place for place, line in enumerate(stored.result["line"].values.tolist())}
    summed = np.zeros((on.shape[0], on.shape[2]))
    np.add.at(summed, [places[line] for line in inputs["state_line"].values.tolist()], flat)
    return summed


def _spells(values: np.ndarray, labels: list[str]) -> list[list[Any]]:
    """Runs of ones per label: label, first and last position."""
    spells: list[list[Any]] = []
    for place in np.flatnonzero(values.max(axis=1) > 0.5):
        marks = np.flatnonzero(np.diff(np.concatenate([[0], (values[place] > 0.5).astype(int), [0]])))
        spells += [[labels[place], int(first), int(end) - 1] for first, end in zip(marks[::2], marks[1::2], strict=True)]
    return sorted(spells, key=lambda spell: (spell[1], spell[0]))


def _stands(spells: list[list[Any]], move: np.ndarray, arcs: list[str], kinds: list[str]) -> list[list[Any]]:
    """Where a line stands, with the move at the start of each spell ('' and '' for the first)."""
    for spell in spells:
        taken = np.flatnonzero(move[:, spell[1]] > 0.5)
        spell += [kinds[taken[0]], arcs[taken[0]]] if len(taken) and spell[1] else ["", ""]
    return spells
