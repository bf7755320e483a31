"""A data folder of any size, statistically like the real fleet, so that growth is measured on the real code path.

Whole fleets are copied; sizes and outputs of each copy are drawn around the real ones with their group's totals kept, so that
every balance, cap and target of the base year scales with the number of fleets. Lines beyond whole fleets are kilns.
"""

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np

from model.contract import ENTITIES, FACTS, Companion, Fact, Line, Replay, Row, Transition
from model.tables import Tables

SPREAD = 0.25
"""Standard deviation of the logarithm of a copy's size against the real line's."""
EXTENSIVE = {
    ("good_facts", "supply"), ("good_facts", "sales"), ("good_facts", "final_demand"), ("segment_facts", "base_output"),
    ("quota_facts", "endowment"),
}  # fmt: skip
"""Facts that grow with the number of fleets; so do the values of clauses that are amounts, and the replay."""
AMOUNT_RULES = ("capacity_cap", "value_target", "production_floor")
FILLER = "clinker"
"""Group of the lines that fill up to the number asked for."""


def _clusters(tables: Tables) -> dict[str, list[Line]]:
    """Lines that share a site with on-site goods or companions belong together; all others stand alone."""
    bound = {name for row in tables.of(Companion) for name in (row.line, row.host)}
    clusters: dict[str, list[Line]] = defaultdict(list)
    for line in tables.of(Line):
        clusters[line.site if line.id in bound else line.id].append(line)
    return clusters


