"""Customers who answer and get no agent in time: the grace, the message, and who counts as abandoned."""

import pytest

from calls.commands import HangUp, LeaveToMessage, PlayPrompts, Publish, SetTimer
from calls.facts import (
    AttemptAbandoned,
    AttemptAnswered,
    AttemptConnected,
    DispositionRecorded,
    InformationMessagePlayed,
)
from calls.legs import DigitPressed, LegLeft, PromptFinished
from calls.words import AttemptOutcome
from dialer.attempt import step
from dialer.life import GRACE, INFORMATION_MESSAGE, AttemptState, Trigger
from tests.unit.dialer.attempt_story import ANNA, CALL, LEG, START, Story, at, story_at


def test_the_grace_is_no_longer_when_the_clock_was_set_back_between_answer_and_news() -> None:
    story = story_at(AttemptState.RINGING)

    story.tell(Trigger.ANSWERED, 3600, late=-3592)

    (timer,) = [command for command in story.commands if isinstance(command, SetTimer)]
    assert timer == SetTimer(GRACE, story.attempt.grace_seconds)


def test_the_grace_runs_from_the_answer_however_late_its_news() -> None:
    story = Story()
    story.tell(Trigger.DIALLED, 0)

    story.tell(Trigger.ANSWERED, 8, late=0.5)

    (timer,) = [command for command in story.commands if isinstance(command, SetTimer)]
    assert (timer.name, round(timer.seconds, 6)) == (GRACE, 1.2)


def test_a_customer_without_an_agent_hears_the_message_and_counts_as_abandoned() -> None:
    story = Story()
    for trigger, second in ((Trigger.DIALLED, 0.0), (Trigger.ANSWERED, 8.0), (Trigger.ARRIVED, 8.0)):
        story.tell(trigger, second)

    played = story.tell(Trigger.GRACE_EXPIRED, 9.7)
    started = story.tell(Trigger.MESSAGE_STARTED, 9.75)
    finished = story.tell(Trigger.MESSAGE_FINISHED, 25)
    story.tell(Trigger.CUSTOMER_ENDED, 25.1)

    assert played.commands[0] == PlayPrompts(LEG, story.attempt.playback_id, (INFORMATION_MESSAGE,))
    assert [type(command) for command in started.commands] == [Publish]
    assert finished.commands == (HangUp(LEG),)
    (abandoned,) = story.facts(AttemptAbandoned)
    assert isinstance(abandoned, AttemptAbandoned)
    assert round(abandoned.waited_seconds, 6) == 1.7
    (message,) = story.facts(InformationMessagePlayed)
    assert isinstance(message, InformationMessagePlayed)
    assert message.after_answer_seconds == 1.75
    assert (story.end.outcome, story.end.talk_seconds) == (AttemptOutcome.ABANDONED, 0)


def test_an_agent_who_comes_too_late_goes_back_to_the_floor() -> None:
    for state in (AttemptState.JOINING, AttemptState.CONNECTED, AttemptState.MESSAGE, AttemptState.ENDED):
        story = story_at(state)

        late = story.tell(Trigger.AGENT_FOUND, 60)

        assert (late.unused_agent, late.commands) == (ANNA, ())


def test_an_agent_whose_line_is_lost_while_joining_leaves_the_customer_the_message_at_the_grace() -> None:
    story = story_at(AttemptState.JOINING)

    lost = story.tell(Trigger.LINE_ENDED, 4)
    expired = story.tell(Trigger.GRACE_EXPIRED, 4.7)
    story.tell(Trigger.CUSTOMER_ENDED, 9)

    assert (lost.attempt.state, lost.commands) == (AttemptState.JOINING, ())
    assert expired.commands[0] == PlayPrompts(LEG, story.attempt.playback_id, (INFORMATION_MESSAGE,))
    assert not story.facts(AttemptConnected)
    assert len(story.facts(AttemptAbandoned)) == 1
    assert story.end.outcome is AttemptOutcome.ABANDONED


def test_an_agent_who_could_not_be_joined_within_the_grace_goes_back_to_the_floor() -> None:
    story = story_at(AttemptState.JOINING)

    expired = story.tell(Trigger.GRACE_EXPIRED, 4.7)

    assert expired.unused_agent == ANNA
    assert (story.attempt.agent_id, story.attempt.line) == (None, None)


