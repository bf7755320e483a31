"""What pydantic refuses, in the catalogue's words."""

from typing import Any

from pydantic_core import ErrorDetails

from model.language import Told, read_catalogue, told


def refusal(item: ErrorDetails) -> Told:
    """Why a value was refused; a validator of our own has told it already, a kind without a text is told in pydantic's English."""
    given: dict[str, Any] = {name: _plain(value) for name, value in item.get("ctx", {}).items()}
    own = given.get("error")
    if isinstance(own, ValueError) and own.args and isinstance(own.args[0], Told):
        return own.args[0]
    if "expected" in given:
        given["expected"] = _choices(str(given["expected"]))
    if item["type"] == "too_short":
        given["items"] = _items(int(given["min_length"]))
    key = f"pydantic_{item['type']}"
    return told(key, **given) if key in read_catalogue() else told("told_as_it_is", text=item["msg"])


def _plain(value: object) -> object:
    """A limit as it would be written: 70, not 70.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _choices(listed: str) -> Told:
    """The allowed values, of which pydantic joins the last two by ``or``."""
    first, _, last = listed.rpartition(" or ")
    return told("told_or_told", first=first, second=last) if first else told("told_as_it_is", text=last)


def _items(count: int) -> Told:
    return told("item_one") if count == 1 else told("item_many", count=count)
