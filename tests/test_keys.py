"""Keys as columns of codes: what joins and filters on them do, against the same by plain Python."""

import numpy as np
import pytest

from model.build.keys import Column, Keys, joined, keys, matches, places, product


def numbered(rng: np.random.Generator, size: int) -> Keys:
    """Random keys of two parts, some of them equal."""
    return Keys((Column(["a", "b", "c"], rng.integers(0, 3, size)), Column([2020, 2021], rng.integers(0, 2, size))))


@pytest.mark.parametrize("seed", range(5))
def test_matches_and_places(seed: int) -> None:
    """Every pair of equal keys, by left then right place; and the place of each wanted key."""
    rng = np.random.default_rng(seed)
    left, right = numbered(rng, 9), numbered(rng, 7)
    expected = [(i, j) for i, one in enumerate(left.labels()) for j, other in enumerate(right.labels()) if one == other]
    assert list(zip(*(part.tolist() for part in matches(left.numbers(), right.numbers())), strict=True)) == expected
    known = left.unique()
    wanted = known.take(rng.permutation(len(known)))
    assert known.take(places(known, wanted)).labels() == wanted.labels()


def test_unique_keeps_the_first() -> None:
    """As a dict of labels does."""
    held = numbered(np.random.default_rng(1), 20)
    assert held.unique().labels() == list(dict.fromkeys(held.labels()))


def test_an_unknown_key_is_an_error() -> None:
    """With the key's own labels."""
    names = ["a", "b"]
    known = Keys((Column(names, np.array([0])),))
    wanted = Keys((Column(names, np.array([1])),))
    for those in (known, known.take(np.zeros(0, dtype=int))):
        with pytest.raises(KeyError, match="b"):
            places(those, wanted)
    assert len(places(known, wanted.take(np.zeros(0, dtype=int)))) == 0


def test_products_and_joins() -> None:
    """The last part runs fastest; nothing times anything is nothing."""
    first, second = keys(["x", "y"]), keys([("p", 1), ("q", 2)], 2)
    assert product(first, second).labels() == [("x", "p", 1), ("x", "q", 2), ("y", "p", 1), ("y", "q", 2)]
    assert joined(first, second).labels() == [("x", "p", 1), ("y", "q", 2)]
    assert product(first, keys([], 2)).labels() == []
    assert keys([], 3).labels() == []
