"""Arrays of lines: capacity, availability, use, direct emissions, costs, gaps to the energy levels, moves."""

import math

import numpy as np
import numpy.typing as npt

from model.contract import Good, Line
from model.facts import FactBook
from model.language import told
from model.names import ArcKind
from model.problem.network import Network
from model.problem.places import place_of
from model.problem.sheet import Sheet
from model.tables import Tables
from model.tolerances import BENCHMARK
from model.units import measure

Array = npt.NDArray[np.float64]


def annuity(rate: float, life: float) -> float:
    """Yearly payment per unit of investment over its life at a real discount rate; NaN for a life or a rate out of their ranges."""
    if life <= 0 or rate <= -1:
        return np.nan
    return 1 / life if rate == 0 else rate / -math.expm1(-life * math.log1p(rate))  # also right for rates that 1 + rate swallows


def listed_capacity(book: FactBook, line: Line) -> float:
    """A line's listed capacity; nameplate in t/d is turned into a year's capacity by its group's factor."""
    group = measure(book.groups[line.group].unit).dimensions[0]
    if measure(book.unit_text("line_facts", line.id, "capacity")).dimensions == ("daily", ""):
        factor = book.needed("group_facts", line.group, "capacity_per_nameplate", group=group)
        return book.number("line_facts", line.id, "capacity", group="daily") * factor
    return book.number("line_facts", line.id, "capacity", group=group)


def availability(book: FactBook, line: str | None, configuration: str, group: str, unit: str) -> Array | None:
    """Most production over listed capacity by year: stated, or days that a kiln may run times its peak rate.

    ``line`` is one whose own facts count, ``unit`` the dimension of its group's capacity.
    Running days = 365 - staggered production - maintenance (MIIT joint notice 2020 no. 201).
    """
    for table, subject in (("line_facts", line), ("configuration_facts", configuration)):
        stated = book.series(table, subject, "availability") if subject else None
        if stated is not None:
            return stated
    staggered = book.series("configuration_facts", configuration, "staggered_days")
    if staggered is None:
        return None
    maintenance = book.needed("configuration_facts", configuration, "maintenance_days")
    rate = book.needed("configuration_facts", configuration, "peak_rate")
    nameplate = book.needed("group_facts", group, "capacity_per_nameplate", group=unit) * 1e4
    return np.asarray((365 - staggered - maintenance) * rate / nameplate)


def write_lines(sheet: Sheet, network: Network, book: FactBook, tables: Tables) -> None:
    """Fill every array over states and steps."""
    for name in ("initial", "capacity", "standing", "minimum_load", "base_make", "fixed", "variable", "new_at_benchmark",
                 "availability", "outside_life", "use", "direct", "base_capacity"):  # fmt: skip
        sheet.new(name)
    for name in ("benchmark_gap", "baseline_gap"):
        sheet.new(name, np.nan)
    on_site = {row.id for row in tables.of(Good) if row.on_site}
    for position, (line_id, configuration) in enumerate(network.states):
        _state(sheet, network, book, position, network.lines[line_id], configuration, on_site)
    for line in network.lines.values():
        if (line.id, line.configuration) in sheet.position["state"]:
            state = sheet.at("state", (line.id, line.configuration))
            group = sheet.at("group", line.group)
            sheet.arrays["base_capacity"][group] += sheet.arrays["capacity"][state] * sheet.arrays["standing"][state]
    _steps(sheet, network, book)


