from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from calls.ids import CampaignId, ContactId, DealerId
from calls.numbers import NumberKind, PhoneNumber
from calls.words import AttemptOutcome
from dialer.campaign import (
    Campaign,
    CampaignKind,
    CampaignState,
    ContactHistory,
    LegalBasis,
    PastAttempt,
    PastInbound,
)
from dialer.eligibility import Refusal, Rule, promise_refusal, refusal
from dialer.profile_file import shipped_profiles

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)  # a Wednesday, 11:00 in Amsterdam
NL_CONSUMER, NL_BUSINESS = map(shipped_profiles().named, ("nl-consumer", "nl-business"))
HERE = CampaignId("apk-march")
ELSEWHERE = CampaignId("tyres")
CAMPAIGN = Campaign(
    campaign_id=HERE,
    dealer=DealerId("demo"),
    name="APK March",
    kind=CampaignKind.APK,
    basis=LegalBasis.CONSENT,
    profile="nl-consumer",
    shown_number="+31401234567",
    state=CampaignState.RUNNING,
)
CONTACT = ContactHistory(
    contact_id=ContactId(1),
    number=PhoneNumber("+31610000000"),
    number_kind=NumberKind.MOBILE,
    timezone="Europe/Amsterdam",
    consent_at=NOW - timedelta(days=100),
    objected_at=None,
    refused_at=None,
    not_before=None,
    closed=False,
    past=(),
)


def asked(contact: ContactHistory, campaign: Campaign = CAMPAIGN, now: datetime = NOW) -> Refusal | None:
    return refusal(contact, campaign, NL_CONSUMER, now)


def tried(outcome: AttemptOutcome | None, ago: timedelta, campaign: CampaignId = HERE) -> PastAttempt:
    return PastAttempt(campaign, NOW - ago, outcome)


def rang(ago: timedelta, campaign: CampaignId | None = None, *, ended: bool = True) -> PastInbound:
    return PastInbound(campaign, NOW - ago, ended)


def test_a_contact_with_consent_and_no_past_may_be_called() -> None:
    assert asked(CONTACT) is None


def test_a_closed_contact_is_never_called() -> None:
    assert asked(replace(CONTACT, closed=True)) == Refusal(Rule.CLOSED, None)


@pytest.mark.parametrize("basis", list(LegalBasis))
def test_an_objection_holds_for_ever_on_any_ground(basis: LegalBasis) -> None:
    contact = replace(CONTACT, objected_at=NOW - timedelta(days=3000))

    assert asked(contact, replace(CAMPAIGN, basis=basis)) == Refusal(Rule.OBJECTION, None)


def test_a_number_of_a_country_that_the_profile_does_not_call_waits_for_another_profile() -> None:
    belgian = replace(CONTACT, number=PhoneNumber("+32470123456"))
    both = replace(NL_CONSUMER, countries=frozenset({"NL", "BE"}))

    assert asked(belgian) == Refusal(Rule.COUNTRY, NOW + timedelta(days=1))
    assert refusal(belgian, CAMPAIGN, both, NOW) is None


def test_without_proof_of_consent_nobody_is_called() -> None:
    assert asked(replace(CONTACT, consent_at=None)) == Refusal(Rule.NO_BASIS, None)


def test_consent_does_not_work_before_it_was_given() -> None:
    given = NOW + timedelta(hours=1)

    assert asked(replace(CONTACT, consent_at=given)) == Refusal(Rule.NO_BASIS, given)


@pytest.mark.parametrize(
    ("basis", "kind"),
    [(LegalBasis.EXISTING_CONTRACT, CampaignKind.APK), (LegalBasis.LEGAL_DUTY, CampaignKind.RECALL)],
)
def test_another_ground_needs_no_consent(basis: LegalBasis, kind: CampaignKind) -> None:
    assert asked(replace(CONTACT, consent_at=None), replace(CAMPAIGN, basis=basis, kind=kind)) is None


@pytest.mark.parametrize(
    ("basis", "kind"),
    [
        (LegalBasis.EXISTING_CONTRACT, CampaignKind.TYRES),
        (LegalBasis.EXISTING_CONTRACT, CampaignKind.MAILING),
        (LegalBasis.LEGAL_DUTY, CampaignKind.APK),
    ],
)
def test_a_ground_that_does_not_carry_the_kind_of_call_refuses_without_closing(
    basis: LegalBasis, kind: CampaignKind
) -> None:
    refused = asked(CONTACT, replace(CAMPAIGN, basis=basis, kind=kind))

    assert refused == Refusal(Rule.BASIS_FORBIDDEN, NOW + timedelta(days=1))


