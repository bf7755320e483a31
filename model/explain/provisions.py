"""What a scenario asks and allows, as provisions: a clause, a supply, a budget; each knows its rows and how they are relaxed."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import xarray as xr
from scipy import sparse

from model.handover import Matrix

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]

FLOORS = (
    "value_target", "production_floor", "utilisation_floor", "benchmark_share", "route_share", "green_power_share",
    "growth_least", "demand", "minimum_load",
)  # fmt: skip
"""Families that ask for at least so much: relaxed, their value falls. The value of all others rises."""
RATIOS = ("utilisation_floor", "benchmark_share", "route_share", "green_power_share", "energy_intensity")
"""Families whose value is a share of something that is decided; their rows are relaxed in units of that."""
SWITCHES = ("no_new_capacity", "baseline_reached", "new_at_benchmark", "end_of_life")
"""Families without a number of their own that a scenario could set: kept or not."""
BY_CLAUSE = (
    "capacity_cap", "no_new_capacity", "value_target", "production_floor", "utilisation_floor", "benchmark_share", "route_share",
    "green_power_share", "energy_intensity",
)  # fmt: skip
"""Rules whose index starts with the clause and ends with the year."""
CLAUSES = (*BY_CLAUSE, "replacement", "baseline_reached", "new_at_benchmark")
"""Families that are clauses of the plan; the others are facts and choices of the scenario."""

STANDS = "stands_to_make"
"""Further rows: a line that does not stand makes nothing, whatever availability becomes."""


@dataclass
class Provision:
    """One thing that a scenario asks or allows.

    ``value`` is what it says by year (model unit; NaN where it says nothing), ``size`` what a relaxation is measured
    against, ``most`` the largest relaxation that has a meaning. ``rows``, ``years`` (positions) and ``weights`` say by how
    much a relaxation of 1 in a year loosens each row. ``single``: one number stands for all years.
    ``subjects`` are ids of a clause, of segments, goods, groups or lines; '' for a budget.
    """

    family: str
    subjects: tuple[str, ...]
    value: Floats
    size: Floats
    most: Floats
    single: bool = False
    rows: list[int] = field(default_factory=list)
    years: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    @property
    def clause(self) -> bool:
        """Is it a clause of the plan (rather than a fact or a choice of the scenario)?"""
        return self.family in CLAUSES

    @property
    def sign(self) -> int:
        """Does its value rise (1) or fall (-1) when it is relaxed?"""
        return -1 if self.family in FLOORS else 1

    def add(self, row: int, year: int, weight: float = 1.0) -> None:
        """A row that it states."""
        self.rows.append(row)
        self.years.append(year)
        self.weights.append(weight)


def joined(provisions: list[Provision]) -> Provision:
    """Several provisions of one family as one, relaxed together by the same amount."""
    first = provisions[0]
    return replace(
        first,
        subjects=tuple(name for one in provisions for name in one.subjects),
        value=np.sum([one.value for one in provisions], axis=0),
        most=np.min([one.most for one in provisions], axis=0),
        single=all(one.single for one in provisions),
        rows=[row for one in provisions for row in one.rows],
        years=[year for one in provisions for year in one.years],
        weights=[weight for one in provisions for weight in one.weights],
    )


class Register:
    """Gathers the provisions of a compiled problem, and adds the rows without which bounds could not be relaxed."""

    def __init__(self, problem: xr.Dataset, matrix: Matrix, undated: frozenset[tuple[str, str]]) -> None:
        self.problem, self.matrix, self.undated = problem, matrix, undated
        self.year = {int(year): place for place, year in enumerate(problem["year"].values)}
        self.position = {dim: {str(name): n for n, name in enumerate(problem[dim].values)} for dim in
                         ("clause", "segment", "good", "group", "account", "line")}  # fmt: skip
        self.states = {pair: n for n, pair in enumerate(zip(problem["state_line"].values.tolist(),
                                                            problem["state_configuration"].values.tolist(), strict=True))}  # fmt: skip
        self.group_of = dict(zip(problem["line"].values.tolist(), problem["line_group"].values.tolist(), strict=True))
        self.found: dict[tuple[str, str], Provision] = {}
        self._more: list[tuple[list[int], list[float], float, str]] = []
        self._columns = {name: number for number, name in enumerate(matrix.columns) if name[0] in ("buy", "sell", "on", "make")}

    def of(self, name: str) -> Floats:
        """An array of the problem."""
        values: Floats = self.problem[name].values
        return values

    def provision(self, family: str, subject: str, value: Floats | float, size: Floats | float, most: Floats | float = np.inf) -> Provision:
        """The provision of a family about a subject, made when it is first met."""
        if (family, subject) not in self.found:
            shape = (len(self.year),)
            by_year = [np.broadcast_to(np.asarray(part, dtype=float), shape).copy() for part in (value, size, most)]
            subjects, single = (subject,) if subject else (), (family, subject) in self.undated
            self.found[family, subject] = Provision(family, subjects, by_year[0], by_year[1], by_year[2], single)
        return self.found[family, subject]

    def read(self) -> None:
        """Walk through the rows, then through the bounds that a fact sets."""
        switches = {"baseline_reached": self._clauses_of("baseline_reached"), "new_at_benchmark": self._clauses_of("new_at_benchmark")}
        for number, (rule, index) in enumerate(self.matrix.rows):
            if rule in BY_CLAUSE:
                self._clause(rule, str(index[0])).add(number, self.year[index[-1]])
            elif rule in switches:
                year = self.year[index[-1]]
                for clause in switches[rule][year]:
                    self._clause(rule, clause).add(number, year)
            elif hasattr(self, f"_{rule}"):
                getattr(self, f"_{rule}")(number, index)
        self._bounds("supply", "buy")
        self._bounds("sales", "sell")

    def _clauses_of(self, rule: str) -> list[list[str]]:
        """Clauses of a rule that bind, by year."""
        chosen = (self.of("clause_rule") == rule)[:, None] & ~np.isnan(self.of("clause_value"))
        names = self.of("clause").tolist()
        return [[names[n] for n in np.flatnonzero(column)] for column in chosen.T]

    def _clause(self, rule: str, clause: str) -> Provision:
        place = self.position["clause"][clause]
        value = self.of("clause_value")[place]
        size = self.of("clause_scale")[place] if rule not in SWITCHES else np.ones(len(value))
        if rule == "no_new_capacity":
            value = np.full(len(value), self.of("base_capacity")[self.position["group"][str(self.of("clause_subject")[place])]])
        return self.provision(rule, clause, value, np.where(np.nan_to_num(size) > 0, size, 1.0))

    def _replacement(self, number: int, index: tuple[str, int, int]) -> None:
        account, year = self.position["account"][index[0]], self.year[index[-1]]
        lines = self.of("step_line")[np.isin(self.of("step_arc"), self.of("arc")[self.of("arc_debits") == index[0]])].tolist()
        groups = {self.position["group"][self.group_of[line]] for line in lines}
        size = max(1.0, *(float(self.of("base_capacity")[group]) for group in groups))
        chosen = (self.of("clause_rule") == "replacement") & (self.of("clause_subject") == index[0])
        for clause in self.of("clause")[chosen & ~np.isnan(self.of("clause_value")[:, year])].tolist():
            self.provision("replacement", clause, self.of("endowment")[account], size).add(number, year)

    def _growth_most(self, number: int, index: tuple[str, int]) -> None:
        self._growth("growth_most", "most", number, index, np.inf)

    def _growth_least(self, number: int, index: tuple[str, int]) -> None:
        self._growth("growth_least", "least", number, index, 1.0)

    def _growth(self, family: str, name: str, number: int, index: tuple[str, int], most: float) -> None:
        """Limits of a segment's output, relaxed by a share of the limit."""
        value, year = self.of(name)[self.position["segment"][index[0]]], self.year[index[1]]
        if year:
            self.provision(family, index[0], value, 1.0, most).add(number, year, max(float(value[year]), 1e-6))

    def _balance(self, number: int, index: tuple[str, int]) -> None:
        demand, year = self.of("demand")[self.position["good"][index[0]]], self.year[index[1]]
        if year and demand[year] > 0:
            provision = self.provision("demand", index[0], demand, np.maximum(demand, 1.0), demand)
            provision.add(number, year, self.matrix.matrix[number, self._columns[("buy", index)]])

    def _most_production(self, number: int, index: tuple[str, str, int]) -> None:
        """Availability of a group, relaxed by a share of listed capacity; a line that does not stand still makes nothing."""
        line, configuration, moment = index
        state, year = self.states[line, configuration], self.year[moment]
        capacity, available = float(self.of("capacity")[state]), self.of("availability")[state]
        if capacity <= 0 or not all((name, index) in self._columns for name in ("make", "on")):
            return
        provision = self.provision("availability", self.group_of[line], available, 1.0, 0.0)
        provision.most[year] = max(provision.most[year], 1.0 - available[year])
        provision.add(number, year, capacity)
        columns = [self._columns[name, index] for name in ("make", "on")]
        self._more.append((columns, [1.0, -capacity * max(1.0, float(available[year]))], 0.0, STANDS))

    def _least_production(self, number: int, index: tuple[str, str, int]) -> None:
        state, year = self.states[index[:2]], self.year[index[2]]
        load, capacity = float(self.of("minimum_load")[state]), float(self.of("capacity")[state])
        if load > 0 and capacity > 0:
            self.provision("minimum_load", index[1], load, 1.0, load).add(number, year, capacity)

    def _pace_of_moves(self, number: int, index: tuple[str, int]) -> None:
        self._pace("pace_moves", number, index)

    def _pace_of_retrofits(self, number: int, index: tuple[str, str, int]) -> None:
        self._pace("pace_retrofits", number, (index[0], index[2]))

    def _pace(self, family: str, number: int, index: tuple[str, int]) -> None:
        group, year = self.position["group"][index[0]], self.year[index[1]]
        reach = float(self.of("base_capacity")[group] * self.of("span")[year])
        self.provision(family, index[0], self.of(family)[group], 1.0).add(number, year, reach)

    def _yearly_budget_limit(self, number: int, index: int) -> None:
        budget, year = float(self.problem["yearly_budget"]), self.year[index]
        self.provision("yearly_budget", "", budget, max(budget, 1.0)).add(number, year, float(self.of("span")[year]))

    def _total_budget_limit(self, number: int, index: int) -> None:
        budget = float(self.problem["total_budget"])
        self.provision("total_budget", "", budget, max(budget, 1.0)).add(number, len(self.year) - 1)

    def _end_of_life(self, number: int, index: tuple[str, str, int]) -> None:
        self.provision("end_of_life", index[0], float(index[2]), 1.0).add(number, self.year[index[2]])

    def _bounds(self, family: str, variable: str) -> None:
        """What can be bought or sold, as rows in place of bounds."""
        first = self.matrix.matrix.shape[0]
        limits = self.of(family)
        for (name, index), column in self._columns.items():
            year = self.year[index[1]] if name == variable else 0
            limit = limits[self.position["good"][index[0]], year] if year else np.inf
            if np.isfinite(limit):
                values = limits[self.position["good"][index[0]]]
                self.provision(family, index[0], values, np.maximum(values, 1.0)).add(first + len(self._more), year)
                self._more.append(([column], [1.0], float(limit), family))

    def extended(self) -> Matrix:
        """The matrix with the further rows, and without the bounds that they stand for."""
        if not self._more:
            return self.matrix
        rows = sparse.lil_array((len(self._more), self.matrix.matrix.shape[1]))
        for place, (columns, values, _, _) in enumerate(self._more):
            rows[place, columns] = values
        upper = self.matrix.column_upper.copy()
        upper[[columns[0] for columns, _, _, name in self._more if name in ("supply", "sales")]] = np.inf
        most = np.array([limit for *_, limit, _ in self._more])
        names = [name for *_, name in self._more]
        return replace(self.matrix.with_rows(sparse.csr_array(rows), np.full(len(most), -np.inf), most, names), column_upper=upper)


def provisions_of(problem: xr.Dataset, matrix: Matrix, undated: frozenset[tuple[str, str]]) -> tuple[Matrix, list[Provision]]:
    """The compiled problem with every limit as a row, and its provisions; ``undated`` (family, subject) have one number for all years."""
    register = Register(problem, matrix, undated)
    register.read()
    return register.extended(), list(register.found.values())


def columns_of(provision: Provision) -> Iterator[tuple[int, list[int], list[float]]]:
    """Relaxations of a provision: the year's position (the last year where one number stands for all), rows, weights."""
    groups: dict[int, list[int]] = {}
    last = max(provision.years, default=0)
    for place, year in enumerate(provision.years):
        groups.setdefault(last if provision.single else year, []).append(place)
    for year, places in sorted(groups.items()):
        yield year, [provision.rows[place] for place in places], [provision.weights[place] for place in places]
