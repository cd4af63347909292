"""Pooled HTTP against requests over a WebSocket, on a running Asterisk: requests a second, and waiting behind a slow one.

    python -m benchmarks.ari_transport http://127.0.0.1:8088/ari USER PASSWORD ENDPOINT

ENDPOINT answers at once and stays, such as a Local channel to an extension with Answer and Wait. `mixed` sends pings while one request waits inside Asterisk (`addChannel` on a channel that plays a tone); it tells what a
customer's bridge would feel. The best and worst of three runs in November 2026, Asterisk 22.10.1 on the same two cores, busy with other work as well, Python 3.11, when HTTP
went through aiohttp's client:

    HTTP      1,412 to 1,847 pings/s   268 to 457 short calls/s      7 to 16 ms slowest mixed ping
    WebSocket 3,653 to 5,590 pings/s   241 to 261 short calls/s  1,902 to 1,905 ms slowest mixed ping

The WebSocket is cheaper for each request, but a request that waits holds up all others until it is answered: HTTP it is.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from itertools import count
from time import perf_counter
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import aiohttp
import msgspec

from app.ari.http import HttpTransport
from app.ari.operations import Ari
from app.ari.outcome import value_or
from app.ari.transport import Answer, Lane, Request, Transport

APPLICATION = "benchmark"
REQUESTS = 5_000
AT_ONCE = 32


class WebSocketTransport:
    """One WebSocket, which Asterisk serves one request at a time."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse[bool]) -> None:
        self._socket = socket
        self._waiting: dict[str, asyncio.Future[Answer]] = {}
        self._ids = count(1)

    async def read(self) -> None:
        """Hand answers to those who wait, until cancelled."""
        async for message in self._socket:
            answer = msgspec.json.decode(message.data)
            if answer["type"] == "RESTResponse":
                body = answer.get("message_body", "").encode()
                self._waiting.pop(answer["request_id"]).set_result(Answer(answer["status_code"], body))

    async def send(self, request: Request) -> Answer:
        """Carry out `Transport.send`."""
        number = str(next(self._ids))
        address = urlsplit(request.path)
        query = [{"name": name, "value": value} for name, value in parse_qsl(address.query)]
        content = {
            "type": "RESTRequest",
            "transaction_id": number,
            "request_id": number,
            "method": request.method,
            "uri": address.path.removeprefix("/"),
            "content_type": "application/json",
            "query_strings": query,
            "message_body": (request.body or b"").decode(),
        }
        self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._socket.send_str(msgspec.json.encode(content).decode())
        return await self._waiting[number]


async def rate(one: Callable[[], Awaitable[object]], requests: int) -> float:
    """Return requests a second with AT_ONCE under way."""

    async def worker() -> None:
        for _ in range(requests // AT_ONCE):
            await one()

    began = perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_ONCE):
            tasks.create_task(worker())
    return requests / (perf_counter() - began)


async def slowest_ping(ari: Ari, aside: Ari, endpoint: str) -> float:
    """Return the slowest of two seconds of pings in milliseconds, while an addChannel waits for a tone to be stopped."""
    caller, far, bridge = f"{uuid4().hex}-a", f"{uuid4().hex}-b", uuid4().hex
    await originate(aside, endpoint, caller, far)
    async with asyncio.timeout(5):
        while (
            channel := value_or(await aside.channels.get(channel_id=caller), None)
        ) and channel.state != "Up":
            await asyncio.sleep(0.05)
    await aside.bridges.create_with_id(bridge_id=bridge)
    await aside.channels.play_with_id(channel_id=caller, playback_id=caller, media=["tone:ring"])
    slowest = 0.0

    async def stop() -> None:
        await asyncio.sleep(2)
        await aside.playbacks.stop(playback_id=caller)

    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(
            ari.bridges.add_channel(bridge_id=bridge, channel=[caller], lane=Lane.SLOW)
        )
        tasks.create_task(stop())
        await asyncio.sleep(0.1)
        while not waiting.done():
            began = perf_counter()
            await ari.asterisk.ping()
            slowest = max(slowest, perf_counter() - began)
            await asyncio.sleep(0.01)
    await aside.channels.hangup(channel_id=caller)
    await aside.bridges.destroy(bridge_id=bridge)
    return slowest * 1000


async def originate(ari: Ari, endpoint: str, channel: str, far: str) -> None:
    await ari.channels.originate_with_id(
        channel_id=channel, other_channel_id=far, endpoint=endpoint, app=APPLICATION, formats="slin"
    )


async def measure(name: str, transport: Transport, aside: Ari, endpoint: str) -> None:
    ari = Ari(transport)

    async def short_call() -> None:
        channel = f"{uuid4().hex}-a"
        await originate(ari, endpoint, channel, f"{channel[:-1]}b")
        await ari.channels.hangup(channel_id=channel)

    pings = await rate(ari.asterisk.ping, REQUESTS)
    calls = await rate(short_call, REQUESTS // 5)
    slowest = await slowest_ping(ari, aside, endpoint)
    print(f"{name:9} {pings:6.0f} pings/s {calls:6.0f} short calls/s {slowest:8.1f} ms slowest mixed ping")


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("url", "user", "password", "endpoint"):
        parser.add_argument(name)
    options = parser.parse_args()
    login = {"Authorization": aiohttp.encode_basic_auth(options.user, options.password)}
    async with (
        HttpTransport(options.url, options.user, options.password) as http,
        aiohttp.ClientSession(headers=login) as session,
        session.ws_connect(f"{options.url}/events", params={"app": APPLICATION}) as socket,
        asyncio.TaskGroup() as tasks,
    ):
        webs = WebSocketTransport(socket)
        reader = tasks.create_task(webs.read())
        aside = Ari(http)
        await measure("HTTP", http, aside, options.endpoint)
        await measure("WebSocket", webs, aside, options.endpoint)
        reader.cancel()


if __name__ == "__main__":
    asyncio.run(main())
