r"""Which clause brought how many tonnes: Shapley values over groups of clauses.

.. math:: \\phi_i = \\sum_{S \\subseteq N \\setminus i} \\frac{|S|!\\,(n-|S|-1)!}{n!} \\left(v(S \\cup i) - v(S)\\right)

v(S) are the emissions of the plan that is best when only the clauses of S (and those that stand outside the game) bind.
The values sum to v(N) - v(0), exactly; a clause that changes nothing gets nothing. Few groups are enumerated; for many,
orders of the groups are drawn, and the standard error of their mean is shown.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import factorial

import numpy as np
import xarray as xr

from model.names import Goal
from model.session import Session
from model.solve import Listener, silent
from model.tradeoff.axes import amount, emissions
from model.tradeoff.clauses import binding, rule_of, without
from model.tradeoff.ground import Ground, resolved

Coalition = frozenset[str]
KINDS = {
    "caps": ("capacity_cap", "no_new_capacity"),
    "replacement": ("replacement",),
    "levels": ("new_at_benchmark", "baseline_reached", "benchmark_share"),
    "targets": ("value_target",),
    "shares": ("route_share", "green_power_share", "utilisation_floor", "production_floor", "energy_intensity"),
}
"""Groups of clauses by what they are about, and the rules of each."""


@dataclass(frozen=True)
class Value:
    """Worth of a coalition, and what the solver proved that it is not below."""

    worth: float
    bound: float


@dataclass(frozen=True)
class Game:
    """How coalitions are valued.

    Attributes:
        groups: Clauses of each player.
        lead: What every coalition's plan is best in: emissions, or cost (then emissions follow, as where nobody asks for them).
        hold_output: Is every segment's output kept as in the stored result, so that only technology may differ?
    """

    groups: Mapping[str, Sequence[str]]
    lead: Goal = Goal.EMISSIONS
    hold_output: bool = False


def kinds(problem: xr.Dataset) -> dict[str, list[str]]:
    """Binding clauses of a problem by what they are about; groups without any are left out."""
    found = {name: [clause for clause in binding(problem) if rule_of(problem, clause) in rules] for name, rules in KINDS.items()}
    return {name: clauses for name, clauses in found.items() if clauses}


def worth(base: Ground, game: Game, coalition: Coalition, session: Session, heard: Listener = silent) -> Value:
    """Emissions (10ktCO2e, all planning years) of the best plan when only a coalition's clauses of the game bind."""
    out = [clause for name, clauses in game.groups.items() if name not in coalition for clause in clauses]
    second = Goal.COST if game.lead is Goal.EMISSIONS else Goal.EMISSIONS
    first = (Goal.SHORTFALL,) if Goal.SHORTFALL in base.values else ()
    goals = (*first, Goal.EMISSIONS) if game.lead is Goal.EMISSIONS else (*first, game.lead, second)
    fixed = {"output": base.flat["output"].values} if game.hold_output else {}
    plan = resolved(base, without(base.problem, out), replace(base.ask, goals=goals, keep=0.0, fixed=fixed), session, heard)
    found = amount(emissions(base.problem, base.ask.boundary), plan.flat)
    return Value(found, min(plan.bound(Goal.EMISSIONS), found))


def coalitions(players: Sequence[str]) -> list[Coalition]:
    """All of them, the empty and the whole first."""
    inner = [frozenset(chosen) for size in range(1, len(players)) for chosen in combinations(players, size)]
    return list(dict.fromkeys([frozenset(), frozenset(players), *inner]))


def exact_values(players: Sequence[str], value: Callable[[Coalition], Value]) -> dict[str, tuple[float, float, float]]:
    """Value of each player, with the least and the most that the bounds of coalitions leave open."""
    count, found = len(players), {}
    for player in players:
        sums = np.zeros(3)
        for coalition in coalitions([other for other in players if other != player]):
            weight = factorial(len(coalition)) * factorial(count - len(coalition) - 1) / factorial(count)
            after, before = value(coalition | {player}), value(coalition)
            sums += weight * np.array([after.worth - before.worth, after.bound - before.worth, after.worth - before.bound])
        found[player] = (float(sums[0]), float(sums[1]), float(sums[2]))
    return found


