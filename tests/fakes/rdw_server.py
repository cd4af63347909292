"""The RDW's open data, as far as we ask it, with made-up vehicles, and with the faults a test wants."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer

from app.settings import RdwAccess

PATH = "/resource/m9d7-ebf2.json"
Fault = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(slots=True)
class FakeRdw:
    """The server. `faults` are answered first, one a question; an endless one is `always`."""

    vehicles: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    always: Fault | None = None
    asked: list[list[str]] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    def register(self, plate: str, apk: str | None = "20260612", **facts: str) -> None:
        """Let a vehicle exist; without `apk` it has no duty of inspection."""
        dates = {} if apk is None else {"vervaldatum_apk": apk}
        self.vehicles[plate] = {
            "kenteken": plate,
            "merk": "PROEF",
            "handelsbenaming": "MODEL",
            **dates,
            **facts,
        }

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One question."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            self.tokens.append(request.headers.get("X-App-Token"))
            plates = re.findall("'([A-Z0-9]+)'", request.query["$where"])
            assert (
                request.query["$where"] == "kenteken in(" + ",".join(f"'{plate}'" for plate in plates) + ")"
            )
            self.asked.append(plates)
            await asyncio.sleep(0)
            if self.faults:
                return await self.faults.pop(0)(request)
            if self.always is not None:
                return await self.always(request)
            columns = request.query["$select"].split(",")
            found = [self.vehicles[plate] for plate in plates if plate in self.vehicles]
            rows = [{key: row[key] for key in columns if key in row} for row in found]
            return web.json_response(rows[: int(request.query.get("$limit", "1000"))])
        finally:
            self.at_once -= 1


@asynccontextmanager
async def serving(fake: FakeRdw) -> AsyncIterator[RdwAccess]:
    """Let it listen on a free port of loopback."""
    app = web.Application()
    app.router.add_get(PATH, fake.answer)
    async with TestServer(app) as server:
        yield RdwAccess(str(server.make_url(PATH)))


def status(code: int, **headers: str) -> Fault:
    """A refusal as the open-data server writes it."""

    async def fault(_request: web.Request) -> web.StreamResponse:
        body = {"code": "a.code", "error": True, "message": "a message"}
        return web.json_response(
            body, status=code, headers={k.replace("_", "-"): v for k, v in headers.items()}
        )

    return fault


def says(body: str | list[object]) -> Fault:
    """Any text as an answer."""

    async def fault(_request: web.Request) -> web.StreamResponse:
        text = body if isinstance(body, str) else json.dumps(body)
        return web.Response(text=text, content_type="application/json")

    return fault


async def half_an_answer(request: web.Request) -> web.StreamResponse:
    """Break off in the middle."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'[{"kenteken":')
    assert request.transport is not None
    request.transport.close()
    return response


async def silence(_request: web.Request) -> web.StreamResponse:
    """Say nothing for longer than anybody waits."""
    await asyncio.sleep(60)
    raise AssertionError("nobody should have waited so long")
