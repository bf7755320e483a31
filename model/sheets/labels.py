"""Names of what a result is about, in both languages, for the columns of a sheet."""

from functools import cached_property

import xarray as xr

from model.contract import TABLES, Clause, District, Good, Group, Named
from model.language import read_catalogue
from model.sheets.book import EN, ZH
from model.store import Stored
from model.tables import Tables
from model.units import model_unit, read_names

Pair = tuple[str, str]


def worded(key: str, otherwise: str) -> Pair:
    """Chinese and English text of a key; a name of the data that the catalogue does not know stands for itself."""
    return (ZH(key), EN(key)) if key in read_catalogue() else (otherwise, otherwise)


def unit_pair(unit: str) -> Pair:
    """Names of the model unit in which the model holds what ``unit`` measures."""
    return read_names()[model_unit(unit)] if unit else ("", "")


class Labels:
    """Names of one result's lines, goods, clauses and so on, and the units of groups and goods."""

    def __init__(self, stored: Stored, tables: Tables) -> None:
        self.stored, self.tables = stored, tables
        self.scenario = str(stored.manifest["scenario"])
        self._pairs: dict[str, dict[str, Pair]] = {}

    @property
    def inputs(self) -> xr.Dataset:
        """The inputs that the result rests on."""
        return self.stored.inputs

    def of(self, dim: str, label: str) -> Pair:
        """Names of a member of a dim that the result names itself (line, configuration, arc, measure, good, segment, clause ...)."""
        if dim not in self._pairs:
            given = (self.inputs[name].values.tolist() for name in (dim, f"{dim}_zh", f"{dim}_en"))
            self._pairs[dim] = {str(key): (str(zh), str(en)) for key, zh, en in zip(*given, strict=True)}
        return self._pairs[dim].get(label, (label, label))

    @cached_property
    def districts(self) -> dict[str, Pair]:
        """Names of districts."""
        return {row.id: (row.name_zh, row.name_en) for row in self.tables.of(District)}

    @cached_property
    def clauses(self) -> dict[str, Clause]:
        """Clauses as the data state them."""
        return {row.id: row for row in self.tables.of(Clause)}

    @cached_property
    def units(self) -> dict[str, Pair]:
        """Unit of each group and good, by ``group:NAME`` and ``good:NAME``."""
        found = {f"group:{row.id}": unit_pair(row.unit) for row in self.tables.of(Group)}
        return found | {f"good:{row.id}": unit_pair(row.unit) for row in self.tables.of(Good)}

    def place_of(self, line: str) -> Pair:
        """Names of a line's district."""
        district = self._line_coordinate("line_district", line)
        return self.districts.get(district, (district, district))

    def group_of(self, line: str) -> str:
        """Capacity group of a line."""
        return self._line_coordinate("line_group", line)

    def _line_coordinate(self, name: str, line: str) -> str:
        if name not in self._pairs:
            self._pairs[name] = {
                str(key): (str(value), "") for key, value in zip(self.inputs["line"].values, self.inputs[name].values, strict=True)
            }
        return self._pairs[name][line][0]


def subject_names(tables: Tables) -> dict[tuple[str, str], Pair]:
    """Names of everything that facts can be about, by entity table and identifier."""
    return {
        (name, row.id): (row.name_zh, row.name_en) for name, kind in TABLES.items() if issubclass(kind, Named) for row in tables.of(kind)
    }
