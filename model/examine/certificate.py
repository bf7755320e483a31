"""What a result claims and what the examiner found: the certificate that travels with every result."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from model.language import Told, recalled, told
from model.names import Goal, Scope
from model.tolerances import INTEGRALITY, OBJECTIVE, ROW


@dataclass(frozen=True)
class Terms:
    """What a result claims: stages in order, boundary of emissions, whether targets may be missed, value of each stage."""

    goals: list[Goal]
    boundary: Scope
    closest: bool
    values: dict[Goal, float]


@dataclass(frozen=True)
class Certificate:
    """What the examiner found.

    Attributes:
        violations: Largest violation of each rule, relative to max(1, sum of |terms| of the row).
        domains: Largest violation of each variable's bounds, relative to max(1, bound).
        integrality: Largest distance of a binary from 0 or 1.
        objectives: Reported and recomputed value of each stage.
        ledger: Largest relative residual of emission by source, of carbon, of each good's mass, of energy.
        faults: What makes the arrays unfit to be examined: missing, misaligned, not finite.
    """

    violations: dict[str, float] = field(default_factory=dict)
    domains: dict[str, float] = field(default_factory=dict)
    integrality: float = 0.0
    objectives: dict[Goal, tuple[float, float]] = field(default_factory=dict)
    ledger: dict[str, float] = field(default_factory=dict)
    faults: list[Told] = field(default_factory=list)

    @property
    def valid(self) -> bool:
        """Does everything hold within the project's tolerances?"""
        return not self.reasons()

    def reasons(self) -> list[Told]:
        """What fails, in words; empty if the result is valid."""
        return [*self.faults, *self._failures()]

    def _failures(self) -> Iterator[Told]:
        yield from _above("off_rule", self.violations, ROW)
        yield from _above("off_bounds", self.domains, ROW)
        yield from _above("off_binaries", {"": self.integrality}, INTEGRALITY)
        for goal, (reported, recomputed) in self.objectives.items():
            difference = abs(reported - recomputed) / max(1.0, abs(recomputed))
            if not difference <= OBJECTIVE:
                yield told("off_objective", goal=told(f"goal_{goal}"), reported=reported, recomputed=recomputed)
        yield from _above("off_ledger", self.ledger, ROW)

    def to_json(self) -> str:
        """The certificate as JSON; numbers that are not finite are written as text."""
        return json.dumps(
            {
                "valid": self.valid,
                "reasons": self.reasons(),
                "violations": _plain(self.violations),
                "domains": _plain(self.domains),
                "integrality": _number(self.integrality),
                "objectives": {str(goal): [_number(value) for value in pair] for goal, pair in self.objectives.items()},
                "ledger": _plain(self.ledger),
                "faults": [fault.record() for fault in self.faults],
            },
            allow_nan=False,
        )

    @classmethod
    def from_json(cls, text: str) -> "Certificate":
        """Read a certificate; ``valid`` and ``reasons`` are drawn anew from its numbers, not believed."""
        read = json.loads(text)
        return cls(
            violations={name: float(value) for name, value in read["violations"].items()},
            domains={name: float(value) for name, value in read["domains"].items()},
            integrality=float(read["integrality"]),
            objectives={Goal(goal): (float(pair[0]), float(pair[1])) for goal, pair in read["objectives"].items()},
            ledger={name: float(value) for name, value in read["ledger"].items()},
            faults=[recalled(fault) for fault in read["faults"]],
        )


def _above(key: str, found: Mapping[str, float], allowed: float) -> Iterator[Told]:
    """Name what is above its tolerance or not a number."""
    for name, value in found.items():
        if not value <= allowed:
            yield told(key, name=_ledger_name(name) if key == "off_ledger" else name, value=value, allowed=allowed)


def _ledger_name(name: str) -> Told:
    """What a residual of the ledgers is about, see ``ledgers.residuals``."""
    kind, _, subject = name.partition(" of ")
    return told(f"ledger_{kind}", name=subject) if subject else told(f"ledger_{name.partition(' ')[0]}_by_supply")


def _number(value: float) -> float | str:
    return float(value) if np.isfinite(value) else str(float(value))


def _plain(values: Mapping[str, float]) -> dict[str, float | str]:
    return {name: _number(value) for name, value in values.items()}
