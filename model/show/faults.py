"""Faults of an input, at most so many at once."""

from model.errors import InputError
from model.language import Speaker, clean

SHOWN = 40


def fault_lines(error: InputError, say: Speaker) -> list[str]:
    """One line per fault: file, row, column, what is wrong."""
    lines = [say("faults", count=len(error.faults))]
    lines += [f"  {clean(say.told(fault.told))}" for fault in error.faults[:SHOWN]]
    if len(error.faults) > SHOWN:
        lines.append(say("more_faults", count=len(error.faults) - SHOWN))
    return lines
