"""A ring is ended only while an answer would be heard of."""

import asyncio
from collections.abc import Callable

import pytest

from app.ring_end import stop_ringing
from calls.ids import LegId, attempt_leg
from tests.fakes.virtual_time import virtual_time
from tests.unit.app.people import call_id

LEG = attempt_leg(call_id(1))


class Socket:
    """An events socket that comes up so many seconds from now."""

    def __init__(self, up_after: float) -> None:
        self.live = False
        self._up_after = up_after

    async def until_live(self, within: float) -> None:
        await asyncio.sleep(min(self._up_after, within))
        self.live = self._up_after <= within


class Manager:
    """A manager interface that comes to it at once, or when the events socket has gone meanwhile."""

    def __init__(self, socket: Socket, *, loses_it: bool = False) -> None:
        self.stopped = list[LegId]()
        self._socket, self._loses_it = socket, loses_it

    async def stop_ringing(self, leg_id: LegId, wanted: Callable[[], bool]) -> bool:
        self._socket.live &= not self._loses_it
        if wanted():
            self.stopped.append(leg_id)
        return bool(self.stopped)


@pytest.mark.parametrize(
    ("up_after", "lost_meanwhile", "wanted", "stopped"),
    [
        (0, False, True, True),
        (4, False, True, True),  # while we compare with what Asterisk has, after a restart
        (60, False, True, False),
        (0, True, True, False),
        (4, False, False, False),  # answered while nobody heard of it
    ],
)
@virtual_time
async def test_a_ring_is_ended_only_while_an_answer_would_be_heard_of(
    up_after: float, *, lost_meanwhile: bool, wanted: bool, stopped: bool
) -> None:
    socket = Socket(up_after)
    manager = Manager(socket, loses_it=lost_meanwhile)

    done = await stop_ringing(socket, manager, LEG, lambda: wanted)

    assert done == stopped
    assert manager.stopped == ([LEG] if stopped else [])
