"""Puts the problem together: labels of every dim, then the arrays of lines, measures, goods, segments, quota and clauses."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import xarray as xr

from model.contract import Account, Clause, Cluster, Companion, Configuration, Good, Group, Line, Measure, Named, Ratio, Segment, Transition
from model.errors import Faults
from model.facts import FactBook
from model.language import told
from model.names import Cost, Source
from model.problem.clauses import write_clauses
from model.problem.goods import write_goods
from model.problem.lines import write_lines
from model.problem.measures import write_measures
from model.problem.network import Network, build_network
from model.problem.places import place_of, places
from model.problem.quota import write_quota
from model.problem.segments import write_segments
from model.problem.sheet import Sheet
from model.scenario import Scenario
from model.tables import Tables

Activity = dict[str, dict[int, float]]


def _labels(tables: Tables, network: Network, scenario: Scenario) -> dict[str, Sequence[Any]]:
    def ids(kind: type[Named]) -> list[str]:
        return sorted(row.id for row in tables.of(kind))

    return {
        "year": list(scenario.years.all()),
        "state": list(network.states),
        "step": list(network.steps),
        "retrofit": list(network.fits),
        "line": list(network.lines),
        "configuration": list(network.configurations),
        "arc": list(network.arcs),
        "measure": list(network.measures),
        "good": list(places(tables)),
        "segment": ids(Segment),
        "cluster": ids(Cluster),
        "group": ids(Group),
        "sector": sorted({row.sector for row in tables.of(Group)}),
        "account": ids(Account),
        "clause": ids(Clause),
        "source": [str(source) for source in Source],
        "cost_item": [str(item) for item in Cost],
    }


def _text(values: list[str]) -> np.ndarray:
    return np.array(values, dtype=str) if values else np.array([], dtype="<U1")


def _coordinates(tables: Tables, network: Network, labels: dict[str, Sequence[Any]]) -> dict[str, xr.Variable]:
    """Labels, the two halves of each pair, and the relations between sets."""
    coordinates = {
        dim: xr.Variable((dim,), np.array(names) if dim == "year" else _text([str(name) for name in names]))
        for dim, names in labels.items()
        if dim not in ("state", "step", "retrofit")
    }
    halves = {"state": ("line", "configuration"), "step": ("line", "arc"), "retrofit": ("line", "measure")}
    for dim, (first, second) in halves.items():
        pairs = [(str(a), str(b)) for a, b in labels[dim]]
        coordinates[f"{dim}_{first}"] = xr.Variable((dim,), _text([a for a, _ in pairs]))
        coordinates[f"{dim}_{second}"] = xr.Variable((dim,), _text([b for _, b in pairs]))
    lines = list(network.lines.values())
    groups = {row.id: row for row in tables.of(Group)}
    on_site = {row.id for row in tables.of(Good) if row.on_site}
    made = [place_of(network.good_of(state), network.lines[state[0]].site, on_site) for state in network.states]
    coordinates |= {
        "line_group": xr.Variable(("line",), _text([row.group for row in lines])),
        "line_sector": xr.Variable(("line",), _text([groups[row.group].sector for row in lines])),
        "line_district": xr.Variable(("line",), _text([row.district or "" for row in lines])),
        "state_good": xr.Variable(("state",), _text(made)),
        "configuration_route": xr.Variable(("configuration",), _text([row.route for row in network.configurations.values()])),
        "arc_kind": xr.Variable(("arc",), _text([str(row.kind) for row in network.arcs.values()])),
        "arc_start": xr.Variable(("arc",), _text([row.start for row in network.arcs.values()])),
        "arc_end": xr.Variable(("arc",), _text([row.end for row in network.arcs.values()])),
        "arc_credits": xr.Variable(("arc",), _text([row.credits or "" for row in network.arcs.values()])),
        "arc_debits": xr.Variable(("arc",), _text([row.debits or "" for row in network.arcs.values()])),
        "segment_cluster": xr.Variable(("segment",), _text([row.cluster for row in sorted(tables.of(Segment), key=lambda r: r.id)])),
        "segment_chain": xr.Variable(("segment",), _text([row.chain or "" for row in sorted(tables.of(Segment), key=lambda r: r.id)])),
        "clause_rule": xr.Variable(("clause",), _text([row.rule for row in sorted(tables.of(Clause), key=lambda r: r.id)])),
        "clause_subject": xr.Variable(("clause",), _text([row.subject for row in sorted(tables.of(Clause), key=lambda r: r.id)])),
        "good_kind": xr.Variable(("good",), _text([_kind(tables, str(name)) for name in labels["good"]])),
    }
    # relations that are lists of pairs: which configuration carries a measure, what excludes what, who needs whom
    hosting = [(n, line, k) for n, (line, measure) in enumerate(network.fits) for k in network.hosts[(line, measure)]]
    coordinates["host_retrofit"] = xr.Variable(("host",), np.array([n for n, _, _ in hosting], dtype=int))
    coordinates["host_configuration"] = xr.Variable(("host",), _text([k for _, _, k in hosting]))
    excluded = [(line, a, b) for line, a in network.fits for b in network.measures[a].excludes if (line, b) in network.hosts]
    coordinates |= {
        "exclusion_line": xr.Variable(("exclusion",), _text([line for line, _, _ in excluded])),
        "exclusion_first": xr.Variable(("exclusion",), _text([a for _, a, _ in excluded])),
        "exclusion_second": xr.Variable(("exclusion",), _text([b for _, _, b in excluded])),
    }
    known = set(network.states)
    bonds = [row for row in tables.of(Companion) if (row.line, row.configuration) in known and (row.host, row.host_configuration) in known]
    coordinates |= {
        "companion_line": xr.Variable(("companion",), _text([row.line for row in bonds])),
        "companion_configuration": xr.Variable(("companion",), _text([row.configuration for row in bonds])),
        "companion_host": xr.Variable(("companion",), _text([row.host for row in bonds])),
        "companion_host_configuration": xr.Variable(("companion",), _text([row.host_configuration for row in bonds])),
    }
    return coordinates


def _kind(tables: Tables, place: str) -> str:
    kinds = {row.id: str(row.kind) for row in tables.of(Good)}
    return kinds[place.split("@")[0]]


def _names(tables: Tables, coordinates: dict[str, xr.Variable]) -> dict[str, xr.Variable]:
    """Chinese and English names as coordinates beside the labels."""
    kinds: dict[str, type[Named]] = {
        "line": Line, "configuration": Configuration, "arc": Transition, "measure": Measure, "good": Good, "segment": Segment,
        "group": Group, "cluster": Cluster, "clause": Clause,
    }  # fmt: skip
    found: dict[str, xr.Variable] = {}
    for dim, kind in kinds.items():
        rows = {row.id: row for row in tables.of(kind)}
        labels = [str(name).split("@")[0] for name in coordinates[dim].values]
        found[f"{dim}_zh"] = xr.Variable((dim,), _text([rows[name].name_zh for name in labels]))
        found[f"{dim}_en"] = xr.Variable((dim,), _text([rows[name].name_en for name in labels]))
    return found


def assemble(tables: Tables, scenario: Scenario, activity: Activity | None = None) -> xr.Dataset:
    """The problem of a scenario on checked tables.

    ``activity`` fixes segment output (segment -> year -> 100M CNY). Raises ``InputError`` with all faults at once.
    """
    faults = Faults()
    book = FactBook(tables, scenario, faults)
    network = build_network(tables, scenario, faults)
    sheet = Sheet(_labels(tables, network, scenario))
    years = scenario.years.all()
    sheet.new("span")[:] = [0.0, *(later - earlier for earlier, later in pairwise(years))]
    write_lines(sheet, network, book, tables)
    write_measures(sheet, network, book, tables)
    write_goods(sheet, book, tables)
    write_segments(sheet, book, tables, activity)
    write_quota(sheet, network, book, [row.id for row in tables.of(Ratio)])
    write_clauses(sheet, book, tables, scenario, faults)
    sheet.arrays["yearly_budget"] = np.array(np.inf if scenario.budget.yearly is None else scenario.budget.yearly)
    sheet.arrays["total_budget"] = np.array(np.inf if scenario.budget.total is None else scenario.budget.total)
    _paces(sheet, scenario, faults)
    _lives(network, scenario, tables, faults)
    book.check_paths()
    faults.raise_all()
    coordinates = _coordinates(tables, network, sheet.labels)
    coordinates |= _names(tables, coordinates)
    problem = xr.Dataset(sheet.variables(), coords=coordinates)
    return problem.assign_attrs(
        scenario=scenario.name, title=scenario.title.en, title_zh=scenario.title.zh, scenario_json=scenario.canonical(),
        scenario_hash=scenario.digest(), data=tables.folder.name,
    )  # fmt: skip


def _lives(network: Network, scenario: Scenario, tables: Tables, faults: Faults) -> None:
    """A line that stands in the base year may not have ended before it."""
    first = scenario.years.first
    for number, row in tables.numbered(Line):
        ended = row.last_year is not None and row.last_year < first
        if ended and network.configurations[row.configuration].standing:
            faults.add("lines.csv", told("stands_too_long", line=row.id, year=first, last=row.last_year), number, "last_year")


def _paces(sheet: Sheet, scenario: Scenario, faults: Faults) -> None:
    """A scenario's own pace per group replaces the data's, for moves and retrofits alike."""
    for group, share in scenario.pace.items():
        if group not in sheet.position["group"]:
            faults.add("scenario", told("under_key", name="pace", why=told("key_unknown", name=group, where="groups.csv")), column="pace")
            continue
        for name in ("pace_moves", "pace_retrofits"):
            sheet.arrays[name][sheet.at("group", group)] = share
