"""The results of a folder from their manifests alone: a thousand are listed without reading one."""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from model.folders import Folders
from model.language import clean
from model.store import stored_names

MOST_BYTES = 1_000_000
"""A larger manifest is not read."""


def list_results(folders: Folders) -> list[dict[str, Any]]:
    """Name, data folder, time and status of every stored result; what cannot be read says so and is refused when it is opened."""
    return [_entry(folders.results / f"{name}.json", _stamp(folders.results / f"{name}.json")) | {"name": name}
            for name in stored_names(folders.results)]  # fmt: skip


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


@lru_cache(maxsize=5000)
def _entry(path: Path, stamp: tuple[int, int]) -> dict[str, Any]:
    """What the manifest says, read once per state of its file."""
    unknown = {"data": "", "finished": "", "state": "unreadable"}
    if not 0 < stamp[1] < MOST_BYTES:
        return unknown
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        return {
            "data": clean(str(manifest["data"])), "finished": clean(str(manifest["finished"])),
            "state": "optimal" if manifest["optimal"] is True else "limit",
        }  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return unknown
