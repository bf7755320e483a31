"""Starting and ending the server: loopback only, a new token at every start, an end at Ctrl-C."""

import signal
import socket
from collections.abc import Sequence
from dataclasses import dataclass, field

import uvicorn

from model.errors import Fault, InputError
from model.explorer.app import application
from model.explorer.guard import Guard, new_token
from model.explorer.holder import Explorer, first_choice
from model.explorer.jobs import Limits
from model.folders import Folders
from model.language import Language, told
from model.runner import read_checked
from model.scenario import read_scenario
from model.store import load

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Settings:
    """How the server runs.

    Attributes:
        names: Results to open first; none: the plan and the newest others.
        language: Language to begin with; ``None``: the browser's.
        port: Port; 0 takes a free one.
        limits: What solves may take.
    """

    names: Sequence[str] = ()
    language: Language | None = None
    port: int = 0
    limits: Limits = field(default_factory=Limits)


@dataclass
class Service:
    """A server that is ready to run: its address with the token, and what to run."""

    address: str
    server: uvicorn.Server
    socket: socket.socket
    explorer: Explorer


def _bound(port: int) -> socket.socket:
    """A socket on loopback. Raises ``InputError`` where the port is taken."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((LOOPBACK, port))
        bound.listen(128)  # a browser that is faster than the server waits instead of being refused
    except OSError as error:
        bound.close()
        raise InputError([Fault("--port", told("explore_no_port", port=port, reason=error.strerror))]) from error
    return bound


def _province(folders: Folders, names: Sequence[str]) -> str:
    """The data folder that the page is about: that of the first result named, or of the plan."""
    if names:
        return str(load(folders.results, names[0]).manifest["data"])
    return read_scenario(folders.scenario("plan")).data


def open_service(folders: Folders, settings: Settings) -> Service:
    """Read the data, bind the port, and make the page. Raises ``InputError`` or ``ResultError`` where that cannot be."""
    tables = read_checked(folders.province(_province(folders, settings.names)))
    chosen = first_choice(folders, settings.names, tables.folder.name)
    bound = _bound(settings.port)
    port, token = int(bound.getsockname()[1]), new_token()
    explorer = Explorer(folders, tables, settings.limits, chosen, settings.language)
    config = uvicorn.Config(
        Guard(application(explorer), token, port), log_level="critical", access_log=False, server_header=False, date_header=False,
        timeout_graceful_shutdown=2, limit_concurrency=200, lifespan="on", ws="none", h11_max_incomplete_event_size=16_384,
    )  # fmt: skip
    return Service(f"http://{LOOPBACK}:{port}/{token}/", uvicorn.Server(config), bound, explorer)


def serve(service: Service) -> None:
    """Answer until Ctrl-C, or until the system asks for an end, which is made in the same way."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        service.server.run(sockets=[service.socket])
    finally:
        service.explorer.close()
        service.socket.close()
