"""Scenarios side by side for the terminal; what is shown is computed in ``model.compare``."""

from collections import Counter, defaultdict

import numpy as np
import xarray as xr
from rich.console import Group, RenderableType
from rich.table import Table

from model.analysis import UPPER, clause_units
from model.compare import Difference, Results, Term, abatement, common_years, comparison, differences, interval, overlapping, ranks
from model.language import Speaker
from model.names import SOURCES_IN, Scope
from model.scenario import Scenario
from model.show.result import unit_name
from model.show.text import number, plain, table
from model.tables import Tables
from model.tolerances import ROW
from model.units import UNITS


def compare_views(
    results: Results, base: str, tables: Tables, say: Speaker, *, full: bool = False, curve: bool = False
) -> list[RenderableType]:
    """Everything that ``compare`` prints, in reading order; results must fit together (``compare.mismatches``)."""
    found, years = comparison(results, base), common_years(results)
    scope = Scenario.model_validate_json(results[base].inputs.attrs["scenario_json"]).boundary
    views: list[RenderableType] = [
        *_badges(results, found, scope, say),
        _scores(results, found, tables, say),
        *_paths(found, say),
        _since(found, scope, say),
        *(_wedges(found, name, scope, say) for name in results if name != base),
        _money(found, say),
    ]
    if len(results) > 1:
        views.append(_decisions(results, differences(results), full, say))
    if curve:
        views += [_curve(base, abatement(results[base].result, results[base].inputs, years[-1]), results, say),
                  plain(say("compare_curve_note"))]  # fmt: skip
    return views


def _cell(value: float) -> str:
    """A number of one digit, without a sign on zero."""
    return number(round(float(value), 1) + 0.0)


def _titled(title: str, shown: Table) -> Group:
    """A table under a title that may be wider than it."""
    return Group(plain(title, "bold"), shown)


def _labels(results: Results, dim: str, say: Speaker) -> dict[str, str]:
    """Names of a dim's labels in the reader's language, over all results."""
    found: dict[str, str] = {}
    for stored in results.values():
        names = stored.inputs[f"{dim}_{say.pick('zh', 'en')}"].values.tolist()
        found |= dict(zip(stored.inputs[dim].values.tolist(), names, strict=True))
    return found


def _badges(results: Results, found: xr.Dataset, scope: Scope, say: Speaker) -> list[RenderableType]:
    base, years, order = str(found.attrs["base"]), found["year"].values, ranks(results)
    title = say("compare_head", base=base, first=years[0], last=years[-1], scope=say(f"row_{scope}"))
    names = ("scenario", "compare_title", "compare_status", "compare_gap", "compare_total", "compare_against", "compare_rank")
    shown = table("", [say(f"col_{name}") for name in names], right=3)
    totals = found["total"].sel(scope=str(scope))
    for name, stored in results.items():
        own, other, stage = float(totals.sel(scenario=name)), float(totals.sel(scenario=base)), interval(stored)
        optimal, attrs = bool(stored.manifest["optimal"]), stored.result.attrs
        shown.add_row(
            plain(name), plain(say.pick(attrs["title_zh"], attrs["title"])),
            plain(say("compare_status_optimal" if optimal else "compare_status_limit"), "green" if optimal else "yellow"),
            say("compare_none") if stage is None else f"{stage.gap:.3%}", _cell(own), _cell(own - other),
            say("compare_none") if order[name] is None else str(order[name]),
        )  # fmt: skip
    notes: list[RenderableType] = []
    if any(len(stored.inputs["year"]) != len(years) for stored in results.values()):
        notes.append(plain(say("compare_common", years=say.pick("、", ", ").join(str(year) for year in years)), "yellow"))
    for name, others in overlapping(results).items():
        if others:
            notes.append(plain(say("compare_unranked", name=name, others=say.pick("、", ", ").join(others)), "yellow"))
    return [_titled(title, shown), *notes]


def _scores(results: Results, found: xr.Dataset, tables: Tables, say: Speaker) -> RenderableType:
    """Clauses that bind anywhere; a scenario that asks something else than the base says so in brackets."""
    base, units = str(found.attrs["base"]), clause_units(tables)
    inputs, names = results[base].inputs, _labels(results, "clause", say)
    rules = dict(zip(inputs["clause"].values.tolist(), inputs["clause_rule"].values.tolist(), strict=True))
    shown = table("", [say("col_clause"), say("col_unit"), say("col_asked"), *results], right=2)
    for clause in found["clause"].values.tolist():
        row = found[["asked", "reached", "slack"]].sel(clause=clause)
        if bool(np.isnan(row["reached"]).all()):
            continue
        own = row.sel(scenario=base)
        most = max(float(np.abs(row["asked"]).max()), float(np.abs(row["reached"]).max()))
        digits, sign = 3 if most < 10 else 1, "≤ " if rules[clause] in UPPER else "≥ "
        cells = []
        for name in results:
            asked, reached, slack = (float(row.sel(scenario=name)[part]) for part in ("asked", "reached", "slack"))
            other = "" if asked == float(own["asked"]) or np.isnan(asked) else f" ({sign}{number(asked, digits)})"
            missed = slack < -ROW * max(1.0, abs(asked))
            cells.append(plain(number(reached, digits) + other, "red" if missed else ""))
        asked_text = number(float(own["asked"]), digits)
        shown.add_row(plain(names[clause]), plain(unit_name(units.get(clause), say)), sign + asked_text, *cells)
    return _titled(say("head_compare_score"), shown)


