"""Seconds, processor seconds and peak memory of each step of this process; the machine it runs on."""

import os
import platform
import resource
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

PROC = Path("/proc/self")
MEGABYTE = 1000.0
"""Kilobytes in a megabyte, as the solver benchmark community counts."""


def _peak() -> float:
    """Peak resident memory of this process in MB: Linux' own mark where there is one, which a parent's size cannot raise."""
    with suppress(OSError, ValueError, IndexError):
        for line in (PROC / "status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / MEGABYTE
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def _forget() -> None:
    """Start the mark of peak memory anew where the system allows it; else a step's peak is the peak so far."""
    with suppress(OSError):
        (PROC / "clear_refs").write_text("5", encoding="ascii")


@dataclass
class Meter:
    """What each step took."""

    seconds: dict[str, float] = field(default_factory=dict)
    processor: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Measure one step; the same name adds up."""
        _forget()
        started, used = time.perf_counter(), time.process_time()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started
            self.processor[name] = self.processor.get(name, 0.0) + time.process_time() - used
            self.memory[name] = max(self.memory.get(name, 0.0), _peak())

    def peak(self) -> float:
        """Largest peak of all steps, of the solver's own process too, in MB."""
        other = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / MEGABYTE
        return max([other, _peak(), *self.memory.values()])


def processor_seconds() -> float:
    """Processor time of this process and its finished children."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def machine() -> dict[str, str]:
    """Host, processor, cores, system, Python; the cloud's name of the machine where the environment gives one."""
    model = platform.processor() or platform.machine()
    with suppress(OSError):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    described = f"{model}, {os.cpu_count()} cores, {platform.machine()}"
    return {
        "hostname": platform.node(),
        "vm_instance_type": os.environ.get("VM_INSTANCE_TYPE", described),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }
