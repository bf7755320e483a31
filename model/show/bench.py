"""Run books as tables and lines for the terminal; nothing is computed here."""

from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from rich.table import Table

from model.bench import Growth, Ratio, grown, profile, summary
from model.language import Speaker
from model.show.text import number, plain, table


def _small(value: float) -> str:
    return f"{value:.1e}" if np.isfinite(value) else "–"


def run_line(run: int, of: int, record: dict[str, Any], say: Speaker) -> str:
    """One finished run as a line."""
    line = say(
        "bench_run", run=run, of=of, instance=record["instance"], config=record["configuration"], seed=record["seed"],
        repeat=record["repeat"] + 1, ended=record["termination_condition"], seconds=number(record.get("runtime", np.nan), 3),
        gap=_small(record.get("gap", np.nan)), memory=number(record.get("memory", np.nan), 0),
    )  # fmt: skip
    return f"{line}  {record['message']}" if record.get("message") else line


def book_views(book: xr.Dataset, say: Speaker) -> list[Table]:
    """Medians of every instance and configuration; the performance profile where there is something to compare."""
    names = ("instance", "config", "runs", "solved", "ended", "runtime", "wall", "memory", "objective", "gap", "nodes", "violation")
    shown = table(say("head_bench"), [say(f"col_{name}") for name in names])
    for row in summary(book).to_dict("records"):
        shown.add_row(
            plain(row["instance"]), plain(row["configuration"]), str(row["runs"]), str(row["solved"]), plain(row["ended"]),
            number(row["runtime"], 3), number(row["wall"], 2), number(row["memory"], 0), number(row["objective"], 4),
            _small(row["gap"]), number(row["nodes"], 0), _small(row["violation"]),
        )  # fmt: skip
    return [shown, _profile(profile(book), say)] if book.sizes["configuration"] > 1 else [shown]


def _profile(shares: pd.DataFrame, say: Speaker) -> Table:
    heads = [say("bench_solved") if not np.isfinite(float(factor)) else f"≤ {factor:g} x" for factor in shares.columns]
    shown = table(say("head_profile"), [say("col_config"), *heads], right=1)
    for name, row in shares.iterrows():
        shown.add_row(plain(name), *[f"{share:.0%}" for share in row])
    return shown


def ratio_table(found: list[Ratio], say: Speaker) -> Table:
    """Second book against the first."""
    names = ("instance", "config", "quantity", "ratio", "spread")
    shown = table(say("head_ratios"), [say(f"col_{name}") for name in names])
    for item in found:
        spread = f"{item.low:.2f} – {item.high:.2f}"
        shown.add_row(plain(item.instance), plain(item.configuration), say(f"col_{item.quantity}"), f"{item.ratio:.2f}", spread)
    return shown


def growth_views(records: list[dict[str, Any]], say: Speaker) -> list[Table]:
    """Seconds and peak memory of every step by size, and the exponents of their growth with lines x years."""
    heads = [f"{record['lines']} x {record['years']}" for record in records]
    found = grown(records)
    return [
        _grown(say("head_grow_seconds"), "seconds", records, found, heads, say),
        _grown(say("head_grow_memory"), "memory", records, found, heads, say),
        _matrix(records, heads, say),
    ]


def _grown(title: str, quantity: str, records: list[dict[str, Any]], found: list[Growth], heads: list[str], say: Speaker) -> Table:
    shown = table(title, [say("col_step"), *heads, say("col_exponent")], right=1)
    for item in found:
        values = [number(record[quantity].get(item.stage, np.nan), 0 if quantity == "memory" else 3) for record in records]
        shown.add_row(plain(say(f"step_{item.stage}")), *values, number(getattr(item, quantity), 2))
    return shown


def _matrix(records: list[dict[str, Any]], heads: list[str], say: Speaker) -> Table:
    shown = table(say("head_grow_size"), [say("col_item"), *heads], right=1)
    for name in ("rows", "columns", "nonzeros"):
        shown.add_row(plain(say(f"col_{name}")), *[number(record[name], 0) for record in records])
    for step, name in (("lp", "ended"), ("mip", "mip_ended")):
        shown.add_row(plain(say(f"step_{step}")), *[plain(say(f"ended_{record[name]}")) for record in records])
    return shown