def test_a_number_that_is_not_this_persons_is_never_called_for_this_person() -> None:
    assert asked(replace(CONTACT, wrong_number=True)) == Refusal(Rule.WRONG_NUMBER, None)


def test_a_campaign_may_try_less_often_than_the_profile_allows() -> None:
    past = (tried(AttemptOutcome.UNANSWERED, timedelta(days=2)),)

    assert asked(replace(CONTACT, past=past), replace(CAMPAIGN, max_attempts=2)) is None
    assert asked(replace(CONTACT, past=past), replace(CAMPAIGN, max_attempts=1)) == Refusal(
        Rule.ATTEMPT_LIMIT, None
    )


@pytest.mark.parametrize(
    "kind",
    [
        NumberKind.PREMIUM,
        NumberKind.SHARED_COST,
        NumberKind.SATELLITE,
        NumberKind.FREE,
        NumberKind.UNKNOWN,
    ],
)
def test_dear_and_unknown_numbers_are_refused(kind: NumberKind) -> None:
    assert asked(replace(CONTACT, number_kind=kind)) == Refusal(Rule.NUMBER_KIND, None)


def test_the_third_attempt_is_the_last() -> None:
    past = tuple(tried(AttemptOutcome.UNANSWERED, timedelta(days=days)) for days in (2, 4, 6))

    assert asked(replace(CONTACT, past=past[1:])) is None
    assert asked(replace(CONTACT, past=past)) == Refusal(Rule.ATTEMPT_LIMIT, None)


def test_attempts_of_other_campaigns_do_not_use_up_the_limit() -> None:
    past = tuple(tried(AttemptOutcome.UNANSWERED, timedelta(days=days), ELSEWHERE) for days in (2, 4, 6))

    assert asked(replace(CONTACT, past=past)) is None


def test_a_person_who_is_being_called_is_not_called_twice() -> None:
    refused = asked(replace(CONTACT, past=(tried(None, timedelta(seconds=5), ELSEWHERE),)))

    assert refused is not None
    assert refused.rule is Rule.OPEN_ATTEMPT
    assert refused.not_before is not None


def test_a_person_is_called_once_a_day_by_all_campaigns_together() -> None:
    contact = replace(CONTACT, past=(tried(AttemptOutcome.BUSY, timedelta(hours=1), ELSEWHERE),))
    midnight = datetime(2026, 3, 4, 23, tzinfo=UTC)

    assert asked(contact) == Refusal(Rule.DAILY_LIMIT, midnight)
    assert asked(contact, now=NOW + timedelta(days=1)) is None


def test_the_day_is_the_local_day() -> None:
    just_before_local_midnight = datetime(2026, 3, 3, 22, 59, tzinfo=UTC)
    past = (PastAttempt(ELSEWHERE, just_before_local_midnight, AttemptOutcome.BUSY),)

    assert asked(replace(CONTACT, past=past)) is None
    shifted = (replace(past[0], at=just_before_local_midnight + timedelta(minutes=1)),)
    assert asked(replace(CONTACT, past=shifted)) is not None


def test_the_retry_interval_depends_on_how_the_last_attempt_ended() -> None:
    busy = replace(CONTACT, past=(tried(AttemptOutcome.BUSY, timedelta(minutes=40)),))
    unanswered = replace(CONTACT, past=(tried(AttemptOutcome.UNANSWERED, timedelta(minutes=40)),))
    later = NOW + timedelta(minutes=140)

    twice_a_day = replace(NL_BUSINESS, max_attempts_per_day=2)
    assert refusal(busy, CAMPAIGN, twice_a_day, NOW) is None
    assert refusal(unanswered, CAMPAIGN, twice_a_day, NOW) == Refusal(Rule.RETRY_INTERVAL, later)
    assert refusal(unanswered, CAMPAIGN, twice_a_day, later) is None


def test_an_attempt_in_doubt_is_treated_as_an_abandoned_one() -> None:
    refused = asked(replace(CONTACT, past=(tried(AttemptOutcome.IN_DOUBT, timedelta(hours=71), ELSEWHERE),)))

    assert refused == Refusal(Rule.AFTER_ABANDON, NOW + timedelta(hours=1))


