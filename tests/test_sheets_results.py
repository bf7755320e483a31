"""Results as a workbook and as IAMC tables: every number is the result's own, every text is harmless, units are converted once."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from conftest import PROVINCE
from openpyxl import load_workbook

from model.analysis import decisions_taken, limits, scorecard
from model.contract import FACTS
from model.errors import InputError, ResultError
from model.folders import Folders
from model.runner import read_checked, run
from model.sheets import uncovered, write_tables
from model.sheets.folder import results_book
from model.sheets.iamc import KEYS, arrays, iamc_table, read_variables, values_of
from model.sheets.overview import facts
from model.store import Stored, load, save_study
from model.tables import Tables
from model.units import UNITS, measure

ROOT = Path(__file__).parent.parent
HOSTILE = """extends: plan
title: {zh: "=cmd|' /C calc'!A0", en: '<script>@SUM(A1)'}
why: {zh: ＝1, en: '+1'}
clauses: {floor_clinker: false}
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Folders:
    """The test province with its plan and a scenario whose title is a formula."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(PROVINCE, root / "data" / "province", ignore=shutil.ignore_patterns("*.yaml"))
    (root / "scenarios").mkdir()
    shutil.copy(PROVINCE / "plan.yaml", root / "scenarios")
    (root / "scenarios" / "hostile.yaml").write_text(HOSTILE, encoding="utf-8")
    return Folders(root)


@pytest.fixture(scope="module")
def results(folders: Folders) -> list[Stored]:
    """Stored results of both scenarios."""
    return [run(folders, "plan"), run(folders, "hostile")]


@pytest.fixture(scope="module")
def data(folders: Folders) -> dict[str, Tables]:
    """The data folder by name."""
    return {"province": read_checked(folders.province("province"))}


@pytest.fixture(scope="module")
def out(results: list[Stored], data: dict[str, Tables], folders: Folders) -> Path:
    """The folder that ``write_tables`` fills."""
    folder = folders.root / "out"
    files = write_tables(results, data, folder, folders.results)
    assert [path.name for path in files] == ["results.xlsx", "iamc.csv", "iamc.xlsx", "plan.nc", "plan.json", "hostile.nc", "hostile.json"]
    return folder


def read_sheet(out: Path, name: str) -> pd.DataFrame:
    """A sheet of the results workbook by its English name, columns named by the English line of their header."""
    book = load_workbook(out / "results.xlsx")
    title = next(title for title in book.sheetnames if title.split()[-1] == name)
    header, *rows = book[title].iter_rows(values_only=True)
    words = [str(text).split("\n") for text in header]
    return pd.DataFrame(rows, columns=[line[1] if len(line) > 1 else line[0] for line in words])


def test_every_sheet_has_frozen_bilingual_headers_and_rows(out: Path) -> None:
    book = load_workbook(out / "results.xlsx")
    names = "readme overview scorecard paths emissions decisions lines capacity energy goods output costs clauses run levers facts"
    assert [title.split()[-1] for title in book.sheetnames] == names.split()
    for sheet in book.worksheets[1:]:
        assert sheet.max_row > 1, sheet.title
        assert sheet.freeze_panes, sheet.title
        assert sheet.auto_filter.ref.startswith("A1:"), sheet.title
    emission = next(cell.value for cell in book["排放明细 emissions"][1] if "emissions" in str(cell.value))
    assert emission == "排放量\nemissions\n(万吨二氧化碳当量 10 kt of CO2 equivalent)"


def test_studies_have_sheets_where_somebody_ran_them(
    results: list[Stored], data: dict[str, Tables], folders: Folders, tmp_path: Path
) -> None:
    """By hand: a dual of 0.002 x 10 kt per unit is 20 t; gross output is stored negative, since less is better there."""
    plan = load(folders.results, str(results[0].manifest["scenario"]))
    rests = {"rests_on": {"sha256": plan.manifest["sha256"]}}
    clause = str(plan.inputs["clause"].values[0])
    prices = xr.Dataset({"step": ("clause", [10.0]), "dual": ("clause", [0.002]), "solved": (("clause", "side"), [[0.03, np.nan]])},
                        coords={"clause": [clause], "side": [-1, 1]})  # fmt: skip
    front = xr.Dataset({"x": ("point", [-9.0]), "y": ("point", [5.0]), "supported": ("point", [True])},
                       attrs={"mode": "sketch", "complete": 0, "within": 1.0})  # fmt: skip
    for kind, study in (("prices", prices), ("frontier-output", front)):
        save_study(tmp_path, "plan", kind, study, rests)
    results_book([plan], data, tmp_path / "results.xlsx", tmp_path)
    (price,) = read_sheet(tmp_path, "prices").to_dict("records")
    assert (price["clause"], price["step"], price["dual (per unit)"], price["change of emissions a step down"]) == (clause, 10, 20, 300)
    assert price["change of emissions a step up"] is None
    (point,) = read_sheet(tmp_path, "tradeoffs").to_dict("records")
    assert (point["sum over the years"], point["emissions"], point["proven complete"]) == (9, 5, False)


def test_rows_of_emissions_add_up_to_the_certified_total(out: Path, results: list[Stored]) -> None:
    told = read_sheet(out, "emissions").groupby(["scenario", "year"])["emissions"].sum()
    for stored in results:
        total = stored.result["emission"].sum("source")
        for year in total["year"].values.tolist():
            assert told[(stored.manifest["scenario"], year)] == pytest.approx(float(total.sel(year=year)), rel=1e-9)


def test_decisions_lines_costs_and_capacity_are_the_results_own(out: Path, results: list[Stored]) -> None:
    stored = results[0]
    made, lines, costs, capacity = (read_sheet(out, name) for name in ("decisions", "lines", "costs", "capacity"))
    taken = [(item.year, item.line, item.what) for item in decisions_taken(stored.result, stored.inputs)]
    mine = made[made["scenario"] == "plan"]
    assert list(zip(mine["year"], mine["line"], mine["identifier"], strict=True)) == taken
    assert taken, "the test province must decide something"
    cash = mine.groupby("year")["investment"].sum().reindex(stored.inputs["year"].values, fill_value=0)
    np.testing.assert_allclose(cash.values, stored.result["investment"].values, rtol=1e-9, atol=1e-12)
    mine = lines[lines["scenario"] == "plan"]
    assert len(mine) == stored.result.sizes["line"] * stored.result.sizes["year"]
    assert mine["production"].sum() == pytest.approx(float(stored.result["make"].sum()))
    assert mine["emissions"].sum() == pytest.approx(float(stored.result["line_emission"].sum()))
    mine = costs[(costs["scenario"] == "plan") & (costs["identifier"] != "investment")]
    assert mine["cost"].sum() == pytest.approx(float(stored.result["cost"].sum()))
    mine = capacity[capacity["scenario"] == "plan"].set_index(["group", "year"])
    listed = stored.result["listed_capacity"].to_series()
    assert mine["listed capacity"].to_dict() == pytest.approx(listed.to_dict())


def test_scorecard_and_clauses_tell_what_is_asked_and_reached(out: Path, results: list[Stored]) -> None:
    shown = read_sheet(out, "scorecard")
    for stored in results:
        mine = shown[shown["scenario"] == stored.manifest["scenario"]].set_index("clause")
        scores = scorecard(stored.result, stored.inputs)
        assert len(mine) == len(scores)
        for score in scores:
            row = mine.loc[score.clause]
            assert row["asked"] == pytest.approx(score.asked, nan_ok=True)
            assert row["reached"] == pytest.approx(score.reached, nan_ok=True)
            assert row["place"]
    stated = read_sheet(out, "clauses")
    mine = stated[stated["scenario"] == "plan"]
    asked = [limits(results[0].inputs, place) for place in range(results[0].inputs.sizes["clause"])]
    assert len(mine) == sum(int((~np.isnan(values)).sum()) for values in asked)
    assert mine["wording (Chinese)"].notna().all()


def test_overview_has_a_column_for_each_scenario(out: Path, results: list[Stored]) -> None:
    shown = read_sheet(out, "overview").set_index("name (English)")
    for stored in results:
        last = float(stored.result["emission"].isel(year=-1).sum())
        assert shown.loc["emissions, last year: scopes 1+2+imports", stored.manifest["scenario"]] == pytest.approx(last)


def test_facts_stand_with_range_grade_and_source(out: Path, data: dict[str, Tables]) -> None:
    shown = read_sheet(out, "facts")
    assert len(shown) == sum(len(data["province"].facts(table)) for table in FACTS)
    assert set(shown["grade"]) <= set("ABCDE")
    assert shown["title (English)"].notna().all()
    assert len(facts(data).rows) == len(shown)


def test_certificate_and_levers_are_told(out: Path, results: list[Stored]) -> None:
    run_sheet, levers = read_sheet(out, "run"), read_sheet(out, "levers")
    mine = run_sheet[run_sheet["scenario"] == "hostile"].set_index(["part", "item"])["value"]
    assert mine[("certificate", "valid")] is True or mine[("certificate", "valid")] == 1
    assert mine[("scenario_hash", None)] == results[1].manifest["scenario_hash"]
    told = levers[levers["scenario"] == "hostile"].set_index("item")["value"]
    assert told["clauses / floor_clinker / active"] in (False, 0)


def test_hostile_titles_are_texts(out: Path) -> None:
    book = load_workbook(out / "results.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    risky = [cell for cell in cells if isinstance(cell.value, str) and cell.value.startswith(tuple("=+-@＝"))]
    assert any("cmd|" in cell.value for cell in risky)
    assert all(cell.quotePrefix for cell in risky)


def test_the_netcdf_files_are_copied_byte_for_byte(out: Path, folders: Folders) -> None:
    for name in ("plan.nc", "plan.json", "hostile.nc", "hostile.json"):
        assert (out / name).read_bytes() == (folders.results / name).read_bytes()


def test_iamc_csv_opens_in_excel_and_agrees_with_the_sheet(out: Path) -> None:
    raw = (out / "iamc.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(raw.decode("utf-8-sig").splitlines())
    assert header == [*KEYS, "2020", "2021", "2022", "2023"]
    book = load_workbook(out / "iamc.xlsx")
    sheet = [[str(value) for value in row] for row in book["data"].iter_rows(values_only=True)]
    assert sheet[0] == header
    assert [row[:5] for row in sheet[1:]] == [row[:5] for row in rows]
    shown, told = ([[float(text) for text in row[5:]] for row in table] for table in (sheet[1:], rows))
    assert shown == told
    assert {(row[0], row[2]) for row in rows} == {("Materials Pathways", "Province")}
    assert {row[1] for row in rows} == {"plan", "hostile"}
    template = {row[0]: row[1] for row in book["变量 variables"].iter_rows(min_row=2, values_only=True)}
    assert {(row[3], row[4]) for row in rows} <= set(template.items())


def test_units_are_converted_by_hand_sums(results: list[Stored], data: dict[str, Tables]) -> None:
    """10 kt is 0.01 Mt, 100 million CNY is 0.1 billion, GWh is 0.001 TWh, and power is bought under two names."""
    stored, table = results[0], values_of(results[0], data["province"]).droplevel("unit")
    result = stored.result
    steel = result["production"].sel(group="crude_steel").values
    np.testing.assert_allclose(table.loc["Production|Iron and Steel|Steel"].values, steel * 0.01)
    both = [table.loc[f"Production|Iron and Steel|Steel|{route} Route"].values for route in ("Long", "Short")]
    np.testing.assert_allclose(sum(both), steel * 0.01)
    direct = result["emission"].sel(source=["fuel", "process"]).sum("source").values
    np.testing.assert_allclose(table.loc["Emissions|CO2|Energy and Industrial Processes"].values, direct * 0.01)
    np.testing.assert_allclose(table.loc["Gross Output|Materials Industry"].values, result["output"].sum("segment").values * 0.1)
    power = result["buy"].sel(good=["grid_power", "green_power"]).sum("good").values
    np.testing.assert_allclose(table.loc["Purchase|Electricity"].values, power * 0.001)
    price = stored.inputs["carbon_price"].values * 1e8 / 1e4
    np.testing.assert_allclose(table.loc["Price|Carbon"].values, price)


@pytest.mark.parametrize("region", ["", " ", "=1+1", " =1+1", "+86", "-1", "@SUM(A1)", "＝1", "\tChina", "China\n=1", "China\x1b[2J"])
def test_a_region_that_is_no_name_is_refused(results: list[Stored], data: dict[str, Tables], region: str) -> None:
    """Programs compare regions letter by letter, so that no guard can stand before a formula."""
    with pytest.raises(InputError, match=r"(?s)--region: .* is no name of a region"):
        iamc_table(results, data, region)


@pytest.mark.parametrize("region", ["Chongqing", "重庆", "China (Chongqing) - west", "Côte d'Ivoire"])
def test_a_region_stands_as_it_is_given(results: list[Stored], data: dict[str, Tables], region: str) -> None:
    assert set(iamc_table(results, data, region)["region"]) == {region}


def test_all_scopes_are_the_sum_of_the_disjoint_sources(results: list[Stored], data: dict[str, Tables]) -> None:
    table = values_of(results[0], data["province"]).droplevel("unit")
    parts = ("Emissions|CO2|Energy and Industrial Processes", "Emissions|PFC [CO2 equivalent]", "Emissions|CO2|Purchased Power",
             "Emissions|GHG|Embodied in Bought Goods")  # fmt: skip
    np.testing.assert_allclose(table.loc[list(parts)].sum().values, table.loc["Emissions|GHG|All Scopes of the Model"].values)


def test_parts_of_the_template_are_disjoint_and_every_array_is_there(results: list[Stored]) -> None:
    """No group's fuel or process emission stands in two sector variables; what a variable takes is an array of every result."""
    seen: list[tuple[str, str]] = []
    for variable in read_variables():
        assert variable.zh
        assert variable.meaning_en
        assert measure(variable.measured).factor > 0
        if variable.array == "group_emission":
            seen += [(group, source) for group in variable.members for source in variable.sources]
    assert len(seen) == len(set(seen))
    assert {variable.array for variable in read_variables()} <= set(arrays(results[0]))
    assert not {variable.measured.split("/")[0] for variable in read_variables()} - set(UNITS)


