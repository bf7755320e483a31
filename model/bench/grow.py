"""How seconds and memory of every step grow with the number of lines and years, on synthetic folders in a temporary place."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from model.bench.process import call, sound
from model.datapackage import write_descriptor
from model.runner import read_checked
from model.synth import scenario_text, synthesise, write_tables

Record = dict[str, Any]


@dataclass(frozen=True)
class Sizes:
    """Numbers of lines and of years whose every combination is measured; each ``repeats`` times."""

    lines: tuple[int, ...]
    years: tuple[int, ...]
    seed: int = 0
    repeats: int = 1
    time_limit: float = 60.0


def measure_growth(root: Path, sizes: Sizes, finished: Callable[[Record], None] = lambda record: None) -> list[Record]:
    """One record per size, smallest first: seconds and peak memory (MB) of each step; of repeats the one with the median time."""
    tables = read_checked(root / "data" / "chongqing")
    base = 2020
    found: list[Record] = []
    with tempfile.TemporaryDirectory(prefix="growth-") as name:
        folder = Path(name)
        shutil.copytree(root / "scenarios", folder / "scenarios")
        (folder / "data").mkdir()
        shutil.copy(root / "data" / "units.csv", folder / "data" / "units.csv")
        for lines, years in sorted(product(sizes.lines, sizes.years), key=lambda pair: pair[0] * pair[1]):
            title, last = f"synth-{lines}-{years}", base + years - 1
            write_tables(synthesise(tables, lines, last, sizes.seed), folder / "data" / title)
            write_descriptor(folder / "data" / title)
            (folder / "scenarios" / f"{title}.yaml").write_text(scenario_text(title, last), encoding="utf-8")
            job = {"task": "grow", "root": str(folder), "instance": title, "time_limit": sizes.time_limit}
            runs = [sound(call(job), title) for _ in range(sizes.repeats)]
            found.append(_middle(runs))
            finished(found[-1])
            shutil.rmtree(folder / "data" / title)
    return found


def _middle(runs: Sequence[Record]) -> Record:
    return sorted(runs, key=lambda run: sum(run["seconds"].values()))[len(runs) // 2]
