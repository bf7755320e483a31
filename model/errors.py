"""Errors that a user can act on. Each says where, what was found, what is allowed and what to do."""

from dataclasses import dataclass, field

from model.language import Told, told, told_all


@dataclass(frozen=True)
class Fault:
    """One fault of an input: file, row (as a spreadsheet counts, header = 1), column, and what is wrong."""

    file: str
    message: Told
    row: int | None = None
    column: str | None = None

    @property
    def told(self) -> Told:
        """Place and message in one text."""
        file = told("fault_scenario") if self.file == "scenario" else self.file
        if self.row and self.column:
            return told("fault_row_column", file=file, row=self.row, column=self.column, message=self.message)
        if self.row:
            return told("fault_row", file=file, row=self.row, message=self.message)
        if self.column:
            return told("fault_column", file=file, column=self.column, message=self.message)
        return told("fault_file", file=file, message=self.message)

    def __str__(self) -> str:
        return str(self.told)


class PathwayError(Exception):
    """Base of every error that a user can cause; ``exit_code`` is what the command line ends with."""

    exit_code = 1

    def __init__(self, message: Told) -> None:
        self.message = message
        super().__init__(message)


class InputError(PathwayError):
    """Faults in data or scenario files, all of them at once."""

    exit_code = 2

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(told_all([fault.told for fault in faults], "told_then_told"))


class InfeasibleError(PathwayError):
    """No plan meets all clauses of the scenario, whose name is ``scenario`` where it is known."""

    exit_code = 3
    scenario = ""


class LimitError(PathwayError):
    """The solver stopped at a limit without any plan."""

    exit_code = 4


class SolverError(PathwayError):
    """The solver failed, or its answer did not pass the examiner."""

    exit_code = 5


class ResultError(PathwayError):
    """A stored result is missing, damaged or without a valid certificate."""

    exit_code = 6


class ReplayError(PathwayError):
    """The data do not reproduce the base year."""

    exit_code = 7


@dataclass
class Faults:
    """Gathers faults of one reading; ``raise_all`` raises them together."""

    found: list[Fault] = field(default_factory=list)

    def add(self, file: str, message: Told, row: int | None = None, column: str | None = None) -> None:
        """Note one fault, once."""
        fault = Fault(file, message, row, column)
        if fault not in self.found:
            self.found.append(fault)

    def raise_all(self) -> None:
        """Raise ``InputError`` with every fault noted so far, if any."""
        if self.found:
            raise InputError(self.found)