def test_a_message_that_could_not_be_played_is_left_to_the_dialplan_which_may_be_playing_it() -> None:
    story = story_at(AttemptState.MESSAGE)

    refused = story.tell(Trigger.MESSAGE_FINISHED, 10)
    story.tell(Trigger.LEFT, 10.1)

    assert refused.commands == (LeaveToMessage(LEG),)
    assert len(story.facts(InformationMessagePlayed)) == 1
    assert story.end.outcome is AttemptOutcome.ABANDONED


def test_a_message_that_asterisk_cannot_play_counts_as_not_played_and_the_customer_is_hung_up_on() -> None:
    story = story_at(AttemptState.MESSAGE)

    failed = step(story.attempt, PromptFinished(at(10), LEG, story.attempt.playback_id, failed=True), at(10))

    assert failed.commands == (HangUp(LEG),)
    assert story.facts(InformationMessagePlayed) == []


def test_the_objection_key_in_the_message_is_recorded_at_once() -> None:
    story = story_at(AttemptState.MESSAGE)

    story.tell(Trigger.KEY, 5)
    ignored = step(story.attempt, DigitPressed(at(6), LEG, "1"), at(6))

    assert story.facts(DispositionRecorded) == [DispositionRecorded(at(5), CALL, None, "objection", "")]
    assert ignored.commands == ()


@pytest.mark.parametrize("state", [AttemptState.ANSWERED, AttemptState.WAITING, AttemptState.JOINING])
def test_who_hangs_up_within_the_grace_is_not_abandoned(state: AttemptState) -> None:
    story = story_at(state)
    answered = story.attempt.answered_at or START

    story.tell(Trigger.CUSTOMER_ENDED, (answered - START).total_seconds() + 1.6)

    assert story.end.outcome is AttemptOutcome.HUNG_UP
    assert not story.facts(AttemptAbandoned)


@pytest.mark.parametrize("state", [AttemptState.ANSWERED, AttemptState.WAITING, AttemptState.JOINING])
def test_who_hangs_up_after_the_grace_without_an_agent_is_abandoned(state: AttemptState) -> None:
    story = story_at(state)

    story.tell(Trigger.CUSTOMER_ENDED, 60)

    assert story.end.outcome is AttemptOutcome.ABANDONED
    assert len(story.facts(AttemptAbandoned)) == 1


@pytest.mark.parametrize(
    "state", [AttemptState.DIALLING, AttemptState.ANSWERED, AttemptState.WAITING, AttemptState.JOINING]
)
def test_a_lease_that_runs_out_leaves_the_message_to_the_dialplan(state: AttemptState) -> None:
    story = story_at(state)

    story.tell(Trigger.LEFT, 6)

    assert len(story.facts(AttemptAnswered)) == 1
    assert len(story.facts(AttemptAbandoned)) == 1
    assert len(story.facts(InformationMessagePlayed)) == 1
    assert story.end.outcome is AttemptOutcome.ABANDONED


def test_what_the_dialplan_told_of_its_message_gives_the_times_of_the_answer_and_the_message() -> None:
    story = story_at(AttemptState.DIALLING)
    answered_at, message_at = at(12), at(12.5)

    story.feed(LegLeft(at(60), LEG, answered_at, message_at), 60)

    (answered,) = story.facts(AttemptAnswered)
    (abandoned,) = story.facts(AttemptAbandoned)
    (message,) = story.facts(InformationMessagePlayed)
    assert (answered.at, abandoned.at, message.at) == (answered_at, message_at, message_at)
    assert story.end.outcome is AttemptOutcome.ABANDONED


def test_a_message_already_heard_is_not_counted_again_when_the_leg_leaves() -> None:
    story = story_at(AttemptState.MESSAGE)
    story.tell(Trigger.MESSAGE_STARTED, 5)

    story.tell(Trigger.LEFT, 20)

    assert len(story.facts(InformationMessagePlayed)) == 1
    assert len(story.facts(AttemptAbandoned)) == 1


def test_a_leg_that_comes_to_us_after_the_grace_hears_the_message() -> None:
    story = story_at(AttemptState.ANSWERED)

    expired = story.tell(Trigger.GRACE_EXPIRED, 3.7)
    arrived = story.tell(Trigger.ARRIVED, 3.8)

    assert not any(isinstance(command, PlayPrompts) for command in expired.commands)
    assert any(isinstance(command, PlayPrompts) for command in arrived.commands)
    assert not arrived.wants_agent
