from dataclasses import replace
from itertools import product

import pytest

from calls.commands import CancelTimer, HangUp, JoinPeople, SetLease, SetTimer
from calls.facts import AttemptAbandoned, AttemptAnswered, AttemptConnected, AttemptEnded
from calls.ids import PlaybackId, bridge_of
from calls.legs import PromptFinished, PromptStarted, TimerExpired
from calls.words import AttemptOutcome, HangupCause
from dialer.attempt import Step, step
from dialer.errors import UnexpectedFact
from dialer.life import BEFORE_ANSWER, GRACE, LIFE, RING, AttemptState, CalledOff, CallingOffOver, Trigger
from tests.unit.dialer.attempt_story import ANNA, ATTEMPT, CALL, LEG, LINE, Story, at, story_at


@pytest.mark.parametrize(("state", "trigger"), list(product(AttemptState, Trigger)))
def test_every_fact_in_every_state_follows_the_table_or_is_refused(
    state: AttemptState, trigger: Trigger
) -> None:
    story = story_at(state)
    if (state, trigger) in LIFE:
        assert story.tell(trigger, 60).attempt.state is LIFE[state, trigger]
    else:
        with pytest.raises(UnexpectedFact):
            story.tell(trigger, 60)


@pytest.mark.parametrize("state", list(AttemptState))
@pytest.mark.parametrize("cause", list(HangupCause))
def test_an_attempt_ends_exactly_once_from_every_state(state: AttemptState, cause: HangupCause) -> None:
    story = story_at(state)

    for _ in range(2):
        story.tell(Trigger.CUSTOMER_ENDED, 60, cause)

    assert story.attempt.state is AttemptState.ENDED
    assert len(story.facts(AttemptEnded)) == 1


@pytest.mark.parametrize("trigger", [Trigger.CUSTOMER_ENDED, Trigger.LEFT])
def test_no_attempt_ends_before_the_answer_that_was_learnt_late(trigger: Trigger) -> None:
    story = story_at(AttemptState.RINGING)
    story.tell(Trigger.ARRIVED, 30)

    story.tell(trigger, 29)

    (answered,) = story.facts(AttemptAnswered)
    assert story.end.at == answered.at == at(30)


@pytest.mark.parametrize("state", list(AttemptState))
def test_leaving_our_control_ends_the_attempt_exactly_once(state: AttemptState) -> None:
    story = story_at(state)

    story.tell(Trigger.LEFT, 60)
    story.tell(Trigger.CUSTOMER_ENDED, 70)

    assert len(story.facts(AttemptEnded)) == 1


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (HangupCause.BUSY, AttemptOutcome.BUSY),
        (HangupCause.REJECTED, AttemptOutcome.BUSY),
        (HangupCause.NO_ANSWER, AttemptOutcome.UNANSWERED),
        (HangupCause.NORMAL, AttemptOutcome.UNANSWERED),
        (HangupCause.INVALID_NUMBER, AttemptOutcome.FAILED),
        (HangupCause.CONGESTION, AttemptOutcome.FAILED),
        (HangupCause.FAILURE, AttemptOutcome.FAILED),
        (HangupCause.LOST_WHILE_DOWN, AttemptOutcome.IN_DOUBT),
    ],
)
def test_the_cause_tells_the_outcome_of_a_call_nobody_answered(
    cause: HangupCause, outcome: AttemptOutcome
) -> None:
    story = story_at(AttemptState.RINGING)

    story.tell(Trigger.CUSTOMER_ENDED, 22, cause)

    assert (story.end.outcome, story.end.cause) == (outcome, cause)
    assert (story.end.ring_seconds, story.end.talk_seconds) == (22, 0)


@pytest.mark.parametrize("state", [state for state in AttemptState if state is not AttemptState.ENDED])
def test_whoever_objects_is_hung_up_on_only_while_nobody_has_answered(state: AttemptState) -> None:
    after = story_at(state).tell(Trigger.CALLED_OFF, 60)

    assert after.attempt.state is state
    assert after.commands == ((HangUp(LEG),) if state in BEFORE_ANSWER else ())


