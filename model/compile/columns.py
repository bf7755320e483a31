"""Variables as blocks of columns: a whole component at its first use, in the order of its index set, as stock Pyomo does."""

from typing import Any

import numpy as np
import numpy.typing as npt

from model.compile.evaluate import Numbers
from model.compile.labels import LARGEST, Labels
from model.compile.scope import Scope
from model.compile.templates import UnsupportedError
from model.errors import SolverError
from model.language import told


class Columns:
    """Blocks of columns by variable."""

    def __init__(self, labels: Labels) -> None:
        self.labels = labels
        self.first: dict[int, int] = {}
        self.variables: list[Any] = []
        self.count = 0
        self._places: dict[int, dict[Any, int]] = {}

    def touch(self, variable: Any) -> int:
        """The first column of a variable, which gets its block when it is first used."""
        found = self.first.get(id(variable))
        if found is None:
            found = self.first[id(variable)] = self.count
            self.variables.append(variable)
            self.count += self.labels.size(variable.index_set()) if variable.is_indexed() else 1
            if self.count > LARGEST:
                raise SolverError(told("too_many_columns"))
        return found

    def parts(self, variable: Any, indices: tuple[Any, ...], scope: Scope) -> list[npt.NDArray[Any]]:
        """Parts that add up to the columns of a term, each broadcastable over the term's scope."""
        first = np.full((1,) * len(scope.axes), self.touch(variable), dtype=np.int32)
        return [first, *scope.parts(variable.index_set(), indices)] if variable.is_indexed() else [first]

    def of(self, data: Any) -> int:
        """The column of one expanded variable."""
        variable = data.parent_component()
        first = self.touch(variable)
        if not variable.is_indexed():
            return first
        places = self._places.get(id(variable))
        if places is None:
            places = self._places[id(variable)] = {index: place for place, index in enumerate(variable.index_set())}
        return first + places[data.index()]

    def bounds(self) -> tuple[Numbers, Numbers, npt.NDArray[np.bool_]]:
        """Lower and upper bounds and integrality of all columns."""
        parts = [self._block(variable) for variable in self.variables]
        if not parts:
            return np.zeros(0), np.zeros(0), np.zeros(0, dtype=bool)
        lower, upper, whole = (np.concatenate(group) for group in zip(*parts, strict=True))
        return lower, upper, whole

    def _block(self, variable: Any) -> tuple[Numbers, Numbers, npt.NDArray[np.bool_]]:
        size = self.labels.size(variable.index_set()) if variable.is_indexed() else 1
        held = getattr(variable, "held", None)
        if held is None:
            return self._read(variable, size)
        domain, most = held
        low, high, step = domain.get_interval()
        lower = np.full(size, -np.inf if low is None else float(low))
        upper = np.full(size, np.inf if high is None else float(high))
        if most is not None:
            lower, upper = np.maximum(lower, 0.0), np.minimum(upper, most)
        whole = np.full(size, step == 1)
        for data in variable._data.values():  # the few that somebody asked for, and may have changed
            place = self.of(data) - self.first[id(variable)]
            lower[place], upper[place], whole[place] = _asked(data)
        return lower, upper, whole

    def _read(self, variable: Any, size: int) -> tuple[Numbers, Numbers, npt.NDArray[np.bool_]]:
        """Bounds that stock Pyomo expanded."""
        if variable.is_indexed() and len(variable) != size:
            raise UnsupportedError(f"{variable.name} has no variable for some index")
        rows = [_asked(variable[index]) for index in variable.index_set()] if variable.is_indexed() else [_asked(variable)]
        lower, upper, whole = (np.array(column) for column in zip(*rows, strict=True)) if rows else (np.zeros(0),) * 3
        return lower.astype(float), upper.astype(float), whole.astype(bool)


def _asked(data: Any) -> tuple[float, float, bool]:
    """Bounds and integrality of one variable; a fixed one is between its value and its value."""
    low, high = (data.value, data.value) if data.fixed else data.bounds
    return -np.inf if low is None else low, np.inf if high is None else high, data.is_integer() or data.is_binary()
