"""A phone rings for its least time however long the network needed before, and whether or not we are there to end it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from calls.facts import AttemptEnded
from calls.words import AttemptOutcome, HangupCause
from tests.checker.books import read_books
from tests.checker.compare import compare
from tests.e2e.bed import DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.accounting import recorded, seen_in
from tests.e2e.calls.controller_process import ControllerProcess, Job, job_of
from tests.e2e.calls.floor import (
    ALWAYS_OPEN,
    controller,
    dealers,
    settings,
    store_agents,
    store_campaign,
)

SOON, LATE, AT_ONCE, LAST_MOMENT = (f"+3161000000{number}" for number in (1, 2, 3, 4))
RING_SECONDS, NETWORK_SECONDS, CANCELLED = 15, 10, 487
SLOW = {SOON: 1.0, LATE: 8.0, AT_ONCE: 0.0, LAST_MOMENT: 8.0}
pytestmark = pytest.mark.usefixtures("quiet")


async def test_the_least_ring_time_counts_from_the_first_ring(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, port_base: int, tmp_path: Path
) -> None:
    for number, seconds in SLOW.items():
        await network_asterisk.rings_after(number, seconds)
        await network_asterisk.customer_does(number, "noanswer")
    await network_asterisk.customer_does(LAST_MOMENT, "answer:14.5:1")
    campaign = await store_campaign(dealer_asterisk, tmp_path, list(SLOW), ring_seconds=RING_SECONDS)
    known, trace = dealers(tmp_path, ALWAYS_OPEN), tmp_path / "trace.pcap"
    agents = tuple(f"agent{number}" for number in range(1, 5))
    async with (
        recorded(trace, port_base, port_base + 999),
        controller(dealer_asterisk, tmp_path, known, agents, campaign) as watched,
    ):
        await watched.fact(AttemptEnded, count=len(SLOW), limit=60)

    seen = {each.number: each for each in seen_in(trace, dealer_asterisk, network_asterisk)}
    rang = {}
    for number in (SOON, LATE, AT_ONCE):
        assert seen[number].status == CANCELLED
        rang[number] = (seen[number].ended_at or 0) - (seen[number].ringing_at or 0)
    # Of a ring that began before its leg was followed nobody tells: it has to be certain that none has just begun.
    longest = {SOON: RING_SECONDS + 2, LATE: RING_SECONDS + 2, AT_ONCE: RING_SECONDS + 5}
    assert all(RING_SECONDS <= seconds < longest[number] for number, seconds in rang.items()), rang
    assert seen[LAST_MOMENT].connected_at is not None
    ends = sorted((end.outcome, end.cause) for end in watched.of(AttemptEnded))
    assert ends == sorted(
        [(AttemptOutcome.UNANSWERED, HangupCause.NO_ANSWER)] * 3
        + [(AttemptOutcome.CONNECTED, HangupCause.NORMAL)]
    )


async def one_who_never_answers(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, folder: Path
) -> tuple[Job, Path]:
    """A controller's job, and a place for the trace."""
    await network_asterisk.rings_after(SOON, 1.0)
    await network_asterisk.customer_does(SOON, "noanswer")
    await store_campaign(dealer_asterisk, folder, [SOON], ring_seconds=RING_SECONDS)
    await store_agents(dealer_asterisk, folder, ("agent1",))
    dealers(folder, ALWAYS_OPEN)
    return job_of(settings(dealer_asterisk, folder), folder, (), ("agent1",)), folder / "trace.pcap"


async def test_a_ring_ends_by_itself_when_the_controller_is_dead(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, port_base: int, tmp_path: Path
) -> None:
    job, trace = await one_who_never_answers(dealer_asterisk, network_asterisk, tmp_path)
    async with recorded(trace, port_base, port_base + 999):
        dying = await ControllerProcess.standing_by(job)
        try:
            await dying.go()
            await network_asterisk.step(SOON, "ringing")
            await asyncio.sleep(1)
            dying.kill()
        finally:
            await dying.ended()
        await network_asterisk.step(SOON, "ended", limit=RING_SECONDS + NETWORK_SECONDS)
        await network_asterisk.hang_up_all()

    seen = {each.number: each for each in seen_in(trace, dealer_asterisk, network_asterisk)}[SOON]
    rang = (seen.ended_at or 0) - (seen.ringing_at or 0)
    assert RING_SECONDS <= rang < RING_SECONDS + NETWORK_SECONDS


async def test_a_ring_that_another_controller_takes_over_ends_the_least_time_after_that(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, port_base: int, tmp_path: Path
) -> None:
    job, trace = await one_who_never_answers(dealer_asterisk, network_asterisk, tmp_path)
    async with recorded(trace, port_base, port_base + 999):
        dying = await ControllerProcess.standing_by(job)
        following = await ControllerProcess.standing_by(job)
        try:
            await dying.go()
            await network_asterisk.step(SOON, "ringing")
            dying.kill()
            killed_at = datetime.now(UTC).timestamp()
            await following.go()
            live_at = datetime.now(UTC).timestamp()
            await network_asterisk.step(SOON, "ended", limit=RING_SECONDS + NETWORK_SECONDS)
            await following.go_home()
        finally:
            await dying.ended()
            await following.ended()

    (seen,) = seen_in(trace, dealer_asterisk, network_asterisk)
    assert (seen.status, seen.ended_by_them) == (CANCELLED, False)
    ended_at = seen.ended_at or 0
    assert killed_at + RING_SECONDS <= ended_at < live_at + RING_SECONDS + 2
    assert ended_at < (seen.ringing_at or 0) + RING_SECONDS + NETWORK_SECONDS - 2
    assert compare([seen], read_books(tmp_path / "dealerlijn.db", "apk", {})).wrong == []
