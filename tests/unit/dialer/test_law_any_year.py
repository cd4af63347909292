"""Random histories in any year and zone: dialled is what no rule forbids, and nothing else. The oracle is `law_told_again`."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
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
from dialer.eligibility import Rule, refusal
from dialer.list_numbers import zone_of
from dialer.profile_file import shipped_profiles
from dialer.profiles import is_open, next_open
from dialer.zones import keep_one_time
from tests.unit.dialer.law_told_again import (
    NUMBERS,
    TOLD,
    YEARS,
    ZONES,
    ban,
    clock_changes,
    holidays,
    local,
    may_ring,
)

PROFILES = shipped_profiles()
# The rules of the Netherlands for people in all those zones.
WIDER = {
    name: replace(
        PROFILES.named(name), countries=frozenset(str(PhoneNumber(number).country) for number in NUMBERS)
    )
    for name in TOLD
}
ABROAD = (("+32470123456", "Europe/Brussels"), ("+4930901820", "Europe/Berlin"))
HERE, THERE = CampaignId("apk"), CampaignId("elsewhere")
FIRST = datetime(YEARS[0], 1, 2, tzinfo=UTC)
DAYS = (datetime(YEARS[-1], 12, 20, tzinfo=UTC) - FIRST).days

profiles = st.sampled_from(sorted(TOLD))
years = st.sampled_from(YEARS)
anywhen = st.integers(0, DAYS * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
clock_nights = st.tuples(years, st.sampled_from((0, 1)), st.integers(-3000, 3000)).map(
    lambda drawn: clock_changes(drawn[0])[drawn[1]] + timedelta(minutes=drawn[2])
)
feasts = st.tuples(
    years.flatmap(lambda year: st.sampled_from(sorted(holidays(year)))), st.integers(-3000, 3000)
).map(
    lambda drawn: (
        datetime(drawn[0].year, drawn[0].month, drawn[0].day, 12, tzinfo=UTC) + timedelta(minutes=drawn[1])
    )
)
# Where hours begin and end, to the second; and the middle of the day, so that other rules get their turn.
edges = st.tuples(
    st.integers(0, DAYS), st.integers(0, 23), st.sampled_from((0, 30)), st.integers(-70, 70)
).map(lambda drawn: FIRST + timedelta(days=drawn[0], hours=drawn[1], minutes=drawn[2], seconds=drawn[3]))
office = st.integers(0, DAYS).map(lambda day: FIRST + timedelta(days=day, hours=10))
moments = office | edges | anywhen | clock_nights | feasts
# To the minute around each rule's limit.
agos = st.tuples(
    st.sampled_from((0, 1, 3, 8, 14, 16, 20, 23, 24, 25, 30, 71, 72, 73, 168, 24 * 27, 24 * 28, 24 * 29)),
    st.sampled_from((-1, 0, 1)),
).map(lambda drawn: timedelta(hours=drawn[0], minutes=max(drawn[1], -60 * drawn[0])))
outcomes = st.sampled_from([*AttemptOutcome, *AttemptOutcome, None])
promises = st.lists(st.tuples(st.sampled_from((-1, 1)), agos), max_size=2)
calls = st.lists(
    st.tuples(st.sampled_from([HERE, THERE, None]), agos, st.sampled_from([True, True, True, False])),
    max_size=2,
)


def seldom(usual: object, otherwise: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Mostly `usual`, so that one rule at a time decides."""
    return st.integers(0, 8).flatmap(lambda turn: otherwise if turn == 0 else st.just(usual))


