"""Which futures are solved: designs of the library SALib over the unit cube of a data folder's draws."""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np

from model.errors import Fault, InputError
from model.futures.draws import Draws, Floats
from model.language import told

LEVELS = 4
"""Levels of the Morris design: as its author recommends."""


class Method(StrEnum):
    """How futures are chosen."""

    LHS = "lhs"  # Latin hypercube: distributions, probabilities, regressions
    SOBOL = "sobol"  # Saltelli's design: shares of variance by driver
    MORRIS = "morris"  # trajectories: screening with few runs


@dataclass(frozen=True)
class Design:
    """Method, most members, and seed: together with the draws they fix every member."""

    method: Method
    samples: int
    seed: int

    def block(self, draws: Draws) -> int:
        """Members that belong together: a sensitivity estimate needs all of a block."""
        return {Method.LHS: 1, Method.SOBOL: len(draws.drivers) + 2, Method.MORRIS: len(draws.drivers) + 1}[self.method]

    def points(self, draws: Draws) -> Floats:
        """Points of the unit cube, (member, dim); no more than ``samples``, whole blocks only.

        Raises ``InputError`` where nothing is uncertain, or where fewer members are asked for than one design needs.
        """
        if not draws.facts:
            raise InputError([Fault("data", told("nothing_to_draw"))])
        block, least = self.block(draws), {Method.LHS: 1, Method.SOBOL: 2, Method.MORRIS: 2}[self.method]
        if self.samples < least * block:
            words = {"samples": self.samples, "method": self.method, "drivers": len(draws.drivers), "least": least * block}
            raise InputError([Fault("ensemble", told("samples_too_few", **words))])
        problem = problem_of(draws)
        if self.method is Method.LHS:
            from SALib.sample import latin

            single = {name: value for name, value in problem.items() if name != "groups"}
            return np.asarray(latin.sample(single, self.samples, seed=self.seed))
        if self.method is Method.SOBOL:
            from SALib.sample import sobol

            base = 2 ** int(np.log2(self.samples // block))
            drivers = {"num_vars": len(draws.drivers), "names": draws.drivers, "bounds": [[0.0, 1.0]] * len(draws.drivers)}
            shared = np.asarray(sobol.sample(drivers, base, calc_second_order=False, seed=self.seed))
            return np.hstack([shared, _own_terms(draws, base, block, self.seed)])
        from SALib.sample import morris

        return np.asarray(morris.sample(problem, self.samples // block, num_levels=LEVELS, seed=self.seed))


def _own_terms(draws: Draws, base: int, block: int, seed: int) -> Floats:
    """Own terms of Saltelli's design: each block has those of its first member, of its last, and mixtures by driver.

    They are drawn by chance, not from the Sobol sequence, whose pairs of distant dims are poor with few members.
    """
    first, last = np.random.default_rng(seed).random((2, base, len(draws.own)))
    found = np.repeat(first[:, None], block, axis=1)
    found[:, -1] = last
    for place, driver in enumerate(draws.drivers, start=1):
        own = np.array([draws.driver_of[name] == driver for name in draws.own], dtype=bool)
        found[:, place, own] = last[:, own]
    return found.reshape(base * block, -1)


def problem_of(draws: Draws) -> dict[str, Any]:
    """What SALib calls the problem: dims, their bounds, and the driver of each as its group."""
    return {"num_vars": len(draws.dims), "names": draws.dims, "bounds": [[0.0, 1.0]] * len(draws.dims), "groups": draws.groups}


def twins(values: Floats) -> np.ndarray:
    """For each member the first one with the very same facts: identical futures are solved once."""
    seen: dict[bytes, int] = {}
    return np.array([seen.setdefault(hashlib.sha256(row.tobytes()).digest(), place) for place, row in enumerate(values)], dtype=np.int64)
