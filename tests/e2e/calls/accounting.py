"""What the exact accounting needs beside a campaign: a tap on the wire, customers with plans, and agents who take breaks."""

import asyncio
import random
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

from app.asterisk.call_files import Caller
from app.asterisk.program import as_root
from app.settings import Settings
from tests.checker.capture import LISTENING
from tests.checker.compare import Away
from tests.checker.media import read_recording
from tests.checker.pcap import Address, read_capture
from tests.checker.recount import Caller as SeenCaller
from tests.checker.recount import Seen, Sounds, recount, recount_callers
from tests.checker.rules import Pause
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.floor import SKILLS, prompt

# What a customer does, and of how many in a hundred.
PLANS = {
    "answer:{ring}:{talk}": 26,
    "answer:{ring}:0": 5,  # leaves at the first sound
    "leave:{ring}:{stay}": 5,  # leaves about when an agent is there
    "answer:{ring}:3:3:9": 1,
    "busy": 34,
    "fail": 27,
    "noanswer": 2,
}
TONES = {name: 1000.0 + 100 * place for place, name in enumerate(SKILLS)}
CALLER_EVERY_SECONDS, PATIENCE_SECONDS = 2.5, (4.0, 20.0)
KEYS = ("3", "3", "1", "0", "")  # as many callers each: most know what they want, some press nothing
BREAK_EVERY_SECONDS, BREAK_SECONDS = 2.0, (0.5, 3.0)
LOST_WITH_THE_CONTROLLER = 0.5  # a break asked for so shortly before a kill need not be stored yet


@asynccontextmanager
async def recorded(file: Path, first: int, last: int) -> AsyncIterator[None]:
    """All packets of these ports go into the file while the context is open."""
    pipe = asyncio.subprocess.PIPE
    command = [*as_root(), sys.executable, "-m", "tests.checker.capture", str(file), str(first), str(last)]
    tap = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe)
    assert tap.stdin is not None
    assert tap.stdout is not None
    async with asyncio.timeout(10):
        assert (await tap.stdout.readline()).decode().strip() == LISTENING
    try:
        yield
    finally:
        tap.stdin.close()
        async with asyncio.timeout(10):
            assert await tap.wait() == 0


def customers(rng: random.Random, count: int) -> dict[str, str]:
    """So many numbers, each with what its owner does."""
    plans = rng.choices(list(PLANS), list(PLANS.values()), k=count)
    return {
        f"+3161{number:07d}": plan.format(
            ring=f"{rng.uniform(0.3, 1.2):.2f}",
            talk=f"{rng.uniform(0.3, 2.0):.2f}",
            stay=f"{rng.uniform(0.001, 0.06):.3f}",
        )
        for number, plan in enumerate(plans)
    }


def tell(network: NetworkAsterisk, plans: dict[str, str]) -> None:
    """Put all plans into the network's database at once."""
    with sqlite3.connect(network.node.state_dir / "db" / "astdb.sqlite3", timeout=10) as database:
        rows = ((f"/people/{number}", plan) for number, plan in plans.items())
        database.executemany("INSERT OR REPLACE INTO astdb (key, value) VALUES (?, ?)", rows)
    database.close()


async def sing(network: NetworkAsterisk) -> None:
    """Every agent's phone sounds its own tone from now on."""
    for name, hertz in TONES.items():
        await network.phone_sounds(name, hertz)


def seen_in(trace: Path, dealer: DealerAsterisk, network: NetworkAsterisk) -> list[Seen]:
    """Every attempt in a trace."""
    return recount(
        read_capture(trace),
        Address("127.0.0.1", dealer.node.sip_port),
        Address(network.node.sip_host, network.node.sip_port),
        Sounds(read_recording(prompt(dealer, "information-message")), TONES),
    )


def callers_in(trace: Path, dealer: DealerAsterisk, network: NetworkAsterisk) -> list[SeenCaller]:
    """Everybody who called, in a trace."""
    return recount_callers(
        read_capture(trace),
        Address("127.0.0.1", dealer.node.sip_port),
        Address(network.node.sip_host, network.node.sip_port),
    )


@dataclass(slots=True)
class Callers:
    """People who call one after another and wait, as long as `run` is not cancelled."""

    network: NetworkAsterisk
    rng: random.Random
    count: int = 0

    async def run(self) -> None:
        """Call until cancelled."""
        while True:
            self.count += 1
            self.network.call(
                Caller(
                    person=f"calls{self.count}",
                    ddi=DDI,
                    cli=f"+31201{self.count:06d}",
                    press=self.rng.choice(KEYS),
                    patience=self.rng.uniform(*PATIENCE_SECONDS),
                    talk=2,
                )
            )
            await asyncio.sleep(CALLER_EVERY_SECONDS)

    async def leave(self) -> None:
        """Whoever still calls hangs up."""
        for number in range(1, self.count + 1):
            await self.network.hang_up(f"calls{number}")


@dataclass(slots=True)
class Breaks:
    """Agents who pause and resume over the API, one after another, as long as `run` is not cancelled."""

    settings: Settings
    agents: Sequence[str]
    rng: random.Random
    taken: list[Pause] = field(default_factory=list)

    async def run(self) -> None:
        """Take breaks until cancelled; one that no controller grants is none."""
        while True:
            await asyncio.sleep(BREAK_EVERY_SECONDS)
            agent = self.rng.choice(self.agents)
            if not await self._ask(agent, "pause"):
                continue
            since = time.time()
            await asyncio.sleep(self.rng.uniform(*BREAK_SECONDS))
            self.taken.append(Pause(agent, since, time.time()))
            while not await self._ask(agent, "resume"):
                await asyncio.sleep(0.2)

    def kept(self, away: Sequence[Away]) -> list[Pause]:
        """Those that no death of a controller can have made undone."""
        return [
            pause
            for pause in self.taken
            if not any(each.since - LOST_WITH_THE_CONTROLLER <= pause.since <= each.until for each in away)
        ]

    async def _ask(self, agent: str, what: str) -> bool:
        body = b'{"reason": "coffee"}' if what == "pause" else b"{}"
        request = Request(
            f"http://127.0.0.1:{self.settings.http_port}/api/v1/agents/{agent}/{what}",
            body,
            {"Authorization": f"Bearer {self.settings.api_token}", "Content-Type": "application/json"},
        )
        try:
            with await asyncio.to_thread(urlopen, request, timeout=2):
                return True
        except (URLError, OSError):
            return False
