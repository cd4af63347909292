from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from app.cli_calls import told_number
from app.cli_frame import at_home
from app.cli_lists import told_standing
from app.console import calls
from app.console.calls import NewDisposition, VoicemailQuery
from app.console.client import ApiClient
from app.console.errors import ApiRefused
from app.storage import consent_tables
from app.storage.contact_cards import contact_card
from app.storage.contact_list import add_contacts, load_hash_key
from calls.facts import (
    AttemptConnected,
    AttemptEnded,
    CallArrived,
    CallQueued,
    DispositionRecorded,
    VoicemailLeft,
)
from calls.ids import CallId, LegId, NodeId, RecordingId
from calls.words import AttemptOutcome, Department, Direction, HangupCause
from customers.person import number_hash
from dialer.campaign import CampaignState, CommittedAttempt, RefusedContact
from tests.integration.console.bed import ANNA, APK, CUSTOMER, DEALER, LIVE, Bed, apk_campaign
from tests.integration.console.command_line import call_beside
from tests.integration.storage.builders import NOW, call_ids, contact

TALKED = CallId("n1" + "8" * 26)


async def attempt_with_anna(bed: Bed, client: ApiClient) -> CallId:
    """A customer of the campaign was connected to anna."""
    await add_contacts(bed.database, apk_campaign(), [contact(1, consent=True)], "test.csv", NOW)
    await bed.control.start_campaign(APK, "test")
    running = await bed.control.campaign(APK)
    [attempt] = await bed.store.commit_attempts(running, call_ids(1), NOW, "test")
    assert isinstance(attempt, CommittedAttempt)
    assert running.state is CampaignState.RUNNING
    await bed.control.login(ANNA, APK)
    bed.desk.line_up(ANNA, call_ids(1)[0])
    bed.desk.find_line_agent(APK, attempt.call_id)
    bed.publish(AttemptConnected(NOW, attempt.call_id, APK, DEALER, ANNA, 0.1))
    return attempt.call_id


async def objections(bed: Bed) -> int:
    async with bed.database.reading() as connection:
        count: int = (
            await connection.execute(select(func.count()).select_from(consent_tables.objections))
        ).scalar_one()
    return count


async def test_a_disposition_is_told_to_everybody(bed: Bed, client: ApiClient) -> None:
    call_id = await attempt_with_anna(bed, client)

    await client.ask(
        calls.RECORD_DISPOSITION,
        NewDisposition(agent="anna", disposition="booked", note="Dinsdag 9 uur"),
        call_id=call_id,
    )

    fact = bed.facts[-1]
    assert isinstance(fact, DispositionRecorded)
    assert (fact.call_id, fact.agent_id, fact.disposition, fact.note) == (
        call_id,
        ANNA,
        "booked",
        "Dinsdag 9 uur",
    )


async def test_a_disposition_can_be_told_on_the_command_line(bed: Bed, client: ApiClient) -> None:
    call_id = await attempt_with_anna(bed, client)

    result = await call_beside(bed, "call", "disposition", call_id, "booked", "--agent", "anna")

    assert (result.exit_code, result.stdout) == (0, f"{call_id}: booked, by anna\n")
    assert isinstance(bed.facts[-1], DispositionRecorded)


async def test_calls_and_queues_are_listed_on_the_command_line(bed: Bed) -> None:
    listed = await call_beside(bed, "call", "list", "--json")
    queues = await call_beside(bed, "queue", "list")

    assert "calls" in listed.stdout
    assert queues.exit_code == 0


def test_only_of_a_caller_it_is_said_that_the_number_is_hidden() -> None:
    told = [told_number(direction, None) for direction in Direction]

    assert dict(zip(Direction, told, strict=True)) == {Direction.INBOUND: "hidden", Direction.OUTBOUND: ""}
    assert told_number(Direction.OUTBOUND, CUSTOMER) == CUSTOMER


