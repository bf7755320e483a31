"""What each line costs by year: capital, fixed, variable, energy and feedstock at purchase prices, carbon."""

import numpy as np

from model.names import SOURCES_IN, Cost, GoodKind, Scope
from model.solution import flat_values
from model.store import Stored


def line_costs(stored: Stored) -> dict[str, dict[str, list[float]]]:
    """Line -> cost item -> by year, 100 million CNY of 2020; items that are nothing in every year are left out.

    Capital, fixed and variable cost of all lines add up to the ledger. Energy and feedstock are what a line uses (by-products count
    against it) at the price outside, so goods that pass between lines of the city are counted here and not in the ledger.
    """
    whole = {Cost.CAPITAL: _capital(stored), Cost.FIXED: _standing(stored), Cost.VARIABLE: _making(stored), **_goods(stored)}
    sources = np.isin(stored.result["source"].values, [str(source) for source in SOURCES_IN[Scope.ONE]])
    whole[Cost.CARBON] = stored.inputs["carbon_price"].values * stored.result["line_emission"].values[:, sources].sum(axis=1)
    lines = stored.result["line"].values.tolist()
    return {
        line: {str(item): values[place].tolist() for item, values in whole.items() if np.abs(values[place]).max(initial=0.0) > 1e-9}
        for place, line in enumerate(lines)
    }


def _by_line(stored: Stored, dim: str, values: np.ndarray) -> np.ndarray:
    """Sums over what belongs to a line: (line, year), from (state, step or retrofit; year)."""
    places = {line: place for place, line in enumerate(stored.result["line"].values.tolist())}
    summed = np.zeros((len(places), values.shape[1]))
    np.add.at(summed, [places[line] for line in stored.inputs[f"{dim}_line"].values.tolist()], values)
    return summed


def _decided(stored: Stored, name: str) -> np.ndarray:
    return flat_values(stored.result, stored.inputs, name)


def _capital(stored: Stored) -> np.ndarray:
    """Annuities of moves and retrofits, from their year on."""
    given = stored.inputs
    moves = given["step_annuity"].values[:, None] * _decided(stored, "move")
    fits = given["fit_annuity"].values[:, None] * _decided(stored, "install")
    yearly = _by_line(stored, "step", moves) + _by_line(stored, "retrofit", fits)
    yearly[:, 0] = 0.0  # what stood before the base year is sunk
    whole: np.ndarray = yearly.cumsum(axis=1)
    return whole


def _standing(stored: Stored) -> np.ndarray:
    return _by_line(stored, "state", stored.inputs["fixed"].values[:, None] * _decided(stored, "on"))


def _making(stored: Stored) -> np.ndarray:
    made = stored.inputs["variable"].values[:, None] * _decided(stored, "make")
    changed = stored.inputs["variable_change"].values[:, None] * _decided(stored, "fitted")
    whole: np.ndarray = _by_line(stored, "state", made) + _by_line(stored, "retrofit", changed)
    return whole


def _goods(stored: Stored) -> dict[Cost, np.ndarray]:
    """What lines use of goods at the price outside, energy apart from feedstock."""
    given = stored.inputs
    energy = np.isin(given["good_kind"].values, [str(GoodKind.FUEL), str(GoodKind.POWER)])
    found = {}
    for item, goods in ((Cost.ENERGY, energy), (Cost.FEEDSTOCK, ~energy)):
        price = np.nan_to_num(given["price"].values[goods], posinf=0.0)
        used = (given["use"].values[:, goods] @ price) * _decided(stored, "make")
        changed = (given["change"].values[:, goods] @ price) * _decided(stored, "fitted")
        found[item] = _by_line(stored, "state", used) + _by_line(stored, "retrofit", changed)
    return found
