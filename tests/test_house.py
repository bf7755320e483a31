"""The house rules: what every file, every rule of the formulation and every import must look like."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pyomo.environ as pyo
import pytest
import xarray as xr
from conftest import ModelBuilder
from pyomo.core.expr.template_expr import templatize_constraint

from model.examine import TWINS
from model.rules import RULE_NAMES, RULES

ROOT = Path(__file__).parent.parent
TESTS = Path(__file__).parent
LAYERS = (
    ("language",), ("names", "errors", "tolerances"), ("units", "folders", "refusal"), ("contract", "parameters", "schema"), ("tables",),
    ("rules",), ("scenario",), ("facts",), ("checks",), ("problem",), ("objective",), ("build",), ("handover",), ("compile", "solve"),
    ("solution", "canary", "confirm", "decompose"), ("store",),
    ("examine", "analysis", "replay", "formulation", "datapackage", "synth", "studies"),
    ("session",), ("fingerprint",), ("explain", "runner", "live", "editor", "difference"), ("batch",),
    ("bench", "compare", "futures", "sheets", "tradeoff"), ("alternatives", "regret"), ("report", "show"), ("explorer",),
    ("cli",), ("run",),
)  # fmt: skip
"""Imports go from right to left only, or stay inside a package."""
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}
PYOMO_ROOMS = ("build", "rules", "objective", "handover", "compile", "bench")
BLIND = ("build", "rules", "objective", "handover", "compile", "solve", "decompose")
"""What the examiner must not see: it is the second opinion."""
PRINTING = ("show", "live", "report", "cli")
FORBIDDEN_CALLS = ("eval", "exec", "compile", "__import__", "print")
FORBIDDEN_METHODS = ("eval", "query", "read_pickle", "to_pickle", "popen", "import_module")
FORBIDDEN_MODULES = ("pickle", "marshal", "shelve", "yaml", "dill", "cloudpickle", "joblib", "runpy", "code", "codeop", "ctypes")
FORBIDDEN_IMPORTS = ("os.system", "os.popen", "importlib.import_module", "importlib.util.module_from_spec")
SAFE = ("'safe'", "'rt'")
"""Loaders of YAML that make plain values only; ``rt`` is what ruamel takes by itself."""
SILENT = {
    "KeyError": "a caller's mistake",
    "NotImplementedError": "a caller's mistake",
    "RuntimeError": "HiGHS refuses a matrix that we made: a defect",
    "UnsupportedError": "caught by the compiler, which then leaves the rule to Pyomo",
    "CellError": "holds a key; the reader of workbooks tells it with the cell",
    "InfeasibleConstraintException": "what Pyomo itself raises in its place",
    "KeyboardInterrupt": "ends without words",
}
"""Errors that no user reads, and why."""
ENGLISH_VALUES = ("compile",)
"""Rooms whose ``ValueError`` no user reads; elsewhere a reader of files passes its words on."""
MOST_LINES = 300
MOST_FUNCTION_LINES = 60


def files() -> list[Path]:
    """Every source file of the project."""
    return [*sorted((ROOT / "model").rglob("*.py")), ROOT / "run.py"]


def room_of(path: Path) -> str:
    """``build`` for model/build/lines.py, ``tables`` for model/tables.py, ``run`` for run.py."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return parts[1] if len(parts) > 1 else parts[0]


def nodes(path: Path) -> Iterator[ast.AST]:
    """Every node of a file's syntax tree."""
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that a file imports, wherever the import stands."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: relative import"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def rooms_imported(path: Path) -> list[tuple[int, str]]:
    """Line and room of a file's imports from model/."""
    return [(line, name.split(".")[1]) for line, name in imports(path) if name.split(".")[0] == "model"]


def named(path: Path, line: int, what: str) -> str:
    """A finding with its place."""
    return f"{path.relative_to(ROOT)}:{line}: {what}"


def test_every_room_has_a_rank() -> None:
    """A new module takes its place in the order of imports before it is used."""
    assert {room_of(path) for path in files()} - {"__init__"} <= set(RANK)


def test_imports_go_leftwards() -> None:
    """Names and errors know nobody; the command line knows everybody; nobody knows those to its right or beside it."""
    wrong = [
        named(path, line, f"{room_of(path)} imports {room}")
        for path in files()
        for line, room in rooms_imported(path)
        if room != room_of(path) and RANK[room] >= RANK[room_of(path)]
    ]
    assert wrong == []


