"""The explorer's server: who is let in, what is refused and why, solves in a bounded queue, and a lever from a form to a kept scenario."""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

pytest.importorskip("starlette")
pytest.importorskip("uvicorn")

from model.errors import InputError, ResultError
from model.explorer import Settings, open_service
from model.explorer.drafts import Draft, asked_settings, tidy
from model.explorer.fields import FactList, lever_form, unit_names
from model.explorer.guard import MOST_BYTES, Guard
from model.explorer.jobs import Job, Limits, Queue
from model.explorer.listing import list_results
from model.explorer.workspace import Workspace
from model.folders import Folders
from model.report.page import policy
from model.runner import read_checked, read_result, run, unchanged
from model.scenario import read_scenario

ROOT = Path(__file__).parent.parent
HOSTILE = "<script>window.taken=1</script>: &x *y 'z' \"q\" #no\n- {a: [b\u202e"
ROUTES = ("", "results", "results/plan", "between?first=plan&other=plan", "fields?base=plan", "facts?q=coal", "events", "nothing")


@dataclass
class Served:
    """A running explorer on a small project, and how to ask it."""

    folders: Folders
    address: str

    @property
    def port(self) -> int:
        """Port of the server."""
        return int(self.address.split(":")[2].split("/")[0])

    @property
    def token(self) -> str:
        """Token of this start."""
        return self.address.rstrip("/").rsplit("/", 1)[1]

    def ask(self, path: str, body: Any = None, *, token: str | None = None, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """Status and answer; a body makes it a POST."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        link.request("GET" if sent is None else "POST", f"/{self.token if token is None else token}/{path}", sent, headers or {})
        answer = link.getresponse()
        content, kind = answer.read(), answer.headers["content-type"] or ""
        link.close()
        if kind.startswith("application/json"):
            return answer.status, json.loads(content)
        return answer.status, content if "spreadsheet" in kind else content.decode()

    def job(self, name: str) -> dict[str, Any]:
        """A job as it stands."""
        return next(job for job in self.ask("results")[1]["jobs"] if job["name"] == name)

    def ended(self, name: str) -> dict[str, Any]:
        """Wait for the end of a job by its stream of news."""
        _, text = self.ask("events")
        assert text.rstrip().endswith("data: {}")
        job = self.job(name)
        assert job["state"] not in ("waiting", "running")
        return job


def small_project(root: Path) -> Folders:
    """A project with the teaching example as its plan, solved."""
    shutil.copytree(ROOT / "data" / "example", root / "data" / "example")
    (root / "scenarios").mkdir()
    shutil.copyfile(ROOT / "scenarios" / "example.yaml", root / "scenarios" / "plan.yaml")
    run(Folders(root), "plan")
    return Folders(root)


def start(folders: Folders, **settings: Any) -> tuple[Served, Any, threading.Thread]:
    """Start a server in a thread."""
    service = open_service(folders, Settings(**settings))
    thread = threading.Thread(target=service.server.run, kwargs={"sockets": [service.socket]}, daemon=True)
    thread.start()
    while not service.server.started:
        time.sleep(0.02)
    return Served(folders, service.address), service, thread


def stop(service: Any, thread: threading.Thread) -> None:
    """End a server and wait for it."""
    service.server.should_exit = True
    thread.join(30)
    service.explorer.close()
    service.socket.close()
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A running explorer of the teaching example."""
    made, service, thread = start(small_project(tmp_path_factory.mktemp("explorer")))
    yield made
    stop(service, thread)
    assert not service.explorer.workspace.home.exists()


@pytest.mark.parametrize("path", ROUTES)
def test_nobody_is_let_in_without_the_token(served: Served, path: str) -> None:
    for wrong in ("", "x", served.token[:-1], served.token + "x", served.token.swapcase(), "%00"):
        status, answer = served.ask(path, token=wrong)
        assert status == 403
        assert "token" in answer["reasons"][0][1]
    assert served.ask("trials", {"base": "plan"}, token=wrong)[0] == 403


def test_host_and_origin_must_be_this_machine(served: Served) -> None:
    for host in ("evil.example", f"evil.example:{served.port}", "127.0.0.1", f"127.0.0.1:{served.port + 1}", ""):
        assert served.ask("results", headers={"Host": host})[0] == 421, host
    assert served.ask("results", headers={"Host": f"localhost:{served.port}"})[0] == 200
    assert served.ask("results", headers={"Origin": "http://evil.example"})[0] == 403
    assert served.ask("results", headers={"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert served.ask("results", headers={"Origin": f"http://127.0.0.1:{served.port}", "Sec-Fetch-Site": "same-origin"})[0] == 200


def test_a_table_becomes_a_workbook_in_which_texts_stay_texts(served: Served) -> None:
    table = {"words": ["=1+1", "unit", ""], "columns": ["name", "value"], "rows": [["=cmd|' /C calc'!A0", 1.5], ["@x", None], ["b", -2]]}
    status, content = served.ask("book", table)
    assert status == 200
    words, sheet = load_workbook(BytesIO(content)).worksheets
    assert [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)] == table["rows"]
    assert all(cell.data_type != "f" for page in (words, sheet) for row in page.iter_rows() for cell in row)
    wrong: tuple[dict[str, Any], ...] = (
        {}, {"columns": []}, {"columns": [1]}, {"rows": [["a"]]}, {"rows": [["a", {}]]}, {"rows": [["a", True]]}, {"rows": "ab"},
        {"words": 1}, {"rows": [["a", 1]] * 5001},
    )  # fmt: skip
    for part in wrong:
        _, answer = served.ask("book", table | part if part else {})
        assert "no table" in answer["reasons"][0][1], part


def test_large_bodies_are_refused_before_they_are_read(served: Served) -> None:
    assert served.ask("trials", b"x" * (MOST_BYTES + 1))[0] == 413
    assert served.ask("trials", b"", headers={"Content-Length": "-1"})[0] in (400, 413)
    link = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    link.request(
        "POST", f"/{served.token}/trials", iter([b"x" * (MOST_BYTES // 2)] * 4), {"Transfer-Encoding": "chunked"}, encode_chunked=True
    )
    assert link.getresponse().status == 413


def test_answers_forbid_what_a_page_of_results_never_needs(served: Served) -> None:
    link = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    link.request("GET", f"/{served.token}/")
    answer = link.getresponse()
    text = answer.read().decode()
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    inside = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert inside
    assert "default-src &#39;none&#39;; connect-src &#39;self&#39;" in inside[1]
    assert "connect-src 'none'" in policy("x")
    assert not re.search(r"(?:src|href)=.?https?:", text.split("<script>")[0])


@pytest.mark.parametrize("name", ["../plan", "..%2Fplan", "%2e%2e%2fplan", "plan.nc", "PLAN", "", "a" * 200, "try-00000000", "none"])
def test_names_cannot_leave_their_folder(served: Served, name: str) -> None:
    for path in (f"results/{name}", f"between?first={name}&other=plan", f"fields?base={name}"):
        status, answer = served.ask(path)
        assert status in (200, 404)
        assert status == 404 or answer["reasons"], answer
    _, answer = served.ask("trials", {"base": name or "..", "settings": {}})
    assert answer["reasons"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"{", "not JSON"), (b"[" * 60_000, "not JSON"), ([1], "must be a mapping"), ({"settings": [1]}, "must be a mapping"),
        ({"settings": {"data": "other"}}, "cannot be tried"), ({"settings": {"skip_replay": True}}, "cannot be tried"),
        ({"settings": {"caps": {"stell": 1}}}, "did you mean 'steel'"), ({"settings": {"caps": {"steel": "much"}}}, "write a number"),
        ({"settings": {"carbon_price": {"2021": None}}}, "write a number"), ({"settings": {"boundary": "&all"}}, "boundary"),
        ({"base": "nothing"}, "no such scenario"),
    ],
)  # fmt: skip
def test_settings_are_refused_with_the_reason_and_leave_nothing(served: Served, body: Any, told: str) -> None:
    before = sorted(path.name for path in served.folders.root.rglob("*"))
    status, answer = served.ask("trials", body if isinstance(body, bytes | list) else {"base": "plan", **body})
    assert status == 200
    assert told in " ".join(pair[1] for pair in answer["reasons"])
    assert served.ask("results")[1]["jobs"] == [job for job in served.ask("results")[1]["jobs"] if job["draft"]]
    assert sorted(path.name for path in served.folders.root.rglob("*")) == before


def test_a_lever_goes_from_the_form_to_a_kept_scenario(served: Served) -> None:
    """A cap of 125 instead of 120 (10 kt): the result obeys it; kept, it is a scenario file that is not solved again."""
    _, answer = served.ask("trials", {"base": "plan", "settings": {"caps": {"steel": 125}}, "title": [HOSTILE, "Cap of 125"]})
    name = answer["name"]
    job = served.ended(name)
    assert job["state"] == "solved", job
    assert job["title"][1] == "Cap of 125"
    found = served.ask(f"results/{name}")[1]
    assert next(iter(found["capacity"].values()))["cap"][-1] == 125
    assert next(iter(found["capacity"].values()))["listed"][-1] <= 125 + 1e-6
    split = served.ask(f"between?first=plan&other={name}")[1]["between"][0]
    plan = served.ask("results/plan")[1]
    total = sum(values[-1] for sources in split["effects"].values() for values in sources.values())
    assert total == pytest.approx(found["emissions"]["scope12_imports"][-1] - plan["emissions"]["scope12_imports"][-1], abs=1e-3)

    for bad in ("plan", "../out", "Cap", ""):
        assert served.ask(f"trials/{name}/keep", {"name": bad})[1]["reasons"], bad
    _, kept = served.ask(f"trials/{name}/keep", {"name": "cap-125"})
    assert kept["file"] == "scenarios/cap-125.yaml"
    scenario = read_scenario(served.folders.scenario("cap-125"))
    assert scenario.caps == {"steel": 125.0}
    assert scenario.title.zh == tidy(HOSTILE, "")
    assert served.folders.scenario("cap-125").read_text(encoding="utf-8").splitlines()[1] == "extends: plan"
    assert read_result(served.folders, "cap-125").manifest["scenario"] == "cap-125"
    assert unchanged(served.folders, "cap-125") is not None
    assert served.ask(f"trials/{name}/keep", {"name": "cap-125"})[1]["reasons"][0][1] == "cap-125.yaml: this name is taken; choose another"
    assert served.ask(f"trials/{name}/discard", {})[1]["jobs"] == []
    assert "reasons" in served.ask(f"results/{name}")[1]
    served.folders.scenario("cap-125").unlink()
    for suffix in (".nc", ".json"):
        (served.folders.results / f"cap-125{suffix}").unlink()


def test_settings_without_any_plan_say_so(served: Served) -> None:
    name = served.ask("trials", {"base": "plan", "settings": {"caps": {"steel": 100}}})[1]["name"]
    job = served.ended(name)
    assert job["state"] == "infeasible"
    assert job["reasons"]
    assert served.ask(f"trials/{name}/keep", {"name": "never"})[1]["reasons"]
    assert not served.folders.scenario("never").exists()
    assert served.ask(f"trials/{name}/repair", {"number": 0})[1]["reasons"]
    assert "jobs" in served.ask(f"trials/{name}/explain", {})[1]
    job = served.ended(name)
    assert job["state"] == "explained", job
    assert all(zh and en and zh != en for zh, en in job["told"]["repairs"])
    answer = served.ask(f"trials/{name}/repair", {"number": 0})[1]
    assert "name" in answer, (answer, job["told"])
    repaired = answer["name"]
    assert served.ended(repaired)["state"] == "solved"
    served.ask(f"trials/{repaired}/discard", {})
    served.ask(f"trials/{name}/discard", {})


def test_why_of_a_line_is_a_question_asked_once_and_forgotten(served: Served) -> None:
    line = served.ask("results/plan")[1]
    line = next(iter(line["lines"]))
    for _ in range(2):
        jobs = served.ask("results/plan/why", {"line": line, "title": ["为什么", "Why"]})[1]["jobs"]
        assert len([job for job in jobs if list(job["about"]) == ["plan", line]]) == 1
    name = next(job["name"] for job in jobs if job["about"])
    job = served.ended(name)
    assert job["state"] == "explained", job
    assert job["draft"] is None
    assert all(zh and en and zh != en for zh, en in job["told"]["lines"][:2])
    assert served.ask(f"trials/{name}/keep", {"name": "never"})[1]["reasons"]
    assert not [job for job in served.ask(f"trials/{name}/discard", {})[1]["jobs"] if job["about"]]
    unknown = served.ask("results/plan/why", {"line": "<b>"})[1]["jobs"]
    job = served.ended(next(job["name"] for job in unknown if job["about"]))
    assert "there is no line" in job["reasons"][0][1]
    served.ask(f"trials/{job['name']}/discard", {})
    assert served.ask("trials/why-000000000000/cancel", {})[1]["reasons"]


@pytest.mark.parametrize("asked", [{}, {"axis": "money", "place": 0}, {"axis": "cost", "place": "0"}])
def test_a_point_of_no_trade_off_is_refused_with_the_reason(served: Served, asked: dict[str, Any]) -> None:
    assert "run frontier first" in served.ask("results/plan/point", asked)[1]["reasons"][0][1]


def test_a_trade_off_that_was_never_run_opens_no_plan(served: Served) -> None:
    name = served.ask("results/plan/point", {"axis": "cost", "place": 0})[1]["name"]
    job = served.ended(name)
    assert job["state"] == "failed"
    assert "run frontier first" in job["reasons"][0][1]
    assert "cannot be saved" in served.ask(f"trials/{name}/keep", {"name": "never"})[1]["reasons"][0][1]
    served.ask(f"trials/{name}/discard", {})


def test_a_result_that_was_changed_is_refused_with_the_reason(served: Served) -> None:
    for suffix in (".nc", ".json"):
        shutil.copyfile(served.folders.results / f"plan{suffix}", served.folders.results / f"forged{suffix}")
    path = served.folders.results / "forged.nc"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert "not the file that was certified" in served.ask("results/forged")[1]["reasons"][0][1]
    (served.folders.results / "forged.json").write_text("{", encoding="utf-8")
    assert "damaged" in served.ask("results/forged")[1]["reasons"][0][1]
    assert next(row for row in served.ask("results")[1]["results"] if row["name"] == "forged")["state"] == "unreadable"
    for suffix in (".nc", ".json"):
        (served.folders.results / f"forged{suffix}").unlink()


def test_twenty_sessions_at_once_are_served(served: Served) -> None:
    def session(_: int) -> list[int]:
        return [served.ask(path)[0] for path in ("", "results", "results/plan", "fields?base=plan", "facts?q=coal", "events")]

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(session, range(20))) == [[200] * 6] * 20


def test_a_new_start_has_another_token_and_keeps_results(served: Served) -> None:
    again, service, thread = start(served.folders)
    try:
        assert again.token != served.token
        assert again.ask("results", token=served.token)[0] == 403
        assert [row["name"] for row in again.ask("results")[1]["results"]] == ["plan"]
        with pytest.raises(InputError, match="cannot be used"):
            open_service(served.folders, Settings(port=served.port))
    finally:
        stop(service, thread)


def test_a_thousand_results_are_listed_from_their_manifests(tmp_path: Path, served: Served) -> None:
    (tmp_path / "results").mkdir()
    manifest = (served.folders.results / "plan.json").read_text(encoding="utf-8")
    for number in range(1000):
        (tmp_path / "results" / f"s{number}.nc").touch()
        (tmp_path / "results" / f"s{number}.json").write_text(manifest if number % 10 else "[]", encoding="utf-8")
    found = list_results(Folders(tmp_path))
    assert len(found) == 1000
    assert sum(row["state"] == "optimal" for row in found) == 900
    assert sum(row["state"] == "unreadable" for row in found) == 100


def test_form_tells_units_values_and_what_the_scenario_says() -> None:
    tables = read_checked(ROOT / "data" / "example")
    scenario = read_scenario(ROOT / "scenarios" / "example.yaml")
    form = lever_form(tables, scenario.model_copy(update={"caps": {"steel": 90.0}}))
    cap = next(field for field in form["fields"] if field["lever"] == "caps")
    assert (cap["subject"], cap["said"], cap["values"], cap["active"]) == ("steel", 90.0, {2022: 120.0}, True)
    assert cap["unit"] == ["万吨", "10 kt"]
    assert form["choices"]["targets"]["said"] == "firm"
    json.dumps(form, allow_nan=False)
    assert unit_names("kWh/t")[1].count("/") == 1


def test_facts_are_found_by_words_subject_and_grade() -> None:
    facts = FactList(read_checked(ROOT / "data" / "example"))
    every = facts.found("")
    assert every["count"] == every["all"] == len(facts.rows)
    assert len(every["rows"]) == min(every["size"], every["count"])
    subject = facts.rows[0]["subject"]
    own = facts.found("", subject=subject)
    assert {row["subject"] for row in own["rows"]} == {subject}
    assert facts.found("no such words at all")["count"] == 0
    assert sum(facts.found("", grade=grade)["count"] for grade in "ABCDE") == every["count"]
    assert facts.found("", offset=every["count"])["rows"] == []


def test_draft_text_holds_hostile_titles_as_texts(tmp_path: Path) -> None:
    for title in (HOSTILE, "a: b", "'", "!!python/object:os.system", "{x", "yes", "~", "=cmd|' /C calc'!A0"):
        shutil.copyfile(ROOT / "scenarios" / "example.yaml", tmp_path / "plan.yaml")
        kept = tidy(title, "x")
        (tmp_path / "try.yaml").write_text(Draft("try", "plan", {"caps": {"steel": {"2021": 110}}}, (kept, kept)).text(), encoding="utf-8")
        scenario = read_scenario(tmp_path / "try.yaml")
        assert (scenario.title.zh, scenario.title.en) == (kept, kept)
        assert scenario.caps == {"steel": {2021: 110.0}}
    assert len(tidy("x" * 1000, "")) == 120
    with pytest.raises(InputError, match="cannot be tried"):
        asked_settings({"extends": "other"})


def test_kept_scenario_must_say_what_was_solved(tmp_path: Path) -> None:
    """A parent that changes between solving and keeping is noticed; nothing is written then."""
    folders = small_project(tmp_path)
    workspace = Workspace(folders, read_checked(folders.province("example")))
    draft = Draft("try-1", "plan", {"solver": {"seed": 1}}, ("甲", "a"))
    workspace.write(draft)
    run(workspace.folders("try-1"), "try-1")
    named = workspace.folders("try-1").scenario("plan")
    named.write_text(named.read_text(encoding="utf-8") + "boundary: scope1\n", encoding="utf-8")
    with pytest.raises(ResultError, match="would not say what was solved"):
        workspace.keep(draft, "kept", ("乙", "b"))
    assert not folders.scenario("kept").exists()
    assert not (folders.results / "kept.nc").exists()
    workspace.close()
    assert not workspace.home.exists()


def sleep_long(path: Path, told: Any) -> None:
    """Work that never ends; leaves its process number."""
    path.write_text(str(os.getpid()), encoding="utf-8")
    told.send(("progress", "emissions", 0.25))
    time.sleep(600)


def take_memory(size: int, told: Any) -> None:
    """Work that needs too much memory."""
    told.send(("failed", [str(len(bytearray(size)))], 5))


def fall(told: Any) -> None:
    """Work that dies."""
    os.kill(os.getpid(), signal.SIGKILL)


def until(test: Any, seconds: float = 60) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not test():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def alive(number: int) -> bool:
    """Does a process exist?"""
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True


def test_queue_is_bounded_and_cancel_ends_the_child(tmp_path: Path) -> None:
    queue = Queue(Limits(at_once=1, waiting=2))
    jobs = [Job(f"job-{number}", ("", "")) for number in range(4)]
    queue.submit(jobs[0], (sleep_long, (tmp_path / "0",)))
    until(lambda: jobs[0].gap == 0.25)
    for number in (1, 2):
        queue.submit(jobs[number], (sleep_long, (tmp_path / str(number),)))
    with pytest.raises(InputError, match="are waiting already"):
        queue.submit(jobs[3], (sleep_long, (tmp_path / "3",)))
    assert [job.state for job in jobs] == ["running", "waiting", "waiting", "waiting"]
    child = int((tmp_path / "0").read_text(encoding="utf-8"))
    assert alive(child)
    queue.cancel("job-1")
    queue.cancel("job-0")
    until(lambda: not alive(child))
    until(lambda: jobs[2].state == "running")
    assert [job.state for job in jobs[:3]] == ["cancelled", "cancelled", "running"]
    assert not (tmp_path / "1").exists()
    queue.close()
    assert jobs[2].state == "cancelled"


def test_limits_of_time_and_memory_end_a_job_and_not_the_queue(tmp_path: Path) -> None:
    queue = Queue(Limits(at_once=2, seconds=600, memory=3_000_000_000))
    large, dead = Job("large", ("", "")), Job("dead", ("", ""))
    queue.submit(large, (take_memory, (6_000_000_000,)))
    queue.submit(dead, (fall, ()))
    until(lambda: large.state == dead.state == "failed")
    assert "memory ran out" in str(large.reasons[0])
    assert "ended unexpectedly" in str(dead.reasons[0])
    queue.close()
    short = Queue(Limits(seconds=0.5))
    slow = Job("slow", ("", ""))
    short.submit(slow, (sleep_long, (tmp_path / "slow",)))
    until(lambda: slow.state == "failed")
    assert "stopped after" in str(slow.reasons[0])
    short.close()


def test_guard_lets_no_websocket_in() -> None:
    sent: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    coroutine = Guard(None, "t", 1)({"type": "websocket"}, None, send)  # type: ignore[arg-type]
    with pytest.raises(StopIteration):
        coroutine.send(None)  # type: ignore[attr-defined]
    assert sent == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_command_line_prints_an_address_and_ends_when_asked(tmp_path: Path, served: Served, asked: signal.Signals) -> None:
    command = (
        "import signal, sys; from pathlib import Path; from model.cli import start; "
        "signal.signal(signal.SIGINT, signal.default_int_handler); start(Path(sys.argv.pop(1)))"
    )
    parts = [sys.executable, "-c", command, str(served.folders.root), "explore", "--no-browser", "--lang", "en"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(parts, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        watch = threading.Timer(120, process.kill)
        watch.start()
        assert process.stdout
        address = next(line.strip() for line in process.stdout if line.startswith("http://127.0.0.1:"))
        until(lambda: Served(served.folders, address).ask("results")[0] == 200)
        process.send_signal(asked)
        out, err = process.communicate()
        watch.cancel()
    assert process.returncode == 0, err
    assert "Ended" in out
    assert err == ""
    assert list(tmp_path.glob("pathways-*")) == []
