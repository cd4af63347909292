"""Leases: every waiting leg falls to the dialplan's fallback by itself unless we keep asking for more time.

Asterisk's absolute timeout is the clock, so it runs when this program is dead, frozen or cut off.

A lease cannot be renewed while Asterisk plays a prompt to the leg or records it: the request waits in line behind the
prompt. So a prompt is covered before it starts, by a lease as long as the prompt and the usual seconds together. When the
prompt is over, perhaps long before its end, the lease is made short again at once, unless it is about as usual anyway.

A lease that ran out must never be given again: the leg is in the dialplan by then, perhaps talking, and would be torn out
of it. So nothing is renewed while we do not hear what happens, after standing still we first read what happened meanwhile,
and a leg that has left gets no lease, whatever its call still wants.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from app.ari.operations import Ari
from app.ari.outcome import AriRequestError, Done, Gone, Outcome
from calls.ids import LegId

RENEW_SECONDS = 2.0
LEASE_SECONDS = 6
STOOD_STILL_SECONDS = 1.0
CATCH_UP_SECONDS = 0.3
_AS_USUAL_SECONDS = 1.0
_AT_ONCE = 8
_REMEMBERED = 1000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Cover:
    """Why a lease is longer than usual, and until when on the loop's clock; `until` is long past when that is not known."""

    reason: str
    until: float = 0.0


class Leases:
    """The legs that hold a lease, and their renewal. `run` renews until cancelled."""

    def __init__(self, ari: Ari) -> None:
        self._ari = ari
        self._held: set[LegId] = set()
        self._covered: dict[LegId, _Cover] = {}
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._renewing: dict[LegId, asyncio.Event] = {}
        self._suspended = False
        self._left: dict[LegId, None] = {}
        self._urgent: set[LegId] = set()
        self._hurry = asyncio.Event()

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, leg_id: LegId, covered_for: str | None = None) -> None:
        """Renew this leg's lease from now on; the leg already has one (the dialplan gave it).

        `covered_for`: the prompt that plays, begun with `cover` by an earlier process.
        """
        self._held.add(leg_id)
        self._left.pop(leg_id, None)
        if covered_for is not None:
            self._covered[leg_id] = _Cover(covered_for)

    def drop(self, leg_id: LegId) -> None:
        """Give this leg no lease any more: it is gone or was given another life."""
        self._forget(leg_id)
        self._left[leg_id] = None
        if len(self._left) > _REMEMBERED:
            del self._left[next(iter(self._left))]

    async def set(self, leg_id: LegId, seconds: int) -> None:
        """Give a lease of `seconds` and keep it up, or switch it off with 0. A leg that has left gets none."""
        if leg_id in self._left:
            return
        if seconds:
            self._held.add(leg_id)
        else:
            self._forget(leg_id)
        if (renewal := self._renewing.get(leg_id)) is not None:
            # A renewal on another connection could overtake this one and cut a conversation.
            await renewal.wait()
        outcome = await self._write(leg_id, seconds)
        if not seconds and not isinstance(outcome, Done | Gone):
            # Left on, it would cut a conversation; switching off twice harms nobody.
            await self._write(leg_id, 0)

    async def cover(self, leg_id: LegId, seconds: float, reason: str) -> None:
        """Before something that takes `seconds` and lets no renewal pass; `uncover` with the same reason ends it."""
        if leg_id in self._left:
            return
        lease = int(seconds) + LEASE_SECONDS
        self._covered[leg_id] = _Cover(reason, asyncio.get_running_loop().time() + lease)
        if (renewal := self._renewing.get(leg_id)) is not None:
            await renewal.wait()
        await self._write(leg_id, lease)

    def uncover(self, leg_id: LegId, reason: str) -> None:
        """What was covered is over: the usual renewals go on, the first of them now if the lease is much longer or shorter."""
        cover = self._covered.get(leg_id)
        if cover is None or cover.reason != reason:
            return
        del self._covered[leg_id]
        left = cover.until - asyncio.get_running_loop().time()
        if abs(left - LEASE_SECONDS) > _AS_USUAL_SECONDS:
            self._urgent.add(leg_id)
            self._hurry.set()

    def suspend(self) -> None:
        """Renew nothing until `resume`: events do not reach us, so a leg may have left without our knowing."""
        self._suspended = True

    def resume(self) -> None:
        """It is known again which legs are ours: go on, with all of them at once."""
        self._suspended = False
        self._urgent |= self._held
        self._hurry.set()

    async def run(self) -> None:
        """Renew every lease every `RENEW_SECONDS`, and an urgent one at once; one that is slow holds up no other."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as group:
            due = loop.time() + RENEW_SECONDS
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(due):
                        await self._hurry.wait()
                if loop.time() > due + STOOD_STILL_SECONDS:
                    await asyncio.sleep(CATCH_UP_SECONDS)
                legs, self._urgent = self._urgent, set()
                self._hurry.clear()
                if loop.time() >= due:
                    legs = self._held
                    due = loop.time() + RENEW_SECONDS
                if not self._suspended:
                    self._renew_each(legs, group)

    def _renew_each(self, legs: Iterable[LegId], group: asyncio.TaskGroup) -> None:
        for leg_id in legs:
            if leg_id in self._held and leg_id not in self._renewing and leg_id not in self._covered:
                self._renewing[leg_id] = asyncio.Event()
                group.create_task(self._renew(leg_id))

    async def _renew(self, leg_id: LegId) -> None:
        try:
            async with self._room:
                # A lease that was switched off since must not come back.
                if leg_id in self._held and leg_id not in self._covered:
                    await self._write(leg_id, LEASE_SECONDS)
        except AriRequestError as error:
            # It runs out, and this caller goes to the fallback; all others keep theirs.
            _log.error("a lease was refused", extra={"leg": leg_id, "reason": error.message})
        finally:
            self._renewing.pop(leg_id).set()

    def _forget(self, leg_id: LegId) -> None:
        self._held.discard(leg_id)
        self._covered.pop(leg_id, None)

    async def _write(self, leg_id: LegId, seconds: int) -> Outcome[None]:
        outcome = await self._ari.channels.set_channel_var(
            channel_id=leg_id, variable="TIMEOUT(absolute)", value=str(seconds)
        )
        if isinstance(outcome, Gone):
            self.drop(leg_id)
        return outcome
