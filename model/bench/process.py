"""Child processes: a job goes in as a file, a record comes out as a file, and whatever happens is a record."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from model.errors import Fault, InputError, PathwayError
from model.language import recalled, told

HOME = Path(__file__).resolve().parents[2]
PATIENCE = 1800.0
"""Seconds that reading, building and checking may take beside the solver's own limit."""


def call(job: dict[str, Any], patience: float = PATIENCE) -> dict[str, Any]:
    """Do a job in a process of its own; a crash or a process past its time becomes a record with ``error``."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        task, record = Path(folder) / "job.json", Path(folder) / "record.json"
        task.write_text(json.dumps(job), encoding="utf-8")
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, [str(HOME), os.environ.get("PYTHONPATH", "")]))}
        child = subprocess.Popen(  # noqa: S603 - our own interpreter on our own module
            [sys.executable, "-m", "model.bench.child", str(task), str(record)], env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        try:
            _, told = child.communicate(timeout=3 * float(job["time_limit"]) + patience)
        except subprocess.TimeoutExpired:
            _stop(child)
            return {"error": "stopped: far past its time limit", "kind": "stopped"}
        except BaseException:
            _stop(child)
            raise
        if not record.is_file():
            said = [line for line in told.splitlines() if re.match(r"[\w.]+(Error|Exception|Interrupt)\b", line)]
            return {"error": (said[-1] if said else f"the process ended with {child.returncode}")[:500], "kind": "crash"}
        found: dict[str, Any] = json.loads(record.read_text(encoding="utf-8"))
        return found


def _stop(child: "subprocess.Popen[str]") -> None:
    """End a child and the solver that it may have started."""
    with suppress(OSError):
        os.killpg(child.pid, signal.SIGKILL)
    child.communicate()


def sound(record: dict[str, Any], what: str) -> dict[str, Any]:
    """A record without error; else raises what the child met."""
    if "error" not in record:
        return record
    if record["kind"] == "input":
        raise InputError([Fault(file, recalled(message), row, column) for file, message, row, column in record["faults"]])
    if record["kind"] == "crash":
        raise InputError([Fault(what, told("cannot_be_opened", why=record["error"]))])
    error = PathwayError(told("about", subject=what, why=recalled(record.get("told", record["error"]))))
    error.exit_code = int(record.get("code", 5))
    raise error
