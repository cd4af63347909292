"""What an agent sees during a campaign's call or one that returns it, and how a conversation is said to have ended."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import msgspec

from app.clock import Clock
from app.control_errors import (
    NotTheirCall,
    ObjectionStands,
    ObjectionWithoutNumber,
    OutOfBounds,
    TooLateToCorrect,
    UnknownCall,
    UnknownDisposition,
)
from app.control_ports import LiveCall
from app.dealers import Dealer
from app.journal import Journal
from app.storage.audit import AuditEntry, record_change
from app.storage.campaign_store import SqlCampaignStore
from app.storage.campaigns import get_campaign
from app.storage.conversations import (
    ContactCard,
    EarlierCall,
    contact_card,
    earlier_calls,
    last_word,
    read_history,
)
from app.storage.database import Database
from app.storage.guides import guide_of, save_guide
from app.storage.objections import record_objection
from app.storage.past_calls import PastCall, past_call
from calls.facts import DispositionRecorded, MachineMistaken
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId
from calls.words import Department
from dialer.campaign import Campaign
from dialer.dispositions import Disposition, follow_up
from dialer.eligibility import Rule, promise_refusal
from dialer.guide import Guide, Script, answer_faults, filled
from dialer.kinds import read_guide
from dialer.profiles import Profiles
from routing.agent import Agent, works_for

_LATEST = timedelta(days=730)


@dataclass(frozen=True, slots=True)
class Said:
    """How a conversation ended. `until` is when the customer wants another call, or before when none."""

    word: str
    note: str = ""
    until: datetime | None = None
    reference: str = ""
    language: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Screen:
    """A contact, what to say to this person, and what was said before; `guide` is filled in."""

    campaign: Campaign
    guide: Guide
    contact: ContactCard
    earlier: Sequence[EarlierCall]


@dataclass(frozen=True, slots=True)
class PresentCall:
    """An agent's call. All but the id is None for a call that is no campaign's and returns none; `guide` is filled in for this contact."""

    call_id: CallId
    campaign: Campaign | None = None
    guide: Guide | None = None
    contact: ContactCard | None = None
    earlier: Sequence[EarlierCall] = ()


class Conversations:
    """Conversations as agents and supervisors see them. Every method raises StoreUnavailable when the database is away."""

    def __init__(
        self,
        database: Database,
        dialler: SqlCampaignStore,
        journal: Journal,
        clock: Clock,
        dealers: Mapping[DealerId, Dealer],
        profiles: Profiles,
        agent: Callable[[AgentId], Agent],
        agents: Callable[[], Iterable[Agent]],
        live_calls: Callable[[], Sequence[LiveCall]],
        objected: Callable[[], Awaitable[None]],
    ) -> None:
        """`objected` calls off what rings at whoever has just objected."""
        self._objected = objected
        self._database = database
        self._dialler = dialler
        self._journal = journal
        self._clock = clock
        self._dealers = dealers
        self._profiles = profiles
        self._agent = agent
        self._agents = agents
        self._live_calls = live_calls

    async def guide(self, campaign_id: CampaignId) -> Guide:
        """What a campaign's agents have on screen, with the places open. Raises UnknownCampaign."""
        return await guide_of(self._database, await get_campaign(self._database, campaign_id))

    async def replace_guide(self, campaign_id: CampaignId, data: Mapping[str, object], who: str) -> Guide:
        """Give a campaign a guide of its own. Raises UnknownCampaign, OutOfBounds."""
        campaign = await get_campaign(self._database, campaign_id)
        before, after = await guide_of(self._database, campaign), read_guide("the guide", data)
        entry = self._entry(who, "guide_replaced", campaign_id, before, after)
        await save_guide(self._database, campaign, after, entry)
        return after

    async def present_call(self, agent_id: AgentId) -> PresentCall:
        """The call an agent has, also during wrap-up. Raises UnknownAgent, and UnknownCall when there is none."""
        agent = self._agent(agent_id)
        if agent.call_id is None:
            raise UnknownCall(None)
        about = self._about(agent.call_id, await past_call(self._database, agent.call_id))
        if about is None:
            return PresentCall(agent.call_id)
        contact_id, campaign_id = about
        screen = await self.screen(agent, campaign_id, contact_id, agent.call_id)
        return PresentCall(agent.call_id, screen.campaign, screen.guide, screen.contact, screen.earlier)

    async def screen(
        self, agent: Agent, campaign_id: CampaignId, contact_id: ContactId, call_id: CallId | None = None
    ) -> Screen:
        """What an agent has on screen for a contact, also before there is a call. Raises UnknownCampaign."""
        campaign = await get_campaign(self._database, campaign_id)
        card = await contact_card(self._database, contact_id)
        guide = await guide_of(self._database, campaign)
        return Screen(
            campaign,
            _filled(guide, self._values(campaign, agent, card)),
            card,
            await earlier_calls(self._database, contact_id, call_id),
        )

    async def record(self, agent_id: AgentId, call_id: CallId, said: Said, who: str) -> None:
        """Record how an agent's conversation ended, also afterwards; until wrap-up is over, the last word counts.

        An objection is in force when this returns, and stays. Anything but `machine` about a call on which we hung up as on a
        machine means that a person was dropped: it counts as abandoned. Raises UnknownAgent, UnknownCall, NotTheirCall,
        UnknownDisposition, OutOfBounds, TooLateToCorrect, ObjectionStands and ObjectionWithoutNumber.
        """
        past = await past_call(self._database, call_id)
        has_it = self._agent(agent_id).call_id == call_id
        if not has_it:
            if past is None or past.agent_id is None:
                raise UnknownCall(call_id)
            if past.agent_id != agent_id:
                raise NotTheirCall(agent_id, call_id)
        about = self._about(call_id, past)
        if about is not None:
            await self._check(call_id, *about, said)
        before = await last_word(self._database, call_id)
        if before == Disposition.OBJECTION != said.word:
            raise ObjectionStands(call_id)
        if before is not None and not has_it:
            raise TooLateToCorrect(call_id)
        await self._object(agent_id, call_id, about, past, said)
        now = self._clock.now()
        if past is not None and past.dropped_from is not None and said.word != Disposition.MACHINE:
            self._journal.publish(MachineMistaken(now, call_id, *past.dropped_from))
        self._journal.publish(
            DispositionRecorded(
                now,
                call_id,
                agent_id,
                said.word,
                said.note,
                said.until,
                said.reference,
                said.language,
                tuple(said.answers.items()),
            )
        )
        if before is not None:
            entry = self._entry(who, "disposition_corrected", call_id, before, said.word)
            await record_change(self._database, entry)

    async def _check(
        self, call_id: CallId, contact_id: ContactId, campaign_id: CampaignId, said: Said
    ) -> None:
        campaign = await get_campaign(self._database, campaign_id)
        guide = await guide_of(self._database, campaign)
        if said.word not in guide.dispositions:
            raise UnknownDisposition(said.word, guide.dispositions)
        faults = {
            f"answers/{key}": fault for key, fault in answer_faults(guide.questions, said.answers).items()
        }
        if until := await self._until_fault(call_id, contact_id, campaign, said):
            faults["until"] = until
        if language := self._language_fault(campaign, said):
            faults["language"] = language
        if faults:
            raise OutOfBounds(faults)

    def _language_fault(self, campaign: Campaign, said: Said) -> str:
        if not said.language and said.word != Disposition.LANGUAGE:
            return ""
        of_dealer = (each.profile for each in self._agents() if works_for(each.profile, campaign.dealer))
        known = {skill for profile in of_dealer for skill in profile.skills} - set(Department)
        if said.language in known:
            return ""
        if not known:
            return "cannot be: no agent has a language as a skill"
        what = "is no skill of any agent" if said.language else "is missing"
        return f"{what}: choose from {', '.join(sorted(known))}"

    async def _until_fault(
        self, call_id: CallId, contact_id: ContactId, campaign: Campaign, said: Said
    ) -> str:
        now = self._clock.now()
        if said.word not in (Disposition.CALL_BACK, Disposition.NOT_NOW):
            return "" if said.until is None else "is not of this disposition: leave it out"
        if said.until is None:
            return "is missing: give the moment that was agreed" if said.word == Disposition.CALL_BACK else ""
        if not now < said.until < now + _LATEST:
            return "is not in the future, or too far: give a moment within two years"
        if said.word == Disposition.NOT_NOW:
            return ""
        history = await read_history(self._database, contact_id, besides=call_id)
        no = promise_refusal(history, campaign, self._profiles.named(campaign.profile), said.until)
        if no is None:
            return ""
        if no.not_before is None:
            why = f"closed: {history.closed_reason}" if no.rule is Rule.CLOSED else no.rule
            return f"cannot be promised ({why}): this campaign calls this person no more, choose another word"
        later = f"from {no.not_before.isoformat()} it is allowed"
        return f"cannot be promised ({no.rule}, {later}): agree on another moment"

    async def _object(
        self,
        agent_id: AgentId,
        call_id: CallId,
        about: tuple[ContactId, CampaignId] | None,
        past: PastCall | None,
        said: Said,
    ) -> None:
        follows = follow_up(said.word)
        if follows is None or not follows.objection:
            return
        now = self._clock.now()
        if about is not None:
            await self._dialler.record_objection(call_id, about[0], agent_id, now)
        elif caller := self._caller(call_id, past):
            await record_objection(self._database, call_id, caller, agent_id, now)
        else:
            raise ObjectionWithoutNumber(call_id)
        await self._objected()

    def _about(self, call_id: CallId, past: PastCall | None) -> tuple[ContactId, CampaignId] | None:
        known = past if past is not None and past.contact_id is not None else self._live(call_id)
        if known is None or known.contact_id is None or known.campaign_id is None:
            return None
        return known.contact_id, known.campaign_id

    def _caller(self, call_id: CallId, past: PastCall | None) -> str | None:
        if past is not None:
            return past.caller
        live = self._live(call_id)
        return None if live is None or live.number is None else live.number.e164

    def _live(self, call_id: CallId) -> LiveCall | None:
        """A call that has only just come in may not have reached the database."""
        return next((call for call in self._live_calls() if call.call_id == call_id), None)

    def _values(self, campaign: Campaign, agent: Agent, card: ContactCard) -> dict[str, str]:
        dealer = self._dealers.get(campaign.dealer)
        return {
            "dealer": campaign.dealer if dealer is None else dealer.name,
            "agent": agent.profile.name,
            "name": card.name,
            "plate": card.plate or "",
            "due": "" if card.due_on is None else f"{card.due_on:%d-%m-%Y}",
        }

    def _entry(self, who: str, action: str, subject: str, before: object, after: object) -> AuditEntry:
        was, now_is = (msgspec.json.encode(value, order="sorted").decode() for value in (before, after))
        return AuditEntry(self._clock.now(), who, action, subject, was, now_is)


def _filled(guide: Guide, values: Mapping[str, str]) -> Guide:
    script = guide.script
    opening, objection, body, closing = (
        filled(text, values) for text in (script.opening, script.objection, script.body, script.closing)
    )
    return replace(guide, script=Script(opening, objection, body, closing))
