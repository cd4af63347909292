"""What an agent sees before a call in the preview modes: one contact, held for this agent for a while.

With a timer the contact is dialled by itself when its time is over. Without one it goes back to the list when the agent does
nothing; nobody else could call it meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from calls.ids import AgentId, CampaignId, ContactId
from calls.words import AgentState
from dialer.campaign import PREVIEW_MODES, Campaign, CampaignState, DialMode, PacingSettings
from dialer.pacing import Reason

HELD_FOR = timedelta(minutes=5)
# A trunk that is full, or a phone that is off the hook, may hold up what the timer wants to dial.
LATE = timedelta(minutes=1)
SKIPPED_RESTS = timedelta(hours=1)
_NOBODY_MAY_BE_CALLED = frozenset({Reason.WINDOW_CLOSED, Reason.CLOCK_JUMPED})


@dataclass(frozen=True, slots=True)
class Preview:
    """A contact that one agent has before them and nobody else gets, until `until`.

    `dials_at` is when it is dialled by itself, None when only the agent has it dialled. `skipped` is how many contacts the
    agent has passed over in a row before this one.
    """

    agent_id: AgentId
    campaign_id: CampaignId
    contact_id: ContactId
    shown_at: datetime
    until: datetime
    dials_at: datetime | None
    skipped: int


class Now(StrEnum):
    """What is to be done about a preview."""

    WAIT = "wait"
    DIAL = "dial"
    EXPIRE = "expire"
    RELEASE = "release"


def held_until(settings: PacingSettings, now: datetime) -> tuple[datetime, datetime | None]:
    """Until when a contact that is shown now is held, and when it is dialled by itself."""
    if settings.mode is not DialMode.PREVIEW_TIMED:
        return now + HELD_FOR, None
    dials_at = now + timedelta(seconds=settings.preview_seconds)
    return dials_at + LATE, dials_at


def previews(campaign: Campaign | None) -> bool:
    """Whether a campaign's agents see their contacts first."""
    return (
        campaign is not None
        and campaign.state is CampaignState.RUNNING
        and campaign.pacing.mode in PREVIEW_MODES
    )


def may_show(reason: Reason | None) -> bool:
    """Whether a next contact may be looked for, after the pacing's last decision; None: it has made none.

    Whether the workshop bears it is asked at the moment itself (`dialer.workshop.agents_borne`): agents ask faster than is decided.
    """
    return reason is not None and reason not in _NOBODY_MAY_BE_CALLED


def what_now(
    preview: Preview,
    campaign: Campaign | None,
    agent_state: AgentState,
    works_on: CampaignId | None,
    now: datetime,
) -> Now:
    """What is to be done about an open preview; `works_on` is the campaign that its agent is on."""
    if agent_state is not AgentState.AVAILABLE or works_on != preview.campaign_id or not previews(campaign):
        return Now.RELEASE
    if now >= preview.until:
        return Now.EXPIRE
    return Now.DIAL if preview.dials_at is not None and now >= preview.dials_at else Now.WAIT


def skips_left(settings: PacingSettings, skipped: int) -> int:
    """How many more contacts an agent may pass over who has passed over so many in a row."""
    return max(0, settings.max_skips - skipped)
