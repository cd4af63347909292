import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from app.storage.campaign_store import SqlCampaignStore
from app.storage.campaigns import set_state
from app.storage.database import Database
from app.storage.epochs import take_epoch
from app.storage.errors import StaleEpoch
from app.storage.previews import SqlPreviewStore
from app.storage.takeover import open_attempts
from calls.ids import AgentId
from dialer.campaign import (
    CampaignState,
    CommittedAttempt,
    DialMode,
    LegalBasis,
    PacingSettings,
    RefusedContact,
)
from dialer.eligibility import Rule
from dialer.previews import HELD_FOR
from dialer.profile_file import shipped_profiles
from tests.integration.storage.builders import (
    CAMPAIGN,
    NODE,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    contact_ids,
    store_for,
)
from tests.integration.storage.test_dispositions import LATER, with_languages

ANNA, BRAM = AgentId("anna"), AgentId("bram")
MANUAL = replace(CAMPAIGN, pacing=PacingSettings(mode=DialMode.PREVIEW_MANUAL))
TIMED = replace(CAMPAIGN, pacing=PacingSettings(mode=DialMode.PREVIEW_TIMED, preview_seconds=20))


async def previews_for(database: Database) -> SqlPreviewStore:
    return SqlPreviewStore(database, NODE, await take_epoch(database, NODE), shipped_profiles())


async def test_each_agent_has_a_contact_of_their_own_in_list_order(database: Database) -> None:
    await campaign_with(database, [contact(1), contact(2, priority=1)])
    store = await previews_for(database)
    first, second = await contact_ids(database, CAMPAIGN)

    annas, _ = await store.show(MANUAL, ANNA, 0, NOW)
    brams, _ = await store.show(MANUAL, BRAM, 0, NOW)
    nobodys, _ = await store.show(MANUAL, AgentId("carla"), 0, NOW)

    assert annas is not None
    assert brams is not None
    assert nobodys is None
    assert (annas.contact_id, brams.contact_id) == (second, first)
    assert (annas.until, annas.dials_at) == (NOW + HELD_FOR, None)


async def test_two_agents_who_ask_at_once_never_see_the_same_contact(database: Database) -> None:
    await campaign_with(database, [contact(number) for number in range(6)])
    store = await previews_for(database)
    agents = [AgentId(f"agent{number}") for number in range(6)]

    async with asyncio.TaskGroup() as group:
        shown = [group.create_task(store.show(MANUAL, agent_id, 0, NOW)) for agent_id in agents]

    seen = [preview.contact_id for task in shown if (preview := task.result()[0]) is not None]
    assert 0 < len(seen) == len(set(seen)) == len(await store.all())


async def test_nobody_else_dials_a_contact_that_is_held(database: Database) -> None:
    await campaign_with(database, [contact(1), contact(2)])
    dialler = await store_for(database)
    store = SqlPreviewStore(database, NODE, 1, shipped_profiles())
    held, _ = await store.show(MANUAL, ANNA, 0, NOW)
    assert held is not None

    others = committed(await dialler.commit_attempts(CAMPAIGN, call_ids(2), NOW, "x"))
    await store.end(held)
    given_back = committed(await dialler.commit_attempts(CAMPAIGN, call_ids(2), NOW, "x"))

    assert held.contact_id not in {attempt.contact_id for attempt in others}
    assert [attempt.contact_id for attempt in given_back] == [held.contact_id]


async def test_a_held_contact_is_still_held_after_a_restart_with_its_timer(database: Database) -> None:
    await campaign_with(database, [contact(1)])
    before = await previews_for(database)
    held, _ = await before.show(TIMED, ANNA, 2, NOW)
    assert held is not None

    after = await previews_for(database)

    assert await after.all() == [held]
    assert (held.dials_at, held.skipped) == (NOW + timedelta(seconds=20), 2)
    with pytest.raises(StaleEpoch):
        await before.end(held)


async def test_dialling_commits_the_contact_that_was_shown_and_ends_the_preview(database: Database) -> None:
    await campaign_with(database, [contact(1), contact(2)])
    store = await previews_for(database)
    held, _ = await store.show(MANUAL, ANNA, 0, NOW)
    assert held is not None
    (call_id,) = call_ids(1)

    attempt = await store.commit(MANUAL, held, call_id, NOW)

    assert isinstance(attempt, CommittedAttempt)
    assert (attempt.call_id, attempt.contact_id) == (call_id, held.contact_id)
    assert [each.call_id for each in await open_attempts(database, NODE)] == [call_id]
    assert await store.all() == []


