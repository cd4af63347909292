"""The controller as the program under test: the product's own wiring, watched by stopwatches.

    python -m benchmarks.rig.controller '{"environment": {...}, "agents": [...], "campaign": false, "login": true}'

Three methods are wrapped: the one that takes an event, the one that sends a request, and the one that connects the socket.
"""

import asyncio
import json
import logging
import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

from app.ari.events import AriEvent
from app.ari.http import HttpTransport
from app.ari.models import ChannelStateChange, StasisStart
from app.ari.transport import Answer, Request
from app.main import let_calls_go_first, set_up_logging
from app.node import AsteriskNode
from app.program import Program
from app.settings import read_settings
from app.wiring import running
from benchmarks.rig.bench_data import CAMPAIGN, bench_dealers, store_agents, store_campaign
from benchmarks.rig.stopwatch import Stopwatches
from benchmarks.rig.subject import Report, answer_questions
from calls.facts import AsteriskReached, Fact
from calls.ids import AgentId
from calls.words import AgentState

FIRST_COMMAND = "StasisStart to first command sent"
FIRST_DONE = "StasisStart to first command done"
BRIDGED = "Up to bridged"
_CHANNEL = re.compile(r"/channels/([^/?]+)/")
_JOINED = re.compile(r"/bridges/[^/]+/addChannel\?channel=([^&,%]+)")


def watch(watches: Stopwatches) -> None:
    """Wrap what is to be timed."""
    take, send = AsteriskNode.on_event, HttpTransport.send

    def on_event(self: AsteriskNode, event: AriEvent) -> None:
        if isinstance(event, StasisStart) and event.args[0] == "in":
            watches.begin(FIRST_COMMAND, event.channel.id)
            watches.begin(FIRST_DONE, event.channel.id)
        elif (
            isinstance(event, ChannelStateChange)
            and event.channel.state == "Up"
            and event.channel.id.endswith("-x00")
        ):
            watches.begin(BRIDGED, event.channel.id)
        take(self, event)

    async def timed_send(self: HttpTransport, request: Request) -> Answer:
        about = _CHANNEL.match(request.path)
        if about is not None:
            watches.end(FIRST_COMMAND, about[1])
        answer = await send(self, request)
        if about is not None:
            watches.end(FIRST_DONE, about[1])
        elif answer.status < 300 and (joined := _JOINED.match(request.path)) is not None:
            watches.end(BRIDGED, joined[1])
        return answer

    patched: list[tuple[type, str, Any]] = [
        (AsteriskNode, "on_event", on_event),
        (HttpTransport, "send", timed_send),
    ]
    for owner, name, wrapped in patched:
        setattr(owner, name, wrapped)


async def main(plan: dict[str, Any]) -> None:
    settings = replace(read_settings(plan["environment"]), demo=True)
    folder = Path(settings.database_url.removeprefix("sqlite:///")).parent
    campaign, login = bool(plan["campaign"]), bool(plan["login"])
    if login:
        await store_agents(settings.database_url, plan["agents"])
    if campaign and login:
        await store_campaign(settings.database_url, folder, int(plan["customers"]))
    watches, facts, reached = Stopwatches(), Counter[str](), list[Report]()
    watch(watches)

    def count(fact: Fact) -> None:
        facts[type(fact).__name__] += 1
        if isinstance(fact, AsteriskReached):
            told = {"at": monotonic(), "taken_over": fact.taken_over, "seconds": fact.seconds}
            reached.append(told)

    async with running(settings, bench_dealers(folder)) as program:
        program.journal.observe("benchmark", count)
        connecting = monotonic()
        async with asyncio.timeout(30):
            while not program.connection.live:
                await asyncio.sleep(0.002)
        if login:
            await _to_work(program, plan["agents"], campaign=campaign)
        let_calls_go_first()

        def report() -> Report:
            told: Report = {
                "watches": watches.take(),
                "facts": dict(facts),
                "calls": len(program.supervisor),
                "failures": program.supervisor.failures,
                "unstored": program.journal.depth,
                "connecting": connecting,
                "reached": list(reached),
                "paused": _back_to_work(program),
            }
            facts.clear()
            return told

        await answer_questions(report)


def _back_to_work(program: Program) -> int:
    """Resume whoever an overload has paused for not answering, and say how many."""
    agents = program.desk.floor.view(program.clock.now()).agents
    paused = [agent.profile.agent_id for agent in agents if agent.state is AgentState.PAUSED]
    for agent_id in paused:
        program.desk.resume(agent_id)
    return len(paused)


async def _to_work(program: Program, agents: list[str], *, campaign: bool) -> None:
    for name in agents:
        program.desk.login(AgentId(name), CAMPAIGN if campaign else None)
    if not campaign:
        return
    async with asyncio.timeout(60):
        while not all(agent.line_open for agent in program.desk.floor.line_agents(CAMPAIGN)):
            await asyncio.sleep(0.05)
    await program.control.start_campaign(CAMPAIGN, "benchmark")


if __name__ == "__main__":
    set_up_logging(logging.ERROR)
    asyncio.run(main(json.loads(sys.argv[1])))
