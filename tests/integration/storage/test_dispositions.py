from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.storage import tables
from app.storage.campaign_store import SqlCampaignStore
from app.storage.consent_tables import objections
from app.storage.contact_list import add_contacts
from app.storage.database import Database
from app.storage.epochs import take_epoch
from app.storage.journal import Journal
from app.storage.past_calls import past_call
from app.storage.takeover import open_attempts
from calls.facts import (
    AttemptConnected,
    AttemptEnded,
    CallArrived,
    CallerRecognised,
    DispositionRecorded,
    Fact,
    MachineMistaken,
)
from calls.ids import AgentId, DealerId, LegId
from calls.words import AttemptOutcome, Department, HangupCause
from dialer.campaign import Campaign, CommittedAttempt
from dialer.list_order import AGREED
from tests.integration.storage.builders import (
    NODE,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    contact_ids,
    other,
    refused,
    store_for,
)

LATER = NOW + timedelta(days=8)


def disposed(attempt: CommittedAttempt, word: str) -> DispositionRecorded:
    return DispositionRecorded(NOW, attempt.call_id, AgentId("anna"), word, "")


def ended(
    attempt: CommittedAttempt, campaign: Campaign, outcome: AttemptOutcome = AttemptOutcome.CONNECTED
) -> AttemptEnded:
    return AttemptEnded(
        NOW,
        attempt.call_id,
        attempt.campaign_id,
        campaign.dealer,
        attempt.contact_id,
        outcome,
        HangupCause.NORMAL,
        8.0,
        95.0,
    )


async def talked(
    database: Database, word: str, *, disposed_first: bool = False
) -> tuple[SqlCampaignStore, Campaign]:
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    facts: list[Fact] = [ended(attempt, campaign), disposed(attempt, word)]
    journal = Journal(database, NODE, 1)
    for fact in reversed(facts) if disposed_first else facts:
        await journal.write_facts([fact])
    return store, campaign


@pytest.mark.parametrize("disposed_first", [True, False])
async def test_a_booked_contact_is_closed(database: Database, disposed_first: bool) -> None:
    store, campaign = await talked(database, "booked", disposed_first=disposed_first)

    outcome = await store.commit_attempts(campaign, call_ids(1), LATER, "x")

    assert outcome == []


@pytest.mark.parametrize("disposed_first", [True, False])
async def test_a_contact_who_is_not_ready_now_rests(database: Database, disposed_first: bool) -> None:
    store, campaign = await talked(database, "not_now", disposed_first=disposed_first)

    early = await store.commit_attempts(campaign, call_ids(1), LATER, "x")
    in_time = await store.commit_attempts(campaign, call_ids(1), NOW + timedelta(days=15), "x")

    assert committed(early) == []
    assert len(committed(in_time)) == 1


async def test_a_refusal_holds_for_the_other_campaigns_of_the_dealer(database: Database) -> None:
    store, _ = await talked(database, "refused")
    tyres = await campaign_with(database, [contact(1)], other("banden"))

    outcome = await store.commit_attempts(tyres, call_ids(1), LATER, "x")

    assert [each.rule for each in refused(outcome)] == ["refused_recently"]


async def test_an_objection_holds_for_every_campaign_and_is_stored_once(database: Database) -> None:
    store, campaign = await talked(database, "objection")
    elsewhere = replace(other("banden"), dealer=DealerId("another"))
    tyres = await campaign_with(database, [contact(1)], elsewhere)
    [call_id] = call_ids(1)
    [attempted] = await contact_ids(database, campaign)

    await store.record_objection(call_id, attempted, None, NOW)
    await store.record_objection(call_id, attempted, None, NOW)
    outcome = await store.commit_attempts(tyres, call_ids(1), LATER, "x")

    assert [each.rule for each in refused(outcome)] == ["objection"]
    async with database.reading() as connection:
        told = objections.c.call_id == call_id
        stored = (await connection.execute(select(func.count()).where(told))).scalar_one()
    assert stored == 1


