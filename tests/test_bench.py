"""The run book: what is recorded, what is skipped, what two books and several sizes show."""

import csv
import shutil
import sys
from pathlib import Path

import highspy
import numpy as np
import pytest
import xarray as xr

import model.bench.book
from model.bench import (
    CONFIGURATIONS,
    Listener,
    Settings,
    chosen,
    exponent,
    grown,
    growth,
    profile,
    ratios,
    read_book,
    run_book,
    slowness,
    write_book,
)
from model.bench.child import TASKS, doubted
from model.bench.fields import COLUMNS, FIELDS, FIRST
from model.bench.highs import pass_to_highs, run_highs
from model.bench.instances import read_mps, violations
from model.bench.scip import run_scip, to_scip
from model.errors import InputError
from model.language import Language, Speaker, read_catalogue
from model.show import growth_plot, growth_views, profile_plot

ROOT = Path(__file__).parent.parent
TINY = """NAME tiny
ROWS
 N cost
 L room
COLUMNS
 MARKER 'MARKER' 'INTORG'
 a cost -5 room 4
 b cost -4 room 3
 MARKER 'MARKER' 'INTEND'
 c cost -1 room 2
RHS
 RHS room 9.5
BOUNDS
 UP BND a 1
 UP BND b 3
 UP BND c 10
ENDATA
"""
"""a <= 1, b <= 3, c: 4a + 3b + 2c <= 9.5. Three b leave 0.25 c: -12.25; one a and one b leave 1.25 c: -10.25."""

Book = tuple[xr.Dataset, list[dict[str, object]], list[str], Path]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("bench")
    (made / "tiny.mps").write_text(TINY, encoding="ascii")
    return made


@pytest.fixture(scope="module")
def book(folder: Path) -> Book:
    """Two instances, one solver that is here and one that cannot be, one run each; the example as an anonymised MPS."""
    skipped: list[str] = []
    missing = pytest.MonkeyPatch()
    missing.setattr(shutil, "which", lambda *_: None)
    try:
        dataset, rows = run_book(
            ROOT, ["example", str(folder / "tiny.mps")], chosen(["highs", "glpk"]),
            Settings(repeats=1, time_limit=20, mps_folder=folder / "mps"), Listener(skipped=lambda item: skipped.append(item.name)),
        )  # fmt: skip
    finally:
        missing.undo()
    return dataset, rows, skipped, write_book(folder / "book", dataset, rows)[1]


def test_missing_solver_is_named_and_skipped(book: Book) -> None:
    dataset, _, skipped, _ = book
    assert skipped == ["glpk"]
    assert dataset["configuration"].values.tolist() == ["highs"]


def test_runs_are_solved_and_checked(book: Book) -> None:
    """262 is the example's optimum by hand (data/example/HAND.md); -12.25 the tiny one's."""
    one = book[0].isel(configuration=0, seed=0, repeat=0)
    assert one["status"].values.tolist() == ["ok", "ok"]
    assert one["objective"].values == pytest.approx([262, -12.25], rel=1e-6)
    assert one["bound"].values == pytest.approx(one["objective"].values, rel=1e-3)
    assert float(one["integrality_violation"].max()) < 1e-6
    assert float(one["row_violation"].max()) < 1e-6
    assert float(one["examiner_violation"].sel(instance="example")) < 1e-6
    assert np.isnan(one["examiner_violation"].sel(instance="tiny"))
    assert float(one["wall"].min()) > 0
    assert float(one["memory"].min()) > 10


def test_dataset_says_units_and_names_in_both_languages(book: Book, folder: Path) -> None:
    stored = read_book(folder / "book")
    assert set(stored.data_vars) == {field.name for field in FIELDS}
    for field in FIELDS:
        assert stored[field.name].attrs.get("units") == field.unit
        assert stored[field.name].attrs["long_name"] != stored[field.name].attrs["long_name_zh"]
    assert {"hostname", "python", "run_id", "started", "time_limit"} <= set(stored.attrs)


def test_table_has_the_communitys_columns_first(book: Book) -> None:
    with book[3].open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert COLUMNS[: len(FIRST)] == FIRST
    assert [(row["Benchmark"], row["Size"], row["Solver"]) for row in rows] == [("example", "6-3", "highs"), ("tiny", "1-3", "highs")]
    assert all(row["Solver Version"] == highspy.Highs().version() for row in rows)
    assert float(rows[0]["Objective Value"]) == pytest.approx(262, rel=1e-6)


