from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from app.storage.agents import all_agents, save_agent
from app.storage.database import Database
from app.storage.epochs import take_epoch
from app.storage.errors import StaleEpoch
from app.storage.journal import Journal
from app.storage.takeover import open_calls
from app.storage.totals import count_totals
from app.storage.voicemails import newest_voicemails
from calls.facts import (
    AgentStateChanged,
    CallEnded,
    ControllerStarted,
    DispositionRecorded,
    Fact,
    ForecastMade,
    PacingDecided,
    PreviewEnded,
    PreviewShown,
    VoicemailLeft,
)
from calls.ids import CampaignId, ContactId, DealerId, RecordingId, offer_leg
from calls.words import (
    AgentState,
    InboundOutcome,
    PreviewEnd,
)
from routing.agent import AgentProfile
from tests.integration.storage.builders import (
    NODE,
    NOW,
    call_ids,
)
from tests.integration.storage.journalled import (
    ANNA,
    BRAM,
    DEALER,
    SALES,
    arrived,
    connected,
    ended,
    in_queue,
    journal_for,
    offered,
    stored,
    unanswered,
)


async def test_facts_come_back_as_they_were_in_their_order(database: Database) -> None:
    journal = await journal_for(database)
    [call_id] = call_ids(1)
    campaign, first = CampaignId("apk-mei"), ContactId(1)
    facts: list[Fact] = [
        ControllerStarted(NOW, NODE, 1),
        *in_queue(call_id),
        ended(call_id),
        ForecastMade(NOW, campaign, DEALER, "{}"),
        PacingDecided(NOW, campaign, DEALER, 2, "lookahead", '{"a": 1}', NOW, passed_over=3),
        PreviewShown(NOW, campaign, DEALER, first, ANNA, NOW, None),
        PreviewEnded(NOW, campaign, DEALER, first, ANNA, PreviewEnd.SKIPPED, "just_visited"),
    ]

    await journal.write_facts(facts[:2])
    await journal.write_facts(facts[2:])

    assert await stored(database) == facts


async def test_a_live_call_shows_the_agent_of_the_last_offer(database: Database) -> None:
    journal = await journal_for(database)
    [call_id] = call_ids(1)
    offers: list[Fact] = [
        offered(call_id, ANNA, 0),
        unanswered(call_id, ANNA),
        offered(call_id, BRAM, 1),
        unanswered(call_id, BRAM),
    ]

    await journal.write_facts([*in_queue(call_id), *offers, offered(call_id, ANNA, 2)])

    [call] = await open_calls(database, NODE)
    assert (call.agent_id, call.agent_leg, call.department) == (ANNA, offer_leg(call_id, 2), SALES)
    assert call.queued_at == NOW


async def test_an_ended_call_is_open_no_more(database: Database) -> None:
    journal = await journal_for(database)
    [call_id] = call_ids(1)

    await journal.write_facts([*in_queue(call_id), offered(call_id, ANNA)])
    await journal.write_facts([connected(call_id, ANNA), ended(call_id)])

    assert await open_calls(database, NODE) == []


@pytest.mark.parametrize("together", [True, False])
async def test_the_first_end_of_a_call_wins(database: Database, together: bool) -> None:
    journal = await journal_for(database)
    [call_id] = call_ids(1)
    first, second = ended(call_id), ended(call_id, InboundOutcome.LOST)
    batches: list[list[Fact]] = (
        [[*in_queue(call_id), first, second]] if together else [[*in_queue(call_id), first], [second, first]]
    )

    for batch in batches:
        await journal.write_facts(batch)

    totals = await count_totals(database, None, {})
    assert [row.outcome for row in totals.calls] == [InboundOutcome.CONNECTED]
    assert [fact for fact in await stored(database) if isinstance(fact, CallEnded)] == [first]


async def test_a_batch_whose_outcome_was_unknown_is_stored_once(database: Database) -> None:
    journal = await journal_for(database)
    forgetful = Journal(database, NODE, 1)
    [call_id] = call_ids(1)
    facts = in_queue(call_id)

    await journal.write_facts(facts)
    await forgetful.write_facts([*facts, offered(call_id, ANNA)])
    await forgetful.write_facts([unanswered(call_id, ANNA)])

    assert await stored(database) == [*facts, offered(call_id, ANNA), unanswered(call_id, ANNA)]


# In UTC it is in a year that no calendar has.
UNHEARD_OF = datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=12)))


async def test_a_fact_that_the_database_cannot_hold_costs_only_itself(database: Database) -> None:
    journal = await journal_for(database)
    first, second = call_ids(2)
    bad = DispositionRecorded(NOW, first, ANNA, "not_now", "", UNHEARD_OF)
    good = [*in_queue(first), *in_queue(second), ended(first)]

    refused = await journal.write_facts([*good[:3], bad, *good[3:]])
    nothing = await journal.write_facts([bad])
    await journal.write_facts([ended(second)])

    assert (refused, nothing) == (1, 1)
    assert await stored(database) == [*good, ended(second)]
    assert await open_calls(database, NODE) == []


async def test_after_an_outage_amid_a_batch_with_such_a_fact_nothing_is_stored_twice(
    database: Database,
) -> None:
    journal, forgetful = await journal_for(database), Journal(database, NODE, 1)
    first, second = call_ids(2)
    bad = DispositionRecorded(NOW, first, ANNA, "not_now", "", UNHEARD_OF)
    good = [*in_queue(first), *in_queue(second)]

    await journal.write_facts(good[:5])
    refused = await forgetful.write_facts([*good, bad, ended(first)])

    assert refused == 1
    assert await stored(database) == [*good, ended(first)]


async def test_a_journal_of_an_earlier_epoch_stores_nothing(database: Database) -> None:
    journal = await journal_for(database)

    await take_epoch(database, NODE)

    with pytest.raises(StaleEpoch):
        await journal.write_facts(in_queue(call_ids(1)[0]))
    assert await stored(database) == []


async def test_an_agent_keeps_the_last_state_told(database: Database) -> None:
    journal = await journal_for(database)
    [call_id] = call_ids(1)
    profile = AgentProfile(ANNA, "Anna Proef", "PJSIP/anna", {"sales": 8}, frozenset({DEALER}))
    await save_agent(database, profile)

    await journal.write_facts(
        [
            AgentStateChanged(NOW, ANNA, AgentState.LOGGED_OUT, AgentState.AVAILABLE, "logged_in"),
            AgentStateChanged(NOW, ANNA, AgentState.AVAILABLE, AgentState.ON_CALL, "connected", call_id),
        ]
    )
    await save_agent(database, replace(profile, name="Anna Test"))

    [agent] = await all_agents(database)
    assert agent.profile == replace(profile, name="Anna Test")
    assert (agent.state, agent.reason, agent.since) == (AgentState.ON_CALL, "connected", NOW)
    assert agent.call_id == call_id


async def test_a_voicemail_is_listed_with_its_call(database: Database) -> None:
    journal = await journal_for(database)
    [call_id] = call_ids(1)
    recording = RecordingId(f"{call_id}-r00")

    await journal.write_facts(
        [arrived(call_id), VoicemailLeft(NOW, call_id, DEALER, recording, None, 7.5, complete=True)]
    )

    [voicemail] = await newest_voicemails(database, DEALER, 10)
    assert (voicemail.recording_id, voicemail.left_at, voicemail.seconds) == (recording, NOW, 7.5)
    assert await newest_voicemails(database, DealerId("other"), 10) == []
