"""What people may ask of the running program: the HTTP API, the command line and the pages all go through here.

A mistake of the asker raises an error that says what to do, listed in `app.control_errors`, and changes nothing.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import msgspec

from app.campaign_rules import campaign_faults, lawful_faults, pacing_faults
from app.clock import Clock
from app.consents import Consents
from app.control_errors import (
    ClockInDoubt,
    NoConversation,
    NotHungUp,
    OutOfBounds,
    UnknownCall,
    UnknownDealer,
    UnknownPhone,
)
from app.control_ports import (
    CampaignFigures,
    ControlStore,
    LiveCall,
    LiveCalls,
    NodeTelephony,
    PacingChanges,
    ProfileChanges,
    TelephonyState,
)
from app.conversations import Conversations
from app.dealers import Dealer
from app.floor_desk import FloorDesk
from app.journal import Journal
from app.pacing_log import PacingLog
from app.preview_desk import PreviewDesk
from app.storage.audit import AuditEntry
from app.storage.errors import AlreadyThere
from app.storage.voicemails import Voicemail
from app.what_if import WhatIf
from app.workshop import Workshop
from calls.facts import CampaignStarted, CampaignStopped, PacingChanged
from calls.ids import AgentId, CallId, CampaignId, DealerId
from calls.words import AgentState, ReloadModule
from dialer.answering import Calibration
from dialer.campaign import Campaign, CampaignState
from dialer.life import AttemptState
from dialer.pacing import PacingDecision
from dialer.profiles import CallingProfile, Profiles
from routing.agent import Agent, AgentProfile
from routing.errors import NotNow
from routing.flow import Stage
from routing.views import QueueView

WINDOW = timedelta(hours=24)
_CONVERSATION = frozenset({AttemptState.CONNECTED.value, Stage.TALKING.value})


class Control:
    """The running program as people see it. `who` in a method is the name that the audit log gets."""

    def __init__(
        self,
        desk: FloorDesk,
        journal: Journal,
        store: ControlStore,
        clock: Clock,
        telephony: NodeTelephony,
        conversations: Conversations,
        consents: Consents,
        workshop: Workshop,
        what_if: WhatIf,
        pacing_log: PacingLog,
        previews: PreviewDesk,
        *,
        dealers: Mapping[DealerId, Dealer],
        profiles: Profiles,
        endpoints: Collection[str],
        demo: bool,
        campaigns_changed: Callable[[], None],
        live_calls: LiveCalls,
        last_decision: Callable[[CampaignId], PacingDecision | None],
        calibration: Callable[[CampaignId], Calibration | None],
        clock_trusted: Callable[[], bool],
        confirm_clock: Callable[[], bool],
    ) -> None:
        """`endpoints` are the phones that Asterisk knows; `confirm_clock` believes the clock, True when it was in doubt."""
        self.conversations = conversations
        self.consents = consents
        self.workshop = workshop
        self.what_if = what_if
        self.pacing_log = pacing_log
        self.previews = previews
        self._desk = desk
        self._journal = journal
        self._store = store
        self._clock = clock
        self._telephony = telephony
        self._dealers = dealers
        self._profiles = profiles
        self._endpoints = endpoints
        self._demo = demo
        self._campaigns_changed = campaigns_changed
        self._live_calls = live_calls
        self._last_decision = last_decision
        self._calibration = calibration
        self._clock_trusted = clock_trusted
        self._confirm_clock = confirm_clock
        # Reading settings, checking the change and storing it belong together.
        self._one_change = asyncio.Lock()

    # Agents

    def agents(self) -> Sequence[Agent]:
        """Every agent as of now."""
        return self._desk.floor.agents()

    def agent(self, agent_id: AgentId) -> Agent:
        """One agent as of now."""
        return self._desk.floor.agent(agent_id)

    async def create_agent(self, profile: AgentProfile, who: str) -> Agent:
        """Take up a new agent, logged out. Raises AlreadyThere, UnknownDealer, UnknownPhone."""
        async with self._one_change:
            if any(agent.profile.agent_id == profile.agent_id for agent in self.agents()):
                raise AlreadyThere(
                    f"there is an agent {profile.agent_id}", "choose another id, or change that agent"
                )
            await self._save_agent(profile, None, who)
        return self.agent(profile.agent_id)

    async def update_agent(self, agent_id: AgentId, changes: ProfileChanges, who: str) -> Agent:
        """Change fields of an agent's profile, by name; what is not named stays. In force at the next choice.

        Who works on a campaign of a dealer that is left out now is logged out, after the present call.

        Raises UnknownAgent, UnknownDealer, UnknownPhone, and PhoneTaken for an agent at work.
        """
        async with self._one_change:
            agent = self.agent(agent_id)
            profile = replace(agent.profile, **changes)
            if agent.state is not AgentState.LOGGED_OUT:
                self._desk.floor.check_phone(profile)
            await self._save_agent(profile, agent.profile, who)
        return self.agent(agent_id)

    async def remove_agent(self, agent_id: AgentId, who: str) -> Agent:
        """Forget an agent who is logged out; what became of the agent's calls stays. Raises UnknownAgent, NotNow."""
        async with self._one_change:
            agent = self.agent(agent_id)
            if agent.state is not AgentState.LOGGED_OUT:
                raise NotNow(agent_id, agent.state, "removing the agent")
            entry = self._entry(who, "agent_removed", agent_id, agent.profile)
            await self._store.remove_agent(agent_id, entry)
            self._desk.floor.forget(agent_id)
        return agent

    async def login(self, agent_id: AgentId, campaign_id: CampaignId | None = None) -> Agent:
        """To work: for waiting calls, or on a campaign's open line. Raises NotNow, PhoneTaken, UnknownCampaign, NotForThisDealer."""
        # A profile that is being changed is the new one.
        async with self._one_change:
            dealer = None if campaign_id is None else (await self._store.campaign(campaign_id)).dealer
            self._desk.login(agent_id, campaign_id, dealer)
        return self.agent(agent_id)

    def logout(self, agent_id: AgentId) -> Agent:
        """Go home, after the present call."""
        self._desk.logout(agent_id)
        return self.agent(agent_id)

    def pause(self, agent_id: AgentId, reason: str) -> Agent:
        """Take no calls, after the present one. Raises NotNow when logged out."""
        self._desk.pause(agent_id, reason)
        return self.agent(agent_id)

    def resume(self, agent_id: AgentId) -> Agent:
        """Take calls again. Raises NotNow when logged out."""
        self._desk.resume(agent_id)
        return self.agent(agent_id)

    def wrap_up_done(self, agent_id: AgentId) -> Agent:
        """Wrap-up is over before its time."""
        self._desk.finish_wrap_up(agent_id)
        return self.agent(agent_id)

    # Calls

    def queues(self) -> Sequence[QueueView]:
        """Every queue that was ever used."""
        return self._desk.floor.view(self._clock.now()).queues

    def calls(self) -> Sequence[LiveCall]:
        """The calls that live now."""
        return self._live_calls.all()

    async def hang_up(self, call_id: CallId, who: str) -> LiveCall:
        """End the customer's part of a conversation; an agent's open line stays. The call, as it was.

        Raises UnknownCall, NoConversation, NotHungUp. It is ended also when the database is away for the audit log.
        """
        call = next((each for each in self.calls() if each.call_id == call_id), None)
        if call is None:
            raise UnknownCall(call_id)
        if call.phase not in _CONVERSATION:
            raise NoConversation(call_id)
        if not await self._live_calls.hang_up(call_id):
            raise NotHungUp(call_id)
        await self._store.record_change(self._entry(who, "call_hung_up", call_id, {"agent": call.agent_id}))
        return call

    async def voicemails(self, dealer: DealerId | None, limit: int) -> Sequence[Voicemail]:
        """The newest messages, of one dealer or of all. Raises UnknownDealer."""
        if dealer is not None:
            self._check_dealer(dealer)
        dealers = self._dealers if dealer is None else (dealer,)
        found = [message for each in dealers for message in await self._store.voicemails(each, limit)]
        return sorted(found, key=lambda message: message.left_at, reverse=True)[:limit]

    # Campaigns

    async def campaigns(self) -> Sequence[Campaign]:
        """Every campaign."""
        return await self._store.campaigns()

    async def campaign(self, campaign_id: CampaignId) -> Campaign:
        """One campaign. Raises UnknownCampaign."""
        return await self._store.campaign(campaign_id)

    def calling_profile(self, dealer: DealerId) -> str:
        """The profile for a dealer's campaigns that name none. Raises UnknownDealer."""
        self._check_dealer(dealer)
        return self._dealers[dealer].calling_profile

    def profiles(self) -> Sequence[CallingProfile]:
        """Every calling profile."""
        return tuple(self._profiles.by_name.values())

    async def create_campaign(self, campaign: Campaign, who: str) -> Campaign:
        """Store a new campaign, in the state it is given. A dealer has each name once, whatever its capitals.

        Raises AlreadyThere, UnknownDealer, UnknownProfile, DemoProfile, OutOfBounds.
        """
        self._check_dealer(campaign.dealer)
        profile = self._profiles.usable(campaign.profile, demo=self._demo)
        dealer = self._dealers[campaign.dealer]
        if faults := campaign_faults(campaign, profile, dealer.ddis, dealer.queues):
            raise OutOfBounds(faults)
        async with self._one_change:
            for other in await self._store.campaigns():
                if other.dealer == campaign.dealer and other.name.casefold() == campaign.name.casefold():
                    raise AlreadyThere(
                        f"{other.campaign_id} is that dealer's campaign of this name", "choose another name"
                    )
            entry = self._entry(who, "campaign_created", campaign.campaign_id, after=campaign)
            await self._store.create_campaign(campaign, entry)
        self._campaigns_changed()
        return campaign

    async def start_campaign(
        self, campaign_id: CampaignId, who: str, *, clock_is_right: bool = False
    ) -> Campaign:
        """Let a campaign dial; nothing changes when it may already. With `clock_is_right` a clock in doubt is believed again.

        Raises UnknownCampaign, UnknownDealer, UnknownProfile, DemoProfile, ClockInDoubt, and OutOfBounds for what the settings
        forbid by now.
        """
        if not (clock_is_right or self._clock_trusted()):
            raise ClockInDoubt(self._clock.now())
        campaign = await self._set_state(campaign_id, CampaignState.RUNNING, who, "")
        if self._confirm_clock():
            await self._store.record_change(self._entry(who, "clock_confirmed", campaign_id))
        return campaign

    async def stop_campaign(self, campaign_id: CampaignId, who: str, reason: str) -> Campaign:
        """Let a campaign dial no more; calls that are under way go on."""
        return await self._set_state(campaign_id, CampaignState.STOPPED, who, reason)

    async def set_pacing(self, campaign_id: CampaignId, changes: PacingChanges, who: str) -> Campaign:
        """Change pacing settings by name, in force at the next decision. Raises UnknownCampaign, OutOfBounds."""
        async with self._one_change:
            before = await self._store.campaign(campaign_id)
            pacing = replace(before.pacing, **changes)
            if faults := pacing_faults(pacing, self._profiles.named(before.profile)):
                raise OutOfBounds(faults)
            if pacing == before.pacing:
                return before
            entry = self._entry(who, "pacing", campaign_id, before.pacing, pacing)
            after = await self._store.set_pacing(campaign_id, pacing, entry)
            self._journal.publish(
                PacingChanged(entry.at, campaign_id, after.dealer, who, entry.before, entry.after)
            )
            self._campaigns_changed()
        return after

    async def figures(self, campaign_id: CampaignId) -> CampaignFigures:
        """A campaign in figures. Raises UnknownCampaign."""
        campaign = await self._store.campaign(campaign_id)
        states = Counter(agent.state for agent in self._desk.floor.line_agents(campaign_id))
        return CampaignFigures(
            campaign,
            await self._store.attempt_totals(campaign_id),
            await self._store.abandon_window(campaign_id, self._clock.now() - WINDOW),
            {state: states[state] for state in AgentState},
            self._last_decision(campaign_id),
            self._calibration(campaign_id),
        )

    # Telephony

    def telephony(self) -> TelephonyState:
        """Phones, trunk and the ways to Asterisk as of now."""
        return self._telephony.state()

    async def reload_telephony(self, module: ReloadModule, who: str) -> None:
        """Let Asterisk read its configuration of one kind again. Raises AsteriskAway, ReloadRefused."""
        await self._telephony.reload(module)
        await self._store.record_change(self._entry(who, "telephony_reloaded", module))

    async def changes(self, limit: int) -> Sequence[AuditEntry]:
        """Who changed what, newest first."""
        return await self._store.changes(limit)

    async def _set_state(
        self, campaign_id: CampaignId, state: CampaignState, who: str, reason: str
    ) -> Campaign:
        async with self._one_change:
            before = await self._store.campaign(campaign_id)
            if before.state is state:
                return before
            if state is CampaignState.RUNNING:
                self._check_lawful(before)
            entry = self._entry(
                who, f"campaign_{state}", campaign_id, {"state": before.state}, {"state": state}
            )
            after = await self._store.set_state(campaign_id, state, entry)
            self._journal.publish(
                CampaignStarted(entry.at, campaign_id, after.dealer, who)
                if state is CampaignState.RUNNING
                else CampaignStopped(entry.at, campaign_id, after.dealer, who, reason)
            )
            self._campaigns_changed()
        return after

    async def _save_agent(self, profile: AgentProfile, before: AgentProfile | None, who: str) -> None:
        for dealer in profile.dealers or ():
            self._check_dealer(dealer)
        # An agent whose phone the settings have lost may still change otherwise.
        moved = before is None or profile.endpoint != before.endpoint
        if moved and profile.endpoint not in self._endpoints:
            raise UnknownPhone(self._endpoints)
        action = "agent_created" if before is None else "agent_changed"
        await self._store.save_agent(profile, self._entry(who, action, profile.agent_id, before, profile))
        self._desk.know(profile)

    def _entry(
        self, who: str, action: str, subject: str, before: object = None, after: object = None
    ) -> AuditEntry:
        return AuditEntry(self._clock.now(), who, action, subject, _canonical(before), _canonical(after))

    def _check_lawful(self, campaign: Campaign) -> None:
        self._check_dealer(campaign.dealer)
        profile = self._profiles.usable(campaign.profile, demo=self._demo)
        if faults := lawful_faults(campaign, profile, self._dealers[campaign.dealer].ddis):
            raise OutOfBounds(faults)

    def _check_dealer(self, dealer: DealerId) -> None:
        if dealer not in self._dealers:
            raise UnknownDealer(dealer, self._dealers)


def _canonical(value: object) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