def test_anonymised_instance_has_the_same_optimum(book: Book, folder: Path) -> None:
    text = (folder / "mps" / "example.mps").read_text(encoding="ascii")
    assert "furnace" not in text
    assert " r1 " in text.replace("\n", " ")
    instance = read_mps(folder / "mps" / "example.mps")
    answer = run_highs(pass_to_highs(instance, {"threads": 1}), instance)
    assert answer.objective == pytest.approx(262, rel=1e-6)


def test_limit_is_recorded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A knapsack with forty rows that no solver finishes in 50 ms; its jobs are done in this process to save time."""
    monkeypatch.setattr(model.bench.book, "call", lambda job: TASKS[job["task"]](job))
    highspy.Highs.resetGlobalScheduler(True)  # another test may have asked for other threads, which HiGHS refuses to change
    rng = np.random.default_rng(1)
    weights = rng.integers(100, 1000, (40, 200))
    columns = "\n".join(f" c{n} cost {-weights[:, n].sum()}\n" + "\n".join(f" c{n} r{k} {w}" for k, w in enumerate(weights[:, n]))
                        for n in range(200))  # fmt: skip
    text = "NAME hard\nROWS\n N cost\n" + "".join(f" L r{k}\n" for k in range(40)) + "COLUMNS\n MARKER 'MARKER' 'INTORG'\n" + columns
    text += "\n MARKER 'MARKER' 'INTEND'\nRHS\n" + "".join(f" RHS r{k} {weights[k].sum() // 3}\n" for k in range(40)) + "BOUNDS\n"
    (folder / "hard.mps").write_text(text + "".join(f" UP BND c{n} 1\n" for n in range(200)) + "ENDATA\n", encoding="ascii")
    dataset, rows = run_book(ROOT, [str(folder / "hard.mps")], chosen(["highs"]), Settings(repeats=1, time_limit=0.05, gap=0.0))
    assert rows[0]["Status"] == "TO"
    assert rows[0]["Termination Condition"] == "time_limit"
    assert rows[0]["Timeout"] == 0.05
    assert float(dataset["bound"].squeeze()) < 0
    assert profile(dataset).loc["highs"].max() == 0


MOST = """NAME most
OBJSENSE
 MAX
ROWS
 N worth
 L room
COLUMNS
 c worth 1 room 2
 MARKER 'MARKER' 'INTORG'
 b worth 4 room 3
 a worth 5 room 4
 MARKER 'MARKER' 'INTEND'
RHS
 RHS room 9.5
BOUNDS
 UP BND c 10
 UP BND b 3
 UP BND a 1
