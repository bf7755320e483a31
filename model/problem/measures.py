"""Arrays of measures on lines: change of use and emissions, share, savings, windows, costs."""

import numpy as np

from model.contract import Good
from model.facts import FactBook
from model.language import told
from model.problem.lines import annuity
from model.problem.network import Network
from model.problem.places import place_of
from model.problem.sheet import Sheet
from model.tables import Tables
from model.units import measure


def write_measures(sheet: Sheet, network: Network, book: FactBook, tables: Tables) -> None:
    """Fill every array over fits (line, measure)."""
    for name in ("change", "direct_change", "share", "measure_open", "saving", "fit_capacity", "fit_most", "fit_cash",
                 "fit_annuity", "variable_change"):  # fmt: skip
        sheet.new(name)
    on_site = {row.id for row in tables.of(Good) if row.on_site}
    rate = book.needed("city_facts", "city", "discount_rate") if network.fits else 0.0
    for position, (line_id, name) in enumerate(network.fits):
        _fit(sheet, network, book, position, line_id, name, on_site, rate)


def _fit(sheet: Sheet, network: Network, book: FactBook, position: int, line_id: str, name: str, on_site: set[str], rate: float) -> None:
    arrays, line, kind = sheet.arrays, network.lines[line_id], network.measures[name]
    hosts = [sheet.at("state", (line_id, configuration)) for configuration in network.hosts[(line_id, name)]]
    products = {network.configurations[configuration].good for configuration in network.hosts[(line_id, name)]}
    dimensions = {book.unit_of(good) for good in products if good}
    if len(dimensions) != 1:
        book.faults.add("measures.csv", told("goods_of_many_units", measure=name), column="configurations")
        return
    product = dimensions.pop()
    group = measure(book.groups[line.group].unit).dimensions[0]
    for good in book.items[("measure_facts", name, "use")]:
        value = book.number("measure_facts", name, "use", good, product=product)
        arrays["change"][position, sheet.at("good", place_of(good, line.site, on_site))] += value
    for source in book.items[("measure_facts", name, "direct_emission")]:
        value = book.number("measure_facts", name, "direct_emission", source, product=product)
        arrays["direct_change"][position, sheet.at("source", source)] = value
    arrays["share"][position] = share = book.number("measure_facts", name, "share")
    arrays["measure_open"][position] = [year > book.years[0] and (kind.first_year or 0) <= year for year in book.years]
    saving = book.number("measure_facts", name, "specific_energy_saving")
    arrays["saving"][position] = 0.0 if np.isnan(saving) else saving
    arrays["fit_capacity"][position] = capacity = max(arrays["capacity"][state] for state in hosts)
    arrays["fit_most"][position] = share * np.max([arrays["availability"][s] * arrays["capacity"][s] for s in hosts], axis=0)
    arrays["fit_cash"][position] = cash = book.number("measure_facts", name, "capex", group=group) * capacity * share
    if cash > 0:
        arrays["fit_annuity"][position] = cash * annuity(rate, book.needed("measure_facts", name, "life"))
    arrays["variable_change"][position] = book.number("measure_facts", name, "variable_cost", product=product)
