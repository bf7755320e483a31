"""The application behind the live page: what may be asked, and what is answered. The guard stands before it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from model.errors import Fault, InputError, PathwayError, ResultError
from model.explorer.drafts import asked_settings, tidy
from model.explorer.fields import ROWS, lever_form
from model.explorer.holder import Explorer
from model.explorer.jobs import LIVE
from model.explorer.listing import list_results
from model.explorer.reading import Answer
from model.explorer.wording import reasons_of
from model.language import clean, told
from model.names import NAME
from model.scenario import read_scenario
from model.sheets.view import view_book

PULSE = 0.3
"""Seconds between two looks for news of jobs."""
MOST_LISTENERS = 60
"""Event streams at the same time."""

Handler = Callable[[Explorer, Request], Awaitable[Response]]


async def page(explorer: Explorer, request: Request) -> Response:
    """The page itself; its content policy stands in it, the hashes of its scripts included."""
    text = await run_in_threadpool(lambda: explorer.page)
    return HTMLResponse(text, headers={"content-security-policy": "frame-ancestors 'none'"})


async def results(explorer: Explorer, request: Request) -> Response:
    """Every stored result, from the manifests alone, and the scenarios from which one may start."""
    found = await run_in_threadpool(list_results, explorer.project)
    scenarios = sorted(file.stem for file in explorer.project.scenarios.glob("*.yaml") if NAME.fullmatch(file.stem))
    return JSONResponse({"province": explorer.tables.folder.name, "results": found, "scenarios": scenarios} | explorer.state())


async def figures(explorer: Explorer, request: Request) -> Response:
    """One result as the page shows it, examined anew."""
    name = request.path_params["name"]
    return _drawn(await explorer.reader.figures((explorer.root_of(name), name)))


async def between(explorer: Explorer, request: Request) -> Response:
    """The difference of two results by cause."""
    names = [request.query_params.get(key, "") for key in ("first", "other")]
    return _drawn(await explorer.reader.figures(*[(explorer.root_of(name), name) for name in names]))


def _drawn(answer: Answer) -> Response:
    return Response(answer, media_type="application/json") if isinstance(answer, bytes) else _refused(answer)


def _refused(reasons: list[list[str]]) -> Response:
    """What the model refuses is an answer too: status 200, and why."""
    return JSONResponse({"reasons": reasons})


async def fields(explorer: Explorer, request: Request) -> Response:
    """The lever form for a scenario of the project."""
    path = explorer.project.scenario(request.query_params.get("base", "plan"))
    scenario = await run_in_threadpool(read_scenario, path)
    if scenario.data != explorer.tables.folder.name:
        raise ResultError(told("explore_no_data", found=scenario.data, here=explorer.tables.folder.name))
    return JSONResponse(await run_in_threadpool(lever_form, explorer.tables, scenario))


async def facts(explorer: Explorer, request: Request) -> Response:
    """Facts that a search finds."""
    asked = request.query_params
    found = explorer.facts.found(
        asked.get("q", "")[:200], subject=asked.get("subject", ""), grade=asked.get("grade", ""),
        offset=_whole(asked.get("offset", ""), 0), size=_whole(asked.get("size", ""), ROWS),
    )  # fmt: skip
    return JSONResponse(found)


def _whole(text: str, instead: int) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else instead


async def try_out(explorer: Explorer, request: Request) -> Response:
    """Solve a scenario with other settings."""
    body = await _body(request)
    settings, base = asked_settings(body.get("settings", {})), str(body.get("base", "plan"))
    explorer.project.scenario(base)
    number = len(explorer.drafts) + 1
    draft = await run_in_threadpool(explorer.try_out, base, settings, _title(body, f"试算 {number}", f"Trial {number}"))
    return JSONResponse({"name": draft.name}, 202)


def _title(body: dict[str, Any], zh: str, en: str) -> tuple[str, str]:
    """A title in both languages: a pair, or one text for both; where it says nothing, what is given."""
    title = body.get("title")
    words = title if isinstance(title, list) and len(title) == 2 else [title, title]
    return tidy(words[0], zh), tidy(words[1], en)


async def why(explorer: Explorer, request: Request) -> Response:
    """Ask why a line does what it does in a result."""
    body = await _body(request)
    line = str(body.get("line", ""))
    explorer.why(request.path_params["name"], line, _title(body, line, line))
    return JSONResponse(explorer.state())


async def point(explorer: Explorer, request: Request) -> Response:
    """Open the plan of a point of a result's trade-off."""
    body, name = await _body(request), request.path_params["name"]
    axis, place = body.get("axis"), body.get("place")
    if axis not in ("cost", "output") or not isinstance(place, int):
        raise ResultError(told("explore_no_front", name=clean(name)))
    number = place + 1
    draft = await run_in_threadpool(explorer.open_point, name, (axis, place), _title(body, f"第 {number} 点", f"Point {number}"))
    return JSONResponse({"name": draft.name}, 202)


