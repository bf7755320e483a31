"""Every sentence that a user reads, in Chinese and English, from one catalogue (``catalogue/*.csv``, a file per area)."""

import csv
import locale
import os
import unicodedata
from enum import StrEnum
from functools import cache
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

    def pick(self, zh: str, en: str) -> str:
        """The name in this language."""
        return zh if self.language is Language.ZH else en


def clean(text: str) -> str:
    """A text without control and direction characters, which could rewrite what a reader sees."""
    return "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cf"))
