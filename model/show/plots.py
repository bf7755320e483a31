"""Growth and performance profiles as pictures; matplotlib is an extra and loaded only here."""

from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from model.errors import Fault, InputError
from model.language import Speaker, told

CHINESE = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC", "SimHei", "Noto Sans CJK JP")
"""Families with Chinese letters, best first; the Japanese face is the one that older matplotlib finds in Debian's file."""
CHINESE_FILES = ("NotoSansCJK", "SourceHanSans", "msyh", "PingFang", "simhei")
"""How the files of these families begin."""
TICKS = (1, 1.5, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000)
MARKS = "osD^vPXh<>"
"""Marks of steps, so that no two are told apart by colour alone."""
STROKES = ("solid", "dashed", "dashdot", "dotted")
"""Lines that lie on each other are told apart by their strokes."""


def _axes(say: Speaker) -> Any:
    """A figure's axes, with an installed Chinese font before the standard one; raises ``InputError`` without matplotlib."""
    try:
        from matplotlib import font_manager, rcParams
        from matplotlib.figure import Figure
    except ImportError:
        raise InputError([Fault("--plot", told("plot_missing"))]) from None
    if not _chinese(font_manager):  # the list that matplotlib keeps may be older than the fonts
        for file in font_manager.findSystemFonts():
            if Path(file).name.startswith(CHINESE_FILES):
                font_manager.fontManager.addfont(file)
    rcParams["font.family"] = [*_chinese(font_manager)[:1], "DejaVu Sans"]
    return Figure(figsize=(9, 5.5), layout="constrained").subplots()


def _chinese(font_manager: Any) -> list[str]:
    """Families with Chinese letters that matplotlib knows here."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in CHINESE if name in known]


def growth_plot(records: list[dict[str, Any]], path: Path, say: Speaker) -> None:
    """Seconds of every step over lines x years, both in logarithms; open marks where a limit stopped it."""
    axes = _axes(say)
    stopped = {"lp": "ended", "mip": "mip_ended"}
    records = sorted(records, key=lambda record: record["lines"] * record["years"])
    limited = False
    for stage, mark in zip(dict.fromkeys(stage for record in records for stage in record["seconds"]), cycle(MARKS), strict=False):
        some = [record for record in records if stage in record["seconds"]]
        sizes, seconds = [record["lines"] * record["years"] for record in some], [record["seconds"][stage] for record in some]
        (line,) = axes.loglog(sizes, seconds, marker=mark, label=say(f"step_{stage}"))
        for record, size, taken in zip(some, sizes, seconds, strict=True):
            if stage in stopped and record[stopped[stage]] != "optimal":
                axes.loglog([size], [taken], marker=mark, color=line.get_color(), markerfacecolor="white", zorder=3)
                limited = True
    size = say("plot_size_limited") if limited else say("plot_size")
    axes.set(xlabel=size, ylabel=say("plot_seconds"), title=say("plot_growth"))
    axes.grid(alpha=0.3)
    axes.figure.legend(loc="outside right center", fontsize="small")
    axes.figure.savefig(path, format="png", dpi=150)


def profile_plot(found: pd.DataFrame, path: Path, say: Speaker) -> None:
    """Share of cases that each configuration solves within a factor of the fastest, from how many times as slow it is by case."""
    axes = _axes(say)
    finite = found.to_numpy()[np.isfinite(found.to_numpy())]
    last = 1.2 * max(2.0, float(finite.max(initial=1.0)))
    for number, (name, column) in enumerate(found.items()):
        factors = np.sort(column.to_numpy()[np.isfinite(column.to_numpy())])
        shares = np.arange(len(factors) + 1) / len(column)
        label, stroke = f"{name}  {len(factors)}/{len(column)}", STROKES[number % len(STROKES)]
        axes.step([1.0, *factors, last], [*shares, shares[-1]], where="post", label=label, linestyle=stroke, linewidth=2)
    axes.set(xscale="log", xlim=(1, last), ylim=(-0.02, 1.02))
    axes.set(xlabel=say("plot_factor"), ylabel=say("plot_share"), title=say("plot_profile"))
    axes.set_xticks([tick for tick in TICKS if tick <= last], [f"{tick:g} x" for tick in TICKS if tick <= last], minor=False)
    axes.set_xticks([], minor=True)
    axes.grid(alpha=0.3)
    axes.figure.legend(loc="outside right center", fontsize="small")
    axes.figure.savefig(path, format="png", dpi=150)