async def test_an_unknown_word_and_an_inbound_call_change_nothing(database: Database) -> None:
    store, campaign = await talked(database, "something_else")
    inbound = DispositionRecorded(NOW, call_ids(1)[0], None, "booked", "")

    await Journal(database, NODE, await take_epoch(database, NODE)).write_facts([inbound])

    store = await store_for(database)
    assert len(committed(await store.commit_attempts(campaign, call_ids(1), LATER, "x"))) == 1


async def test_a_person_dropped_as_a_machine_counts_as_abandoned_and_rests_as_long(
    database: Database,
) -> None:
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    journal = Journal(database, NODE, 1)
    dropped = ended(attempt, campaign, AttemptOutcome.MACHINE)
    mistaken = MachineMistaken(NOW, attempt.call_id, campaign.campaign_id, campaign.dealer)
    connected = AttemptConnected(
        NOW, attempt.call_id, campaign.campaign_id, campaign.dealer, AgentId("anna"), 0.1
    )
    await journal.write_facts([connected, dropped])
    as_machine = await past_call(database, attempt.call_id)
    no_person = await store.abandon_window(campaign.campaign_id, NOW)
    await journal.write_facts([mistaken])
    as_person = await past_call(database, attempt.call_id)

    window = await store.abandon_window(campaign.campaign_id, NOW)
    soon = await store.commit_attempts(campaign, call_ids(1), NOW + timedelta(hours=50), "x")

    assert as_machine is not None
    assert as_machine.dropped_from == (campaign.campaign_id, campaign.dealer)
    assert as_person is not None
    assert as_person.dropped_from is None
    assert (no_person.connected, no_person.abandoned) == (0, 0)
    assert (window.connected, window.abandoned) == (0, 1)
    assert [each.rule for each in refused(soon)] == ["after_abandon"]


async def corrected(database: Database, *words: str) -> tuple[SqlCampaignStore, Campaign]:
    """Two campaigns with the same person and vehicle; the agent said several words about one call, the last counts."""
    car = replace(contact(1), plate="AB123C")
    campaign = await campaign_with(database, [car])
    await campaign_with(database, [replace(contact(2), plate="AB123C")], other("banden"))
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    journal = Journal(database, NODE, 1)
    await journal.write_facts([disposed(attempt, words[0]), ended(attempt, campaign)])
    for word in words[1:]:
        await journal.write_facts([disposed(attempt, word)])
    return store, campaign


@pytest.mark.parametrize(
    "mistake", ["booked", "refused", "wrong_number", "sold_the_car", "not_now", "call_back"]
)
async def test_the_last_word_about_a_call_counts(database: Database, mistake: str) -> None:
    store, campaign = await corrected(database, mistake, "something_else")

    here = await store.commit_attempts(campaign, call_ids(1), LATER, "x")
    tyres = await store.commit_attempts(other("banden"), call_ids(1), LATER, "x")

    assert (len(committed(here)), len(committed(tyres))) == (1, 1)


async def test_an_objection_cannot_be_taken_back(database: Database) -> None:
    store, campaign = await corrected(database, "objection", "booked", "something_else")

    assert await store.commit_attempts(campaign, call_ids(1), LATER, "x") == []


async def test_a_vehicle_that_was_sold_leaves_every_list_of_the_dealer(database: Database) -> None:
    store, _ = await corrected(database, "sold_the_car")

    assert await store.commit_attempts(other("banden"), call_ids(1), LATER, "x") == []


async def test_a_wrong_number_is_not_called_again_for_this_person(database: Database) -> None:
    store, _ = await talked(database, "wrong_number")
    tyres = await campaign_with(database, [contact(1), contact(2)], other("banden"))

    outcome = await store.commit_attempts(tyres, call_ids(2), LATER, "x")

    assert [each.rule for each in refused(outcome)] == ["wrong_number"]
    assert len(committed(outcome)) == 1


