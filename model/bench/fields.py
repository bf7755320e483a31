"""What is recorded of a run: our name, the solver benchmark community's column, unit, and the names in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One recorded quantity; ``column`` is its header in the table; texts have no unit."""

    name: str
    column: str
    unit: str | None
    en: str
    zh: str


FIELDS = (
    Field("solver_version", "Solver Version", None, "version of the solver", "求解器版本"),
    Field("status", "Status", None, "ok, TO (limit reached), warning or ER (failed)", "状态：ok、TO（到限）、warning 或 ER（失败）"),
    Field("termination_condition", "Termination Condition", None, "why the solver ended", "终止原因"),
    Field("runtime", "Runtime (s)", "s", "time of the call to the solver", "求解调用耗时"),
    Field("memory", "Memory Usage (MB)", "MB", "peak memory of the process, solver included", "进程内存峰值（含求解器）"),
    Field("objective", "Objective Value", "1", "objective value", "目标值"),
    Field("integrality_violation", "Max Integrality Violation", "1", "largest distance of a whole column from whole", "最大整数性偏差"),
    Field("gap", "Duality Gap", "1", "|objective - bound| / |objective|", "对偶间隙"),
    Field("reported_runtime", "Reported Runtime (s)", "s", "time that the solver reports", "求解器自报耗时"),
    Field("bound", "Bound", "1", "proven bound of the objective", "已证明的目标界"),
    Field("row_violation", "Max Row Violation", "1", "largest relative violation of a row", "约束最大相对违约"),
    Field("bound_violation", "Max Bound Violation", "1", "largest relative violation of a bound", "变量界最大相对违约"),
    Field("examiner_violation", "Examiner Violation", "1", "largest violation found by the examiner", "独立核验的最大违约"),
    Field("nodes", "Nodes", "1", "nodes of branch and bound", "分支定界节点数"),
    Field("simplex_iterations", "Simplex Iterations", "1", "iterations of the simplex method", "单纯形迭代次数"),
    Field("other_iterations", "Other Iterations", "1", "iterations of interior point, crossover and PDLP", "内点、交叉与 PDLP 迭代次数"),
    Field("wall", "Wall (s)", "s", "time from reading to checking", "从读取到核验的总耗时"),
    Field("cpu", "CPU (s)", "s", "processor time", "处理器时间"),
    Field("read_seconds", "Read (s)", "s", "reading and checking files", "读取与检查耗时"),
    Field("problem_seconds", "Problem (s)", "s", "assembling the problem", "组装问题耗时"),
    Field("build_seconds", "Build (s)", "s", "declaring the model", "声明模型耗时"),
    Field("compile_seconds", "Compile (s)", "s", "compiling the matrix", "生成矩阵耗时"),
    Field("handover_seconds", "Hand-over (s)", "s", "handing the matrix to the solver", "交给求解器耗时"),
    Field("solve_seconds", "Solve (s)", "s", "solving", "求解耗时"),
    Field("certify_seconds", "Certify (s)", "s", "checking the answer", "核验耗时"),
    Field("rows", "Rows", "1", "rows", "行数"),
    Field("columns", "Columns", "1", "columns", "列数"),
    Field("nonzeros", "Nonzeros", "1", "non-zero coefficients", "非零元数"),
    Field("integers", "Integers", "1", "whole columns", "整数列数"),
    Field("pyomo_version", "Pyomo Version", None, "version of Pyomo", "Pyomo 版本"),
    Field("message", "Message", None, "what went wrong", "出错说明"),
)
TEXTS = tuple(field.name for field in FIELDS if field.unit is None)
FIRST = ("Benchmark", "Size", "Solver", "Solver Version", "Solver Release Year", "Status", "Termination Condition", "Runtime (s)",
         "Memory Usage (MB)", "Objective Value", "Max Integrality Violation", "Duality Gap", "Reported Runtime (s)", "Timeout",
         "Hostname", "Run ID", "Timestamp", "VM Instance Type", "VM Zone", "Solver benchmark version")  # fmt: skip
"""Columns of the community's table (open-energy-benchmarks), in its order."""
OWN = ("Seed", "Repeat", "Gap Asked", "Relaxed", *(field.column for field in FIELDS if field.column not in FIRST))
COLUMNS = (*FIRST, *OWN)
RELEASED = {
    ("highs", "1.15"): 2026, ("highs", "1.16"): 2026, ("cbc", "2.10.8"): 2022, ("glpk", "5.0"): 2020,
}  # fmt: skip
"""Release years of versions that were looked up; others stay empty."""


def release_year(solver: str, version: str) -> int | None:
    """Year of a solver's version, where known."""
    found = [year for (name, start), year in RELEASED.items() if name == solver and f"{version}.".startswith(f"{start}.")]
    return found[0] if found else None
