"""A campaign's runner that calls late rings off."""

import asyncio
from dataclasses import replace

import pytest

from calls.facts import AttemptCalledOff, AttemptEnded, PacingDecided
from calls.ids import ContactId
from calls.words import AttemptOutcome, HangupCause
from dialer.campaign import DialMode, PacingSettings, ResolvedAttempt
from dialer.pacing import Reason
from tests.fakes.virtual_time import after, virtual_time
from tests.unit.dialer.runner_bed import APK, CAMPAIGN, DEMO, Bed, answered, call_id, running

LATE = replace(CAMPAIGN, pacing=PacingSettings(mode=DialMode.PREDICTIVE, call_off_late=True))


def a_bed(*, set_to: bool = True) -> Bed:
    """Ten agents who talk, and one phone that has rung for 16 s and another for 3 s."""
    bed = Bed(LATE if set_to else replace(LATE, pacing=PacingSettings()), contacts=0, free=0)
    bed.floor.busy = 10
    for number, seconds in ((1, 16.0), (2, 3.0)):
        bed.runner.adopt(call_id(number), after(-seconds))
        bed.launches.ringing[call_id(number)] = after(-seconds)
    return bed


def called_off(bed: Bed) -> list[AttemptCalledOff]:
    return [fact for fact in bed.facts if isinstance(fact, AttemptCalledOff)]


@virtual_time
async def test_who_rang_long_is_called_off_once_it_is_stored_and_told() -> None:
    bed = a_bed()
    async with running(bed):
        await asyncio.sleep(1.5)

    (told,) = called_off(bed)
    assert bed.store.called_off == bed.launches.called_off == [call_id(1)]
    assert told.call_id == call_id(1)
    assert told.rung_seconds == pytest.approx(17)
    assert told.risk > told.allowed
    decided = next(fact for fact in bed.facts if isinstance(fact, PacingDecided))
    assert bed.facts.index(decided) < bed.facts.index(told)


@virtual_time
async def test_nobody_is_called_off_while_the_database_is_away_and_it_is_done_when_it_is_back() -> None:
    bed = a_bed()
    async with running(bed):
        bed.store.away = True
        await asyncio.sleep(2.5)
        meanwhile = list(bed.launches.called_off)
        bed.store.away = False
        await asyncio.sleep(3)

    assert meanwhile == []
    assert bed.launches.called_off == [call_id(1)]


@virtual_time
async def test_who_has_answered_by_what_is_stored_is_not_called_off() -> None:
    bed = a_bed()
    bed.store.answered = {call_id(1)}
    async with running(bed):
        await asyncio.sleep(1.5)

    assert bed.store.called_off[0] == call_id(1)
    assert (called_off(bed), bed.launches.called_off) == ([], [])


@virtual_time
async def test_a_phone_that_is_not_known_to_ring_is_not_called_off() -> None:
    bed = a_bed()
    bed.launches.ringing = {}
    async with running(bed):
        await asyncio.sleep(5)

    assert bed.store.called_off == []


@virtual_time
async def test_a_campaign_that_lets_phones_ring_out_asks_nobody_how_long_they_ring() -> None:
    bed = a_bed(set_to=False)
    async with running(bed):
        await asyncio.sleep(5)

    assert bed.store.called_off == []
    assert '"rung":[]' in next(fact.made_from for fact in bed.facts if isinstance(fact, PacingDecided))


@virtual_time
async def test_a_call_for_which_an_agent_is_kept_is_not_called_off() -> None:
    bed = a_bed()
    bed.runner.adopt(call_id(1), after(-16), kept=True)
    async with running(bed):
        await asyncio.sleep(3)

    assert bed.store.called_off == []


@virtual_time
async def test_until_it_has_ended_who_is_called_off_counts_as_ringing() -> None:
    bed = a_bed()
    async with running(bed):
        await asyncio.sleep(1.5)
        meanwhile = bed.runner.ringing
        bed.tell(
            AttemptEnded(
                after(1),
                call_id(1),
                APK,
                DEMO,
                ContactId(1),
                AttemptOutcome.UNANSWERED,
                HangupCause.CALLED_OFF,
                17.0,
                0.0,
            )
        )

    assert (meanwhile, bed.runner.ringing) == (2, 1)
    bed.runner._estimates.answers.come_of_age(after(60))
    assert bed.runner._estimates.answers.counted == 1
    # Of 20 the prior is made; a silence of which nothing more is known would lower it to 6 of 21.
    assert 6 / 21 < bed.runner._estimates.answers.rate < 0.3


@virtual_time
async def test_a_restart_knows_who_was_called_off() -> None:
    bed, forgetful = Bed(), Bed()
    attempts = [
        ResolvedAttempt(after(-3600 + second), 15.0, answered=False, talk_seconds=None, called_off=True)
        for second in range(200)
    ]
    bed.store.resolved = attempts
    forgetful.store.resolved = [replace(each, called_off=False) for each in attempts]

    rates = []
    for each in (bed, forgetful):
        await each.runner.prime()
        rates.append(each.runner._estimates.forecast(after(0)).answer_rate)

    assert rates[0] > rates[1]


@virtual_time
async def test_while_the_clock_is_in_doubt_decisions_are_kept_and_the_database_is_asked_for_nothing() -> None:
    bed = a_bed()
    bed.clock.believed = False
    async with running(bed):
        await asyncio.sleep(3)
        bed.tell(answered(2))

    (decided,) = [fact for fact in bed.facts if isinstance(fact, PacingDecided)]
    assert (decided.reason, decided.calls_to_place) == (Reason.CLOCK_JUMPED, 0)
    assert set(bed.reasons) == {Reason.CLOCK_JUMPED}
    assert (bed.store.windows, bed.store.called_off) == (0, [])
