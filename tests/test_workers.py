"""What children of the explorer and of a batch do, done in this process: every way in which such work can end is told through its pipe."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_futures import project

from model import batch
from model.errors import InputError, ResultError, SolverError
from model.explorer import jobs, reading
from model.explorer.explaining import explain_work, heard_by, why_work
from model.explorer.jobs import Job, Limits, Queue
from model.explorer.pointing import point_work
from model.folders import Folders
from model.language import told
from model.names import Goal
from model.runner import run
from model.scenario import SolverOptions
from model.solve import Progress

CAPPED = "extends: example\ntitle: {zh: 上限, en: capped}\nwhy: {zh: 试, en: try}\nclauses: {steel_cap: {value: 100}}\n"


class Pipe:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def send(self, what: Any) -> None:
        self.sent.append(what)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """The example, solved, and the example under a cap that leaves no plan."""
    made = project(tmp_path_factory.mktemp("workers"))
    (made.scenarios / "capped.yaml").write_text(CAPPED, encoding="utf-8")
    run(made, "example")
    return made


@pytest.fixture(autouse=True)
def undeaf(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child hears no interruption; this process must."""
    monkeypatch.setattr("signal.signal", lambda *arguments: None)


def ended(work: Callable[..., None], *arguments: Any) -> Any:
    """The last that work tells."""
    pipe = Pipe()
    work(*arguments, pipe)
    return pipe.sent[-1]


def test_why_a_line_closes_is_told_in_both_languages(folders: Folders) -> None:
    """Furnace 3 closes in 2022 (data/example/HAND.md): no other plan meets target and cap."""
    kind, answer = ended(why_work, folders.root, "example", "furnace_3")
    assert kind == "explained"
    assert answer["lines"]
    for chinese, english in answer["lines"]:
        assert any("\u4e00" <= letter <= "\u9fff" for letter in chinese)
        assert not any("\u4e00" <= letter <= "\u9fff" for letter in english)
    assert ended(why_work, folders.root, "example", "\x1bnowhere") == (
        "failed",
        [told("explore_no_line", line="nowhere")],
        ResultError.exit_code,
    )
    assert ended(why_work, folders.root, "unsolved", "furnace_3")[0] == "failed"


def test_an_explanation_holds_the_repairs_as_a_scenario_says_them(folders: Folders) -> None:
    """100 of capacity make 100, not 120 (data/example/HAND.md)."""
    kind, answer = ended(explain_work, folders.root, "capped")
    assert kind == "explained"
    assert len(answer["repairs"]) == len(answer["changes"]) == 2
    assert "120 → 100" in answer["repairs"][0][1]
    assert not {pair[1] for pair in answer["lines"]} & {pair[1] for pair in answer["repairs"]}
    assert ended(explain_work, folders.root, "nowhere")[::2] == ("failed", InputError.exit_code)


def test_a_point_of_no_trade_off_is_told(folders: Folders, tmp_path: Path) -> None:
    found = ended(point_work, folders.root, "example", ("cost", 0), tmp_path, "try-1", ("一", "one"))
    assert found == ("failed", [told("explore_no_front", name="example")], ResultError.exit_code)


def test_a_batch_tells_steps_and_end_or_why_there_is_none(folders: Folders, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = Pipe()
    batch.work(folders.root, "example", SolverOptions(), True, pipe)  # type: ignore[arg-type]
    kinds = [kind for kind, *_ in pipe.sent]
    assert (kinds[0], kinds[-1]) == ("step", "done")
    steps = [content[0] for kind, *content in pipe.sent if kind == "step"]
    assert steps == ["read", "import", "build", "solve", "certify", "store"]  # nobody asked for a second solver
    assert pipe.sent[-1][1].optimal
    assert ended(batch.work, folders.root, "capped", SolverOptions(), True)[0] == "failed"
    monkeypatch.setattr(batch, "run", lambda *arguments, **options: (_ for _ in ()).throw(BrokenPipeError))
    batch.work(folders.root, "example", SolverOptions(), True, Pipe())  # type: ignore[arg-type]  # its parent is gone: nobody to tell


def test_signs_of_life_come_no_closer_than_their_pulse(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([10.0, 10.0, 10.1, 20.0, 20.0])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    pipe = Pipe()
    heard = heard_by(pipe)  # type: ignore[arg-type]
    for gap in (0.5, 0.4, 0.3):
        heard(Progress(Goal.EMISSIONS, 1.0, 2.0, 1.0, gap))
    assert pipe.sent == [("progress", "emissions", 0.5), ("progress", "emissions", 0.3)]


@pytest.mark.parametrize(
    ("error", "said"),
    [(MemoryError(), told("explore_no_memory", most="2.0")), (KeyError("x"), told("explore_fault", fault="KeyError: 'x'"))],
)
def test_work_that_breaks_is_told_too(error: Exception, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr("resource.setrlimit", lambda *limit: asked.append(limit[1]))

    def breaks(number: int, pipe: Pipe) -> None:
        assert number == 7
        raise error

    assert ended(lambda pipe: jobs._limited(2_000_000_000, breaks, (7,), pipe)) == ("failed", [said], 5)
    assert asked == [(2_000_000_000, 2_000_000_000)]


def test_a_queue_takes_no_more_than_its_places_and_no_job_twice() -> None:
    queue = Queue(Limits(at_once=1, waiting=2))
    queue._pool.shutdown()  # nothing starts
    queue._pool = type("Nobody", (), {"submit": lambda *arguments: None, "shutdown": lambda *arguments, **options: None})()  # type: ignore[assignment]
    queue.submit(Job("a", ("一", "one")), (print, ()))
    with pytest.raises(InputError, match="under way"):
        queue.submit(Job("a", ("一", "one")), (print, ()))
    queue.submit(Job("b", ("二", "two")), (print, ()))
    with pytest.raises(InputError, match=str(told("explore_no_place", count=2)).split(";")[0][:20]):
        queue.submit(Job("c", ("三", "three")), (print, ()))
    queue.jobs["a"].state = "solved"
    queue.submit(Job("c", ("三", "three")), (print, ()))
    assert set(queue.jobs) == {"a", "b", "c"}


def test_what_a_reader_of_results_meets_is_told(folders: Folders, tmp_path: Path) -> None:
    def meets(error: Exception) -> bytes:
        raise error

    assert reading._answer(meets, SolverError(told("no_stage")))[0][1] == told("no_stage")
    assert reading._answer(meets, ZeroDivisionError("x"))[0][1] == told("explore_fault", fault="ZeroDivisionError: x")
    shutil.copytree(folders.province("example"), tmp_path / "data" / "example")
    shutil.copy(folders.data / "units.csv", tmp_path / "data")
    with pytest.raises(ResultError) as caught:
        reading._tables(tmp_path / "data" / "example", "another digest")
    assert caught.value.message == told("explore_data_changed")