def test_seventy_two_hours_pass_after_an_abandoned_call_of_any_campaign() -> None:
    contact = replace(CONTACT, past=(tried(AttemptOutcome.ABANDONED, timedelta(hours=71), ELSEWHERE),))
    over = NOW + timedelta(hours=1)

    assert asked(contact) == Refusal(Rule.AFTER_ABANDON, over)
    assert asked(contact, now=over) is None


def test_the_seventy_two_hours_begin_when_somebody_met_nobody_not_when_the_phone_began_to_ring() -> None:
    abandoned_at = NOW - timedelta(hours=72) + timedelta(seconds=20)
    call = tried(AttemptOutcome.ABANDONED, timedelta(hours=72, seconds=5), ELSEWHERE)
    contact = replace(CONTACT, past=(replace(call, abandoned_at=abandoned_at),))
    over = NOW + timedelta(seconds=20)

    assert asked(contact) == Refusal(Rule.AFTER_ABANDON, over)
    assert asked(contact, now=over) is None


def test_a_moment_an_agent_named_lifts_the_wait_after_the_attempts_before_it_only() -> None:
    talked = tried(AttemptOutcome.CONNECTED, timedelta(days=2))
    agreed = replace(CONTACT, past=(talked,), resume_at=NOW - timedelta(days=1))
    missed = replace(agreed, past=(talked, tried(AttemptOutcome.UNANSWERED, timedelta(hours=19))))

    assert asked(agreed) is None
    assert asked(missed) == Refusal(Rule.RETRY_INTERVAL, NOW + timedelta(hours=1))


def test_only_a_call_that_the_rules_will_allow_can_be_promised() -> None:
    in_talk = replace(CONTACT, past=(tried(None, timedelta(minutes=2)),))

    def promised(at: datetime) -> Refusal | None:
        return promise_refusal(in_talk, CAMPAIGN, NL_CONSUMER, at)

    assert promised(NOW + timedelta(days=1)) is None
    same_day, sunday = promised(NOW + timedelta(hours=2)), promised(NOW + timedelta(days=4))
    assert same_day is not None
    assert sunday is not None
    assert (same_day.rule, sunday.rule) == (Rule.DAILY_LIMIT, Rule.WINDOW_CLOSED)


def test_a_person_who_is_on_the_phone_with_the_dealer_is_not_dialled() -> None:
    ringing_us = replace(CONTACT, inbound=(rang(timedelta(minutes=2), ended=False),))

    assert asked(ringing_us) == Refusal(Rule.OPEN_ATTEMPT, NOW + timedelta(seconds=15))


@pytest.mark.parametrize("campaign", [None, ELSEWHERE])
def test_a_person_who_has_spoken_with_the_dealer_today_is_not_dialled_before_tomorrow(
    campaign: CampaignId | None,
) -> None:
    spoke = replace(CONTACT, inbound=(rang(timedelta(hours=1), campaign),))

    assert asked(spoke) == Refusal(Rule.DAILY_LIMIT, datetime(2026, 3, 4, 23, tzinfo=UTC))
    assert asked(spoke, now=NOW + timedelta(days=1)) is None


def test_a_call_that_was_returned_rests_as_long_as_one_that_was_answered_and_is_no_attempt() -> None:
    often = replace(CONTACT, inbound=tuple(rang(timedelta(days=days), HERE) for days in (1, 2, 3)))

    assert asked(often) == Refusal(Rule.RETRY_INTERVAL, NOW + timedelta(days=6))
    assert asked(often, now=NOW + timedelta(days=6)) is None


def test_a_call_agreed_when_somebody_rings_is_made_also_on_the_same_day() -> None:
    in_talk = replace(CONTACT, inbound=(rang(timedelta(minutes=2), HERE, ended=False),))
    moment = NOW + timedelta(hours=2)
    agreed = replace(CONTACT, inbound=(rang(timedelta(minutes=2), HERE),), resume_at=moment)
    rang_again = replace(agreed, inbound=(*agreed.inbound, PastInbound(HERE, moment, ended=True)))

    assert promise_refusal(in_talk, CAMPAIGN, NL_CONSUMER, moment) is None
    assert asked(agreed, now=moment) is None
    assert asked(rang_again, now=moment + timedelta(hours=1)) is not None


