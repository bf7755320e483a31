"""Arrays of segments: output in the base year and its bounds, use of goods, value added, new materials."""

import numpy as np

from model.contract import Segment
from model.facts import FactBook
from model.language import told
from model.problem.sheet import Sheet
from model.tables import Tables

Activity = dict[str, dict[int, float]]


def write_segments(sheet: Sheet, book: FactBook, tables: Tables, activity: Activity | None) -> None:
    """Fill every array over segments; ``activity`` replaces both growth bounds."""
    for name in ("base_value", "need", "segment_direct", "value_added", "new_material", "least", "most", "pull"):
        sheet.new(name)
    arrays = sheet.arrays
    factor = book.number("city_facts", "city", "value_added_factor")
    for row in tables.of(Segment):
        position = sheet.at("segment", row.id)
        arrays["base_value"][position] = base = book.needed("segment_facts", row.id, "base_output")
        arrays["value_added"][position] = book.needed("segment_facts", row.id, "value_added_ratio") * factor
        arrays["new_material"][position] = book.number("segment_facts", row.id, "new_material_share")
        for good in book.items[("segment_facts", row.id, "use")]:
            value = book.number("segment_facts", row.id, "use", good)
            arrays["pull" if good == row.sells else "need"][position, sheet.at("good", good)] = value
        for source in book.items[("segment_facts", row.id, "direct_emission")]:
            value = book.number("segment_facts", row.id, "direct_emission", source)
            arrays["segment_direct"][position, sheet.at("source", source)] = value
        for bound in ("least", "most"):
            growth = book.series("segment_facts", row.id, f"growth_{bound}")
            if growth is None:
                message = told("parameter_missing", subject=row.id, parameter=f"growth_{bound}")
                book.faults.add("segment_facts.csv", message, column="parameter")
                continue
            arrays[bound][position] = growth * base
            arrays[bound][position, 0] = base
            if activity is not None:
                arrays[bound][position, 1:] = [activity.get(row.id, {}).get(year, np.nan) for year in book.years[1:]]
        if activity is not None and np.isnan(arrays["least"][position]).any():
            book.faults.add("scenario", told("activity_lacks", segment=row.id), column="activity")
        given = all(book.has("segment_facts", row.id, f"growth_{bound}") for bound in ("least", "most"))
        if given and (arrays["least"][position] > arrays["most"][position]).any():
            book.faults.add("segment_facts.csv", told("growth_crossed", segment=row.id), column="value")
