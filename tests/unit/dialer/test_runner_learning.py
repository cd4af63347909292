"""What a campaign's runner learns from."""

import asyncio
from dataclasses import replace

import pytest

from calls.facts import (
    AttemptAbandoned,
    AttemptConnected,
)
from calls.words import AgentState, AttemptOutcome, HangupCause
from dialer.campaign import (
    ResolvedAttempt,
    Traits,
)
from tests.fakes.virtual_time import after, virtual_time
from tests.unit.dialer.runner_bed import (
    ANNA,
    APK,
    DEMO,
    Bed,
    agent_moved,
    answered,
    call_id,
    ended,
    running,
)


@virtual_time
async def test_talks_and_wrap_ups_are_learnt_from() -> None:
    bed = Bed(free=1)
    before = bed.runner._estimates._observed

    bed.tell(
        replace(ended(7, AttemptOutcome.CONNECTED), talk_seconds=90.0),
        agent_moved(AgentState.ON_CALL, AgentState.WRAP_UP, 100),
        agent_moved(AgentState.WRAP_UP, AgentState.AVAILABLE, 120),
        agent_moved(AgentState.AVAILABLE, AgentState.PAUSED, 130),
    )

    assert bed.runner._estimates._observed == before + 2


@virtual_time
async def test_a_restart_forgets_neither_who_answers_nor_how_long_talks_and_wrap_ups_last() -> None:
    bed = Bed()
    bed.store.resolved = [
        ResolvedAttempt(
            after(-3600 + second), 9.0, answered=second % 2 == 0, talk_seconds=60.0, wrap_up_seconds=80.0
        )
        for second in range(400)
    ]

    await bed.runner.prime()

    forecast = bed.runner._estimates.forecast(after(0))
    assert forecast.answer_rate == pytest.approx(0.5, abs=0.05)
    assert forecast.counted == 400
    assert bed.runner._estimates.talk.mean() == pytest.approx(63, abs=8)
    assert bed.runner._estimates.wrap_up.mean() == pytest.approx(78, abs=4)


@virtual_time
async def test_attempts_of_the_last_seconds_before_a_restart_count_when_those_found_ringing_do() -> None:
    bed = Bed()
    # Of four that were dialled at once the failures are known first; the others were found ringing.
    bed.store.resolved = [ResolvedAttempt(after(-5), 3.0, answered=False, talk_seconds=None)] * 2
    for number in (91, 92):
        bed.runner.adopt(call_id(number), after(-5))

    await bed.runner.prime()
    before = bed.runner._estimates.forecast(after(0)).counted
    for number in (91, 92):
        bed.tell(answered(number))

    assert before == 0
    bed.runner._estimates.answers.come_of_age(after(28))
    assert bed.runner._estimates.answers.counted == 4
    assert bed.runner._estimates.answers.rate > 0.3


@virtual_time
async def test_an_attempt_that_rings_on_past_the_ring_time_counts_with_those_dialled_with_it() -> None:
    bed = Bed()
    for number in (91, 92):
        bed.runner.adopt(call_id(number), after(-31))
    bed.tell(answered(91))
    answers = bed.runner._estimates.answers

    answers.come_of_age(after(0))
    before = answers.counted
    bed.tell(ended(92, AttemptOutcome.UNANSWERED))
    answers.come_of_age(after(2))

    assert (before, answers.counted) == (0, 2)


@pytest.mark.parametrize(
    ("cause", "seconds", "counted"),
    [
        (HangupCause.CONGESTION, 0.1, 0),
        (HangupCause.NOT_DIALLED, 0.0, 0),
        (HangupCause.CONGESTION, 9.0, 1),
        (HangupCause.INVALID_NUMBER, 0.1, 1),
    ],
)
def test_what_the_trunk_refused_at_once_teaches_nothing_of_who_answers(
    cause: HangupCause, seconds: float, counted: int
) -> None:
    @virtual_time
    async def story() -> None:
        bed = Bed()
        bed.runner.adopt(call_id(91), after(-60))

        bed.tell(replace(ended(91, AttemptOutcome.FAILED), cause=cause, ring_seconds=seconds))

        answers = bed.runner._estimates.answers
        answers.come_of_age(after(0))
        assert (bed.runner.ringing, answers.counted) == (0, counted)

    story()


@virtual_time
async def test_a_call_for_which_an_agent_is_kept_teaches_and_needs_no_other_agent() -> None:
    bed = Bed()
    traits = Traits("mobile", weekday=0, hour=10, answered=0, unanswered=3)
    before = bed.runner._estimates.answers.model.chance(traits)

    for number in range(1, 41):
        bed.runner.adopt(call_id(number), after(0), traits, kept=True)
    ringing = bed.runner.ringing
    for number in range(1, 41):
        bed.tell(answered(number) if number % 4 else ended(number, AttemptOutcome.UNANSWERED))
    bed.runner._estimates.answers.come_of_age(after(60))

    assert ringing == 0
    assert bed.runner._estimates.answers.counted == 40
    assert 0.6 < bed.runner._estimates.answers.rate < 0.75
    assert bed.runner._estimates.answers.model.chance(traits) > before + 0.2


@virtual_time
async def test_nobody_is_dialled_less_because_an_agents_own_call_rings() -> None:
    bed = Bed(free=2)
    bed.runner.adopt(call_id(91), after(0), kept=True)

    async with running(bed):
        await asyncio.sleep(1.5)

    assert bed.dialled == 2


@virtual_time
async def test_the_store_hears_for_how_many_calls_an_agent_is_certain_and_who_is_likely_to_answer() -> None:
    bed = Bed(free=2)

    async with running(bed):
        await asyncio.sleep(1.5)

    [choice] = bed.store.choices
    assert choice is not None
    assert choice.certain == 2
    silent = Traits("mobile", weekday=0, hour=10, answered=0, unanswered=3)
    assert choice.chance(replace(silent, answered=3, unanswered=0)) > choice.chance(silent)


@virtual_time
async def test_how_honest_the_chances_were_is_known_once_attempts_have_come_of_age() -> None:
    bed = Bed()
    before = bed.runner.calibration
    bed.store.resolved = [ResolvedAttempt(after(-60), 9.0, answered=True, talk_seconds=None)] * 30

    await bed.runner.prime()
    bed.runner._estimates.forecast(after(0))

    assert before is None
    assert bed.runner.calibration is not None
    assert bed.runner.calibration.answered_ratio == 1.0


@virtual_time
async def test_how_often_a_customer_is_rescued_is_learnt_from_those_who_found_nobody_free() -> None:
    bed = Bed(free=1)
    at_first = bed.runner._wrap_ups.rescue_chance
    before = bed.runner._estimates._observed

    for second in range(8):
        bed.tell(agent_moved(AgentState.WRAP_UP, AgentState.RESERVED, second))
    often = bed.runner._wrap_ups.rescue_chance
    for second in range(8):
        bed.tell(
            AttemptAbandoned(after(second), call_id(1), APK, DEMO, 1.7),
            AttemptConnected(after(second), call_id(2), APK, DEMO, ANNA, 1.2),
            AttemptConnected(after(second), call_id(3), APK, DEMO, ANNA, 0.02),
        )

    assert often > 0.5 > bed.runner._wrap_ups.rescue_chance > at_first
    assert bed.runner._estimates._observed == before
