"""Random histories: nothing is ever dialled that a naive re-statement of the rules forbids. It shares no code with them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

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
from dialer.contact_columns import find_columns
from dialer.contact_file import ContactRow, RowReader
from dialer.eligibility import refusal
from dialer.list_numbers import zone_of
from dialer.profile_file import shipped_profiles
from dialer.profiles import is_open, next_open

ZONES = (
    "Europe/Amsterdam",
    "Europe/Lisbon",
    "Europe/Athens",
    "America/Curacao",
    "Asia/Tokyo",
    "Pacific/Apia",
)
# Where who is called lives, by the number.
NUMBERS = {
    "+31610000000": "Europe/Amsterdam",
    "+351211234567": "Europe/Lisbon",
    "+306941234567": "Europe/Athens",
    "+59994611234": "America/Curacao",
    "+81312345678": "Asia/Tokyo",
    "+68522123": "Pacific/Apia",
}
ABROAD = "+32470123456"
TOLD_ZONES = ("", "UTC", "CET", "Europe/Berlin", "Europe/London", "Pacific/Honolulu", "Etc/GMT+12", *ZONES)
PROFILES = shipped_profiles()
CONSUMER = PROFILES.named("nl-consumer")
# The rules of the Netherlands for all of them, so that the hours are tried in other zones too.
WIDER = replace(CONSUMER, countries=frozenset({"NL", "PT", "GR", "CW", "JP", "WS"}))
HERE, THERE = CampaignId("apk"), CampaignId("elsewhere")
# Nieuwjaar, Goede Vrijdag, Pasen, Koningsdag, Bevrijdingsdag, Hemelvaart, Pinksteren, Kerst
HOLIDAYS_2026 = {
    date(2026, month, day)
    for month, day in (
        *((1, 1), (4, 3), (4, 5), (4, 6), (4, 27), (5, 5), (5, 14), (5, 24), (5, 25), (12, 25), (12, 26)),
    )
}
YEAR = datetime(2026, 1, 2, tzinfo=UTC)
MINUTES = 363 * 24 * 60
NIGHTS = (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC))

moments = st.integers(0, MINUTES).map(lambda minutes: YEAR + timedelta(minutes=minutes))
around_the_clock_changes = st.tuples(st.sampled_from(NIGHTS), st.integers(-3000, 3000)).map(
    lambda drawn: drawn[0] + timedelta(minutes=drawn[1])
)
# Where hours begin and end, to the second; and the middle of a working day, so that other rules get their turn.
edges = st.tuples(
    st.integers(0, 362), st.sampled_from([8, 9, 10, 15, 16, 17, 18, 20, 21, 22]), st.integers(-70, 70)
).map(lambda drawn: YEAR + timedelta(days=drawn[0], hours=drawn[1], seconds=drawn[2]))
office = st.integers(0, 200).map(lambda day: datetime(2026, 6, 2, 10, tzinfo=UTC) + timedelta(days=day))
outcomes = st.sampled_from([*AttemptOutcome, None])
agos = st.sampled_from([timedelta(hours=hours) for hours in (0, 1, 8, 14, 23, 30, 71, 73, 24 * 27, 24 * 29)])

tries = st.integers(1, 4).map(
    lambda times: [(HERE, timedelta(days=8 + n), AttemptOutcome.BUSY) for n in range(times)]
)


def seldom(usual: object, otherwise: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly `usual`, so that one rule at a time decides."""
    return st.integers(0, 6).flatmap(lambda turn: otherwise if turn == 0 else st.just(usual))


def naive_window(moment: datetime, zone: str) -> bool:
    """The hours of the Code Telemarketing, told once more."""
    local = moment.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    if local.date() in HOLIDAYS_2026 or local.isoweekday() == 7:
        return False
    last = 22 * 60 if local.isoweekday() <= 5 else 16 * 60
    if (local.month, local.day) in {(5, 4), (12, 5), (12, 24)}:
        last = min(last, 18 * 60)
    return (9 if local.isoweekday() <= 5 else 10) * 60 <= minute < last


