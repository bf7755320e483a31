"""Told texts: English for the code, either language for the reader, whole after every journey between processes and files."""

import json
import re
from collections.abc import Callable
from multiprocessing import Pipe
from pathlib import Path

import pytest

from model.bench.process import sound
from model.errors import Fault, InputError, ResultError
from model.examine import Certificate
from model.language import Language, Speaker, Told, read_catalogue, recalled, told, told_all
from model.parameters import PARAMETERS
from model.show.faults import fault_lines
from model.units import UNITS, UnitError, convert

ZH, EN = Speaker(Language.ZH), Speaker(Language.EN)
CATALOGUE = Path(__file__).parent.parent / "model" / "catalogue" / "faults.csv"
NESTED = told("about", subject="kiln_a", why=told("value_too_large", parameter="share", most=1.0, value=1.5))


def test_a_told_text_is_english_and_can_be_said_in_chinese() -> None:
    assert NESTED == "kiln_a: share is more than 1: 1.5"
    assert EN.told(NESTED) == NESTED
    assert ZH.told(NESTED) == "kiln_a：share 大于 1：1.5"
    assert ZH.told("a user's own words") == "a user's own words"


def through_a_pipe(text: Told) -> Told:
    """As a child process sends it to its parent."""
    here, there = Pipe()
    there.send(text)
    found: Told = here.recv()
    return found


def through_a_file(text: Told) -> Told:
    """As a manifest holds it."""
    return recalled(json.loads(json.dumps(text.record())))


@pytest.mark.parametrize("again", [through_a_pipe, through_a_file])
def test_a_told_text_survives_a_pipe_and_a_file(again: Callable[[Told], Told]) -> None:
    kept = again(NESTED)
    assert kept == NESTED
    assert ZH.told(kept) == ZH.told(NESTED)


@pytest.mark.parametrize(
    "record",
    [
        {"key": "no_such_key", "values": {}, "text": "words"},
        {"key": "about", "values": {"subject": "x"}, "text": "words"},
        {"key": ["about"], "values": {}, "text": "words"},
        {"key": "about", "values": 3, "text": "words"},
        {"key": "gate_unbalanced", "values": {"good": "steel", "amount": "much"}, "text": "words"},
        {"text": "words"},
        "words",
    ],
)
def test_a_record_that_is_none_is_read_word_for_word(record: object) -> None:
    assert recalled(record) == "words"


def test_texts_join_in_the_reader_s_punctuation() -> None:
    both = told_all([told("stage_twice"), told("years_backwards")])
    assert both == "each stage may stand once; last must come after first"
    assert ZH.told(both) == "每个阶段只能列一次；last 必须晚于 first"


@pytest.mark.parametrize(
    ("fault", "en", "zh"),
    [
        (Fault("lines.csv", told("table_missing")), "lines.csv: table is missing", "lines.csv：缺少这张表"),
        (Fault("lines.csv", told("cell_empty"), 3, "id"), "lines.csv:3 [id]: the cell is empty", "lines.csv 第 3 行 [id]：单元格为空"),
        (Fault("a.yaml", told("no_mapping"), 2), "a.yaml:2: must be a mapping of keys and values", "a.yaml 第 2 行：须由“键: 值”组成"),
        (Fault("scenario", told("stage_twice"), None, "x"), "scenario [x]: each stage may stand once", "情景 [x]：每个阶段只能列一次"),
    ],
)
def test_a_fault_says_its_place_in_both_languages(fault: Fault, en: str, zh: str) -> None:
    assert str(fault) == en
    assert ZH.told(fault.told) == zh
    assert fault_lines(InputError([fault]), ZH)[1] == f"  {zh}"


def test_a_unit_that_does_not_fit_names_both_dimensions() -> None:
    with pytest.raises(UnitError) as caught:
        convert(1.0, "t/t", ("energy", "mass"))
    assert str(caught.value) == "unit 't/t' measures mass/mass, not energy/mass"
    assert ZH.told(caught.value.message) == "单位“t/t”计量的是质量/质量，应为能量/质量"


def test_the_examiner_s_reasons_stay_told_in_its_certificate() -> None:
    unfit = told("unfit_labels", name="line")
    found = Certificate(ledger={"emission of fuel": 0.5, "carbon by supply": 0.0}, integrality=0.25, faults=[unfit])
    again = Certificate.from_json(found.to_json())
    assert [ZH.told(reason) for reason in again.reasons()] == [ZH.told(reason) for reason in found.reasons()]
    assert found.reasons()[1] == "binaries: distance from 0 or 1: off by 0.25 (allowed 1e-06)"
    assert ZH.told(found.reasons()[2]).startswith("台账排放（fuel）：相差 0.5")


def test_the_words_of_a_child_come_back_told() -> None:
    fault = Fault("a.mps", told("mps_quadratic"))
    with pytest.raises(InputError) as caught:
        sound({"error": "x", "kind": "input", "faults": [[fault.file, fault.message.record(), None, None]]}, "a")
    assert ZH.told(caught.value.faults[0].message) == "目标函数含二次项；只能测评线性模型"


def test_an_error_keeps_its_told_text() -> None:
    error = ResultError(told("no_result", name="a", folder="results/", again=told("run_again", name="a")))
    assert str(error) == "there is no result of 'a' in results/; run it again: python run.py run a"
    assert ZH.told(error.message) == "results/ 中没有“a”的结果；请重新求解：python run.py run a"
    assert isinstance(error.message, Told)


def test_every_dimension_and_item_has_a_word() -> None:
    keys = read_catalogue()
    assert [name for name, _ in UNITS.values() if f"dimension_{name}" not in keys] == []
    assert [parameter.item for parameter in PARAMETERS if parameter.item and f"item_{parameter.item}" not in keys] == []


def test_chinese_texts_are_chinese() -> None:
    """A sentence that is more than its places and punctuation has Chinese words."""
    for line in CATALOGUE.read_text(encoding="utf-8").splitlines():
        key = line.split(",", 1)[0]
        if key in read_catalogue():
            said = re.sub(r"\{[^}]*\}", "", read_catalogue()[key]["zh"])
            assert re.search(r"[\u4e00-\u9fff]", said) or not re.search(r"\w", said), key
