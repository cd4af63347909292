"""A desk of previews with an agent or two at work, in virtual time."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime
from itertools import count

from app.preview_desk import PreviewDesk
from calls.facts import PreviewEnded
from calls.ids import AgentId, CallId, ContactId, attempt_leg
from calls.words import PreviewEnd
from dialer.campaign import (
    Campaign,
    CommittedAttempt,
    DialMode,
    PacingSettings,
    RefusedContact,
    Traits,
)
from dialer.errors import StoreUnavailable
from dialer.previews import Preview, held_until
from tests.fakes.campaign_store import NUMBER, KnownCampaigns, Launches, Room
from tests.fakes.virtual_time import LoopClock, settle
from tests.unit.app.bed import Bed, a_bed
from tests.unit.app.people import ANNA, APK, BRAM, CAMPAIGN, agent, call_id

MANUAL = replace(CAMPAIGN, pacing=PacingSettings(mode=DialMode.PREVIEW_MANUAL, max_skips=2))
TIMED = replace(CAMPAIGN, pacing=PacingSettings(mode=DialMode.PREVIEW_TIMED, preview_seconds=20, max_skips=1))
TRAITS = Traits("mobile", weekday=0, hour=10, answered=1, unanswered=2)
LINES = {ANNA: call_id(101), BRAM: call_id(102)}


class MemoryPreviews:
    """A list of contacts and who has which (`app.preview_ports.PreviewStore`); `refused` may not be dialled, `languages` were noted."""

    def __init__(self, contacts: int, *held: Preview) -> None:
        self.contacts = [ContactId(number) for number in range(1, contacts + 1)]
        self.held = {preview.agent_id: preview for preview in held}
        self.rests: dict[ContactId, datetime] = {}
        self.refused: dict[ContactId, str] = {}
        self.languages: dict[ContactId, str] = {}
        self.away = False

    async def all(self) -> list[Preview]:
        self._answer()
        return list(self.held.values())

    async def show(
        self,
        campaign: Campaign,
        agent_id: AgentId,
        skipped: int,
        now: datetime,
        dates_first: Sequence[date] = (),
        languages: Collection[str] = (),
    ) -> tuple[Preview | None, list[RefusedContact]]:
        self._answer()
        await asyncio.sleep(0)
        understood = [each for each in self.contacts if self.languages.get(each) in {None, *languages}]
        if not understood:
            return None, []
        until, dials_at = held_until(campaign.pacing, now)
        contact = understood[0]
        self.contacts.remove(contact)
        preview = Preview(agent_id, campaign.campaign_id, contact, now, until, dials_at, skipped)
        self.held[agent_id] = preview
        return preview, []

    async def commit(
        self, campaign: Campaign, preview: Preview, call_id: CallId, now: datetime
    ) -> CommittedAttempt | RefusedContact:
        self._answer()
        await asyncio.sleep(0)
        del self.held[preview.agent_id]
        if (rule := self.refused.get(preview.contact_id)) is not None:
            return RefusedContact(campaign.campaign_id, preview.contact_id, rule)
        leg, contact = attempt_leg(call_id), preview.contact_id
        return CommittedAttempt(
            call_id, leg, campaign.campaign_id, contact, NUMBER, "Testpersoon", traits=TRAITS
        )

    async def end(self, preview: Preview, rests_until: datetime | None = None) -> None:
        self._answer()
        del self.held[preview.agent_id]
        if rests_until is None:
            self.contacts.insert(0, preview.contact_id)
        else:
            self.rests[preview.contact_id] = rests_until

    def _answer(self) -> None:
        if self.away:
            raise StoreUnavailable("the test took it away")


class DoubtedClock(LoopClock):
    """The virtual clock, which can be in doubt."""

    def __init__(self) -> None:
        self.in_doubt = False

    def trusted(self) -> bool:
        return not self.in_doubt


class Previews:
    """The desk, and all it talks to."""

    def __init__(self, bed: Bed, campaign: Campaign, store: MemoryPreviews) -> None:
        numbers = count(1)
        self.bed = bed
        self.store = store
        self.campaigns = KnownCampaigns(campaign)
        self.launches = Launches()
        self.room = Room()
        self.clock = DoubtedClock()
        self.desk = PreviewDesk(
            bed.desk,
            store,
            bed.journal,
            self.clock,
            self.launches,
            self.campaigns,
            lambda _dealer: self.room,
            lambda: call_id(next(numbers)),
        )
        bed.journal.observe("previews", self.desk.on_fact)

    @property
    def dialled(self) -> list[ContactId]:
        return [attempt.contact_id for attempt in self.launches.attempts]

    def ends(self) -> list[tuple[PreviewEnd, str]]:
        ended = self.bed.published(PreviewEnded)
        return [(fact.how, fact.reason) for fact in ended if isinstance(fact, PreviewEnded)]

    def change(self, pacing: PacingSettings) -> None:
        self.campaigns.known[APK] = replace(CAMPAIGN, pacing=pacing)


@asynccontextmanager
async def at_work(
    campaign: Campaign, *agent_ids: AgentId, contacts: int = 5, held: Sequence[Preview] = ()
) -> AsyncIterator[Previews]:
    """Agents on open lines, and the desk at its work."""
    agents = [agent(agent_id, campaign_id=APK) for agent_id in agent_ids]
    async with a_bed(*agents) as bed:
        for agent_id in agent_ids:
            bed.desk.line_up(agent_id, LINES[agent_id])
        previews = Previews(bed, campaign, MemoryPreviews(contacts, *held))
        bed.tasks.start("previews", previews.desk.run())
        await settle()
        yield previews
