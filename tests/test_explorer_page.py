"""The explorer in a browser (the system's Chromium): views in both languages, a lever to its result, cancel, refusals, restart."""

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from test_explorer import HOSTILE, Served, small_project, start, stop
from test_page import CHROMIUM, CONTRAST, FLAGS, NAMELESS, PATIENCE, Reader, has_chinese, playwright

from model.cli.explore import write_page
from model.language import Language, Speaker
from model.runner import read_result
from model.studies import trade_off
from model.tradeoff import Axis, Search, ground, pursue, sketch

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium fonts-noto-cjk")
OWN = ("trial", "facts", "library")
PLACES = {
    "finding": ["finding", "answers", "figures", "paths", "causes", "scorecard"], "trial": ["trial", "paths", "causes", "figures"],
    "compare": ["figures", "causes", "sectors", "capacity", "waterfall", "money", "gantt"], "gantt": ["gantt"],
    "scorecard": ["scorecard", "capacity"], "tradeoff": ["tradeoff", "curve", "more"],
    "flows": ["energy", "materials", "carbon"], "futures": ["futures", "grades"], "facts": ["facts", "grades", "method"],
    "runs": ["runs", "certificate", "scenarios"], "library": ["library"],
}  # fmt: skip
"""Views of each place, for the teaching example with its trade-off."""
CAP = '[id="edit-field|caps|steel"]'


class Visitor(Reader):
    """A reader of a served page."""

    def outside(self) -> list[str]:
        """Requests to anywhere but the page's own server."""
        return [address for address in self.asked if not address.startswith((self.address, "data:", "blob:", "about:"))]


@pytest.fixture(scope="module")
def browser() -> Iterator["playwright.Browser"]:
    """A browser."""
    with playwright.sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield made
        made.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running explorer; one stored result has a hostile title, one was changed after it was certified."""
    folders = small_project(tmp_path_factory.mktemp("explorer_page"))
    search = Search(ground(folders, "plan"), Axis.COST)
    for _ in pursue(folders, search.base, "frontier-cost", {}, lambda earlier: sketch(search, 3, earlier)):
        pass
    for suffix in (".nc", ".json"):
        shutil.copyfile(folders.results / f"plan{suffix}", folders.results / f"changed{suffix}")
    with (folders.results / "changed.nc").open("ab") as file:
        file.write(b"x")
    manifest = (folders.results / "plan.json").read_text(encoding="utf-8")
    (folders.results / "bare.json").write_text(manifest.replace('"valid": true', '"valid": false'), encoding="utf-8")
    shutil.copyfile(folders.results / "plan.nc", folders.results / "bare.nc")
    made, service, thread = start(folders, names=["plan"])
    yield made
    stop(service, thread)


@pytest.fixture
def visitor(served: Served, browser: "playwright.Browser") -> Iterator[Visitor]:
    """A tab of its own."""
    made = Visitor(browser, served.address)
    yield made
    made.page.close()


def changed_lever(visitor: Visitor, value: str) -> None:
    """Write a cap for steel and press Solve."""
    if not visitor.page.locator("#trial").count():
        visitor.page.click("#go-trial")
    visitor.page.wait_for_selector(CAP)
    visitor.page.fill(CAP, value)
    visitor.page.keyboard.press("Tab")
    visitor.page.click("#solve")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_place_is_drawn_in_both_languages_in_silence(visitor: Visitor, language: str) -> None:
    """By keyboard from place to place; each has its views, words in one language, contrast, names, and room at a projector's width."""
    visitor.open(f"l={language}&a=plan&q=coal&d=0")
    visitor.page.set_viewport_size({"width": 1024, "height": 768})
    for place, views in PLACES.items():
        visitor.page.focus(f"#go-{place}")
        visitor.page.keyboard.press("Enter")
        visitor.page.wait_for_selector(f"#{views[0]}")
        visitor.wait()
        if place in ("facts", "trial"):
            visitor.page.wait_for_selector({"facts": "#facts table", "trial": CAP}[place])
        assert visitor.page.eval_on_selector_all("section.card", "cards => cards.map(card => card.id)") == views
        assert visitor.page.evaluate("document.activeElement.id") == f"go-{place}"
        for name in views:
            heading = visitor.page.locator(f"#{name} h2").inner_text()
            assert has_chinese(heading) == (language == "zh"), heading
        text = visitor.page.locator("body").inner_text()
        assert "undefined" not in text
        assert "NaN" not in text
        assert language == "zh" or not has_chinese(text.replace("中文", "")), place
        assert visitor.page.evaluate(CONTRAST) == []
        assert visitor.page.evaluate(NAMELESS) == []
        assert visitor.page.evaluate("document.documentElement.scrollWidth") <= 1024
        assert f"v={place}" in visitor.page.url
    visitor.page.go_back()
    visitor.page.wait_for_selector("#runs")
    visitor.page.click("#go-all")
    visitor.page.wait_for_selector("#method")
    assert {name for views in PLACES.values() for name in views} == set(
        visitor.page.eval_on_selector_all("section.card", "cards => cards.map(card => card.id)")
    )
    assert visitor.heard == []
    assert visitor.outside() == []


