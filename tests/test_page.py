"""The report page in a browser (the system's Chromium): both languages, no message, no request, harmless names, state in the address."""

import csv
import html
import shutil
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from test_report import HOSTILE, ROOT, solve, solved

from model.report import payload, render
from model.store import Stored
from model.tables import Tables

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium fonts-noto-cjk")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE = 240_000
"""Milliseconds that a busy machine may take: no timing decides a test."""
VIEWS = [
    "finding", "answers", "figures", "paths", "causes", "scorecard", "sectors", "money", "capacity", "waterfall", "wedges", "gantt", "map",
    "energy", "materials", "carbon", "curve", "more", "futures", "grades", "certificate", "runs", "scenarios", "method",
]  # fmt: skip
CHARTS = [
    "paths", "causes", "curve", "waterfall", "sectors", "capacity", "gantt", "map", "energy", "materials", "carbon", "grades", "wedges",
]  # fmt: skip
STUDIED = ["tradeoff", "output", "shapley", "prices", "alternatives", "futures", "chances", "robust", "first"]
STUDY_CHARTS = {"tradeoff": 1, "output": 1, "shapley": 2, "futures": 1, "chances": 1}
NAMELESS = """() => [...document.querySelectorAll("button, select, input")]
  .filter((control) => !(control.textContent.trim() || control.labels?.length || control.getAttribute("aria-label")))
  .map((control) => control.outerHTML)"""
"""Controls without a name, found and looked at in one step: what a redraw takes off the page in between has lost its label."""
CONTRAST = """() => {
  const parse = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, place) => sum + v * [0.2126, 0.7152, 0.0722][place], 0);
  const ground = (element) => { for (let at = element; at; at = at.parentElement) { const c = parse(getComputedStyle(at).backgroundColor);
    if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
  const poor = [];
  for (const element of document.querySelectorAll("header *, main *, footer *")) {
    const spoken = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (element.closest("svg") || element.disabled || !spoken) continue;
    const [one, two] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    if (ratio < 4.5) poor.push(`${element.tagName} ${element.textContent.slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return poor;
}"""
KINDS = """() => [...document.querySelectorAll("header *, main *, footer *, dialog *")].flatMap((element) => [element.tagName,
  ...element.getAttributeNames().filter((name) => name.startsWith("on") || (["href", "src", "xlink:href", "action"].includes(name)
    && !/^(#|data:image|blob:)/.test(element.getAttribute(name)))).map((name) => `${element.tagName} ${name}`)])"""
"""Kinds of elements of a page, with the attributes that could run or fetch something."""
PAYLOADS = [
    "<script>window.taken=1</script>", "<img src=x onerror=window.taken=1>", "<svg/onload=window.taken=1>", "<svg><script>window.taken=1",
    "</script><script>window.taken=1</script>", "<!--<script>", "]]><script>window.taken=1</script>", "<iframe srcdoc='<script>'>",
    "<a href=javascript:window.taken=1>x</a>", "'\"><body onfocus=window.taken=1 autofocus>", "<details open ontoggle=window.taken=1>",
    "<style>*{background:url(//x.test)}</style>", "<math><mi xlink:href=javascript:window.taken=1>", "${window.taken=1}{{window.taken=1}}",
    "<base href=//x.test><link rel=stylesheet href=//x.test>",
]  # fmt: skip
TEXTS = ("_zh", "_en", "locator", "place", "statement_a", "statement_b", "difference", "note")
"""Endings of the columns that hold free text."""

__all__ = ["solved"]


def spoil(folder: Path) -> None:
    """Put a payload into each free text of every table, each in its turn; a number beside it keeps them apart."""
    turn = count()
    for path in sorted(folder.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
        for row in rows:
            for place, column in enumerate(header):
                if column.endswith(TEXTS) and row[place]:
                    number = next(turn)
                    row[place] = f"{PAYLOADS[number % len(PAYLOADS)]}{number}"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])


