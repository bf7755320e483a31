"""Reasons in both languages, as the page reads them."""

from collections.abc import Iterable

from model.errors import InputError, PathwayError
from model.language import Language, Speaker, Told, clean

_ZH, _EN = Speaker(Language.ZH), Speaker(Language.EN)


def both_told(texts: Iterable[Told]) -> list[list[str]]:
    """Texts as pairs, Chinese and English."""
    return [[clean(_ZH.told(text)), clean(_EN.told(text))] for text in texts]


def reasons_of(error: PathwayError) -> list[list[str]]:
    """Why something was refused, each reason as a pair."""
    return both_told([fault.told for fault in error.faults] if isinstance(error, InputError) else [error.message])