def test_a_customer_who_answers_is_joined_to_the_agent_found() -> None:
    story = Story()
    story.tell(Trigger.DIALLED, 0)
    story.tell(Trigger.RINGING, 1)

    assert not story.tell(Trigger.ANSWERED, 9).wants_agent
    assert story.tell(Trigger.ARRIVED, 9.002).wants_agent
    joining = story.tell(Trigger.AGENT_FOUND, 9.002)
    joined = story.tell(Trigger.JOINED, 9.01)
    story.tell(Trigger.CUSTOMER_ENDED, 69.01)

    assert joining.commands == (JoinPeople(bridge_of(LINE), (LEG,)),)
    assert joined.commands[:2] == (SetLease(LEG, 0), CancelTimer(GRACE))
    assert story.facts(AttemptAnswered) == [
        AttemptAnswered(at(9), CALL, ATTEMPT.campaign_id, ATTEMPT.dealer, 9)
    ]
    assert story.facts(AttemptConnected) == [
        AttemptConnected(at(9.01), CALL, ATTEMPT.campaign_id, ATTEMPT.dealer, ANNA, 0.01)
    ]
    assert story.end.outcome is AttemptOutcome.CONNECTED
    assert (story.end.ring_seconds, story.end.talk_seconds) == (9, 60)


def test_an_agent_who_comes_free_within_the_grace_still_gets_the_customer() -> None:
    story = story_at(AttemptState.WAITING)

    story.tell(Trigger.AGENT_FOUND, 4.5)
    story.tell(Trigger.JOINED, 4.51)
    story.tell(Trigger.GRACE_EXPIRED, 4.6)

    assert story.attempt.state is AttemptState.CONNECTED
    assert not story.facts(AttemptAbandoned)


def test_a_customer_who_gets_an_agent_late_is_given_more_time_before_being_joined() -> None:
    early, late = Story(), Story()
    for story in (early, late):
        for trigger, second in ((Trigger.DIALLED, 0.0), (Trigger.ANSWERED, 2.0), (Trigger.ARRIVED, 2.01)):
            story.tell(trigger, second)

    early.tell(Trigger.AGENT_FOUND, 2.9)
    late.tell(Trigger.AGENT_FOUND, 3.1)

    assert not any(isinstance(command, SetLease) for command in early.commands)
    assert late.commands[-2] == SetLease(LEG, 6)
    assert isinstance(late.commands[-1], JoinPeople)


@pytest.mark.parametrize("state", [AttemptState.CONNECTED, AttemptState.MESSAGE, AttemptState.ENDED])
def test_a_late_word_of_the_joining_connects_nobody_again(state: AttemptState) -> None:
    story = story_at(state)
    connected_before = len(story.facts(AttemptConnected))

    late = story.tell(Trigger.JOINED, 60)

    assert (late.attempt.state, late.commands) == (state, ())
    assert len(story.facts(AttemptConnected)) == connected_before


@pytest.mark.parametrize("state", [AttemptState.DIALLING, AttemptState.RINGING])
def test_a_key_that_is_heard_before_the_answer_harms_nothing(state: AttemptState) -> None:
    assert story_at(state).tell(Trigger.KEY, 3).commands == ()


@pytest.mark.parametrize("state", [AttemptState.MESSAGE, AttemptState.ENDED])
def test_the_end_of_an_agents_line_does_not_end_a_customer_without_an_agent(state: AttemptState) -> None:
    story = story_at(state)

    assert story.tell(Trigger.LINE_ENDED, 60).commands == ()


def test_a_customer_whose_agent_drops_out_is_hung_up_and_stays_connected() -> None:
    story = story_at(AttemptState.CONNECTED)

    dropped = story.tell(Trigger.LINE_ENDED, 30)
    story.tell(Trigger.CUSTOMER_ENDED, 31)

    assert dropped.commands == (HangUp(LEG),)
    assert story.end.outcome is AttemptOutcome.CONNECTED


def test_a_leg_handed_to_us_anew_while_waiting_asks_for_an_agent_again() -> None:
    story = story_at(AttemptState.WAITING)

    again = story.tell(Trigger.ARRIVED, 4.1)

    assert again.wants_agent
    assert again.commands == ()


@pytest.mark.parametrize("state", list(AttemptState))
def test_another_prompt_or_clock_changes_nothing(state: AttemptState) -> None:
    story = story_at(state)
    beep = PlaybackId(f"{CALL}-p09")

    for fact in (
        PromptStarted(at(50), LEG, beep),
        PromptFinished(at(51), LEG, beep),
        TimerExpired(at(52), "other"),
    ):
        assert step(story.attempt, fact, at(52)) == Step(story.attempt)


