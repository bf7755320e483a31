"""Verbs as a user meets them, in this process: what each prints of numbers known by hand, and what it refuses, in both languages."""

import shutil
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path

import highspy
import pytest
from rich.console import Console
from test_bench import TINY
from test_futures import project

import model.bench.book
import model.bench.grow
from model.bench.child import TASKS
from model.cli import app
from model.contract import Inconsistency
from model.errors import InputError
from model.folders import Folders
from model.language import Language, Speaker
from model.runner import read_result, run
from model.show import opinion_line, result_views
from model.tables import read_tables

ROOT = Path(__file__).parent.parent
CHEAP = "extends: example\ntitle: {zh: 便宜, en: cheap}\nwhy: {zh: 试, en: try}\nobjectives: [cost, emissions]\n"
Said = Callable[[str], str]


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """A project with the example, and the example at least cost, solved."""
    folders = project(tmp_path_factory.mktemp("verbs"))
    (folders.scenarios / "cheap.yaml").write_text(CHEAP, encoding="utf-8")
    for name in ("example", "cheap"):
        run(folders, name)
    return folders


@pytest.fixture
def said(solved: Folders, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Said]:
    """What a line prints; the project's folder is the working folder. Verbs may take signals for themselves."""
    monkeypatch.chdir(solved.root)
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def text(line: str, code: int = 0) -> str:
        assert (app(line.split(), obj=solved.root, standalone_mode=False) or 0) == code
        return " ".join(capsys.readouterr().out.split())

    yield text
    for number, handler in handlers.items():
        signal.signal(number, handler)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs of the benchmarks are done in this process, to save time."""
    highspy.Highs.resetGlobalScheduler(True)  # another test may have asked for other threads, which HiGHS refuses to change
    for room in (model.bench.book, model.bench.grow):
        monkeypatch.setattr(room, "call", lambda job: TASKS[job["task"]](job))


def has_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)


def test_levers_show_what_the_data_say(said: Said) -> None:
    english, chinese = said("levers example --lang en"), said("levers example --lang zh")
    assert "steel Capacity cap 10kt 2022: 120 in force" in english
    assert "gross_output Output target 100M CNY 2021: 110, 2022: 120" in english
    assert "产能上限 10kt 2022: 120 生效" in chinese
    assert not has_chinese(english)


def test_least_cost_differs_from_least_emissions_by_what_is_told(said: Said) -> None:
    """The example by hand: least emissions convert furnace 1 in 2021; least cost does not."""
    english = said("diff example cheap --lang en")
    assert "--needed leaves those that have to differ" in english
    assert "Furnace 1" in english
    assert "all years 262.0 334.0 +72.0 +27.5%" in english
    needed = said("diff example cheap --needed --lang zh")
    assert "差别最少的方案" in needed
    assert has_chinese(needed)
    assert "Furnace" not in needed
    same = said("diff example example --lang en")
    assert "Furnace" not in same


def test_plans_of_other_years_are_compared_where_both_have_some(said: Said, solved: Folders) -> None:
    text = CHEAP.replace("便宜", "到期").replace("cheap", "short") + "years: {first: 2020, last: 2021}\n"
    (solved.scenarios / "short.yaml").write_text(text.replace("[cost, emissions]", "[emissions]"), encoding="utf-8")
    run(solved, "short")
    assert "2021" in said("diff example short --lang en").split("1. What")[0]
    compared = said("compare example cheap --lang en")
    assert "Furnace 1 retrofit 1 retrofits 2021: 1 –" in compared
    shorter = said("compare example cheap short --lang zh")
    assert "2020、2021" in shorter
    (solved.scenarios / "short.yaml").unlink()


def test_a_plan_at_a_limit_says_how_far_it_may_be_off(solved: Folders) -> None:
    stored = read_result(solved, "example")
    stages = [dict(stage) for stage in stored.manifest["stages"]]
    stages[0] |= {"status": "limit", "gap": 0.0123}
    views = result_views(replace(stored, manifest=stored.manifest | {"stages": stages}), read_tables(solved.province("example")),
                         Speaker(Language.EN), solved.results)  # fmt: skip
    shown = Console(width=150, record=True, file=StringIO())
    for view in views:
        shown.print(view)
    assert "emissions gap 1.23%" in shown.export_text()


def test_a_second_solvers_words_stand_beside_ours() -> None:
    opinion = {"goal": "emissions", "value": 262.0, "second_value": 262.001, "second_bound": 261.5, "optimal": True}
    text = opinion_line(opinion, Speaker(Language.EN)).plain
    assert all(number in text for number in ("262.000", "262.001", "261.500"))
    assert has_chinese(opinion_line(opinion | {"optimal": False}, Speaker(Language.ZH)).plain)


def test_the_base_year_is_replayed_and_what_the_plan_does_not_agree_on_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert not app(["replay", "plan", "--lang", "en"], obj=ROOT, standalone_mode=False)
    text = " ".join(capsys.readouterr().out.split())
    assert "gates pass, 0 fail;" in text
    first = read_tables(ROOT / "data" / "chongqing").of(Inconsistency)[0]
    assert first.topic_en.split()[0] in text


def test_what_every_nearly_best_plan_does_is_a_must(said: Said) -> None:
    """262 by hand; with one preheater less 264; 278 by converting the other furnace, 334 by converting none (data/example/HAND.md)."""
    near = said("alternatives example --lang en")  # within 1 %, as the help says
    assert "at most 1.00% above the best, 5 decisions are taken by every plan, 1 by some, 4 by none" in near
    assert "Furnace 1 Conversion to an arc furnace must 100%" in near
    wide = said("alternatives example --within 30% --lang zh")
    assert "必做 3 项、可做 5 项、不做 2 项" in wide
    assert "一号炉 改造为电炉 可做" in wide
    with pytest.raises(InputError, match="--of"):
        said("alternatives example --of shortfall")


def test_futures_are_solved_and_shown(said: Said) -> None:
    made = said("ensemble example --samples 3 --seed 1 --jobs 1 --lang en")
    assert "3 futures of scenario example (lhs, seed 1)" in made
    assert "Too few members to tell" in made
    shown = said("futures example --lang zh")
    assert "情景 example 的 3 种未来" in shown
    held = said("ensemble example --samples 3 --seed 1 --jobs 1 --holding cheap --lang en")
    assert "example-holding-cheap: 3 members" in held
    assert "cheap" in said("futures example --lang en").split("The ensemble is stored")[0]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("ensemble example --method dice", "--method"),
        ("ensemble example cheap --name one", "--name"),
        ("ensemble example --cluster moon", "--cluster"),
        ("ensemble example --cluster slurm --scheduler tcp://here:1", "--cluster"),
        ("ensemble example --scheduler here", "--cluster"),
        ("bench --seeds 1,x", "--seeds"),
        ("bench --grow 0", "--grow"),
        ("bench --compare one", "--compare"),
        ("synth --lines 3 -o elsewhere/x", "elsewhere"),
        ("synth --lines 3 -o data/example", "example"),
        ("synth --lines 3 -o data/Upper", "Upper"),
    ],
)
def test_words_that_make_no_sense_are_refused_before_anything_runs(line: str, told: str, said: Said) -> None:
    with pytest.raises(InputError, match=told):
        said(line)


def test_the_formulation_is_written_and_stale_pages_are_noticed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def math(*words: str) -> int:
        return app(["math", *words, "--lang", "en"], obj=tmp_path, standalone_mode=False) or 0

    assert math("--check") == 2
    assert math() == 0
    assert (tmp_path / "docs" / "formulation.md").read_bytes() == (ROOT / "docs" / "formulation.md").read_bytes()
    assert math("--check") == 0
    with (tmp_path / "docs" / "formulation.md").open("a", encoding="utf-8") as page:
        page.write("\n")
    assert math("--check") == 2
    assert "stale" in capsys.readouterr().out


def test_a_folder_of_any_size_is_made_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    shutil.copytree(ROOT / "scenarios", tmp_path / "scenarios")
    shutil.copy(ROOT / "data" / "units.csv", tmp_path / "data" / "units.csv")
    (tmp_path / "data" / "chongqing").symlink_to(ROOT / "data" / "chongqing")
    app(["synth", "--lines", "100", "--years", "3", "-o", "data/small", "--lang", "en"], obj=tmp_path, standalone_mode=False)
    assert "(100 lines)" in capsys.readouterr().out
    app(["levers", "small", "--lang", "en"], obj=tmp_path, standalone_mode=False)
    assert (tmp_path / "data" / "small" / "datapackage.json").is_file()


@pytest.mark.usefixtures("here")
def test_books_are_made_shown_and_compared(said: Said, solved: Folders) -> None:
    """The tiny instance's optimum is -12.25 by hand, whichever solver is here."""
    (solved.root / "tiny.mps").write_text(TINY, encoding="ascii")
    others = [name for name, program in (("cbc", "cbc"), ("glpk", "glpsol")) if shutil.which(program)]
    shown = said(f"bench tiny.mps --configs {','.join(['highs', *others])} --repeats 1 --gap 0 -o books/first --lang en")
    assert shown.count("-12.2500") == 1 + len(others)
    assert "written: books/first.nc, books/first.csv" in shown
    said("bench tiny.mps --configs highs --repeats 1 --relax -o books/second --lang en")
    compared = said("bench --compare books/first books/second --lang zh")
    assert "tiny" in compared
    assert has_chinese(compared)
    (solved.root / "other.mps").write_text(TINY, encoding="ascii")
    said("bench other.mps --configs highs --repeats 1 -o books/other --lang en")
    with pytest.raises(InputError, match="--compare"):
        said("bench --compare books/first books/other")
    nothing = said("bench tiny.mps --configs highs-pdlp --repeats 1", code=2)
    assert "--relax" in nothing


@pytest.mark.usefixtures("here")
def test_growth_is_measured_on_made_up_folders(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").symlink_to(ROOT / "data")
    (tmp_path / "scenarios").symlink_to(ROOT / "scenarios")
    app(["bench", "--grow", "93,100", "--years", "2", "--repeats", "1", "--lang", "en"], obj=tmp_path, standalone_mode=False)
    text = " ".join(capsys.readouterr().out.split())
    assert text.index("93 x 2") < text.index("100 x 2")
    assert "relaxation" in text
