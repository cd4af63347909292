"""What is told of an attempt that was committed without the database saying so, and that nobody will dial."""

from datetime import datetime

from calls.facts import AttemptCommitted, AttemptEnded
from calls.ids import CallId, ContactId, attempt_leg
from calls.words import AttemptOutcome, HangupCause
from dialer.campaign import Campaign
from dialer.pacing import Reason


def never_dialled(
    campaign: Campaign, call_id: CallId, contact_id: ContactId, now: datetime
) -> tuple[AttemptCommitted, AttemptEnded]:
    """Its beginning, which is stored already, and its end."""
    campaign_id, dealer = campaign.campaign_id, campaign.dealer
    began = AttemptCommitted(
        now, call_id, attempt_leg(call_id), campaign_id, dealer, contact_id, Reason.AGENTS_CERTAIN
    )
    outcome, cause = AttemptOutcome.FAILED, HangupCause.NOT_DIALLED
    ended = AttemptEnded(
        now, call_id, campaign_id, dealer, contact_id, outcome, cause, ring_seconds=0.0, talk_seconds=0.0
    )
    return began, ended