@pytest.mark.parametrize("cause", [HangupCause.NORMAL, HangupCause.NO_ANSWER, HangupCause.FAILURE])
@pytest.mark.parametrize("late", [True, False])
def test_who_is_called_off_while_it_rings_ends_unanswered_and_called_off(
    cause: HangupCause, late: bool
) -> None:
    story = story_at(AttemptState.RINGING)

    called_off = story.feed(CalledOff(at(17), late=late), 17)
    story.tell(Trigger.CUSTOMER_ENDED, 17.1, cause)

    assert called_off.commands == (() if late else (HangUp(LEG),))
    assert (story.end.outcome, story.end.cause) == (AttemptOutcome.UNANSWERED, HangupCause.CALLED_OFF)
    assert story.end.ring_seconds == pytest.approx(17.1 - 1, abs=1)


@pytest.mark.parametrize("cause", [HangupCause.BUSY, HangupCause.CONGESTION, HangupCause.LOST_WHILE_DOWN])
def test_what_the_network_says_of_a_call_is_believed_though_it_was_called_off(cause: HangupCause) -> None:
    story = story_at(AttemptState.RINGING)

    story.feed(CalledOff(at(17), late=True), 17)
    story.tell(Trigger.CUSTOMER_ENDED, 17.1, cause)

    assert story.end.cause is cause


def test_an_answer_before_the_hang_up_is_an_answer_like_any_other() -> None:
    story = story_at(AttemptState.RINGING)

    story.feed(CalledOff(at(17), late=True), 17)
    story.tell(Trigger.ANSWERED, 17.01)
    arrived = story.tell(Trigger.ARRIVED, 17.02)
    story.tell(Trigger.GRACE_EXPIRED, 18.71)
    story.tell(Trigger.CUSTOMER_ENDED, 30)

    assert arrived.wants_agent
    assert len(story.facts(AttemptAbandoned)) == 1
    assert (story.end.outcome, story.end.cause) == (AttemptOutcome.ABANDONED, HangupCause.NORMAL)


def test_calling_off_after_the_answer_changes_nothing() -> None:
    for state in (AttemptState.ANSWERED, AttemptState.WAITING, AttemptState.CONNECTED, AttemptState.MESSAGE):
        story = story_at(state)
        before = story.attempt

        assert story.feed(CalledOff(at(17), late=True), 17) == Step(before)


def test_a_phone_that_rings_on_because_nothing_came_of_calling_it_off_ends_as_any_other() -> None:
    story = story_at(AttemptState.RINGING)

    story.feed(CalledOff(at(17), late=True), 17)
    story.feed(CallingOffOver(at(17.1), taken_in=False), 17.1)
    story.tell(Trigger.CUSTOMER_ENDED, 22, HangupCause.NO_ANSWER)

    assert story.end.cause is HangupCause.NO_ANSWER


@pytest.mark.parametrize("taken_in", [True, False])
@pytest.mark.parametrize(
    ("state", "lease"),
    [
        (AttemptState.DIALLING, None),
        (AttemptState.RINGING, None),
        (AttemptState.ANSWERED, None),
        (AttemptState.WAITING, SetLease(LEG, 6)),
        (AttemptState.JOINING, SetLease(LEG, 6)),
        (AttemptState.CONNECTED, SetLease(LEG, 0)),
        (AttemptState.MESSAGE, None),
        (AttemptState.ENDED, None),
    ],
)
def test_who_had_answered_by_the_time_of_calling_off_keeps_the_lease_that_is_due(
    state: AttemptState, lease: SetLease | None, taken_in: bool
) -> None:
    story = story_at(state)

    over = story.feed(CallingOffOver(at(60), taken_in=taken_in), 60)

    assert over.commands == (() if lease is None else (lease,))
    assert over.attempt.state is state


def test_who_is_hung_up_on_by_us_after_answering_all_the_same_counts_as_abandoned() -> None:
    story = story_at(AttemptState.RINGING)

    story.feed(CalledOff(at(17)), 17)
    story.tell(Trigger.ANSWERED, 17.01)
    story.tell(Trigger.CUSTOMER_ENDED, 17.02)

    assert story.end.outcome is AttemptOutcome.ABANDONED
    assert len(story.facts(AttemptAbandoned)) == 1


