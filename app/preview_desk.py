"""Between agents and the contacts they see before a call: shows, dials, passes over, and gives back.

One thing at a time, under a lock, because each step asks the database; an agent is kept for the call before the attempt is
committed, so that nobody else gets that agent meanwhile. Previews are read from the database at the first look, and survive a restart.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from app.calls_out import at_work
from app.clock import TrustedClock
from app.control_errors import NoPreview, PreviewRefused
from app.floor_desk import FloorDesk
from app.journal import Journal
from app.preview_ports import Campaigns, PreviewStore
from app.tasks import woken
from calls.facts import (
    AgentStateChanged,
    AttemptCommitted,
    ContactRefused,
    PacingChanged,
    PreviewEnded,
    PreviewShown,
)
from calls.facts import Fact as AnyFact
from calls.ids import AgentId, CallId, CampaignId, DealerId
from calls.words import AgentState, PreviewEnd
from dialer.breaker import TrunkState
from dialer.campaign import Campaign, CommittedAttempt, DialMode, RefusedContact
from dialer.errors import StoreUnavailable
from dialer.pacing import Reason
from dialer.ports import Launcher, TrunkRoom
from dialer.previews import SKIPPED_RESTS, Now, Preview, may_show, previews, skips_left, what_now
from routing.errors import UnknownAgent

LOOK_SECONDS = 1.0
_log = logging.getLogger(__name__)


class PreviewDesk:
    """Every agent's preview. `room_of` is a dealer's part of the trunk."""

    def __init__(
        self,
        desk: FloorDesk,
        store: PreviewStore,
        journal: Journal,
        clock: TrustedClock,
        launcher: Launcher,
        campaigns: Campaigns,
        room_of: Callable[[DealerId], TrunkRoom],
        new_call_id: Callable[[], CallId],
    ) -> None:
        self._desk = desk
        self._store = store
        self._journal = journal
        self._clock = clock
        self._launcher = launcher
        self._campaigns = campaigns
        self._room_of = room_of
        self._new_call_id = new_call_id
        self._open: dict[AgentId, Preview] = {}
        self._skipped: dict[AgentId, int] = {}
        self._loaded = False
        self._wake = asyncio.Event()
        self._wake.set()
        self._one_at_a_time = asyncio.Lock()

    async def shown(self, agent_id: AgentId) -> Preview:
        """The contact that an agent has before them; nothing changes. Raises UnknownAgent, NoPreview, StoreUnavailable."""
        async with self._one_at_a_time:
            await self._load()
            self._desk.floor.agent(agent_id)
            if (preview := self._open.get(agent_id)) is None:
                raise NoPreview(agent_id)
            return preview

    # What agents ask. Each raises UnknownAgent, PreviewRefused, StoreUnavailable.

    async def show(self, agent_id: AgentId) -> Preview:
        """The contact that an agent has before them; the next on the list when there is none."""
        async with self._one_at_a_time:
            await self._load()
            campaign = self._campaign_of(agent_id)
            self._check_line(agent_id)
            if (preview := self._open.get(agent_id)) is not None:
                return preview
            self._check_may_call(self._reason(campaign))
            if not self._bears_another(campaign):
                raise PreviewRefused(
                    "as many agents have a contact or a customer as the workshop (werkplaats) has places for",
                    "try again when a colleague is done, or tell the places with `dealerlijn capacity set`",
                )
            if (preview := await self._show(campaign, agent_id)) is None:
                raise PreviewRefused("nobody on the list may be called now", "try again later")
            return preview

    async def dial(self, agent_id: AgentId) -> CallId:
        """Dial the contact that an agent has before them, and keep the agent for it. Raises NotNow."""
        async with self._one_at_a_time:
            await self._load()
            return await self._dial(self._campaign_of(agent_id), self._held(agent_id))

    async def skip(self, agent_id: AgentId, reason: str) -> int:
        """Pass over the contact that an agent has before them; it rests for an hour. Returns how many more may be passed over."""
        async with self._one_at_a_time:
            await self._load()
            campaign, preview = self._campaign_of(agent_id), self._held(agent_id)
            if not skips_left(campaign.pacing, preview.skipped):
                raise PreviewRefused(
                    f"{preview.skipped} contacts in a row were passed over", "call this one, or pause"
                )
            now = self._clock.now()
            await self._store.end(preview, now + SKIPPED_RESTS)
            self._over(campaign.dealer, preview, PreviewEnd.SKIPPED, reason)
            self._skipped[agent_id] = preview.skipped + 1
            self._wake.set()
            return skips_left(campaign.pacing, preview.skipped + 1)

    def skips_left(self, preview: Preview) -> int:
        """How many contacts the agent may still pass over, this one included."""
        campaign = self._campaigns.campaign(preview.campaign_id)
        return 0 if campaign is None else skips_left(campaign.pacing, preview.skipped)

    def has_contact(self, agent_id: AgentId) -> bool:
        """Whether an agent has a contact before them."""
        return agent_id in self._open

    # Facts and time

    def on_fact(self, fact: AnyFact) -> None:
        """Look at once when agents or settings change."""
        match fact:
            case PacingChanged():
                self._wake.set()
            case AgentStateChanged(agent_id=agent_id, campaign_id=campaign_id):
                if campaign_id is not None or agent_id in self._open:
                    self._wake.set()
            case _:
                pass

    async def run(self) -> None:
        """Look at every change and each second, until cancelled."""
        while True:
            await woken(self._wake, LOOK_SECONDS)
            try:
                await self.look()
            except StoreUnavailable as error:
                _log.warning("previews wait for the database", extra={"reason": str(error)})
                await asyncio.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Do what is due: give back, dial by the timer, and show the next where the timer runs."""
        async with self._one_at_a_time:
            await self._load()
            for preview in list(self._open.values()):
                await self._tend(preview)
            for agent in self._desk.floor.agents():
                agent_id, campaign = agent.profile.agent_id, self._of(agent.campaign_id)
                if campaign is None or campaign.pacing.mode is not DialMode.PREVIEW_TIMED:
                    continue
                waits = agent.state is AgentState.AVAILABLE and agent.line_open and agent_id not in self._open
                if waits and may_show(self._reason(campaign)) and self._bears_another(campaign):
                    await self._show(campaign, agent_id)

    # Under the lock

    async def _load(self) -> None:
        if not self._loaded:
            self._open = {preview.agent_id: preview for preview in await self._store.all()}
            self._skipped = {agent_id: preview.skipped for agent_id, preview in self._open.items()}
            self._loaded = True

    async def _tend(self, preview: Preview) -> None:
        campaign = self._campaigns.campaign(preview.campaign_id)
        what = self._what_now(preview, campaign)
        match what:
            case Now.WAIT:
                pass
            case Now.DIAL:
                assert campaign is not None
                # No room yet, which is asked again; or a rule, and the preview is over.
                with suppress(PreviewRefused):
                    await self._dial(campaign, preview)
            case Now.EXPIRE | Now.RELEASE:
                how = PreviewEnd.EXPIRED if what is Now.EXPIRE else PreviewEnd.RELEASED
                await self._store.end(preview)
                dealer = DealerId("") if campaign is None else campaign.dealer
                self._over(dealer, preview, how, self._why(preview, campaign))

    def _what_now(self, preview: Preview, campaign: Campaign | None) -> Now:
        try:
            agent = self._desk.floor.agent(preview.agent_id)
        except UnknownAgent:
            return Now.RELEASE
        return what_now(preview, campaign, agent.state, agent.campaign_id, self._clock.now())

    def _why(self, preview: Preview, campaign: Campaign | None) -> str:
        if not previews(campaign):
            return "mode_changed" if campaign is not None else "campaign_gone"
        agents = self._desk.floor.line_agents(preview.campaign_id)
        states = [agent.state for agent in agents if agent.profile.agent_id == preview.agent_id]
        return states[0] if states else AgentState.LOGGED_OUT

    async def _show(self, campaign: Campaign, agent_id: AgentId) -> Preview | None:
        now = self._clock.now()
        skipped = self._skipped.get(agent_id, 0)
        dates_first = self._campaigns.dates_first(campaign.campaign_id)
        speaks = self._desk.floor.agent(agent_id).profile.skills.keys()
        preview, refused = await self._store.show(campaign, agent_id, skipped, now, dates_first, speaks)
        for each in refused:
            self._journal.publish(_refused(campaign, each, now))
        if preview is not None:
            self._open[agent_id] = preview
            self._journal.publish(
                PreviewShown(
                    now,
                    campaign.campaign_id,
                    campaign.dealer,
                    preview.contact_id,
                    agent_id,
                    preview.until,
                    preview.dials_at,
                )
            )
        return preview

    async def _dial(self, campaign: Campaign, preview: Preview) -> CallId:
        self._check_may_dial(campaign)
        now, agent_id = self._clock.now(), preview.agent_id
        self._check_line(agent_id)
        self._check_agents(campaign)
        room = self._room_of(campaign.dealer)
        if not room.take(1, now):
            raise PreviewRefused(*_NO_ROOM[room.state()])
        call_id = self._new_call_id()
        self._desk.bind(agent_id, call_id)
        result: CommittedAttempt | RefusedContact | None = None
        try:
            result = await self._store.commit(campaign, preview, call_id, now)
        except StoreUnavailable:
            self._campaigns.doubt(campaign.campaign_id, call_id)
            raise
        finally:
            if not isinstance(result, CommittedAttempt):
                self._desk.release(agent_id, call_id)
        if isinstance(result, RefusedContact):
            self._journal.publish(_refused(campaign, result, now))
            self._over(campaign.dealer, preview, PreviewEnd.REFUSED, result.rule)
            raise PreviewRefused(
                f"this person may not be called now ({result.rule})", "take the next contact"
            )
        self._skipped.pop(agent_id, None)
        self._over(campaign.dealer, preview, PreviewEnd.DIALLED, "")
        self._journal.publish(
            AttemptCommitted(
                now,
                result.call_id,
                result.leg_id,
                result.campaign_id,
                campaign.dealer,
                result.contact_id,
                Reason.PREVIEW,
            )
        )
        self._campaigns.adopt(campaign.campaign_id, call_id, now, result.traits, kept=True)
        self._launcher.launch(campaign, result)
        return call_id

    def _over(self, dealer: DealerId, preview: Preview, how: PreviewEnd, reason: str) -> None:
        self._open.pop(preview.agent_id, None)
        self._journal.publish(
            PreviewEnded(
                self._clock.now(),
                preview.campaign_id,
                dealer,
                preview.contact_id,
                preview.agent_id,
                how,
                reason,
            )
        )

    def _campaign_of(self, agent_id: AgentId) -> Campaign:
        campaign = self._of(self._desk.floor.agent(agent_id).campaign_id)
        if campaign is None:
            raise PreviewRefused(
                f"{agent_id} works on no campaign in a preview mode",
                "log the agent in on one, or set it with `dealerlijn campaign pacing --mode preview_manual`",
            )
        return campaign

    def _of(self, campaign_id: CampaignId | None) -> Campaign | None:
        campaign = None if campaign_id is None else self._campaigns.campaign(campaign_id)
        return campaign if previews(campaign) else None

    def _check_may_call(self, reason: Reason | None) -> None:
        if reason is Reason.WINDOW_CLOSED:
            raise PreviewRefused(
                "it is outside the calling hours (beltijden), nobody is called now",
                "go on when they begin again: the calling profile of the campaign has them",
            )
        if not may_show(reason):
            raise PreviewRefused(
                "nobody may be called now", "try again later; `dealerlijn campaign figures` says why"
            )

    def _check_may_dial(self, campaign: Campaign) -> None:
        reason = self._reason(campaign)
        if reason is None:
            raise PreviewRefused("the campaign does not dial now", "try again in a few seconds")
        # Every rule asks what time it is.
        if not self._clock.trusted():
            raise PreviewRefused(
                "the machine's clock was set to another time, nobody is dialled",
                "wait until it is believed again, or have a supervisor start the campaign when it is right",
            )
        # What is on screen may have been shown just before closing time.
        self._check_may_call(reason)

    def _check_line(self, agent_id: AgentId) -> None:
        agent = self._desk.floor.agent(agent_id)
        if agent.state is not AgentState.AVAILABLE or not agent.line_open:
            raise PreviewRefused(
                f"{agent_id} is {agent.state}{'' if agent.line_open else ', without an open line'}",
                "wait until the agent is available with an open line",
            )

    def _held(self, agent_id: AgentId) -> Preview:
        self._check_line(agent_id)
        preview = self._open.get(agent_id)
        if preview is None:
            raise PreviewRefused(f"{agent_id} has no contact on screen", "ask for the next one first")
        return preview

    def _bears_another(self, campaign: Campaign) -> bool:
        """Whether the workshop bears one more contact beside those that agents see, call and talk to now: each may book."""
        agents = at_work(self._desk, campaign.campaign_id)
        in_hand = sum(
            agent.state is not AgentState.AVAILABLE or self.has_contact(agent.profile.agent_id)
            for agent in agents
        )
        return in_hand < self._campaigns.bears(campaign.campaign_id, len(agents))

    def _reason(self, campaign: Campaign) -> Reason | None:
        decision = self._campaigns.last_decision(campaign.campaign_id)
        return None if decision is None else decision.reason

    def _check_agents(self, campaign: Campaign) -> None:
        """Calls of an earlier mode still ring: each of them needs an agent who is free."""
        campaign_id = campaign.campaign_id
        in_the_air = self._campaigns.ringing(campaign_id) + self._desk.waiting_answers(campaign_id)
        free = sum(
            agent.state is AgentState.AVAILABLE and agent.line_open
            for agent in self._desk.floor.line_agents(campaign_id)
        )
        if free <= in_the_air:
            raise PreviewRefused(
                "calls that were dialled before still ring and need the agents", "try again in a few seconds"
            )


_NO_ROOM = {
    TrunkState.WELL: ("the trunk has no room now", "try again in a few seconds"),
    TrunkState.REFUSES: (
        "the trunk refuses every call, one is tried each half minute",
        "try again then; `dealerlijn doctor` says what to do",
    ),
    TrunkState.UNREACHABLE: (
        "the trunk is out of reach",
        "wait until it is back; `dealerlijn doctor` says what to do",
    ),
}


def _refused(campaign: Campaign, contact: RefusedContact, now: datetime) -> ContactRefused:
    return ContactRefused(now, campaign.campaign_id, campaign.dealer, contact.contact_id, contact.rule)
