"""Pyomo components that hold arrays and expand nothing until somebody asks; the rules cannot tell the difference."""

from typing import Any

from pyomo.core.base.constraint import IndexedConstraint


class LazyConstraint(IndexedConstraint):  # type: ignore[misc]
    """A constraint whose row ``m.rule[index]`` is written when it is asked for."""

    lazy = True

    def construct(self, data: Any = None) -> None:
        """Keep the rule, write no row."""
        if self.is_constructed():
            return
        self._constructed = True
        for anonymous in self._anonymous_sets or ():
            anonymous.construct()

    def expand(self) -> None:
        """Write every row, as stock Pyomo does; indices that the rule skips have none."""
        for index in self.index_set():
            if index not in self._data:
                self._setitem_when_not_present(index, self.rule(self.parent_block(), index))
