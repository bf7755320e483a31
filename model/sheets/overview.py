"""The sheets of a results workbook that people read first: words, headline figures side by side, scorecard, paths, facts."""

import json
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from model.analysis import UPPER, clause_units, frozen_reference, scorecard, sector_table, source_table, state_of, totals
from model.contract import FACTS, SourceRow
from model.names import Scope
from model.parameters import PARAMETERS
from model.sheets.book import EN, ZH, Column, Sheet, Value, both, title_of
from model.sheets.labels import Labels, Pair, subject_names, unit_pair, worded
from model.sheets.results import MONEY, NUMBER, TONNES, Rows, columns
from model.tables import Tables
from model.units import read_names

SCORES = columns("clause name_zh name_en place kind_zh kind_en year scenario sense asked reached slack unit_zh unit_en state_zh state_en")
FACT_COLUMNS = columns(
    "data table subject subject_zh subject_en parameter parameter_zh parameter_en item path year value unit low high grade source "
    "title_zh title_en note"
)


def scores(results: Sequence[Labels]) -> Sheet:
    """Every clause in its last binding year, the scenarios one below the other."""
    rows: Rows = []
    order: dict[str, int] = {}
    for labels in results:
        units = clause_units(labels.tables)
        for score in scorecard(labels.stored.result, labels.inputs):
            order.setdefault(score.clause, len(order))
            asked, reached, slack = (None if np.isnan(value) else value for value in (score.asked, score.reached, score.slack))
            kind = "target" if score.target else "limit"
            rows.append((score.clause, *labels.of("clause", score.clause), labels.clauses[score.clause].place,
                         *worded(f"state_{kind}", kind), score.year, labels.scenario, "≤" if score.rule in UPPER else "≥", asked, reached,
                         slack, *unit_pair(units.get(score.clause, "")), *worded(state_of(score), "")))  # fmt: skip
    return Sheet("scorecard", SCORES, sorted(rows, key=lambda row: order[str(row[0])]), 3)


def _boundary(labels: Labels) -> str:
    return str(json.loads(labels.inputs.attrs["scenario_json"])["boundary"])


def _figures(labels: Labels) -> dict[tuple[Pair, Pair], Value]:
    """Headline figures of a result by name and unit, in reading order."""
    paths = totals(labels.stored.result)
    scope = _boundary(labels)
    years = [int(year) for year in paths.columns]
    path = paths.loc[scope].to_numpy(dtype=float)
    everything = paths.loc[str(Scope.THREE)].to_numpy(dtype=float)
    frozen = float(frozen_reference(labels.stored.result, labels.inputs).to_numpy()[-1])
    missed = [score for score in scorecard(labels.stored.result, labels.inputs) if score.target and state_of(score) == "state_missed"]
    share, plain = read_names()["%"], ("", "")
    found: dict[tuple[Pair, Pair], Value] = {
        (worded("figure_status", ""), plain): " ".join(
            worded("status_optimal" if labels.stored.manifest["optimal"] else "status_limit", "")
        ),
        (worded("figure_boundary", ""), plain): " ".join(worded(f"row_{scope}", scope)),
        (worded("figure_last", ""), plain): str(years[-1]),
    }
    for name, values in paths.iterrows():
        for place in (0, -1):
            zh, en = worded(f"row_{name}", str(name))
            word = worded("figure_base" if place == 0 else "figure_end", "")
            found[((f"{word[0]}：{zh}", f"{word[1]}: {en}"), TONNES)] = float(values.iloc[place])
    found[(worded("figure_change", ""), share)] = float(100 * (path[-1] / path[0] - 1))
    found[(worded("figure_sum", ""), TONNES)] = float((path * labels.inputs["span"].values).sum())
    found[(worded("figure_frozen", ""), TONNES)] = frozen
    found[(worded("figure_saved", ""), share)] = float(100 * (everything[-1] / frozen - 1))
    found[(worded("figure_missed", ""), plain)] = len(missed)
    found[(worded("figure_investment", ""), MONEY)] = float(labels.stored.result["investment"].sum())
    for stage in labels.stored.manifest["stages"]:
        zh, en = worded(f"goal_{stage['goal']}", str(stage["goal"]))
        word = worded("figure_gap", "")
        found[((f"{word[0]}：{zh}", f"{word[1]}: {en}"), share)] = float(100 * stage["gap"])
    return found


