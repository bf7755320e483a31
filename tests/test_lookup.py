"""Positions in sets: whatever way the tables take, members are found and nothing else is."""

import numpy as np
import pytest

from model.compile import lookup


@pytest.mark.parametrize("room", [lookup.ROOM, 0, -(10**9)], ids=["one table", "numbered anew", "sorted"])
@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_members_are_found_and_nothing_else(room: int, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """300 random members among 40 labels; asked for all of them, then for 2 000 random keys, some of which are members."""
    monkeypatch.setattr(lookup, "ROOM", room)
    rng = np.random.default_rng(width)
    codes = np.unique(rng.integers(3, 40, (300, width)), axis=0).astype(np.int32)
    rng.shuffle(codes)
    steps = lookup.steps_to(codes, 50)
    assert lookup.find(steps, list(codes.T)).tolist() == list(range(len(codes)))
    asked = rng.integers(0, 50, (2000, width)).astype(np.int32)
    asked[:500] = codes[rng.integers(0, len(codes), 500)]
    known = {tuple(member): place for place, member in enumerate(codes.tolist())}
    assert lookup.find(steps, list(asked.T)).tolist() == [known.get(tuple(key), -1) for key in asked.tolist()]


def test_an_empty_set_has_no_members() -> None:
    steps = lookup.steps_to(np.zeros((0, 2), dtype=np.int32), 5)
    assert lookup.find(steps, [np.array([0, 4]), np.array([1, 1])]).tolist() == [-1, -1]


def test_columns_broadcast() -> None:
    steps = lookup.steps_to(np.array([[0, 1], [2, 1], [2, 3]], dtype=np.int32), 4)
    assert lookup.find(steps, [np.array([[0], [2]]), np.array([[1, 3]])]).tolist() == [[0, -1], [1, 2]]
