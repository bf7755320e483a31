"""What holds for every input, not only for those that we thought of (hypothesis draws them)."""

import base64
import csv
import gzip
import io
import json
import os
from html.parser import HTMLParser
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import xarray as xr
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from model.contract import TABLES, Fact, Row
from model.errors import Faults, InputError, PathwayError, ResultError
from model.examine import Certificate
from model.folders import Folders
from model.futures.draws import triangular
from model.language import Language, Speaker, clean, recalled, told
from model.names import NAME, Goal, Grade
from model.report.page import script_text
from model.report.payload import packed, plain
from model.scenario import Scenario, amount_by_year, read_scenario
from model.store import load, path_of, save, study_path
from model.tables import read_table
from model.units import UNITS, UnitError, convert, measure
from tests.nightly import often

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
SLUGS = st.from_regex(r"[a-z][a-z0-9_]{0,11}", fullmatch=True)
LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
NOTES = st.text(LETTERS, max_size=20).map(str.strip)
MARKUP = ["</script><script>alert(1)</script>", "<!--<script>", '"><img src=x onerror=alert(1)>', "</SCRIPT >"]
HOSTILE = st.one_of(st.text(max_size=30), st.sampled_from(MARKUP))
FACTS = st.builds(
    Fact.model_construct, grade=st.sampled_from(list(Grade)), source=SLUGS, note=NOTES, subject=SLUGS, parameter=SLUGS,
    item=st.none() | SLUGS, path=st.none() | SLUGS, year=st.none() | st.integers(1900, 2100), value=NUMBERS, unit=SLUGS,
    low=st.none() | NUMBERS, high=st.none() | NUMBERS,
)  # fmt: skip


def written(rows: list[Fact]) -> str:
    """Facts as a spreadsheet's CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(Fact.model_fields)
    for row in rows:
        cells = (getattr(row, name) for name in Fact.model_fields)
        writer.writerow(["" if cell is None else repr(cell) if isinstance(cell, float) else str(cell) for cell in cells])
    return text.getvalue()


@settings(max_examples=often(30, 1000))
@given(st.lists(FACTS, max_size=4, unique_by=lambda row: tuple(getattr(row, name) for name in Fact.key)))
def test_1_tables_read_what_was_written(rows: list[Fact]) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "facts.csv"
        path.write_text(written(rows), "utf-8")
        faults = Faults()
        found, numbers = read_table(path, Fact, faults)
    try:
        valid = [Fact.model_validate(row.model_dump()) for row in rows]
    except ValueError:
        assert faults.found
        return
    assert not faults.found
    assert found == valid
    assert numbers == list(range(2, 2 + len(rows)))


@settings(max_examples=often(150, 5000))
@given(st.sampled_from(list(TABLES.values())), st.binary(max_size=200), st.booleans())
def test_2_any_bytes_are_a_table_or_a_fault(kind: type[Row], content: bytes, headed: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table.csv"
        path.write_bytes((",".join(kind.model_fields) + "\n").encode() * headed + content)
        faults = Faults()
        rows, numbers = read_table(path, kind, faults)
    assert len(rows) == len(numbers)
    assert headed or faults.found or b"\n" in content or b"\r" in content or not rows


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
KEYS = st.sampled_from([*Scenario.model_fields, "extends"]) | st.text(max_size=6)
DOCUMENTS = st.dictionaries(
    KEYS, st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3))
)
WHOLE = {"title": {"zh": "试", "en": "test"}, "why": {"zh": "试", "en": "test"}}


@settings(max_examples=often(30, 5000))
@given(st.binary(max_size=100) | DOCUMENTS.map(lambda document: json.dumps(WHOLE | document).encode()))
@example(b"a: &x 1\nb: *x")
@example(b"[" * 3000)
@example(b"title: 2001-12-32")
@example(json.dumps(WHOLE | {"\U00010000": None}).encode())
@example(json.dumps(WHOLE | {"caps": {"caps": {"\U00010000": None}}}).encode())
def test_3_any_bytes_are_a_scenario_or_a_fault(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "any.yaml"
        path.write_bytes(content)
        try:
            scenario = read_scenario(path)
        except InputError as error:
            assert error.faults
            return
    assert Scenario.model_validate_json(scenario.canonical()) == scenario


@given(st.sampled_from(list(UNITS)), st.sampled_from(list(UNITS)), NUMBERS)
def test_4_units_convert_there_and_back(top: str, bottom: str, value: float) -> None:
    assume(abs(value) < 1e100)
    dimension, factor = UNITS[top]
    assert convert(value, top, (dimension, "")) / factor == pytest.approx(value, rel=1e-12, abs=1e-300)
    whole, half = f"{top}/({bottom})", measure(bottom)
    if whole not in UNITS and f"{top}/{bottom}" not in UNITS and "/" not in bottom + top:
        assert measure(whole).factor == pytest.approx(factor / half.factor, rel=1e-12)
        assert measure(whole).dimensions == (dimension, UNITS[bottom][0])
    others = {kind for kind, _ in UNITS.values()} - {dimension}
    with pytest.raises(UnitError):
        convert(value, top, (sorted(others)[0], ""))


DATA = arrays.arrays(np.float64, st.tuples(st.integers(0, 3), st.integers(1, 3)), elements=st.floats(width=64))


@settings(max_examples=often(15, 300))
@given(DATA, st.text(LETTERS, max_size=10), st.lists(st.text(LETTERS, max_size=6), min_size=3, max_size=3, unique=True))
def test_5_results_load_bit_by_bit_as_they_were_saved(values: np.ndarray, unit: str, names: list[str]) -> None:
    result = xr.Dataset({"make": (("line", "year"), values, {"units": unit})}, coords={"line": names[: values.shape[0]]})
    with TemporaryDirectory() as folder:
        save(Path(folder), "any", result, xr.Dataset({"demand": ("year", values[:1].sum(axis=0))}), {"certificate": {"valid": True}})
        found = load(Path(folder), "any").result
    assert np.array_equal(found["make"].values, values, equal_nan=True)
    assert (np.signbit(found["make"].values) == np.signbit(values))[~np.isnan(values)].all()
    assert found["make"].attrs["units"] == unit
    assert found["line"].values.astype(str).tolist() == names[: values.shape[0]]


@settings(max_examples=often(15, 300))
@given(st.data())
def test_6_one_changed_bit_is_refused(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        save(Path(folder), "any", xr.Dataset({"x": ("year", [1.0, 2.0])}), xr.Dataset(), {"certificate": {"valid": True}})
        path = Path(folder) / "any.nc"
        content = bytearray(path.read_bytes())
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        path.write_bytes(content)
        with pytest.raises(ResultError):
            load(Path(folder), "any")


NAMES = (
    st.text(max_size=12)
    | st.from_regex(NAME, fullmatch=True)
    | st.sampled_from(["..", ".", "a/b", "../a", "/a", "CON", "a\0", "-rf", "a\n", "A"])
)


@given(NAMES, NAMES)
@example("a", "a\n")
def test_7_names_are_refused_or_lead_to_files_of_their_own_inside_their_folder(one: str, other: str) -> None:
    root = Path("/srv/project")
    ways = [
        lambda name: path_of(root / "results", name),
        Folders(root).scenario,
        Folders(root).province,
        lambda name: study_path(root, name, name),
    ]
    for way in ways:
        found = []
        for name in (one, other):
            try:
                path = way(name)
            except PathwayError:
                assert not NAME.fullmatch(name)
                continue
            assert NAME.fullmatch(name)
            assert Path(os.path.normpath(path)).is_relative_to(root)
            found.append(path)
        assert len(set(found)) == len({name for name in (one, other) if NAME.fullmatch(name)})


class Elements(HTMLParser):
    """Counts elements, and what stands inside scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.started: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.started.append(tag)

    def handle_data(self, data: str) -> None:
        """Text."""
        self.inside += data


