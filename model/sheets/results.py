"""Tables of one result, long and tidy: a row for each number or decision, with identifiers and names in both languages.

Each function takes the labels of a result and returns rows in the order of its ``Column`` tuple; every row begins with the scenario.
"""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from model.analysis import clause_units, decisions_taken, limits
from model.names import SOURCES_IN, Scope
from model.sheets.book import Column, Value
from model.sheets.labels import Labels, Pair, unit_pair, worded
from model.solution import flat_values
from model.units import UNITS, read_names

Rows = list[tuple[Value, ...]]
TONNES, MONEY, ENERGY, COAL = (read_names()[unit] for unit in ("10ktCO2e", "100M CNY", "TJ", "10k tce"))
NUMBER = "#,##0.0"


FORMS = {"year": "0", "utilisation": "0.0%"} | dict.fromkeys(("asked", "reached", "shortfall"), "#,##0.000")
FORMS |= dict.fromkeys(("capacity", "cap", "production", "bought", "sold", "made", "slack"), NUMBER)
"""Number formats of columns without a unit of their own."""


def columns(keys: str, **units: Pair) -> tuple[Column, ...]:
    """Columns by key, keys separated by blanks; ``units`` gives the units of number columns that have one and the same in every row."""
    return tuple(Column(key, units.get(key, ("", "")), NUMBER if key in units else FORMS.get(key, "General")) for key in keys.split())


EMISSIONS = columns(
    "scenario year part_zh part_en id name_zh name_en source_zh source_en boundary_zh boundary_en emission", emission=TONNES
)
DECISIONS_MADE = columns(
    "scenario year line line_zh line_en district_zh district_en group_zh group_en kind_zh kind_en id name_zh name_en investment",
    investment=MONEY,
)
LINES = columns(
    "scenario line line_zh line_en district_zh district_en group_zh group_en year configuration configuration_zh configuration_en "
    "capacity production unit_zh unit_en emission measures_zh measures_en",
    emission=TONNES,
)
CAPACITY = columns("scenario group group_zh group_en year capacity cap production unit_zh unit_en utilisation")
ENERGY_USE = columns("scenario year id name_zh name_en energy coal_equivalent", energy=ENERGY, coal_equivalent=COAL)
GOODS = columns("scenario good name_zh name_en year bought sold made unit_zh unit_en")
OUTPUT = columns("scenario segment name_zh name_en cluster_zh cluster_en year output value_added", output=MONEY, value_added=MONEY)
COSTS = columns("scenario year id name_zh name_en cost", cost=MONEY)
CLAUSES = columns(
    "scenario clause name_zh name_en kind_zh kind_en year asked reached shortfall unit_zh unit_en place wording_zh wording_en"
)
RUN = columns("scenario part item value")
LEVERS = columns("scenario item value")


def _years(labels: Labels) -> list[int]:
    return [int(year) for year in labels.inputs["year"].values]


def _boundary(source: str) -> Pair:
    """The narrowest boundary that a source of emissions is part of."""
    scope = next(scope for scope in (Scope.ONE, Scope.TWO, Scope.THREE) if source in SOURCES_IN[scope])
    return worded(f"row_{scope}", scope)


def emissions(labels: Labels) -> Rows:
    """Every emission by line sector, segment or bought good, by source and year; the rows of a year add up to all scopes."""
    result, years = labels.stored.result, _years(labels)
    sources = [str(source) for source in result["source"].values]
    rows: Rows = []

    def add(part: str, label: str, names: Pair, values: np.ndarray) -> None:
        for source, year in zip(*np.nonzero(values), strict=True):
            kind = sources[source]
            rows.append(
                (
                    labels.scenario,
                    years[year],
                    *worded(f"part_{part}", part),
                    label,
                    *names,
                    *worded(f"source_{kind}", kind),
                    *_boundary(kind),
                    float(values[source, year]),
                )
            )

    for place, sector in enumerate(result["sector"].values.tolist()):
        add("lines", sector, worded(f"sector_{sector}", sector), result["sector_emission"].values[place])
    for place, segment in enumerate(result["segment"].values.tolist()):
        add("segments", segment, labels.of("segment", segment), result["segment_emission"].values[place])
    imports = sources.index("imports")
    for place, good in enumerate(result["good"].values.tolist()):
        values = np.zeros((len(sources), len(years)))
        values[imports] = result["import_emission"].values[place]
        add("goods", good, labels.of("good", good), values)
    return rows