def naive_ban(history: ContactHistory, campaign: Campaign, now: datetime) -> str | None:
    """Why nobody may dial, in the words of the law and the house rules."""
    zone = ZoneInfo(history.timezone)
    if history.objected_at is not None:
        return "objected"
    if history.wrong_number or history.closed:
        return "closed"
    if campaign.basis is LegalBasis.CONSENT and not (history.consent_at and history.consent_at <= now):
        return "no consent"
    if campaign.basis is not LegalBasis.CONSENT and campaign.kind in (
        CampaignKind.TYRES,
        CampaignKind.MAILING,
    ):
        return "commercial call without consent"
    if history.number_kind not in {NumberKind.FIXED, NumberKind.MOBILE, NumberKind.VOIP, NumberKind.OTHER}:
        return "dear number"
    if history.number.e164 not in NUMBERS:
        return "abroad"
    if len([a for a in history.past if a.campaign_id == campaign.campaign_id]) >= 3:
        return "three attempts"
    if any(a.outcome is None for a in history.past):
        return "being called"
    if not all(call.ended for call in history.inbound):
        return "on the phone with the dealer"
    if history.refused_at is not None and now - history.refused_at < timedelta(days=28):
        return "refused"
    if history.not_before is not None and now < history.not_before:
        return "another moment was agreed"
    if any(a.at.astimezone(zone).date() == now.astimezone(zone).date() for a in history.past):
        return "called today"
    since_agreed = [call for call in history.inbound if not history.resume_at or call.at >= history.resume_at]
    if any(call.at.astimezone(zone).date() == now.astimezone(zone).date() for call in since_agreed):
        return "spoke with the dealer today"
    met_nobody = {AttemptOutcome.ABANDONED, AttemptOutcome.IN_DOUBT}
    if any(a.outcome in met_nobody and now - a.at < timedelta(hours=72) for a in history.past):
        return "abandoned lately"
    rings = (now, now + timedelta(seconds=campaign.ring_seconds + 10))
    return None if all(naive_window(moment, history.timezone) for moment in rings) else "outside hours"


@st.composite
def situations(draw: st.DrawFn) -> tuple[ContactHistory, Campaign, datetime]:
    now = draw(office | office | edges | moments | around_the_clock_changes)
    past = draw(
        st.just([]) | tries | st.lists(st.tuples(st.sampled_from([HERE, THERE]), agos, outcomes), max_size=4)
    )

    def when(ago: timedelta | None) -> datetime | None:
        return None if ago is None else now - ago

    number, zone = draw(
        seldom(
            ("+31610000000", "Europe/Amsterdam"),
            st.sampled_from([*NUMBERS.items(), (ABROAD, "Europe/Brussels")]),
        )
    )
    history = ContactHistory(
        contact_id=ContactId(1),
        number=PhoneNumber(number),
        number_kind=draw(seldom(NumberKind.MOBILE, st.sampled_from(NumberKind))),
        timezone=zone,
        consent_at=when(
            draw(st.sampled_from([timedelta(days=9), timedelta(days=9), None, timedelta(days=-1)]))
        ),
        objected_at=when(draw(seldom(None, st.just(timedelta(days=900))))),
        refused_at=when(draw(seldom(None, agos))),
        not_before=when(draw(seldom(None, st.sampled_from([timedelta(hours=1), timedelta(hours=-1)])))),
        closed=False,
        past=tuple(PastAttempt(campaign, now - ago, outcome) for campaign, ago, outcome in past),
        resume_at=when(draw(seldom(None, agos))),
        wrong_number=draw(seldom(False, st.just(True))),
        inbound=tuple(
            PastInbound(HERE, now - ago, ended)
            for ago, ended in draw(seldom([], st.lists(st.tuples(agos, st.booleans()), max_size=2)))
        ),
    )
    campaign = Campaign(
        campaign_id=HERE,
        dealer=DealerId("demo"),
        name="APK",
        kind=draw(st.sampled_from(CampaignKind)),
        basis=draw(st.sampled_from([LegalBasis.CONSENT, LegalBasis.EXISTING_CONTRACT])),
        profile="nl-consumer",
        shown_number="+31401234567",
        state=CampaignState.RUNNING,
        ring_seconds=draw(st.integers(15, 60)),
    )
    return history, campaign, now