async def cancel(explorer: Explorer, request: Request) -> Response:
    """Stop a solve."""
    explorer.cancel(request.path_params["name"])
    return JSONResponse(explorer.state())


async def explain(explorer: Explorer, request: Request) -> Response:
    """Find out why there is no plan."""
    explorer.explain(request.path_params["name"])
    return JSONResponse(explorer.state())


async def repair(explorer: Explorer, request: Request) -> Response:
    """Solve again with a repair."""
    number = (await _body(request)).get("number")
    draft = await run_in_threadpool(explorer.repair, request.path_params["name"], number if isinstance(number, int) else -1)
    return JSONResponse({"name": draft.name}, 202)


async def discard(explorer: Explorer, request: Request) -> Response:
    """Throw a draft away."""
    await run_in_threadpool(explorer.discard, request.path_params["name"])
    return JSONResponse(explorer.state())


async def keep(explorer: Explorer, request: Request) -> Response:
    """Save a solved draft as a scenario of the project, with its result."""
    draft = explorer.draft(request.path_params["name"])
    body = await _body(request)
    name, title = str(body.get("name", "")), body.get("title")
    words = (tidy(title, draft.title[0]), tidy(title, draft.title[1]))
    file = await run_in_threadpool(explorer.workspace.keep, draft, name, words)
    return JSONResponse({"name": name, "file": f"{file.parent.name}/{file.name}"}, 201)


async def book(explorer: Explorer, request: Request) -> Response:
    """A view's table as a workbook."""
    content = await run_in_threadpool(view_book, await _body(request))
    return Response(content, media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")


async def _body(request: Request) -> dict[str, Any]:
    try:
        content = json.loads(await request.body())
    except (ValueError, RecursionError) as error:
        raise InputError([Fault("request", told("explore_no_json"))]) from error
    if not isinstance(content, dict):
        raise InputError([Fault("request", told("explore_no_mapping"))])
    return content


async def events(explorer: Explorer, request: Request) -> Response:
    """News of jobs as a stream, until none is under way any more."""
    if explorer.listeners >= MOST_LISTENERS:
        raise InputError([Fault("events", told("explore_many_pages"))])

    async def stream() -> AsyncIterator[str]:
        explorer.listeners += 1
        try:
            seen = -1
            while True:
                if explorer.queue.version != seen:
                    seen = explorer.queue.version
                    state = explorer.state()
                    yield f"data: {json.dumps(state)}\n\n"
                    if not any(job["state"] in LIVE for job in state["jobs"]):
                        yield "event: quiet\ndata: {}\n\n"
                        return
                await asyncio.sleep(PULSE)
        finally:
            explorer.listeners -= 1

    return StreamingResponse(stream(), media_type="text/event-stream")


ROUTES: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/", page), ("GET", "/results", results), ("GET", "/results/{name}", figures), ("GET", "/between", between),
    ("GET", "/fields", fields), ("GET", "/facts", facts), ("GET", "/events", events), ("POST", "/book", book), ("POST", "/trials", try_out),
    ("POST", "/trials/{name}/cancel", cancel), ("POST", "/trials/{name}/discard", discard),
    ("POST", "/trials/{name}/explain", explain), ("POST", "/trials/{name}/repair", repair),
    ("POST", "/trials/{name}/keep", keep), ("POST", "/results/{name}/why", why), ("POST", "/results/{name}/point", point),
)  # fmt: skip


def application(explorer: Explorer) -> Starlette:
    """All routes; a user's mistake is answered with its reasons."""

    def route(method: str, path: str, handler: Handler) -> Route:
        async def answer(request: Request) -> Response:
            try:
                return await handler(explorer, request)
            except PathwayError as error:
                return _refused(reasons_of(error))

        return Route(path, answer, methods=[method])

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        ready = asyncio.create_task(explorer.prepare())
        yield
        ready.cancel()
        await run_in_threadpool(explorer.close)

    made = Starlette(routes=[route(*entry) for entry in ROUTES], lifespan=lifespan)
    made.router.redirect_slashes = False
    return made