def decisions(labels: Labels) -> Rows:
    """Moves and retrofits by year and line, with the cash they take."""
    inputs = labels.inputs
    cash: dict[tuple[str, str, str], float] = {}
    for pair, what, money in (("step", "arc", "step_cash"), ("retrofit", "measure", "fit_cash")):
        keys = zip(inputs[f"{pair}_line"].values.tolist(), inputs[f"{pair}_{what}"].values.tolist(), strict=True)
        cash |= {(pair, *key): value for key, value in zip(keys, inputs[money].values.tolist(), strict=True)}
    rows: Rows = []
    for item in decisions_taken(labels.stored.result, inputs):
        pair, dim = ("retrofit", "measure") if item.kind == "retrofit" else ("step", "arc")
        rows.append((labels.scenario, item.year, item.line, *labels.of("line", item.line), *labels.place_of(item.line),
                     *labels.of("group", labels.group_of(item.line)), *worded(f"kind_{item.kind}", item.kind), item.what,
                     *labels.of(dim, item.what), cash[(pair, item.line, item.what)]))  # fmt: skip
    return rows


def lines(labels: Labels) -> Rows:
    """Each line in each year: how it stands, its listed capacity, production, emissions (scopes 1 and 2) and measures in place."""
    result, inputs = labels.stored.result, labels.inputs
    on, make = flat_values(result, inputs, "on"), flat_values(result, inputs, "make")
    listed = inputs["capacity"].values * inputs["standing"].values
    emitted = dict(zip(result["line"].values.tolist(), result["line_emission"].sum("source").values, strict=True))
    fit = dict(zip(result["line"].values.tolist(), result["fit"].values, strict=True))
    measures, years = result["measure"].values.tolist(), _years(labels)
    states = list(zip(inputs["state_line"].values.tolist(), inputs["state_configuration"].values.tolist(), strict=True))
    rows: Rows = []
    for state, year in zip(*np.nonzero(on > 0.5), strict=True):
        line, configuration = states[state]
        group = labels.group_of(line)
        placed = [labels.of("measure", measures[at]) for at in np.flatnonzero(fit[line][:, year] > 0.5)]
        rows.append((labels.scenario, line, *labels.of("line", line), *labels.place_of(line), *labels.of("group", group),
                     years[year], configuration, *labels.of("configuration", configuration), float(listed[state]),
                     float(make[state, year]), *labels.units[f"group:{group}"], float(emitted[line][year]),
                     "；".join(zh for zh, _ in placed), "; ".join(en for _, en in placed)))  # fmt: skip
    return sorted(rows, key=lambda row: (str(row[1]), int(row[8] or 0)))


def capacity(labels: Labels) -> Rows:
    """Each group in each year: listed capacity, its cap where one binds, production, production over capacity."""
    result, inputs = labels.stored.result, labels.inputs
    caps = {}
    for place, (rule, subject) in enumerate(zip(inputs["clause_rule"].values, inputs["clause_subject"].values, strict=True)):
        if rule == "capacity_cap":
            caps[str(subject)] = inputs["clause_value"].values[place]
    years, listings, production = _years(labels), result["listed_capacity"].values, result["production"].values
    rows: Rows = []
    for place, group in enumerate(result["group"].values.tolist()):
        for at, year in enumerate(years):
            listed, made = float(listings[place, at]), float(production[place, at])
            cap = float(caps[group][at]) if group in caps else np.nan
            rows.append((labels.scenario, group, *labels.of("group", group), year, listed, cap, made, *labels.units[f"group:{group}"],
                         made / listed if listed > 0 else None))  # fmt: skip
    return rows


def energy(labels: Labels) -> Rows:
    """Energy use of lines and segments by calorific and by equivalent value."""
    used = labels.stored.result["energy"]
    return [
        (
            labels.scenario,
            year,
            str(kind),
            *worded(f"row_{kind}", str(kind)),
            float(used.values[place, at]),
            float(used.values[place, at]) / UNITS["10k tce"][1],
        )
        for place, kind in enumerate(used["measure_of_energy"].values.tolist())
        for at, year in enumerate(_years(labels))
    ]


