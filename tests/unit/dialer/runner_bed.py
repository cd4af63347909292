"""A campaign's runner with everything it talks to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count

from calls.facts import (
    AgentStateChanged,
    AttemptAnswered,
    AttemptEnded,
    Fact,
)
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId
from calls.words import AgentState, AttemptOutcome, HangupCause
from dialer.campaign import (
    Campaign,
    CampaignKind,
    CampaignState,
    DialMode,
    LegalBasis,
    PacingSettings,
)
from dialer.profile_file import shipped_profiles
from dialer.profiles import Profiles
from dialer.runner import (
    CampaignRunner,
)
from tests.fakes.campaign_store import FewLineAgents, Launches, MemoryCampaignStore, Room, Workshop
from tests.fakes.virtual_time import LoopClock, after

APK, DEMO, ANNA = CampaignId("apk-june"), DealerId("demo"), AgentId("anna")
PROGRESSIVE = PacingSettings(mode=DialMode.PROGRESSIVE)
CAMPAIGN = Campaign(
    APK,
    DEMO,
    "APK in juni",
    CampaignKind.APK,
    LegalBasis.EXISTING_CONTRACT,
    "nl-business",
    "+31401234567",
    CampaignState.RUNNING,
    pacing=PROGRESSIVE,
)


class JumpingClock(LoopClock):
    """A clock that can be set to another time, and that can be in doubt."""

    def __init__(self) -> None:
        self.set_forward = timedelta()
        self.believed = True

    def now(self) -> datetime:
        return super().now() + self.set_forward

    def trusted(self) -> bool:
        return self.believed


class Bed:
    """A runner and all it talks to."""

    def __init__(
        self,
        campaign: Campaign = CAMPAIGN,
        *,
        contacts: int = 100,
        free: int = 3,
        profiles: Profiles | None = None,
    ) -> None:
        numbers = count(1)
        self.store = MemoryCampaignStore(campaign, contacts=contacts)
        self.floor = FewLineAgents(free)
        self.room = Room()
        self.workshop = Workshop()
        self.launches = Launches()
        self.facts: list[Fact] = []
        self.reasons: list[str] = []
        self.clock = JumpingClock()
        self.runner = CampaignRunner(
            campaign,
            self.store,
            self.floor,
            self.launches,
            self.room,
            self.facts.append,
            self.clock,
            lambda: CallId(f"n1{next(numbers):026d}"),
            lambda _campaign_id, reason: self.reasons.append(reason),
            profiles or shipped_profiles(),
            self.workshop,
        )

    @property
    def dialled(self) -> int:
        return len(self.launches.attempts)

    def tell(self, *facts: Fact) -> None:
        for fact in facts:
            self.runner.on_fact(fact)


@asynccontextmanager
async def running(bed: Bed) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        runner = group.create_task(bed.runner.run())
        yield
        runner.cancel()


def call_id(number: int) -> CallId:
    return CallId(f"n1{number:026d}")


def ended(number: int, outcome: AttemptOutcome, campaign_id: CampaignId = APK) -> AttemptEnded:
    return AttemptEnded(
        after(30), call_id(number), campaign_id, DEMO, ContactId(number), outcome, HangupCause.NORMAL, 22, 0
    )


def answered(number: int) -> AttemptAnswered:
    return AttemptAnswered(after(8), call_id(number), APK, DEMO, 8)


def agent_moved(before: AgentState, state: AgentState, seconds: float) -> AgentStateChanged:
    return AgentStateChanged(after(seconds), ANNA, before, state, "", campaign_id=APK)
