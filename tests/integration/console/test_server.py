import asyncio
import threading
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web

from app.console import agents
from app.console.client import open_client
from app.console.errors import ApiRefused, ApiUnreachable
from app.console.health import Watch, add_health
from app.console.server import AddressTaken
from app.settings import ApiAccess
from tests.integration.console.bed import Bed
from tests.integration.console.listening import listening
from tests.ports import free_port

TOKEN = "x" * 24


async def test_the_metrics_are_told_as_they_come(bed: Bed) -> None:
    async with aiohttp.ClientSession(bed.url) as session, session.get("/metrics") as response:
        assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert await response.text() == "dealerlijn_agents 1\n"


async def test_the_metrics_are_made_in_another_thread_than_the_event_loops() -> None:
    makers: list[threading.Thread] = []

    def made() -> tuple[bytes, str]:
        makers.append(threading.current_thread())
        return b"", "text/plain"

    app = web.Application()
    add_health(app, Watch(made, {}, lambda: True))
    async with (
        listening(app, "127.0.0.1", free_port()) as url,
        aiohttp.ClientSession(url) as session,
        session.get("/metrics") as response,
    ):
        assert response.status == 200

    assert len(makers) == 1
    assert makers != [threading.current_thread()]


async def test_readiness_says_which_check_fails(bed: Bed) -> None:
    bed.checks["ari"] = False

    async with aiohttp.ClientSession(bed.url) as session, session.get("/readyz") as response:
        told = await response.json()

    assert response.status == 503
    assert told == {"ready": False, "checks": {"ari": False, "database": True}, "clock_believed": True}


async def test_a_clock_in_doubt_is_told_and_keeps_no_caller_away(bed: Bed) -> None:
    bed.clock_believed = False

    async with aiohttp.ClientSession(bed.url) as session, session.get("/readyz") as response:
        told = await response.json()

    assert response.status == 200
    assert (told["ready"], told["clock_believed"]) == (True, False)


async def test_the_process_is_alive_even_when_it_is_not_ready(bed: Bed) -> None:
    bed.checks.update(ari=False, database=False)

    async with aiohttp.ClientSession(bed.url) as session, session.get("/healthz") as response:
        assert response.status == 200


async def test_the_first_page_is_dutch_and_may_load_nothing_from_elsewhere(bed: Bed) -> None:
    async with aiohttp.ClientSession(bed.url) as session, session.get("/") as response:
        text = await response.text()

    assert '<html lang="nl">' in text
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_taken_port_is_told_with_its_remedy(bed: Bed) -> None:
    port = int(bed.url.rpartition(":")[2])

    with pytest.raises(AddressTaken, match="DEALERLIJN_HTTP_PORT"):
        async with listening(web.Application(), "127.0.0.1", port):
            pass


async def test_a_request_under_way_is_finished_when_the_server_closes() -> None:
    begun = asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        begun.set()
        await asyncio.sleep(0.1)
        return web.Response(text="done")

    async def ask(url: str) -> str:
        async with aiohttp.ClientSession(url) as session, session.get("/") as response:
            return await response.text()

    app = web.Application()
    app.router.add_get("/", slow)
    async with asyncio.TaskGroup() as group, listening(app, "127.0.0.1", free_port()) as url:
        answer = group.create_task(ask(url))
        await begun.wait()

    assert answer.result() == "done"


async def test_a_client_without_a_server_says_how_to_start_it() -> None:
    async with open_client(ApiAccess(f"http://127.0.0.1:{free_port()}", TOKEN), "test") as client:
        with pytest.raises(ApiUnreachable, match="dealerlijn serve"):
            await client.ask(agents.LIST_AGENTS)


async def test_a_client_with_a_wrong_token_says_so(bed: Bed) -> None:
    async with open_client(replace(bed.access, token=TOKEN), "test") as client:
        with pytest.raises(ApiRefused, match="token is missing or wrong"):
            await client.ask(agents.LIST_AGENTS)


async def test_a_client_is_not_fooled_by_another_server() -> None:
    async def other(_request: web.Request) -> web.Response:
        return web.Response(text="<html>hello</html>")

    app = web.Application()
    app.router.add_get("/api/v1/agents", other)
    async with (
        listening(app, "127.0.0.1", free_port()) as url,
        open_client(ApiAccess(url, TOKEN), "t") as client,
    ):
        with pytest.raises(ApiUnreachable, match="something else"):
            await client.ask(agents.LIST_AGENTS)