def goods(labels: Labels) -> Rows:
    """What is bought, sold outside and made of each good; a year without any of them has no row."""
    result, inputs = labels.stored.result, labels.inputs
    made, bought, sold = flat_values(result, inputs, "make"), result["buy"].values, result["sell"].values
    product, years = inputs["state_good"].values, _years(labels)
    rows: Rows = []
    for place, good in enumerate(inputs["good"].values.tolist()):
        produced = made[product == good].sum(axis=0)
        unit = labels.units[f"good:{good.partition('@')[0]}"]
        for at, year in enumerate(years):
            amounts = [float(values[at]) for values in (bought[place], sold[place], produced)]
            if any(amounts):
                rows.append((labels.scenario, good, *labels.of("good", good), year, *amounts, *unit))
    return rows


def output(labels: Labels) -> Rows:
    """Gross output and value added of each segment."""
    result, inputs = labels.stored.result, labels.inputs
    clusters, shares, grown = inputs["segment_cluster"].values, inputs["value_added"].values, result["output"].values
    rows: Rows = []
    for place, segment in enumerate(inputs["segment"].values.tolist()):
        names = (*labels.of("segment", segment), *labels.of("cluster", str(clusters[place])))
        for year, gross in zip(_years(labels), grown[place].tolist(), strict=True):
            rows.append((labels.scenario, segment, *names, year, gross, gross * float(shares[place])))
    return rows


def costs(labels: Labels) -> Rows:
    """Cost items of each year, and cash investment, which is no part of their sum."""
    result, years = labels.stored.result, _years(labels)
    rows: Rows = [
        (labels.scenario, year, str(item), *worded(f"cost_{item}", str(item)), float(result["cost"].values[place, at]))
        for place, item in enumerate(result["cost_item"].values.tolist())
        for at, year in enumerate(years)
    ]
    name = worded("row_investment", "investment")
    return rows + [(labels.scenario, year, "investment", *name, float(result["investment"].values[at])) for at, year in enumerate(years)]


def clauses(labels: Labels) -> Rows:
    """Each clause in each year in which it binds: value set, value reached, shortfall, and the document's words."""
    result, inputs = labels.stored.result, labels.inputs
    units, years = clause_units(labels.tables), _years(labels)
    targets, reached, shortfalls = inputs["clause_target"].values, result["reached"].values, result["shortfall"].values
    rows: Rows = []
    for place, clause in enumerate(inputs["clause"].values.tolist()):
        stated = labels.clauses[clause]
        kind = "target" if targets[place] > 0.5 else "limit"
        asked = limits(inputs, place)
        for at in np.flatnonzero(~np.isnan(asked)):
            numbers = [float(values[at]) for values in (asked, reached[place], shortfalls[place])]
            rows.append((labels.scenario, clause, *labels.of("clause", clause), *worded(f"state_{kind}", kind), years[at],
                         *numbers, *unit_pair(units.get(clause, "")), stated.place, stated.wording_zh, stated.wording_en))  # fmt: skip
    return rows


def _flat(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Value]]:
    """Nested settings as pairs of path and plain value."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, (*path, str(key)))
    elif isinstance(value, list) and any(isinstance(inner, dict | list) for inner in value):
        for number, inner in enumerate(value, start=1):
            yield from _flat(inner, (*path, str(number)))
    elif isinstance(value, list):
        yield path, ", ".join(str(inner) for inner in value)
    else:
        yield path, value if isinstance(value, str | float | bool | int | None) else str(value)


def run_record(labels: Labels) -> Rows:
    """How the answer was found and certified: everything that the manifest says."""
    manifest = {key: value for key, value in labels.stored.manifest.items() if key not in ("folder", "scenario")}
    return [(labels.scenario, path[0], " / ".join(path[1:]), value) for path, value in _flat(manifest)]


def levers(labels: Labels) -> Rows:
    """The scenario as resolved: every lever and its value."""
    resolved = json.loads(labels.inputs.attrs["scenario_json"])
    return [(labels.scenario, " / ".join(path), value) for path, value in _flat(resolved)]


TABLES = {
    "emissions": (EMISSIONS, emissions),
    "decisions": (DECISIONS_MADE, decisions),
    "lines": (LINES, lines),
    "capacity": (CAPACITY, capacity),
    "energy": (ENERGY_USE, energy),
    "goods": (GOODS, goods),
    "output": (OUTPUT, output),
    "costs": (COSTS, costs),
    "clauses": (CLAUSES, clauses),
    "run": (RUN, run_record),
    "levers": (LEVERS, levers),
}
"""Tidy sheets of a results workbook: columns and the function that gives a result's rows."""