async def test_of_a_contact_it_is_told_when_it_was_dialled_what_came_of_it_and_until_when_it_rests(
    bed: Bed,
) -> None:
    await add_contacts(bed.database, apk_campaign(), [contact(1, consent=True)], "test.csv", NOW)
    hashed = contact(1).number_hash
    before = await contact_card(bed.database, APK, hashed)
    await bed.control.start_campaign(APK, "test")
    running = await bed.control.campaign(APK)
    [attempt] = await bed.store.commit_attempts(running, call_ids(1), NOW, "test")
    assert isinstance(attempt, CommittedAttempt)
    busy, cause = AttemptOutcome.BUSY, HangupCause.BUSY
    bed.publish(AttemptEnded(NOW, attempt.call_id, APK, DEALER, attempt.contact_id, busy, cause, 3.0, 0.0))
    assert await bed.stored()

    after = await contact_card(bed.database, APK, hashed)

    assert before is not None
    assert after is not None
    assert told_standing(before) == "ready"
    assert told_standing(after).endswith(f"last dialled {at_home(NOW):%d-%m-%Y %H:%M}: busy (busy)")
    rests = replace(after, state="resting", not_before=NOW)
    assert f"resting, until {at_home(NOW):%d-%m-%Y %H:%M}, last" in told_standing(rests)


async def test_an_objection_is_in_force_when_the_answer_comes(bed: Bed, client: ApiClient) -> None:
    call_id = await attempt_with_anna(bed, client)

    await client.ask(
        calls.RECORD_DISPOSITION, NewDisposition(agent="anna", disposition="objection"), call_id=call_id
    )

    assert await objections(bed) >= 1
    assert len(bed.looks) == 1


async def test_a_word_that_is_no_disposition_is_refused_with_those_that_are(
    bed: Bed, client: ApiClient
) -> None:
    call_id = await attempt_with_anna(bed, client)

    with pytest.raises(ApiRefused) as refused:
        await client.ask(
            calls.RECORD_DISPOSITION, NewDisposition(agent="anna", disposition="great"), call_id=call_id
        )

    assert refused.value.problem.status == 422
    assert "booked" in refused.value.problem.remedy


async def test_nobody_records_for_a_call_that_was_never_theirs(bed: Bed, client: ApiClient) -> None:
    with pytest.raises(ApiRefused) as refused:
        await client.ask(
            calls.RECORD_DISPOSITION, NewDisposition(agent="anna", disposition="booked"), call_id=TALKED
        )

    assert refused.value.problem.status == 404
    assert bed.facts == []


async def refuses_calls(bed: Bed) -> bool:
    """Whether a campaign call to the customer is refused by now."""
    hashed = number_hash(await load_hash_key(bed.database), CUSTOMER)
    person = replace(contact(1, consent=True), number_hash=hashed, e164=CUSTOMER)
    await add_contacts(bed.database, apk_campaign(), [person], "test.csv", NOW)
    await bed.control.start_campaign(APK, "test")
    running = await bed.control.campaign(APK)
    [outcome] = await bed.store.commit_attempts(running, call_ids(1), NOW, "test")
    return isinstance(outcome, RefusedContact) and outcome.rule == "objection"


@pytest.mark.parametrize("stored", [True, False])
async def test_a_caller_who_objects_is_called_by_no_campaign(
    bed: Bed, client: ApiClient, stored: bool
) -> None:
    call_id = TALKED if stored else LIVE
    bed.desk.login(ANNA)
    if stored:
        bed.publish(CallArrived(NOW, call_id, DEALER, "+31401234567", CUSTOMER, LegId("1.1"), NodeId("n1")))
        assert await bed.stored()
    bed.publish(CallQueued(NOW, call_id, DEALER, Department.SALES, 0))

    for _ in range(2):
        await client.ask(
            calls.RECORD_DISPOSITION, NewDisposition(agent="anna", disposition="objection"), call_id=call_id
        )

    assert await objections(bed) == 1
    assert await refuses_calls(bed)


