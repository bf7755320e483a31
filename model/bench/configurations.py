"""Solver configurations as data: which solver, with which options on linear and on mixed-integer models.

HiGHS ignores integrality when its option ``solver`` is set, so mixed-integer models name the solver of their relaxations instead.
"""

import difflib
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec

import highspy

from model.errors import Fault, InputError
from model.language import told
from model.solve import silent_highs

Option = str | int | float | bool


@dataclass(frozen=True)
class Configuration:
    """A solver and its options.

    Attributes:
        name: What the user writes; goes into the column ``Solver``.
        solver: ``highs``, ``scip`` (by its own library), or Pyomo's name of another solver.
        linear: Options on linear models.
        mixed: Options on mixed-integer models; None where the method is for linear models only.
        install: How to get the solver if it is missing.
    """

    name: str
    solver: str = "highs"
    linear: Mapping[str, Option] = field(default_factory=dict)
    mixed: Mapping[str, Option] | None = field(default_factory=dict)
    install: str = "pip install highspy"


HIPO = told("hipo_needed")
CONFIGURATIONS = {
    item.name: item
    for item in (
        Configuration("highs"),
        Configuration("highs-simplex", linear={"solver": "simplex"}, mixed={"mip_lp_solver": "simplex"}),
        Configuration("highs-ipm", linear={"solver": "ipx"}, mixed={"mip_lp_solver": "ipx"}),
        Configuration("highs-hipo", linear={"solver": "hipo"}, mixed={"mip_lp_solver": "hipo"}, install=HIPO),
        Configuration("highs-pdlp", linear={"solver": "pdlp"}, mixed=None),
        Configuration("highs-nopresolve", linear={"presolve": "off"}, mixed={"presolve": "off"}),
        Configuration("highs-nosymmetry", mixed={"mip_detect_symmetry": False}),
        Configuration("highs-threads2", linear={"threads": 2, "parallel": "on"}, mixed={"threads": 2, "parallel": "on"}),
        Configuration("scip", "scip", install=told("scip_needed")),
        Configuration("cbc", "cbc", install="apt-get install coinor-cbc"),
        Configuration("glpk", "glpk", install="apt-get install glpk-utils"),
    )
}
PROGRAMS = {"cbc": "cbc", "glpk": "glpsol"}
"""Programs that Pyomo calls."""


def chosen(names: Sequence[str]) -> list[Configuration]:
    """Configurations by name, each once, in the order given; raises ``InputError`` for unknown ones."""
    faults = []
    for name in names:
        if name not in CONFIGURATIONS:
            near = difflib.get_close_matches(name, CONFIGURATIONS, 1)
            hint = told("did_you_mean", name=near[0]) if near else told("known_are", names=", ".join(CONFIGURATIONS))
            faults.append(Fault("--configs", told("configuration_unknown", name=name, hint=hint)))
    if faults or not names:
        raise InputError(faults or [Fault("--configs", told("no_configuration"))])
    return [CONFIGURATIONS[name] for name in dict.fromkeys(names)]


def lacking(configuration: Configuration) -> bool:
    """Is the solver, or one of the options, missing on this machine?"""
    if configuration.solver == "scip":
        return find_spec("pyscipopt") is None
    if configuration.solver != "highs":
        return shutil.which(PROGRAMS[configuration.solver]) is None
    highs = silent_highs()
    options = {**configuration.linear, **(configuration.mixed or {})}
    return any(highs.setOptionValue(name, value) != highspy.HighsStatus.kOk for name, value in options.items())
