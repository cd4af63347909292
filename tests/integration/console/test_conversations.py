from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.console import calls, campaigns, consents, conversations
from app.console.calls import LIST_CHANGES, NewDisposition
from app.console.client import ApiClient
from app.console.consents import NewConsent, NewEntry, PersonMeant
from app.console.errors import ApiRefused
from app.console.profiles import LIST_PROFILES
from app.storage.campaigns import create_campaign
from app.storage.contact_list import add_contacts
from app.storage.conversations import read_history
from calls.facts import (
    CallArrived,
    CallConnected,
    CallEnded,
    CallerRecognised,
    CallQueued,
    DispositionRecorded,
)
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId, LegId, NodeId
from calls.words import CallPhase, Department, HangupCause, InboundOutcome
from dialer.campaign import CampaignKind, LegalBasis
from routing.agent import AgentProfile
from tests.integration.console.bed import ANNA, APK, CUSTOMER, DEALER, Bed, apk_campaign
from tests.integration.console.command_line import call_beside
from tests.integration.console.test_calls import attempt_with_anna, refuses_calls
from tests.integration.console.test_campaigns import new_campaign
from tests.integration.storage.builders import NOW, contact, contact_ids

RETURNED = CallId("n1" + "6" * 26)
GUIDE = """
purpose = "Eigen reden"
dispositions = ["booked"]
[script]
opening = "{agent} van {dealer} over {plate} voor {name}"
objection = "U mag nee zeggen"
body = "APK op {due}"
closing = "Dag"
[[questions]]
key = "mileage"
text = "Stand?"
answer = "number"
"""


async def say(client: ApiClient, call_id: CallId, word: str, **more: object) -> None:
    body = NewDisposition.model_validate({"agent": "anna", "disposition": word, **more})
    await client.ask(calls.RECORD_DISPOSITION, body, call_id=call_id)


async def test_a_new_campaign_gets_what_its_kind_proposes_and_who_chose_the_ground_is_recorded(
    client: ApiClient,
) -> None:
    new = new_campaign(kind=CampaignKind.RECALL).model_copy(update={"basis": None, "name": None})

    created = await client.ask(campaigns.CREATE_CAMPAIGN, new)

    [change] = (await client.ask(LIST_CHANGES)).changes
    assert (created.name, created.basis, created.ring_seconds) == (
        "Terugroepactie",
        LegalBasis.LEGAL_DUTY,
        25,
    )
    assert (change.who, '"basis":"legal_duty"' in change.after) == ("tester", True)


async def test_an_agent_sees_who_is_on_the_line_and_what_to_say(
    bed: Bed, client: ApiClient, tmp_path: Path
) -> None:
    call_id = await attempt_with_anna(bed, client)
    file = tmp_path / "eigen.toml"
    file.write_text(GUIDE, encoding="utf-8")

    replaced = await call_beside(bed, "campaign", "script", "apk-may", "--file", str(file))
    present = await client.ask(conversations.GET_PRESENT_CALL, agent_id="anna")

    assert (replaced.exit_code, "Stand?" in replaced.stdout) == (0, True)
    assert (present.call, present.campaign) == (call_id, "apk-may")
    assert present.contact is not None
    assert present.guide is not None
    assert present.contact.name == "Mevrouw Proef 1"
    assert present.guide.script.opening == "Anna van Demo over … voor Mevrouw Proef 1"
    assert present.earlier == []


async def returned_call_with_anna(bed: Bed, *cars: tuple[str, date]) -> ContactId:
    """Contact 1 of the campaign calls back and talks with anna; whether that is stored yet is not known."""
    plate, due_on = cars[0] if cars else (None, None)
    who = replace(contact(1, consent=True), plate=plate, due_on=due_on, further_cars=cars[1:])
    await add_contacts(bed.database, apk_campaign(), [who], "test.csv", NOW)
    [contact_id] = await contact_ids(bed.database, apk_campaign())
    await bed.control.login(ANNA)
    bed.publish(
        CallArrived(NOW, RETURNED, DEALER, "+31401234567", CUSTOMER, LegId("1.1"), NodeId("n1")),
        CallerRecognised(NOW, RETURNED, DEALER, APK, contact_id, Department.SALES),
        CallQueued(NOW, RETURNED, DEALER, Department.SALES, 0),
        CallConnected(NOW, RETURNED, DEALER, Department.SALES, ANNA, LegId("2.1"), 3.0),
    )
    return contact_id


