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
        lower, upper, whole = np.full(self.count, -np.inf), np.full(self.count, np.inf), np.zeros(self.count, dtype=bool)
        for variable in self.variables:
            first, size = self.first[id(variable)], self.labels.size(variable.index_set()) if variable.is_indexed() else 1
            inside = slice(first, first + size)
            self._fill(variable, lower[inside], upper[inside], whole[inside])
        return lower, upper, whole

    def _fill(self, variable: Any, lower: Numbers, upper: Numbers, whole: npt.NDArray[np.bool_]) -> None:
        """Write the bounds and integrality of one block."""
        held = getattr(variable, "held", None)
        if held is None and len(variable) != len(lower):
            raise UnsupportedError(f"{variable.name} has no variable for some index")
        if held is not None:
            domain, most = held
            low, high, step = domain.get_interval()
            lower[:] = -np.inf if low is None else low
            upper[:] = np.inf if high is None else high
            if most is not None:
                np.maximum(lower, 0.0, out=lower)
                np.minimum(upper, most, out=upper)
            whole[:] = step == 1
        for data in variable._data.values():  # where arrays are held: the few that somebody asked for, and may have changed
            place = self.of(data) - self.first[id(variable)]
            lower[place], upper[place], whole[place] = _asked(data)


def _asked(data: Any) -> tuple[float, float, bool]:
    """Bounds and integrality of one variable; a fixed one is between its value and its value."""
    low, high = (data.value, data.value) if data.fixed else data.bounds
    return -np.inf if low is None else low, np.inf if high is None else high, data.is_integer() or data.is_binary()
