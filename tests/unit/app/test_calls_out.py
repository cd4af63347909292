"""What a committed attempt comes to when Asterisk has no leg of it to follow."""

from dataclasses import replace

import pytest

from app.calls_out import CampaignFloor, OutboundDialler
from app.languages import Languages
from app.outbound import OutboundCall
from calls.facts import AttemptEnded
from calls.ids import CampaignId, ContactId, LegId, attempt_leg
from calls.legs import LegArrived
from calls.numbers import PhoneNumber
from calls.words import AttemptOutcome, HangupCause
from dialer.campaign import CommittedAttempt
from dialer.life import Attempt
from routing.agent import Agent
from tests.fakes.virtual_time import settle, virtual_time
from tests.unit.app.bed import Bed, a_bed
from tests.unit.app.people import ANNA, APK, BRAM, CAMPAIGN, agent, call_id

CALL = call_id(1)
LEG = attempt_leg(CALL)
ATTEMPT = CommittedAttempt(CALL, LEG, APK, ContactId(1), PhoneNumber("+31612345678"), "Mevrouw Proef")


def dialler(bed: Bed, cause: HangupCause | None) -> OutboundDialler:
    async def cause_of(leg_id: LegId) -> HangupCause | None:
        return cause if leg_id == LEG else None

    return OutboundDialler(
        bed.supervisor,
        bed.executor,
        bed.desk,
        bed.journal,
        bed.clock,
        "trunk",
        cause_of,
        lambda campaign_id: f"message-{campaign_id}",
    )


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
async def test_an_attempt_knows_its_campaigns_information_message_as_the_dialplan_does() -> None:
    async with a_bed() as bed:
        dialler(bed, None).launch(CAMPAIGN, ATTEMPT)
        await settle()

        (machine,) = bed.supervisor.machines()
        assert isinstance(machine, OutboundCall)
        assert machine.attempt.message_prompt == f"message-{APK}"
        assert any(
            f'"DL_INFORMATION":"message-{APK}"' in body.decode().replace(" ", "")
            for body in bed.asterisk.bodies
        )


@virtual_time
async def test_an_attempt_found_after_a_restart_has_its_campaigns_information_message() -> None:
    async with a_bed() as bed:
        life = Attempt(CALL, APK, CAMPAIGN.dealer, ContactId(1), bed.clock.now())
        dialler(bed, None).adopt(life)

        (machine,) = bed.supervisor.machines()
        assert isinstance(machine, OutboundCall)
        assert machine.attempt.message_prompt == f"message-{APK}"


@virtual_time
async def test_who_speaks_a_language_is_promised_to_the_customer_in_the_air_until_an_agent_has_them() -> None:
    speakers = [_speaks(agent(each, campaign_id=APK), "turkish", "arabic") for each in (ANNA, BRAM)]
    async with a_bed(*speakers) as bed:
        for each in (ANNA, BRAM):
            bed.desk.line_up(each, call_id(100))
        languages = Languages(bed.supervisor.machines, bed.floor.free_line_agents)
        floor = CampaignFloor(bed.desk, languages)
        before = floor.free_languages(APK)
        dialler(bed, None).launch(CAMPAIGN, replace(ATTEMPT, language="turkish"))
        await settle()
        ringing, asked = floor.free_languages(APK), languages.asked_for(APK)
        session = bed.supervisor.call(CALL)
        assert session is not None
        session.deliver(LegArrived(bed.clock.now(), LEG, "answered", LEG, ""))
        await settle()
        talking = floor.free_languages(APK)

        assert (before["turkish"], before["arabic"]) == (2, 2)
        assert (ringing["turkish"], ringing["arabic"], asked) == (1, 2, {"turkish": 1})
        assert (talking["turkish"], talking["arabic"]) == (1, 1)
        assert (languages.asked_for(APK), floor.free_languages(CampaignId("tyres"))) == ({}, {})


def _speaks(one: Agent, *languages: str) -> Agent:
    return replace(one, profile=replace(one.profile, skills=dict.fromkeys(languages, 5)))


@virtual_time
async def test_an_attempt_that_is_followed_asks_for_no_cause() -> None:
    async with a_bed() as bed:
        dialler(bed, HangupCause.BUSY).launch(CAMPAIGN, ATTEMPT)
        await settle()

        assert bed.published(AttemptEnded) == []
        assert len(bed.supervisor) == 1
