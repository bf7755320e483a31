"""Lines of one shape: the same graph of configurations, the same measures and exclusions; their numbers side by side in arrays.

Axes of arrays: ``line`` (of the shape), ``configuration``, ``arc``, ``measure`` (of the shape) and ``year``.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from model.decompose.reading import Ints, Mask, Reader
from model.errors import SolverError
from model.handover import Floats
from model.language import told

MOST_SETS = 1 << 14
"""Most sets of measures that a configuration may carry."""


@dataclass
class Numbers:
    """What the rows of lines say, by (pair, year); of one shape by (line, pair, year).

    Attributes:
        start, end: Configuration at either end of each arc.
        least, most: Least and most production, by configuration.
        outage: Share of both that is lost in the year of an arc.
        share: Share of production that a measure covers.
        saving: Specific energy that each measure saves, the same in all years.
        need: Saving that a configuration must have; minus infinity where nothing is asked.
        gap: Saving that brings it to the benchmark; infinite where there is none.
    """

    start: Ints
    end: Ints
    least: Floats
    most: Floats
    outage: Floats
    share: Floats
    saving: Floats
    need: Floats
    gap: Floats


@dataclass
class Shape(Numbers):
    """Lines of one structure.

    Attributes:
        lines: Their numbers.
        columns: Column numbers by variable, (line, pair, year); -1 where there is none.
        initial: Configuration of the base year.
        sets: For each configuration the sets of measures that it may carry, (set, measure).
    """

    lines: Ints
    columns: dict[str, Ints]
    initial: int
    sets: list[Mask]

    @property
    def carries(self) -> Mask:
        """Which configuration carries which measure."""
        return np.array([members.any(axis=0) for members in self.sets])


@dataclass
class _Facts(Numbers):
    """Numbers of all lines, the configurations that carry each fit, and the fits of each line that exclude each other."""

    carriers: dict[int, set[int]]
    exclusions: dict[str, set[tuple[int, int]]]


def _facts(reader: Reader) -> _Facts:
    """What the rows of lines say."""
    steps, states = len(reader.axes["move"].pairs), len(reader.axes["on"].pairs)
    flow = reader.entries("configuration_flow")
    after = flow.of("on")
    row_state, row_sign = np.full(reader.rows.shape[0], -1), np.zeros(reader.rows.shape[0])
    late = np.full(reader.rows.shape[0], -1)
    np.maximum.at(late, after.row, after.year)
    last = after.year == late[after.row]
    row_state[after.row[last]], row_sign[after.row[last]] = after.pair[last], after.value[last]
    moves = flow.of("move")
    into = moves.value * row_sign[moves.row] < 0
    start, end = np.full(steps, -1), np.full(steps, -1)
    end[moves.pair[into]], start[moves.pair[~into]] = row_state[moves.row[into]], row_state[moves.row[~into]]
    producing = np.array([reader.axes["on"].place[pair] for pair in reader.axes["make"].pairs], dtype=np.int64)
    sides = {}
    outage = np.zeros((steps, len(reader.years)))
    for side, rule in (("least", "least_production"), ("most", "most_production")):
        found = reader.entries(rule)
        pair, year, _, _, value = reader.ratios(found, "make", "on")
        sides[side] = np.full((states, len(reader.years)), 0.0 if side == "least" else np.nan)
        sides[side][producing[pair], year] = value
        pair, year, step, _, value = reader.ratios(found, "make", "move")
        whole = sides[side][producing[pair], year]
        outage[step, year] = np.divide(-value, whole, out=np.zeros_like(value), where=whole != 0)
    pair, year, _, _, value = reader.ratios(reader.entries("fitted_production"), "fitted", "make")
    share = reader.spread("fitted", pair, year, value, 0.0)
    carriers: dict[int, set[int]] = defaultdict(set)
    pair, _, state, _, _ = reader.ratios(reader.entries("measure_host"), "fit", "on")
    for fit, where in set(zip(pair.tolist(), state.tolist(), strict=True)):
        carriers[fit].add(where)
    return _Facts(start, end, sides["least"], sides["most"], outage, share, *_levels(reader), carriers, _exclusions(reader))


def _levels(reader: Reader) -> tuple[Floats, Floats, Floats]:
    """Saving of each fit, saving that a state needs by year to be allowed, and to reach the benchmark."""
    matrix = reader.matrix
    saving = np.zeros(len(reader.axes["fit"].pairs))
    states = len(reader.axes["on"].pairs)
    need, gap = np.full((states, len(reader.years)), -np.inf), np.full((states, len(reader.years)), np.inf)
    for rules, head, into in ((("baseline_reached", "new_at_benchmark"), "on", need), (("benchmark_reached",), "benchmark", gap)):
        found = reader.entries(*rules)
        first, rest = found.of(head), found.of("fit")
        sign = np.zeros(reader.rows.shape[0])
        sign[first.row] = np.where(np.isfinite(matrix.lower[first.row]), 1.0, -1.0)
        saving[rest.pair] = rest.value * sign[rest.row]
        own = np.array([reader.axes["on"].place[pair] for pair in reader.axes[head].pairs], dtype=np.int64)[first.pair]
        side = np.where(sign[first.row] > 0, matrix.lower[first.row], -matrix.upper[first.row])
        asked = side - first.value * sign[first.row]
        (np.maximum if head == "on" else np.minimum).at(into, (own, first.year), asked)
    axis = reader.axes["benchmark"]
    row = np.zeros_like(axis.number, dtype=bool)
    for pair, key in enumerate(axis.pairs):
        row[pair] = (axis.number[pair] >= 0) & ~np.isfinite(gap[reader.axes["on"].place[key]])
        gap[reader.axes["on"].place[key]] = np.where(row[pair], -np.inf, gap[reader.axes["on"].place[key]])
    return saving, need, gap


def _exclusions(reader: Reader) -> dict[str, set[tuple[int, int]]]:
    """Pairs of fits that exclude each other, by line."""
    found = reader.entries("exclusive_measures")
    order = np.argsort(found.row, kind="stable")
    pairs = np.unique(found.pair[order].reshape(-1, 2), axis=0)
    by_line: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for first, second in pairs.tolist():
        by_line[str(reader.axes["fit"].pairs[first][0])].add((first, second))
    return by_line


def _sets(measures: int, carried: list[int], exclusions: set[tuple[int, int]]) -> Mask:
    """Every set of the carried measures that holds no two which exclude each other, the empty one first."""
    found: list[frozenset[int]] = [frozenset()]
    for measure in carried:
        barred = {other for pair in exclusions if measure in pair for other in pair}
        found += [members | {measure} for members in found if not members & barred]
        if len(found) > MOST_SETS:
            raise SolverError(told("too_many_sets", most=MOST_SETS))
    bits = np.zeros((len(found), measures), dtype=bool)
    for place, members in enumerate(found):
        bits[place, list(members)] = True
    return bits


def shapes(reader: Reader) -> tuple[list[Shape], list[str]]:
    """All lines by shape, and the lines in the order in which shapes number them."""
    facts = _facts(reader)
    names = list(dict.fromkeys(reader.axes["on"].lines()))
    members = {variable: _by_line(reader.axes[variable].lines()) for variable in reader.axes}
    groups: dict[Any, list[int]] = defaultdict(list)
    for number, name in enumerate(names):
        groups[_key(reader, facts, members, name)].append(number)
    return [_shape(reader, facts, members, names, np.array(lines)) for lines in groups.values()], names


def _by_line(lines: list[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for place, line in enumerate(lines):
        found[line].append(place)
    return found


def _key(reader: Reader, facts: _Facts, members: dict[str, dict[str, list[int]]], name: str) -> Any:
    """What lines of one shape have in common."""
    state = {pair: place for place, pair in enumerate(members["on"][name])}
    fit = {pair: place for place, pair in enumerate(members["fit"].get(name, []))}
    labels = tuple(tuple(reader.axes[variable].pairs[pair][1] for pair in members[variable].get(name, [])) for variable in reader.axes)
    arcs = tuple((state.get(int(facts.start[step]), -1), state.get(int(facts.end[step]), -1)) for step in members["move"].get(name, []))
    carried = tuple(tuple(sorted(state[where] for where in facts.carriers.get(pair, ()))) for pair in fit)
    barred = tuple(sorted((fit[first], fit[second]) for first, second in facts.exclusions.get(name, ())))
    base = tuple(reader.lower[reader.axes["on"].number[pair, 0]] > 0.5 for pair in state)
    return labels, arcs, carried, barred, base


def _shape(reader: Reader, facts: _Facts, members: dict[str, dict[str, list[int]]], names: list[str], lines: Ints) -> Shape:
    """The numbers of lines of one shape side by side."""
    first = names[lines[0]]
    pairs = {variable: np.array([members[variable].get(names[line], []) for line in lines], dtype=np.int64) for variable in reader.axes}
    labels = {variable: [reader.axes[variable].pairs[pair][1] for pair in members[variable].get(first, [])] for variable in reader.axes}
    years = len(reader.years)
    columns = {variable: reader.axes[variable].number[pairs[variable]].reshape(len(lines), -1, years) for variable in reader.axes}
    for variable in ("make", "benchmark"):  # by configuration
        wide = np.full_like(columns["on"], -1)
        wide[:, [labels["on"].index(label) for label in labels[variable]]] = columns[variable]
        columns[variable] = wide
    state = {pair: place for place, pair in enumerate(members["on"][first])}
    fit = {pair: place for place, pair in enumerate(members["fit"].get(first, []))}
    barred = {(fit[one], fit[other]) for one, other in facts.exclusions.get(first, ())}
    carried: list[list[int]] = [[] for _ in state]
    for pair, place in fit.items():
        for where in facts.carriers.get(pair, ()):
            carried[state[where]].append(place)
    sets = [_sets(len(fit), members_of, barred) for members_of in carried]
    steps = members["move"].get(first, [])
    ends = [np.array([state.get(int(side[step]), -1) for step in steps], dtype=np.int64) for side in (facts.start, facts.end)]
    initial = int(np.argmax(reader.lower[columns["on"][0, :, 0]]))
    made = np.where(columns["make"] >= 0, facts.most[pairs["on"]], 0.0)
    share = facts.share[pairs["fitted"]].reshape(len(lines), -1, years)
    return Shape(
        ends[0], ends[1], np.where(columns["make"] >= 0, facts.least[pairs["on"]], 0.0), made,
        facts.outage[pairs["move"]].reshape(len(lines), -1, years), share, facts.saving[pairs["fit"]].reshape(len(lines), -1),
        facts.need[pairs["on"]], facts.gap[pairs["on"]], lines, columns, initial, sets,
    )  # fmt: skip
