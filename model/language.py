"""Every sentence that a user reads, in Chinese and English, from one catalogue (``catalogue/*.csv``, a file per area)."""

import csv
import locale
import os
import unicodedata
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache, reduce
from pathlib import Path

CATALOGUE = Path(__file__).with_name("catalogue")


class Language(StrEnum):
    """Languages of the catalogue."""

    ZH = "zh"
    EN = "en"


@cache
def read_catalogue() -> dict[str, dict[str, str]]:
    """Key -> language -> text."""
    texts: dict[str, dict[str, str]] = {}
    for path in sorted(CATALOGUE.glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            texts |= {row["key"]: {"zh": row["zh"], "en": row["en"]} for row in csv.DictReader(file)}
    return texts


class Told(str):
    """An English text of the catalogue that remembers its ``key`` and ``values``, so that a ``Speaker`` can say it in another language."""

    __slots__ = ("key", "values")
    key: str
    values: Mapping[str, object]

    def __new__(cls, key: str, values: Mapping[str, object]) -> "Told":
        """Raises ``KeyError`` for a key that the catalogue lacks, or a place without a value."""
        made = super().__new__(cls, read_catalogue()[key][Language.EN].format(**values))
        made.key, made.values = key, dict(values)
        return made

    def __reduce__(self) -> tuple[type["Told"], tuple[str, Mapping[str, object]]]:
        """Pickled (between our own processes) as key and values."""
        return type(self), (self.key, self.values)

    def record(self) -> dict[str, object]:
        """Key and values as JSON holds them, with the English text beside them for readers."""
        values = {
            name: value.record() if isinstance(value, Told) else value if isinstance(value, str | int | float) else str(value)
            for name, value in self.values.items()
        }
        return {"key": self.key, "values": values, "text": str(self)}


def told(key: str, **values: object) -> Told:
    """The text of a key, with its places filled; values may be told texts themselves."""
    return Told(key, values)


def told_all(texts: Iterable[Told], key: str = "told_and_told") -> Told:
    """Texts as one: after semicolons, or as the text of a key with the places ``first`` and ``second`` joins two."""
    listed = list(texts)
    return reduce(lambda first, second: told(key, first=first, second=second), listed) if listed else told("told_as_it_is", text="")


def recalled(record: object) -> Told:
    """A told text from its record; anything else is told word for word."""
    if not isinstance(record, dict):
        return told("told_as_it_is", text=record)
    try:
        values = {str(name): recalled(value) if isinstance(value, dict) else value for name, value in record["values"].items()}
        return Told(record["key"], values)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        return told("told_as_it_is", text=record.get("text", ""))


def default_language() -> Language:
    """Chinese where the locale is Chinese, English elsewhere."""
    names = [os.environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG")]
    chosen = next((name for name in names if name), locale.getlocale()[0] or "")
    return Language.ZH if chosen.lower().startswith("zh") else Language.EN


class Speaker:
    """Says catalogue texts in one language; ``pick`` chooses between a pair of names."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with its places filled."""
        return read_catalogue()[key][self.language].format(**values)

    def told(self, text: str) -> str:
        """A told text in this language, with what was told inside it; any other text as it is."""
        if not isinstance(text, Told):
            return text
        return self(text.key, **{name: self.told(value) if isinstance(value, str) else value for name, value in text.values.items()})

    def pick(self, zh: str, en: str) -> str:
        """The name in this language."""
        return zh if self.language is Language.ZH else en


def clean(text: str) -> str:
    """A text without control and direction characters, which could rewrite what a reader sees."""
    return "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cf"))
