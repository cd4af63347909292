"""The API on a real connection, with a real floor, journal and database behind it; only Asterisk is missing."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.clock import SystemClock
from app.consents import Consents
from app.console.health import Watch
from app.console.server import make_app
from app.control import Control
from app.control_errors import ControlError
from app.control_ports import LiveCall, TelephonyState
from app.control_store import SqlControlStore
from app.conversations import Conversations
from app.floor_desk import FloorDesk
from app.journal import Journal
from app.pacing_log import PacingLog
from app.preview_desk import PreviewDesk
from app.settings import ApiAccess
from app.storage.agents import save_agent
from app.storage.campaign_store import SqlCampaignStore
from app.storage.campaigns import create_campaign
from app.storage.database import Database
from app.storage.epochs import take_epoch
from app.storage.journal import Journal as SqlJournal
from app.storage.previews import SqlPreviewStore
from app.storage.workshop_capacity import SqlWorkshopCapacity
from app.what_if import WhatIf
from app.workshop import Workshop
from calls.facts import Fact
from calls.ids import AgentId, CallId, CampaignId, DealerId, NodeId, new_call_id
from calls.numbers import PhoneNumber
from calls.words import Department, Direction, ReloadModule
from dialer.answering import Calibration, Reliability
from dialer.campaign import Campaign, CampaignKind, CampaignState, LegalBasis
from dialer.pacing import PacingDecision, Reason
from dialer.profile_file import shipped_profiles
from routing.agent import AgentProfile
from routing.floor import Floor
from routing.queue import QueuePlan
from routing.skills import SkillRequirement
from tests.fakes.campaign_store import KnownCampaigns, Launches, Room
from tests.integration.console.listening import listening
from tests.unit.app.reached import REACHED
from tests.unit.app.restart import DEALER as DEMO_DEALER

TOKEN = "a-token-for-these-tests-only"
DEALER = DealerId("demo")
ANNA = AgentId("anna")
APK = CampaignId("apk-may")
LIVE = CallId("n1" + "7" * 26)
CUSTOMER = "+31612345678"


class FakeTelephony:
    """A node with one phone and one trunk; a reload fails with `error` when there is one."""

    def __init__(self) -> None:
        self.reloaded: list[ReloadModule] = []
        self.error: ControlError | None = None

    def state(self) -> TelephonyState:
        return TelephonyState(
            NodeId("n1"),
            ari_live=True,
            echo_seconds=0.002,
            ami_live=True,
            phones={"anna": "unreachable"},
            registrations={"sip:dealer@example.org": False},
            trunk="trunk",
            trunk_contact="unreachable",
            trunk_refuses=True,
        )

    async def reload(self, module: ReloadModule) -> None:
        if self.error is not None:
            raise self.error
        self.reloaded.append(module)


class FakeCalls:
    """The calls that live, each of which Asterisk ends when it is `willing`."""

    def __init__(self, *calls: LiveCall) -> None:
        self.live = list(calls)
        self.willing = True

    def all(self) -> list[LiveCall]:
        return self.live

    async def hang_up(self, call_id: CallId) -> bool:
        if self.willing:
            self.live = [call for call in self.live if call.call_id != call_id]
        return self.willing


class BelievedClock(SystemClock):
    """The machine's clock, not in doubt."""

    def trusted(self) -> bool:
        return True


@dataclass(slots=True)
class Bed:
    """What a test looks at and turns on and off."""

    control: Control
    desk: FloorDesk
    journal: Journal
    database: Database
    store: SqlCampaignStore
    telephony: FakeTelephony
    launches: Launches
    campaigns: KnownCampaigns
    calls: FakeCalls
    url: str = ""
    facts: list[Fact] = field(default_factory=list)
    wakes: list[None] = field(default_factory=list)
    doubts: list[bool] = field(default_factory=list)
    looks: list[None] = field(default_factory=list)
    checks: dict[str, bool] = field(default_factory=lambda: {"ari": True, "database": True})
    clock_believed: bool = True

    @property
    def access(self) -> ApiAccess:
        return ApiAccess(self.url, TOKEN)

    def publish(self, *facts: Fact) -> None:
        self.journal.publish(*facts)

    async def stored(self) -> bool:
        """Whether the database has every fact, within a short wait."""
        return await self.journal.flushed(5)