async def test_a_hidden_caller_can_be_given_any_word_but_an_objection(bed: Bed, client: ApiClient) -> None:
    bed.desk.login(ANNA)
    bed.publish(CallArrived(NOW, TALKED, DEALER, "+31401234567", None, LegId("1.1"), NodeId("n1")))
    bed.publish(CallQueued(NOW, TALKED, DEALER, Department.SALES, 0))
    assert bed.control.agent(ANNA).call_id == TALKED

    await client.ask(
        calls.RECORD_DISPOSITION, NewDisposition(agent="anna", disposition="brochure_sent"), call_id=TALKED
    )
    with pytest.raises(ApiRefused) as refused:
        await client.ask(
            calls.RECORD_DISPOSITION, NewDisposition(agent="anna", disposition="objection"), call_id=TALKED
        )

    assert refused.value.problem.type == "urn:dealerlijn:problem:objection-without-number"
    assert await objections(bed) == 0


async def test_live_calls_are_shown_with_the_customers_number(client: ApiClient) -> None:
    [call] = (await client.ask(calls.LIST_CALLS)).calls

    assert (call.id, call.number, call.department) == (LIVE, CUSTOMER, Department.SALES)


async def test_a_queue_shows_who_waits(bed: Bed, client: ApiClient) -> None:
    bed.publish(CallQueued(NOW, TALKED, DEALER, Department.SALES, 0))

    [queue] = (await client.ask(calls.LIST_QUEUES)).queues

    assert (queue.dealer, queue.department, queue.length) == (DEALER, Department.SALES, 1)
    assert queue.estimated_wait_seconds is None


async def test_messages_are_listed_newest_first(bed: Bed, client: ApiClient) -> None:
    for hour in (8, 10, 9):
        left_at = datetime(2026, 6, 2, hour, tzinfo=UTC)
        recording = RecordingId(f"message{hour}")
        bed.publish(VoicemailLeft(left_at, TALKED, DEALER, recording, None, 12.0, complete=True))
    assert await bed.stored()

    listed = await client.ask(calls.LIST_VOICEMAILS, query=VoicemailQuery(dealer="demo", limit=2))

    assert [message.id for message in listed.voicemails] == ["message10", "message9"]


async def test_messages_of_a_dealer_that_does_not_exist_are_refused(client: ApiClient) -> None:
    with pytest.raises(ApiRefused) as refused:
        await client.ask(calls.LIST_VOICEMAILS, query=VoicemailQuery(dealer="other"))

    assert refused.value.problem.status == 422


def talks(bed: Bed) -> None:
    """The live call becomes a conversation with anna."""
    bed.calls.live = [replace(call, phase="talking", agent_id=ANNA) for call in bed.calls.live]


async def test_the_customers_part_of_a_conversation_is_ended_and_the_audit_log_tells(
    bed: Bed, client: ApiClient
) -> None:
    talks(bed)

    answer = await client.ask(calls.HANG_UP, call_id=LIVE)

    newest = (await client.ask(calls.LIST_CHANGES)).changes[0]
    assert (answer.call, answer.agent) == (LIVE, "anna")
    assert bed.calls.live == []
    assert (newest.action, newest.subject, newest.before) == ("call_hung_up", LIVE, '{"agent":"anna"}')


async def test_a_conversation_can_be_ended_on_the_command_line(bed: Bed, client: ApiClient) -> None:
    talks(bed)

    result = await call_beside(bed, "call", "hang-up", LIVE)

    assert (result.exit_code, result.stdout) == (0, f"{LIVE}: ended for anna\n")
    assert bed.calls.live == []


@pytest.mark.parametrize(
    ("call_id", "talking", "willing", "status", "kind"),
    [
        (TALKED, True, True, 404, "unknown-call"),
        (LIVE, False, True, 409, "no-conversation"),
        (LIVE, True, False, 503, "not-hung-up"),
    ],
)
async def test_what_is_no_conversation_or_is_not_ended_is_said(
    bed: Bed, client: ApiClient, call_id: CallId, talking: bool, willing: bool, status: int, kind: str
) -> None:
    if talking:
        talks(bed)
    bed.calls.willing = willing

    with pytest.raises(ApiRefused) as refused:
        await client.ask(calls.HANG_UP, call_id=call_id)

    assert refused.value.problem.status == status
    assert refused.value.problem.type.endswith(kind)
    assert len(bed.calls.live) == 1
    assert (await client.ask(calls.LIST_CHANGES)).changes == []
