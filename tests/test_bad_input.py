"""Bad inputs: each overlays the test province and must be refused with the expected words, and nothing else.

``tests/bad/<class>/<case>.txt`` holds the error's type and exit code, then one line for each fault (a part of its text).
The files beside it that begin with the case's name are laid over the province:
``<case>.<table>.csv`` replaces a table, ``<case>.<table>.gone`` removes it, ``<case>.<table>.diff`` replaces the row
after ``-`` by the rows after ``+`` (rows without a ``-`` before them are added), ``<case>.yaml`` is the scenario to run,
``<case>.<name>.yaml`` another scenario beside it.
"""

import re
import shutil
from pathlib import Path

import pytest
from conftest import PROVINCE

from model.errors import InputError, PathwayError
from model.folders import Folders
from model.language import Language, Speaker
from model.runner import run
from model.scenario import MAX_BYTES as MOST_SCENARIO
from model.scenario import MAX_NODES as MOST_NODES
from model.tables import MAX_BYTES as MOST_TABLE

BAD = Path(__file__).parent / "bad"
CASES = sorted(BAD.rglob("*.txt"))
CHINESE = Speaker(Language.ZH)
QUOTED = re.compile(r"“[^”]*”|python run\.py .*|(?<=不是可读取的 YAML：).*|(?<=不是可读取的 CSV：).*")
"""What stays as it is in a Chinese sentence: what a file holds, commands, and the words of the YAML and CSV readers."""
SENTENCE = re.compile(r"[A-Za-z][a-z']*(?: [A-Za-z][a-z']*){2,}")
"""Three words of English in a row."""


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """A copy of the province that a case may spoil."""
    (tmp_path / "scenarios").mkdir()
    shutil.copytree(PROVINCE, tmp_path / "data" / "province", ignore=shutil.ignore_patterns("*.yaml"))
    shutil.copy(PROVINCE / "plan.yaml", tmp_path / "scenarios")
    return Folders(tmp_path)


def apply_diff(table: Path, diff: str) -> None:
    """Change rows of a table; a row to be replaced must be there once."""
    rows = table.read_text(encoding="utf-8").splitlines()
    place = len(rows)
    for line in diff.splitlines():
        sign, row = line[0], line[1:]
        if sign == "-":
            assert rows.count(row) == 1, f"{table.name} no longer has the row {row}"
            place = rows.index(row)
            del rows[place]
        else:
            assert sign == "+"
            rows.insert(place, row)
            place += 1
    table.write_text("\n".join(rows) + "\n", encoding="utf-8")


def overlay(folders: Folders, case: Path) -> str:
    """Lay a case's files over the province; returns the name of the scenario to run."""
    name = "plan"
    for path in sorted(case.parent.glob(f"{case.stem}.*")):
        parts = path.name.split(".")[1:]
        table = folders.data / "province" / f"{parts[0]}.csv"
        match parts:
            case ["txt"]:
                continue
            case ["yaml"]:
                name = path.stem
                shutil.copy(path, folders.scenarios)
            case [other, "yaml"]:
                shutil.copy(path, folders.scenarios / f"{other}.yaml")
            case [_, "csv"]:
                shutil.copy(path, table)
            case [_, "gone"]:
                table.unlink()
            case [_, "diff"]:
                apply_diff(table, path.read_text(encoding="utf-8"))
            case _:
                raise AssertionError(f"{path.name}: no way to lay this over the province")
    return name


def refused(folders: Folders, name: str) -> PathwayError:
    """The error that a run ends with; any other kind of exception fails the test with its traceback."""
    with pytest.raises(PathwayError) as caught:
        run(folders, name)
    assert not folders.results.exists(), "a refused run must store nothing"
    return caught.value


def known(case: Path) -> object:
    """A case as a parameter; a known defect must fail, so that it cannot be mended unnoticed."""
    name = f"{case.parent.name}-{case.stem}"
    return pytest.param(case, id=name)


@pytest.mark.parametrize("case", [known(path) for path in CASES])
def test_bad_input(case: Path, folders: Folders) -> None:
    """The type, the exit code and each fault (file, row, column, words) are those expected; ``accepted`` means a valid result."""
    kind, *expected = case.read_text(encoding="utf-8").splitlines()
    name = overlay(folders, case)
    if kind == "accepted":
        assert run(folders, name).manifest["optimal"] is True
        return
    error = refused(folders, name)
    assert f"{type(error).__name__} {error.exit_code}" == kind
    found = [str(fault) for fault in error.faults] if isinstance(error, InputError) else [str(error)]
    found = list(dict.fromkeys(found))
    assert len(found) == len(expected), found
    for words, text in zip(expected, found, strict=True):
        assert words in text
    for text in [fault.told for fault in error.faults] if isinstance(error, InputError) else [error.message]:
        said = CHINESE.told(text)
        assert re.search(r"[\u4e00-\u9fff]", said), said
        assert not SENTENCE.search(QUOTED.sub("", said)), said


@pytest.mark.parametrize("folder", sorted({case.parent.name for case in CASES}))
def test_each_class_has_ten_cases(folder: str) -> None:
    """A twelfth class, results that were spoiled, is in test_store.py and test_faults.py."""
    assert sum(case.parent.name == folder for case in CASES) >= 10
    assert len({case.parent.name for case in CASES}) == 11


def test_every_file_belongs_to_a_case() -> None:
    """No overlay is left without its expected words."""
    named = {(path.parent, path.stem) for path in CASES}
    assert [path for path in BAD.rglob("[!.]*.*") if (path.parent, path.name.split(".")[0]) not in named] == []


def test_huge_table(folders: Folders) -> None:
    """A table of more than 20 MB is not read at all."""
    (folders.data / "province" / "line_facts.csv").write_bytes(b"a" * (MOST_TABLE + 1))
    assert str(refused(folders, "plan")).splitlines()[0] == "line_facts.csv: file larger than 20 MB"


def test_huge_scenario(folders: Folders) -> None:
    """A scenario of more than 256 kB is not read at all."""
    (folders.scenarios / "huge.yaml").write_bytes(b"#" * (MOST_SCENARIO + 1))
    assert str(refused(folders, "huge")) == "huge.yaml: larger than 256 kB"


def test_many_nodes(folders: Folders) -> None:
    """A scenario of more than 10 000 nodes is refused as such, not name by name."""
    text = "extends: plan\nmeasures: {forbid: [" + ", ".join(f"a{number}" for number in range(MOST_NODES + 1)) + "]}\n"
    (folders.scenarios / "many.yaml").write_text(text, encoding="utf-8")
    error = refused(folders, "many")
    assert isinstance(error, InputError)
    assert len(error.faults) == 1


def test_deep_nesting(folders: Folders) -> None:
    """Two thousand brackets do not overflow the reader."""
    (folders.scenarios / "deep.yaml").write_text("why: " + "[" * 2000 + "]" * 2000 + "\n", encoding="utf-8")
    assert str(refused(folders, "deep")).startswith("deep.yaml: ")