def test_checks_take_only_the_names_of_rules() -> None:
    """Checking tables needs the list of rules, not the rules."""
    taken = {name for path in (ROOT / "model" / "checks").glob("*.py") for _, name in imports(path) if name.startswith("model.rules")}
    assert taken == {"model.rules.RULE_NAMES"}


def test_pyomo_stays_where_models_are_written() -> None:
    """Before and after the model there are arrays and tables only."""
    wrong = [named(path, line, name) for path in files() for line, name in imports(path)
             if name.split(".")[0] == "pyomo" and room_of(path) not in PYOMO_ROOMS]  # fmt: skip
    assert wrong == []


def test_the_examiner_is_blind() -> None:
    """It neither names the model nor loads it through others."""
    wrong = [
        named(path, line, room) for path in files() if room_of(path) == "examine" for line, room in rooms_imported(path) if room in BLIND
    ]
    assert wrong == []
    asked = "import sys, model.examine; print([name for name in sys.modules if name.split('.')[0] in ('pyomo', 'highspy')])"
    loaded = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_the_command_line_opens_without_the_heavy_packages() -> None:
    """Help, faults of usage and a refusal for want of memory need none of them; a verb loads what it uses."""
    heavy = ("pyomo", "highspy", "numpy", "pandas", "xarray", "scipy")
    asked = f"import sys, model.cli; print([name for name in {heavy} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


