"""Data tables out to a workbook and back: nothing is lost, every fault has its cell, nothing is written unless all is right."""

import csv
import os
import shutil
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from conftest import PROVINCE
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from model.contract import TABLES, Fact, Good
from model.datapackage import check_descriptor
from model.errors import InputError
from model.language import Language, Speaker
from model.sheets import export_inputs, import_inputs, reading
from model.sheets.inputs import as_csv, table_title
from model.sheets.values import native, plain
from model.tables import Tables, read_tables

ROOT = Path(__file__).parent.parent
ZH, EN = Speaker(Language.ZH), Speaker(Language.EN)
Spoil = Callable[[Workbook], None]


@pytest.fixture(scope="module")
def exported(tables: Tables, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The test province as a workbook; copy it before you change it."""
    book = tmp_path_factory.mktemp("book") / "book.xlsx"
    assert export_inputs(tables, book) == []
    return book


@pytest.fixture
def book(exported: Path, tmp_path: Path) -> Path:
    """A workbook that a test may edit."""
    return Path(shutil.copy(exported, tmp_path / "book.xlsx"))


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """A data folder that is not there yet."""
    (tmp_path / "data").mkdir()
    return tmp_path / "data" / "mine"


def edit(book: Path, change: Spoil) -> None:
    """Change a workbook as a person would and save it."""
    opened = load_workbook(book)
    change(opened)
    opened.save(book)


def sheet(opened: Workbook, table: str) -> Any:
    """The sheet of a table."""
    return opened[table_title(table)]


def refused(book: Path, target: Path, say: Speaker = EN, **options: bool) -> list[str]:
    """Faults of an import; it must leave nothing behind."""
    before = sorted(target.parent.parent.rglob("*"))
    with pytest.raises(InputError) as caught:
        import_inputs(book, target, **options)
    assert sorted(target.parent.parent.rglob("*")) == before
    return [say.told(fault.told) for fault in caught.value.faults]


def same_tables(one: Path, other: Path) -> None:
    """The CSVs of two folders agree byte for byte."""
    names = sorted(path.name for path in one.glob("*.csv"))
    assert names == sorted(path.name for path in other.glob("*.csv"))
    assert [name for name in names if (one / name).read_bytes() != (other / name).read_bytes()] == []


@pytest.mark.parametrize("folder", [PROVINCE, ROOT / "data" / "chongqing"], ids=lambda path: path.name)
def test_round_trip_without_edits_gives_the_same_bytes(folder: Path, tmp_path: Path, target: Path) -> None:
    export_inputs(read_tables(folder), tmp_path / "book.xlsx")
    import_inputs(tmp_path / "book.xlsx", target)
    same_tables(folder, target)
    check_descriptor(target)


def test_the_book_says_what_each_column_means_and_offers_choices(book: Path) -> None:
    opened = load_workbook(book)
    facts = sheet(opened, "line_facts")
    assert [cell.value for cell in facts[2]] == read_header("line_facts")
    assert facts["A1"].value == "对象\nsubject"
    assert facts.freeze_panes == "B3"
    offered = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet(opened, "goods").data_validations.dataValidation}
    columns = read_header("goods")
    assert offered[f"{'ABCDEFGHIJ'[columns.index('buy')]}3"] == '"no,limited,free"'
    assert offered[f"{'ABCDEFGHIJ'[columns.index('on_site')]}3"] == '"TRUE,FALSE"'
    told = {(row[0], row[1]) for row in opened["列说明 columns"].iter_rows(min_row=2, values_only=True)}
    assert told == {(path.stem, name) for path in PROVINCE.glob("*.csv") for name in read_header(path.stem)}


def read_header(table: str) -> list[str]:
    """Columns of a table of the test province."""
    with (PROVINCE / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file))


def test_numbers_and_truth_values_are_cells_of_their_kind(book: Path) -> None:
    opened = load_workbook(book)
    place = read_header("line_facts").index("value") + 1
    assert {cell.data_type for cell in sheet(opened, "line_facts")[chr(64 + place)][2:]} == {"n"}
    place = read_header("goods").index("on_site") + 1
    assert {cell.data_type for cell in sheet(opened, "goods")[chr(64 + place)][2:]} == {"b"}


def test_edits_arrive_and_excels_habits_do_no_harm(book: Path, target: Path) -> None:
    """5 typed as 5.0, truth values by LibreOffice, spaces, empty and hidden rows, a sheet moved, a comment: read as a person means it."""

    def change(opened: Workbook) -> None:
        facts = sheet(opened, "line_facts")
        columns = {cell.value: cell.column for cell in facts[2]}
        facts.cell(3, columns["value"]).value = 5.0
        facts.cell(3, columns["note"]).value = "  typed by hand \r\nsecond line "
        facts.cell(4, columns["value"]).number_format = "#,##0.00"
        facts.cell(4, columns["value"]).comment = Comment("why?", "reader")
        facts.row_dimensions[5].hidden = True
        goods = sheet(opened, "goods")
        for cell in [cell for row in goods.iter_rows(min_row=3) for cell in row if isinstance(cell.value, bool)]:
            cell.value = "=TRUE()" if cell.value else "=FALSE()"
        facts.insert_rows(4)
        facts.cell(facts.max_row + 3, 1).value = "   "
        opened.move_sheet(facts, offset=-3)

    edit(book, change)
    import_inputs(book, target)
    with (PROVINCE / "line_facts.csv").open(encoding="utf-8", newline="") as file:
        old = list(csv.reader(file))
    with (target / "line_facts.csv").open(encoding="utf-8", newline="") as file:
        new = list(csv.reader(file))
    old[1][old[0].index("value")] = "5"
    old[1][old[0].index("note")] = "typed by hand \nsecond line"
    assert new == old
    assert (target / "goods.csv").read_bytes() == (PROVINCE / "goods.csv").read_bytes()


def test_texts_that_look_like_formulas_stay_texts(tables: Tables, tmp_path: Path, target: Path) -> None:
    hostile = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "＝1+1", "\u2063=1"[1:]]
    folder = Path(shutil.copytree(PROVINCE, tmp_path / "province"))
    rows = list(csv.reader((folder / "line_facts.csv").read_text(encoding="utf-8").splitlines()))
    for row, text in zip(rows[1:], hostile, strict=False):
        row[rows[0].index("note")] = text
    (folder / "line_facts.csv").write_text(as_csv(rows), encoding="utf-8")
    export_inputs(read_tables(folder), tmp_path / "book.xlsx")
    opened = load_workbook(tmp_path / "book.xlsx")
    noted = [row[rows[0].index("note")] for row in sheet(opened, "line_facts").iter_rows(min_row=3, max_row=2 + len(hostile))]
    assert [cell.value for cell in noted] == hostile
    assert {(cell.data_type, cell.quotePrefix) for cell in noted} == {("s", True)}
    import_inputs(tmp_path / "book.xlsx", target)
    same_tables(folder, target)


def put_cell(table: str, address: str, value: object, form: str | None = None) -> Spoil:
    """Writes one cell."""

    def change(opened: Workbook) -> None:
        cell = sheet(opened, table)[address]
        cell.value = value
        if form:
            cell.number_format = form

    return change


def hide(opened: Workbook) -> None:
    sheet(opened, "goods").sheet_state = "hidden"


def drop(opened: Workbook) -> None:
    del opened[table_title("companions")]


def drop_column(opened: Workbook) -> None:
    notes = sheet(opened, "accounts")
    notes.delete_cols([cell.value for cell in notes[2]].index("note") + 1)


def duplicate(opened: Workbook) -> None:
    opened.create_sheet("copy lines")["A1"] = "id"


def error_value(opened: Workbook) -> None:
    cell = sheet(opened, "line_facts")["F5"]
    cell.value = "#N/A"
    cell.data_type = "e"


def all_gone(opened: Workbook) -> None:
    for title in opened.sheetnames:
        if title.split()[-1] in TABLES:
            del opened[title]


ALLOWED_LINES = ", ".join(TABLES["lines"].model_fields)
CASES: dict[str, tuple[Spoil, str, str]] = {
    "formula": (
        put_cell("line_facts", "F4", "=1+1"),
        "book.xlsx '产线数据 line_facts'!F4 [value]：是公式 =1+1；请改为数值（复制，选择性粘贴，数值），并在备注中说明算法",
        "book.xlsx '产线数据 line_facts'!F4 [value]: holds the formula =1+1; replace it by its value (Copy, Paste Special, Values) "
        "and say in the note how it is found",
    ),
    "error": (
        error_value,
        "book.xlsx '产线数据 line_facts'!F5 [value]：是错误值 #N/A；请填写数值或留空",
        "book.xlsx '产线数据 line_facts'!F5 [value]: holds the error #N/A; write a value or leave it empty",
    ),
    "date": (
        put_cell("line_facts", "F6", datetime(2025, 1, 1)),
        "book.xlsx '产线数据 line_facts'!F6 [value]：被 Excel 变成了日期 2025-01-01 00:00:00；请把格式设为“文本”或“常规”后重新输入",
        "book.xlsx '产线数据 line_facts'!F6 [value]: was made a date by Excel (2025-01-01 00:00:00); set the format to Text or General "
        "and type it again",
    ),
    "percent": (
        put_cell("line_facts", "F7", 0.05, "0.0%"),
        "book.xlsx '产线数据 line_facts'!F7 [value]：以百分比显示，实际数值是 0.05 (5.000000%)；请把格式设为“常规”，按本行单位填写数值",
        "book.xlsx '产线数据 line_facts'!F7 [value]: is shown as a per cent but holds 0.05 (5.000000%); set the format to General "
        "and write the number in the row's unit",
    ),
    "outside": (
        put_cell("lines", "Z4", "see mail"),
        "book.xlsx '产线 lines'!Z4：“see mail”上方没有列名；请删去，或把说明写在 note 列",
        "book.xlsx '产线 lines'!Z4: 'see mail' has no column name above it; delete it, or write remarks in the column note",
    ),
    "merged": (
        lambda opened: sheet(opened, "lines").merge_cells("B3:B4"),
        "book.xlsx '产线 lines'!B3:B4：单元格已合并；请取消合并，并填写每一格",
        "book.xlsx '产线 lines'!B3:B4: the cells are merged; unmerge them and fill each one",
    ),
    "separator": (
        put_cell("lines", "B5", "one\u2028two"),
        "book.xlsx '产线 lines'!B5 [name_zh]：含有控制字符 'one\\u2028two'；请重新输入此单元格",
        "book.xlsx '产线 lines'!B5 [name_zh]: holds control characters 'one\\u2028two'; type the cell again",
    ),
    "unknown column": (
        put_cell("groups", "A2", "identity"),
        "book.xlsx '产品组 groups'：前 5 行中找不到列名行（应含 id）；请把列名行放回",
        "book.xlsx '产品组 groups': no row of column names in the first 5 rows (it must hold one of id); put the row back",
    ),
    "hidden": (
        hide,
        "book.xlsx '物料 goods'：工作表被隐藏；请取消隐藏，看过内容后再导入",
        "book.xlsx '物料 goods': the sheet is hidden; unhide it and look at it before it is imported",
    ),
    "missing sheet": (
        drop,
        "book.xlsx：缺少工作表 companions（导出时有）；请放回，若确要删去此表，请同时删除工作表 columns 中它的各行",
        "book.xlsx: sheet companions is missing, though it was exported; put it back, or, to drop the table, delete its rows "
        "in the sheet columns as well",
    ),
    "missing column": (
        drop_column,
        "book.xlsx '指标账户 accounts'：缺少列 note（导出时有）；请放回，若确要删去，请同时删除工作表 columns 中 accounts 的这一行",
        "book.xlsx '指标账户 accounts': column note is missing, though it was exported; put it back, or, to drop it, delete its row "
        "for accounts in the sheet columns as well",
    ),
    "twice": (
        duplicate,
        "book.xlsx 'copy lines'：表 lines 有两个工作表，第一个是“产线 lines”；请只保留一个",
        "book.xlsx 'copy lines': table lines stands on two sheets, the first is '产线 lines'; keep one",
    ),
    "foreign sheet": (
        lambda opened: opened.create_sheet("Sheet1"),
        f"book.xlsx 'Sheet1'：不是数据表；请删除此工作表或移到别的工作簿（数据表：{', '.join(TABLES)}）",
        f"book.xlsx 'Sheet1': is no table; delete this sheet or move it to another workbook (tables: {', '.join(TABLES)})",
    ),
    "no tables": (
        all_gone,
        f"book.xlsx：工作簿中没有数据表；工作表名称应以表名结尾（{', '.join(TABLES)}）",
        f"book.xlsx: the workbook holds no table; a sheet's name must end with a table's name ({', '.join(TABLES)})",
    ),
}


ON_CELLS = ("formula", "error", "date", "percent", "outside", "merged", "separator")
ON_SHEETS = ("unknown column", "hidden", "missing sheet", "missing column", "twice", "foreign sheet")


@pytest.mark.parametrize("cases", [ON_CELLS, ON_SHEETS, ("no tables",)], ids=["cells", "sheets", "empty"])
def test_all_faults_of_a_book_are_told_at_once_with_their_cells_in_both_languages(cases: tuple[str, ...], book: Path, target: Path) -> None:
    edit(book, lambda opened: [CASES[case][0](opened) for case in cases])
    assert sorted(refused(book, target, ZH)) == sorted(CASES[case][1] for case in cases)
    assert sorted(refused(book, target, EN)) == sorted(CASES[case][2] for case in cases)


def test_every_case_is_tried() -> None:
    assert {*ON_CELLS, *ON_SHEETS, "no tables"} == set(CASES)


def test_columns_unknown_or_twice_are_named_with_what_is_allowed(book: Path, target: Path) -> None:
    edit(book, lambda opened: (put_cell("lines", "B2", "nmae_zh")(opened), put_cell("lines", "D2", "name_en")(opened)))
    found = refused(book, target, EN)
    assert f"book.xlsx '产线 lines'!B2: unknown column 'nmae_zh' (allowed: {ALLOWED_LINES})" in found
    assert "book.xlsx '产线 lines'!D2: column 'name_en' stands twice; keep one" in found
    assert any(fault.startswith("book.xlsx '产线 lines': column name_zh is missing") for fault in found)
    assert f"book.xlsx '产线 lines'!B2：未知的列“nmae_zh”（允许：{ALLOWED_LINES}）" in refused(book, target, ZH)


def value_cell(table: str, row: int, column: str) -> str:
    """Address of a cell of an exported sheet."""
    return f"{chr(65 + read_header(table).index(column))}{row}"


def test_faults_of_content_name_the_cell_of_the_sheet_not_the_row_of_the_csv(book: Path, target: Path) -> None:
    """The same checks as for CSVs, all at once, moved to the cells; an empty row before them shifts nothing."""

    def change(opened: Workbook) -> None:
        sheet(opened, "line_facts").insert_rows(3)
        for table, row, column, value in (
            ("line_facts", 4, "value", "1,2"), ("line_facts", 5, "grade", "F"), ("lines", 3, "id", None), ("goods", 4, "buy", "often"),
            ("goods", 3, "on_site", "maybe"),
        ):  # fmt: skip
            sheet(opened, table)[value_cell(table, row, column)].value = value

    edit(book, change)
    found = refused(book, target)
    assert (
        f"book.xlsx '产线数据 line_facts'!{value_cell('line_facts', 4, 'value')} [value]: '1,2' is not a number; write it like 1234.5"
        in found
    )
    assert f"book.xlsx '产线 lines'!{value_cell('lines', 3, 'id')} [id]: the cell is empty" in found
    starts = (("产线数据 line_facts", "line_facts", 5, "grade"), ("物料 goods", "goods", 4, "buy"), ("物料 goods", "goods", 3, "on_site"))
    for title, table, row, column in starts:
        assert any(fault.startswith(f"book.xlsx '{title}'!{value_cell(table, row, column)} [{column}]: Input should be") for fault in found)
    assert len(found) == 5


def test_faults_between_tables_name_the_cell(book: Path, target: Path) -> None:
    address = value_cell("line_facts", 3, "source")
    edit(book, put_cell("line_facts", address, "nowhere"))
    assert f"book.xlsx '产线数据 line_facts'!{address} [source]: source 'nowhere' is not in sources.csv" in refused(book, target)


def test_a_row_twice_tells_both_rows_of_the_sheet(book: Path, target: Path) -> None:
    def change(opened: Workbook) -> None:
        lines = sheet(opened, "lines")
        lines.cell(4, 1).value = lines.cell(3, 1).value

    edit(book, change)
    name = list(csv.reader((PROVINCE / "lines.csv").read_text(encoding="utf-8").splitlines()))[1][0]
    assert refused(book, target) == [f"book.xlsx '产线 lines'!A4 [id]: '{name}' stands twice, first in row 3"]


def whole(content: bytes, name: str = "book.xlsx") -> Callable[[Path], Path]:
    """Makes a file that is no workbook."""

    def make(folder: Path) -> Path:
        (folder / name).write_bytes(content)
        return folder / name

    return make


@pytest.mark.parametrize(
    ("make", "zh", "en"),
    [
        (lambda folder: folder / "none.xlsx", "none.xlsx：没有这个文件", "none.xlsx: no such file"),
        (whole(b"id,name", "book.csv"), "book.csv：需要 .xlsx 文件；请在 Excel 中另存为“Excel 工作簿 (*.xlsx)”",
         "book.csv: must be an .xlsx file; in Excel: Save As, Excel Workbook (*.xlsx)"),
        (whole(bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600), "book.xlsx：工作簿有密码保护，或是旧的 .xls 格式；请去掉密码后另存为 .xlsx",
         "book.xlsx: the workbook has a password or is an old .xls; remove the password and save it as .xlsx"),
        (whole(b"id,name\n1,2\n"),
         "book.xlsx：不是可读的 Excel 工作簿（BadZipFile: File is not a zip file）；请在 Excel 中打开并另存为 .xlsx",
         "book.xlsx: not a readable workbook (BadZipFile: File is not a zip file); open it in Excel and save it as .xlsx"),
    ],
    ids=["missing", "csv", "locked", "no zip"],
)  # fmt: skip
def test_what_is_no_workbook_is_refused_in_plain_words(
    make: Callable[[Path], Path], zh: str, en: str, tmp_path: Path, target: Path
) -> None:
    path = make(tmp_path)
    assert refused(path, target, ZH) == [zh]
    assert refused(path, target, EN) == [en]


def test_books_that_unpack_to_too_much_or_nest_entities_are_refused(book: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    laughs = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><workbook>&b;</workbook>'
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(book.with_name("laughs.xlsx"), "w") as new:
        for part in old.infolist():
            new.writestr(part, laughs if part.filename == "xl/workbook.xml" else old.read(part))
    assert "EntitiesForbidden" in refused(book.with_name("laughs.xlsx"), target)[0]
    monkeypatch.setattr(reading, "MOST_UNPACKED", 100_000)
    assert refused(book, target)[0].startswith("book.xlsx: workbook larger than")
    monkeypatch.undo()
    monkeypatch.setattr(reading, "MOST_CELLS", 10)
    assert "'产线 lines': more than 10 cells; delete the empty rows and columns around the data" in " ".join(refused(book, target))


def test_an_existing_folder_or_book_is_replaced_only_on_request(book: Path, target: Path, tables: Tables) -> None:
    import_inputs(book, target)
    (target / "HAND.md").write_text("by hand", encoding="utf-8")
    (target / "lines.csv").write_text("old", encoding="utf-8")
    assert refused(book, target) == ["mine: data/mine exists; take another name, or add --replace"]
    assert refused(book, target, ZH) == ["mine：data/mine 已存在；请换一个名称，或加 --replace 替换"]
    import_inputs(book, target, replace=True)
    same_tables(PROVINCE, target)
    assert (target / "HAND.md").read_text(encoding="utf-8") == "by hand"
    assert sorted(path.name for path in target.parent.parent.iterdir()) == ["book.xlsx", "data"]
    with pytest.raises(InputError, match="stands already and may hold your edits"):
        export_inputs(tables, book)
    export_inputs(tables, book, replace=True)


def test_a_failed_swap_brings_the_old_folder_back(book: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import_inputs(book, target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    real = os.rename

    def full(self: Path, other: Path) -> None:
        if self.parent.name.startswith(".import-") and other == target and self.name == target.name:
            raise OSError("disk full")
        real(self, other)

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(InputError, match="could not be written \\(disk full\\); what was there before is untouched"):
        import_inputs(book, target, replace=True)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before


def test_what_a_spreadsheet_cannot_hold_is_told_before_anything_is_written(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(PROVINCE, tmp_path / "province"))
    path = folder / "line_facts.csv"
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()))
    rows[1][rows[0].index("note")] = "bell \x07"
    path.write_text(as_csv(rows), encoding="utf-8")
    with pytest.raises(InputError, match=r"line_facts.csv:2 \[note\]: holds control characters"):
        export_inputs(read_tables(folder), tmp_path / "book.xlsx")
    assert not (tmp_path / "book.xlsx").exists()


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 6))
def test_a_number_comes_back_as_itself(value: float, decimals: int) -> None:
    assert float(plain(value, decimals)) == value
    assert "e" not in plain(value).lower()


@given(st.from_regex(r"[+-]?(\d{1,12}(\.\d{0,8})?|\.\d{1,8})([eE][+-]?\d{1,2})?", fullmatch=True))
def test_a_text_of_a_number_is_a_number_only_where_nothing_is_lost(text: str) -> None:
    """``1.50`` keeps its zero by its format, ``1e-7`` and ``+3`` stay texts: the CSV gets back what it had."""
    value, form = native(text, Fact, "value")
    if isinstance(value, str):
        assert (value, form) == (text, "@")
        return
    decimals = len(form.partition(";")[0].partition(".")[2])
    assert plain(float(value or 0), decimals) == text


def test_truth_values_go_natively_only_as_the_tables_write_them() -> None:
    assert [native(text, Good, "on_site")[0] for text in ("true", "false", "True", "1", "")] == [True, False, "True", "1", None]