async def test_an_agent_sees_who_returns_a_campaigns_call(bed: Bed, client: ApiClient) -> None:
    await returned_call_with_anna(bed)
    assert await bed.stored()

    present = await client.ask(conversations.GET_PRESENT_CALL, agent_id="anna")
    shown = await call_beside(bed, "agent", "call", "anna")

    assert (present.call, present.campaign) == (RETURNED, "apk-may")
    assert present.contact is not None
    assert present.contact.name == "Mevrouw Proef 1"
    assert (shown.exit_code, "Mevrouw Proef 1" in shown.stdout, "apk-may" in shown.stdout) == (0, True, True)


async def test_what_was_said_in_a_returned_call_is_on_the_screen_at_the_next_call(
    bed: Bed, client: ApiClient
) -> None:
    await returned_call_with_anna(bed)
    await say(client, RETURNED, "not_now", note="after the holidays")
    bed.publish(
        CallEnded(
            NOW,
            RETURNED,
            DEALER,
            Department.SALES,
            CallPhase.TALKING,
            InboundOutcome.CONNECTED,
            HangupCause.NORMAL,
            3.0,
            60.0,
        )
    )
    bed.control.wrap_up_done(ANNA)
    again = CallId("n1" + "7" * 26)
    [contact_id] = await contact_ids(bed.database, apk_campaign())
    bed.publish(
        CallArrived(NOW, again, DEALER, "+31401234567", CUSTOMER, LegId("1.2"), NodeId("n1")),
        CallerRecognised(NOW, again, DEALER, APK, contact_id, Department.SALES),
        CallQueued(NOW, again, DEALER, Department.SALES, 0),
        CallConnected(NOW, again, DEALER, Department.SALES, ANNA, LegId("2.2"), 3.0),
    )
    assert await bed.stored()

    present = await client.ask(conversations.GET_PRESENT_CALL, agent_id="anna")
    shown = await call_beside(bed, "agent", "call", "anna")

    [earlier] = present.earlier
    assert (present.call, earlier.campaign, earlier.returned) == (again, "apk-may", True)
    assert (earlier.outcome, earlier.agent) == (InboundOutcome.CONNECTED, "anna")
    assert (earlier.disposition, earlier.note) == ("not_now", "after the holidays")
    assert "apk-may returned connected not_now after the holidays" in " ".join(shown.stdout.split())


async def test_an_agent_sees_all_cars_of_a_customer_those_first_that_come_due_first(
    bed: Bed, client: ApiClient
) -> None:
    await returned_call_with_anna(bed, ("GB001B", date(2027, 1, 8)), ("GB002B", date(2026, 6, 20)))
    assert await bed.stored()

    present = await client.ask(conversations.GET_PRESENT_CALL, agent_id="anna")
    shown = await call_beside(bed, "agent", "call", "anna")

    assert present.contact is not None
    assert [(car.plate, car.due_on) for car in present.contact.cars] == [
        ("GB002B", date(2026, 6, 20)),
        ("GB001B", date(2027, 1, 8)),
    ]
    assert "GB002B  due 20-06-2026" in shown.stdout


async def test_a_returned_call_takes_the_dispositions_of_its_campaign_with_what_follows(
    bed: Bed, client: ApiClient
) -> None:
    contact_id = await returned_call_with_anna(bed)
    assert await bed.stored()

    with pytest.raises(ApiRefused) as refused:
        await say(client, RETURNED, "great")
    await say(client, RETURNED, "objection")

    assert refused.value.problem.status == 422
    assert await bed.stored()
    history = await read_history(bed.database, contact_id)
    assert history.objected_at is not None


async def test_a_file_with_faults_replaces_nothing_and_says_where_they_are(bed: Bed, tmp_path: Path) -> None:
    file = tmp_path / "eigen.toml"
    file.write_text(GUIDE.replace('answer = "number"', 'answer = "maybe"'), encoding="utf-8")

    refused = await call_beside(bed, "campaign", "script", "apk-may", "--file", str(file))

    assert refused.exit_code == 1
    assert "questions[0].answer" in refused.stderr


async def test_answers_and_the_reference_of_a_booking_are_kept_with_the_disposition(
    bed: Bed, client: ApiClient
) -> None:
    call_id = await attempt_with_anna(bed, client)

    await say(
        client, call_id, "booked", reference="WP-17", answers={"mileage": "84000", "service_too": "yes"}
    )

    fact = bed.facts[-1]
    assert isinstance(fact, DispositionRecorded)
    assert (fact.reference, dict(fact.answers)) == ("WP-17", {"mileage": "84000", "service_too": "yes"})
    assert await bed.stored()


