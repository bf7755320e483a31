"""A model in the making: declares sets, groups, parameters and variables from arrays, expanded or lazily."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyomo.environ as pyo
import xarray as xr

from model.build.keys import Keys, Labels, increasing, joined, keys, product
from model.build.lazy import LazyGroups, LazyParam, LazySet, place_in

Numbers = npt.NDArray[Any]


@dataclass(frozen=True)
class Values:
    """Numbers by key."""

    keys: Keys
    numbers: Numbers

    def take(self, chosen: npt.NDArray[Any]) -> "Values":
        """Some of them."""
        return Values(self.keys.take(chosen), self.numbers[chosen])


class Draft:
    """A Pyomo model ``m`` of a problem ``x``, while its parts are declared.

    ``lazy`` components hold arrays and expand nothing; both ways declare the same model.
    """

    def __init__(self, m: pyo.ConcreteModel, x: xr.Dataset, *, lazy: bool) -> None:
        self.m, self.x, self.lazy = m, x, lazy
        self.labels = Labels(x)
        self._members: dict[str, Keys] = {}

    def values(self, name: str) -> npt.NDArray[Any]:
        """An array of the problem as it is."""
        found: npt.NDArray[Any] = self.x.variables[name].values
        return found

    def sparse(self, array: str | xr.Variable, keep: npt.NDArray[np.bool_] | None = None) -> Values:
        """An array's values by key; ``keep`` (same shape) chooses which, by default those that are not zero."""
        found = self.x.variables[array] if isinstance(array, str) else array
        chosen = found.values != 0 if keep is None else keep
        return Values(self.labels.where(chosen, [str(dim) for dim in found.dims]), found.values[chosen].astype(float))

    def add_set(self, name: str, members: Keys | Iterable[Any], dimen: int = 1) -> None:
        """A plain set; what comes twice counts once."""
        held = (members if isinstance(members, Keys) else keys(members, dimen)).unique()
        self._members[name] = held
        made = LazySet(held) if self.lazy else pyo.Set(initialize=held.labels(), dimen=len(held.columns))
        setattr(self.m, name, made)

    def members(self, name: str) -> Keys:
        """The members of a set that was declared before."""
        return self._members[name]

    def add_groups(self, name: str, over: str, by: Keys, members: Keys) -> None:
        """An indexed set from keys and members; keys without members get an empty set, unknown keys are dropped."""
        index = getattr(self.m, over)
        width = len(by.columns)
        if not increasing(joined(members, by).numbers()):
            pairs = joined(by, members).unique()
            by, members = pairs.parts(*range(width)), pairs.parts(*range(width, len(pairs.columns)))
        if self.lazy:
            setattr(self.m, name, LazyGroups(index, (by, members)))
            return
        found: dict[Any, list[Any]] = {key: [] for key in index}
        for key, member in zip(by.labels(), members.labels(), strict=True):
            if key in found:
                found[key].append(member)
        setattr(self.m, name, pyo.Set(index, initialize=found, dimen=len(members.columns)))

    def add_values(self, name: str, values: Values, *over: str) -> None:
        """A parameter; ``over`` names its index sets where they are not exactly the values' keys."""
        if not over:
            over = (f"{name}_index",)
            self.add_set(over[0], values.keys)
        index = [getattr(self.m, part) for part in over]
        if not self.lazy:
            initial = dict(zip(values.keys.labels(), values.numbers.tolist(), strict=True))
            setattr(self.m, name, pyo.Param(*index, initialize=initial, within=pyo.Reals))
            return
        wanted = product(*(self._members[part] for part in over))
        numbers = values.numbers if wanted.same(values.keys) else _arranged(values, wanted)
        setattr(self.m, name, LazyParam(*index, held=numbers))

    def add_array(self, name: str, *over: str, numbers: Numbers | None = None) -> None:
        """A parameter over whole sets, in their order: an array of the problem, by default the one of the same name."""
        held = np.ascontiguousarray(self.values(name) if numbers is None else numbers, dtype=float).ravel()
        members = [self._members[part] for part in over]
        if self.lazy:
            setattr(self.m, name, LazyParam(*(getattr(self.m, part) for part in over), held=held))
        else:
            self.add_values(name, Values(product(*members), held), *over)

    def add_variable(self, name: str, *over: str, domain: Any, most: Numbers | None = None) -> None:
        """Variables in a domain, from 0 up to ``most`` where given (in the order of the sets; infinite: no bound)."""
        index = [getattr(self.m, part) for part in over]
        flat = None if most is None else np.ascontiguousarray(most).ravel()
        limits: dict[Any, float] = {}
        if flat is not None and not self.lazy:
            limits = dict(zip(product(*(self._members[part] for part in over)).labels(), flat.tolist(), strict=True))

        def bounds(m: pyo.ConcreteModel, *key: Any) -> tuple[float | None, float | None]:
            """A variable's own bounds."""
            if flat is None:
                return None, None
            high = limits[key if len(key) > 1 else key[0]] if limits else flat[place_in(getattr(m, name).index_set(), key)].item()
            return 0, (high if np.isfinite(high) else None)

        setattr(self.m, name, pyo.Var(*index, domain=domain, bounds=bounds, dense=not self.lazy))
        if self.lazy:
            getattr(self.m, name).held = (domain, flat)


def _arranged(values: Values, wanted: Keys) -> Numbers:
    """Values in another order; what has none is NaN."""
    known = dict(zip(values.keys.labels(), values.numbers.tolist(), strict=True))
    return np.array([known.get(key, np.nan) for key in wanted.labels()], dtype=float)
