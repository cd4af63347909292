"""Runs one campaign: looks at the floor, asks the pacing, commits attempts and hands them over to be dialled.

It holds no rule: whom to call is the store's and `eligibility`'s, how many is `pacing`'s, what the trunk bears is `caps`'.
Whatever is committed is dialled; whatever cannot be committed is not.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from calls.facts import (
    AgentStateChanged,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptCalledOff,
    AttemptCommitted,
    AttemptConnected,
    AttemptEnded,
    CallQueued,
    ContactRefused,
    Fact,
    MachineMistaken,
)
from calls.ids import CallId, CampaignId
from calls.words import AttemptOutcome, HangupCause
from dialer.answering import Calibration, Choice
from dialer.callers import Arrivals, expected, in_need
from dialer.campaign import AbandonWindow, Campaign, CampaignState, CommittedAttempt, Traits
from dialer.decisions import DecisionLog, MadeDecision
from dialer.errors import StoreUnavailable
from dialer.estimators import CampaignEstimates, SpeculativeChance
from dialer.in_the_air import InTheAir, Ringing
from dialer.late_rings import called_off
from dialer.never_dialled import never_dialled
from dialer.pacing import PacingDecision, PacingSnapshot, Reason
from dialer.ports import CampaignStore, DialClock, Launcher, LineFloor, TrunkRoom, WorkshopCapacity
from dialer.profiles import Profiles, closes_at
from dialer.snapshot import take_snapshot
from dialer.workshop import (
    COMING_DAYS,
    FILLS_THE_WORKSHOP,
    WorkshopDay,
    dates_to_call_first,
    decide_within,
)
from dialer.wrap_ups import WrapUps

TICK_SECONDS = 1.0
EMPTY_LIST_SECONDS = 5.0
WINDOW = timedelta(hours=24)
WINDOW_REFRESH_SECONDS = 30.0
WORKSHOP_REFRESH_SECONDS = 30.0
MOST_AT_ONCE = 20
LEARNT_FROM = 500
DOUBT_SECONDS = 30.0
TIMEZONE = "Europe/Amsterdam"  # of the dealer's workshop
_log = logging.getLogger(__name__)


class CampaignRunner:
    """One campaign. `run` dials until cancelled; `on_fact` keeps it up with what happens; `publish` tells what it did."""

    def __init__(
        self,
        campaign: Campaign,
        store: CampaignStore,
        floor: LineFloor,
        launcher: Launcher,
        room: TrunkRoom,
        publish: Callable[[Fact], None],
        clock: DialClock,
        new_call_id: Callable[[], CallId],
        decided: Callable[[CampaignId, str], None],
        profiles: Profiles,
        workshop: WorkshopCapacity,
    ) -> None:
        """`decided` hears the reason of every pacing decision."""
        self.campaign = campaign
        self.decision: PacingDecision | None = None
        self._store = store
        self._floor = floor
        self._launcher = launcher
        self._room = room
        self._publish = publish
        self._clock = clock
        self._new_call_id = new_call_id
        self._decided = decided
        self._profiles = profiles
        self._profile = profiles.named(campaign.profile)
        self._workshop = workshop
        self._estimates = CampaignEstimates(campaign.longest_ring_seconds)
        self._speculative = SpeculativeChance()
        self._wrap_ups = WrapUps(campaign.campaign_id, self._estimates)
        self._air = InTheAir()
        self._window: AbandonWindow | None = None
        self._window_at: datetime | None = None
        self._doubtful: dict[CallId, float] = {}
        self._unstored: dict[CallId, datetime] = {}
        self._empty_until: datetime | None = None
        self._coming: Sequence[WorkshopDay] = ()
        self._coming_at: datetime | None = None
        self._arrivals = Arrivals(clock.now(), clock.now())
        self._log = DecisionLog()
        self._wake = asyncio.Event()

    def change(self, campaign: Campaign) -> None:
        """Go on with other settings, in force at the next decision."""
        if campaign != self.campaign:
            self.campaign = campaign
            self._profile = self._profiles.named(campaign.profile)
            self._empty_until = None
            self._wake.set()

    async def prime(self) -> None:
        """Learn from the attempts before this process, so that a restart forgets nothing. Raises StoreUnavailable."""
        for each in await self._store.resolved_attempts(self.campaign.campaign_id, LEARNT_FROM):
            self._estimates.attempt_resolved(
                each.dialled_at,
                each.ring_seconds,
                answered=each.answered,
                traits=each.traits,
                called_off=each.called_off,
            )
            if each.talk_seconds is not None:
                self._estimates.talk_ended(each.talk_seconds)
            if each.wrap_up_seconds is not None:
                self._estimates.wrap_up_ended(each.wrap_up_seconds)

    def adopt(
        self, call_id: CallId, dialled_at: datetime, traits: Traits | None = None, *, kept: bool = False
    ) -> None:
        """Count an attempt that another dialled: an earlier process, or an agent who is `kept` for it."""
        chance = self._estimates.answers.model.chance(traits)
        self._air.add(call_id, Ringing(dialled_at, traits, chance, kept))

    def doubt(self, call_ids: Sequence[CallId]) -> None:
        """The database did not say whether these were committed: if they were, they are ended, and nobody was dialled."""
        self._doubtful |= dict.fromkeys(call_ids, asyncio.get_running_loop().time() + DOUBT_SECONDS)

    @property
    def calibration(self) -> Calibration | None:
        """How honest the chances of an answer have been; None before the first attempt is old enough to count."""
        return self._estimates.answers.model.calibration

    def clock_moved(self, by: timedelta) -> None:
        """The wall clock was set to another time: move along all moments kept here, and read again what the day allows."""
        self._air.clock_moved(by)
        self._arrivals = self._arrivals.moved(by)
        self._wrap_ups.clock_moved(by)
        self._unstored = {call_id: at + by for call_id, at in self._unstored.items()}
        self._estimates.clock_moved(by)
        self._window = self._window_at = self._empty_until = self._coming_at = None

    @property
    def ringing(self) -> int:
        """Attempts in the air that nobody has answered yet and for which no agent is kept."""
        return len(self._air.need_agents())

    @property
    def coming(self) -> Sequence[WorkshopDay]:
        """The workshop's days that its last decision was held to."""
        return self._coming

    def on_fact(self, fact: Fact) -> None:
        """Learn from a fact, and look again when it may change the decision."""
        self._wrap_ups.on_fact(fact)
        match fact:
            case AgentStateChanged():
                self._wake.set()
            case CallQueued(at=at, dealer=dealer, department=department):
                if self._floor.takes_callers(self.campaign.campaign_id, dealer, department):
                    self._arrivals = self._arrivals.came(at)
            case (
                AttemptAnswered()
                | AttemptConnected()
                | AttemptAbandoned()
                | MachineMistaken()
                | AttemptEnded()
            ):
                if fact.campaign_id == self.campaign.campaign_id:
                    self._learn(fact)
                    self._wake.set()
            case _:
                pass

    async def run(self) -> None:
        """Decide at every event and every second."""
        while True:
            try:
                async with asyncio.timeout(TICK_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                if self._doubtful and self._clock.trusted():  # to other campaigns they are in the air
                    await self._settle_doubts(self._clock.now())
                if self.campaign.state is CampaignState.RUNNING:
                    await self._dial()
            except StoreUnavailable as error:
                # Nobody is dialled who is not committed first.
                self._window = None
                _log.warning("the dialler waits for the database", extra={"reason": str(error)})
                await asyncio.sleep(TICK_SECONDS)

    async def _dial(self) -> None:
        now = self._clock.now()
        if not self._clock.trusted():
            # The database is asked for nothing by this clock.
            window = self._window or AbandonWindow(self.campaign.campaign_id, now, 0, 0)
            self._decide(self._snapshot(now, self._air.need_agents(), window), (), now)
            return
        window = await self._abandons(now)
        coming = await self._coming_days(now)
        ringing = self._air.need_agents()
        snapshot = self._snapshot(now, ringing, window)
        decision = self._decide(snapshot, coming, now)
        if decision.reason is Reason.CAP:
            self._room.lack(now)
        if decision.called_off:
            call_ids = [call_id for call_id, _ in ringing]
            await self._call_off(called_off(self.campaign, call_ids, snapshot, decision, now))
        if decision.calls_to_place:
            await self._place(decision, now)

    def _snapshot(
        self, now: datetime, ringing: Sequence[tuple[CallId, Ringing]], window: AbandonWindow
    ) -> PacingSnapshot:
        callers = self._floor.waiting_callers(self.campaign.campaign_id)
        return take_snapshot(
            self._floor.line_agents(self.campaign.campaign_id),
            [(each.dialled_at, each.chance) for _, each in ringing],
            self._floor.waiting_answers(self.campaign.campaign_id) + in_need(callers),
            window,
            self._estimates.forecast(now),
            now,
            room=min(self._room.room(now), MOST_AT_ONCE),
            # Of the list as a whole; each contact is checked in its own zone.
            closes_at=closes_at(self._profile, self._profile.timezone, now),
            list_empty=self._empty_until is not None and now < self._empty_until,
            next_chance=self._speculative.value(self._estimates.answers.rate),
            seconds_per_answer=self._estimates.seconds_per_answer,
            rescue_chance=self._wrap_ups.rescue_chance,
            callers=expected(
                self._arrivals.per_second(now), self._estimates.answers.ring.mean(), callers.others_free
            )
            if self.campaign.pacing.blended
            else (),
            rung_since=[
                None if each.called_off else self._launcher.rings_since(call_id) for call_id, each in ringing
            ]
            if self.campaign.pacing.call_off_late
            else (),
            least_ring_seconds=self._profile.min_ring_seconds,
            clock_trusted=self._clock.trusted(),
            trunk=self._room.state(),
        )

    def _decide(
        self, snapshot: PacingSnapshot, coming: Sequence[WorkshopDay], now: datetime
    ) -> PacingDecision:
        self.decision = decision = decide_within(snapshot, self.campaign.pacing, coming)
        self._decided(self.campaign.campaign_id, decision.reason)
        made = MadeDecision(snapshot, self.campaign.pacing, tuple(coming), decision)
        for fact in self._log.facts(self.campaign, made, now):
            self._publish(fact)
        return decision

    async def _call_off(self, wanted: Sequence[AttemptCalledOff]) -> None:
        """Store whom we mean to ring no longer; then do it."""
        for fact in await self._store.call_off(wanted):
            self._air.call_off(fact.call_id)
            self._publish(fact)
            self._launcher.call_off(fact.call_id)

    async def _place(self, decision: PacingDecision, now: datetime) -> None:
        wanted = self._room.take(decision.calls_to_place, now)
        if not wanted:
            return
        call_ids = [self._new_call_id() for _ in range(wanted)]
        languages = self._floor.free_languages(self.campaign.campaign_id)
        try:
            results = await self._store.commit_attempts(
                self.campaign,
                call_ids,
                now,
                decision.reason,
                dates_to_call_first(self._coming),
                Choice(self._estimates.answers.model.chance, decision.certain),
                languages,
            )
        except StoreUnavailable:
            self.doubt(call_ids)
            raise
        self._empty_until = None if results else now + timedelta(seconds=EMPTY_LIST_SECONDS)
        placed = 0
        for result in results:
            if isinstance(result, CommittedAttempt):
                self._committed(result, now, decision, certain=placed < decision.certain)
                placed += 1
            else:
                campaign = self.campaign
                self._publish(
                    ContactRefused(now, campaign.campaign_id, campaign.dealer, result.contact_id, result.rule)
                )
        if results and not any(isinstance(result, CommittedAttempt) for result in results):
            self._wake.set()

    async def _settle_doubts(self, now: datetime) -> None:
        """End the attempts that were committed although the database did not say so: they were never dialled."""
        for call_id, contact_id in (await self._store.open_among(list(self._doubtful))).items():
            _log.warning("an attempt was committed after all and is not dialled", extra={"call": call_id})
            for fact in never_dialled(self.campaign, call_id, contact_id, now):
                self._publish(fact)
            del self._doubtful[call_id]
        # A database that was slow, not dead, may still commit for a while.
        soon = asyncio.get_running_loop().time()
        self._doubtful = {call_id: until for call_id, until in self._doubtful.items() if until > soon}

    def _committed(
        self, attempt: CommittedAttempt, now: datetime, decision: PacingDecision, *, certain: bool
    ) -> None:
        chance = self._estimates.answers.model.chance(attempt.traits)
        if not certain:
            self._speculative.add(chance)
        self._air.add(attempt.call_id, Ringing(now, attempt.traits, chance))
        self._publish(
            AttemptCommitted(
                now,
                attempt.call_id,
                attempt.leg_id,
                attempt.campaign_id,
                self.campaign.dealer,
                attempt.contact_id,
                decision.reason,
            )
        )
        self._launcher.launch(self.campaign, attempt)

    async def _abandons(self, now: datetime) -> AbandonWindow:
        """The last 24 hours, from the database now and then, kept up by facts in between.

        An abandoned call counts from the moment it is told, also while its fact waits for the database. It may count
        twice for a moment, never not at all.
        """
        fresh = (
            self._window_at is not None and (now - self._window_at).total_seconds() < WINDOW_REFRESH_SECONDS
        )
        if self._window is None or not fresh:
            # Asked before the count: whatever is stored in between is in both, not in neither.
            stored = await self._store.stored_as_abandoned(list(self._unstored)) if self._unstored else set()
            self._window = await self._store.abandon_window(self.campaign.campaign_id, now - WINDOW)
            self._window_at = now
            self._unstored = {
                call_id: at
                for call_id, at in self._unstored.items()
                if call_id not in stored and at >= now - WINDOW
            }
        return replace(self._window, abandoned=self._window.abandoned + len(self._unstored))

    async def _coming_days(self, now: datetime) -> Sequence[WorkshopDay]:
        """The workshop from tomorrow on, from the database now and then; nothing for calls that do not fill it."""
        if self.campaign.kind not in FILLS_THE_WORKSHOP:
            return ()
        if self._coming_at is None or (now - self._coming_at).total_seconds() >= WORKSHOP_REFRESH_SECONDS:
            tomorrow = now.astimezone(ZoneInfo(TIMEZONE)).date() + timedelta(days=1)
            self._coming = await self._workshop.places(self.campaign.dealer, tomorrow, COMING_DAYS)
            self._coming_at = now
        return self._coming

    def _learn(
        self,
        fact: AttemptAnswered | AttemptConnected | AttemptAbandoned | MachineMistaken | AttemptEnded,
    ) -> None:
        match fact:
            case AttemptAnswered(ring_seconds=seconds) | AttemptEnded(ring_seconds=seconds) if (
                ringing := self._air.resolved(fact)
            ):
                answered = isinstance(fact, AttemptAnswered)
                self._estimates.attempt_resolved(
                    ringing.dialled_at,
                    seconds,
                    answered=answered,
                    traits=ringing.traits,
                    called_off=isinstance(fact, AttemptEnded) and fact.cause is HangupCause.CALLED_OFF,
                )
            case AttemptEnded(outcome=AttemptOutcome.CONNECTED, talk_seconds=seconds):
                self._estimates.talk_ended(seconds)
            case AttemptEnded(outcome=AttemptOutcome.MACHINE) if self._window is not None:
                self._window = replace(self._window, connected=max(0, self._window.connected - 1))
            case AttemptConnected() if self._window is not None:
                self._window = replace(self._window, connected=self._window.connected + 1)
            case AttemptAbandoned() | MachineMistaken():
                self._unstored[fact.call_id] = fact.at
            case _:
                pass