def _paths(found: xr.Dataset, say: Speaker) -> list[RenderableType]:
    shown = table(
        say("head_compare_path"), [say("col_scenario"), *(str(year) for year in found["year"].values), say("col_compare_peak")], right=1
    )
    for scope in found["scope"].values.tolist():
        shown.add_section()
        shown.add_row(plain(say(f"row_{scope}"), "bold"))
        for name in found["scenario"].values.tolist():
            own = found.sel(scenario=name, scope=scope)
            peak = f"{int(own['peak_year'])}{'' if bool(own['peaked']) else '*'}"
            shown.add_row(plain(name), *[_cell(value) for value in own["emission"].values], peak)
    titled = _titled(say("head_compare_path"), shown)
    return [titled] if bool(found["peaked"].all()) else [titled, plain(say("compare_peak_open"))]


def _inside(effect: xr.DataArray, scope: Scope) -> xr.DataArray:
    """Effects inside a boundary, over all parts."""
    return effect.sel(source=[str(source) for source in SOURCES_IN[scope]]).sum(("part", "source"))


def _terms(title: str, effect: xr.DataArray, say: Speaker) -> RenderableType:
    """Rows of the terms that matter anywhere, and their sum; ``effect`` is (term, column)."""
    shown = table("", [say("col_item"), *(str(label) for label in effect[effect.dims[1]].values)], right=1)
    for term in Term:
        values = effect.sel(term=str(term)).values
        if np.abs(values).max() > ROW:
            shown.add_row(plain(say(f"term_{term}")), *[_cell(value) for value in values])
    shown.add_section()
    shown.add_row(plain(say("compare_change"), "bold"), *[_cell(value) for value in effect.sum("term").values])
    return _titled(title, shown)


def _since(found: xr.Dataset, scope: Scope, say: Speaker) -> RenderableType:
    years = found["year"].values
    title = say("head_compare_since", first=years[0], last=years[-1])
    effect = _inside(found["since_base_year"], scope).transpose("term", "scenario")
    return _terms(title, effect, say)


def _wedges(found: xr.Dataset, name: str, scope: Scope, say: Speaker) -> RenderableType:
    worst = max(float(found["residual"].max()), np.finfo(float).eps)
    title = say("head_compare_wedge", name=name, base=found.attrs["base"], residual=worst)
    effect = _inside(found["wedge"].sel(scenario=name), scope).transpose("term", "year")
    return _terms(title, effect, say)


def _money(found: xr.Dataset, say: Speaker) -> RenderableType:
    shown = table("", [say("col_scenario"), *(str(year) for year in found["year"].values)], right=1)
    rows = {
        "compare_investment": found["investment"],
        "compare_cost": found["cost"].sum("cost_item"),
        "compare_energy": found["energy"].sel(measure_of_energy="equivalent") / UNITS["10k tce"][1],
    }
    for key, array in rows.items():
        shown.add_section()
        shown.add_row(plain(say(key), "bold"))
        for name in found["scenario"].values.tolist():
            shown.add_row(plain(name), *[_cell(value) for value in array.sel(scenario=name).values])
    return _titled(say("head_compare_money"), shown)


def _decisions(results: Results, found: list[Difference], full: bool, say: Speaker) -> RenderableType:
    if not found:
        return plain(say("compare_same"), "green")
    lines, what = _labels(results, "line", say), _labels(results, "arc", say) | _labels(results, "measure", say)
    columns = [say("col_line"), say("col_kind"), say("col_what"), *results]
    shown = table("", columns)
    counted: dict[str, list[Difference]] = defaultdict(list)
    for item in found:
        if item.kind == "retrofit" and not full:
            counted[item.line].append(item)
            continue
        cells = [plain(", ".join(str(year) for year in item.years[name]) or say("compare_none")) for name in results]
        shown.add_row(plain(lines[item.line]), plain(say(f"kind_{item.kind}")), plain(what[item.what]), *cells)
    for line, items in counted.items():
        cells = []
        for name in results:
            years = Counter(year for item in items for year in item.years[name])
            cells.append(plain(", ".join(f"{year}: {years[year]}" for year in sorted(years)) or say("compare_none")))
        shown.add_row(plain(lines[line]), plain(say("kind_retrofit")), plain(say("compare_retrofits", count=len(items))), *cells)
    return _titled(say("head_compare_decisions"), shown)


def _curve(base: str, found: xr.Dataset, results: Results, say: Speaker) -> RenderableType:
    names = ("kind", "what", "compare_rivals", "compare_scarce", "compare_tonnes", "compare_price", "compare_taken", "compare_left")
    shown = table("", [say(f"col_{name}") for name in names], right=4)
    goods, options = _labels(results, "good", say), found[f"option_{say.pick('zh', 'en')}"].values.tolist()
    named = dict(zip(found["option"].values.tolist(), options, strict=True))
    for option, name in named.items():
        own = found.sel(option=option)
        kind = str(own["kind"].values)
        tonnes, price, taken, left = (_cell(float(own[part])) for part in ("tonnes", "cost_per_tonne", "taken", "left"))
        shown.add_row(
            plain(say("kind_retrofit") if kind == "measure" else say(f"kind_{kind}")), plain(name),
            plain(say.pick("；", "; ").join(named[rival] for rival in str(own["rivals"].values).split())),
            plain(say.pick("；", "; ").join(goods[good] for good in str(own["scarce"].values).split())),
            tonnes, price, taken, left,
        )  # fmt: skip
    return _titled(say("head_compare_curve", name=base, year=found.attrs["year"]), shown)
