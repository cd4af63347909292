from datetime import UTC, datetime, timedelta

from dialer.caps import Bucket, TrunkCaps, room, take

START = datetime(2026, 3, 4, 10, tzinfo=UTC)
CAPS = TrunkCaps(per_second=2, at_once=10, per_day=100)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def test_after_a_start_the_bucket_is_empty() -> None:
    assert room(Bucket(START), CAPS, in_flight=0, dialled_today=0, now=START) == 0


def test_the_bucket_fills_at_the_rate_and_holds_one_second() -> None:
    assert room(Bucket(START), CAPS, in_flight=0, dialled_today=0, now=after(0.5)) == 1
    assert room(Bucket(START), CAPS, in_flight=0, dialled_today=0, now=after(60)) == 2


def test_a_rate_below_one_a_second_still_lets_one_through() -> None:
    slow = TrunkCaps(per_second=0.25)

    assert room(Bucket(START), slow, in_flight=0, dialled_today=0, now=after(3.9)) == 0
    assert room(Bucket(START), slow, in_flight=0, dialled_today=0, now=after(4)) == 1


def test_never_more_starts_than_the_rate_allows() -> None:
    bucket, started = Bucket(START), 0
    for tenth in range(100):
        now = after(tenth / 10)
        count = room(bucket, CAPS, in_flight=0, dialled_today=0, now=now)
        bucket = take(bucket, CAPS, count, now)
        started += count

    assert started == 19


def test_calls_in_the_air_leave_less_room() -> None:
    assert room(Bucket(START), CAPS, in_flight=9, dialled_today=0, now=after(5)) == 1
    assert room(Bucket(START), CAPS, in_flight=12, dialled_today=0, now=after(5)) == 0


def test_the_total_of_the_day_holds_whatever_the_process_remembers() -> None:
    assert room(Bucket(START), CAPS, in_flight=0, dialled_today=99, now=after(5)) == 1
    assert room(Bucket(START), CAPS, in_flight=0, dialled_today=100, now=after(5)) == 0


def test_a_clock_that_steps_back_gives_nothing() -> None:
    empty = take(Bucket(START), CAPS, 0, after(10))
    spent = take(empty, CAPS, 2, after(10))

    assert room(spent, CAPS, in_flight=0, dialled_today=0, now=START) == 0