def figures(results: Sequence[Labels]) -> Sheet:
    """Headline figures, a column for each scenario."""
    given = [_figures(labels) for labels in results]
    keys = list(dict.fromkeys(key for found in given for key in found))
    rows = [(*name, *unit, *(found.get((name, unit)) for found in given)) for name, unit in keys]
    named = tuple(Column("", form="#,##0.0##", title=labels.scenario) for labels in results)
    return Sheet("overview", (*columns("name_zh name_en unit_zh unit_en"), *named), rows, 2)


def _path_rows(labels: Labels) -> list[tuple[Pair, pd.Series]]:
    sectors = sector_table(labels.stored.result)
    reference = frozen_reference(labels.stored.result, labels.inputs)
    found = [
        (worded(f"row_{name}" if name in ("segments", "imports") else f"sector_{name}", str(name)), row) for name, row in sectors.iterrows()
    ]
    found += [
        (worded("row_total", ""), sectors.sum()),
        (worded("row_frozen", ""), reference),
        (worded("row_saved", ""), reference - sectors.sum()),
    ]
    found += [(worded(f"row_{name}", str(name)), row) for name, row in totals(labels.stored.result).iterrows()]
    return found + [(worded(f"source_{name}", str(name)), row) for name, row in source_table(labels.stored.result).iterrows()]


def paths(results: Sequence[Labels]) -> Sheet:
    """Emissions by sector, boundary and source, a column for each year."""
    years = sorted({int(year) for labels in results for year in labels.inputs["year"].values})
    rows: Rows = []
    for labels in results:
        for name, row in _path_rows(labels):
            values = {int(str(year)): float(value) for year, value in row.items()}
            rows.append((labels.scenario, *name, *TONNES, *(values.get(year) for year in years)))
    header = columns("scenario name_zh name_en unit_zh unit_en")
    return Sheet("paths", (*header, *(Column("", form=NUMBER, title=str(year)) for year in years)), rows, 3)


def facts(folders: Mapping[str, Tables]) -> Sheet:
    """Every fact of the data folders with range, grade, source and note; a scenario's own values stand in the sheet of levers."""
    named = {(parameter.table, parameter.name): (parameter.zh, parameter.en) for parameter in PARAMETERS}
    rows: Rows = []
    for data, tables in folders.items():
        subjects = subject_names(tables)
        sources = {row.id: (row.title_zh, row.title_en) for row in tables.of(SourceRow)}
        for table, about in FACTS.items():
            for fact in tables.facts(table):
                subject = subjects.get((about, fact.subject.partition("@")[0]), ("", ""))
                rows.append((data, table, fact.subject, *subject, fact.parameter, *named[(table, fact.parameter)], fact.item, fact.path,
                             fact.year, fact.value, fact.unit, fact.low, fact.high, str(fact.grade), fact.source, *sources[fact.source],
                             fact.note))  # fmt: skip
    return Sheet("facts", FACT_COLUMNS, rows, 3)


def words(results: Sequence[Labels], sheets: Sequence[str]) -> list[tuple[str, ...]]:
    """The first sheet: what the book holds, the scenarios and their reasons, the sheets, how to read the numbers."""
    lines: list[tuple[str, ...]] = [(both("results_title"),), (ZH("results_about"), EN("results_about"))]
    lines.append((both("results_scenarios"),))
    for labels in results:
        told = json.loads(labels.inputs.attrs["scenario_json"])
        lines.append(
            (
                f"{labels.scenario}：{told['title']['zh']}。{told['why']['zh']}",
                f"{labels.scenario}: {told['title']['en']}. {told['why']['en']}",
            )
        )
    lines.append((both("results_sheets"),))
    lines += [(f"{title_of(name)}：{ZH(f'about_{name}')}", f"{name}: {EN(f'about_{name}')}") for name in sheets]
    lines.append((both("results_reading"),))
    lines += [(ZH(key), EN(key)) for key in ("results_units", "results_rank", "results_money", "results_certificate", "results_overrides")]
    lines.append((both("inputs_grades"),))
    return lines + [(f"{grade}  {ZH(f'grade_{grade}')}", f"{grade}  {EN(f'grade_{grade}')}") for grade in "ABCDE"]