class Reader:
    """A browser page that notes every message and every request."""

    def __init__(self, browser: "playwright.Browser", address: str) -> None:
        self.address, self.heard, self.asked = address, [], []
        self.page = browser.new_page(viewport={"width": 1280, "height": 900})
        self.page.set_default_timeout(PATIENCE)
        self.page.on("console", lambda message: self.heard.append(message.text))
        self.page.on("pageerror", lambda error: self.heard.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))

    def open(self, state: str) -> None:
        """Open the page in a state and wait until every chart is drawn."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}#{state}")
        self.wait()

    def wait(self) -> None:
        """Wait until every chart is drawn."""
        self.page.wait_for_selector("html[data-drawn=all]", timeout=PATIENCE)

    def outside(self) -> list[str]:
        """Requests other than for the file itself and what it holds."""
        return [address for address in self.asked if not address.startswith(("file:", "data:", "blob:", "about:"))]


def studied(document: dict[str, Any]) -> dict[str, Any]:
    """The plan with every study and an ensemble, as they are stored."""
    plan = document["scenarios"][0]
    clause, line = next(iter(document["clauses"])), document["lines"][0]["id"]
    arc, measure = (next(iter(document["names"][kind])) for kind in ("arc", "measure"))
    points = [{"cost": x, "output": x, "emissions": y, "supported": x < 2} for x, y in ((1.0, 9.0), (2.0, 7.0))]
    player = {"id": "caps", "clauses": [clause], "value": -5.0, "low": -6.0, "high": -4.0}
    game = {"lead": "emissions", "held": False, "sampled": False, "nothing": 10.0, "all": 4.0,
            "players": [player, player | {"id": clause, "value": 1.0, "low": 1.0, "high": 1.0}]}  # fmt: skip
    taken = [{"line": line, "kind": "transition", "what": arc, "verdict": "must", "share": 1.0},
             {"line": line, "kind": "measure", "what": measure, "verdict": "may", "share": 0.5}]  # fmt: skip
    plan["studies"] = {
        "tradeoff": {"exact": True, "within": 0.0, "points": points}, "output": {"exact": False, "within": 1.0, "points": points},
        "prices": [{"id": clause, "step": 10.0, "dual": 20.0, "down": 300.0, "up": None}],
        "shapley": [game, game | {"lead": "cost", "held": True, "sampled": True}],
        "alternatives": {"goal": "emissions", "within": 0.01, "complete": False, "plans": 2, "never": 4, "decisions": taken},
    }  # fmt: skip
    plan["steps"] = [{"tonnes": 2.0, "price": 90.0}, {"tonnes": 1.0, "price": 3000.0}]
    years = plan["years"]
    acts = [{"line": line, "kind": "retire", "what": arc, "share": 0.9, "year": years[-1]},
            {"line": line, "kind": "retrofit", "what": measure, "share": 0.1, "year": years[-1]}]  # fmt: skip
    chance = {"id": clause, "target": True, "met": 0.5, "met_low": 0.3, "met_high": 0.7, "binds": 0.1, "slack_q5": -1.0, "slack_q50": 0.0,
              "slack_q95": 1.0}  # fmt: skip
    fact = {"outcome": "emissions", "correlation": -0.7, "half": 0.1, "gain": 0.5, "grade": "E", "fact": ["事实", "fact"],
            "driver": ["因素", "driver"]}  # fmt: skip
    plan["futures"] = {
        "method": "lhs", "seed": 0, "members": 40, "boundary": "scope12_imports", "counts": {"optimal": 30, "infeasible": 10}, "solved": 30,
        "gap": 0.001, "years": years, "fan": {f"q{level}": [float(level)] * len(years) for level in (5, 25, 50, 75, 95)},
        "chances": [chance, chance | {"target": False}], "all_met": 0.25, "acts": acts, "first": [fact],
    }  # fmt: skip
    return document


@pytest.fixture(scope="module")
def reader(solved: tuple[list[Stored], Tables], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """A reader of the page about the test province."""
    path = tmp_path_factory.mktemp("page") / "report.html"
    path.write_text(render(studied(payload(*solved))), encoding="utf-8")
    with playwright.sync_playwright() as driver:
        launched = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield Reader(launched, path.as_uri())
        launched.close()


def has_chinese(text: str) -> bool:
    """Does a text hold a Chinese character?"""
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_view_is_drawn_in_both_languages_in_silence(reader: Reader, language: str) -> None:
    reader.open(f"l={language}&d=0")
    assert reader.page.eval_on_selector_all("section.card", "cards => cards.map(card => card.id)") == VIEWS
    for name in CHARTS:
        assert reader.page.locator(f"#{name} .chart svg").count() >= 1, name
    for name in VIEWS:
        heading = reader.page.locator(f"#{name} h2").inner_text()
        assert heading
        assert has_chinese(heading) == (language == "zh"), heading
    assert reader.page.get_attribute("html", "lang") == ("zh-CN" if language == "zh" else "en")
    assert "undefined" not in reader.page.locator("body").inner_text()
    assert "NaN" not in reader.page.locator("body").inner_text()
    assert reader.heard == []
    assert reader.outside() == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_studies_and_futures_are_drawn_where_there_are_any(reader: Reader, language: str) -> None:
    reader.open(f"l={language}&d=0&f=plan&r=hostile")
    views = reader.page.eval_on_selector_all("section.card", "cards => cards.map(card => card.id)")
    assert [name for name in views if name in [*STUDIED, "more"]] == STUDIED
    for name in STUDIED:
        assert has_chinese(reader.page.locator(f"#{name} h2").inner_text()) == (language == "zh")
        assert reader.page.locator(f"#{name} .chart svg").count() == STUDY_CHARTS.get(name, 0), name
        assert name in STUDY_CHARTS or reader.page.locator(f"#{name} tbody tr").count() > 0, name
    assert reader.page.locator("#answers tbody tr").count() == 6
    assert ("Why bars and line differ" if language == "en" else "柱与折线") in reader.page.locator("#curve .note").inner_text()
    text = reader.page.locator("#views").inner_text()
    assert "undefined" not in text
    assert "NaN" not in text
    assert "30" in reader.page.locator("#futures p").nth(1).inner_text()
    assert reader.page.evaluate(CONTRAST) == []
    reader.open(f"l={language}&f=hostile&r=plan")
    commands = reader.page.locator("#more code, #futures code").all_inner_texts()
    assert len(commands) == 6
    assert all(" hostile" in command for command in commands)
    assert reader.heard == []


def test_hostile_names_are_only_text(reader: Reader) -> None:
    reader.open("l=en&f=hostile&r=plan")
    assert reader.page.evaluate("window.taken") is None
    assert reader.page.locator("main script, main img, main iframe").count() == 0
    assert "<script>window.taken=1</script>" in reader.page.locator("#finding .finding").inner_text()
    assert "\u202e" not in reader.page.content()
    assert HOSTILE.startswith("<script>")


def test_hostile_texts_in_every_field_add_no_element(reader: Reader, tmp_path: Path) -> None:
    """Fifteen payloads go round every text of every table, of the scenario and of the studies; the page has the elements it had."""
    path = tmp_path / "hostile.html"
    path.write_text(render(studied(payload(*solve(tmp_path, spoil)))), encoding="utf-8")
    assert reader.page.context.browser is not None
    spoiled = Reader(reader.page.context.browser, path.as_uri())
    for language in ("zh", "en"):
        kinds = []
        for page in (reader, spoiled):
            page.open(f"l={language}&f=plan&r=plan")
            page.page.evaluate("for (const part of document.querySelectorAll('details')) part.open = true")
            kinds.append(set(page.page.evaluate(KINDS)))
        assert kinds[1] <= kinds[0]
        text = spoiled.page.content()
        assert sum(html.escape(one, quote=False) in text for one in PAYLOADS) == len(PAYLOADS)
    assert spoiled.page.evaluate("window.taken") is None
    assert spoiled.heard == []
    assert spoiled.outside() == []


def test_cells_that_look_like_formulas_are_quoted_in_downloads(reader: Reader) -> None:
    reader.open("l=en&f=plan&r=plan&t=paths")
    with reader.page.expect_download() as waiting:
        reader.page.locator("#certificate .tools button").click()
    rows = Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("Scenario,")
    assert len(rows) == 3
    with reader.page.expect_download() as waiting:
        reader.page.locator("#figures .tools button").click()
    cells = [cell for row in Path(waiting.value.path()).read_text(encoding="utf-8-sig").splitlines() for cell in row.split(",")]
    assert not [cell for cell in cells if cell[:1] in ("=", "@", "+") or (cell[:1] == "-" and not cell[1:2].isdigit())]


def test_no_cell_of_a_download_begins_like_a_formula(reader: Reader) -> None:
    formulas = ["=1", "+a", "-a", "@a", "＝1", "＋1", "－a", "＠a", " =1", "\ufeff=1", "　＝1", "\t=1", "\r1", "\n1"]
    others = {"-1.5": "-1.5", "−2": "-2", "1,200": "1200", "a=1": "a=1", "重庆": "重庆"}
    source = (ROOT / "model" / "report" / "assets" / "element.js").read_text("utf-8")
    found = reader.page.evaluate(f"(cells) => {{ {source}\n return cells.map(csvCell); }}", [*formulas, *others])
    assert [cell.strip('"') for cell in found[: len(formulas)]] == [f"'{cell}" for cell in formulas]
    assert found[len(formulas) :] == list(others.values())


def test_charts_are_saved_as_pictures(reader: Reader) -> None:
    reader.open("l=zh")
    for button, suffix in ((2, ".png"), (3, ".svg")):
        with reader.page.expect_download() as waiting:
            reader.page.locator("#paths .tools button").nth(button).click()
        assert waiting.value.suggested_filename.endswith(f"-zh{suffix}")
        assert Path(waiting.value.path()).stat().st_size > 2000


def test_language_changes_without_reload_by_keyboard_and_the_address_keeps_the_view(reader: Reader) -> None:
    reader.open("l=en&t=paths&b=scope1")
    reader.page.evaluate("window.kept = true")
    reader.page.focus("#language")
    reader.page.keyboard.press("Enter")
    reader.wait()
    assert reader.page.evaluate("window.kept") is True
    assert has_chinese(reader.page.locator("h1").inner_text())
    assert reader.page.evaluate("document.activeElement.id") == "language"
    address = reader.page.url
    assert all(part in address for part in ("l=zh", "t=paths", "b=scope1"))
    reader.open(address.split("#", 1)[1])
    assert reader.page.locator("#paths table").count() == 1
    assert reader.page.input_value("#choose-b") == "scope1"
    assert "范围一" in reader.page.locator("#finding .finding").inner_text()


def test_choosing_a_focus_changes_the_finding_and_unknown_state_is_ignored(reader: Reader) -> None:
    reader.open("l=en&f=nobody&r=%3Cb%3E&b=all&y=abc&t=nothing")
    assert reader.page.input_value("#choose-f") == "hostile"
    assert reader.page.input_value("#choose-r") == "plan"
    before = reader.page.locator("#finding .finding").inner_text()
    reader.page.select_option("#choose-f", "plan")
    reader.wait()
    after = reader.page.locator("#finding .finding").inner_text()
    assert before != after
    assert after.startswith('In "test province"')
    assert reader.heard == []


def test_clause_opens_its_own_words_and_closes_by_keyboard(reader: Reader) -> None:
    reader.open("l=en")
    button = reader.page.locator("#scorecard tbody button").first
    button.focus()
    reader.page.keyboard.press("Enter")
    dialog = reader.page.locator("#dialog")
    assert dialog.is_visible()
    assert "In its own words" in dialog.inner_text()
    reader.page.keyboard.press("Escape")
    assert not dialog.is_visible()


def test_a_tile_lists_its_plants_and_a_plant_its_paths(reader: Reader) -> None:
    """By mouse on the chart, by keyboard through its table; a line's window has its emission and cost paths and what to type for why."""
    reader.open("l=en&f=plan&r=hostile")
    dialog = reader.page.locator("#dialog")
    reader.page.locator("#map .mark-rect path").first.click(force=True)  # on the tile's own text
    assert dialog.is_visible()
    reader.page.keyboard.press("Escape")
    reader.page.locator("#map .tools button").first.click()
    counts = [int(text) for text in reader.page.locator("#map tbody td:nth-child(3)").all_inner_texts()]
    place = counts.index(max(counts))
    reader.page.locator("#map tbody button").nth(place).press("Enter")
    assert dialog.locator("tbody tr").count() >= max(counts) > 0
    dialog.locator("tbody button").first.press("Enter")
    reader.page.wait_for_selector("#dialog .pair .chart svg >> nth=1")
    assert "run.py why" in dialog.inner_text()
    assert "Cost" in dialog.locator("thead").first.inner_text()
    reader.page.keyboard.press("Escape")
    assert reader.heard == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_text_has_enough_contrast_and_controls_have_names(reader: Reader, language: str) -> None:
    reader.open(f"l={language}")
    assert reader.page.evaluate(CONTRAST) == []
    assert reader.page.evaluate(NAMELESS) == []


def test_page_fits_narrow_windows_and_prints(reader: Reader) -> None:
    reader.page.set_viewport_size({"width": 420, "height": 800})
    reader.open("l=zh")
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 420
    reader.page.set_viewport_size({"width": 1280, "height": 900})
    reader.open("l=zh")
    printed = reader.page.pdf(prefer_css_page_size=True)
    assert printed.startswith(b"%PDF")
    assert len(printed) > 50_000
    assert reader.heard == []


def test_a_browser_that_cannot_unpack_is_told_which_one_can(reader: Reader) -> None:
    page = reader.page.context.browser.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(reader.address)
    told = page.locator("#old-browser")
    told.wait_for(state="visible", timeout=PATIENCE)
    assert has_chinese(told.inner_text())
    assert "Firefox 113" in told.inner_text()
    page.close()