def test_address_restores_scenarios_edits_and_search(visitor: Visitor) -> None:
    visitor.open("l=en&a=plan&v=trial")
    visitor.page.wait_for_selector(CAP)
    visitor.page.fill(CAP, "2022: 90")
    visitor.page.keyboard.press("Tab")
    visitor.page.click("#go-facts")
    visitor.page.fill("#facts-words", "coal")
    visitor.page.keyboard.press("Enter")
    visitor.page.locator("#facts .unit:has-text('matching')").wait_for()
    state = visitor.page.url.split("#")[1]
    visitor.open(state)
    visitor.page.wait_for_selector("#facts table")
    assert visitor.page.input_value("#facts-words") == "coal"
    visitor.page.click("#go-trial")
    assert visitor.page.input_value(CAP) == "2022: 90"
    visitor.page.locator("#language").click()
    visitor.wait()
    assert visitor.page.input_value(CAP) == "2022: 90"


def test_a_lever_becomes_a_result_beside_the_plan_and_is_kept(visitor: Visitor, served: Served) -> None:
    visitor.open("l=en&a=plan&v=trial")
    visitor.page.fill("#trial-title", HOSTILE.replace("\n", " "))
    changed_lever(visitor, "125")
    visitor.page.wait_for_selector(".notice.good", timeout=PATIENCE)
    visitor.wait()
    name = visitor.page.input_value("#choose-f")
    assert name.startswith("try-")
    assert visitor.page.input_value("#choose-r") == "plan"
    visitor.page.click(".notice.good button:has-text('Compare')")
    visitor.page.wait_for_selector("#wedges .chart svg, #causes .chart svg")
    visitor.page.locator("#gantt input[type=checkbox]").uncheck()
    visitor.wait()
    visitor.page.click("#go-finding")
    assert "<script>window.taken=1</script>" in visitor.page.locator("#finding .finding").inner_text()
    assert visitor.page.evaluate("window.taken") is None
    visitor.page.click("#go-trial")
    visitor.page.click("#jobs button:has-text('Save')")
    visitor.page.fill("#keep-name", "../bad")
    visitor.page.click("#keep-save")
    visitor.page.wait_for_selector("#dialog .bad:not(:empty)")
    visitor.page.fill("#keep-name", "kept")
    visitor.page.fill("#keep-title", "Steel held")
    visitor.page.click("#keep-save")
    visitor.page.wait_for_selector(".notice.good:has-text('scenarios/kept.yaml')")
    visitor.wait()
    assert visitor.page.input_value("#choose-f") == "kept"
    assert served.folders.scenario("kept").is_file()
    visitor.page.click("#go-finding")
    assert "Steel held" in visitor.page.locator("#finding .finding").inner_text()
    assert visitor.heard == []
    assert visitor.outside() == []


def test_infeasible_settings_are_explained_and_a_repair_is_one_click(visitor: Visitor) -> None:
    visitor.open("l=en&a=plan")
    changed_lever(visitor, "much")
    visitor.page.wait_for_selector(".notice.bad:has-text('Not a number')")
    assert visitor.page.get_attribute(CAP, "aria-invalid") == "true"
    changed_lever(visitor, "100")
    visitor.page.wait_for_selector(".job.infeasible .reasons li", timeout=PATIENCE)
    assert "no plan meets all provisions" in visitor.page.locator(".job.infeasible .job-state").inner_text()
    visitor.page.click(".job.infeasible button:has-text('Explain')")
    visitor.page.locator(".job.explained .repair").first.wait_for(timeout=PATIENCE)
    assert "allows at most 100" in visitor.page.locator(".job.explained .explanation").inner_text()
    visitor.page.locator(".job.explained .repair").first.click()
    visitor.page.wait_for_selector(".notice.good", timeout=PATIENCE)
    visitor.wait()
    visitor.page.click("#go-finding")
    assert "(repair 1)" in visitor.page.locator("#finding .finding").inner_text()
    visitor.page.click("#go-trial")
    while visitor.page.locator(".job button:has-text('Throw away')").count():
        before = visitor.page.locator(".job").count()
        visitor.page.locator(".job button:has-text('Throw away')").first.click()
        visitor.page.locator(".job").nth(before - 1).wait_for(state="detached")
    visitor.wait()
    assert visitor.page.locator("#choose-f").count() == 0, "the plan alone is left"
    assert visitor.heard == []