@asynccontextmanager
async def running_bed(database: Database, port: int) -> AsyncIterator[Bed]:
    """Serve the API until the block is left: with agent anna, logged out, and campaign apk-may, a draft."""
    clock, floor, node = BelievedClock(), Floor(), NodeId("n1")
    epoch = await take_epoch(database, node)
    journal = Journal(SqlJournal(database, node, epoch))
    desk = FloorDesk(floor, journal, clock, _plan, lambda _campaign: 30.0)
    desk.connect(lambda _call, _fact: True)
    desk.on_fact(REACHED)
    anna = AgentProfile(ANNA, "Anna", "PJSIP/anna", {"sales": 8})
    await save_agent(database, anna)
    floor.know(anna, clock.now())
    await create_campaign(database, apk_campaign())
    facts: list[Fact] = []
    wakes: list[None] = []
    doubts: list[bool] = []
    looks: list[None] = []
    live = FakeCalls(
        LiveCall(
            LIVE,
            Direction.INBOUND,
            DEALER,
            "waiting",
            clock.now(),
            Department.SALES,
            number=PhoneNumber(CUSTOMER),
        )
    )

    async def called_off() -> None:
        looks.append(None)

    launches, campaigns, entropy = Launches(), KnownCampaigns(), random.Random(1)
    store = SqlCampaignStore(database, node, epoch, shipped_profiles())
    telephony = FakeTelephony()
    control = Control(
        desk,
        journal,
        SqlControlStore(database, store),
        clock,
        telephony,
        Conversations(
            database,
            store,
            journal,
            clock,
            {DEALER: DEMO_DEALER},
            shipped_profiles(),
            floor.agent,
            floor.agents,
            live.all,
            called_off,
        ),
        Consents(database, clock, [DEALER], called_off),
        Workshop(SqlWorkshopCapacity(database), clock, [DEALER]),
        WhatIf(database),
        PacingLog(database, clock, days=30),
        PreviewDesk(
            desk,
            SqlPreviewStore(database, node, epoch, shipped_profiles()),
            journal,
            clock,
            launches,
            campaigns,
            lambda _dealer: Room(),
            lambda: new_call_id(node, 1, entropy),
        ),
        dealers={DEALER: DEMO_DEALER},
        profiles=shipped_profiles(),
        endpoints=["PJSIP/anna", "PJSIP/bram"],
        demo=False,
        campaigns_changed=lambda: wakes.append(None),
        live_calls=live,
        last_decision=lambda _campaign: PacingDecision(2, Reason.LOOKAHEAD, 0.3, 0.01, 0.005, 4),
        calibration=lambda _campaign: Calibration(
            0.15, 0.2, 0.31, 0.3, (Reliability(100.0, 0.05, 0.04),) * 10
        ),
        clock_trusted=lambda: not doubts,
        confirm_clock=lambda: bool(doubts) and doubts.pop(),
    )
    bed = Bed(
        control,
        desk,
        journal,
        database,
        store,
        telephony,
        launches,
        campaigns,
        live,
        facts=facts,
        wakes=wakes,
        doubts=doubts,
        looks=looks,
    )
    watch = Watch(
        lambda: (b"dealerlijn_agents 1\n", "text/plain; version=0.0.4; charset=utf-8"),
        {"ari": lambda: bed.checks["ari"], "database": lambda: bed.checks["database"]},
        lambda: bed.clock_believed,
    )
    journal.observe("facts", facts.append)
    journal.observe("floor", desk.on_fact)
    async with asyncio.TaskGroup() as group:
        writer = group.create_task(journal.run())
        async with listening(make_app(control, TOKEN, watch), "127.0.0.1", port) as url:
            bed.url = url
            yield bed
        writer.cancel()


def apk_campaign() -> Campaign:
    return Campaign(
        campaign_id=APK,
        dealer=DEALER,
        name="APK mei",
        kind=CampaignKind.APK,
        basis=LegalBasis.CONSENT,
        profile="nl-consumer",
        shown_number="+31401234567",
        state=CampaignState.DRAFT,
    )


def _plan(dealer: DealerId, department: Department) -> QueuePlan:
    return QueuePlan(
        dealer=dealer,
        department=department,
        requirements=(SkillRequirement(department, 1),),
        relaxations=(),
        priority=0,
        ring_seconds=20,
        wrap_up_seconds=30.0,
        still_waiting_prompt="still-waiting",
        still_waiting_seconds=30.0,
        short_abandon_seconds=5.0,
    )
