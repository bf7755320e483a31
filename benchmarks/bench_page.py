"""First draw of the report page in the system's Chromium, from the start of loading to the first screen. No timing decides a test."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from model.folders import Folders
from model.report import payload, render
from model.runner import read_checked, read_result
from model.store import stored_names

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
FOLDERS = Folders(Path(__file__).parent.parent)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]


@pytest.mark.skipif(CHROMIUM is None or not stored_names(FOLDERS.results), reason="no Chromium, or no stored result")
def bench_first_draw(benchmark: Any, tmp_path: Path) -> None:
    """Every stored result on one page; ``extra_info`` has the page's own clock in ms and its size in kB."""
    results = [read_result(FOLDERS, name) for name in stored_names(FOLDERS.results)]
    page = tmp_path / "report.html"
    page.write_text(render(payload(results, read_checked(FOLDERS.province(str(results[0].manifest["data"]))))), encoding="utf-8")
    draws: list[float] = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

        def drawn() -> None:
            tab = browser.new_page(viewport={"width": 1280, "height": 900})
            tab.goto(page.as_uri())
            tab.wait_for_selector("html[data-drawn=first], html[data-drawn=all]")
            draws.append(tab.evaluate("performance.getEntriesByName('first-draw')[0].startTime"))
            tab.close()

        benchmark.pedantic(drawn, rounds=7, iterations=1, warmup_rounds=1)
        browser.close()
    benchmark.extra_info |= {"first_draw_ms": sorted(round(draw) for draw in draws[1:]), "page_kB": page.stat().st_size // 1000}
