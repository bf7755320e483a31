"""All tables of some results in one folder: workbook, IAMC tables with their template, and the netCDF files themselves."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from shutil import copyfile

import pandas as pd

from model.errors import ResultError
from model.language import told
from model.sheets.book import Column, Sheet, add_sheet, add_words, new_book, save_book
from model.sheets.iamc import KEYS, iamc_table, read_variables
from model.sheets.labels import Labels
from model.sheets.overview import facts, figures, paths, scores, words
from model.sheets.results import TABLES
from model.sheets.studies import study_rows
from model.store import Stored, _atomic
from model.tables import Tables


def _checked(results: Sequence[Stored], tables: Mapping[str, Tables]) -> None:
    """Results must have one name each and rest on the data as they are now, or the grades shown would be of other facts."""
    names = [str(stored.manifest["scenario"]) for stored in results]
    for name in names:
        if names.count(name) > 1:
            raise ResultError(told("result_twice", name=name))
    for stored, name in zip(results, names, strict=True):
        data = str(stored.manifest["data"])
        if stored.manifest["data_hash"] != tables[data].digest():
            raise ResultError(told("data_changed", data=data, name=name, again=told("run_again", name=name)))


def results_book(results: Sequence[Stored], tables: Mapping[str, Tables], path: Path, stored_in: Path) -> None:
    """Write the workbook of some results and of the studies that stand beside them in ``stored_in``.

    ``tables`` by the name of the data folder. Raises ``ResultError``.
    """
    _checked(results, tables)
    labelled = [Labels(stored, tables[str(stored.manifest["data"])]) for stored in results]
    first = [figures(labelled), scores(labelled), paths(labelled)]
    tidy = [Sheet(name, columns, [row for labels in labelled for row in rows(labels)]) for name, (columns, rows) in TABLES.items()]
    studies = [Sheet(name, columns, rows) for name, (columns, rows) in study_rows(labelled, stored_in).items()]
    sheets = [*first, *tidy, *studies, facts(tables)]
    book = new_book()
    add_words(book, "readme", words(labelled, [sheet.name for sheet in sheets]))
    for sheet in sheets:
        add_sheet(book, sheet)
    save_book(book, path)


def _iamc_book(table: pd.DataFrame, path: Path) -> None:
    """The IAMC table on the sheet ``data`` and the template of its variables beside it."""
    book = new_book()
    sheet = book.create_sheet("data")
    sheet.append([*KEYS, *(int(year) for year in table.columns[len(KEYS) :])])
    for row in table.itertuples(index=False):
        sheet.append(list(row))
    for place, spread in zip("ABCDE", (20, 24, 14, 64, 22), strict=True):
        sheet.column_dimensions[place].width = spread
    sheet.freeze_panes = "F2"
    keys = ("variable", "unit", "local", "name_zh", "name_en", "meaning_zh", "meaning_en")
    rows = [(v.name, v.unit, v.local, v.zh, v.en, v.meaning_zh, v.meaning_en) for v in read_variables()]
    add_sheet(book, Sheet("variables", tuple(Column(key) for key in keys), rows))
    save_book(book, path)


def write_tables(
    results: Sequence[Stored], tables: Mapping[str, Tables], folder: Path, stored_in: Path, *, region: str | None = None
) -> list[Path]:
    """Write the tables of stored results into ``folder``; returns the files.

    ``tables`` holds the data folders by name, ``stored_in`` the folder with the results' own files. Files: results.xlsx,
    iamc.csv (UTF-8 with byte-order mark, as Excel likes it), iamc.xlsx, and NAME.nc with NAME.json for each result.
    Raises ``ResultError`` where two results have one name, the data have changed since, or a file cannot be written.
    """
    _checked(results, tables)
    table = iamc_table(results, tables, region)
    files = [folder / name for name in ("results.xlsx", "iamc.csv", "iamc.xlsx")]
    results_book(results, tables, files[0], stored_in)
    text = table.to_csv(index=False, lineterminator="\n")
    _atomic(files[1], partial(_write, b"\xef\xbb\xbf" + text.encode()))
    _iamc_book(table, files[2])
    for stored in results:
        for suffix in (".nc", ".json"):
            name = f"{stored.manifest['scenario']}{suffix}"
            files.append(folder / name)
            if (stored_in / name).resolve() != files[-1].resolve():
                _atomic(files[-1], partial(_copy, stored_in / name))
    return files


def _write(content: bytes, path: Path) -> None:
    path.write_bytes(content)


def _copy(source: Path, target: Path) -> None:
    copyfile(source, target)
