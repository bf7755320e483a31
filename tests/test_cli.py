"""The command line as a user meets it: what it prints, what it stores, how it ends."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from model import cli
from model.cli.common import share_of
from model.errors import InputError
from model.folders import Folders

ROOT = Path(__file__).parent.parent


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project with the example province only."""
    shutil.copy(ROOT / "run.py", tmp_path / "run.py")
    (tmp_path / "model").symlink_to(ROOT / "model")
    shutil.copytree(ROOT / "data" / "example", tmp_path / "data" / "example")
    shutil.copy(ROOT / "data" / "units.csv", tmp_path / "data" / "units.csv")
    (tmp_path / "scenarios").mkdir()
    shutil.copy(ROOT / "scenarios" / "example.yaml", tmp_path / "scenarios" / "example.yaml")
    return tmp_path


def call(project: Path, *words: str, lang: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
    """Run the command line in a child process."""
    environment = os.environ | {"LANG": lang, "LC_ALL": lang, "PYTHONUTF8": "1"}
    return subprocess.run([sys.executable, "run.py", *words], cwd=project, env=environment, capture_output=True, text=True, check=False)


def test_run_prints_stores_and_shows_in_both_languages(project: Path) -> None:
    ran = call(project, "run", "example", "--lang", "en")
    assert ran.returncode == 0, ran.stderr
    assert "Certified by the examiner" in ran.stdout
    assert {path.name for path in (project / "results").iterdir()} == {"example.nc", "example.json"}
    shown = call(project, "show", "example", "--lang", "zh")
    assert shown.returncode == 0, shown.stderr
    assert "独立核验通过" in shown.stdout
    assert "Traceback" not in ran.stderr + shown.stderr


def test_help_follows_the_locale(project: Path) -> None:
    assert "Fix all decisions of 2020" in call(project, "--help").stdout
    assert "固定 2020 年全部决策" in call(project, "--help", lang="zh_CN.UTF-8").stdout


def test_check_and_replay_pass_on_the_example(project: Path) -> None:
    checked = call(project, "check", "--lang", "en")
    assert checked.returncode == 0, checked.stderr
    assert "data/example" in checked.stdout
    replayed = call(project, "replay", "example", "--lang", "en")
    assert replayed.returncode == 0, replayed.stderr


def test_unknown_scenario_and_unknown_key_end_with_2(project: Path) -> None:
    missing = call(project, "run", "nowhere", "--lang", "en")
    assert (missing.returncode, "no such scenario file" in missing.stderr) == (2, True)
    with (project / "scenarios" / "example.yaml").open("a", encoding="utf-8") as file:
        file.write("\nbondary: scope1\n")
    wrong = call(project, "run", "example", "--lang", "en")
    assert wrong.returncode == 2
    assert "did you mean 'boundary'" in " ".join(wrong.stderr.split())


@pytest.mark.parametrize("words", [("--time-limit", "inf"), ("--seed", "99999999999"), ("--threads", "257"), ("--gap", "nan")])
def test_settings_of_the_solver_keep_to_their_ranges(project: Path, words: tuple[str, str]) -> None:
    """On the command line as in a scenario; a seed that the solver does not know was passed over in silence."""
    with pytest.raises(SystemExit) as ended, pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["run.py", "run", "example", *words])
        cli.start(project)
    assert ended.value.code == 2


@pytest.mark.parametrize(
    ("text", "share"), [("1%", 0.01), ("0.01", 0.01), (" 2.5 % ", 0.025), ("50％", 0.5), ("1e-4", 1e-4), ("0", 0.0), ("100%", 1.0)]
)
def test_a_share_is_a_number_or_per_cent(text: str, share: float) -> None:
    assert share_of(0, 1)(text) == pytest.approx(share, rel=1e-15)