async def with_languages(database: Database, *languages: str) -> tuple[SqlCampaignStore, Campaign]:
    """A contact for each language, empty for none, in this order on the list; each was noted in an earlier conversation."""
    campaign = await campaign_with(database, [contact(number) for number, _ in enumerate(languages)])
    store = await store_for(database)
    attempts = committed(await store.commit_attempts(campaign, call_ids(len(languages)), NOW, "x"))
    journal = Journal(database, NODE, 1)
    for attempt, language in zip(attempts, languages, strict=True):
        said = disposed(attempt, "language" if language else "machine")
        await journal.write_facts([replace(said, language=language), ended(attempt, campaign)])
    return store, campaign


async def test_a_contact_whose_language_was_noted_is_called_only_while_somebody_is_free_who_speaks_it(
    database: Database,
) -> None:
    store, campaign = await with_languages(database, "turkish", "arabic", "", "turkish")

    alone = committed(await store.commit_attempts(campaign, call_ids(4), LATER, "x"))
    turkish = {"turkish": 1, "sales": 4}
    one = committed(await store.commit_attempts(campaign, call_ids(4), LATER, "x", (), languages=turkish))
    rest = committed(
        await store.commit_attempts(
            campaign, call_ids(4), LATER, "x", (), languages={"turkish": 2, "arabic": 2}
        )
    )

    assert [attempt.language for attempt in alone] == [None]
    assert [attempt.language for attempt in one] == ["turkish"]
    assert [attempt.language for attempt in rest] == ["arabic", "turkish"]


@pytest.mark.parametrize(
    ("first", "second", "languages"),
    [
        # Of each call, the words and the languages said with them, in this order.
        ([("language", "turkish")], [("call_back", ""), ("machine", "")], ["turkish"]),
        ([("language", "turkish")], [("language", "arabic"), ("machine", "")], ["turkish"]),
        ([("language", "turkish")], [("machine", ""), ("language", "arabic")], ["arabic"]),
        ([("language", "turkish"), ("machine", "")], [("call_back", ""), ("machine", "")], [None]),
        ([("machine", "")], [("language", "arabic"), ("machine", "")], [None]),
    ],
)
async def test_a_word_that_is_corrected_leaves_the_language_that_earlier_calls_noted(
    database: Database,
    first: list[tuple[str, str]],
    second: list[tuple[str, str]],
    languages: list[str | None],
) -> None:
    campaign = await campaign_with(database, [contact(1), contact(2)])
    store, journal = await store_for(database), Journal(database, NODE, 1)
    one, other_one = committed(await store.commit_attempts(campaign, call_ids(2), NOW, "x"))
    noted = replace(disposed(other_one, "language"), language="polish")
    await journal.write_facts([ended(one, campaign), ended(other_one, campaign), noted])
    for word, language in first:
        await journal.write_facts([replace(disposed(one, word), language=language)])
    both = {"turkish": 1, "arabic": 1}
    [again] = committed(await store.commit_attempts(campaign, call_ids(1), LATER, "x", (), languages=both))
    await journal.write_facts([ended(again, campaign)])
    for word, language in second:
        await journal.write_facts([replace(disposed(again, word), language=language)])

    outcome = await store.commit_attempts(
        campaign, call_ids(1), LATER + timedelta(days=16), "x", (), languages=both
    )

    assert [each.language for each in committed(outcome)] == languages


async def test_many_contacts_of_one_language_in_front_keep_nobody_behind_them_waiting(
    database: Database,
) -> None:
    store, campaign = await with_languages(database, *["turkish"] * 30, "")

    outcome = committed(
        await store.commit_attempts(campaign, call_ids(2), LATER, "x", (), languages={"turkish": 1})
    )

    assert [attempt.language for attempt in outcome] == ["turkish", None]


