"""What the dialler needs from outside."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Protocol

from calls.facts import AttemptCalledOff
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId, LegId
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
    WaitingCallers,
)
from dialer.workshop import WorkshopDay


class CampaignStore(Protocol):
    """Where campaigns, contacts and attempts are kept. Raises StoreUnavailable when the database does not answer."""

    async def campaigns(self) -> list[Campaign]:
        """Return every campaign, whatever its state."""
        ...

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
        """Choose up to `len(call_ids)` contacts in list order and commit an attempt for each, in one transaction.

        Among contacts of one priority those with a date in `dates_first` go first, in its order; nobody goes before a
        contact that has waited too long. With a `choice` it is made among the next on the list that are equally urgent. A contact
        whose language was noted is passed over, and stays on the list, unless `languages` has room for it: how many can be
        called in each.
        Eligibility is checked again inside the transaction; a contact that may not be dialled comes back refused and
        uses no id. An empty list means that nobody can be dialled now. When this returns, every committed attempt
        and its `AttemptCommitted` fact are stored. After StoreUnavailable all of them are, or none: `open_among` tells.
        """
        ...

    async def resolved_attempts(self, campaign_id: CampaignId, latest: int) -> Sequence[ResolvedAttempt]:
        """Return the latest attempts of a campaign that were answered, or ended without; those in doubt are left out.

        Who still talks is among them: else a campaign would remember the unanswered better than the answered.
        """
        ...

    async def open_among(self, call_ids: Collection[CallId]) -> dict[CallId, ContactId]:
        """Of these attempts those that are committed and have not ended, with their contacts."""
        ...

    async def abandon_window(self, campaign_id: CampaignId, since: datetime) -> AbandonWindow:
        """Count connected and abandoned attempts since a moment, and the contacts that are ready as long as they are not many."""
        ...

    async def stored_as_abandoned(self, call_ids: Collection[CallId]) -> set[CallId]:
        """Of these attempts those that `abandon_window` counts as abandoned from now on, whatever the moment."""
        ...

    async def call_off(self, wanted: Sequence[AttemptCalledOff]) -> Sequence[AttemptCalledOff]:
        """Store that these are rung no longer; those of them, in order, that nobody has answered and that have not ended.

        When this returns these facts are stored. After StoreUnavailable they are stored or not; asking again does no harm.
        """
        ...

    async def record_objection(
        self, call_id: CallId, contact_id: ContactId, agent_id: AgentId | None, now: datetime
    ) -> None:
        """Store that this person does not want to be called, for ever."""
        ...


class DialClock(Protocol):
    """What time it is."""

    def now(self) -> datetime:
        """Return the wall time, UTC."""
        ...

    def trusted(self) -> bool:
        """Whether the wall time is believed: while it is not, nobody is dialled."""
        ...


class LineFloor(Protocol):
    """The agents on open lines."""

    def line_agents(self, campaign_id: CampaignId) -> list[LineAgent]:
        """The agents of a campaign whose line is up and who work, free or busy."""
        ...

    def free_languages(self, campaign_id: CampaignId) -> Mapping[str, int]:
        """How many more customers can be called in each language that a free agent has as a skill."""
        ...

    def waiting_answers(self, campaign_id: CampaignId) -> int:
        """How many customers answered and wait for an agent."""
        ...

    def waiting_callers(self, campaign_id: CampaignId) -> WaitingCallers:
        """The callers who wait for this campaign's agents; nobody unless it is blended."""
        ...

    def takes_callers(self, campaign_id: CampaignId, dealer: DealerId, department: Department) -> bool:
        """Whether this campaign's agents are given the callers of a queue."""
        ...


class Launcher(Protocol):
    """Dials what was committed."""

    def launch(self, campaign: Campaign, attempt: CommittedAttempt) -> None:
        """Start the attempt's call; its end comes back as a fact."""
        ...

    def rings_since(self, call_id: CallId) -> datetime | None:
        """Since when the phone of an attempt rings that nobody has answered; None when it is not known to ring."""
        ...

    def call_off(self, call_id: CallId) -> None:
        """Ring it no longer, unless it is answered first; its end, or its answer, comes back as a fact."""
        ...


class MachineDetector(Protocol):
    """Who listens whether a person or a machine picked up."""

    async def listen(self, listener: LegId) -> bool:
        """Hear the customer through this leg, which is set up for that, from now on; False when the leg is gone.

        What it makes of the customer comes as `AnswererHeard` of the leg: the first opinion within some ten seconds, better
        ones after it. It may be wrong: nobody is hung up on for one that is not `certain`, and those of app_amd never are.
        """
        ...


class TrunkRoom(Protocol):
    """What the trunk still bears, over all campaigns."""

    def room(self, now: datetime) -> int:
        """How many attempts may start now."""
        ...

    def take(self, wanted: int, now: datetime) -> int:
        """Use up room for at most `wanted` attempts; how many it was."""
        ...

    def lack(self, now: datetime) -> None:
        """Tell that more would be started if there were room."""
        ...

    def state(self) -> TrunkState:
        """Whether attempts can go out, as far as is known."""
        ...


class WorkshopCapacity(Protocol):
    """The places in the dealers' workshops. Raises StoreUnavailable when the database does not answer."""

    async def places(self, dealer: DealerId, first: date, days: int) -> Sequence[WorkshopDay]:
        """Return the days of which the dealer told the places, of `days` days from `first` on, in order."""
        ...