@st.composite
def situations(draw: st.DrawFn) -> tuple[ContactHistory, Campaign, datetime]:
    now = draw(moments)

    def when(ago: timedelta | None) -> datetime | None:
        return None if ago is None else now - ago

    past = draw(
        st.just([])
        | st.lists(st.tuples(st.sampled_from([HERE, HERE, THERE]), agos, outcomes), max_size=1)
        | st.lists(st.tuples(st.sampled_from([HERE, THERE]), agos, outcomes), max_size=5)
    )
    number, zone = draw(
        st.sampled_from(
            [("+31610000000", "Europe/Amsterdam")] * 10 + [*NUMBERS.items(), *NUMBERS.items(), *ABROAD]
        )
    )
    history = ContactHistory(
        contact_id=ContactId(1),
        number=PhoneNumber(number),
        number_kind=draw(seldom(NumberKind.MOBILE, st.sampled_from(NumberKind))),
        timezone=zone,
        consent_at=when(
            draw(
                st.sampled_from([timedelta(9), timedelta(9), timedelta(9), timedelta(0), None, timedelta(-1)])
            )
        ),
        objected_at=when(draw(seldom(None, st.just(timedelta(days=900))))),
        refused_at=when(draw(seldom(None, agos))),
        not_before=when(
            draw(seldom(None, st.sampled_from([timedelta(hours=1), timedelta(0), timedelta(hours=-1)])))
        ),
        closed=draw(seldom(False, st.just(True))),
        past=tuple(PastAttempt(campaign, now - ago, outcome) for campaign, ago, outcome in past),
        resume_at=when(draw(seldom(None, agos))),
        wrong_number=draw(seldom(False, st.just(True))),
        agreed=draw(seldom(False, st.just(True))),
        agreed_elsewhere=tuple(now + sign * ago for sign, ago in draw(seldom([], promises))),
        inbound=tuple(
            PastInbound(campaign, now - ago, ended) for campaign, ago, ended in draw(seldom([], calls))
        ),
    )
    campaign = Campaign(
        campaign_id=HERE,
        dealer=DealerId("demo"),
        name="APK",
        kind=draw(st.sampled_from(CampaignKind)),
        basis=draw(st.sampled_from([LegalBasis.CONSENT, LegalBasis.CONSENT, *LegalBasis])),
        profile="nl-consumer",
        shown_number="+31401234567",
        state=CampaignState.RUNNING,
        ring_seconds=draw(st.integers(15, 60)),
        max_attempts=draw(seldom(None, st.integers(1, 5))),
    )
    return history, campaign, now


@settings(max_examples=400, deadline=None)
@given(situations(), profiles)
def test_a_contact_is_dialled_exactly_when_no_rule_forbids_it(
    situation: tuple[ContactHistory, Campaign, datetime], profile: str
) -> None:
    history, campaign, now = situation

    refused = refusal(history, campaign, WIDER[profile], now)

    banned = ban(history, campaign, TOLD[profile], now)
    assert (refused is None) == (banned is None), (refused, banned)


@settings(max_examples=200, deadline=None)
@given(situations(), profiles, st.floats(0, 1))
def test_nobody_may_be_dialled_before_the_moment_that_a_refusal_names(
    situation: tuple[ContactHistory, Campaign, datetime], profile: str, part: float
) -> None:
    history, campaign, now = situation
    refused = refusal(history, campaign, WIDER[profile], now)

    if refused is not None and refused.not_before is not None:
        last = refused.not_before - timedelta(microseconds=1)
        between = now + (last - now) * part

        assert refused.not_before > now
        assert ban(history, campaign, TOLD[profile], between) is not None


@settings(max_examples=300, deadline=None)
@given(moments, st.sampled_from(ZONES), profiles)
def test_the_hours_are_kept_in_every_year_and_zone(moment: datetime, zone: str, profile: str) -> None:
    assert is_open(PROFILES.named(profile), zone, moment) == may_ring(TOLD[profile], moment, zone)