def orders(players: Sequence[str], count: int, seed: int) -> list[list[str]]:
    """Orders drawn at random; the same for the same seed."""
    dice = np.random.default_rng(seed)
    return [[players[place] for place in dice.permutation(len(players))] for _ in range(count)]


def sampled_values(players: Sequence[str], drawn: Sequence[Sequence[str]], value: Callable[[Coalition], Value]) -> dict[str, np.ndarray]:
    """What each player brings in each order, when the players join one after the other."""
    brought: dict[str, list[float]] = {player: [] for player in players}
    for order in drawn:
        for place, player in enumerate(order):
            before, after = frozenset(order[:place]), frozenset(order[: place + 1])
            brought[player].append(value(after).worth - value(before).worth)
    return {player: np.array(values) for player, values in brought.items()}


def needed(players: Sequence[str], drawn: Sequence[Sequence[str]] | None) -> list[Coalition]:
    """Coalitions that must be valued: all, or those that the drawn orders pass."""
    if drawn is None:
        return coalitions(players)
    return list(
        dict.fromkeys([frozenset(), frozenset(players), *(frozenset(order[:at]) for order in drawn for at in range(1, len(order)))])
    )


def shapley(
    base: Ground,
    game: Game,
    drawn: Sequence[Sequence[str]] | None = None,
    earlier: xr.Dataset | None = None,
    session: Session | None = None,
    heard: Listener = silent,
) -> Iterator[xr.Dataset]:
    """Values of a game; yields after every coalition that is valued, those before it included.

    Args:
        base: A stored result.
        game: Its players and how coalitions are valued.
        drawn: Orders of the players; nothing: all coalitions are enumerated.
        earlier: Coalitions that are valued already.
        session: Solves; a new one by default.
        heard: Hears the solver.

    Yields:
        ``worth(coalition)``, ``bound(coalition)`` (10ktCO2e), ``member(coalition, player)``; at the end also ``value``,
        ``value_low``, ``value_high`` (what the solver's gaps leave open) or ``error`` (standard error) over ``player``.
    """
    players, solver = list(game.groups), session or Session()
    known = _restored(earlier, players)
    wanted = needed(players, drawn)
    for coalition in wanted:
        if coalition not in known:
            known[coalition] = worth(base, game, coalition, solver, heard)
            yield _study(known, players)
    study = _study(known, players)
    if drawn is None:
        values = exact_values(players, known.__getitem__)
        for place, name in enumerate(("value", "value_low", "value_high")):
            study[name] = ("player", [values[player][place] for player in players])
    else:
        brought = sampled_values(players, drawn, known.__getitem__)
        study["value"] = ("player", [brought[player].mean() for player in players])
        study["error"] = ("player", [_error(brought[player]) for player in players])
    yield study.assign_attrs(complete=1)


def _error(brought: np.ndarray) -> float:
    """Standard error of a mean; not a number for a single draw."""
    return float(brought.std(ddof=1) / np.sqrt(len(brought))) if len(brought) > 1 else np.nan


def _study(known: Mapping[Coalition, Value], players: Sequence[str]) -> xr.Dataset:
    arrays = {name: ("coalition", np.array([getattr(value, name) for value in known.values()])) for name in ("worth", "bound")}
    member = np.array([[player in coalition for player in players] for coalition in known], dtype=bool).reshape(len(known), len(players))
    return xr.Dataset(arrays | {"member": (("coalition", "player"), member)}, coords={"player": list(players)}, attrs={"complete": 0})


def _restored(earlier: xr.Dataset | None, players: Sequence[str]) -> dict[Coalition, Value]:
    if earlier is None:
        return {}
    sets = [frozenset(player for player, inside in zip(players, row, strict=True) if inside) for row in earlier["member"].values]
    return {key: Value(*pair) for key, pair in zip(sets, zip(earlier["worth"].values, earlier["bound"].values, strict=True), strict=True)}