async def test_an_objection_made_while_the_contact_was_shown_stops_the_call(database: Database) -> None:
    await campaign_with(database, [contact(1)])
    store = await previews_for(database)
    held, _ = await store.show(MANUAL, ANNA, 0, NOW)
    assert held is not None
    call_id, earlier_call = call_ids(2)
    dialler = SqlCampaignStore(database, NODE, 1, shipped_profiles())
    await dialler.record_objection(earlier_call, held.contact_id, BRAM, NOW)

    result = await store.commit(MANUAL, held, call_id, NOW)

    assert isinstance(result, RefusedContact)
    assert result.rule == Rule.CLOSED
    assert await open_attempts(database, NODE) == []
    assert (await store.show(MANUAL, ANNA, 0, NOW))[0] is None


async def test_nobody_is_dialled_after_closing_time_however_long_the_preview_lasts(
    database: Database,
) -> None:
    await campaign_with(database, [contact(1)])
    store = await previews_for(database)
    held, _ = await store.show(MANUAL, ANNA, 0, NOW)
    assert held is not None

    result = await store.commit(MANUAL, held, call_ids(1)[0], NOW.replace(hour=21))

    assert isinstance(result, RefusedContact)
    assert result.rule == Rule.WINDOW_CLOSED


async def test_nobody_is_dialled_for_a_campaign_that_was_stopped_meanwhile(database: Database) -> None:
    await campaign_with(database, [contact(1)])
    store = await previews_for(database)
    held, _ = await store.show(MANUAL, ANNA, 0, NOW)
    assert held is not None
    await set_state(database, CAMPAIGN.campaign_id, CampaignState.STOPPED)

    result = await store.commit(MANUAL, held, call_ids(1)[0], NOW)

    assert isinstance(result, RefusedContact)
    assert await open_attempts(database, NODE) == []


async def test_a_contact_that_was_passed_over_rests_and_comes_back(database: Database) -> None:
    await campaign_with(database, [contact(1), contact(2)])
    store = await previews_for(database)
    first, _ = await store.show(MANUAL, ANNA, 0, NOW)
    assert first is not None

    await store.end(first, NOW + timedelta(hours=1))
    second, _ = await store.show(MANUAL, ANNA, 1, NOW)
    assert second is not None
    await store.end(second, NOW + timedelta(hours=2))
    later, _ = await store.show(MANUAL, ANNA, 0, NOW + timedelta(hours=1))

    assert second.contact_id != first.contact_id
    assert later is not None
    assert later.contact_id == first.contact_id


async def test_who_may_not_be_called_is_not_shown(database: Database) -> None:
    campaign = replace(MANUAL, basis=LegalBasis.CONSENT)
    await campaign_with(database, [contact(1), contact(2, consent=True)], campaign)
    first, second = await contact_ids(database, CAMPAIGN)
    store = await previews_for(database)

    shown, refused = await store.show(campaign, ANNA, 0, NOW)

    assert shown is not None
    assert shown.contact_id == second
    assert [(each.contact_id, each.rule) for each in refused] == [(first, Rule.NO_BASIS)]


async def test_every_rule_is_asked_again_when_the_contact_is_dialled(database: Database) -> None:
    await campaign_with(database, [contact(1)])
    store = await previews_for(database)
    held, _ = await store.show(MANUAL, ANNA, 0, NOW)
    assert held is not None

    result = await store.commit(replace(MANUAL, basis=LegalBasis.CONSENT), held, call_ids(1)[0], NOW)

    assert isinstance(result, RefusedContact)
    assert result.rule == Rule.NO_BASIS
    assert await open_attempts(database, NODE) == []


async def test_a_contact_whose_language_was_noted_is_shown_to_who_speaks_it_and_to_nobody_else(
    database: Database,
) -> None:
    _, campaign = await with_languages(database, "turkish", "arabic", "")
    turkish, _, any_language = await contact_ids(database, campaign)
    previews = await previews_for(database)

    annas, _ = await previews.show(MANUAL, ANNA, 0, LATER, languages=["sales", "turkish"])
    brams, _ = await previews.show(MANUAL, BRAM, 0, LATER, languages=["sales", "turkish"])
    nobodys, _ = await previews.show(MANUAL, AgentId("carla"), 0, LATER, languages=["sales"])

    assert annas is not None
    assert brams is not None
    assert (annas.contact_id, brams.contact_id, nobodys) == (turkish, any_language, None)
    dialled = await previews.commit(MANUAL, annas, call_ids(1)[0], LATER)
    assert isinstance(dialled, CommittedAttempt)
    assert dialled.language == "turkish"