def test_groups_without_a_variable_are_named(results: list[Stored]) -> None:
    named = {group for variable in read_variables() if variable.array == "group_emission" for group in variable.members}
    groups = {str(group) for group in results[0].inputs["line_group"].values}
    assert uncovered(results[0]) == sorted(groups - named)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("Production|Iron and Steel|Steel,Mt/yr,production,iron,,Mt,1,false,a,b,c,d", "stands twice"),
        ("New,Mt/yr,nowhere,iron,,Mt,1,false,a,b,c,d", "'nowhere' is no array that is reported"),
        ("New,Mt/yr,emission,fuel,,Mt,1,false,a,b,c,d", "unit 'Mt' measures mass, not carbon"),
        ("New,Mt/yr,production,iron,,Mega,1,false,a,b,c,d", "unknown unit 'Mega'"),
    ],
)
def test_a_template_that_would_mix_numbers_is_refused(row: str, words: str, tmp_path: Path) -> None:
    text = (ROOT / "data" / "variables.csv").read_text(encoding="utf-8")
    (tmp_path / "variables.csv").write_text(text + row + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=words):
        read_variables(tmp_path / "variables.csv")


def test_one_name_twice_and_changed_data_are_refused(
    results: list[Stored], data: dict[str, Tables], folders: Folders, tmp_path: Path
) -> None:
    with pytest.raises(ResultError, match="'plan' is named twice"):
        write_tables([results[0], results[0]], data, tmp_path, folders.results)
    with pytest.raises(ResultError, match="two results are named 'plan'"):
        iamc_table([results[0], results[0]], data)
    other = Path(shutil.copytree(folders.province("province"), tmp_path / "province"))
    with (other / "sources.csv").open("a", encoding="utf-8") as file:
        file.write("more,多,more,estimate,nowhere\n")
    changed = Tables(other, data["province"].rows, data["province"].numbers)
    with pytest.raises(ResultError, match=r"has changed since plan\.nc was made; run it again"):
        write_tables([results[0]], {"province": changed}, tmp_path / "out", folders.results)
    assert not (tmp_path / "out").exists()


