"""Calling late rings off on the real thing: by our CANCEL, not before its time, and never somebody who answers."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.storage.totals import count_totals
from calls.facts import (
    AttemptCalledOff,
    AttemptCommitted,
    AttemptEnded,
    InformationMessagePlayed,
    PacingDecided,
)
from calls.ids import AgentId, CampaignId
from calls.words import AttemptOutcome, HangupCause
from dialer.campaign import DialMode, PacingSettings
from dialer.ports import Launcher
from metrics.agreement import disagreements
from tests.checker.books import read_books, read_metrics
from tests.checker.compare import compare
from tests.e2e.bed import DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.accounting import TONES, recorded, seen_in
from tests.e2e.calls.floor import (
    ALWAYS_OPEN,
    ONE_FOR_ONE,
    Watched,
    controller,
    dealers,
    prompt_length,
    store_campaign,
)

RINGS_ON, ANSWERS = "+31610000001", "+31610000002"
PACING = PacingSettings(mode=DialMode.PREDICTIVE, call_off_late=True)
LEAST_RING_SECONDS = 15.0
CANCELLED = 487
SOON_SECONDS = 0.5
# Called off from 25 ms before to 25 ms after the answer.
ROUNDS, SILENT, RINGS_SECONDS, STEP_SECONDS = 34, 3, 1, 0.0015
pytestmark = pytest.mark.usefixtures("quiet")


async def test_a_phone_that_rings_on_when_its_agent_is_gone_is_called_off_after_fifteen_seconds(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, port_base: int, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(RINGS_ON, "noanswer")
    # Nobody is called off of whom it is not known that the phone rings, and one that rings at once may do so before it is followed.
    await network_asterisk.rings_after(RINGS_ON, 0.5)
    campaign = await store_campaign(dealer_asterisk, tmp_path, [RINGS_ON], ring_seconds=60, pacing=PACING)
    known = dealers(tmp_path, ALWAYS_OPEN)
    trace = tmp_path / "trace.pcap"
    async with (
        recorded(trace, port_base, port_base + 999),
        controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign) as watched,
    ):
        await watched.fact(AttemptCommitted)
        await network_asterisk.step(RINGS_ON, "ringing")
        watched.program.desk.pause(AgentId("agent1"), "coffee")
        ended = await watched.fact(AttemptEnded, limit=30)
        program = watched.program
        assert await program.journal.flushed(5)
        stored = await count_totals(program.database, None, {})
        shown, _ = program.metrics.text()

    (told,) = watched.of(AttemptCalledOff)
    assert told.rung_seconds >= LEAST_RING_SECONDS
    assert told.risk == 1.0 > told.allowed
    assert (ended.outcome, ended.cause) == (AttemptOutcome.UNANSWERED, HangupCause.CALLED_OFF)
    assert any('"called_off":[0]' in fact.made_from for fact in watched.of(PacingDecided))
    (phone,) = seen_in(trace, dealer_asterisk, network_asterisk)
    assert (phone.status, phone.ended_by_them, phone.answered_at) == (CANCELLED, False, None)
    assert phone.ringing_at is not None
    assert phone.ended_at is not None
    assert LEAST_RING_SECONDS <= phone.ended_at - phone.ringing_at < 20
    assert disagreements(stored, shown.decode()) == []
    counted = read_metrics(shown.decode(), "apk")
    books = read_books(tmp_path / "dealerlijn.db", "apk", {"/metrics": counted})
    assert (books.table[0].called_off, counted.called_off) == (True, 1)
    assert compare([phone], books).wrong == []


async def test_who_answers_about_when_being_called_off_is_served_like_anybody(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, port_base: int, tmp_path: Path
) -> None:
    answering = [f"+3161{number:07d}" for number in range(ROUNDS)]
    silent = [f"+3162{number:07d}" for number in range(SILENT)]
    for number in answering:
        await network_asterisk.customer_does(number, f"answer:{RINGS_SECONDS}:1")
    for number in silent:
        await network_asterisk.customer_does(number, "noanswer")
    at_work = ("agent1", "agent2", "agent3")
    for name in at_work:
        await network_asterisk.phone_sounds(name, TONES[name])
    campaign = await store_campaign(dealer_asterisk, tmp_path, [*answering, *silent], pacing=ONE_FOR_ONE)
    known = dealers(tmp_path, ALWAYS_OPEN)
    trace = tmp_path / "trace.pcap"
    async with (
        recorded(trace, port_base, port_base + 999),
        controller(dealer_asterisk, tmp_path, known, at_work, campaign) as watched,
        asyncio.TaskGroup() as group,
    ):
        for place in range(ROUNDS + SILENT):
            committed = await watched.fact(AttemptCommitted, count=place + 1, limit=60)
            offset = (place - ROUNDS // 2) * STEP_SECONDS
            group.create_task(_call_off(watched, committed, RINGS_SECONDS + offset))
        await watched.fact(AttemptEnded, count=ROUNDS + SILENT, limit=60)
        assert await watched.program.journal.flushed(5)

    seen = seen_in(trace, dealer_asterisk, network_asterisk)
    served = [each for each in seen if each.connected_at is not None or each.message_at is not None]
    assert sorted(each.number for each in served) == answering
    assert [each.status for each in seen if each.number in silent] == [CANCELLED] * SILENT
    outcomes = Counter(end.outcome for end in watched.of(AttemptEnded))
    assert outcomes[AttemptOutcome.CONNECTED] + outcomes[AttemptOutcome.ABANDONED] == ROUNDS
    assert Counter(end.cause for end in watched.of(AttemptEnded))[HangupCause.CALLED_OFF] == SILENT
    assert compare(seen, read_books(tmp_path / "dealerlijn.db", "apk", {})).wrong == []


async def test_who_hears_the_message_by_the_time_it_comes_to_calling_off_hears_it_to_its_end(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, port_base: int, tmp_path: Path
) -> None:
    await network_asterisk.rings_after(ANSWERS, 0.5)
    await network_asterisk.customer_does(ANSWERS, "answer:1.5:30")
    campaign = await store_campaign(dealer_asterisk, tmp_path, [ANSWERS], pacing=ONE_FOR_ONE)
    known, trace = dealers(tmp_path, ALWAYS_OPEN), tmp_path / "trace.pcap"
    async with (
        recorded(trace, port_base, port_base + 999),
        controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign) as watched,
    ):
        committed = await watched.fact(AttemptCommitted)
        watched.program.desk.pause(AgentId("agent1"), "coffee")
        await network_asterisk.step(ANSWERS, "ringing")
        # As a reload of Asterisk's settings would.
        async with watched.program.manager._one_action:
            _launcher(watched).call_off(committed.call_id)
            played = await watched.fact(InformationMessagePlayed)
            await asyncio.sleep(SOON_SECONDS)
        ended = await watched.fact(AttemptEnded, limit=60)
        marked = await dealer_asterisk.marks()

    assert ended.outcome is AttemptOutcome.ABANDONED
    # That it began may be told a little late; it was cut twelve seconds too early.
    assert ended.at - played.at > prompt_length(dealer_asterisk, "information-message") - timedelta(seconds=1)
    assert marked == {}
    seen = seen_in(trace, dealer_asterisk, network_asterisk)
    assert compare(seen, read_books(tmp_path / "dealerlijn.db", "apk", {})).wrong == []


async def _call_off(watched: Watched, attempt: AttemptCommitted, after_seconds: float) -> None:
    """As a decision would, so long after the phone began to ring."""
    launcher = _launcher(watched)
    await asyncio.sleep(SOON_SECONDS)
    # A phone that rings before its leg can be followed is not known to.
    since = launcher.rings_since(attempt.call_id) or attempt.at
    await asyncio.sleep(after_seconds - (datetime.now(UTC) - since).total_seconds())
    launcher.call_off(attempt.call_id)


def _launcher(watched: Watched) -> Launcher:
    runner = watched.program.campaigns.runner(CampaignId("apk"))
    assert runner is not None
    return runner._launcher
