"""A process that begins with what an earlier one left, and an Asterisk that has what it has."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import time
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.ami.causes import HangupCauses
from app.calls_in import Reception
from app.calls_out import OutboundDialler
from app.dealers import Dealer, Dealers
from app.lines import OpenLines
from app.marks import Marks
from app.reconcile import Reconciler
from app.recordings import Recordings
from app.said_alone import SaidAlone
from app.storage.takeover import OpenAttempt, OpenCall
from app.takeover import Left, TakeOver
from calls.facts import CallArrived, DifferenceFound, Fact
from calls.ids import BridgeId, ContactId, LegId, attempt_leg, line_leg, offer_leg
from calls.numbers import PhoneNumber
from calls.words import Department
from dialer.life import INFORMATION_MESSAGE
from dialer.profile_file import shipped_profiles
from ivr.hours import Block, OpeningHours
from ivr.recognition import Recognised
from routing.agent import Agent
from tests.fakes.fact_store import FactStore
from tests.fakes.mark_shelf import FakeShelf, FakeTold
from tests.fakes.scripted_asterisk import bridge, channel
from tests.fakes.virtual_time import after, settle
from tests.unit.app.bed import Bed, a_bed
from tests.unit.app.people import (
    ANNA,
    APK,
    CALLER,
    CAMPAIGN,
    DEMO,
    ENTRY,
    NODE,
    SALES,
    call_id,
)

CALL, LINE = call_id(1), call_id(7)
OFFER, ATTEMPT, LINE_LEG = offer_leg(CALL, 0), attempt_leg(CALL), line_leg(LINE)
DDI = "+31401234567"
ALWAYS = OpeningHours(((Block(time(0), time(0)),),) * 7, frozenset(), {}, ZoneInfo("Europe/Amsterdam"))
DEALER = Dealer(DEMO, "Demo", (DDI,), "nl-business", 20, ALWAYS, ENTRY, {Department.SALES: SALES})
IN_MENU = OpenCall(CALL, DEMO, DDI, None, CALLER, after(-60), None, None, None, None, None, None, None, None)
QUEUED = replace(IN_MENU, department=Department.SALES, queued_at=after(-40), priority=0)
RUNG = replace(QUEUED, agent_id=ANNA, agent_leg=OFFER)
TALKING = replace(RUNG, connected_at=after(-30), wait_seconds=10.0)
DIALLED = OpenAttempt(
    CALL,
    ATTEMPT,
    APK,
    DEMO,
    ContactId(1),
    PhoneNumber("+31612345678"),
    "Testpersoon",
    after(-20),
    None,
    None,
    None,
    None,
    None,
    None,
)
ANSWERED = replace(DIALLED, answered_at=after(-1), ring_seconds=19.0)
CONNECTED = replace(ANSWERED, connected_at=after(-1), agent_id=ANNA)
ABANDONED = replace(ANSWERED, abandoned_at=after(-1))


class Restart:
    """A process that begins with what an earlier one left, and an Asterisk that has what it has."""

    def __init__(self, bed: Bed, left: Left, dealer: Dealer, recordings: Path) -> None:
        self.bed = bed
        self.channels: list[dict[str, Any]] = []
        self.soon: list[dict[str, Any]] | None = None
        self.bridges: list[dict[str, Any]] = []
        self.playing = ""
        self.noted: dict[str, str] = {}
        self.noted_on: dict[LegId, dict[str, str]] = {}
        self.recordings: dict[str, dict[str, Any]] = {}
        self.recognised: Recognised | None = None
        numbers = count(500)
        dealers = Dealers({DEMO: dealer}, (), {DDI: dealer}, shipped_profiles())
        self.reception = Reception(
            NODE,
            dealers,
            bed.supervisor,
            bed.executor,
            bed.clock,
            lambda: call_id(next(numbers)),
            self._look_up,
        )
        self.lines = OpenLines(
            bed.desk, bed.supervisor, bed.executor, bed.clock, lambda: call_id(next(numbers)), bed.endpoint_of
        )
        bed.journal.observe("open lines", self.lines.on_fact)
        self.dialler = OutboundDialler(
            bed.supervisor,
            bed.executor,
            bed.desk,
            bed.journal,
            bed.clock,
            "trunk",
            HangupCauses().cause_of,
            lambda _: INFORMATION_MESSAGE,
            self._stop_ringing,
            lambda _: 15,
            {APK: CAMPAIGN}.get,
            lambda: None,
        )
        self.stopped: list[LegId] = []
        self.counted: list[tuple[int, int]] = []
        self.shelf, self.told = FakeShelf(), FakeTold()
        self.said = SaidAlone(self.shelf, self.told, bed.journal)
        self.marks = Marks(
            NODE,
            self.shelf,
            self.told,
            dealers,
            bed.supervisor,
            bed.journal,
            bed.clock,
            Recordings(recordings),
            lambda: call_id(next(numbers)),
            bed.executor.exists,
            self.said.tell,
        )
        takeover = TakeOver(
            NODE,
            bed.asterisk.ari,
            bed.supervisor,
            bed.executor,
            bed.desk,
            self.reception,
            self.dialler,
            self.lines,
            bed.journal,
            bed.clock,
            Recordings(recordings),
        )
        self.reconciler = Reconciler(
            NODE,
            bed.asterisk.ari,
            bed.supervisor,
            bed.executor,
            self.reception,
            bed.journal,
            bed.clock,
            takeover,
            self.marks,
            Recordings(recordings),
            left,
            lambda channels, bridges: self.counted.append((channels, bridges)),
            "dealerlijn",
        )

    async def _stop_ringing(self, leg_id: LegId, wanted: Callable[[], bool]) -> bool:
        if wanted():
            self.stopped.append(leg_id)
            return True
        return False

    async def _look_up(self, _dealer: Dealer, _arrived: CallArrived) -> Recognised | None:
        return self.recognised

    def has(self, leg_id: LegId, *arguments: str, **look: Any) -> None:
        """Asterisk has this leg; in our Stasis when the dialplan said something."""
        application = "dealerlijn" if arguments else ""
        self.channels.append(channel(leg_id, application=application, arguments=arguments, **look))

    def has_soon(self, leg_id: LegId, *arguments: str, **look: Any) -> None:
        """At a second look a moment later Asterisk has only these legs."""
        application = "dealerlijn" if arguments else ""
        self.soon = [
            *(self.soon or ()),
            channel(leg_id, application=application, arguments=arguments, **look),
        ]

    def together(self, bridge_id: BridgeId, *legs: LegId) -> None:
        """Asterisk has this bridge with these legs in it."""
        self.bridges.append(bridge(bridge_id, legs))

    @asynccontextmanager
    async def storing(self) -> AsyncIterator[FactStore]:
        """Facts are stored, as far as the store lets them be."""
        self.bed.tasks.start("journal", self.bed.journal.run())
        yield self.bed.store

    async def reconcile(self) -> tuple[int, int]:
        """The connection came up."""
        self._tell()
        result = await self.reconciler.reconcile("dealerlijn")
        await settle()
        return result

    async def audit(self) -> list[tuple[str, str]]:
        """The look of every half minute; what differed."""
        self._tell()
        await self.reconciler.audit("dealerlijn")
        await settle()
        facts = self.bed.published(DifferenceFound)
        return [(fact.kind, fact.object_id) for fact in facts if isinstance(fact, DifferenceFound)]

    def one(self, kind: type[Fact]) -> Any:
        (fact,) = self.bed.published(kind)
        return fact

    def _tell(self) -> None:
        asterisk = self.bed.asterisk
        soon = self.channels if self.soon is None else self.soon
        asterisk.answers("GET", "/channels", 200, soon)
        asterisk.answers("GET", "/bridges", 200, self.bridges)
        asterisk.answers("GET", "/channels/", 404, {"message": "Channel not found"})
        asterisk.answers("GET", "/playbacks/", 404, {"message": "Playback not found"})
        asterisk.answers("GET", "/recordings/", 404, {"message": "Recording not found"})
        for path, body in self.recordings.items():
            asterisk.answers("GET", f"/recordings/{path}", 200, body)
        following = f"/applications/dealerlijn/subscription?eventSource=channel:{ATTEMPT}"
        if any(one["id"] == ATTEMPT for one in self.channels):
            asterisk.answers("POST", following, 200)
        else:
            asterisk.answers("POST", following, 422, {"message": "Event source does not exist"})
        if self.playing:
            asterisk.answers("GET", f"/playbacks/{self.playing}", 200)
        for one in self.channels:
            asterisk.answers("GET", f"/channels/{one['id']}", 200)
        for leg_id, noted in {**self.noted_on, ATTEMPT: self.noted}.items():
            for variable, value in noted.items():
                path = f"/channels/{leg_id}/variable?variable={variable}"
                asterisk.answers("GET", path, 200, {"value": value})
        asterisk.answers("GET", "/channels", 200, self.channels, once=True)
        asterisk.answers("GET", "/bridges", 200, self.bridges, once=True)


@asynccontextmanager
async def restart(
    *agents: Agent,
    calls: tuple[OpenCall, ...] = (),
    attempts: tuple[OpenAttempt, ...] = (),
    dealer: Dealer = DEALER,
    recordings: Path = Path("/nowhere"),
) -> AsyncIterator[Restart]:
    async with a_bed(*agents) as bed:
        yield Restart(bed, Left(list(calls), list(attempts)), dealer, recordings)