def test_pyam_reads_the_tables(out: Path) -> None:
    pyam = pytest.importorskip("pyam")
    frame: Any = pyam.IamDataFrame(str(out / "iamc.csv"))
    assert set(frame.scenario) == {"plan", "hostile"}
    assert frame.equals(pyam.IamDataFrame(str(out / "iamc.xlsx")))
    parts = ["Emissions|CO2|Energy", "Emissions|CO2|Industrial Processes"]
    assert frame.check_aggregate("Emissions|CO2|Energy and Industrial Processes", components=parts) is None


def test_the_verbs_write_and_read_in_both_languages(tmp_path: Path) -> None:
    shutil.copy(ROOT / "run.py", tmp_path)
    (tmp_path / "model").symlink_to(ROOT / "model")
    shutil.copytree(ROOT / "data" / "example", tmp_path / "data" / "example")
    for name in ("units.csv", "variables.csv"):
        shutil.copy(ROOT / "data" / name, tmp_path / "data")
    (tmp_path / "scenarios").mkdir()
    shutil.copy(ROOT / "scenarios" / "example.yaml", tmp_path / "scenarios")

    def call(*words: str) -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONUTF8": "1"}
        return subprocess.run(
            [sys.executable, "run.py", *words], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )

    assert call("run", "example").returncode == 0
    written = call("tables", "example", "-o", "out", "--lang", "zh")
    assert (written.returncode, "已写入 out/results.xlsx" in written.stdout) == (0, True), written.stderr
    assert "IAMC" not in written.stdout or "未单列" in written.stdout
    told = call("export-inputs", "book.xlsx", "--data", "example", "--lang", "en")
    assert (told.returncode, "exported: data/example" in told.stdout) == (0, True), told.stderr
    brought = call("import-inputs", "book.xlsx", "--to", "data/mine", "--lang", "en")
    assert (brought.returncode, "write data: mine in a scenario" in brought.stdout) == (0, True), brought.stderr
    assert (tmp_path / "data" / "mine" / "lines.csv").read_bytes() == (tmp_path / "data" / "example" / "lines.csv").read_bytes()
    for place in ("data/../../mine", "/mine"):
        ended = call("import-inputs", "book.xlsx", "--to", place, "--lang", "en")
        assert (ended.returncode, "Traceback" in ended.stderr) == (2, False), ended.stderr