def test_files_and_functions_are_short() -> None:
    """At most 300 lines a file, 60 a function."""
    long = [named(path, count, "lines") for path in files() if (count := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES]
    long += [
        named(path, node.lineno, node.name)
        for path in files()
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (node.end_lineno or 0) - node.lineno >= MOST_FUNCTION_LINES
    ]
    assert long == []


def _public(body: list[ast.stmt]) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Functions and classes that others may use, and the methods of these classes."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public(node.body)


def test_what_is_public_says_what_it_is() -> None:
    """Every module, and every public class, method and function has a docstring."""
    bare = []
    for path in files():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        bare += [named(path, 1, "module")] if tree.body and not ast.get_docstring(tree) else []
        bare += [named(path, node.lineno, node.name) for node in _public(tree.body) if not ast.get_docstring(node)]
    assert bare == []


def dangers(path: Path, tree: ast.AST) -> Iterator[str]:
    """Calls and imports through which text of a user could run, or an object be built from it; and prints outside their rooms."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            wrong = [alias.name for alias in node.names if alias.name.split(".")[0] in FORBIDDEN_MODULES]
            yield from (named(path, node.lineno, name) for name in wrong)
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)]
            if (node.module or "").split(".")[0] in FORBIDDEN_MODULES or set(names) & set(FORBIDDEN_IMPORTS):
                yield named(path, node.lineno, names[-1])
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in FORBIDDEN_IMPORTS:
            yield named(path, node.lineno, ast.unparse(node))
        elif isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr if isinstance(node.func, ast.Attribute) else ""
            plain = isinstance(node.func, ast.Name)
            if (plain and name in FORBIDDEN_CALLS) or (not plain and name in FORBIDDEN_METHODS):
                yield named(path, node.lineno, name)
            if not plain and name == "print" and room_of(path) not in PRINTING:
                yield named(path, node.lineno, name)
            given = {word.arg: ast.unparse(word.value) for word in node.keywords}
            yield from (named(path, node.lineno, word) for word in ("shell", "allow_pickle") if given.get(word, "False") != "False")
            if (name == "Environment" and given.get("autoescape") != "True") or (name == "YAML" and given.get("typ", "'rt'") not in SAFE):
                yield named(path, node.lineno, name)


def test_no_call_runs_text_or_prints() -> None:
    """No eval, exec, pickle, shell, import by name or unsafe loader; only the rooms that show things hold a console."""
    assert [found for path in files() for found in dangers(path, ast.parse(path.read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize(
    "text",
    ["eval(cell)", "exec(cell)", "__import__(name)", "import pickle", "from pickle import loads", "import yaml", "from yaml import load",
     "import importlib; importlib.import_module(name)", "from importlib import import_module", "import os; os.system(name)",
     "from os import system", "import os; run = os.popen", "subprocess.run(line, shell=True)", "subprocess.run(line, shell=wanted)",
     "numpy.load(path, allow_pickle=True)", "frame.eval(cell)", "frame.query(cell)", "pandas.read_pickle(path)", "frame.to_pickle(path)",
     "Environment()", "Environment(autoescape=False)", "YAML(typ=kind)", "YAML(typ='unsafe')", "print(cell)", "console.print(cell)",
     "import joblib", "import marshal", "import runpy", "from ctypes import CDLL"],
)  # fmt: skip
def test_the_search_for_dangers_finds_each(text: str) -> None:
    """A search that sees nothing would also pass."""
    assert list(dangers(ROOT / "model" / "tables.py", ast.parse(text))) != []


def test_the_search_for_dangers_leaves_the_harmless_alone() -> None:
    text = "import subprocess; subprocess.run(words, shell=False); Environment(autoescape=True); YAML(); platform.system()"
    assert list(dangers(ROOT / "model" / "tables.py", ast.parse(text))) == []


def messages(path: Path) -> Iterator[tuple[int, ast.expr | None]]:
    """Line and message of every fault and of every error raised that a user may read; ``None``: an error that should not be raised."""
    for node in nodes(path):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and isinstance(node.exc.func, ast.Name):
            name = node.exc.func.id
            read = name not in ("InputError", *SILENT) and not (name == "ValueError" and room_of(path) in ENGLISH_VALUES)
            if read:
                yield node.lineno, node.exc.args[0] if node.exc.args else None
        elif isinstance(node, ast.Call) and len(node.args) > 1 and ast.unparse(node.func).endswith(("Fault", "faults.add")):
            yield node.lineno, node.args[1]


def test_faults_and_errors_are_told_in_both_languages() -> None:
    """No message is written in code; that a variable holds a told text is mypy's to prove (``Fault`` and errors take nothing else)."""
    plain = (ast.Constant, ast.JoinedStr, ast.BinOp)
    found = [(path, line, message) for path in files() for line, message in messages(path)]
    assert len(found) > 100, "the search no longer sees what it should"
    wrong = [
        named(path, line, ast.unparse(message) if message else "no message")
        for path, line, message in found
        if message is None
        or isinstance(message, plain)
        or (isinstance(message, ast.Call) and isinstance(message.func, ast.Name) and message.func.id in ("say", "str", "repr"))
    ]
    assert wrong == []


def test_rules_are_listed_once_and_have_their_files() -> None:
    """The table of contents names every file of model/rules, once, and no other."""
    assert sorted(RULE_NAMES) == sorted(path.stem for path in (ROOT / "model" / "rules").glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("room", RULES, ids=RULE_NAMES)
def test_rule_says_its_policy_math_source_and_reading(room: ModuleType) -> None:
    """One sentence, then the math, where it comes from, and what it means when it binds."""
    text = (room.__doc__ or "").strip()
    assert text.splitlines()[0].endswith(".")
    assert re.search(r"^\.\. math::\s+\S", text, re.M)
    assert re.search(r"^Source: \S", text, re.M)
    assert re.search(r"^Binding: \S", text, re.M)


def test_every_rule_has_its_witnesses() -> None:
    """A golden text, a hand-summed case that is named after it, and a twin in the examiner."""
    goldens = {path.stem for path in (TESTS / "lp").glob("*.lp")}
    summed = [name for path in (TESTS / "hand").glob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.M)]
    hands = {rule for rule in RULE_NAMES if any(re.fullmatch(rf"test_{rule}(_\w+)?", name) for name in summed)}
    assert [rule for rule in RULE_NAMES if rule not in goldens] == []
    assert [rule for rule in RULE_NAMES if rule not in hands] == []
    assert tuple(TWINS) == RULE_NAMES


@pytest.fixture(scope="module")
def whole(province: xr.Dataset, build_model: ModelBuilder) -> pyo.ConcreteModel:
    """The province's model with every rule."""
    return build_model(province)


@pytest.mark.parametrize("rule", RULE_NAMES)
def test_rule_reads_as_one_template(whole: pyo.ConcreteModel, rule: str) -> None:
    """No rule looks at data to decide its own form: Pyomo can write it once for all its indices."""
    template, indices = templatize_constraint(getattr(whole, rule))
    assert template is not None
    assert len(indices) > 0
