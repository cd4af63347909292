"""The manager interface kept up: facts as they happen, actions on request.

Everything pyst2 does, it does in one thread of ours; what it hears comes back to the event loop, where all the rest runs.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from time import monotonic
from typing import Never, Protocol

from app.ami.errors import AmiDown, AmiError, AmiRefused
from app.ami.facts import (
    AmiFact,
    ContactChanged,
    FullyBooted,
    Headers,
    LegHungUp,
    TrunkChanged,
    fact_from,
)
from app.ami.manager import TimedManager
from app.seldom import Seldom
from calls.ids import LegId

_log = logging.getLogger(__name__)
_SOON_SECONDS = 2.0
_IN_A_MOMENT = "0.5"  # seconds: time to hear of an answer that came just before, and to lift the limit again


@dataclass(frozen=True, slots=True)
class AmiLimits:
    """Times in seconds."""

    connect_within: float = 5.0
    answer_within: float = 5.0
    reload_within: float = 20.0
    close_within: float = 1.0
    ping_every: float = 10.0
    pause_least: float = 0.2
    pause_most: float = 10.0


class AmiListener(Protocol):
    """Whoever wants to know; called in the event loop, and must not block."""

    def on_contacts(self, contacts: Sequence[ContactChanged]) -> None:
        """All contacts there are, told after each (re)connect: a phone that is not among them is not registered."""
        ...

    def on_contact(self, changed: ContactChanged) -> None:
        """A phone's contact changed."""
        ...

    def on_trunk(self, changed: TrunkChanged) -> None:
        """A trunk registration changed, or is told after (re)connecting."""
        ...

    def on_fully_booted(self) -> None:
        """Asterisk is completely up: at each (re)connect, before the contacts, and when it finishes starting."""
        ...

    def on_down(self, reason: str) -> None:
        """The link was up and is lost: what was told last may have changed since."""
        ...


@dataclass(slots=True)
class _List:
    """The events that answer one action, until the last of them."""

    action_id: str
    complete: asyncio.Event = field(default_factory=asyncio.Event)
    events: list[Headers] = field(default_factory=list)