@given(st.recursive(HOSTILE | NUMBERS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(HOSTILE, inner, max_size=3)))
def test_8_no_text_of_a_report_ends_its_script(value: object) -> None:
    document = plain({"any": value})
    page = Elements()
    page.feed(f"<script>{packed(document)}</script>")
    assert page.started == ["script"]
    assert json.loads(gzip.decompress(base64.b64decode(page.inside))) == document


@given(HOSTILE)
def test_9_no_script_ends_its_element(text: str) -> None:
    page = Elements()
    page.feed(f"<script>{script_text(text)}</script>")
    assert page.started == ["script"]
    assert "<!--" not in script_text(text)


@given(st.text())
def test_10_cleaned_texts_hold_no_control_and_stay_clean(text: str) -> None:
    shown = clean(text)
    assert clean(shown) == shown
    assert not set(shown) & {chr(27), chr(155), "\r", "\b", "\u202e", "\u200b"}
    assert [letter for letter in text if letter.isalnum()] == [letter for letter in shown if letter.isalnum()]


@given(HOSTILE, HOSTILE)
def test_11_told_texts_come_back_in_both_languages(one: str, two: str) -> None:
    text = told("told_then_told", first=told("told_as_it_is", text=one), second=told("no_result", name=two, folder="results/", again=one))
    again = recalled(json.loads(json.dumps(text.record())))
    for language in Language:
        assert Speaker(language).told(again) == Speaker(language).told(text)


LOOSE = st.dictionaries(SLUGS, st.floats(), max_size=3)


@given(LOOSE, LOOSE, st.floats(), st.dictionaries(st.sampled_from(list(Goal)), st.tuples(st.floats(), st.floats()), max_size=2))
def test_12_a_certificate_read_again_judges_the_same(
    violations: dict[str, float], domains: dict[str, float], integrality: float, objectives: dict[Goal, tuple[float, float]]
) -> None:
    certificate = Certificate(violations, domains, integrality, objectives)
    again = Certificate.from_json(certificate.to_json())
    assert again.reasons() == certificate.reasons()
    assert again.to_json() == certificate.to_json()


@given(st.dictionaries(st.integers(2020, 2035), st.floats(-1e6, 1e6), min_size=1, max_size=4))
def test_13_amounts_by_year_stay_between_their_neighbours(amount: dict[int, float]) -> None:
    years = np.arange(2018, 2040)
    found = amount_by_year(amount, years)
    assert np.array_equal(np.isnan(found), years < min(amount))
    for year, value in zip(years.tolist(), found.tolist(), strict=True):
        if year >= min(amount):
            before, after = max(key for key in amount if key <= year), min((key for key in amount if key >= year), default=max(amount))
            low, high = sorted((amount[before], amount[after]))
            assert low - 1e-9 * abs(low) <= value <= high + 1e-9 * abs(high)


@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), st.floats(0, 1), st.floats(0, 1))
def test_14_draws_rise_with_their_position_and_keep_to_their_range(ends: list[float], one: float, two: float) -> None:
    low, mode, high = (np.array([end]) for end in sorted(ends))
    below, above = (triangular(np.array([at]), low, mode, high)[0] for at in sorted((one, two)))
    slack = 1e-9 * (1 + abs(low[0]) + abs(high[0]))
    assert low[0] - slack <= below <= above + slack
    assert above <= high[0] + slack
