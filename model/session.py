"""One problem, or many of one structure, from arrays to certified plans; the one door through which analyses solve."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import sparse

from model.build import build, stages
from model.compile import compile_model
from model.decompose import solve_by_lines
from model.errors import InfeasibleError, SolverError
from model.examine import Certificate, Terms, examine, ledgers
from model.handover import Matrix
from model.language import told, told_all
from model.names import Goal, Method, Scope, Target
from model.scenario import Scenario, SolverOptions
from model.solution import column_numbers, columns_of, decisions, dense
from model.solve import Listener, Outcome, Relaxation, Start, silent, solve
from model.tolerances import INTEGRALITY

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cut:
    """A row over decisions that no rule of the plan asks for: ``lower <= sum of weight x decision <= upper``.

    ``weights`` holds arrays over the flat dims of decisions (``schema.DECISIONS``), 0 where a decision has no part.
    """

    name: str
    weights: Mapping[str, Floats]
    lower: float = -np.inf
    upper: float = np.inf


@dataclass(frozen=True)
class Ask:
    """What is asked of a problem.

    Attributes:
        goals: Stages of the objective in order (with the shortfall first where targets may be missed).
        boundary: Boundary of the emissions stage.
        closest: May targets be missed?
        keep: Share by which a later stage may spoil an earlier one.
        options: Gap, limits, threads and seed of the solver.
        limits: The most that an objective may be, in the unit of its stage's reported value.
        fixed: Decisions that are given: arrays over their flat dims, NaN where free.
        cuts: Further rows.
        aim: What the stage ``Goal.AIM`` minimises: the sum of weight x decision, arrays over flat dims as in ``Cut``.
    """

    goals: tuple[Goal, ...]
    boundary: Scope
    closest: bool
    keep: float = 0.0
    options: SolverOptions = field(default_factory=SolverOptions)
    limits: Mapping[Goal, float] = field(default_factory=dict)
    fixed: Mapping[str, Floats] = field(default_factory=dict)
    cuts: tuple[Cut, ...] = ()
    aim: Mapping[str, Floats] = field(default_factory=dict)


def ask_of(scenario: Scenario) -> Ask:
    """What a scenario asks."""
    return Ask(
        goals=tuple(stages(scenario.objectives, scenario.targets)),
        boundary=scenario.boundary,
        closest=scenario.targets is Target.CLOSEST,
        keep=scenario.keep,
        options=scenario.solver,
    )


@dataclass(frozen=True)
class Plan:
    """A certified answer: stages with value, bound and gap (``outcome``), decisions over flat dims, certificate."""

    problem: xr.Dataset
    ask: Ask
    matrix: Matrix
    outcome: Outcome
    flat: xr.Dataset
    certificate: Certificate

    @cached_property
    def result(self) -> xr.Dataset:
        """Decisions and ledgers as they are stored."""
        return dense(self.flat.merge(ledgers(self.problem, self.flat)).assign_attrs(self.problem.attrs))

    def value(self, goal: Goal) -> float:
        """Value of a stage at the answer."""
        return next(stage.value for stage in self.outcome.stages if stage.goal == goal)

    def bound(self, goal: Goal) -> float:
        """Proven bound of a stage."""
        return next(stage.bound for stage in self.outcome.stages if stage.goal == goal)


class Session:
    """Solves problems one after another; its relaxation stays in one instance of the solver."""

    def __init__(self) -> None:
        self.relaxation = Relaxation()

    def compiled(self, problem: xr.Dataset, ask: Ask) -> Matrix:
        """The problem's rules as arrays, every objective of the ask (and of its limits) included."""
        goals = [goal for goal in dict.fromkeys([*ask.goals, *ask.limits]) if goal is not Goal.AIM]
        return compile_model(build(problem, goals, ask.boundary, closest=ask.closest, lazy=True))

    def solve(self, problem: xr.Dataset, ask: Ask, listener: Listener = silent, start: Start | None = None) -> Plan:
        """Solve and certify; ``start`` (``Plan.outcome.start()`` of a like problem) makes it fast, and changes nothing that is proven.

        Raises ``InfeasibleError``, ``LimitError``, or ``SolverError`` where the examiner objects.
        """
        return self.solve_matrix(problem, self.compiled(problem, ask), ask, listener, start)

    def solve_matrix(self, problem: xr.Dataset, matrix: Matrix, ask: Ask, listener: Listener = silent, start: Start | None = None) -> Plan:
        """The same for a problem that is compiled already."""
        return certified(problem, matrix, ask, self.outcome(restricted(problem, matrix, ask), ask, listener, start))

    def outcome(self, matrix: Matrix, ask: Ask, listener: Listener = silent, start: Start | None = None) -> Outcome:
        """The solver's answer to a matrix that is restricted already, not yet examined."""
        if ask.options.method is Method.DECOMPOSE:
            return solve_by_lines(matrix, ask.goals, ask.options, ask.keep, listener)
        return solve(matrix, ask.goals, ask.options, ask.keep, listener, start, self.relaxation)