class AmiLink:
    """The manager interface of one Asterisk; `run` keeps it up until cancelled."""

    def __init__(
        self,
        host: str,
        port: int,
        user: str,
        password: str,
        listener: AmiListener,
        limits: AmiLimits | None = None,
        chance: Callable[[], float] = random.random,
        hung_up: Callable[[LegHungUp], None] | None = None,
    ) -> None:
        """Prepare; nothing is opened yet. `hung_up` hears of each attempt's leg that ends, as the listener does of the rest."""
        self.failures = 0
        """Times the link, or the attempt to make it, failed."""
        self._address = (host, port)
        self._login = {"Username": user, "Secret": password}
        self._listener = listener
        self._limits = limits or AmiLimits()
        self._chance = chance
        self._hung_up = hung_up
        self._owner = ThreadPoolExecutor(max_workers=1, thread_name_prefix="ami")
        self._one_action = asyncio.Lock()
        self._manager: TimedManager | None = None
        self._lost = asyncio.Event()
        self._list = _List("")
        self._actions = count(1)
        self._up = asyncio.Event()
        self._wanted = asyncio.Event()
        self._in_a_row = 0
        self._warned = Seldom()

    async def run(self) -> Never:
        """Keep the link up; never returns, and runs only once."""
        try:
            while True:
                try:
                    await self._live()
                except AmiError as error:
                    self.failures += 1
                    self._in_a_row += 1
                    self._warn(str(error))
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(self._longest_pause() * (0.5 + self._chance() / 2)):
                        await self._wanted.wait()
                self._wanted.clear()
        finally:
            self._owner.shutdown(wait=False)

    def _longest_pause(self) -> float:
        return min(self._limits.pause_most, self._limits.pause_least * 2.0 ** min(self._in_a_row - 1, 30))

    def _warn(self, reason: str) -> None:
        if self._warned.is_due(reason, monotonic()):
            told = {
                "reason": reason,
                "failures": self._in_a_row,
                "again_within_seconds": self._longest_pause(),
            }
            _log.warning("manager link down", extra=told)

    async def contacts(self) -> tuple[ContactChanged, ...]:
        """Return the state of every registered phone.

        Raises:
            AmiDown: The link is down or was lost.
        """
        facts = await self._facts("PJSIPShowContacts")
        return tuple(fact for fact in facts if isinstance(fact, ContactChanged))

    async def trunks(self) -> tuple[TrunkChanged, ...]:
        """Return the state of every trunk registration.

        Raises:
            AmiDown: The link is down or was lost.
        """
        facts = await self._facts("PJSIPShowRegistrationsOutbound")
        return tuple(fact for fact in facts if isinstance(fact, TrunkChanged))

    async def reload(self, module: str) -> None:
        """Let Asterisk read the configuration of a module, such as `res_pjsip.so`, again.

        Raises:
            AmiDown: The link is down or was lost.
            AmiRefused: There is no such module, or it cannot be reloaded.
        """
        await self._act("Reload", {"Module": module}, self._limits.reload_within)

    async def database(self, family: str, within: float = 0.0) -> dict[str, str]:
        """Return all entries of a family of Asterisk's own database, by their whole key, such as `/family/key`.

        When the link is down it is tried again at once, and awaited for up to `within` seconds.

        Raises:
            AmiDown: The link is down or was lost.
        """
        await self._be_up(within)
        entries = await self._list_of("DBGetTree", {"Family": family})
        return {each["Key"]: each.get("Val", "") for each in entries if "Key" in each}

    async def forget(self, family: str, key: str) -> None:
        """Remove what is below a key of a family of Asterisk's own database; what is not there is no error.

        Raises:
            AmiDown: The link is down or was lost.
        """
        with contextlib.suppress(AmiRefused):
            await self._act("DBDelTree", {"Family": family, "Key": key})

    async def stop_ringing(self, leg_id: LegId, wanted: Callable[[], bool]) -> bool:
        """End a leg in a moment unless it is answered first; False when Asterisk did not take that in, or has no such leg.

        It is a limit to the leg's life. The dialplan sets another one for whoever answers from now on; if somebody had answered before,
        of which we had not heard yet, the limit has to be lifted before it is over: once this returns, and whatever it returns.
        `wanted` is asked when the turn has come, which may be long after another action such as a reload: if it says no nothing is sent.
        """
        await self._be_up(_SOON_SECONDS)  # a restart may come to this before the link does
        try:
            async with self._one_action:
                if not wanted():
                    return False
                limit = {"Channel": leg_id, "Timeout": _IN_A_MOMENT}
                await self._act_alone(self._next_id(), "AbsoluteTimeout", limit, self._limits.answer_within)
        except (AmiDown, AmiRefused):
            return False
        return True

    async def _be_up(self, within: float) -> None:
        """Wait for a link that is down, and let it be tried again at once."""
        if not self._up.is_set() and within:
            self._wanted.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._up.wait()

    async def ping(self) -> float:
        """Return the seconds Asterisk took to answer.

        Raises:
            AmiDown: The link is down or was lost.
        """
        began = monotonic()
        await self._act("Ping")
        return monotonic() - began

    async def _live(self) -> None:
        loop = asyncio.get_running_loop()
        self._lost = lost = asyncio.Event()

        def heard(headers: Headers) -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(self._heard, manager, headers)

        def ended() -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(lost.set)

        manager = TimedManager(heard, ended)
        reason = "stopped"
        try:
            await loop.run_in_executor(self._owner, manager.open, *self._address, self._limits.connect_within)
            self._manager = manager
            await self._act("Login", self._login)
            self._in_a_row = 0
            self._warned.is_over()
            self._up.set()
            await self._tell_all()
            await self._watch(lost)
        except AmiError as error:
            reason = str(error)
            raise
        finally:
            self._manager = None
            if self._up.is_set():
                self._up.clear()
                self._listener.on_down(reason)
            manager.close()
            await loop.run_in_executor(self._owner, manager.join, self._limits.close_within)

    async def _tell_all(self) -> None:
        self._listener.on_contacts(await self.contacts())
        for trunk in await self.trunks():
            self._listener.on_trunk(trunk)

    async def _watch(self, lost: asyncio.Event) -> Never:
        while True:
            try:
                async with asyncio.timeout(self._limits.ping_every):
                    await lost.wait()
            except TimeoutError:
                await self.ping()
            else:
                raise AmiDown("connection ended")

    async def _facts(self, action: str) -> list[AmiFact]:
        heard = await self._list_of(action)
        return [fact for headers in heard if (fact := fact_from(headers)) is not None]

    async def _list_of(self, action: str, fields: Mapping[str, str] | None = None) -> list[Headers]:
        async with self._one_action:
            self._list = wanted = _List(self._next_id())
            try:
                await self._act_alone(wanted.action_id, action, fields or {}, self._limits.answer_within)
                async with asyncio.timeout(self._limits.answer_within):
                    await wanted.complete.wait()
            except AmiRefused as refusal:
                if "No Contacts found" in refusal.message:
                    return []
                raise
            except TimeoutError as error:
                self._lost.set()
                raise AmiDown("list not completed in time") from error
        return wanted.events

    async def _act(
        self, action: str, fields: Mapping[str, str] | None = None, limit: float | None = None
    ) -> None:
        async with self._one_action:
            await self._act_alone(self._next_id(), action, fields or {}, limit or self._limits.answer_within)

    def _next_id(self) -> str:
        return f"dealerlijn-{next(self._actions)}"

    async def _act_alone(self, action_id: str, action: str, fields: Mapping[str, str], limit: float) -> None:
        manager = self._manager
        if manager is None:
            raise AmiDown("not connected")
        loop = asyncio.get_running_loop()
        try:
            await loop.run_in_executor(self._owner, manager.act, action_id, action, fields, limit)
        except AmiDown:
            self._lost.set()
            raise

    def _heard(self, manager: TimedManager, headers: Headers) -> None:
        if manager is not self._manager:
            return
        if "ActionID" in headers:
            self._heard_in_list(headers)
            return
        match fact_from(headers):
            case ContactChanged() as contact:
                self._listener.on_contact(contact)
            case TrunkChanged() as trunk:
                self._listener.on_trunk(trunk)
            case FullyBooted():
                self._listener.on_fully_booted()
            case LegHungUp() as gone:
                if self._hung_up is not None:
                    self._hung_up(gone)
            case None:
                pass

    def _heard_in_list(self, headers: Headers) -> None:
        if headers["ActionID"] != self._list.action_id:
            return
        if headers.get("EventList") == "Complete":
            self._list.complete.set()
        else:
            self._list.events.append(headers)
