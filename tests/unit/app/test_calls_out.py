"""What a committed attempt comes to when Asterisk has no leg of it to follow."""

import pytest

from app.calls_out import OutboundDialler
from calls.facts import AttemptEnded
from calls.ids import ContactId, LegId, attempt_leg
from calls.numbers import PhoneNumber
from calls.words import AttemptOutcome, HangupCause
from dialer.campaign import CommittedAttempt
from tests.fakes.virtual_time import settle, virtual_time
from tests.unit.app.bed import Bed, a_bed
from tests.unit.app.people import APK, CAMPAIGN, call_id

CALL = call_id(1)
LEG = attempt_leg(CALL)
ATTEMPT = CommittedAttempt(CALL, LEG, APK, ContactId(1), PhoneNumber("+31612345678"), "Mevrouw Proef")


def dialler(bed: Bed, cause: HangupCause | None) -> OutboundDialler:
    async def cause_of(leg_id: LegId) -> HangupCause | None:
        return cause if leg_id == LEG else None

    return OutboundDialler(bed.supervisor, bed.executor, bed.desk, bed.journal, bed.clock, "trunk", cause_of)


@pytest.mark.parametrize(
    ("told", "outcome", "cause"),
    [
        (HangupCause.BUSY, AttemptOutcome.BUSY, HangupCause.BUSY),
        (HangupCause.INVALID_NUMBER, AttemptOutcome.FAILED, HangupCause.INVALID_NUMBER),
        (None, AttemptOutcome.FAILED, HangupCause.FAILURE),
    ],
)
@virtual_time
async def test_an_attempt_that_is_over_before_it_can_be_followed_ends_as_the_network_said(
    told: HangupCause | None, outcome: AttemptOutcome, cause: HangupCause
) -> None:
    async with a_bed() as bed:
        bed.asterisk.answers(
            "POST", "/applications/dealerlijn/subscription", 422, {"message": "Event source does not exist"}
        )

        dialler(bed, told).launch(CAMPAIGN, ATTEMPT)
        await settle()

        (end,) = bed.published(AttemptEnded)
        assert isinstance(end, AttemptEnded)
        assert (end.outcome, end.cause) == (outcome, cause)
        assert len(bed.supervisor) == 0


@virtual_time
async def test_an_attempt_that_is_followed_asks_for_no_cause() -> None:
    async with a_bed() as bed:
        dialler(bed, HangupCause.BUSY).launch(CAMPAIGN, ATTEMPT)
        await settle()

        assert bed.published(AttemptEnded) == []
        assert len(bed.supervisor) == 1
