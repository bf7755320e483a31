"""Pyomo components that hold arrays and expand nothing until somebody asks; the rules cannot tell the difference.

``held`` is what ``model.compile`` reads at once; asking for single members works as in stock Pyomo.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo
from pyomo.core.base.constraint import IndexedConstraint
from pyomo.core.base.objective import ScalarObjective
from pyomo.core.base.param import IndexedParam
from pyomo.core.base.set import IndexedSet, OrderedScalarSet

from model.build.keys import Codes, Column, Keys


def place_in(index_set: Any, index: Any) -> int:
    """The place of an index in a product of sets."""
    parts = index if isinstance(index, tuple) else (index,)
    place = first = 0
    for leaf in index_set.subsets(expand_all_set_operators=False):
        own = parts[first : first + leaf.dimen]
        first += leaf.dimen
        place = place * len(leaf) + leaf.ord(own if leaf.dimen > 1 else own[0]) - 1
    return place


def _settle(component: Any) -> bool:
    """Mark a component as constructed; False if it was before."""
    if component.is_constructed():
        return False
    component._constructed = True
    for anonymous in component._anonymous_sets or ():
        anonymous.construct()
    return True


class LazySet(OrderedScalarSet):  # type: ignore[misc]
    """A plain set whose members become labels when somebody iterates or looks one up."""

    def __init__(self, held: Keys) -> None:
        self._filled: dict[Any, int | None] | None = {}
        super().__init__(dimen=len(held.columns))
        self.held = held
        self._filled = None

    @property
    def _values(self) -> dict[Any, int | None]:
        if self._filled is None:
            self._filled = dict.fromkeys(self.held.labels())
        return self._filled

    @_values.setter
    def _values(self, values: Any) -> None:
        """Stock Pyomo starts every set empty; the held members are what counts."""

    def __len__(self) -> int:
        return len(self.held)

    def construct(self, data: Any = None) -> None:
        """Make no labels yet."""
        if _settle(self):
            self._data[None] = self


class LazyGroups(IndexedSet):  # type: ignore[misc]
    """An indexed set held as (keys, members); the set of one key is made when somebody asks for it."""

    def __init__(self, over: Any, held: tuple[Keys, Keys]) -> None:
        self.held = held
        self._sorted: tuple[Codes, Codes, list[dict[Any, int]]] | None = None
        super().__init__(over, dimen=len(held[1].columns))

    def construct(self, data: Any = None) -> None:
        """Make no sets yet."""
        _settle(self)

    def __len__(self) -> int:
        return len(self.index_set())

    def __contains__(self, index: Any) -> bool:
        return index in self.index_set()

    def _places(self, index: Any) -> Codes:
        """Where the members of one key are held: templates ask for one, which is found by a scan; whoever asks on gets them sorted."""
        keys, _ = self.held
        wanted = index if isinstance(index, tuple) else (index,)
        if not self._data:
            here = [part.codes == (part.names.index(label) if label in part.names else -1)
                    for part, label in zip(keys.columns, wanted, strict=True)]  # fmt: skip
            return np.flatnonzero(np.logical_and.reduce(here))
        if self._sorted is None:
            numbers = keys.numbers()
            order: Codes = np.argsort(numbers, kind="stable")
            self._sorted = order, numbers[order], [{name: code for code, name in enumerate(part.names)} for part in keys.columns]
        order, numbers, codes = self._sorted
        parts = [code.get(part, -1) for code, part in zip(codes, wanted, strict=True)]
        if min(parts) < 0:
            return order[:0]
        number = Keys(tuple(Column(own.names, np.array([part])) for own, part in zip(keys.columns, parts, strict=True))).numbers()[0]
        return order[np.searchsorted(numbers, number, "left") : np.searchsorted(numbers, number, "right")]

    def _getitem_when_not_present(self, index: Any) -> Any:
        members = LazySet(self.held[1].take(self._places(index)))
        members.construct()
        members._index = index
        self._data[index] = members
        return members


class LazyParam(IndexedParam):  # type: ignore[misc]
    """A parameter that is an array in the order of its index set."""

    def __init__(self, *over: Any, held: npt.NDArray[np.float64]) -> None:
        self.held = held
        super().__init__(*over, within=pyo.Reals)

    def __len__(self) -> int:
        return len(self.held)

    def __contains__(self, index: Any) -> bool:
        return index in self.index_set()

    def _getitem_when_not_present(self, index: Any) -> float:
        return float(self.held[place_in(self.index_set(), index)])


class LazyConstraint(IndexedConstraint):  # type: ignore[misc]
    """A constraint whose row ``m.rule[index]`` is written when it is asked for."""

    lazy = True

    def construct(self, data: Any = None) -> None:
        """Keep the rule, write no row."""
        _settle(self)

    def expand(self) -> None:
        """Write every row, as stock Pyomo does; indices that the rule skips have none."""
        for index in self.index_set():
            if index not in self._data:
                self._setitem_when_not_present(index, self.rule(self.parent_block(), index))


class LazyObjective(ScalarObjective):  # type: ignore[misc]
    """An objective whose terms are written when somebody asks for them."""

    def construct(self, data: Any = None) -> None:
        """Keep the rule, write no term."""
        if _settle(self):
            self._data = {None: self}

    @property
    def args(self) -> tuple[Any, ...]:
        """The expression, as Pyomo holds it."""
        if self._args_[0] is None:
            self.set_value(self.rule(self.parent_block(), None))
        found: tuple[Any, ...] = self._args_
        return found