async def test_the_language_of_a_call_under_way_is_known_after_a_restart(database: Database) -> None:
    store, campaign = await with_languages(database, "turkish")

    await store.commit_attempts(campaign, call_ids(1), LATER, "x", (), languages={"turkish": 1})

    assert [attempt.language for attempt in await open_attempts(database, NODE)] == ["turkish"]


async def rank_after(database: Database, *words: str) -> tuple[int, int]:
    """The contact's place on the list at first, and after conversations that ended in these words, one a week."""
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)
    journal, at = Journal(database, NODE, 1), NOW
    ranks = [await _rank(database)]
    for word in words:
        [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), at, "x"))
        said = replace(disposed(attempt, word), at=at, until=at + timedelta(days=7))
        await journal.write_facts([said, ended(attempt, campaign)])
        ranks.append(await _rank(database))
        at += timedelta(days=7)
    return ranks[0], ranks[-1]


async def _rank(database: Database) -> int:
    async with database.reading() as connection:
        rank: int = (await connection.execute(select(tables.contacts.c.list_rank))).scalar_one()
    return rank


@pytest.mark.parametrize("words", [("call_back",), ("call_back", "call_back"), ("not_now", "call_back")])
async def test_an_agreement_moves_a_contact_forward_once(database: Database, words: tuple[str, ...]) -> None:
    before, after = await rank_after(database, *words)

    assert after == before - AGREED


@pytest.mark.parametrize("words", [("call_back", "not_now"), ("call_back", "call_back", "machine")])
async def test_whoever_says_something_else_after_an_agreement_has_the_usual_place_again(
    database: Database, words: tuple[str, ...]
) -> None:
    before, after = await rank_after(database, *words)

    assert after == before


async def test_an_agreement_is_kept_once_the_call_is_made_whether_anybody_answers_or_not(
    database: Database,
) -> None:
    before, agreed = await rank_after(database, "call_back")
    store = await store_for(database)
    [campaign] = await store.campaigns()

    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), LATER, "x"))

    assert agreed < 0
    assert attempt.contact_id
    assert await _rank(database) == before


async def test_an_agreement_in_a_returned_call_is_given_up_for_what_is_said_in_the_next(
    database: Database,
) -> None:
    campaign = await campaign_with(database, [contact(1)])
    [contact_id] = await contact_ids(database, campaign)
    await store_for(database)
    journal, before = Journal(database, NODE, 1), await _rank(database)
    for call_id, word in zip(call_ids(3), ("call_back", "call_back", "not_now"), strict=True):
        arrived = CallArrived(NOW, call_id, campaign.dealer, "+31401234567", None, LegId(call_id), NODE)
        who = (campaign.campaign_id, contact_id, Department.WORKSHOP)
        recognised = CallerRecognised(NOW, call_id, campaign.dealer, *who)
        said = DispositionRecorded(NOW, call_id, AgentId("anna"), word, "", until=LATER)
        await journal.write_facts([arrived, recognised, said])

    assert await _rank(database) == before


async def test_an_agreed_call_comes_at_its_moment_and_before_all_others(database: Database) -> None:
    first, agreed = contact(1, priority=1), contact(2, priority=9)
    campaign = await campaign_with(database, [agreed])
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    await add_contacts(database, campaign, [first], "test.csv", NOW)
    moment = NOW + timedelta(days=1, hours=2)
    said = replace(disposed(attempt, "call_back"), until=moment)
    await Journal(database, NODE, 1).write_facts([said, ended(attempt, campaign)])

    early = await store.commit_attempts(campaign, call_ids(1), moment - timedelta(hours=1), "x")
    in_time = await store.commit_attempts(campaign, call_ids(1), moment, "x")

    assert [each.contact_id == attempt.contact_id for each in committed(early)] == [False]
    assert [each.contact_id for each in committed(in_time)] == [attempt.contact_id]
