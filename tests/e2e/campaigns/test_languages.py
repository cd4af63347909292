"""A customer who asked for another language is called again when an agent who speaks it is free, and talks with that agent."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.conversations import Said
from calls.facts import AttemptCommitted, AttemptConnected, AttemptEnded, PacingDecided
from calls.ids import AgentId
from calls.words import AttemptOutcome
from dialer.pacing import Reason
from tests.e2e.bed import DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.floor import ALWAYS_OPEN, Watched, controller, dealers, lines_up, store_campaign
from tests.e2e.wire import Wire

FOREIGN = "+31610000001"
HERTZ = {"agent1": 1000.0, "agent5": 1400.0}
pytestmark = pytest.mark.usefixtures("quiet")


async def test_who_asked_for_another_language_is_passed_over_until_an_agent_who_speaks_it_is_free_and_gets_that_agent(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    for name, hertz in HERTZ.items():
        await network_asterisk.phone_sounds(name, hertz)
    await network_asterisk.customer_does(FOREIGN, "answer:0.3:1.5")
    campaign = await store_campaign(dealer_asterisk, tmp_path, [FOREIGN])
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign) as watched:
        desk = watched.program.desk
        speaker = desk.floor.agent(AgentId("agent5")).profile
        desk.floor.know(replace(speaker, skills={**speaker.skills, "turkish": 5}), desk.now())
        first = await watched.fact(AttemptConnected)
        said = Said("language", language="turkish")
        await watched.program.control.conversations.record(AgentId("agent1"), first.call_id, said, "test")
        assert await watched.program.journal.flushed(5)
        _a_day_passes(tmp_path)
        await watched.fact(AttemptEnded)
        await _nobody_is_left_to_call(watched)
        called_by_then = len(watched.of(AttemptCommitted))
        desk.login(AgentId("agent5"), campaign.campaign_id)
        await lines_up(watched, 2)
        await watched.fact(AttemptEnded, count=2)

    assert called_by_then == 1
    assert [fact.agent_id for fact in watched.of(AttemptConnected)] == ["agent1", "agent5"]
    assert {end.outcome for end in watched.of(AttemptEnded)} == {AttemptOutcome.CONNECTED}
    heard = [
        [name for name, hertz in HERTZ.items() if line.heard.tone_seconds(hertz) > 0.5]
        for line in wire.lines()
    ]
    assert heard == [["agent1"], ["agent5"]]


async def _nobody_is_left_to_call(watched: Watched) -> None:
    """The dialler has looked at the list with a free agent and found nobody whom it may call."""
    ended = watched.of(AttemptEnded)[-1].at
    count = 1
    while True:
        decided = await watched.fact(PacingDecided, count=count)
        if decided.at > ended and decided.reason == Reason.LIST_EMPTY:
            return
        count += 1


def _a_day_passes(folder: Path) -> None:
    """Whoever rests may be called from now on."""
    past = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%d %H:%M:%S.%f")
    with closing(sqlite3.connect(folder / "dealerlijn.db", timeout=10)) as database, database:
        changed = database.execute("UPDATE contacts SET not_before = ? WHERE not_before IS NOT NULL", (past,))
        assert changed.rowcount == 1
