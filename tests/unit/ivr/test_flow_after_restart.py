"""Callers before the queue whom a new controller finds."""

from calls.commands import (
    PlayPrompts,
    Publish,
    SetTimer,
    StopPrompts,
)
from calls.facts import CallEnded, VoicemailLeft
from calls.legs import (
    LegEnded,
    PromptFinished,
    RecordingStopped,
    TimerExpired,
)
from calls.words import HangupCause, InboundOutcome
from ivr.flow import Ivr, Stage, resume, step
from tests.unit.ivr.story import (
    ARRIVED,
    CALL,
    LEG,
    PLAN,
    RECORDING,
    at,
    digit,
    finished,
    playback,
)


def test_a_caller_found_in_the_menu_after_a_restart_hears_the_prompt_to_its_end_and_may_press_meanwhile() -> (
    None
):
    found = resume(Ivr(CALL, LEG, PLAN, None, ARRIVED, Stage.MENU, playbacks=2, playing=playback(2)))

    pressed = step(found.state, digit("1"))
    heard = step(found.state, PromptFinished(at(8), LEG, playback(2)))

    assert found.commands == ()
    assert StopPrompts(playback(2)) in pressed.commands
    assert pressed.state.stage is Stage.QUEUED
    assert heard.commands == (SetTimer("silence", 5),)


def test_a_caller_found_in_silence_after_a_restart_hears_the_menu_at_once_and_has_the_usual_time_to_press() -> (
    None
):
    found = resume(Ivr(CALL, LEG, PLAN, None, ARRIVED, Stage.MENU, playbacks=12))

    heard = step(found.state, finished(13))
    missed = step(heard.state, TimerExpired(at(5), "silence"))

    assert found.commands == (PlayPrompts(LEG, playback(13), ("menu",)),)
    assert heard.commands == (SetTimer("silence", 5),)
    assert missed.commands == (PlayPrompts(LEG, playback(14), ("menu-miss", "menu")),)


def test_a_message_under_way_at_a_restart_is_waited_for_and_listed_once() -> None:
    found = resume(Ivr(CALL, LEG, PLAN, None, ARRIVED, Stage.RECORDING, playbacks=12))

    kept = step(found.state, RecordingStopped(at(40), RECORDING, 20.0))

    assert found.commands == (SetTimer("recording", 130),)
    assert [type(command.fact) for command in kept.commands if isinstance(command, Publish)] == [
        VoicemailLeft
    ]
    assert kept.state.stage is Stage.PARTING


def test_a_caller_whose_message_is_listed_already_is_thanked_after_a_restart_and_counts_as_voicemail() -> (
    None
):
    found = resume(Ivr(CALL, LEG, PLAN, None, ARRIVED, Stage.PARTING, playbacks=12, recorded_seconds=20.0))

    over = step(found.state, LegEnded(at(60), LEG, HangupCause.NORMAL))

    assert found.commands == (PlayPrompts(LEG, playback(13), ("voicemail-thanks",)),)
    (end,) = [command.fact for command in over.commands if isinstance(command, Publish)]
    assert isinstance(end, CallEnded)
    assert end.outcome is InboundOutcome.VOICEMAIL


def test_a_caller_who_hears_that_we_are_closed_at_a_restart_hears_it_to_its_end() -> None:
    found = resume(Ivr(CALL, LEG, PLAN, None, ARRIVED, Stage.CLOSED, playbacks=1, playing=playback(1)))

    heard = step(found.state, PromptFinished(at(8), LEG, playback(1)))

    assert found.commands == ()
    assert heard.state.stage is Stage.RECORDING