def test_two_tabs_at_once_each_get_their_own_result(visitor: Visitor, browser: "playwright.Browser", served: Served) -> None:
    other = Visitor(browser, served.address)
    visitor.open("l=en&a=plan")
    other.open("l=zh&a=plan")
    changed_lever(visitor, "126")
    changed_lever(other, "127")
    for tab, number in ((visitor, "126"), (other, "127")):
        tab.page.wait_for_selector(".notice.good", timeout=PATIENCE)
        tab.wait()
        tab.page.click("#go-finding")
        assert number in tab.page.locator("#finding .finding").inner_text()
        assert tab.heard == []
    for tab in (visitor, other):
        tab.page.click("#go-trial")
        tab.page.locator(".job.solved").nth(1).wait_for(timeout=PATIENCE)  # both see both
    other.page.close()


def test_a_view_is_taken_home_as_a_workbook(visitor: Visitor) -> None:
    visitor.open("l=en&a=plan")
    with visitor.page.expect_download() as waiting:
        visitor.page.click("#scorecard .tools button:has-text('Excel')")
    assert waiting.value.suggested_filename == "scorecard-plan-en.xlsx"
    words, table = load_workbook(BytesIO(Path(waiting.value.path()).read_bytes())).worksheets
    assert words["A2"].value == visitor.page.locator("#scorecard h2").inner_text()
    assert [cell.value for cell in table[1]] == visitor.page.locator("#scorecard thead th").all_inner_texts()
    assert any(cell.value == 120 for row in table.iter_rows() for cell in row), "numbers are numbers"
    assert visitor.heard == []


def test_the_exported_twin_is_the_same_page_without_a_server(served: Served, browser: "playwright.Browser", tmp_path: Path) -> None:
    file = tmp_path / "twin.html"
    write_page(served.folders, ["plan"], file, None, Speaker(Language.EN))
    twin, live = Reader(browser, file.as_uri()), Visitor(browser, served.address)
    for page in (twin, live):
        page.open("l=en&a=plan&v=all")
    views = [page.page.eval_on_selector_all("section.card", "cards => cards.map(card => card.id)") for page in (twin, live)]
    assert views[0] == [name for name in views[1] if name not in OWN]
    assert len({page.page.locator("#finding .finding").inner_text() for page in (twin, live)}) == 1
    assert twin.heard == []
    assert twin.outside() == []
    for page in (twin, live):
        page.page.close()


def test_cancel_cancels_and_another_tab_sees_it(visitor: Visitor, browser: "playwright.Browser", served: Served) -> None:
    other = Visitor(browser, served.address)
    visitor.open("l=en&a=plan&v=trial")
    other.open("l=zh&a=plan&v=trial")
    changed_lever(other, "115")  # it listens from now on
    changed_lever(visitor, "110")
    visitor.page.locator("#jobs .job:has-text('110') button:has-text('Cancel')").click()
    visitor.page.wait_for_selector(".job.cancelled")
    other.page.wait_for_selector(".job.cancelled")
    assert "已取消" in other.page.locator(".job.cancelled").inner_text()
    assert other.heard == visitor.heard == []
    other.page.close()


@pytest.mark.parametrize(("name", "reason"), [("changed", "not the file that was certified"), ("bare", "no valid certificate")])
def test_a_result_that_does_not_hold_is_refused_with_its_reason(visitor: Visitor, name: str, reason: str) -> None:
    visitor.open(f"l=en&a=plan,{name}")
    visitor.page.wait_for_selector(f".notice.bad:has-text('{reason}')")
    assert visitor.page.locator("#finding .finding").inner_text().startswith("In ")
    assert visitor.heard == []


def test_after_a_restart_the_old_page_says_what_to_do_and_the_view_is_restored(browser: "playwright.Browser", served: Served) -> None:
    made, service, thread = start(served.folders, names=["plan"])
    visitor = Visitor(browser, made.address)
    visitor.open("l=en&a=plan&b=scope1&v=library")
    state = visitor.page.url.split("#")[1]
    stop(service, thread)
    visitor.page.click("#library button:has-text('Read again')")
    visitor.page.wait_for_selector(".notice.bad:has-text('started again')")
    again, service, thread = start(served.folders, port=made.port, names=["plan"])
    visitor.heard.clear()
    visitor.page.click("#library button:has-text('Read again')")
    visitor.address = again.address
    visitor.open(state)
    assert visitor.page.input_value("#choose-b") == "scope1"
    visitor.page.close()
    stop(service, thread)


