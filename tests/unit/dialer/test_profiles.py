from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from dialer.errors import DemoProfile, UnknownProfile
from dialer.profile_file import shipped_profiles
from dialer.profiles import CallingProfile, Hours, closes_at, is_open, next_open

PROFILES = shipped_profiles()
NL_CONSUMER, NL_BUSINESS = map(PROFILES.named, ("nl-consumer", "nl-business"))
AMSTERDAM = "Europe/Amsterdam"


def local(text: str, zone: str = AMSTERDAM) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        ("2026-03-02 08:59:59", False),
        ("2026-03-02 09:00", True),
        ("2026-03-02 21:59:59", True),
        ("2026-03-02 22:00", False),
        ("2026-03-07 09:59", False),  # Saturday
        ("2026-03-07 15:59", True),
        ("2026-03-07 16:00", False),
        ("2026-03-08 12:00", False),  # Sunday
        ("2026-04-03 12:00", False),  # Good Friday
        ("2026-04-06 12:00", False),  # Easter Monday
        ("2026-04-27 12:00", False),  # King's Day
        ("2026-05-04 17:59", True),
        ("2026-05-04 18:00", False),
        ("2026-05-05 12:00", False),
        ("2026-05-14 12:00", False),  # Ascension Day
        ("2025-12-05 18:00", False),
        ("2025-12-24 17:59", True),
        ("2025-12-24 18:00", False),
        ("2025-12-25 12:00", False),
        ("2026-01-01 12:00", False),
    ],
)
def test_a_consumer_is_called_only_within_the_hours_of_the_code(moment: str, allowed: bool) -> None:
    assert is_open(NL_CONSUMER, AMSTERDAM, local(moment)) is allowed


@pytest.mark.parametrize(
    ("moment", "closes"),
    [
        ("2026-03-02 09:00", "2026-03-02 22:00"),
        ("2026-03-07 15:59", "2026-03-07 16:00"),
        ("2026-05-04 12:00", "2026-05-04 18:00"),  # an early stop
        ("2026-07-01 12:00", "2026-07-01 22:00"),  # summer time
    ],
)
def test_it_is_known_when_the_hours_end_that_are_now(moment: str, closes: str) -> None:
    assert closes_at(NL_CONSUMER, AMSTERDAM, local(moment)) == local(closes)


@pytest.mark.parametrize("moment", ["2026-03-02 22:00", "2026-03-08 12:00", "2026-04-27 12:00"])
def test_outside_the_hours_none_end(moment: str) -> None:
    assert closes_at(NL_CONSUMER, AMSTERDAM, local(moment)) is None
    assert closes_at(NL_CONSUMER, "Europe/Nowhere", local("2026-03-02 12:00")) is None


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-03-28 16:00", "2026-03-30 09:00"),  # over the night that loses an hour
        ("2026-10-24 16:00", "2026-10-26 09:00"),  # over the night that gains one
        ("2025-12-24 18:00", "2025-12-27 10:00"),
        ("2026-04-02 22:30", "2026-04-04 10:00"),
        ("2026-03-02 12:00", "2026-03-02 12:00"),
    ],
)
def test_the_next_opening_is_right_over_nights_and_holidays(moment: str, opens: str) -> None:
    assert next_open(NL_CONSUMER, AMSTERDAM, local(moment)) == local(opens)


def test_the_hours_are_those_of_the_called_party() -> None:
    moment = local("2026-03-02 21:30", AMSTERDAM)

    assert is_open(NL_CONSUMER, AMSTERDAM, moment)
    assert not is_open(NL_CONSUMER, "Europe/Helsinki", moment)
    assert is_open(NL_CONSUMER, "Europe/Lisbon", moment + timedelta(hours=1))


@pytest.mark.parametrize("zone", ["Europe/Atlantis", "", "../etc/passwd"])
def test_an_unknown_zone_is_never_open(zone: str) -> None:
    moment = local("2026-03-02 12:00")

    assert not is_open(NL_CONSUMER, zone, moment)
    assert next_open(NL_CONSUMER, zone, moment) is None


def test_hours_at_night_are_kept_when_the_clock_changes() -> None:
    night = profile_with(Hours(time(1), time(4)))

    spring = [local("2026-03-29 00:00") + timedelta(minutes=m) for m in range(300)]
    autumn = [local("2026-10-25 00:00") + timedelta(minutes=m) for m in range(360)]

    assert sum(is_open(night, AMSTERDAM, moment) for moment in spring) == 120
    assert sum(is_open(night, AMSTERDAM, moment) for moment in autumn) == 240


@pytest.mark.parametrize("profile", [NL_CONSUMER, NL_BUSINESS])
@pytest.mark.parametrize("start", ["2026-03-27 20:00", "2026-10-23 20:00", "2026-05-03 23:00"])
def test_the_next_opening_is_open_and_nothing_before_it_is(profile: CallingProfile, start: str) -> None:
    moment = local(start)
    opens = next_open(profile, AMSTERDAM, moment)

    assert opens is not None
    assert is_open(profile, AMSTERDAM, opens)
    while moment < opens:
        assert not is_open(profile, AMSTERDAM, moment)
        moment += timedelta(minutes=15)


def test_a_profile_that_never_opens_says_so() -> None:
    assert next_open(profile_with(None), AMSTERDAM, local("2026-03-02 12:00")) is None


def test_an_unknown_profile_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownProfile, match="nl-consumer, nl-business"):
        PROFILES.named("nl-anything-goes")


def test_the_profile_for_simulated_people_is_for_a_demo_only() -> None:
    with pytest.raises(DemoProfile, match="one of nl-consumer, nl-business"):
        PROFILES.usable("demo", demo=False)

    assert PROFILES.usable("demo", demo=True).for_demo
    assert not PROFILES.usable("nl-business", demo=False).for_demo


def test_the_consumer_profile_has_the_limits_of_the_law_and_the_product() -> None:
    profile = PROFILES.named("nl-consumer")

    assert (profile.max_attempts, profile.max_attempts_per_day, profile.min_ring_seconds) == (3, 1, 15)
    assert (profile.after_abandon, profile.after_refusal) == (timedelta(hours=72), timedelta(weeks=4))
    assert profile.default_limit_ratio == 0.03


def profile_with(hours: Hours | None) -> CallingProfile:
    return CallingProfile(
        name="test",
        week=(hours,) * 7,
        early_stops={},
        holiday_country="NL",
        timezone=AMSTERDAM,
        dialled_kinds=frozenset(),
        countries=frozenset({"NL"}),
        max_attempts=1,
        max_attempts_per_day=1,
        retry_after={},
        bases={},
    )
