"""First draw of the explorer with 20 results in the folder, in the system's Chromium on this machine. No timing decides a test."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from model.folders import Folders
from model.scenario import Scenario
from model.store import load, save

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
ROOT = Path(__file__).parent.parent
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
RESULTS = 20
FIRST = "html[data-drawn=first], html[data-drawn=all]"


def renamed(folders: Folders, name: str, target: Path, new: str) -> None:
    """Store a result again under another name, with a manifest of its own."""
    stored = load(folders.results, name)
    scenario = Scenario.model_validate_json(stored.inputs.attrs["scenario_json"]).model_copy(update={"name": new})
    inputs = stored.inputs.assign_attrs(scenario_json=scenario.canonical(), scenario=new)
    manifest = dict(stored.manifest) | {"scenario": new, "scenario_hash": scenario.digest()}
    save(target, new, stored.result.assign_attrs(scenario=new), inputs, manifest)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with ``RESULTS`` results: the plan and frozen technology, and copies of them."""
    root, folders = tmp_path_factory.mktemp("twenty"), Folders(ROOT)
    for part in ("data", "scenarios"):
        (root / part).symlink_to(ROOT / part, target_is_directory=True)
    shutil.copy(ROOT / "run.py", root / "run.py")
    for place in range(RESULTS):
        name = ("frozen", "plan")[place % 2]
        renamed(folders, name, root / "results", name if place < 2 else f"copy-{place:02d}")
    return root


def processor_seconds(process: int) -> float:
    """Processor time of a process and of all that it started, as Linux counts it."""
    found: dict[int, list[tuple[int, float]]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        found.setdefault(int(fields[1]), []).append((int(entry.parent.name), sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")))

    def below(number: int) -> float:
        return sum(seconds + below(child) for child, seconds in found.get(number, []))

    return below(process)


@pytest.mark.skipif(CHROMIUM is None or not (ROOT / "results" / "frozen.nc").exists(), reason="no Chromium, or plan and frozen not run")
@pytest.mark.parametrize("named", [False, True], ids=["four-newest", "all-twenty"])
def bench_first_draw_of_twenty(benchmark: Any, project: Path, named: bool) -> None:
    """The first draw by the page's own clock (ms), at once after the start and then again, and processor seconds of server and browser."""
    names = sorted(path.stem for path in (project / "results").glob("*.nc")) if named else []
    server = subprocess.Popen(  # noqa: S603 (this project's own program)
        [sys.executable, "run.py", "explore", *names, "--no-browser", "--lang", "en"], cwd=project, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert server.stdout
    address = next(found.group(0) for line in server.stdout if (found := re.search(r"http://\S+", line)))
    draws: list[tuple[int, float]] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def drawn() -> None:
            before = processor_seconds(os.getpid())
            tab = browser.new_page(viewport={"width": 1280, "height": 900})
            tab.goto(address)
            tab.wait_for_selector(FIRST, timeout=120_000)
            clock = tab.evaluate("performance.getEntriesByName('first-draw')[0].startTime")
            draws.append((round(clock), round(processor_seconds(os.getpid()) - before, 2)))
            tab.locator(".chip").nth((len(names) or 4) - 1).wait_for(timeout=240_000)
            tab.close()

        try:
            benchmark.pedantic(drawn, rounds=5, iterations=1, warmup_rounds=1)
        finally:
            browser.close()
            server.terminate()
            server.wait()
    benchmark.extra_info |= {"at_once_after_start": draws[0], "then": draws[1:]}
