"""Instances as arrays: a stage of a scenario, or an MPS file; written as an anonymised MPS; checked in numpy."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt
from scipy import sparse

from model.errors import Fault, InputError, SolverError
from model.handover import Matrix
from model.language import told
from model.solve import silent_highs

Floats = npt.NDArray[np.float64]
TITLE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
"""Names of MPS files: safe in tables and as paths."""


@dataclass(frozen=True)
class Instance:
    """``sense`` x (cost x + offset) least, ``lower <= A x <= upper``, bounds, some columns whole."""

    matrix: sparse.csc_array
    lower: Floats
    upper: Floats
    column_lower: Floats
    column_upper: Floats
    integer: npt.NDArray[np.bool_]
    cost: Floats
    offset: float = 0.0
    sense: int = 1

    def value(self, point: Floats) -> float:
        """Objective of a point."""
        return float(self.cost @ point) + self.offset

    def relaxed(self) -> "Instance":
        """The same without integrality."""
        return replace(self, integer=np.zeros_like(self.integer))

    def counts(self) -> dict[str, int]:
        """Rows, columns, entries and whole columns."""
        rows, columns = self.matrix.shape
        return {"rows": rows, "columns": columns, "nonzeros": int(self.matrix.nnz), "integers": int(self.integer.sum())}


def stage_instance(matrix: Matrix, goal: str, kept: dict[str, float]) -> Instance:
    """One stage of a scenario; ``kept`` are the most that earlier stages' objectives may be (without their offsets)."""
    rows = [matrix.objectives[f"objective_{name}"] for name in kept]
    stacked = sparse.csc_array(sparse.vstack([matrix.matrix, *(sparse.csr_array(row[None, :]) for row in rows)], format="csc"))
    return Instance(
        matrix=stacked if rows else matrix.matrix,
        lower=np.concatenate([matrix.lower, np.full(len(rows), -np.inf)]),
        upper=np.concatenate([matrix.upper, np.array(list(kept.values()), dtype=float)]),
        column_lower=matrix.column_lower,
        column_upper=matrix.column_upper,
        integer=matrix.integer,
        cost=matrix.objectives[f"objective_{goal}"],
        offset=matrix.offsets[f"objective_{goal}"],
    )


def read_mps(path: Path) -> Instance:
    """An MPS file, by HiGHS' reader; raises ``InputError`` for what is missing, damaged or not linear."""
    if not path.is_file():
        raise InputError([Fault(str(path), told("no_mps_file"))])
    if not TITLE.fullmatch(path.name):
        raise InputError([Fault(path.name, told("file_name_refused"))])
    highs = silent_highs()
    read = highs.readModel(str(path))
    lp = highs.getLp()
    if read == highspy.HighsStatus.kError or not lp.num_col_:
        raise InputError([Fault(path.name, told("mps_unreadable"))])
    if highs.getModel().hessian_.dim_:
        raise InputError([Fault(path.name, told("mps_quadratic"))])
    kinds = [highspy.HighsVarType.kContinuous] * lp.num_col_ if not len(lp.integrality_) else list(lp.integrality_)
    if set(kinds) - {highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger}:
        raise InputError([Fault(path.name, told("mps_semicontinuous"))])
    shape = (lp.num_row_, lp.num_col_)
    parts = (np.array(lp.a_matrix_.value_), np.array(lp.a_matrix_.index_), np.array(lp.a_matrix_.start_))
    kind: Any = sparse.csc_array if lp.a_matrix_.format_ == highspy.MatrixFormat.kColwise else sparse.csr_array
    return Instance(
        matrix=sparse.csc_array(kind(parts, shape=shape)),
        lower=np.array(lp.row_lower_),
        upper=np.array(lp.row_upper_),
        column_lower=np.array(lp.col_lower_),
        column_upper=np.array(lp.col_upper_),
        integer=np.array([part == highspy.HighsVarType.kInteger for part in kinds], dtype=bool),
        cost=np.array(lp.col_cost_),
        offset=float(lp.offset_),
        sense=-1 if lp.sense_ == highspy.ObjSense.kMaximize else 1,
    )


def to_lp(instance: Instance, *, named: bool = False) -> highspy.HighsLp:
    """The instance as HiGHS takes it; ``named`` calls rows r1, r2, ... and columns c1, c2, ..."""
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = instance.matrix.shape
    lp.col_cost_, lp.offset_ = instance.cost, instance.offset
    lp.sense_ = highspy.ObjSense.kMaximize if instance.sense < 0 else highspy.ObjSense.kMinimize
    lp.col_lower_, lp.col_upper_ = instance.column_lower, instance.column_upper
    lp.row_lower_, lp.row_upper_ = instance.lower, instance.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = instance.matrix.indptr
    lp.a_matrix_.index_ = instance.matrix.indices
    lp.a_matrix_.value_ = instance.matrix.data
    if instance.integer.any():
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if whole else kinds.kContinuous for whole in instance.integer]
    if named:
        lp.row_names_ = [f"r{number + 1}" for number in range(lp.num_row_)]
        lp.col_names_ = [f"c{number + 1}" for number in range(lp.num_col_)]
    return lp


def write_mps(instance: Instance, path: Path) -> None:
    """Write an instance without any name that says what it is about."""
    highs = silent_highs()
    if highs.passModel(to_lp(instance, named=True)) == highspy.HighsStatus.kError:
        raise SolverError(told("model_refused"))
    path.parent.mkdir(parents=True, exist_ok=True)
    if highs.writeModel(str(path)) == highspy.HighsStatus.kError:
        raise SolverError(told("mps_not_written", file=path.name))


def violations(instance: Instance, point: Floats) -> dict[str, float]:
    """Largest distance of a whole column from a whole number, and of any row or bound from holding (relative).

    Rows count against max(1, sum of their terms' magnitudes), bounds against max(1, bound).
    """
    whole = point[instance.integer]
    activity = instance.matrix @ point
    size = np.maximum(1.0, abs(instance.matrix) @ np.abs(point))
    rows = np.maximum(instance.lower - activity, activity - instance.upper) / size
    low, high = instance.column_lower, instance.column_upper
    below = (low - point) / np.maximum(1.0, np.where(np.isfinite(low), np.abs(low), 1.0))
    above = (point - high) / np.maximum(1.0, np.where(np.isfinite(high), np.abs(high), 1.0))
    return {
        "integrality_violation": float(np.abs(whole - np.round(whole)).max(initial=0.0)),
        "row_violation": float(rows.max(initial=0.0)),
        "bound_violation": float(np.maximum(below, above).max(initial=0.0)),
    }
