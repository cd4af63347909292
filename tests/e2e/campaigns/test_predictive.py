"""A predictive campaign on the real thing: more calls ring than agents are free, and nobody who answers is left alone."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from app.storage.totals import count_totals
from calls.facts import (
    AgentStateChanged,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptCommitted,
    AttemptConnected,
    AttemptEnded,
    Fact,
    InformationMessagePlayed,
)
from calls.words import AgentState, AttemptOutcome
from dialer.campaign import DialMode, PacingSettings
from dialer.pacing import Reason
from metrics.agreement import disagreements
from tests.e2e.bed import DealerAsterisk
from tests.e2e.calls.floor import ALWAYS_OPEN, SKILLS, controller, dealers, prompt, store_campaign
from tests.e2e.wire import Leg, Wire

AGENT_HERTZ = 1000.0
WITHIN = timedelta(seconds=2)
# High, so that some customers are abandoned once the list is known and the look ahead begins.
PACING = PacingSettings(mode=DialMode.PREDICTIVE, target_ratio=0.3, limit_ratio=0.4)
# The pretend network's plan of a number: three of five answer after 2 to 4 s and talk for 5 s, one is busy, one never answers.
PLANS = ("0000", "0100", "0200", "4000", "5000")
CUSTOMERS = 150
ANSWERING = CUSTOMERS * 3 // 5
pytestmark = pytest.mark.usefixtures("quiet")


async def test_more_calls_ring_than_agents_are_free_and_everybody_who_answers_hears_somebody_within_two_seconds(
    dealer_asterisk: DealerAsterisk, wire: Wire, tmp_path: Path
) -> None:
    numbers = [f"+316{number:04d}{PLANS[number % len(PLANS)]}" for number in range(1000, 1000 + CUSTOMERS)]
    campaign = await store_campaign(dealer_asterisk, tmp_path, numbers, pacing=PACING)
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, tuple(SKILLS), campaign) as watched:
        await watched.fact(AttemptEnded, limit=240, count=CUSTOMERS)
        assert await watched.program.journal.flushed(5)
        stored = await count_totals(watched.program.database, None, {})
        shown, _ = watched.program.metrics.text()

    reasons = Counter(fact.reason for fact in watched.of(AttemptCommitted))
    assert reasons[Reason.LOOKAHEAD] > 0
    assert most_beyond_the_free_agents(watched.facts) > 0

    message = prompt(dealer_asterisk, "information-message")
    customers = wire.lines()
    left_alone = [leg for leg in customers if leg.heard.hears(message) is not None]
    served = [leg for leg in customers if leg.heard.tone_seconds(AGENT_HERTZ) > 2]
    assert (len(customers), len(served) + len(left_alone)) == (ANSWERING, ANSWERING)
    assert max(waited(leg) for leg in customers) < WITHIN

    connected, abandoned = watched.of(AttemptConnected), watched.of(AttemptAbandoned)
    assert (len(connected), len(abandoned)) == (len(served), len(left_alone))
    assert len(watched.of(InformationMessagePlayed)) == len(abandoned)
    assert 0 < len(abandoned) <= PACING.limit_ratio * ANSWERING
    outcomes = Counter(end.outcome for end in watched.of(AttemptEnded))
    assert outcomes == {
        AttemptOutcome.CONNECTED: len(served),
        AttemptOutcome.ABANDONED: len(left_alone),
        AttemptOutcome.BUSY: CUSTOMERS // 5,
        AttemptOutcome.UNANSWERED: CUSTOMERS // 5,
    }
    assert {row.outcome: row.attempts for row in stored.attempts} == outcomes
    assert disagreements(stored, shown.decode()) == []


def waited(leg: Leg) -> timedelta:
    """From the answer to the first sound."""
    began = leg.heard.first_loud()
    return began - leg.answered_at if began is not None else timedelta.max


def most_beyond_the_free_agents(facts: list[Fact]) -> int:
    """How many more calls were in the air at a time than agents were free."""
    free, ringing, most = 0, 0, 0
    for fact in facts:
        match fact:
            case AgentStateChanged(before=before, after=after):
                free += (after is AgentState.AVAILABLE) - (before is AgentState.AVAILABLE)
            case AttemptCommitted():
                ringing += 1
                most = max(most, ringing - free)
            case AttemptAnswered():
                ringing -= 1
            case AttemptEnded(outcome=AttemptOutcome.BUSY | AttemptOutcome.UNANSWERED):
                ringing -= 1
            case _:
                pass
    return most
