"""Synthetic provinces: checked, replayed, repeatable, and as large as asked."""

from pathlib import Path

import pytest

from model.checks import check_tables
from model.problem import assemble
from model.replay import gate
from model.scenario import read_scenario
from model.synth import synthesise, write_tables
from model.tables import Tables, read_tables

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def real() -> Tables:
    """The tables of Chongqing."""
    return read_tables(ROOT / "data" / "chongqing")


@pytest.mark.parametrize(("lines", "last"), [(93, 2025), (150, 2025), (400, 2050)])
def test_of_the_size_asked_for_and_replays(real: Tables, tmp_path: Path, lines: int, last: int) -> None:
    write_tables(synthesise(real, lines, last, seed=1), tmp_path / "synth")
    tables = read_tables(tmp_path / "synth")
    check_tables(tables)
    assert len(tables.rows["lines"]) == lines
    scenario = read_scenario(ROOT / "scenarios" / "plan.yaml")
    problem = assemble(tables, scenario.model_copy(update={"years": scenario.years.model_copy(update={"last": last})}))
    assert gate(problem, tables) == []
    assert problem.sizes["year"] == last - 2019


def test_the_seed_decides(real: Tables, tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_tables(synthesise(real, 120, 2025, seed), tmp_path / name)
    first, again, other = ((tmp_path / name / "line_facts.csv").read_bytes() for name in "abc")
    assert first == again
    assert first != other


def test_sizes_differ_from_line_to_line(real: Tables) -> None:
    """Three fleets: the three copies of a kiln have three capacities, around the real one."""
    rows = synthesise(real, 279, 2025, seed=3)
    sizes = {fact.value for fact in rows["line_facts"] if fact.subject.startswith("tl2_") and fact.parameter == "capacity"}  # type: ignore[attr-defined]
    assert len(sizes) == 3
    assert 0.3 < min(sizes) / 5000 < 1 < max(sizes) / 5000 * 1.5
