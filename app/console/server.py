"""The HTTP server: the API, what watches the program, and the first page."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache

from aiohttp import web

from app.console.api import MOST_BYTES, OPERATIONS, add_api, token_guard
from app.console.health import Watch, add_health
from app.console.openapi import Json, describe
from app.console.page import add_page
from app.console.problems import problems
from app.console.routes import DESCRIPTION_PATH
from app.control import Control

_DRAIN_SECONDS = 3.0
_IDLE_SECONDS = 75.0


class AddressTaken(Exception):
    """The server cannot listen where it should; the text says what to do."""


def make_app(control: Control, token: str, watch: Watch) -> web.Application:
    """Put the server together. `token` is what the API asks for."""
    app = web.Application(middlewares=[problems, token_guard(token)], client_max_size=MOST_BYTES)

    # A quarter of a second of computing: a start does not wait for it, and calls do not when somebody asks.
    @cache
    def description() -> Json:
        return describe(OPERATIONS)

    async def openapi(_request: web.Request) -> web.Response:
        return web.json_response(await asyncio.to_thread(description))

    app.router.add_get(DESCRIPTION_PATH, openapi)
    add_api(app, control)
    add_health(app, watch)
    add_page(app)
    app.on_response_prepare.append(_harden)
    return app


@contextmanager
def reserved(host: str, port: int) -> Iterator[socket.socket]:
    """Hold the address: done before a program takes charge of anything, so that a second one stops here.

    Port 0 takes any free one. Raises AddressTaken.
    """
    try:
        bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise AddressTaken(
            f"cannot listen on {host} port {port} ({error.strerror}): end the program that does, "
            "or set DEALERLIJN_HTTP_HOST and DEALERLIJN_HTTP_PORT"
        ) from error
    with bound:
        yield bound


@asynccontextmanager
async def serve(app: web.Application, bound: socket.socket) -> AsyncIterator[str]:
    """Answer on a reserved address until the block is left; gives the address. Requests under way get a short time to end."""
    # No access log: a request's query may hold what a log must not.
    runner = web.AppRunner(
        app,
        access_log=None,
        keepalive_timeout=_IDLE_SECONDS,
        auto_decompress=False,
        shutdown_timeout=_DRAIN_SECONDS,
    )
    await runner.setup()
    try:
        await web.SockSite(runner, bound).start()
        host, port = bound.getsockname()[:2]
        yield f"http://{f'[{host}]' if ':' in host else host}:{port}"
    finally:
        await runner.cleanup()


async def _harden(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
