"""Lines and transitions -> states a line can stand in and steps that it can take."""

from collections import defaultdict
from dataclasses import dataclass, field

from model.contract import Configuration, Line, Measure, Transition
from model.errors import Faults
from model.language import told
from model.names import ArcKind
from model.scenario import Scenario, Selection
from model.tables import Tables

State = tuple[str, str]


@dataclass
class Network:
    """The configuration graph, unrolled over lines: states (line, configuration), steps (line, arc), fits (line, measure)."""

    lines: dict[str, Line]
    configurations: dict[str, Configuration]
    arcs: dict[str, Transition]
    measures: dict[str, Measure]
    states: list[State] = field(default_factory=list)
    steps: list[tuple[str, str]] = field(default_factory=list)
    fits: list[tuple[str, str]] = field(default_factory=list)
    hosts: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    own: dict[str, set[str]] = field(default_factory=dict)
    """Per line, the configurations of its present equipment: the first one, and what repowering leads to."""

    def good_of(self, state: State) -> str:
        """The place (``good`` or ``good@site``) that a state makes, or ''."""
        return self.configurations[state[1]].good or ""


def _chosen(ids: list[str], selection: Selection, what: str, faults: Faults) -> set[str]:
    named = list(selection.forbid) + ([] if selection.allow == "all" else selection.allow)
    for name in named:
        if name not in ids:
            faults.add("scenario", told("under_key", name=what, why=told("key_unknown", name=name, where=f"{what}.csv")), column=what)
    allowed = ids if selection.allow == "all" else selection.allow
    return {name for name in ids if name in allowed and name not in selection.forbid}


def reach(start: str, arcs: list[Transition]) -> set[str]:
    """Configurations that the arcs lead to from ``start``, itself included."""
    reached, front = {start}, [start]
    while front:
        here = front.pop()
        for arc in arcs:
            if arc.start == here and arc.end not in reached:
                reached.add(arc.end)
                front.append(arc.end)
    return reached


def build_network(tables: Tables, scenario: Scenario, faults: Faults) -> Network:
    """Walk every line's graph from its first configuration; ids are sorted, so the order of rows never matters."""
    arcs = {row.id: row for row in tables.of(Transition)}
    allowed = _chosen(list(arcs), scenario.transitions, "transitions", faults)
    arcs = {key: row for key, row in sorted(arcs.items()) if key in allowed and row.kind not in scenario.transitions.forbid_kinds}
    measures = {row.id: row for row in tables.of(Measure)}
    usable = _chosen(list(measures), scenario.measures, "measures", faults)
    network = Network(
        lines={row.id: row for row in sorted(tables.of(Line), key=lambda row: row.id)},
        configurations={row.id: row for row in sorted(tables.of(Configuration), key=lambda row: row.id)},
        arcs=arcs,
        measures={key: row for key, row in sorted(measures.items()) if key in usable},
    )
    by_target: dict[str, list[Transition]] = defaultdict(list)
    for arc in arcs.values():
        for name in dict.fromkeys(arc.applies):
            by_target[name].append(arc)
    carriers: dict[str, list[str]] = defaultdict(list)
    for measure in network.measures.values():
        for configuration in measure.configurations:
            carriers[configuration].append(measure.id)
    for line in network.lines.values():
        moves = {arc.id: arc for arc in by_target[line.family] + by_target[line.id]}
        reached = reach(line.configuration, list(moves.values()))
        network.own[line.id] = reach(line.configuration, [arc for arc in moves.values() if arc.kind is ArcKind.REPOWER])
        network.states += [(line.id, name) for name in sorted(reached)]
        network.steps += [(line.id, key) for key in sorted(moves) if moves[key].start in reached]
        carried: dict[str, list[str]] = defaultdict(list)
        for name in sorted(reached):
            for measure_id in carriers[name]:
                carried[measure_id].append(name)
        for measure_id in sorted(carried):
            network.fits.append((line.id, measure_id))
            network.hosts[(line.id, measure_id)] = carried[measure_id]
    return network
