"""What the pacing looks at, put together from the floor, the attempts that ring and the day so far."""

from collections.abc import Sequence
from datetime import datetime

from dialer.breaker import TrunkState
from dialer.campaign import AbandonWindow, LineAgent
from dialer.forecast import Forecast
from dialer.pacing import PacingSnapshot
from dialer.to_come import answers_to_come


def take_snapshot(
    agents: Sequence[LineAgent],
    ringing: Sequence[tuple[datetime, float]],
    waiting: int,
    window: AbandonWindow,
    forecast: Forecast,
    now: datetime,
    *,
    room: int,
    closes_at: datetime | None,
    list_empty: bool,
    next_chance: float,
    seconds_per_answer: float,
    rescue_chance: float = 0.0,
    callers: tuple[float, ...] = (),
    rung_since: Sequence[datetime | None] = (),
    least_ring_seconds: int = 15,
    clock_trusted: bool = True,
    trunk: TrunkState = TrunkState.WELL,
) -> PacingSnapshot:
    """Put a snapshot together from the floor's agents and the attempts that are still ringing: since when, and their chance.

    `closes_at`: when the calling hours end that are now, None outside them. `seconds_per_answer`: how long an agent is busy with one customer.
    `rung_since`: of each of these, since when its phone is known to ring, None where that is not known.
    """

    def seconds_since(moment: datetime) -> float:
        return max(0.0, (now - moment).total_seconds())

    busy = [agent for agent in agents if not agent.free]
    return PacingSnapshot(
        free=len(agents) - len(busy),
        talking=tuple(seconds_since(agent.since) for agent in busy if not agent.wrapping_up),
        wrapping_up=tuple(seconds_since(agent.since) for agent in busy if agent.wrapping_up),
        ringing=tuple(seconds_since(at) for at, _ in ringing),
        chances=tuple(chance for _, chance in ringing),
        waiting=waiting,
        connected=window.connected,
        abandoned=window.abandoned,
        room=room,
        window_open=closes_at is not None,
        list_empty=list_empty,
        forecast=forecast,
        next_chance=next_chance,
        rescuers=sum(agent.rescues for agent in busy),
        rescue_chance=rescue_chance,
        callers=callers,
        # A clock that was set forward must not make a ring longer: it is no longer than since the dialling, which is moved along.
        rung=tuple(
            0.0 if since is None else min(seconds_since(since), seconds_since(at))
            for since, (at, _) in zip(rung_since, ringing, strict=bool(rung_since))
        ),
        least_ring_seconds=least_ring_seconds,
        clock_trusted=clock_trusted,
        trunk=trunk,
        previewing=sum(agent.free and agent.previewing for agent in agents),
        answers_to_come=answers_to_come(
            len(agents) / seconds_per_answer,
            None if closes_at is None else (closes_at - now).total_seconds(),
            forecast.answer_rate,
            window.contacts_left,
        ),
    )
