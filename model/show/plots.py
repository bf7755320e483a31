"""Growth and performance profiles as pictures; matplotlib is an extra and loaded only here."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from model.errors import Fault, InputError
from model.language import Speaker, told

CHINESE = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei", "Noto Sans CJK JP")
"""Families with Chinese letters, best first; the Japanese face is the one that older matplotlib finds in Debian's file."""


def _axes(say: Speaker) -> Any:
    """A figure's axes, with an installed Chinese font before the standard one; raises ``InputError`` without matplotlib."""
    try:
        from matplotlib import font_manager, rcParams
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError([Fault("--plot", told("plot_missing"))]) from None
    installed = {font.name for font in font_manager.fontManager.ttflist}
    rcParams["font.family"] = [*[name for name in CHINESE if name in installed][:1], "DejaVu Sans"]
    return Figure(figsize=(9, 5.5), layout="constrained").subplots()


def growth_plot(records: list[dict[str, Any]], path: Path, say: Speaker) -> None:
    """Seconds of every step over lines x years, both in logarithms; open marks where a limit stopped it."""
    axes = _axes(say)
    stopped = {"lp": "ended", "mip": "mip_ended"}
    records = sorted(records, key=lambda record: record["lines"] * record["years"])
    for stage in dict.fromkeys(stage for record in records for stage in record["seconds"]):
        some = [record for record in records if stage in record["seconds"]]
        sizes, seconds = [record["lines"] * record["years"] for record in some], [record["seconds"][stage] for record in some]
        (line,) = axes.loglog(sizes, seconds, marker="o", label=say(f"step_{stage}"))
        for record, size, taken in zip(some, sizes, seconds, strict=True):
            if stage in stopped and record[stopped[stage]] != "optimal":
                axes.loglog([size], [taken], marker="o", color=line.get_color(), markerfacecolor="white", zorder=3)
    axes.set(xlabel=say("plot_size"), ylabel=say("plot_seconds"), title=say("plot_growth"))
    axes.grid(alpha=0.3)
    axes.figure.legend(loc="outside right center", fontsize="small")
    axes.figure.savefig(path, format="png", dpi=150)


def profile_plot(shares: pd.DataFrame, path: Path, say: Speaker) -> None:
    """Share of instances that each configuration solves within a factor of the fastest."""
    axes = _axes(say)
    factors = [float(factor) for factor in shares.columns if np.isfinite(float(factor))]
    for name, row in shares.iterrows():
        axes.step(factors, row.to_numpy()[: len(factors)], where="post", marker="o", label=str(name))
    axes.set(xscale="log", ylim=(-0.02, 1.02), xlabel=say("plot_factor"), ylabel=say("plot_share"), title=say("plot_profile"))
    axes.grid(alpha=0.3)
    axes.legend()
    axes.figure.savefig(path, format="png", dpi=150)
