"""The running program's parts, and how they are set going: who hears of a fact, in which order, and what runs as long as it does."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from app.ami.link import AmiLink
from app.ari.connection import AriConnection
from app.ari.executor import Executor
from app.ari.operations import Ari
from app.ari.outcome import AriRequestError
from app.campaign_service import CampaignService
from app.clock_keeper import ClockKeeper
from app.clock_watch import ClockWatch
from app.control import Control
from app.dealers import Dealers
from app.due_lists import DueLists
from app.figures import Figures
from app.floor_desk import FloorDesk
from app.journal import Journal
from app.lines import OpenLines
from app.machine.ear import Ear
from app.marks import LOOK_SECONDS, Marks
from app.node import AsteriskNode
from app.objection_watch import ObjectionWatch
from app.pacing_log import PacingLog
from app.phones import PhoneWatch
from app.preview_desk import PreviewDesk
from app.reconcile import Reconciler
from app.said_alone import SaidAlone
from app.settings import Settings
from app.storage.campaign_store import SqlCampaignStore
from app.storage.database import Database
from app.supervisor import Supervisor
from app.tasks import Tasks
from app.trunk_gate import TrunkGate
from calls.facts import ClockBelieved, ClockJumped
from calls.ids import NodeId
from dialer.runner import CampaignRunner
from metrics.observer import Metrics

AUDIT_SECONDS = 15.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Program:
    """The running program's parts, for whoever looks at it or acts on it."""

    settings: Settings
    clock: ClockWatch
    clock_keeper: ClockKeeper
    dealers: Dealers
    database: Database
    store: SqlCampaignStore
    journal: Journal
    metrics: Metrics
    desk: FloorDesk
    executor: Executor
    supervisor: Supervisor
    campaigns: CampaignService
    connection: AriConnection
    node: AsteriskNode
    ari: Ari
    tasks: Tasks
    figures: Figures
    control: Control
    gate: TrunkGate
    previews: PreviewDesk
    lines: OpenLines
    phones: PhoneWatch
    objections: ObjectionWatch
    ear: Ear
    manager: AmiLink
    reconciler: Reconciler
    marks: Marks
    said: SaidAlone
    pacing_log: PacingLog
    due_lists: DueLists

    def follow_clock(self, node: NodeId, off: timedelta) -> None:
        """Move all moments kept along with the clock: now by how much it is `off` what was believed, then whenever it is set."""
        clock, journal = self.clock, self.journal
        for mover in (self.gate.clock_moved, self.desk.floor.clock_moved, self.campaigns.clock_moved):
            if off:
                mover(off)
            clock.on_jump(mover)
        clock.on_jump(lambda by: journal.publish(ClockJumped(clock.now(), node, by.total_seconds())))
        clock.on_belief(lambda: journal.publish(ClockBelieved(clock.now(), node)))

    def listen(self) -> None:
        """Let everybody hear of every fact from now on."""
        journal = self.journal
        journal.observe("metrics", self.metrics.observe)
        journal.observe("said alone", self.said.on_fact)
        journal.observe("trunk gate", self.gate.on_fact)
        journal.observe("campaigns", self.campaigns.on_fact)
        journal.observe("previews", self.previews.on_fact)
        journal.observe("open lines", self.lines.on_fact)
        journal.observe("phones", self.phones.on_fact)
        journal.observe("objections", self.objections.on_fact)
        # Last: the floor publishes what follows from a fact while the fact is being told.
        journal.observe("floor", self.desk.on_fact)

    def start(self, runners: list[CampaignRunner]) -> None:
        """Start what runs as long as the program; `runners` are those of the campaigns that dial already."""
        tasks = self.tasks
        tasks.start("clock", self.clock.run())
        tasks.start("clock keeper", self.clock_keeper.run())
        tasks.start("journal", self.journal.run())
        tasks.start("local journal", self.journal.keep())
        tasks.start("events", self.connection.run())
        tasks.start("manager", self.manager.run())
        tasks.start("machine detection", self.ear.run())
        tasks.start("leases", self.executor.leases.run())
        tasks.start("floor", self.desk.run())
        tasks.start("objections", self.objections.run())
        tasks.start("campaigns", self.campaigns.run(runners))
        tasks.start("previews", self.previews.run())
        tasks.start("figures", self.figures.run())
        tasks.start("audit", repeat(AUDIT_SECONDS, self._application, self.reconciler.audit))
        tasks.start("marks", repeat(LOOK_SECONDS, self._application, lambda _: self.marks.look()))
        tasks.start("said alone", self.said.run())
        tasks.start("pacing log", self.pacing_log.run())
        tasks.start("due lists", self.due_lists.run())
        tasks.all_lasting()

    def _application(self) -> str | None:
        return self.connection.application if self.connection.live else None


async def repeat(
    seconds: float, application: Callable[[], str | None], work: Callable[[str], Awaitable[None]]
) -> None:
    """Do something with the application's name again and again, as long as Asterisk is reached: None says that it is not.

    What Asterisk does not allow us, as after a password was changed, is told and tried again.
    """
    while True:
        await asyncio.sleep(seconds)
        if (name := application()) is not None:
            try:
                await work(name)
            except* AriRequestError as refused:  # several that were asked at once are refused together
                _log.error("asterisk refuses what it is asked", extra={"reason": repr(refused.exceptions[0])})
