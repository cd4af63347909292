"""Who calls, as far as the number tells: a person whom a campaign rang, calling back the number that was shown."""

from dataclasses import dataclass
from datetime import datetime

from calls.ids import CampaignId, ContactId
from calls.words import Department


@dataclass(frozen=True, slots=True)
class Recognised:
    """The contact who calls back, and the department that answers for its campaign."""

    campaign_id: CampaignId
    contact_id: ContactId
    department: Department


@dataclass(frozen=True, slots=True)
class CallerLookedUp:
    """The look-up of the caller is over: `recognised`, or None when the number told nothing or could not be looked up."""

    at: datetime
    recognised: Recognised | None