def test_without_results_the_page_offers_to_solve(browser: "playwright.Browser", tmp_path: Path) -> None:
    folders = small_project(tmp_path)
    shutil.rmtree(folders.results)
    made, service, thread = start(folders)
    visitor = Visitor(browser, made.address)
    visitor.open("l=en")
    assert "Press Solve" in visitor.page.locator("#welcome").inner_text()
    visitor.page.locator("#language").click()
    assert has_chinese(visitor.page.locator("#welcome h2").inner_text())
    visitor.page.wait_for_selector(CAP)
    visitor.page.click("#solve")
    visitor.page.wait_for_selector("#finding .finding", timeout=PATIENCE)
    assert visitor.heard == []
    visitor.page.close()
    stop(service, thread)


def test_line_clause_and_point_answer_further_questions(visitor: Visitor, served: Served) -> None:
    """A line: paths of emissions and cost, facts, and why; a clause: what if it moved; a point of the trade-off: its plan."""
    visitor.open("l=en&a=plan&d=0&v=gantt")
    visitor.page.locator("#gantt .mark-rect path").first.click()
    dialog = visitor.page.locator("#dialog")
    assert dialog.locator(".pair .chart svg").count() == 2
    dialog.locator("table").nth(1).wait_for()
    visitor.page.click("#why-button")
    dialog.locator("#why .answer").first.wait_for(timeout=PATIENCE)
    assert "what if" in dialog.locator("#why").inner_text()
    visitor.page.keyboard.press("Escape")
    visitor.page.click("#go-scorecard")
    visitor.page.locator("#scorecard tbody button", has_text="cap").first.click()
    assert "What if it moved" in dialog.inner_text()
    visitor.page.fill("#clause-value", "much")
    visitor.page.click("#clause-solve")
    assert "Not a number" in dialog.locator(".bad").inner_text()
    visitor.page.fill("#clause-value", "130")
    visitor.page.click("#clause-solve")
    visitor.page.wait_for_selector("#strip .job")  # in sight although levers are elsewhere
    visitor.page.wait_for_selector(".notice.good", timeout=PATIENCE)
    visitor.wait()
    visitor.page.click("#go-finding")
    assert ": 130" in visitor.page.locator("#finding .finding").inner_text()
    visitor.page.click(".notice.good button:has-text('Close')")
    visitor.page.select_option("#choose-f", "plan")
    visitor.page.click("#go-tradeoff")
    front = trade_off(served.folders.results, read_result(served.folders, "plan"), "cost")
    assert front
    visitor.page.locator("#tradeoff .controls button").first.click()
    visitor.page.wait_for_selector(".notice.good", timeout=PATIENCE)
    visitor.wait()
    point = visitor.page.input_value("#choose-f")
    found = visitor.page.evaluate(f"fetch('results/{point}').then(answer => answer.json())")
    stages = {stage["goal"]: stage["value"] for stage in found["run"]["stages"]}
    assert (stages["cost"], stages["emissions"]) == pytest.approx(tuple(front["points"][0][key] for key in ("cost", "emissions")), rel=1e-4)
    visitor.page.click("#go-trial")
    row = visitor.page.locator(f'#jobs li[data-name="{point}"]')
    assert row.locator("button:has-text('Throw away')").count() == 1
    assert row.locator("button:has-text('Save')").count() == 0, "a point is no scenario"
    while visitor.page.locator("#jobs button:has-text('Throw away')").count():
        before = visitor.page.locator("#jobs .job").count()
        visitor.page.locator("#jobs button:has-text('Throw away')").first.click()
        visitor.page.locator("#jobs .job").nth(before - 1).wait_for(state="detached")
    assert visitor.heard == []
    assert visitor.outside() == []


def test_flows_follow_the_year_and_the_address_keeps_it(visitor: Visitor) -> None:
    visitor.open("l=en&a=plan&v=flows&y=2021")
    assert "2021" in visitor.page.locator("#carbon h2").inner_text()
    visitor.page.locator("#carbon select").select_option("2020")
    visitor.wait()
    for name in ("energy", "materials", "carbon"):
        assert "2020" in visitor.page.locator(f"#{name} h2").inner_text()
    assert "y=2020" in visitor.page.url


def test_an_address_put_into_the_same_tab_brings_its_results(visitor: Visitor, served: Served) -> None:
    for suffix in (".nc", ".json"):
        shutil.copyfile(served.folders.results / f"plan{suffix}", served.folders.results / f"again{suffix}")
    visitor.open("l=en&a=plan&v=runs")
    visitor.page.evaluate("location.hash = 'l=zh&a=plan,again&v=scorecard'")
    visitor.page.wait_for_selector("#scorecard")
    for suffix in (".nc", ".json"):
        (served.folders.results / f"again{suffix}").unlink()
    assert has_chinese(visitor.page.locator("#scorecard h2").inner_text())