@pytest.mark.parametrize(
    ("word", "more", "pointer"),
    [
        ("booked", {"answers": {"mileage": "veel"}}, "#/answers/mileage"),
        ("booked", {"answers": {"colour": "rood"}}, "#/answers/colour"),
        ("booked", {"until": "2030-01-01T10:00:00Z"}, "#/until"),
        ("call_back", {}, "#/until"),
        ("call_back", {"until": "2020-01-01T10:00:00Z"}, "#/until"),
        ("language", {}, "#/language"),
    ],
)
async def test_a_disposition_that_cannot_be_is_refused_by_field(
    bed: Bed, client: ApiClient, word: str, more: dict[str, object], pointer: str
) -> None:
    call_id = await attempt_with_anna(bed, client)

    with pytest.raises(ApiRefused) as refusal:
        await say(client, call_id, word, **more)

    assert [error.pointer for error in refusal.value.problem.errors] == [pointer]


@pytest.mark.parametrize("word", ["language", "call_back"])
async def test_only_a_language_that_an_agent_of_the_dealer_speaks_can_be_noted(
    bed: Bed, client: ApiClient, word: str
) -> None:
    call_id = await attempt_with_anna(bed, client)
    emre = AgentProfile(AgentId("emre"), "Emre", "PJSIP/emre", {"turkish": 5, "parts": 4})
    elsewhere = frozenset({DealerId("another")})
    zofia = AgentProfile(AgentId("zofia"), "Zofia", "PJSIP/zofia", {"polish": 5}, elsewhere)
    for profile in (emre, zofia):
        bed.desk.floor.know(profile, NOW)

    for language in ("klingon", "turks", "parts", "polish"):
        with pytest.raises(ApiRefused) as refusal:
            await say(client, call_id, word, language=language)
        assert refusal.value.problem.errors[-1].detail == "is no skill of any agent: choose from turkish"
    await say(client, call_id, "language", language="turkish")

    assert bed.facts[-1].language == "turkish"  # type: ignore[union-attr]


async def test_only_a_moment_inside_the_calling_hours_can_be_promised(bed: Bed, client: ApiClient) -> None:
    call_id = await attempt_with_anna(bed, client)
    # A Tuesday at least a week ahead, at noon in Amsterdam, and the Sunday before it.
    ahead = datetime.now(UTC) + timedelta(days=8)
    tuesday = (ahead + timedelta(days=(1 - ahead.weekday()) % 7)).replace(hour=10, minute=30, second=0)
    while (tuesday.month, tuesday.day) in {(5, 5), (12, 25), (12, 26), (1, 1), (4, 27)}:
        tuesday += timedelta(days=7)
    sunday = tuesday - timedelta(days=2)

    with pytest.raises(ApiRefused) as refusal:
        await say(client, call_id, "call_back", until=sunday)
    await say(client, call_id, "call_back", until=tuesday)

    assert "window_closed" in refusal.value.problem.errors[0].detail
    assert bed.facts[-1].until == tuesday  # type: ignore[union-attr]


async def test_until_wrap_up_is_over_the_last_word_counts_and_is_audited(bed: Bed, client: ApiClient) -> None:
    call_id = await attempt_with_anna(bed, client)
    await say(client, call_id, "booked")
    assert await bed.stored()

    await say(client, call_id, "refused")

    [change, *_] = (await client.ask(LIST_CHANGES)).changes
    assert (change.action, change.subject, change.before, change.after) == (
        "disposition_corrected",
        call_id,
        '"booked"',
        '"refused"',
    )


async def test_an_objection_cannot_be_corrected(bed: Bed, client: ApiClient) -> None:
    call_id = await attempt_with_anna(bed, client)
    await say(client, call_id, "objection")
    assert await bed.stored()

    with pytest.raises(ApiRefused) as refusal:
        await say(client, call_id, "booked")

    assert refusal.value.problem.type.endswith("objection-stands")


async def test_a_phone_that_rings_on_a_consent_is_looked_for_when_it_is_taken_back(
    bed: Bed, client: ApiClient
) -> None:
    await add_contacts(bed.database, apk_campaign(), [contact(1)], "test.csv", NOW)
    meant = {"dealer": DEALER, "person": 1, "purpose": CampaignKind.APK, "source": "balie"}
    await client.ask(consents.RECORD_CONSENT, NewConsent.model_validate({**meant, "wording": "Ja, bel mij"}))
    before = len(bed.looks)

    await client.ask(consents.WITHDRAW_CONSENT, NewEntry.model_validate({**meant, "wording": "Toch niet"}))

    assert (before, len(bed.looks)) == (0, 1)


