"""For machines that watch the program: /metrics, /healthz and /readyz. None of them needs the token or tells a secret."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from app.console.told import READY_PATH, Readiness


@dataclass(frozen=True, slots=True)
class Watch:
    """What there is to watch: the metrics with their content type, and by name what must be well to take calls.

    `clock_believed` is of no matter to callers: only campaigns wait for it. `metrics` is called in another thread, so that a scrape never holds up the event loop.
    """

    metrics: Callable[[], tuple[bytes, str]]
    checks: Mapping[str, Callable[[], bool]]
    clock_believed: Callable[[], bool]


def add_health(app: web.Application, watch: Watch) -> None:
    """Serve the three."""

    async def metrics(_request: web.Request) -> web.Response:
        text, content_type = await asyncio.to_thread(watch.metrics)
        return web.Response(body=text, headers={"Content-Type": content_type})

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"alive": True})

    async def readyz(_request: web.Request) -> web.Response:
        checks = {name: check() for name, check in watch.checks.items()}
        told = Readiness(ready=all(checks.values()), checks=checks, clock_believed=watch.clock_believed())
        return web.json_response(text=told.model_dump_json(), status=200 if told.ready else 503)

    app.router.add_get("/metrics", metrics)
    app.router.add_get("/healthz", healthz)
    app.router.add_get(READY_PATH, readyz)
