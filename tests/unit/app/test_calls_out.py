"""What a committed attempt comes to when Asterisk has no leg of it to follow."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from app.calls_out import CampaignFloor, OutboundDialler
from app.languages import Languages
from app.outbound import OutboundCall
from calls.facts import AttemptAnswered, AttemptEnded
from calls.ids import CampaignId, ContactId, LegId, attempt_leg
from calls.legs import LegAnswered, LegArrived, LegEnded, LegRinging, TimerExpired
from calls.numbers import PhoneNumber
from calls.words import AttemptOutcome, HangupCause
from dialer.campaign import CommittedAttempt
from dialer.life import RING, Attempt
from routing.agent import Agent
from tests.fakes.scripted_asterisk import channel
from tests.fakes.virtual_time import settle, virtual_time
from tests.unit.app.bed import Bed, a_bed
from tests.unit.app.people import ANNA, APK, BRAM, CAMPAIGN, agent, call_id

CALL = call_id(1)
LEG = attempt_leg(CALL)
ATTEMPT = CommittedAttempt(CALL, LEG, APK, ContactId(1), PhoneNumber("+31612345678"), "Mevrouw Proef")


async def in_vain(leg_id: LegId, wanted: Callable[[], bool]) -> bool:
    return False


def dialler(
    bed: Bed,
    cause: HangupCause | None,
    stop_ringing: Callable[[LegId, Callable[[], bool]], Awaitable[bool]] = in_vain,
    rang: Callable[[], None] = lambda: None,
) -> OutboundDialler:
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
        stop_ringing,
        lambda _campaign: 15,
        {APK: CAMPAIGN}.get,
        rang,
    )


def tell(bed: Bed, fact: LegRinging | LegAnswered | LegEnded | TimerExpired) -> None:
    session = bed.supervisor.call(CALL)
    assert session is not None
    session.deliver(fact)


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
        floor = CampaignFloor(bed.desk, languages, lambda _agent: False)
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
    return changed(one, profile=replace(one.profile, skills=dict.fromkeys(languages, 5)))


@virtual_time
async def test_an_attempt_that_is_followed_asks_for_no_cause() -> None:
    async with a_bed() as bed:
        dialler(bed, HangupCause.BUSY).launch(CAMPAIGN, ATTEMPT)
        await settle()

        assert bed.published(AttemptEnded) == []
        assert len(bed.supervisor) == 1


@virtual_time
async def test_a_phone_is_known_to_ring_from_the_word_of_it_until_somebody_answers() -> None:
    async with a_bed() as bed:
        launcher = dialler(bed, None)
        launcher.launch(CAMPAIGN, ATTEMPT)
        await settle()
        before, rang_at = launcher.rings_since(CALL), bed.clock.now()
        tell(bed, LegRinging(rang_at, LEG))
        await settle()
        ringing = launcher.rings_since(CALL)
        tell(bed, LegAnswered(bed.clock.now(), LEG))
        await settle()

        assert (before, ringing, launcher.rings_since(CALL)) == (None, rang_at, None)
        assert launcher.rings_since(call_id(7)) is None


@pytest.mark.parametrize("taken_in", [True, False])
@virtual_time
async def test_who_is_called_off_ends_so_unless_nothing_came_of_it(*, taken_in: bool) -> None:
    stopped: list[LegId] = []

    async def stop_ringing(leg_id: LegId, wanted: Callable[[], bool]) -> bool:
        stopped.append(leg_id)
        return taken_in

    async with a_bed() as bed:
        launcher = dialler(bed, None, stop_ringing)
        launcher.launch(CAMPAIGN, ATTEMPT)
        await settle()
        launcher.call_off(CALL)
        launcher.call_off(call_id(7))
        await settle()
        tell(bed, LegEnded(bed.clock.now(), LEG, HangupCause.NO_ANSWER))
        await settle()

        assert stopped == [LEG]
        (end,) = bed.published(AttemptEnded)
        assert isinstance(end, AttemptEnded)
        assert end.outcome is AttemptOutcome.UNANSWERED
        assert end.cause is (HangupCause.CALLED_OFF if taken_in else HangupCause.NO_ANSWER)


@virtual_time
async def test_a_call_is_answered_while_asterisk_does_not_say_whether_it_calls_it_off() -> None:
    never = asyncio.Event()

    async def stop_ringing(leg_id: LegId, wanted: Callable[[], bool]) -> bool:
        await never.wait()
        return True

    async with a_bed() as bed:
        launcher = dialler(bed, None, stop_ringing)
        launcher.launch(CAMPAIGN, ATTEMPT)
        await settle()
        launcher.call_off(CALL)
        await settle()
        tell(bed, LegAnswered(bed.clock.now(), LEG))
        await settle()

        assert len(bed.published(AttemptAnswered)) == 1


@pytest.mark.parametrize("late", [True, False])
@virtual_time
async def test_who_answered_before_it_came_to_ending_the_ring_is_left_alone(*, late: bool) -> None:
    its_turn, asked = asyncio.Event(), list[bool]()

    async def stop_ringing(leg_id: LegId, wanted: Callable[[], bool]) -> bool:
        asked.append(wanted())
        await its_turn.wait()
        asked.append(wanted())
        return asked[-1]

    async with a_bed() as bed:
        launcher = dialler(bed, None, stop_ringing)
        launcher.launch(CAMPAIGN, ATTEMPT)
        await settle()
        tell(bed, LegRinging(bed.clock.now(), LEG))
        if late:
            launcher.call_off(CALL)
        else:
            await asyncio.sleep(CAMPAIGN.ring_seconds)
        await settle()
        tell(bed, LegAnswered(bed.clock.now(), LEG))
        await settle()
        its_turn.set()
        await settle()

        assert asked == [True, False]
        assert len(bed.published(AttemptAnswered)) == 1


@pytest.mark.parametrize(
    ("rings_after", "state", "given_up_after"),
    [
        (3, "Ringing", [22]),
        (12, "Ringing", [27]),
        (30, "Down", [45]),
        (22.5, "Ringing", [37.5]),
        (None, "Ringing", [25]),  # rang before it was followed
        (24.5, "Ringing", [39.5]),  # just began to, and the news was late
        (None, "Down", []),
    ],
)
@virtual_time
async def test_nobody_is_given_up_before_the_phone_has_rung_for_the_least_time(
    rings_after: float | None, state: str, given_up_after: list[float]
) -> None:
    stopped: list[float] = []

    async def stop_ringing(leg_id: LegId, wanted: Callable[[], bool]) -> bool:
        assert leg_id == LEG
        if wanted():
            stopped.append(bed.clock.monotonic())
        return wanted()

    async with a_bed() as bed:
        bed.asterisk.answers("GET", f"/channels/{LEG}", 200, channel(LEG, state=state))
        dialler(bed, None, stop_ringing).launch(CAMPAIGN, ATTEMPT)
        await settle()
        began = bed.clock.monotonic()
        if rings_after is not None:
            await asyncio.sleep(rings_after)
            tell(bed, LegRinging(bed.clock.now(), LEG))
        await asyncio.sleep(100)

        assert [round(at - began, 1) for at in stopped] == given_up_after
        assert bed.asterisk.asked("timeout=32")


@virtual_time
async def test_a_first_ring_told_while_the_ring_time_runs_out_is_no_reason_to_give_up() -> None:
    stopped: list[float] = []

    async def stop_ringing(_leg_id: LegId, wanted: Callable[[], bool]) -> bool:
        if wanted():
            stopped.append(bed.clock.monotonic())
        return wanted()

    async with a_bed() as bed:
        bed.asterisk.answers("GET", f"/channels/{LEG}", 200, channel(LEG, state="Ringing"))
        dialler(bed, None, stop_ringing).launch(CAMPAIGN, ATTEMPT)
        await settle()
        began = bed.clock.monotonic()
        await asyncio.sleep(21.9)
        tell(bed, TimerExpired(bed.clock.now(), RING))
        tell(bed, LegRinging(bed.clock.now(), LEG))
        await asyncio.sleep(100)

        assert [round(at - began, 1) for at in stopped] == [36.9]


@virtual_time
async def test_the_first_ring_is_told_once() -> None:
    rings: list[str] = []
    async with a_bed(agent(ANNA)) as bed:
        dialler(bed, None, rang=lambda: rings.append("rings")).launch(CAMPAIGN, ATTEMPT)
        await settle()
        tell(bed, LegRinging(bed.clock.now(), LEG))
        tell(bed, LegRinging(bed.clock.now(), LEG))
        await settle()

    assert rings == ["rings"]
