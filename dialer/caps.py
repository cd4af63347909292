"""Caps on dialling: per second, at once, and per day. A restart refills none of them.

The caller keeps the state and hands it in. After a start the bucket is empty, and what is in the air and was dialled today
comes from the database, not from memory.
"""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class TrunkCaps:
    """What a trunk may carry of campaign calls. `per_second` is a rate; the bucket holds one second of it, at least one."""

    per_second: float = 5.0
    at_once: int = 30
    per_day: int = 10_000


@dataclass(frozen=True, slots=True)
class Bucket:
    """A token bucket: `tokens` at the moment `at`. A new one is empty."""

    at: datetime
    tokens: float = 0.0


def refilled(bucket: Bucket, caps: TrunkCaps, now: datetime) -> Bucket:
    """The bucket as it is at `now`; a clock that steps back adds nothing and takes nothing away."""
    seconds = max(0.0, (now - bucket.at).total_seconds())
    return Bucket(now, min(max(1.0, caps.per_second), bucket.tokens + seconds * caps.per_second))


def room(bucket: Bucket, caps: TrunkCaps, *, in_flight: int, dialled_today: int, now: datetime) -> int:
    """How many attempts may be started at `now`. `in_flight` counts every attempt not ended, talks too."""
    return max(
        0,
        min(int(refilled(bucket, caps, now).tokens), caps.at_once - in_flight, caps.per_day - dialled_today),
    )


def take(bucket: Bucket, caps: TrunkCaps, count: int, now: datetime) -> Bucket:
    """The bucket after `count` attempts were started at `now`; more than `room` leaves it in debt."""
    full = refilled(bucket, caps, now)
    return replace(full, tokens=full.tokens - count)