def _sizes(clusters: dict[str, list[Line]], weight: dict[str, float], copies: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Size of every copy of every cluster against the real one; the groups' totals stay what they are on average."""
    sizes = {name: rng.lognormal(0.0, SPREAD, copies) for name in sorted(clusters)}
    by_group: dict[str, list[str]] = defaultdict(list)
    for name, lines in clusters.items():
        if len(lines) == 1:
            by_group[lines[0].group].append(name)
        else:
            sizes[name] *= copies / sizes[name].sum()
    for names in by_group.values():
        total = copies * sum(weight[name] for name in names)
        drawn = sum(weight[name] * sizes[name].sum() for name in names)
        for name in names:
            sizes[name] *= total / drawn if drawn else 1.0
    return sizes


def synthesise(tables: Tables, lines: int, last_year: int, seed: int) -> dict[str, list[Row]]:
    """Tables of about ``lines`` lines up to ``last_year``; the same seed gives the same tables."""
    rng = np.random.default_rng(seed)
    clusters = _clusters(tables)
    copies = max(1, lines // len(tables.of(Line)))
    output = {row.subject: row.value for row in tables.facts("line_facts") if row.parameter == "base_output"}
    weight = {name: sum(output.get(line.id, 0.0) for line in members) for name, members in clusters.items()}
    sizes = _sizes(clusters, weight, copies, rng)
    size = {(line.id, n): float(sizes[name][n]) for name, members in clusters.items() for line in members for n in range(copies)}
    found: dict[str, list[Row]] = {kind.title: list(tables.of(kind)) for kind in ENTITIES}
    found |= {table: list(tables.facts(table)) for table in FACTS}
    fill = max(0, lines - copies * len(tables.of(Line)))
    kilns = [line.id for line in tables.of(Line) if line.group == FILLER and line.status == "existing"]
    extra = [(kilns[n % len(kilns)], copies + n // len(kilns)) for n in range(fill)] if kilns else []
    made, more = copies * sum(output[name] for name in kilns), sum(output[name] for name, _ in extra)
    share = made / (made + more) if made else 1.0
    size |= dict.fromkeys(extra, 1.0)
    _copy_lines(found, tables, size, share, set(kilns))
    _scale(found, tables, copies)
    _extend(found, last_year)
    return found


def _name(line: str, copy: int) -> str:
    return f"{line}_{copy + 1:04d}"


def _copy_lines(found: dict[str, list[Row]], tables: Tables, size: dict[tuple[str, int], float], share: float, kilns: set[str]) -> None:
    """Lines, their facts, companions and the transitions that name them, for every copy."""
    chosen = sorted(size)
    rows = {row.id: row for row in tables.of(Line)}
    found["lines"] = [
        rows[line].model_copy(
            update={
                "id": _name(line, n), "site": f"{rows[line].site}_{n + 1:04d}",
                "name_zh": f"{rows[line].name_zh} {n + 1}", "name_en": f"{rows[line].name_en} {n + 1}",
            }
        )
        for line, n in chosen
    ]  # fmt: skip
    facts: dict[str, list[Fact]] = defaultdict(list)
    for fact in tables.facts("line_facts"):
        facts[fact.subject].append(fact)
    found["line_facts"] = [
        _line_fact(fact, line, n, size[line, n], share if line in kilns else 1.0) for line, n in chosen for fact in facts[line]
    ]
    copies = sorted({n for _, n in chosen})
    found["companions"] = [
        row.model_copy(update={"line": _name(row.line, n), "host": _name(row.host, n)})
        for n in copies for row in tables.of(Companion) if (row.line, n) in size and (row.host, n) in size
    ]  # fmt: skip
    members: dict[str, list[str]] = defaultdict(list)
    for line, n in chosen:
        members[line].append(_name(line, n))
    found["transitions"] = [
        row.model_copy(update={"applies": [name for part in row.applies for name in (members[part] if part in rows else [part])]})
        for row in tables.of(Transition)
    ]


def _line_fact(fact: Fact, line: str, copy: int, size: float, share: float) -> Fact:
    factor = {"capacity": size, "base_output": size * share}.get(fact.parameter, 1.0)
    scaled = {"value": fact.value * factor, "low": None, "high": None} if factor != 1.0 else {}
    return fact.model_copy(update={"subject": _name(line, copy)} | scaled)


def _scale(found: dict[str, list[Row]], tables: Tables, copies: int) -> None:
    """Multiply what grows with the number of fleets."""
    amounts = {str(getattr(row, "id", "")) for row in found["clauses"] if getattr(row, "rule", "") in AMOUNT_RULES}

    def grows(table: str, fact: Fact) -> bool:
        return (table, fact.parameter) in EXTENSIVE or (table == "clause_facts" and fact.subject in amounts)

    for table in ("good_facts", "segment_facts", "quota_facts", "clause_facts"):
        found[table] = [
            fact.model_copy(update={"value": fact.value * copies, "low": None, "high": None}) if grows(table, fact) else fact
            for fact in tables.facts(table)
        ]
    found["replay"] = [row.model_copy(update={"value": row.value * copies}) for row in tables.of(Replay)]


def _extend(found: dict[str, list[Row]], last_year: int) -> None:
    """Hold the last value of every fact by year up to ``last_year``."""
    for table in FACTS:
        latest: dict[tuple[object, ...], Fact] = {}
        for row in found[table]:
            if isinstance(row, Fact) and row.year is not None:
                key = (row.subject, row.parameter, row.item, row.path)
                if key not in latest or (latest[key].year or 0) < row.year:
                    latest[key] = row
        found[table] += [
            fact.model_copy(update={"year": last_year, "grade": "E", "note": "last value held"})
            for fact in latest.values()
            if fact.year is not None and fact.year < last_year and fact.parameter != "base_output"
        ]


def scenario_text(name: str, last_year: int) -> str:
    """A scenario file that runs a synthetic folder under the plan's clauses."""
    return (
        "# Made by run.py synth; numbers are drawn, not facts.\nextends: plan\n"
        f"title: {{zh: 合成数据 {name}, en: Synthetic data {name}}}\n"
        "why: {zh: 测量规模增长, en: To measure growth}\n"
        f"data: {name}\nyears: {{first: 2020, last: {last_year}}}\n"
    )


def write_tables(rows: dict[str, list[Row]], folder: Path) -> None:
    """Write tables as CSV files of the contract; empty ones are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, members in rows.items():
        if not members:
            continue
        columns = list(type(members[0]).model_fields)
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(columns)
            writer.writerows([_cell(getattr(row, column)) for column in columns] for row in members)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ";".join(str(part) for part in value)
    return repr(value) if isinstance(value, float) else str(value)
