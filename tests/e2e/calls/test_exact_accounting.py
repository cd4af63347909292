"""A campaign whose controller is killed again and again: what the books say is what was on the wire, exact to the call."""

import asyncio
import random
import sqlite3
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.asterisk.program import as_root
from dialer.campaign import PacingSettings
from dialer.caps import TrunkCaps
from tests.checker.books import Books, ask_api, counts_of, read_books
from tests.checker.capture import LISTENING
from tests.checker.compare import Away, Verdict, compare
from tests.checker.media import read_recording
from tests.checker.pcap import Address, read_capture
from tests.checker.recount import Seen, Sounds, recount
from tests.checker.rules import Limits, breaches
from tests.conftest import CampaignSize
from tests.e2e.bed import DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.controller_process import ControllerProcess, job_of
from tests.e2e.calls.floor import ALWAYS_OPEN, SKILLS, dealers, prompt, settings, store_agents, store_campaign
from tests.e2e.calls.record import Record

CAPS = TrunkCaps(per_second=12.0, at_once=40, per_day=0)
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
TOO_MUCH = PacingSettings(target_ratio=0.2, limit_ratio=1.0)  # so that customers are abandoned
AWAY_SECONDS = (0.0, 0.0, 1.0, 4.0)  # how long nobody starts a killed controller again
ENDS_WITHIN_SECONDS = 300
ATTEMPTS = 3  # of the demo's calling profile
TONES = {name: 1000.0 + 100 * place for place, name in enumerate(SKILLS)}
pytestmark = pytest.mark.usefixtures("quiet")


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
            talk=f"{rng.uniform(0.3, 1.2):.2f}",
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


async def test_the_books_of_a_campaign_with_kills_are_exact_to_the_call(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
    port_base: int,
    tmp_path: Path,
    campaign_size: CampaignSize,
) -> None:
    calls, kills = campaign_size.calls, campaign_size.kills
    rng = random.Random(campaign_size.seed)
    plans = customers(rng, calls)
    tell(network_asterisk, plans)
    for name, hertz in TONES.items():
        await network_asterisk.phone_sounds(name, hertz)
    await store_agents(dealer_asterisk, tmp_path, tuple(SKILLS))
    dealers(tmp_path, ALWAYS_OPEN)
    await store_campaign(dealer_asterisk, tmp_path, list(plans), pacing=TOO_MUCH)
    address = settings(dealer_asterisk, tmp_path)
    job = job_of(
        replace(address, http_port=port_base + 90, caps=replace(CAPS, per_day=calls)),
        tmp_path,
        (),
        tuple(SKILLS),
    )
    record = Record(tmp_path)
    trace = tmp_path / "trace.pcap"
    moments = sorted(rng.sample(range(calls // 20, calls * 19 // 20), kills))
    away = []
    async with AsyncExitStack() as stack, recorded(trace, port_base, port_base + 999):
        controller = await ControllerProcess.standing_by(job)
        stack.push_async_callback(controller.ended)
        await controller.go()
        for moment in moments:
            successor = await ControllerProcess.standing_by(job)
            stack.push_async_callback(successor.ended)
            await _committed(record, moment)
            await asyncio.sleep(rng.uniform(0, 0.5))
            killed_at = controller.kill().timestamp()
            await controller.gone()
            await asyncio.sleep(rng.choice(AWAY_SECONDS))
            controller = successor
            await controller.go()
            away.append(Away(killed_at, time.time()))
        await record.until(lambda record: record.progress()[1] == calls, ENDS_WITHIN_SECONDS, "all ends")
        figures = await asyncio.to_thread(
            ask_api, f"http://127.0.0.1:{port_base + 90}", address.api_token, "apk"
        )
        await controller.go_home()

    node = dealer_asterisk.node
    seen = recount(
        read_capture(trace),
        Address("127.0.0.1", node.sip_port),
        Address(network_asterisk.node.sip_host, network_asterisk.node.sip_port),
        Sounds(read_recording(prompt(dealer_asterisk, "information-message")), TONES),
    )
    books = read_books(tmp_path / "dealerlijn.db", "apk", figures)
    verdict = compare(seen, books, away)
    limits = Limits(CAPS.per_second, CAPS.at_once, ATTEMPTS)
    print(*_told(seen, books, verdict), sep="\n")
    assert len(books.table) == calls
    assert verdict.wrong == []
    assert breaches(seen, limits, books.objections) == []


async def _committed(record: Record, count: int) -> None:
    await record.until(lambda record: record.progress()[0] >= count, ENDS_WITHIN_SECONDS, f"{count} attempts")


def _told(seen: list[Seen], books: Books, verdict: Verdict) -> list[str]:
    seconds = max(each.invited_at for each in seen) - min(each.invited_at for each in seen)
    return [
        f"{len(seen)} calls on the wire in {seconds:.0f} s; the books: {counts_of(books.table)}",
        f"{len(verdict.wrong)} disagreements:",
        *verdict.wrong,
        f"{len(verdict.unclear)} hung up in the moment of being joined:",
        *verdict.unclear,
        f"{len(verdict.late)} known late or in doubt, for want of a controller:",
        *verdict.late,
    ]