def start_of(problem: xr.Dataset, matrix: Matrix, flat: xr.Dataset) -> Start:
    """A start from the decisions of a stored plan (``solution.flatten``) of a like problem."""
    return Start(columns_of(problem, matrix, flat))


def restricted(problem: xr.Dataset, matrix: Matrix, ask: Ask) -> Matrix:
    """A compiled problem with the limits, cuts, fixed decisions and the aim of an ask.

    Raises ``InfeasibleError`` where a decision is fixed to what the problem never allows.
    """
    if ask.limits:
        rows = sparse.csr_array(np.array([matrix.objectives[f"objective_{goal}"] for goal in ask.limits]))
        most = np.array([limit - matrix.offsets[f"objective_{goal}"] for goal, limit in ask.limits.items()])
        matrix = matrix.with_rows(rows, np.full(len(most), -np.inf), most, [f"limit_{goal}" for goal in ask.limits])
    if not (ask.cuts or ask.fixed or ask.aim):
        return matrix
    numbers = column_numbers(problem, matrix)
    if ask.aim:
        row = _row(ask.aim, numbers, matrix.matrix.shape[1])
        matrix = replace(matrix, objectives=matrix.objectives | {"objective_aim": row}, offsets=matrix.offsets | {"objective_aim": 0.0})
    if ask.cuts:
        rows = np.array([_row(cut.weights, numbers, matrix.matrix.shape[1]) for cut in ask.cuts])
        limits = [np.array([getattr(cut, side) for cut in ask.cuts], dtype=float) for side in ("lower", "upper")]
        matrix = matrix.with_rows(sparse.csr_array(rows), limits[0], limits[1], [cut.name for cut in ask.cuts])
    for name, values in ask.fixed.items():
        if impossible(matrix, numbers[name], values).any():
            raise InfeasibleError(told("fixed_not_allowed", name=name))
        given = np.isfinite(values) & (numbers[name] >= 0)
        matrix = matrix.with_fixed(numbers[name][given], values[given])
    return matrix


def impossible(matrix: Matrix, numbers: npt.NDArray[np.int64], values: Floats) -> npt.NDArray[np.bool_]:
    """Which given values of a decision lie outside the bounds of its columns (``numbers``; -1: no column, always 0)."""
    low, high = (np.append(side, 0.0)[numbers] for side in (matrix.column_lower, matrix.column_upper))
    return np.asarray(np.isfinite(values) & ((values < low - INTEGRALITY) | (values > high + INTEGRALITY)))


def _row(weights: Mapping[str, Floats], numbers: Mapping[str, npt.NDArray[np.int64]], width: int) -> Floats:
    """Weights over decisions as a row over columns."""
    row = np.zeros(width)
    for name, own in weights.items():
        used = (own != 0) & (numbers[name] >= 0)
        row[numbers[name][used]] = own[used]
    return row


def certified(problem: xr.Dataset, matrix: Matrix, ask: Ask, outcome: Outcome) -> Plan:
    """The solver's answer as decisions, examined. Raises ``SolverError`` where the examiner objects."""
    flat = decisions(problem, matrix, outcome)
    values: dict[Goal, float] = {stage.goal: stage.value for stage in outcome.stages if stage.goal is not Goal.AIM}
    terms = Terms(list(values), ask.boundary, ask.closest, values)
    certificate = examine(problem, flat, terms)
    if not certificate.valid:
        raise SolverError(told("examiner_objects", why=told_all(certificate.reasons())))
    return Plan(problem, ask, matrix, outcome, flat, certificate)
