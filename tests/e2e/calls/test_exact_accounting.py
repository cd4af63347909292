"""A campaign whose controller is killed again and again: what the books say is what was on the wire, exact to the call.

Its profile is as strict as the one for consumers, and first on its list stand people whom a rule forbids to call. Agents take
breaks meanwhile, and people call and wait.
"""

import asyncio
import random
import time
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from dialer.campaign import CampaignState, PacingSettings
from dialer.caps import TrunkCaps
from tests.checker.books import Books, ask_api, counts_of, read_books
from tests.checker.compare import Away, Verdict, compare
from tests.checker.law import bans, unlawful
from tests.checker.rates import Rates, ask_rates, rates_disagree
from tests.checker.recount import Caller, Seen
from tests.checker.rules import Limits, breaches, disturbed, silences
from tests.conftest import CampaignSize
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.accounting import (
    Breaks,
    Callers,
    callers_in,
    customers,
    recorded,
    seen_in,
    sing,
    tell,
)
from tests.e2e.calls.controller_process import ControllerProcess, job_of
from tests.e2e.calls.floor import ALWAYS_OPEN, SKILLS, dealers, settings, store_agents
from tests.e2e.calls.lists import ELSEWHERE, a_campaign, allowed, forbidden, store_list, strict_profile
from tests.e2e.calls.record import Record

CAPS = TrunkCaps(per_second=12.0, at_once=40, per_day=0)
TOO_MUCH = PacingSettings(target_ratio=0.5, limit_ratio=1.0)  # so that customers are abandoned
AWAY_SECONDS = (0.0, 0.0, 1.0, 4.0)  # how long nobody starts a killed controller again
ENDS_WITHIN_SECONDS = 300
RATES_WITHIN_SECONDS = 10
pytestmark = pytest.mark.usefixtures("quiet")


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
    profiles, any_number = strict_profile(tmp_path)
    law = replace(any_number, shown={"apk": DDI})
    may, may_not = allowed("apk", list(plans)), forbidden("apk", "+31620000")
    tell(network_asterisk, plans | {known.number: "answer:0.5:1" for known in may_not})
    await sing(network_asterisk)
    await store_agents(dealer_asterisk, tmp_path, tuple(SKILLS))
    dealers(tmp_path, profiles, ALWAYS_OPEN)
    stopped = replace(a_campaign(ELSEWHERE, TOO_MUCH), state=CampaignState.STOPPED)
    await store_list(dealer_asterisk, tmp_path, stopped, [], [])
    await store_list(dealer_asterisk, tmp_path, a_campaign("apk", TOO_MUCH), may, may_not)
    address = replace(
        settings(dealer_asterisk, tmp_path),
        http_port=port_base + 90,
        caps=replace(CAPS, per_day=2 * calls),  # nobody is called again, though the trunk would bear it
    )
    job = job_of(address, tmp_path, (), tuple(SKILLS))
    record, trace, breaks = (
        Record(tmp_path),
        tmp_path / "trace.pcap",
        Breaks(address, tuple(SKILLS), random.Random(1)),
    )
    callers = Callers(network_asterisk, random.Random(2))
    moments = sorted(rng.sample(range(calls // 20, calls * 19 // 20), kills))
    away = []
    began = time.time()
    async with AsyncExitStack() as stack, recorded(trace, port_base, port_base + 999):
        controller = await ControllerProcess.standing_by(job)
        stack.push_async_callback(controller.ended)
        await controller.go()
        on_break = asyncio.create_task(breaks.run())
        stack.callback(on_break.cancel)
        calling = asyncio.create_task(callers.run())
        stack.callback(calling.cancel)
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
        await record.until(lambda record: record.progress("apk")[1] == calls, ENDS_WITHIN_SECONDS, "all ends")
        on_break.cancel()
        calling.cancel()
        await callers.leave()
        console = f"http://127.0.0.1:{port_base + 90}"
        figures = await asyncio.to_thread(ask_api, console, address.api_token, "apk")
        rates = await _rates_of_now(console, address.api_token)
        await controller.go_home()

    seen = seen_in(trace, dealer_asterisk, network_asterisk)
    heard = callers_in(trace, dealer_asterisk, network_asterisk)
    books = read_books(tmp_path / "dealerlijn.db", "apk", figures)
    verdict = compare(seen, books, away)
    limits = Limits(CAPS.per_second, CAPS.at_once, attempts=1)
    pauses = breaks.kept(away)
    print(*_told(seen, heard, books, verdict, len(away), len(pauses)), sep="\n")
    assert len(books.table) == calls
    assert verdict.wrong == []
    assert len(verdict.slow) <= calls // 50
    assert breaches(seen, limits, books.objections) == []
    assert rates_disagree(verdict, books, rates, time.time()) == []
    assert disturbed(seen, pauses) == []
    assert len(heard) == callers.count
    assert silences(heard, [(each.since, each.until) for each in away]) == []
    assert unlawful(seen, may + may_not, law) == []
    assert [known.number for known in may_not if not bans(known, law, began)] == []


async def _committed(record: Record, count: int) -> None:
    await record.until(
        lambda record: record.progress("apk")[0] >= count, ENDS_WITHIN_SECONDS, f"{count} attempts"
    )


async def _rates_of_now(address: str, token: str) -> dict[str, Rates]:
    """What everybody tells, once /metrics has read the last day anew: it does so every two seconds."""
    deadline = time.monotonic() + RATES_WITHIN_SECONDS
    while True:
        rates = await asyncio.to_thread(ask_rates, address, token, "apk")
        if len(set(rates.values())) == 1 or time.monotonic() > deadline:
            return rates
        await asyncio.sleep(0.2)


def _told(
    seen: list[Seen], heard: list[Caller], books: Books, verdict: Verdict, kills: int, pauses: int
) -> list[str]:
    seconds = max(each.invited_at for each in seen) - min(each.invited_at for each in seen)
    quietest = max(each.quiet_seconds for each in seen)
    return [
        f"{len(seen)} calls on the wire in {seconds:.0f} s, with {kills} kills and {pauses} breaks",
        f"the books: {counts_of(books.table)}; the longest silence was {quietest:.1f} s",
        f"{len(heard)} callers; the longest silence was {_longest_silence(heard):.1f} s",
        f"{len(verdict.wrong)} disagreements:",
        *verdict.wrong,
        f"{len(verdict.unclear)} hung up in the moment of being joined, or told the message:",
        *verdict.unclear,
        f"{len(verdict.slow)} moments late, for a busy machine:",
        *verdict.slow,
        f"{len(verdict.late)} known late or in doubt, for want of a controller:",
        *verdict.late,
    ]


def _longest_silence(heard: list[Caller]) -> float:
    return max((until - since for each in heard for since, until in each.quiet), default=0.0)