def test_a_phone_rings_from_the_first_word_of_it() -> None:
    story = story_at(AttemptState.DIALLING)

    story.tell(Trigger.RINGING, 4)
    story.tell(Trigger.RINGING, 9)

    assert story.attempt.ringing_at == at(4)


RINGS = replace(ATTEMPT, ring_seconds=22, least_ring_seconds=15)


def test_the_ring_time_counts_from_the_request() -> None:
    story = Story(RINGS)

    assert story.tell(Trigger.DIALLED, 0).commands == (SetTimer(RING, 22),)
    assert story.tell(Trigger.RINGING, 7).commands == ()
    assert story.tell(Trigger.RING_EXPIRED, 22).gives_up


@pytest.mark.parametrize("told_late", [0.0, 0.5])
def test_a_phone_that_rings_late_rings_for_the_least_time_all_the_same(told_late: float) -> None:
    story = Story(RINGS)
    story.tell(Trigger.DIALLED, 0)

    assert story.tell(Trigger.RINGING, 9, late=told_late).commands == (SetTimer(RING, 15 - told_late),)
    assert story.tell(Trigger.RINGING, 11).commands == ()


def test_a_phone_that_rings_only_after_the_ring_time_is_over_rings_for_the_least_time() -> None:
    story = Story(RINGS)
    story.tell(Trigger.DIALLED, 0)
    story.tell(Trigger.RING_EXPIRED, 22)
    story.feed(CallingOffOver(at(22), taken_in=False, given_up=True), 22)

    assert story.tell(Trigger.RINGING, 23).commands == (SetTimer(RING, 15),)
    assert story.tell(Trigger.RING_EXPIRED, 38).gives_up


def test_a_clock_that_ran_out_just_before_the_first_ring_and_is_read_after_it_gives_nobody_up() -> None:
    story = Story(RINGS)
    story.tell(Trigger.DIALLED, 0)
    story.tell(Trigger.RINGING, 22)

    expired = story.tell(Trigger.RING_EXPIRED, 22.25)

    assert (expired.gives_up, expired.commands) == (False, (SetTimer(RING, 14.75),))
    assert story.tell(Trigger.RING_EXPIRED, 37).gives_up


@pytest.mark.parametrize("cause", [HangupCause.NORMAL, HangupCause.NO_ANSWER, HangupCause.FAILURE])
def test_who_is_given_up_ends_unanswered(cause: HangupCause) -> None:
    story = story_at(AttemptState.RINGING, RINGS)

    story.tell(Trigger.RING_EXPIRED, 22)
    story.feed(CallingOffOver(at(22.1), taken_in=True, given_up=True), 22.1)
    story.tell(Trigger.CUSTOMER_ENDED, 22.5, cause)

    assert (story.end.outcome, story.end.cause) == (AttemptOutcome.UNANSWERED, HangupCause.NO_ANSWER)


def test_who_answers_while_being_given_up_is_served_like_anybody() -> None:
    story = story_at(AttemptState.RINGING, RINGS)
    story.tell(Trigger.RING_EXPIRED, 22)
    story.tell(Trigger.ANSWERED, 22.2)

    assert story.tell(Trigger.ARRIVED, 22.21).wants_agent
    assert story.feed(CallingOffOver(at(22.3), taken_in=True, given_up=True), 22.3).commands == (
        SetLease(LEG, 6),
    )


@pytest.mark.parametrize("state", [state for state in AttemptState if state not in BEFORE_ANSWER])
def test_nobody_who_has_answered_is_given_up(state: AttemptState) -> None:
    story = story_at(state, RINGS)
    before = story.attempt

    assert story.tell(Trigger.RING_EXPIRED, 22) == Step(before)


def test_who_is_being_called_off_is_not_given_up_too() -> None:
    story = story_at(AttemptState.RINGING, RINGS)
    story.feed(CalledOff(at(21.9), late=True), 21.9)

    assert not story.tell(Trigger.RING_EXPIRED, 22).gives_up
    story.tell(Trigger.CUSTOMER_ENDED, 22.4)

    assert story.end.cause is HangupCause.CALLED_OFF


def test_an_attempt_found_after_a_restart_is_left_to_asterisks_limit() -> None:
    story = Story()

    assert story.tell(Trigger.DIALLED, 0).commands == ()
    assert story.tell(Trigger.RINGING, 9).commands == ()
