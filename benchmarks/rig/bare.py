"""The bare ARI client that the controller is compared with: no sessions, no database, no choice, nothing kept.

    python -m benchmarks.rig.bare '{"url": ..., "user": ..., "password": ..., "agents": [...], "open_lines": false, "rate": 0}'

Inbound: answer, one prompt, ring the next agent, bridge, and when one side hangs up, hang up the other. With
`open_lines` it rings every agent first, then dials `rate` customers a second into the dialplan and bridges each who answers
to the next agent.
"""

import asyncio
import json
import sys
from itertools import count, cycle
from time import perf_counter
from typing import Any
from uuid import uuid4

import aiohttp
import msgspec

from app.ari.connection import UNWANTED_EVENTS
from benchmarks.rig.stopwatch import Stopwatches
from benchmarks.rig.subject import Report, answer_questions

BRIDGED = "Up to bridged"
WANTED = frozenset({"StasisStart", "ChannelStateChange", "PlaybackFinished", "StasisEnd"})


class Bare:
    """The whole client."""

    def __init__(
        self, session: aiohttp.ClientSession, plan: dict[str, Any], tasks: asyncio.TaskGroup
    ) -> None:
        self._session = session
        self._plan = plan
        self._tasks = tasks
        self._agents = cycle(plan["agents"])
        self._peer: dict[str, str] = {}
        self._bridge: dict[str, str] = {}
        self._lines: list[str] = []
        self._next_line = cycle(self._lines)
        self.watches = Stopwatches()
        self.bridged = 0

    async def post(self, path: str, **query: str) -> bool:
        async with self._session.post(f"{self._plan['url']}{path}", params=query) as response:
            await response.read()
            return response.status < 300

    async def delete(self, path: str) -> None:
        async with self._session.delete(f"{self._plan['url']}{path}") as response:
            await response.read()

    async def run(self) -> None:
        """Read events until cancelled; each that matters is handled in a task of its own."""
        url = self._plan["url"]
        unwanted = {"disallowed": [{"type": name} for name in UNWANTED_EVENTS]}
        async with self._session.ws_connect(f"{url}/events", params={"app": "bare"}) as socket:
            async with self._session.put(f"{url}/applications/bare/eventFilter", json=unwanted) as response:
                await response.read()
            async for message in socket:
                event = msgspec.json.decode(message.data)
                if event["type"] in WANTED:
                    self._tasks.create_task(self._handle(event))

    async def _handle(self, event: dict[str, Any]) -> None:
        match event["type"], event.get("channel", {}).get("id", ""):
            case "StasisStart", leg:
                await self._started(leg, event["args"])
            case "ChannelStateChange", leg if event["channel"]["state"] == "Up":
                self.watches.begin(BRIDGED, leg)
            case "PlaybackFinished", _:
                await self._ring(event["playback"]["target_uri"].removeprefix("channel:"))
            case "StasisEnd", leg:
                await self._over(leg)
            case _:
                pass

    async def _started(self, leg: str, args: list[str]) -> None:
        match args:
            case ["in"]:
                await self.post(f"/channels/{leg}/answer")
                await self.post(f"/channels/{leg}/play", media="sound:dealerlijn/welcome")
            case ["offered"] if leg in self._peer:
                bridge, both = uuid4().hex, f"{self._peer[leg]},{leg}"
                self._bridge[leg] = bridge
                await self.post(f"/bridges/{bridge}", type="mixing")
                if await self.post(f"/bridges/{bridge}/addChannel", channel=both):
                    self.bridged += 1
            case ["line"]:
                bridge = uuid4().hex
                await self.post(f"/bridges/{bridge}", type="mixing")
                await self.post(f"/bridges/{bridge}/addChannel", channel=leg)
                self._lines.append(bridge)
            case ["answered"]:
                await self.post(f"/bridges/{next(self._next_line)}/addChannel", channel=leg)
                self.watches.end(BRIDGED, leg)
                self.bridged += 1
            case _:
                pass

    async def _ring(self, customer: str) -> None:
        agent = uuid4().hex
        self._peer[customer], self._peer[agent] = agent, customer
        endpoint = f"PJSIP/{next(self._agents)}"
        await self.post(f"/channels/{agent}", endpoint=endpoint, app="bare", appArgs="offered", timeout="15")

    async def _over(self, leg: str) -> None:
        peer = self._peer.pop(leg, None)
        if peer is None:
            return
        self._peer.pop(peer, None)
        bridge = self._bridge.pop(leg, None) or self._bridge.pop(peer, None)
        await self.delete(f"/channels/{peer}")
        if bridge is not None:
            await self.delete(f"/bridges/{bridge}")

    async def open_lines(self) -> None:
        """Ring every agent and return when all are in their bridges."""
        for agent in self._plan["agents"]:
            await self.post("/channels", endpoint=f"PJSIP/{agent}", app="bare", appArgs="line")
        while len(self._lines) < len(self._plan["agents"]):
            await asyncio.sleep(0.05)
        self._next_line = cycle(self._lines)

    async def dial(self) -> None:
        """Dial customers at the rate, until cancelled."""
        began = perf_counter()
        for number in count():
            await asyncio.sleep(max(0.0, began + number / self._plan["rate"] - perf_counter()))
            self._tasks.create_task(self._dial_one(number))

    async def _dial_one(self, number: int) -> None:
        leg = uuid4().hex
        endpoint = f"PJSIP/+316{number:08}@trunk"
        where = {"context": "benchmark-answered", "extension": leg, "priority": "1", "timeout": "15"}
        await self.post(f"/channels/{leg}", endpoint=endpoint, **where)
        await self.post("/applications/bare/subscription", eventSource=f"channel:{leg}")

    def report(self) -> Report:
        bridged, self.bridged = self.bridged, 0
        return {"watches": self.watches.take(), "bridged": bridged}


async def main(plan: dict[str, Any]) -> None:
    login = {"Authorization": aiohttp.encode_basic_auth(plan["user"], plan["password"])}
    async with (
        aiohttp.ClientSession(headers=login, connector=aiohttp.TCPConnector(limit=32)) as session,
        asyncio.TaskGroup() as tasks,
    ):
        bare = Bare(session, plan, tasks)
        work = [tasks.create_task(bare.run())]
        await asyncio.sleep(0.5)
        if plan["open_lines"]:
            await bare.open_lines()
            work.append(tasks.create_task(bare.dial()))
        await answer_questions(bare.report)
        for task in work:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