def test_no_campaign_takes_the_day_of_a_call_that_another_one_agreed() -> None:
    tonight = NOW + timedelta(hours=6)
    promised = replace(CONTACT, agreed_elsewhere=(tonight,))
    midnight = Refusal(Rule.DAILY_LIMIT, datetime(2026, 3, 4, 23, tzinfo=UTC))

    assert asked(promised) == midnight
    assert asked(promised, now=tonight + timedelta(hours=1)) == midnight
    assert asked(promised, now=NOW - timedelta(days=1)) is None
    assert asked(promised, now=NOW + timedelta(days=1)) is None
    assert promise_refusal(promised, CAMPAIGN, NL_CONSUMER, tonight) == midnight


def test_of_two_calls_agreed_for_one_day_neither_holds_up_the_other() -> None:
    moments = NOW, NOW + timedelta(hours=2)

    contact = replace(CONTACT, agreed=True, resume_at=moments[0], agreed_elsewhere=moments[1:])

    assert asked(contact) is None


@pytest.mark.parametrize("word", ["booked", "already_done", "not_due", "refused", "attempt_limit"])
def test_a_call_can_be_promised_to_a_contact_that_was_closed(word: str) -> None:
    closed = replace(CONTACT, closed=True, closed_reason=word)

    assert promise_refusal(closed, CAMPAIGN, NL_CONSUMER, NOW + timedelta(days=1)) is None


@pytest.mark.parametrize("word", ["objection", "wrong_number", "sold_the_car", None])
def test_no_call_can_be_promised_to_a_contact_that_is_closed_for_good(word: str | None) -> None:
    closed = replace(CONTACT, closed=True, closed_reason=word)

    no = promise_refusal(closed, CAMPAIGN, NL_CONSUMER, NOW + timedelta(days=1))

    assert no == Refusal(Rule.CLOSED, None)


def test_four_weeks_pass_after_a_refusal() -> None:
    contact = replace(CONTACT, refused_at=NOW - timedelta(weeks=4) + timedelta(hours=1))
    over = NOW + timedelta(hours=1)

    assert asked(contact) == Refusal(Rule.REFUSED_RECENTLY, over)
    assert asked(contact, now=over) is None


def test_an_agreed_moment_is_waited_for() -> None:
    moment = NOW + timedelta(hours=2)

    assert asked(replace(CONTACT, not_before=moment)) == Refusal(Rule.NOT_BEFORE, moment)
    assert asked(replace(CONTACT, not_before=moment), now=moment) is None


def test_an_agreed_moment_outlives_another_call_to_the_same_person() -> None:
    moment = NOW + timedelta(days=7)
    contact = replace(CONTACT, not_before=moment, past=(tried(None, timedelta(seconds=5), ELSEWHERE),))

    assert asked(contact) == Refusal(Rule.NOT_BEFORE, moment)


def test_outside_hours_the_next_opening_is_told() -> None:
    late = datetime(2026, 3, 4, 21, tzinfo=UTC)

    assert asked(CONTACT, now=late) == Refusal(Rule.WINDOW_CLOSED, datetime(2026, 3, 5, 8, tzinfo=UTC))


def test_a_phone_does_not_ring_on_past_closing_time() -> None:
    closing = datetime(2026, 3, 4, 21, tzinfo=UTC)

    assert asked(CONTACT, now=closing - timedelta(seconds=33)) is None
    assert asked(CONTACT, now=closing - timedelta(seconds=31)) == Refusal(
        Rule.WINDOW_CLOSED, datetime(2026, 3, 5, 8, tzinfo=UTC)
    )


def test_a_contact_in_an_unknown_zone_is_never_called() -> None:
    assert asked(replace(CONTACT, timezone="Nowhere/Here")) == Refusal(Rule.WINDOW_CLOSED, None)


def test_whatever_else_is_wrong_no_reason_against_is_overlooked() -> None:
    """Any mix of grounds against a call refuses it, and the grounds that hold for ever are told first."""
    faults: tuple[dict[str, object], ...] = (
        {"closed": True},
        {"objected_at": NOW},
        {"consent_at": None},
        {"number_kind": NumberKind.PREMIUM},
        {"not_before": NOW + timedelta(days=1)},
        {"refused_at": NOW},
        {"past": (tried(AttemptOutcome.ABANDONED, timedelta(hours=1)),)},
    )

    for chosen in product((False, True), repeat=len(faults)):
        contact = CONTACT
        for fault, on in zip(faults, chosen, strict=True):
            contact = replace(contact, **fault) if on else contact  # type: ignore[arg-type]
        refused = asked(contact)
        assert (refused is not None) is any(chosen)
        assert refused is None or (refused.not_before is None) is any(chosen[:4])
