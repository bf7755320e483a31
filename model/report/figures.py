"""Everything the page shows of one result, as plain numbers in model units; the page only draws."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from model.analysis import (
    UPPER,
    clause_units,
    energy_table,
    frozen_reference,
    money_table,
    scorecard,
    sector_table,
    source_table,
    state_of,
    totals,
)
from model.contract import Clause, Good
from model.report.causes import options, since_base_year, system_steps
from model.report.flows import carbon_links, compact, energy_links, layout, material_links
from model.report.grades import grade_shares
from model.report.ground import activity_of, name_of
from model.report.histories import line_histories
from model.report.line_costs import line_costs
from model.report.uncertainty import futures_of
from model.store import Stored
from model.studies import NO_STUDIES, front, studies_of
from model.tables import Tables


def scenario_figures(stored: Stored, tables: Tables, folder: Path | None) -> dict[str, Any]:
    """One result: what it is, headline figures, paths, clauses, capacity, lines, flows, grades, and how it was found.

    ``folder`` holds the studies of the result; none: no studies.
    """
    result, inputs = stored.result, stored.inputs
    resolved = json.loads(inputs.attrs["scenario_json"])
    money = money_table(result)
    return {
        "id": name_of(stored),
        "title": [result.attrs["title_zh"], result.attrs["title"]],
        "why": [resolved["why"]["zh"], resolved["why"]["en"]],
        "boundary": str(resolved["boundary"]),
        "activity": activity_of(stored),
        "years": inputs["year"].values.tolist(),
        "span": inputs["span"].values.tolist(),
        "emissions": {str(scope): row.tolist() for scope, row in totals(result).iterrows()},
        "frozen": frozen_reference(result, inputs).tolist(),
        "sectors": {str(name): row.tolist() for name, row in sector_table(result).iterrows()},
        "sources": {str(name): row.tolist() for name, row in source_table(result).iterrows()},
        "money": {str(name): row.tolist() for name, row in money.iterrows()},
        "energy": {str(name): row.tolist() for name, row in energy_table(result).iterrows()},
        "output": result["output"].sum("segment").values.tolist(),
        "added": xr.dot(result["output"], inputs["value_added"], dim="segment").values.tolist(),
        "clauses": _clauses(stored),
        "capacity": _capacity(stored),
        "lines": _lines(stored),
        "flows": _flows(stored, tables),
        "since": since_base_year(stored),
        "options": options(stored),
        "steps": system_steps(front(folder, stored, "cost") if folder else None, stored),
        "studies": studies_of(folder, stored) if folder else NO_STUDIES,
        "futures": futures_of(folder, stored, tables) if folder else None,
        "grades": grade_shares(stored, tables),
        "run": _run(stored),
    }


def _clauses(stored: Stored) -> list[dict[str, Any]]:
    """The scorecard: each clause in the last year in which it binds."""
    return [
        {
            "id": score.clause, "year": score.year, "target": score.target, "upper": score.rule in UPPER,
            "asked": score.asked, "reached": score.reached, "slack": score.slack, "state": state_of(score),
        }
        for score in scorecard(stored.result, stored.inputs)
    ]  # fmt: skip


def _lines(stored: Stored) -> dict[str, dict[str, Any]]:
    """The history of every line, with its cost."""
    costs = line_costs(stored)
    return {line: history | {"cost": costs[line]} for line, history in line_histories(stored).items()}


def _capacity(stored: Stored) -> dict[str, dict[str, Any]]:
    """Listed capacity, production and cap (NaN: none) of every group, by year."""
    result, inputs = stored.result, stored.inputs
    rules, subjects = inputs["clause_rule"].values, inputs["clause_subject"].values
    found = {}
    for place, group in enumerate(result["group"].values.tolist()):
        caps = inputs["clause_value"].values[(rules == "capacity_cap") & (subjects == group)]
        cap = caps[0] if len(caps) else np.full(inputs.sizes["year"], np.nan)
        found[group] = {
            "listed": result["listed_capacity"].values[place].tolist(),
            "made": result["production"].values[place].tolist(),
            "cap": cap.tolist(),
        }
    return found


def _flows(stored: Stored, tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """Sankey layouts of every year."""
    units = {row.id: row.unit for row in tables.of(Good)}
    years = range(stored.inputs.sizes["year"])
    return {
        "energy": [compact(layout(energy_links(stored, year))) for year in years],
        "materials": [compact(layout(material_links(stored, year, units))) for year in years],
        "carbon": [compact(layout(carbon_links(stored, year))) for year in years],
    }


def _run(stored: Stored) -> dict[str, Any]:
    """How the answer was found and examined."""
    manifest = stored.manifest
    certificate = manifest["certificate"]
    rule, worst = max(certificate["violations"].items(), key=lambda item: item[1])
    gaps = [abs(told - found) / max(1.0, abs(found)) for told, found in certificate["objectives"].values()]
    return {
        "optimal": bool(manifest["optimal"]),
        "stages": manifest["stages"],
        "seconds": manifest["seconds"],
        "size": manifest["rows_columns_nonzeros"],
        "solver": manifest["solver"],
        "versions": manifest["versions"],
        "finished": manifest["finished"],
        "scenario_hash": manifest["scenario_hash"],
        "replayed": manifest["base_year_gate"] == "passed",
        "certificate": {"worst": worst, "rule": rule, "objectives": max(gaps, default=0.0), "rules": len(certificate["violations"])},
    }


def clause_texts(tables: Tables, names: dict[str, list[str]], units: dict[str, tuple[str, str]]) -> dict[str, dict[str, Any]]:
    """Name, place, words and unit of every clause, in both languages; ``movable``: it is a number that a scenario may set."""
    of_clause = clause_units(tables)
    valued = {row.subject for row in tables.facts("clause_facts") if row.parameter == "value"}
    return {
        row.id: {
            "name": [row.name_zh, row.name_en],
            "place": [row.place, row.place_en or row.place],
            "words": [row.wording_zh, row.wording_en],
            "unit": list(units.get(of_clause.get(row.id, ""), ("", ""))),
            "source": names.get(row.source, [row.source, row.source]),
            "movable": row.id in valued,
        }
        for row in tables.of(Clause)
    }
