"""What decides a result, as one hash: the scenario as resolved, the data, the solver's settings, the model's own code and its packages."""

import hashlib
import importlib.metadata
import json
import platform
from functools import cache
from pathlib import Path

from model.scenario import Scenario, SolverOptions

PACKAGES = ("pyomo", "highspy", "numpy", "pandas", "xarray", "netCDF4")
SPEAKING = ("show", "cli", "catalogue", "live.py", "language.py", "bench")
"""Parts of the model that only speak or measure: a change in them changes no result."""


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages that compute."""
    return {name: importlib.metadata.version(name) for name in PACKAGES} | {"python": platform.python_version()}


@cache
def model_digest() -> str:
    """SHA-256 over the model's source files that may change a result."""
    home = Path(__file__).parent
    found = hashlib.sha256()
    for path in sorted(home.rglob("*.py")):
        place = path.relative_to(home)
        if place.parts[0] not in SPEAKING:
            found.update(place.as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def content_hash(scenario: Scenario, data_digest: str, options: SolverOptions, activity_digest: str = "") -> str:
    """The same for two runs exactly when nothing that decides their result differs."""
    parts = [scenario.canonical(), data_digest, options.model_dump_json(), activity_digest, model_digest(), json.dumps(versions())]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
