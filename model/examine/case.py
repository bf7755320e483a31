"""A problem and a result as plain arrays, with the relations between sets as positions."""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from model.examine.rows import Array, Index, Mask
from model.schema import DECISIONS, PROBLEM
from model.schema import Array as Contract

PLAN = slice(1, None)
"""Model years that are planned."""

BEFORE = slice(None, -1)
"""The model year before each planned one."""


def positions(labels: npt.NDArray[Any], wanted: npt.NDArray[Any]) -> Index:
    """Place of each wanted label among ``labels``; -1 where there is none."""
    if not len(labels):
        return np.full(len(wanted), -1)
    order = np.argsort(labels, kind="stable")
    found = order[np.searchsorted(labels, wanted, sorter=order).clip(max=len(labels) - 1)]
    return np.where(labels[found] == wanted, found, -1)


def _plain(arrays: xr.Dataset, contract: Mapping[str, Contract]) -> dict[str, Array]:
    """Arrays as floats, in the schema's order of dims."""
    return {name: arrays.variables[name].transpose(*expected.dims).values.astype(float) for name, expected in contract.items()}


class Case:
    """Arrays that are ``given`` (dims of ``schema.PROBLEM``) and ``found`` (``schema.DECISIONS``), and positions."""

    def __init__(self, problem: xr.Dataset, decisions: xr.Dataset) -> None:
        self.problem = problem
        self.given = _plain(problem, PROBLEM)
        self.found = _plain(decisions, DECISIONS)

    def size(self, dim: str) -> int:
        """Length of a dim."""
        return int(self.problem.sizes[dim])

    def labels(self, coordinate: str) -> npt.NDArray[Any]:
        """Labels of a coordinate."""
        return np.asarray(self.problem[coordinate].values)

    def places(self, dim: str, coordinate: str) -> Index:
        """Position along ``dim`` of each label of a coordinate; -1 where there is none."""
        return positions(self.labels(dim), self.labels(coordinate))

    def _pairs(self, lines: Index, others: Index, width: int) -> npt.NDArray[np.int64]:
        keys = lines.astype(np.int64) * width + others
        return np.where((lines < 0) | (others < 0), -1, keys)

    def states_at(self, lines: Index, configurations: Index) -> Index:
        """Position of each state (line, configuration); -1 where there is none."""
        width = self.size("configuration")
        known = self._pairs(self.state_line, self.places("configuration", "state_configuration"), width)
        return positions(known, self._pairs(lines, configurations, width))

    def retrofits_at(self, lines: Index, measures: Index) -> Index:
        """Position of each retrofit (line, measure); -1 where there is none."""
        width = self.size("measure")
        return positions(self._pairs(self.retrofit_line, self.retrofit_measure, width), self._pairs(lines, measures, width))

    # lines and their graph

    @cached_property
    def state_line(self) -> Index:
        """Line of each state."""
        return self.places("line", "state_line")

    @cached_property
    def line_group(self) -> Index:
        """Group of each line."""
        return self.places("group", "line_group")

    @cached_property
    def state_group(self) -> Index:
        """Group of each state's line."""
        return self.line_group[self.state_line]

    @cached_property
    def producing(self) -> Mask:
        """States that make a good."""
        return np.asarray(self.labels("state_good") != "")

    @cached_property
    def state_good(self) -> Index:
        """Good that each producing state makes."""
        return positions(self.labels("good"), self.labels("state_good")[self.producing])

    @cached_property
    def step_line(self) -> Index:
        """Line of each step."""
        return self.places("line", "step_line")

    @cached_property
    def step_arc(self) -> Index:
        """Arc of each step."""
        return self.places("arc", "step_arc")

    @cached_property
    def step_start(self) -> Index:
        """State that each step leaves."""
        return self.states_at(self.step_line, self.places("configuration", "arc_start")[self.step_arc])

    @cached_property
    def step_end(self) -> Index:
        """State that each step reaches."""
        return self.states_at(self.step_line, self.places("configuration", "arc_end")[self.step_arc])

    @cached_property
    def bonds(self) -> Index:
        """Dependent states and their hosts, without repetition: (2, bond)."""
        ends = [
            self.states_at(self.places("line", f"companion_{line}"), self.places("configuration", f"companion_{configuration}"))
            for line, configuration in (("line", "configuration"), ("host", "host_configuration"))
        ]
        return np.unique(np.stack(ends), axis=1)

    # measures

    @cached_property
    def retrofit_line(self) -> Index:
        """Line of each retrofit."""
        return self.places("line", "retrofit_line")

    @cached_property
    def retrofit_measure(self) -> Index:
        """Measure of each retrofit."""
        return self.places("measure", "retrofit_measure")

    @cached_property
    def host_retrofit(self) -> Index:
        """Retrofit that each host carries."""
        return np.asarray(self.labels("host_retrofit"), dtype=np.intp)

    @cached_property
    def host_state(self) -> Index:
        """State that each host is."""
        return self.states_at(self.retrofit_line[self.host_retrofit], self.places("configuration", "host_configuration"))

    @cached_property
    def exclusions(self) -> tuple[Index, Index]:
        """The two retrofits of each exclusion."""
        lines = self.places("line", "exclusion_line")
        first, second = (self.retrofits_at(lines, self.places("measure", f"exclusion_{part}")) for part in ("first", "second"))
        return first, second

    @cached_property
    def leaving(self) -> tuple[Index, Index]:
        """Retrofits, and the steps that take their line from a state that carries them to one that does not."""
        order = np.argsort(self.step_start, kind="stable")
        starts = self.step_start[order]
        first, last = (np.searchsorted(starts, self.host_state, side=side) for side in ("left", "right"))
        many = last - first
        host = np.repeat(np.arange(len(many)), many)
        within = np.arange(len(host)) - np.repeat(np.cumsum(many) - many, many)
        fit, step = self.host_retrofit[host], order[first[host] + within]
        carried = np.isin(fit * self.size("state") + self.step_end[step], self.host_retrofit * self.size("state") + self.host_state)
        return fit[~carried], step[~carried]

    # clauses

    @cached_property
    def binds(self) -> Mask:
        """(clause, year) in which a clause binds."""
        return ~np.isnan(self.given["clause_value"])

    @cached_property
    def clause_group(self) -> Index:
        """Group that each clause is about; -1 if it is about something else."""
        return self.places("group", "clause_subject")

    def binding(self, rule: str) -> tuple[Index, Index]:
        """Clauses of a rule and the years in which they bind, as two lists of positions."""
        clause, year = np.nonzero(self.binds & (self.labels("clause_rule") == rule)[:, None])
        return clause, year

    def dated(self, rule: str) -> Mask:
        """(year): does any clause of the rule bind?"""
        return np.asarray(self.binds[self.labels("clause_rule") == rule].any(axis=0))
