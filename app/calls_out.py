"""Dials what a campaign has committed, within what the trunk bears."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime

from app.ari.connection import ConnectionLimits
from app.ari.executor import Dial, Executor, caller_id, dial_string
from app.call_session import CallSession
from app.clock import Clock
from app.floor_desk import FloorDesk
from app.journal import Journal
from app.languages import Languages
from app.outbound import OutboundCall
from app.supervisor import Supervisor
from calls.facts import AttemptConnected
from calls.ids import AgentId, CallId, CampaignId, DealerId, LegId, attempt_leg
from calls.legs import LegEnded, LegRinging
from calls.words import AgentState, Department, HangupCause
from dialer.campaign import Campaign, CommittedAttempt, LineAgent, WaitingCallers
from dialer.life import Attempt, AttemptState, CalledOff, CallingOffOver, Dialled
from routing.agent import Agent, works_for

CONTEXT = "campaign-answered"
# Longer than any news is behind while the events socket is held to be up: what is sent over it comes back sooner, or it is down.
_HEARD_WITHIN_SECONDS = ConnectionLimits().echo_every + ConnectionLimits().echo_within
WORKING = frozenset({AgentState.AVAILABLE, AgentState.RESERVED, AgentState.ON_CALL, AgentState.WRAP_UP})


class OutboundDialler:
    """Starts a session for every committed attempt (`dialer.ports.Launcher`)."""

    def __init__(
        self,
        supervisor: Supervisor,
        executor: Executor,
        desk: FloorDesk,
        journal: Journal,
        clock: Clock,
        trunk_endpoint: str,
        cause_of: Callable[[LegId], Awaitable[HangupCause | None]],
        message_of: Callable[[CampaignId], str],
        stop_ringing: Callable[[LegId, Callable[[], bool]], Awaitable[bool]],
        least_ring_seconds: Callable[[Campaign], int],
        campaign_of: Callable[[CampaignId], Campaign | None],
        rang: Callable[[], None],
    ) -> None:
        """`cause_of` tells why a leg ended that was over before it could be followed, or soon None; `message_of` a campaign's
        information message. `stop_ringing` ends a leg soon unless it is answered first, and says whether that was taken in; it asks
        whether it still shall when it does so. `least_ring_seconds` is how long the law has a phone ring before a campaign gives up.
        `rang` hears of each first ring.
        """
        self._supervisor = supervisor
        self._executor = executor
        self._desk = desk
        self._journal = journal
        self._clock = clock
        self._trunk_endpoint = trunk_endpoint
        self._cause_of = cause_of
        self._message_of = message_of
        self._stop_ringing = stop_ringing
        self._least_ring_seconds = least_ring_seconds
        self._campaign_of = campaign_of
        self._rang = rang

    def launch(self, campaign: Campaign, attempt: CommittedAttempt) -> None:
        """Dial; what becomes of it comes back as facts."""
        now, message = self._clock.now(), self._message_of(campaign.campaign_id)
        life = Attempt(
            attempt.call_id,
            campaign.campaign_id,
            campaign.dealer,
            attempt.contact_id,
            now,
            detection=campaign.machine_detection,
            drop_machines=campaign.drop_machines,
            language=attempt.language,
            message_prompt=message,
        )
        session = self._start_ringing(life, campaign)
        session.deliver(Dialled(now))
        dial = Dial(
            attempt.leg_id,
            dial_string(attempt.number, self._trunk_endpoint),
            CONTEXT,
            campaign.longest_ring_seconds,
            caller_id(campaign.shown_number),
            {"DL_CALL": attempt.leg_id, "DL_INFORMATION": message},
        )

        async def go() -> None:
            with self._executor.making(attempt.leg_id):
                if not await self._executor.dial(dial):
                    ended_at = self._clock.now()
                    cause = await self._cause_of(attempt.leg_id) or HangupCause.FAILURE
                    session.deliver(LegEnded(ended_at, attempt.leg_id, cause))

        self._supervisor.spawn("dial an attempt", go())

    def _start_ringing(self, attempt: Attempt, campaign: Campaign | None) -> CallSession:
        """Begin its session. That of a campaign which is not known any more is given up by Asterisk."""
        if campaign is not None:
            least = min(self._least_ring_seconds(campaign), campaign.ring_seconds)
            attempt = replace(attempt, ring_seconds=campaign.ring_seconds, least_ring_seconds=least)
        machine = OutboundCall(
            attempt, self._desk, self._clock, lambda: self._give_up(attempt.call_id), self._rang
        )
        return self._supervisor.start(machine, ())

    def rings_since(self, call_id: CallId) -> datetime | None:
        """Since when the phone of an attempt rings that nobody has answered; None when nobody told that it rings."""
        attempt = self._unanswered(call_id)
        return None if attempt is None else attempt.ringing_at

    def call_off(self, call_id: CallId) -> None:
        """Ring it no longer, unless it is answered first. The call does not wait for that: it may be answered meanwhile."""
        session = self._supervisor.call(call_id)
        if session is None:
            return
        session.deliver(CalledOff(self._clock.now(), late=True))

        async def go() -> None:
            taken_in = await self._stop_ringing(
                attempt_leg(call_id), lambda: self._unanswered(call_id) is not None
            )
            session.deliver(CallingOffOver(self._clock.now(), taken_in))

        self._supervisor.spawn("call off an attempt", go())

    def _give_up(self, call_id: CallId) -> None:
        """Ring it no longer after its ring time, unless it is answered first."""
        session, leg = self._supervisor.call(call_id), attempt_leg(call_id)
        if session is None:
            return
        # Asked now: before the task begins the first ring may be told.
        told = self.rings_since(call_id)

        def still() -> bool:
            """A first ring that was told meanwhile gives it a ring time of its own."""
            attempt = self._unanswered(call_id)
            return attempt is not None and attempt.ringing_at == told

        async def go() -> None:
            rings = told is not None or await self._rings(leg)
            taken_in = rings and await self._stop_ringing(leg, still)
            session.deliver(CallingOffOver(self._clock.now(), taken_in, given_up=True))

        self._supervisor.spawn("give up an attempt", go())

    async def _rings(self, leg_id: LegId) -> bool:
        """Whether a phone of which nobody told that it rings does so; what has just begun to has been told by then."""
        if not await self._executor.rings(leg_id):
            return False
        await asyncio.sleep(_HEARD_WITHIN_SECONDS)
        return True

    def _unanswered(self, call_id: CallId) -> Attempt | None:
        session = self._supervisor.call(call_id)
        machine = None if session is None else session.machine
        if not isinstance(machine, OutboundCall) or machine.attempt.answered_at is not None:
            return None
        return machine.attempt

    def adopt(self, attempt: Attempt) -> CallSession:
        """Go on with an attempt that an earlier process left."""
        told = replace(attempt, message_prompt=self._message_of(attempt.campaign_id))
        return self._supervisor.start(OutboundCall(told, self._desk, self._clock), ())

    def adopt_ringing(self, attempt: Attempt, *, rings: bool) -> None:
        """Go on with one that nobody has answered. If its phone `rings` it may just have begun to: that is counted from now on."""
        anew = replace(
            attempt, state=AttemptState.COMMITTED, message_prompt=self._message_of(attempt.campaign_id)
        )
        session = self._start_ringing(anew, self._campaign_of(attempt.campaign_id))
        session.deliver(Dialled(attempt.dialled_at or attempt.committed_at))
        if rings:
            session.deliver(LegRinging(self._clock.now(), attempt_leg(attempt.call_id)))

    def adopt_talking(
        self, attempt: Attempt, agent_id: AgentId, line: CallId, connected_at: datetime | None, now: datetime
    ) -> None:
        """Go on with a conversation found after a restart; one that the journal does not know is told to it."""
        talking = replace(
            attempt,
            state=AttemptState.CONNECTED,
            answered_at=attempt.answered_at or now,
            connected_at=connected_at or now,
            agent_id=agent_id,
            line=line,
        )
        self._supervisor.start(OutboundCall(talking, self._desk, self._clock), ())
        if connected_at is None:
            self._journal.publish(
                AttemptConnected(now, attempt.call_id, attempt.campaign_id, attempt.dealer, agent_id, 0.0)
            )


def at_work(desk: FloorDesk, campaign_id: CampaignId) -> list[Agent]:
    """The agents of a campaign whose line is up and who work, for its dealer too."""
    return [
        agent
        for agent in desk.floor.line_agents(campaign_id)
        if agent.line_open and agent.state in WORKING and works_for(agent.profile, agent.campaign_dealer)
    ]


class CampaignFloor:
    """The floor as the dialler sees it (`dialer.ports.LineFloor`)."""

    def __init__(self, desk: FloorDesk, languages: Languages, has_contact: Callable[[AgentId], bool]) -> None:
        """`has_contact`: whether an agent sees a contact before the call."""
        self._desk = desk
        self._languages = languages
        self._has_contact = has_contact

    def line_agents(self, campaign_id: CampaignId) -> list[LineAgent]:
        """The agents of a campaign whose line is up and who work, for its dealer too."""
        return [
            LineAgent(
                agent.profile.agent_id,
                agent.state is AgentState.AVAILABLE,
                agent.since,
                agent.state is AgentState.WRAP_UP,
                agent.profile.rescue and agent.pending is None,
                self._has_contact(agent.profile.agent_id),
            )
            for agent in at_work(self._desk, campaign_id)
        ]

    def free_languages(self, campaign_id: CampaignId) -> Mapping[str, int]:
        """How many more customers can be called in each language that a free agent has as a skill."""
        return self._languages.free(campaign_id)

    def waiting_answers(self, campaign_id: CampaignId) -> int:
        """How many customers answered and wait for an agent."""
        return self._desk.waiting_answers(campaign_id)

    def waiting_callers(self, campaign_id: CampaignId) -> WaitingCallers:
        """The callers who wait for this campaign's agents."""
        found = self._desk.floor.callers_for(campaign_id)
        return WaitingCallers(found.waiting, found.others_free)

    def takes_callers(self, campaign_id: CampaignId, dealer: DealerId, department: Department) -> bool:
        """Whether this campaign's agents are given the callers of a queue."""
        return self._desk.lines_take(campaign_id, dealer, department)