async def test_the_ledger_is_kept_and_shown_on_the_command_line(bed: Bed, client: ApiClient) -> None:
    await add_contacts(bed.database, apk_campaign(), [contact(1)], "test.csv", NOW)
    meant = {"dealer": DEALER, "person": 1, "purpose": CampaignKind.APK, "source": "balie"}
    await client.ask(consents.RECORD_CONSENT, NewConsent.model_validate({**meant, "wording": "Ja, bel mij"}))

    shown = await call_beside(bed, "consent", "show", "--dealer", "demo", "--person", "1")
    withdrawn = await client.ask(
        consents.WITHDRAW_CONSENT, NewEntry.model_validate({**meant, "wording": "Toch niet"})
    )

    assert "Mevrouw Proef 1 (1) agrees to: apk" in shown.stdout
    assert withdrawn.in_force == []
    assert [(entry.action, entry.recorded_by) for entry in withdrawn.entries] == [
        ("given", "tester"),
        ("withdrawn", "tester"),
    ]


async def test_the_ledger_tells_of_nobody_who_agrees_where_the_number_was_taken_back_under_another_name(
    bed: Bed, client: ApiClient
) -> None:
    again = replace(apk_campaign(), campaign_id=CampaignId("apk-juni"))
    await create_campaign(bed.database, again)
    await add_contacts(bed.database, apk_campaign(), [contact(1)], "test.csv", NOW)
    await add_contacts(bed.database, again, [contact(1, name="Mw. Proef", consent=True)], "test.csv", NOW)
    meant = {"dealer": DEALER, "person": 1, "purpose": CampaignKind.APK, "source": "balie"}
    written_anew = PersonMeant(dealer=DEALER, person=2)
    before = await client.ask(consents.SHOW_CONSENTS, written_anew)

    await client.ask(consents.WITHDRAW_CONSENT, NewEntry.model_validate({**meant, "wording": "Niet meer"}))
    after = await client.ask(consents.SHOW_CONSENTS, written_anew)

    assert (before.in_force, after.in_force) == ([CampaignKind.APK], [])
    assert [entry.action for entry in after.entries] == ["given"]


@pytest.mark.parametrize("meant", [{"person": 9}, {"number": "06 87654321"}])
async def test_nobody_is_told_with_what_to_do(client: ApiClient, meant: dict[str, object]) -> None:
    with pytest.raises(ApiRefused) as refusal:
        await client.ask(consents.SHOW_CONSENTS, PersonMeant.model_validate({"dealer": DEALER, **meant}))

    assert refusal.value.problem.status == 409
    assert "import" in refusal.value.problem.remedy


async def test_the_calling_profiles_are_shown_with_whoever_widened_them(bed: Bed, client: ApiClient) -> None:
    shown = await call_beside(bed, "campaign", "profiles")
    listed = await client.ask(LIST_PROFILES)

    assert "nl-consumer" in shown.stdout
    assert listed.profiles[0].week == [*["09:00-22:00"] * 5, "10:00-16:00", None]
    assert listed.profiles[0].widened_by == ""


async def test_what_an_agent_said_can_be_told_on_the_command_line(bed: Bed, client: ApiClient) -> None:
    call_id = await attempt_with_anna(bed, client)
    until = (datetime.now(ZoneInfo("Europe/Amsterdam")) + timedelta(days=30)).replace(microsecond=0)

    result = await call_beside(
        bed,
        *("call", "disposition", call_id, "not_now", "--agent", "anna"),
        *("--until", f"{until:%Y-%m-%dT%H:%M:%S}", "--answer", "mileage=84000"),
    )

    assert result.exit_code == 0
    fact = bed.facts[-1]
    assert isinstance(fact, DispositionRecorded)
    assert (fact.until, fact.answers) == (until, (("mileage", "84000"),))


async def test_an_objection_by_letter_is_in_force_at_once_and_nobody_reads_the_number_in_the_audit_log(
    bed: Bed, client: ApiClient
) -> None:
    told = await call_beside(bed, "objection", "record", CUSTOMER, "--source", "letter")

    [change] = (await client.ask(LIST_CHANGES)).changes
    assert told.exit_code == 0
    assert told.stdout.endswith(" on nobody is called there\n")
    assert (change.action, change.subject, change.after) == (
        "objection_recorded",
        "number",
        '{"source":"letter"}',
    )
    assert len(bed.looks) == 1
    assert await refuses_calls(bed)