@settings(max_examples=60, deadline=None)
@given(moments, st.sampled_from(ZONES), profiles)
def test_the_next_opening_is_the_first_in_every_year_and_zone(
    moment: datetime, zone: str, profile: str
) -> None:
    told = TOLD[profile]

    opens = next_open(PROFILES.named(profile), zone, moment)

    assert opens is not None
    assert may_ring(told, opens, zone)
    assert opens == moment or not may_ring(told, opens - timedelta(microseconds=1), zone)
    steps = int((opens - moment).total_seconds() // 900)
    assert not any(may_ring(told, moment + timedelta(minutes=15 * step), zone) for step in range(steps))


@pytest.mark.parametrize("profile", TOLD)
@pytest.mark.parametrize("year", YEARS)
def test_every_day_of_every_year_is_open_or_closed_as_it_should_be(year: int, profile: str) -> None:
    noons = (datetime(year, 1, 1, 11, 30, tzinfo=UTC) + timedelta(days=day) for day in range(365))
    moments_ = [noon + timedelta(hours=hours) for noon in noons for hours in (-3, 0, 4, 6)]

    wrong = [
        moment
        for moment in moments_
        if is_open(PROFILES.named(profile), "Europe/Amsterdam", moment)
        is not may_ring(TOLD[profile], moment, "Europe/Amsterdam")
    ]

    assert wrong == []


@pytest.mark.parametrize(("number", "zone"), NUMBERS.items())
def test_who_is_called_in_these_situations_lives_where_the_number_says(number: str, zone: str) -> None:
    own = zone_of(PhoneNumber(number))

    assert own is not None
    assert keep_one_time(own, zone, 2026)


@pytest.mark.parametrize(("number", "zone"), NUMBERS.items())
def test_a_day_is_one_of_the_calendar_where_the_person_lives(number: str, zone: str) -> None:
    wednesday = FIRST + timedelta(days=155)
    minutes = (wednesday + timedelta(minutes=minute) for minute in range(-1440, 1440))
    morning = next(at for at in minutes if local(at, zone).isoweekday() == 3 and local(at, zone).hour == 9)
    known = _history_with(morning, AttemptOutcome.CONNECTED)
    history = replace(known, number=PhoneNumber(number), timezone=zone)

    evening, next_morning = (
        refusal(history, _campaign(), WIDER["nl-consumer"], morning + timedelta(hours=hours))
        for hours in (12, 24)
    )

    assert evening is not None
    assert evening.rule is Rule.DAILY_LIMIT
    assert next_morning is None


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize("night", [0, 1])
def test_a_call_before_and_one_after_midnight_of_a_night_that_changes_the_clock_are_of_two_days(
    year: int, night: int
) -> None:
    """The Monday after, to the minute: an hour more or less in between makes nobody's day longer."""
    sunday = clock_changes(year)[night]
    monday = _first_minute(sunday + timedelta(hours=12))
    nine = monday + timedelta(hours=9)
    history = _history_with(monday - timedelta(minutes=1), AttemptOutcome.CONNECTED)

    before, after = (
        refusal(history, _campaign(), PROFILES.named("nl-consumer"), at)
        for at in (nine - timedelta(minutes=1), nine)
    )

    assert before is not None
    assert (after is None) == (nine.date() not in holidays(year))


def test_the_oracle_agrees_with_the_calendar_and_the_systems_zones() -> None:
    assert holidays(2026) == {
        date(2026, month, day)
        for month, day in (
            *((1, 1), (4, 3), (4, 5), (4, 6), (4, 27), (5, 5), (5, 14), (5, 24), (5, 25), (12, 25), (12, 26)),
        )
    }
    hours = [FIRST + timedelta(hours=43 * step) for step in range(DAYS * 24 // 43)]
    for zone in ZONES:
        assert all(
            local(moment, zone) == moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in hours
        )


def _first_minute(sunday: datetime) -> datetime:
    moment = sunday.replace(minute=0, second=0)
    while local(moment, "Europe/Amsterdam").isoweekday() == 7:
        moment += timedelta(minutes=1)
    return moment


def _history_with(at: datetime, outcome: AttemptOutcome) -> ContactHistory:
    """A person who consented and was tried once, by another campaign."""
    past = (PastAttempt(THERE, at, outcome),)
    number = PhoneNumber("+31610000000")
    return ContactHistory(
        ContactId(1), number, NumberKind.MOBILE, "Europe/Amsterdam", FIRST, None, None, None, False, past
    )


def _campaign() -> Campaign:
    return Campaign(
        HERE,
        DealerId("demo"),
        "APK",
        CampaignKind.APK,
        LegalBasis.CONSENT,
        "nl-consumer",
        "+31401234567",
        CampaignState.RUNNING,
    )