@settings(max_examples=500, deadline=None)
@given(situations())
def test_what_the_law_forbids_is_never_dialled(
    situation: tuple[ContactHistory, Campaign, datetime],
) -> None:
    history, campaign, now = situation
    ban = naive_ban(history, campaign, now)

    refused = refusal(history, campaign, WIDER, now)

    if ban is not None:
        assert refused is not None, ban
    if refused is not None and refused.not_before is not None:
        assert refused.not_before > now


def test_who_is_called_in_these_situations_lives_where_the_number_says() -> None:
    assert {number: zone_of(PhoneNumber(number)) for number in NUMBERS} == NUMBERS
    assert {PhoneNumber(number).country for number in NUMBERS} == WIDER.countries


@settings(max_examples=500, deadline=None)
@given(
    moments | edges | office | around_the_clock_changes,
    st.sampled_from(["06 10120304", "+31 40 123 4567", "0031610120304", "085 123 4567", "088-2001234"]),
    st.sampled_from(TOLD_ZONES),
    st.none() | st.integers(0, 36 * 60),
    st.sampled_from(["nl-consumer", "nl-business"]),
)
@example(datetime(2026, 6, 9, 20, 4, tzinfo=UTC), "06 10120304", "UTC", None, "nl-consumer")
@example(datetime(2026, 6, 9, 19, 15, tzinfo=UTC), "06 10120304", "Pacific/Honolulu", 705, "nl-consumer")
def test_no_dutch_phone_is_dialled_outside_dutch_hours_nor_twice_a_dutch_day_whatever_the_list_says(
    now: datetime, number: str, zone: str, minutes_since_a_call: int | None, profile: str
) -> None:
    rules = PROFILES.named(profile)
    columns = find_columns(["Naam", "Telefoon", "Tijdzone"], {})
    row = RowReader(columns, rules.dialled_kinds, rules.countries, YEAR.date()).read(
        2, ["Anna", number, zone]
    )
    if not isinstance(row, ContactRow):
        assert [fault.column for fault in row] == ["Tijdzone"]
        return
    called = [] if minutes_since_a_call is None else [now - timedelta(minutes=minutes_since_a_call)]
    past = tuple(PastAttempt(THERE, at, AttemptOutcome.CONNECTED) for at in called)
    history = ContactHistory(
        ContactId(1), row.number, row.number_kind, row.timezone, None, None, None, None, False, past
    )
    campaign = Campaign(
        HERE,
        DealerId("demo"),
        "APK",
        CampaignKind.APK,
        LegalBasis.EXISTING_CONTRACT,
        profile,
        "+31401234567",
        CampaignState.RUNNING,
    )

    refused = refusal(history, campaign, rules, now)

    today = now.astimezone(ZoneInfo("Europe/Amsterdam")).date()
    again = any(at.astimezone(ZoneInfo("Europe/Amsterdam")).date() == today for at in called)
    if again or not naive_window(now, "Europe/Amsterdam"):
        assert refused is not None


@settings(max_examples=300, deadline=None)
@given(moments | around_the_clock_changes, st.sampled_from(ZONES))
@example(NIGHTS[0], "Europe/Amsterdam")
@example(NIGHTS[1], "Europe/Amsterdam")
def test_the_hours_are_those_of_the_code_in_every_zone_on_every_day(moment: datetime, zone: str) -> None:
    assert is_open(CONSUMER, zone, moment) == naive_window(moment, zone)


@settings(max_examples=100, deadline=None)
@given(moments | around_the_clock_changes, st.sampled_from(ZONES))
def test_the_next_opening_is_the_first(moment: datetime, zone: str) -> None:
    opens = next_open(CONSUMER, zone, moment)

    assert opens is not None
    assert naive_window(opens, zone) or opens.year > 2026
    assert opens == moment or not naive_window(opens - timedelta(microseconds=1), zone)
    assert not any(
        naive_window(moment + timedelta(minutes=15 * step), zone)
        for step in range(int((opens - moment).total_seconds() // 900))
    )


@pytest.mark.parametrize("profile", ["nl-consumer", "nl-business"])
def test_no_profile_for_real_people_calls_outside_the_hours_of_the_code(profile: str) -> None:
    rules = PROFILES.named(profile)
    year = (YEAR + timedelta(minutes=17 * step) for step in range(MINUTES // 17))

    assert all(naive_window(moment, ZONES[0]) for moment in year if is_open(rules, ZONES[0], moment))