@pytest.mark.parametrize("text", ["", "%", "1%%", "1 percent", "nan", "nan%", "inf", "101%", "1.5", "-1%", "1,5%", "１%", "1.2.3", "1e9%"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        share_of(0, 1)(text)


def test_faults_are_listed_together_with_file_row_and_column(project: Path) -> None:
    lines = (project / "data" / "example" / "line_facts.csv").read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("value")
    for row in (1, 2):
        cells = lines[row].split(",")
        cells[place] = "1,2" if row == 2 else "x"
        lines[row] = ",".join(cells) if row == 1 else ",".join([*cells[:place], '"1,2"', *cells[place + 1 :]])
    (project / "data" / "example" / "line_facts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    checked = call(project, "check", "--lang", "en")
    assert checked.returncode == 2
    assert "line_facts.csv:2 [value]" in checked.stderr
    assert "line_facts.csv:3 [value]" in checked.stderr


def test_infeasible_ends_with_3_and_keeps_the_older_result(project: Path) -> None:
    assert call(project, "run", "example").returncode == 0
    before = (project / "results" / "example.nc").read_bytes()
    with (project / "scenarios" / "example.yaml").open("a", encoding="utf-8") as file:
        file.write("\nbudget: {total: 0}\n")
    ended = call(project, "run", "example", "--lang", "en")
    assert ended.returncode == 3, ended.stdout + ended.stderr
    assert "Infeasible" in ended.stderr
    assert "python run.py explain example" in " ".join(ended.stderr.split())
    assert (project / "results" / "example.nc").read_bytes() == before


def test_missing_result_ends_with_6_and_says_what_to_do(project: Path) -> None:
    shown = call(project, "show", "example")
    assert shown.returncode == 6
    assert "python run.py run example" in " ".join(shown.stderr.split())


def test_failed_gate_ends_with_7_unless_the_scenario_accepts_it(project: Path) -> None:
    replay = project / "data" / "example" / "replay.csv"
    header, *rows = replay.read_text(encoding="utf-8").splitlines()
    place = header.split(",").index("value")
    first = rows[0].split(",")
    first[place] = str(float(first[place]) * 2)
    replay.write_text("\n".join([header, ",".join(first), *rows[1:]]) + "\n", encoding="utf-8")
    assert call(project, "run", "example").returncode == 7
    assert call(project, "replay", "example").returncode == 7
    with (project / "scenarios" / "example.yaml").open("a", encoding="utf-8") as file:
        file.write("\nskip_replay: true\n")
    accepted = call(project, "run", "example", "--lang", "en")
    assert accepted.returncode == 0, accepted.stderr
    assert "the data fail the base-year gate" in " ".join(accepted.stdout.split())


def test_control_characters_in_names_do_not_reach_the_terminal(project: Path) -> None:
    path = project / "data" / "example" / "lines.csv"
    header, first, *rest = path.read_text(encoding="utf-8").splitlines()
    cells = first.split(",")
    cells[header.split(",").index("name_en")] = "\x1b[31mred\u202e"
    path.write_text("\n".join([header, ",".join(cells), *rest]) + "\n", encoding="utf-8")
    ran = call(project, "run", "example", "--lang", "en")
    assert "\x1b[31mred" not in ran.stdout + ran.stderr
    assert "\u202e" not in ran.stdout + ran.stderr


@pytest.mark.parametrize("name", ["../example", "/etc/passwd", "a/../example", ".", "Example", "a b", "-x"])
def test_names_that_leave_the_folders_are_refused(project: Path, name: str) -> None:
    with pytest.raises(InputError, match="is not the name of"):
        Folders(project).scenario(name)


def test_refused_names_are_told(project: Path) -> None:
    for verb in ("run", "check"):
        ended = call(project, verb, "--lang", "en", "--", "../example")
        assert (ended.returncode, "is not the name of" in " ".join(ended.stderr.split())) == (2, True), ended.stderr


def test_explain_writes_repairs_that_run(project: Path) -> None:
    with (project / "scenarios" / "example.yaml").open("a", encoding="utf-8") as file:
        file.write("\nclauses: {steel_cap: {value: 100}}\n")
    explained = call(project, "explain", "example", "--write-repairs", "--lang", "zh")
    assert explained.returncode == 0, explained.stderr
    assert "产值目标 120 → 100亿元" in explained.stdout
    assert call(project, "run", "example-repair-1").returncode == 0
    assert "nothing to repair" in call(project, "explain", "example-repair-1", "--lang", "en").stdout


def test_compare_explains_differences_and_refuses_what_cannot_be_compared(project: Path) -> None:
    scenarios, words = project / "scenarios", "title: {zh: 另一情景, en: another}\nwhy: {zh: 试, en: try}\n"
    (scenarios / "cheap.yaml").write_text(f"extends: example\n{words}objectives: [cost, emissions]\n", encoding="utf-8")
    (scenarios / "elsewhere.yaml").write_text(f"extends: example\n{words}data: elsewhere\n", encoding="utf-8")
    shutil.copytree(project / "data" / "example", project / "data" / "elsewhere")
    sources = project / "data" / "elsewhere" / "sources.csv"
    sources.write_text(sources.read_text(encoding="utf-8").replace("\n", "x\n").replace("x\n", "\n", 1), encoding="utf-8")
    missing = call(project, "compare", "example", "cheap", "--lang", "en")
    assert missing.returncode == 6
    assert all(f"python run.py run {name}" in " ".join(missing.stderr.split()) for name in ("example", "cheap"))
    ran = call(project, "run", "example", "cheap", "elsewhere")
    assert ran.returncode == 0, ran.stderr
    compared = call(project, "compare", "example", "cheap", "--curve", "--full", "--lang", "zh")
    assert compared.returncode == 0, compared.stderr
    assert "归因" in compared.stdout
    refused = call(project, "compare", "cheap", "elsewhere", "--base", "example", "--lang", "en")
    assert (refused.returncode, "elsewhere" in refused.stderr) == (2, True)
    assert "not those of the base example" in " ".join(refused.stderr.split())
    assert "Traceback" not in missing.stderr + compared.stderr + refused.stderr


EXTRAS = ("zarr", "numcodecs", "SALib", "starlette", "uvicorn", "pyscipopt")
BARE = f"""
import sys
from pathlib import Path
sys.modules.update(dict.fromkeys({EXTRAS!r}))
from model.cli import start
sys.argv = ["run.py", *sys.argv[1:]]
start(Path.cwd())
"""


def test_what_the_first_command_of_the_readme_installs_is_enough(project: Path) -> None:
    """Packages of extras cannot be imported; every verb that does not name one works, or says what to install."""
    for name in ("variables", "drivers", "driver_facts", "grade_ranges"):
        shutil.copy(ROOT / "data" / f"{name}.csv", project / "data" / f"{name}.csv")
    other = "extends: example\ntitle: {zh: 另一, en: other}\nwhy: {zh: 试, en: try}\nprices: {coal: 9}\n"
    (project / "scenarios" / "other.yaml").write_text(other, encoding="utf-8")

    def bare(line: str) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-c", BARE, *line.split()]
        return subprocess.run(words, cwd=project, capture_output=True, text=True, check=False)

    for line in ("run example", "show example", "report example", "why furnace_1 --scenario example", "regret example --futures other"):
        ended = bare(line)
        assert ended.returncode == 0, (line, ended.stderr)
    missing = bare("regret example --members 2")
    assert (missing.returncode, "Traceback" in missing.stderr) == (2, False), missing.stderr
