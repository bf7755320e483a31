"""Many scenarios at once: order, failures that do not spread, results that are not solved again, and interruptions."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from model.batch import Task, _ready, plan_batch, run_batch
from model.folders import Folders
from model.runner import run, unchanged

ROOT = Path(__file__).parent.parent
WORDS = "title: {{zh: 试, en: {name}}}\nwhy: {{zh: 试, en: test}}\n"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """The example with a few scenarios: one that takes its activity from it, one infeasible, one unreadable."""
    shutil.copytree(ROOT / "data" / "example", tmp_path / "data" / "example")
    shutil.copy(ROOT / "data" / "units.csv", tmp_path / "data" / "units.csv")
    (tmp_path / "scenarios").mkdir()
    shutil.copy(ROOT / "scenarios" / "example.yaml", tmp_path / "scenarios" / "example.yaml")
    for name, text in {
        "follower": "extends: example\nactivity: example\n",
        "impossible": "extends: example\nbudget: {total: 0}\n",
        "unreadable": "extends: example\nbondary: scope1\n",
        "orphan": "extends: example\nactivity: impossible\n",
    }.items():
        (tmp_path / "scenarios" / f"{name}.yaml").write_text(text, encoding="utf-8")
    return Folders(tmp_path)


def test_a_batch_goes_on_after_failures_and_ends_with_the_worst_code(folders: Folders) -> None:
    """The follower stands first but waits for the example; the orphan's host fails, so it is not tried."""
    seen: list[dict[str, str]] = []
    tasks = plan_batch(folders, ["follower", "orphan", "impossible", "unreadable", "example", "example"], {})
    code = run_batch(folders, tasks, jobs=2, force=False, watch=lambda now: seen.append({task.name: task.state for task in now}))
    ended = {task.name: (task.state, task.code) for task in tasks}
    assert ended == {
        "follower": ("solved", 0),
        "orphan": ("failed", 6),
        "impossible": ("failed", 3),
        "unreadable": ("failed", 2),
        "example": ("solved", 0),
    }
    assert code == 6
    assert not any(state["follower"] == "running" and state["example"] != "solved" for state in seen)
    reasons = {task.name: " ".join(task.reasons) for task in tasks}
    assert "no plan meets all clauses" in reasons["impossible"]
    assert "did you mean 'boundary'" in reasons["unreadable"]
    assert "impossible" in reasons["orphan"]
    assert {path.name for path in folders.results.iterdir()} == {"example.nc", "example.json", "follower.nc", "follower.json"}
    stored = run(folders, "example", force=False)
    example = next(task.summary for task in tasks if task.name == "example")
    assert stored.manifest["unchanged"] is True
    assert example is not None
    assert example.emissions == pytest.approx(float(stored.result["emission"].isel(year=-1).sum()))
    assert (example.missed, example.targets, example.year) == (0, 1, 2022)


def test_nothing_changed_means_not_solved_again_and_any_change_means_solved(folders: Folders) -> None:
    """Comments change nothing; a key, a fact, a setting or a spoilt result do."""
    finished = run(folders, "example").manifest["content_hash"]
    known = unchanged(folders, "example")
    assert known is not None
    assert known.manifest["content_hash"] == finished
    path = folders.scenario("example")
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "# a remark\n", encoding="utf-8")
    assert unchanged(folders, "example") is not None
    path.write_text(text + "keep: 0.01\n", encoding="utf-8")
    assert unchanged(folders, "example") is None
    path.write_text(text, encoding="utf-8")
    assert unchanged(folders, "example", known_options(folders)) is None
    facts = folders.province("example") / "city_facts.csv"
    before = facts.read_text(encoding="utf-8")
    facts.write_text(before.replace(",50,", ",51,"), encoding="utf-8")
    assert before != facts.read_text(encoding="utf-8")
    assert unchanged(folders, "example") is None
    facts.write_text(before, encoding="utf-8")
    assert unchanged(folders, "example") is not None
    result = folders.results / "example.nc"
    result.write_bytes(result.read_bytes()[:-1])
    assert unchanged(folders, "example") is None


def known_options(folders: Folders) -> object:
    """The example's settings with another seed."""
    from model.scenario import read_scenario

    return read_scenario(folders.scenario("example")).solver.model_copy(update={"seed": 7})


def test_a_follower_is_stale_when_its_host_was_decided_anew(folders: Folders) -> None:
    run(folders, "example")
    run(folders, "follower")
    assert unchanged(folders, "follower") is not None
    run(folders, "example")
    assert unchanged(folders, "follower") is not None, "the same host solved again decides nothing new"
    path = folders.scenario("example")
    path.write_text(path.read_text(encoding="utf-8").replace("gap: 0", "gap: 0.001"), encoding="utf-8")
    run(folders, "example")
    assert unchanged(folders, "follower") is None


def test_a_failure_spreads_only_to_those_that_need_it() -> None:
    tasks = [Task("a", state="failed"), Task("b", needs=("a",)), Task("c", needs=("b",)), Task("d")]
    assert _ready(tasks) is tasks[3]
    assert [task.state for task in tasks] == ["failed", "failed", "failed", "waiting"]


def test_a_setting_of_the_command_line_reaches_every_task(folders: Folders) -> None:
    tasks = plan_batch(folders, ["example", "follower"], {"gap": 0.5, "gaps": {}})
    assert [task.options and task.options.gap for task in tasks] == [0.5, 0.5]


def alive(process: str) -> bool:
    """Does a process still run? One that has ended but was not yet collected does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_the_children_and_leaves_nothing_half_written(folders: Folders, how: signal.Signals) -> None:
    shutil.copy(ROOT / "run.py", folders.root / "run.py")
    (folders.root / "model").symlink_to(ROOT / "model")
    words = [sys.executable, "run.py", "run", "example", "follower", "impossible", "--jobs", "2", "--lang", "en"]
    parent = subprocess.Popen(words, cwd=folders.root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    children: list[str] = []
    for _ in range(1200):
        listed = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
        children = listed.read_text().split() if listed.exists() else []
        if children or parent.poll() is not None:
            break
        time.sleep(0.05)
    parent.send_signal(how)
    told, _ = parent.communicate(timeout=120)
    assert children, told
    assert parent.returncode == 130, told
    assert "Traceback" not in told
    assert "stopped" in told
    deadline = time.monotonic() + 20
    while any(alive(child) for child in children) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not any(alive(child) for child in children)
    left = sorted(path.name for path in folders.results.iterdir()) if folders.results.exists() else []
    assert not [name for name in left if name.endswith(".tmp")]
    for name in left:
        if name.endswith(".json"):
            assert json.loads((folders.results / name).read_text(encoding="utf-8"))["certificate"]["valid"]
