"""Who may ask: only a page of this server, with the token of this start, on this machine. Everybody else gets no answer of substance."""

import hmac
import secrets
from contextlib import suppress
from typing import Any

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_BYTES = 500_000
"""Largest body of a request: the table of a view that becomes a workbook."""
HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Sent with every answer; the page has its own, wider content policy."""


def new_token() -> str:
    """A token that nobody guesses: 256 random bits as text for an address."""
    return secrets.token_urlsafe(32)


class _TooLarge(Exception):  # noqa: N818 (not an error of the program: an answer)
    """The body went over its limit while it was read."""


class Guard:
    """Wraps an application: checks host, origin, token and size of every request, and completes the headers of every answer.

    The token is the first part of the path, so that relative addresses and event streams carry it; the application sees the rest.
    The host is checked because a foreign name may be made to point to this machine.
    """

    def __init__(self, app: ASGIApp, token: str, port: int) -> None:
        self.app, self.token = app, token.encode()
        self.hosts = {f"{name}:{port}" for name in ("127.0.0.1", "localhost")}

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str] | None:
        """Why a request is refused: status and reason."""
        if headers.get("host", "") not in self.hosts:
            return 421, "unknown host"
        if headers.get("origin", "null") not in {"null", *(f"http://{host}" for host in self.hosts)}:
            return 403, "foreign origin"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return 403, "foreign origin"
        given = str(scope["path"]).split("/", 2)[1:2]
        if not hmac.compare_digest(given[0].encode() if given else b"", self.token):
            return 403, "no valid token: open the address that 'explore' printed"
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MOST_BYTES:
            return 413, f"larger than {MOST_BYTES} bytes"
        return None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or refuse it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        started, read = False, 0

        async def answered(message: Message) -> None:
            nonlocal started
            if read > MOST_BYTES and not started:
                return  # what the application makes of a body cut short is of no interest
            if message["type"] == "http.response.start":
                started = True
                own = {name.decode("latin-1").lower() for name, _ in message["headers"]}
                more = [(name.encode(), value.encode()) for name, value in HEADERS.items() if name not in own]
                message = {**message, "headers": [*message["headers"], *more]}
            await send(message)

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MOST_BYTES:
                raise _TooLarge
            return message

        refusal = self._refusal(scope, headers)
        if refusal is None:
            rest = "/" + "".join(str(scope["path"]).split("/", 2)[2:])
            inner: dict[str, Any] = {**scope, "path": rest, "raw_path": rest.encode()}
            with suppress(_TooLarge):
                await self.app(inner, counted, answered)
            if read > MOST_BYTES:
                read, refusal = 0, (413, f"larger than {MOST_BYTES} bytes")
        if refusal is not None and not started:
            await JSONResponse({"reasons": [[refusal[1], refusal[1]]]}, refusal[0])(scope, receive, answered)