def _state(sheet: Sheet, network: Network, book: FactBook, position: int, line: Line, configuration: str, on_site: set[str]) -> None:
    arrays, kind = sheet.arrays, network.configurations[configuration]
    group = measure(book.groups[line.group].unit).dimensions[0]
    product = book.unit_of(kind.good) if kind.good else group
    listed = listed_capacity(book, line)
    arrays["initial"][position] = configuration == line.configuration
    arrays["standing"][position] = kind.standing
    if line.last_year is not None:
        arrays["outside_life"][position] = [kind.standing and year > line.last_year for year in book.years]
    if not kind.good:
        return
    arrays["capacity"][position] = listed * book.number("configuration_facts", configuration, "capacity_ratio")
    own = line.id if configuration in network.own[line.id] else None
    found = availability(book, own, configuration, line.group, group)
    if found is None:
        message = told("parameter_missing", subject=configuration, parameter="availability")
        book.faults.add("configuration_facts.csv", message, column="parameter")
    else:
        arrays["availability"][position] = found
    arrays["minimum_load"][position] = book.number("configuration_facts", configuration, "minimum_load")
    if arrays["initial"][position]:
        arrays["base_make"][position] = book.number("line_facts", line.id, "base_output", product=product)
        if np.isnan(arrays["base_make"][position]):
            book.faults.add("line_facts.csv", told("no_base_output", line=line.id), column="parameter")
    arrays["fixed"][position] = book.number("configuration_facts", configuration, "fixed_cost", group=group) * arrays["capacity"][position]
    arrays["variable"][position] = book.number("configuration_facts", configuration, "variable_cost", product=product)
    for good in book.items[("configuration_facts", configuration, "use")]:
        value = book.number("line_facts", own, "use", good, product=product) if own else np.nan
        if np.isnan(value):
            value = book.number("configuration_facts", configuration, "use", good, product=product)
        arrays["use"][position, sheet.at("good", place_of(good, line.site, on_site))] += value
    for source in book.items[("configuration_facts", configuration, "direct_emission")]:
        value = book.number("configuration_facts", configuration, "direct_emission", source, product=product)
        arrays["direct"][position, sheet.at("source", source)] = value
    energy = book.number("line_facts", own, "specific_energy") if own else np.nan
    energy = energy if not np.isnan(energy) else book.number("configuration_facts", configuration, "specific_energy")
    for level in ("benchmark", "baseline"):
        limit = book.number("configuration_facts", configuration, level)
        if not np.isnan(limit) and np.isnan(energy):
            message = told("level_without_energy", configuration=configuration, level=level)
            book.faults.add("configuration_facts.csv", message, column="parameter")
        arrays[f"{level}_gap"][position] = energy - limit - BENCHMARK * abs(limit)
    arrays["new_at_benchmark"][position] = any(
        arc.at_benchmark and arc.end == configuration and (line.id, arc.id) in sheet.position["step"] for arc in network.arcs.values()
    )


def _steps(sheet: Sheet, network: Network, book: FactBook) -> None:
    arrays = sheet.arrays
    window, outage = sheet.new("open"), sheet.new("outage")
    cash, yearly = sheet.new("step_cash"), sheet.new("step_annuity")
    rate = book.needed("city_facts", "city", "discount_rate") if network.steps else 0.0
    for position, (line, arc_id) in enumerate(network.steps):
        arc = network.arcs[arc_id]
        group = measure(book.groups[network.lines[line].group].unit).dimensions[0]
        first, last = arc.first_year or book.years[0] + 1, arc.last_year or book.years[-1]
        # a coarse horizon must not lose a window: a move belongs to the first model year at or after its window's start
        before = (book.years[0], *book.years[:-1])
        window[position] = [early < last + 0.5 and first <= year for early, year in zip(before, book.years, strict=True)]
        window[position, 0] = 0
        if arc.last_year is not None:
            window[position] *= [early < last for early in before]
        outage[position] = book.number("transition_facts", arc_id, "outage")
        start = arrays["capacity"][sheet.at("state", (line, arc.start))]
        end = arrays["capacity"][sheet.at("state", (line, arc.end))]
        cash[position] = book.number("transition_facts", arc_id, "capex", group=group) * end
        cash[position] += book.number("transition_facts", arc_id, "closure_cost", group=group) * start
        if cash[position] > 0:
            yearly[position] = cash[position] * annuity(rate, book.needed("transition_facts", arc_id, "life"))
        if arc.kind is ArcKind.RETIRE and end > 0:
            book.faults.add("transitions.csv", told("retire_still_makes", transition=arc_id), column="kind")
