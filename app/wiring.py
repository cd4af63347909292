"""All the wiring: what is made of what, in the order in which it is needed. Nothing is made anywhere else.

`running(settings)` is the whole program as a context: inside it, everything runs.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from time import time_ns

from app.ami.causes import HangupCauses
from app.ami.link import AmiLink
from app.ari.connection import AriConnection
from app.ari.executor import Executor
from app.ari.http import HttpTransport
from app.ari.joins import Joins
from app.ari.leases import Leases
from app.ari.operations import Ari
from app.calls_in import Reception
from app.calls_out import CampaignFloor, OutboundDialler
from app.campaign_service import CampaignService
from app.clock import Clock, SystemClock, boot_id
from app.clock_keeper import ClockKeeper
from app.clock_watch import ClockWatch
from app.consents import Consents
from app.control import Control
from app.control_store import SqlControlStore
from app.conversations import Conversations
from app.dealers import Dealers
from app.due_lists import DueLists
from app.figures import Figures
from app.floor_desk import FloorDesk
from app.journal import Journal
from app.languages import Languages
from app.lines import OpenLines
from app.live_calls import LiveCalls, live_calls
from app.machine.detectors import AppAmd, Features
from app.machine.ear import Ear
from app.marks import Marks
from app.node import AsteriskNode
from app.objection_watch import ObjectionWatch
from app.pacing_log import PacingLog
from app.phones import PhoneWatch
from app.preview_desk import PreviewDesk
from app.program import Program
from app.prompt_lengths import PromptLengths
from app.reconcile import Reconciler
from app.recordings import Recordings
from app.returned_calls import ReturnedCalls
from app.ring_end import stop_ringing
from app.said_alone import SaidAlone
from app.settings import Settings
from app.storage.agents import all_agents, restored
from app.storage.alone import SqlTold
from app.storage.campaign_store import SqlCampaignStore
from app.storage.clock_memory import believed_offset, clock_memory, keep_offset
from app.storage.database import Database, open_database, other_clock
from app.storage.epochs import take_epoch
from app.storage.journal import Journal as SqlJournal
from app.storage.local_journal import LocalJournal, journal_dir, replay
from app.storage.previews import SqlPreviewStore
from app.storage.takeover import open_attempts, open_calls
from app.storage.totals import count_totals, dialled_by_minute
from app.storage.unwanted import unwanted_attempts
from app.storage.workshop_capacity import SqlWorkshopCapacity
from app.supervisor import Supervisor
from app.takeover import Left, TakeOver
from app.tasks import Tasks
from app.telephony import Telephony
from app.trunk_gate import DealerRoom, TrunkGate
from app.what_if import WhatIf
from app.workshop import Workshop
from calls.facts import ControllerStarted
from calls.ids import CallId, NodeId, new_call_id
from calls.words import AgentState, MachineDetection
from dialer.campaign import AbandonWindow, Campaign
from dialer.runner import CampaignRunner
from metrics.observer import Metrics
from routing.floor import Floor

FLUSH_SECONDS = 5.0


@asynccontextmanager
async def running(
    settings: Settings, dealers: Dealers, clock: Clock | None = None, boot: str = ""
) -> AsyncIterator[Program]:
    """Run the program while the context is open. A `clock` that is given counts on from `boot`, the machine's own from its start.

    Calls are left alone when it closes: conversations go on in Asterisk, and the next controller takes them over.
    Raises StorageError when the database cannot be used.
    """
    database = open_database(settings.database_url)
    watch = ClockWatch(clock or SystemClock(), partial(other_clock, database))
    try:
        await database.migrate()
        transport = HttpTransport(settings.ari.url, settings.ari.user, settings.ari.password)
        async with transport, asyncio.TaskGroup() as group:
            tasks = Tasks(group)
            try:
                started = boot_id() if clock is None else boot
                program = await _assemble(settings, dealers, watch, started, database, Ari(transport), tasks)
                yield program
                if not await program.journal.flushed(FLUSH_SECONDS):
                    await program.journal.keep_waiting()
            finally:
                tasks.cancel()
    finally:
        await database.close()


async def _assemble(
    settings: Settings,
    dealers: Dealers,
    clock: ClockWatch,
    boot: str,
    database: Database,
    ari: Ari,
    tasks: Tasks,
) -> Program:
    node = NodeId(settings.node)
    entropy = random.SystemRandom()

    def fresh_call_id() -> CallId:
        return new_call_id(node, time_ns() // 1_000_000, entropy)

    # What the database knows
    local = LocalJournal(settings.journal_dir or journal_dir(settings.database_url), node)
    await replay(local, database)
    epoch = await take_epoch(database, node)
    local.begin(epoch)
    # What is stored tells moments of the clock that was believed: all begins by that, and is moved along.
    off = clock.remember(await clock_memory(database, node), await believed_offset(database, node, boot))
    began = clock.now() - off
    store = SqlCampaignStore(database, node, epoch, dealers.profiles)
    targets = {dealer.dealer: dealer.service_level_seconds for dealer in dealers.dealers.values()}
    metrics = Metrics(targets)
    metrics.restore(await count_totals(database, None, targets))
    left = Left(await open_calls(database, node), await open_attempts(database, node))
    gate = TrunkGate(
        settings.caps,
        began,
        Counter(attempt.dealer for attempt in left.attempts),
        await dialled_by_minute(database, began - timedelta(hours=24)),
        lambda: said.heard,
        lambda: phones.trunk_in_reach,
    )

    # The floor and the journal
    floor = Floor()
    for stored in await all_agents(database):
        floor.restore(restored(stored, began))
    journal = Journal(SqlJournal(database, node, epoch), local)
    desk = FloorDesk(
        floor,
        journal,
        clock,
        lambda dealer, department: reception.queue_plan(dealer, department),
        lambda campaign_id: campaigns.wrap_up_seconds(campaign_id),
    )

    # The calls
    executor = Executor(
        ari,
        Leases(ari),
        Joins(),
        lambda: connection.application,
        desk.endpoint,
        PromptLengths(settings.sounds_dir).seconds,
        {
            MachineDetection.APP_AMD: AppAmd(ari),
            MachineDetection.FEATURES: Features(ari, lambda: ear.address),
        },
    )
    supervisor = Supervisor(tasks, executor, journal, clock)
    returned = ReturnedCalls(database, lambda: {each.shown_number for each in campaigns.campaigns.values()})
    reception = Reception(node, dealers, supervisor, executor, clock, fresh_call_id, returned.look_up)
    causes = HangupCauses()
    dialler = OutboundDialler(
        supervisor,
        executor,
        desk,
        journal,
        clock,
        settings.trunk_endpoint,
        causes.cause_of,
        lambda campaign_id: dealers.information_for(campaigns.campaign(campaign_id)),
        lambda leg_id, wanted: stop_ringing(connection, manager, leg_id, wanted),
        lambda campaign: dealers.profiles.named(campaign.profile).min_ring_seconds,
        lambda campaign_id: campaigns.campaign(campaign_id),
        gate.rang,
    )
    lines = OpenLines(desk, supervisor, executor, clock, fresh_call_id, desk.endpoint)

    def deliver(call_id: CallId, fact: object) -> bool:
        session = supervisor.call(call_id)
        if session is not None:
            session.deliver(fact)
        return session is not None

    languages = Languages(supervisor.machines, floor.free_line_agents)
    desk.connect(deliver, languages.asked_for)
    objections = ObjectionWatch(lambda: unwanted_attempts(database, node), supervisor, journal, clock)
    ear = Ear(node, deliver, clock)

    # The campaigns
    workshop = SqlWorkshopCapacity(database)

    def make_runner(campaign: Campaign) -> CampaignRunner:
        return CampaignRunner(
            campaign,
            store,
            CampaignFloor(desk, languages, lambda agent_id: previews.has_contact(agent_id)),
            dialler,
            DealerRoom(gate, campaign.dealer),
            journal.publish,
            clock,
            fresh_call_id,
            metrics.campaigns.count_pacing_decision,
            dealers.profiles,
            workshop,
        )

    def show_window(window: AbandonWindow) -> None:
        metrics.campaigns.set_abandon_window(window.campaign_id, window.connected, window.abandoned)

    campaigns = CampaignService(
        store,
        make_runner,
        show_window,
        desk.blend,
        clock.now,
        profiles=dealers.profiles,
        numbers_of=dealers.numbers_of,
        demo=settings.demo,
    )
    runners = await campaigns.load()
    previews = PreviewDesk(
        desk,
        SqlPreviewStore(database, node, epoch, dealers.profiles),
        journal,
        clock,
        dialler,
        campaigns,
        lambda dealer: DealerRoom(gate, dealer),
        fresh_call_id,
    )
    # Who is kept for a call is no agent whom the pacing could count on, nor does that call need another.
    kept_for = {agent.call_id for agent in floor.agents() if agent.state is AgentState.RESERVED}
    for attempt in left.attempts:
        if attempt.answered_at is None:
            kept = attempt.call_id in kept_for
            campaigns.adopt(attempt.campaign_id, attempt.call_id, attempt.committed_at, kept=kept)

    # The node
    recordings = Recordings(settings.recordings_dir)
    phones = PhoneWatch(desk, settings.trunk_endpoint)
    ami = settings.ami
    manager = AmiLink(ami.host, ami.port, ami.user, ami.password, phones, hung_up=causes.on_hung_up)
    told = SqlTold(database, node)
    said = SaidAlone(manager, told, journal)
    marks = Marks(
        node,
        manager,
        told,
        dealers,
        supervisor,
        journal,
        clock,
        recordings,
        fresh_call_id,
        executor.exists,
        said.tell,
    )
    takeover = TakeOver(
        node,
        ari,
        supervisor,
        executor,
        desk,
        reception,
        dialler,
        lines,
        journal,
        clock,
        recordings,
    )
    reconciler = Reconciler(
        node,
        ari,
        supervisor,
        executor,
        reception,
        journal,
        clock,
        takeover,
        marks,
        recordings,
        left,
        lambda channels, bridges: metrics.technical.set_leftovers(node, channels, bridges),
        settings.ari.app,
    )
    follower = AsteriskNode(
        node,
        ari,
        supervisor,
        journal,
        clock,
        reception.receive,
        reconciler.reconcile,
        executor.leases,
        executor.joins,
        recordings,
        lambda seconds: metrics.technical.observe_echo(node, seconds),
        lambda: metrics.technical.count_failed_prompt(node),
    )
    connection = AriConnection(
        ari, settings.ari.url, settings.ari.user, settings.ari.password, settings.ari.app, follower
    )
    figures = Figures(metrics, floor, campaigns, journal, clock, node, phones, lambda: gate.refuses)
    conversations = Conversations(
        database,
        store,
        journal,
        clock,
        dealers.dealers,
        dealers.profiles,
        floor.agent,
        floor.agents,
        lambda: live_calls(supervisor),
        objections.look,
    )
    pacing_log = PacingLog(database, clock, settings.decision_days)
    control = Control(
        desk,
        journal,
        SqlControlStore(database, store),
        clock,
        Telephony(node, phones, manager, lambda: connection.echo_seconds, lambda: gate.refuses),
        conversations,
        Consents(database, clock, dealers.dealers, objections.look),
        Workshop(workshop, clock, dealers.dealers),
        WhatIf(database),
        pacing_log,
        previews,
        dealers=dealers.dealers,
        profiles=dealers.profiles,
        endpoints=dealers.endpoints,
        demo=settings.demo,
        campaigns_changed=campaigns.changed,
        live_calls=LiveCalls(supervisor, executor),
        last_decision=campaigns.last_decision,
        calibration=campaigns.calibration,
        clock_trusted=clock.trusted,
        confirm_clock=clock.confirm,
    )

    program = Program(
        settings,
        clock,
        ClockKeeper(clock, partial(keep_offset, database, node, epoch, boot)),
        dealers,
        database,
        store,
        journal,
        metrics,
        desk,
        executor,
        supervisor,
        campaigns,
        connection,
        follower,
        ari,
        tasks,
        figures,
        control,
        gate,
        previews,
        lines,
        phones,
        objections,
        ear,
        manager,
        reconciler,
        marks,
        said,
        pacing_log,
        DueLists(database, settings.rdw, clock),
    )
    program.follow_clock(node, off)
    program.listen()
    journal.publish(ControllerStarted(clock.now(), node, epoch))
    program.start(runners)
    return program
