"""Runs one campaign: looks at the floor, asks the pacing, commits attempts and hands them over to be dialled.

It holds no rule: whom to call is the store's and `eligibility`'s, how many is `pacing`'s, what the trunk bears is `caps`'.
Whatever is committed is dialled; whatever cannot be committed is not.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from calls.facts import (
    AgentStateChanged,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptCommitted,
    AttemptConnected,
    AttemptEnded,
    ContactRefused,
    Fact,
    MachineMistaken,
)
from calls.ids import AgentId, CallId, CampaignId
from calls.words import AgentState, AttemptOutcome
from dialer.campaign import AbandonWindow, Campaign, CampaignState, CommittedAttempt
from dialer.decisions import DecisionLog, MadeDecision
from dialer.errors import StoreUnavailable
from dialer.estimators import CampaignEstimates
from dialer.pacing import PacingDecision, Reason, take_snapshot
from dialer.ports import CampaignStore, Launcher, LineFloor, TrunkRoom, WorkshopCapacity
from dialer.profiles import Profiles, is_open
from dialer.workshop import (
    COMING_DAYS,
    FILLS_THE_WORKSHOP,
    WorkshopDay,
    dates_to_call_first,
    decide_within,
)

TICK_SECONDS = 1.0
EMPTY_LIST_SECONDS = 5.0
WINDOW = timedelta(hours=24)
WINDOW_REFRESH_SECONDS = 30.0
WORKSHOP_REFRESH_SECONDS = 30.0
MOST_AT_ONCE = 20
TIMEZONE = "Europe/Amsterdam"  # of the list as a whole; each contact is checked in its own
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
        now: Callable[[], datetime],
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
        self._now = now
        self._new_call_id = new_call_id
        self._decided = decided
        self._profiles = profiles
        self._profile = profiles.named(campaign.profile)
        self._workshop = workshop
        self._estimates = CampaignEstimates(campaign.ring_seconds)
        self._ringing: dict[CallId, datetime] = {}
        self._wrapping_up: dict[AgentId, datetime] = {}
        self._window: AbandonWindow | None = None
        self._window_at: datetime | None = None
        self._empty_until: datetime | None = None
        self._coming: Sequence[WorkshopDay] = ()
        self._coming_at: datetime | None = None
        self._log = DecisionLog()
        self._wake = asyncio.Event()

    def change(self, campaign: Campaign) -> None:
        """Go on with other settings, in force at the next decision."""
        if campaign != self.campaign:
            self.campaign = campaign
            self._profile = self._profiles.named(campaign.profile)
            self._empty_until = None
            self._wake.set()

    def adopt(self, call_id: CallId, dialled_at: datetime) -> None:
        """Count an attempt that was found ringing after a restart."""
        self._ringing[call_id] = dialled_at

    @property
    def ringing(self) -> int:
        """Attempts in the air that nobody has answered yet."""
        return len(self._ringing)

    @property
    def dates_first(self) -> Sequence[date]:
        """The dates whose contacts fill the workshop's quiet days, the quietest first."""
        return dates_to_call_first(self._coming)

    def on_fact(self, fact: Fact) -> None:
        """Learn from a fact, and look again when it may change the decision."""
        match fact:
            case AgentStateChanged():
                self._learn_wrap_up(fact)
                self._wake.set()
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
            if self.campaign.state is CampaignState.RUNNING:
                try:
                    await self._dial()
                except StoreUnavailable as error:
                    # Nobody is dialled who is not committed first.
                    self._window = None
                    _log.warning("the dialler waits for the database", extra={"reason": str(error)})
                    await asyncio.sleep(TICK_SECONDS)

    async def _dial(self) -> None:
        now = self._now()
        window = await self._abandons(now)
        coming = await self._coming_days(now)
        snapshot = take_snapshot(
            self._floor.line_agents(self.campaign.campaign_id),
            list(self._ringing.values()),
            self._floor.waiting_answers(self.campaign.campaign_id),
            window,
            self._estimates.forecast(now),
            now,
            room=min(self._room.room(now), MOST_AT_ONCE),
            window_open=is_open(self._profile, TIMEZONE, now),
            list_empty=self._empty_until is not None and now < self._empty_until,
        )
        self.decision = decide_within(snapshot, self.campaign.pacing, coming)
        self._decided(self.campaign.campaign_id, self.decision.reason)
        made = MadeDecision(snapshot, self.campaign.pacing, tuple(coming), self.decision)
        for fact in self._log.facts(self.campaign, made, now):
            self._publish(fact)
        if self.decision.reason is Reason.CAP:
            self._room.lack(now)
        if self.decision.calls_to_place:
            await self._place(self.decision, now)

    async def _place(self, decision: PacingDecision, now: datetime) -> None:
        wanted = self._room.take(decision.calls_to_place, now)
        if not wanted:
            return
        call_ids = [self._new_call_id() for _ in range(wanted)]
        results = await self._store.commit_attempts(
            self.campaign, call_ids, now, decision.reason, self.dates_first
        )
        self._empty_until = None if results else now + timedelta(seconds=EMPTY_LIST_SECONDS)
        for result in results:
            if isinstance(result, CommittedAttempt):
                self._committed(result, now, decision)
            else:
                campaign = self.campaign
                self._publish(
                    ContactRefused(now, campaign.campaign_id, campaign.dealer, result.contact_id, result.rule)
                )
        if results and not any(isinstance(result, CommittedAttempt) for result in results):
            self._wake.set()

    def _committed(self, attempt: CommittedAttempt, now: datetime, decision: PacingDecision) -> None:
        self._ringing[attempt.call_id] = now
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
        """The last 24 hours, from the database now and then, kept up by facts in between."""
        fresh = (
            self._window_at is not None and (now - self._window_at).total_seconds() < WINDOW_REFRESH_SECONDS
        )
        if self._window is None or not fresh:
            self._window = await self._store.abandon_window(self.campaign.campaign_id, now - WINDOW)
            self._window_at = now
        return self._window

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
        dialled_at = self._ringing.get(fact.call_id)
        match fact:
            case AttemptAnswered(ring_seconds=seconds) if dialled_at is not None:
                del self._ringing[fact.call_id]
                self._estimates.attempt_resolved(dialled_at, seconds, answered=True)
            case AttemptEnded(ring_seconds=seconds) if dialled_at is not None:
                del self._ringing[fact.call_id]
                self._estimates.attempt_resolved(dialled_at, seconds, answered=False)
            case AttemptEnded(outcome=AttemptOutcome.CONNECTED, talk_seconds=seconds):
                self._estimates.talk_ended(seconds)
            case AttemptConnected() if self._window is not None:
                self._window = replace(self._window, connected=self._window.connected + 1)
            case AttemptAbandoned() | MachineMistaken() if self._window is not None:
                self._window = replace(self._window, abandoned=self._window.abandoned + 1)
            case _:
                pass

    def _learn_wrap_up(self, fact: AgentStateChanged) -> None:
        if fact.campaign_id != self.campaign.campaign_id:
            return
        if fact.after is AgentState.WRAP_UP:
            self._wrapping_up[fact.agent_id] = fact.at
        elif (began := self._wrapping_up.pop(fact.agent_id, None)) is not None:
            self._estimates.wrap_up_ended((fact.at - began).total_seconds())