ENDATA
"""
"""The tiny one as a maximum, its columns turned round: SCIP keeps columns by kind, not in this order."""


def test_scip_gives_the_point_in_the_instances_order(folder: Path) -> None:
    pytest.importorskip("pyscipopt")
    (folder / "most.mps").write_text(MOST, encoding="ascii")
    instance = read_mps(folder / "most.mps")
    answer = run_scip(to_scip(instance), instance, 0, 20.0, 1e-4)
    assert answer.point == pytest.approx([0.25, 3, 0], abs=1e-6)
    assert (answer.objective, answer.bound) == pytest.approx((12.25, 12.25))
    assert (answer.status, answer.gap) == ("ok", pytest.approx(0, abs=1e-6))


def test_violations_of_a_point_summed_by_hand(folder: Path) -> None:
    """a = 1.25, b = 3, c = 0: row 5 + 9 = 14 against 9.5, so 4.5 of 14; a is 0.25 above 1 and 0.25 from whole."""
    found = violations(read_mps(folder / "tiny.mps"), np.array([1.25, 3.0, 0.0]))
    assert found == pytest.approx({"integrality_violation": 0.25, "row_violation": 4.5 / 14, "bound_violation": 0.25})


def test_point_that_does_not_hold_is_no_incumbent() -> None:
    assert doubted({"integrality_violation": 1e-6, "row_violation": 0.0}, "ok") == {}
    assert doubted({}, "TO") == {}
    found = doubted({"integrality_violation": 0.5, "row_violation": 0.0}, "ok")
    assert found["status"] == "warning"
    assert np.isnan(found["objective"])
    assert "integrality_violation 0.5" in found["message"]
    assert doubted({"examiner_violation": 1.0}, "TO")["status"] == "TO"


def test_ratios_of_two_books(book: Book) -> None:
    """Repeats of 1, 2 and 3 s against 2, 4 and 6 s: medians 2 and 4; quartiles 1.5 to 2.5 and 3 to 5."""
    first = xr.concat([book[0].assign_coords(repeat=[n]) for n in range(3)], "repeat")
    second = first.copy(deep=True)
    for made, scale in ((first, 1.0), (second, 2.0)):
        made["runtime"][:] = scale * np.array([1.0, 2.0, 3.0])
    found = ratios(first, second, ("runtime",))
    assert [item.instance for item in found] == ["example", "tiny"]
    assert (found[0].ratio, found[0].low, found[0].high) == pytest.approx((2, 3 / 2.5, 5 / 1.5))


def test_profile_counts_within_factors(book: Book) -> None:
    """A second configuration is three times as slow on one instance and unsolved on the other."""
    slow = book[0].assign_coords(configuration=["slow"]).copy(deep=True)
    slow["runtime"] = 3 * slow["runtime"].clip(min=0.01)
    slow["termination_condition"][1] = "time_limit"
    fast = book[0].copy(deep=True)
    fast["runtime"] = fast["runtime"].clip(min=0.01)
    shares = profile(xr.concat([fast, slow], "configuration"))
    assert shares.loc["highs"].tolist() == [1, 1, 1, 1, 1, 1]
    assert shares.loc["slow"].tolist() == [0, 0, 0, 0.5, 0.5, 0.5]


def test_what_was_never_run_has_no_profile(book: Book) -> None:
    """A method for linear models is not counted as one that fails on mixed-integer ones."""
    idle = book[0].assign_coords(configuration=["idle"]).copy(deep=True)
    idle["status"][:] = ""
    found = slowness(xr.concat([book[0], idle], "configuration"))
    assert found.columns.tolist() == ["highs"]
    assert found.to_numpy().ravel().tolist() == [1, 1]


def test_growth_of_a_known_power_law() -> None:
    sizes = [100.0, 400.0, 1600.0]
    assert exponent(sizes, [3 * size**1.5 for size in sizes]) == pytest.approx(1.5)
    assert np.isnan(exponent([100.0], [1.0]))
    found = growth(sizes, {"lp": [size**2 for size in sizes]}, {"lp": [size**0.5 for size in sizes]})
    assert (found[0].seconds, found[0].memory) == pytest.approx((2, 0.5))


def test_bad_input_is_told_before_anything_runs(folder: Path) -> None:
    with pytest.raises(InputError, match="unknown configuration 'hihgs'; did you mean 'highs'"):
        chosen(["hihgs"])
    (folder / "damaged.mps").write_text("NAME x\nROWS\n N cost\nCOLUMNS\n a cost what\n", encoding="ascii")
    (folder / "empty.mps").write_text("", encoding="ascii")
    for name, said in (("absent", "no such MPS file"), ("damaged", "not a readable MPS"), ("empty", "not a readable MPS")):
        with pytest.raises(InputError, match=said):
            read_mps(folder / f"{name}.mps")
    (folder / "no.nc").write_text("no book", encoding="ascii")
    for name, said in (("nowhere", "no such run book"), ("no", "not a readable netCDF")):
        with pytest.raises(InputError, match=said):
            read_book(folder / name)


def test_help_names_every_configuration() -> None:
    for text in read_catalogue()["help_configs"].values():
        assert text.endswith(", ".join(CONFIGURATIONS))


def record(lines: int, lp: str, mip: str) -> dict[str, object]:
    """What one size leaves behind: reading in proportion to the size, the relaxation with its square, 50 s at a limit."""
    seconds = {"read": lines / 100, "lp": lines**2 / 1e4 if lp == "optimal" else 50.0} | ({"mip": 9.0} if mip != "not_tried" else {})
    counts = {"rows": 9, "columns": 8, "nonzeros": 7, "lines": lines, "years": 6}
    return {"seconds": seconds, "memory": dict.fromkeys(seconds, 100.0), "ended": lp, "mip_ended": mip, **counts}


def test_steps_that_stopped_at_a_limit_have_no_say_in_growth() -> None:
    records = [record(100, "optimal", "optimal"), record(300, "optimal", "time_limit"), record(900, "time_limit", "not_tried")]
    found = {item.stage: item.seconds for item in grown(records)}
    assert found["read"] == pytest.approx(1)
    assert found["lp"] == pytest.approx(2)
    assert np.isnan(found["mip"])
    assert len(growth_views(records, Speaker(Language.ZH))) == 3


@pytest.mark.parametrize("language", list(Language))
def test_pictures_are_drawn_in_both_languages(book: Book, tmp_path: Path, language: Language) -> None:
    pytest.importorskip("matplotlib")
    growth_plot([record(100, "optimal", "optimal"), record(300, "time_limit", "not_tried")], tmp_path / "growth.png", Speaker(language))
    profile_plot(slowness(book[0]), tmp_path / "profile.png", Speaker(language))
    for name in ("growth", "profile"):
        assert (tmp_path / f"{name}.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_without_matplotlib_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(InputError, match=r"pip install '\.\[plot\]'"):
        growth_plot([record(100, "optimal", "optimal")], tmp_path / "growth.png", Speaker(Language.EN))
