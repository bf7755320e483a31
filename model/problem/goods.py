"""Arrays of goods: emission factors, energy content, prices, limits, final demand."""

import numpy as np

from model.contract import Good
from model.facts import Array, FactBook
from model.names import Source, Trade
from model.problem.sheet import Sheet
from model.tables import Tables


def write_goods(sheet: Sheet, book: FactBook, tables: Tables) -> None:
    """Fill every array over goods; a place takes its own facts first, else those of its good."""
    for name in ("factor", "embodied", "calorific", "equivalent", "demand", "price", "sell_price"):
        sheet.new(name)
    supply, sales, green = sheet.new("supply"), sheet.new("sales"), sheet.new("green")
    goods = {row.id: row for row in tables.of(Good)}
    for place in sheet.labels["good"]:
        name, position = str(place), sheet.at("good", place)
        row = goods[name.split("@")[0]]
        green[position] = row.green
        for array, trade, limit in ((supply, row.buy, "supply"), (sales, row.sell, "sales")):
            if trade is Trade.FREE:
                array[position] = np.inf
            elif trade is Trade.LIMITED:
                found = _series(book, name, limit)
                array[position] = 0.0 if found is None else found
        for target, parameter in (("demand", "final_demand"), ("price", "price"), ("sell_price", "sell_price"),
                                  ("embodied", "embodied_emission"), ("equivalent", "energy_equivalent")):  # fmt: skip
            found = _series(book, name, parameter)
            if found is not None:
                sheet.arrays[target][position] = found
        calorific = _series(book, name, "energy_calorific")
        if calorific is not None:
            sheet.arrays["calorific"][position] = calorific[0]
        _factors(sheet, book, name, position)
    carbon = book.series("city_facts", "city", "carbon_price")
    sheet.new("carbon_price")[:] = 0.0 if carbon is None else carbon


def _series(book: FactBook, place: str, parameter: str, item: str | None = None) -> Array | None:
    found = book.series("good_facts", place, parameter, item)
    return book.series("good_facts", place.split("@")[0], parameter, item) if found is None and "@" in place else found


def _factors(sheet: Sheet, book: FactBook, place: str, position: int) -> None:
    """Direct emission by source where the good is used, and that of purchased power."""
    for source in (Source.FUEL, Source.PROCESS, Source.PFC):
        direct = _series(book, place, "direct_emission", str(source))
        if direct is not None:
            sheet.arrays["factor"][position, sheet.at("source", str(source))] = direct
    power = _series(book, place, "power_emission")
    if power is not None:
        sheet.arrays["factor"][position, sheet.at("source", str(Source.POWER))] = power
