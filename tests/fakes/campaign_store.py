"""A campaign's database in memory, that can be away, and whoever else the dialler needs."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from calls.facts import AttemptCalledOff
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId, attempt_leg
from calls.numbers import PhoneNumber
from calls.words import Department
from dialer.answering import Choice
from dialer.breaker import TrunkState
from dialer.campaign import (
    AbandonWindow,
    Campaign,
    CommittedAttempt,
    LineAgent,
    RefusedContact,
    ResolvedAttempt,
    Traits,
    WaitingCallers,
)
from dialer.errors import StoreUnavailable
from dialer.pacing import PacingDecision, Reason
from dialer.workshop import WorkshopDay
from tests.fakes.virtual_time import START

NUMBER = PhoneNumber("+31612345678")


class MemoryCampaignStore:
    """A list of contacts (`dialer.ports.CampaignStore`). Each is dialled or, with a rule in `refused`, refused once."""

    def __init__(self, *campaigns: Campaign, contacts: int = 0) -> None:
        self.known = {campaign.campaign_id: campaign for campaign in campaigns}
        self.contacts = [ContactId(number) for number in range(contacts)]
        self.refused: dict[ContactId, str] = {}
        self.away = False
        self.connected = 1000
        self.abandoned = 0
        self.contacts_left: int | None = None
        self.stored: set[CallId] = set()
        self.open: dict[CallId, ContactId] = {}
        self.windows = 0
        self.commits: list[datetime] = []
        self.choices: list[Choice | None] = []
        self.dates_first: Sequence[date] = ()
        self.resolved: Sequence[ResolvedAttempt] = ()
        self.languages: Mapping[str, int] = {}
        self.answered: set[CallId] = set()
        self.called_off: list[CallId] = []

    async def campaigns(self) -> list[Campaign]:
        self._answer()
        return list(self.known.values())

    async def commit_attempts(
        self,
        campaign: Campaign,
        call_ids: Sequence[CallId],
        now: datetime,
        reason: str,
        dates_first: Sequence[date] = (),
        choice: Choice | None = None,
        languages: Mapping[str, int] = MappingProxyType({}),
    ) -> list[CommittedAttempt | RefusedContact]:
        self._answer()
        self.commits.append(now)
        self.dates_first, self.languages = dates_first, languages
        self.choices.append(choice)
        chosen, self.contacts = self.contacts[: len(call_ids)], self.contacts[len(call_ids) :]
        free = iter(call_ids)
        return [self._result(campaign, contact, free) for contact in chosen]

    async def resolved_attempts(self, campaign_id: CampaignId, latest: int) -> Sequence[ResolvedAttempt]:
        self._answer()
        return self.resolved[:latest]

    async def abandon_window(self, campaign_id: CampaignId, since: datetime) -> AbandonWindow:
        self._answer()
        self.windows += 1
        return AbandonWindow(
            campaign_id, since, self.connected, self.abandoned + len(self.stored), self.contacts_left
        )

    async def open_among(self, call_ids: Collection[CallId]) -> dict[CallId, ContactId]:
        self._answer()
        return {call_id: contact for call_id, contact in self.open.items() if call_id in call_ids}

    async def stored_as_abandoned(self, call_ids: Collection[CallId]) -> set[CallId]:
        self._answer()
        return self.stored & set(call_ids)

    async def call_off(self, wanted: Sequence[AttemptCalledOff]) -> Sequence[AttemptCalledOff]:
        self._answer()
        self.called_off += [fact.call_id for fact in wanted]
        return [fact for fact in wanted if fact.call_id not in self.answered]

    async def record_objection(
        self, call_id: CallId, contact_id: ContactId, agent_id: AgentId | None, now: datetime
    ) -> None:
        self._answer()

    def _answer(self) -> None:
        if self.away:
            raise StoreUnavailable("the test took it away")

    def _result(
        self, campaign: Campaign, contact: ContactId, free: Iterator[CallId]
    ) -> CommittedAttempt | RefusedContact:
        if (rule := self.refused.get(contact)) is not None:
            return RefusedContact(campaign.campaign_id, contact, rule)
        call_id = next(free)
        return CommittedAttempt(
            call_id, attempt_leg(call_id), campaign.campaign_id, contact, NUMBER, "Testpersoon"
        )


class FewLineAgents:
    """Some agents on open lines (`dialer.ports.LineFloor`)."""

    def __init__(self, free: int, busy: int = 0) -> None:
        self.free = free
        self.busy = busy
        self.waiting = 0
        self.callers = WaitingCallers(0, 0)
        self.blended = False
        self.languages: dict[str, int] = {}

    def line_agents(self, campaign_id: CampaignId) -> list[LineAgent]:
        return [
            LineAgent(AgentId(f"agent{number}"), number < self.free, START, wrapping_up=False)
            for number in range(self.free + self.busy)
        ]

    def free_languages(self, campaign_id: CampaignId) -> Mapping[str, int]:
        return self.languages

    def waiting_answers(self, campaign_id: CampaignId) -> int:
        return self.waiting

    def waiting_callers(self, campaign_id: CampaignId) -> WaitingCallers:
        return self.callers

    def takes_callers(self, campaign_id: CampaignId, dealer: DealerId, department: Department) -> bool:
        return self.blended and department is Department.SALES


class Room:
    """A trunk with room for `left` attempts (`dialer.ports.TrunkRoom`)."""

    def __init__(self, left: int = 1000) -> None:
        self.left = left
        self.lacked = 0
        self.trunk = TrunkState.WELL

    def state(self) -> TrunkState:
        return self.trunk

    def room(self, now: datetime) -> int:
        return self.left

    def take(self, wanted: int, now: datetime) -> int:
        taken = min(wanted, self.left)
        self.left -= taken
        return taken

    def lack(self, now: datetime) -> None:
        self.lacked += 1


class Workshop:
    """The places of the coming days (`dialer.ports.WorkshopCapacity`); `asked` counts the questions."""

    def __init__(self, *days: WorkshopDay) -> None:
        self.days: Sequence[WorkshopDay] = days
        self.asked = 0

    async def places(self, dealer: DealerId, first: date, days: int) -> Sequence[WorkshopDay]:
        self.asked += 1
        return [each for each in self.days if 0 <= (each.day - first).days < days]


class Launches:
    """Notes what is to be dialled and called off, and is told which phones ring (`dialer.ports.Launcher`)."""

    def __init__(self) -> None:
        self.attempts: list[CommittedAttempt] = []
        self.ringing: dict[CallId, datetime] = {}
        self.called_off: list[CallId] = []

    def launch(self, campaign: Campaign, attempt: CommittedAttempt) -> None:
        self.attempts.append(attempt)

    def rings_since(self, call_id: CallId) -> datetime | None:
        return self.ringing.get(call_id)

    def call_off(self, call_id: CallId) -> None:
        self.called_off.append(call_id)


class KnownCampaigns:
    """Campaigns as a running program has them (`app.preview_ports.Campaigns`); their pacing decided `reason` last, None: nothing."""

    def __init__(self, *campaigns: Campaign) -> None:
        self.known = {campaign.campaign_id: campaign for campaign in campaigns}
        self.reason: Reason | None = Reason.PREVIEW
        self.in_the_air = 0
        self.borne: int | None = None
        self.taught_by: list[tuple[CallId, datetime, Traits | None]] = []
        self.doubted: list[CallId] = []

    def campaign(self, campaign_id: CampaignId) -> Campaign | None:
        return self.known.get(campaign_id)

    def last_decision(self, campaign_id: CampaignId) -> PacingDecision | None:
        return None if self.reason is None else PacingDecision(0, self.reason, 0.3)

    def ringing(self, campaign_id: CampaignId) -> int:
        return self.in_the_air

    def dates_first(self, campaign_id: CampaignId) -> Sequence[date]:
        return ()

    def bears(self, campaign_id: CampaignId, agents: int) -> int:
        return agents if self.borne is None else self.borne

    def adopt(
        self,
        campaign_id: CampaignId,
        call_id: CallId,
        dialled_at: datetime,
        traits: Traits | None = None,
        *,
        kept: bool,
    ) -> None:
        assert kept
        self.taught_by.append((call_id, dialled_at, traits))

    def doubt(self, campaign_id: CampaignId, call_id: CallId) -> None:
        self.doubted.append(call_id)
