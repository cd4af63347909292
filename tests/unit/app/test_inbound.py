from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.inbound import InboundCall, InboundPlan
from calls.commands import Command, HangUp, JoinPeople, PlayPrompts, Publish, RingAgent, SetLease
from calls.facts import CallConnected, CallEnded, CallQueued, Fact, MenuChosen, VoicemailLeft
from calls.ids import PlaybackId, RecordingId, bridge_of, offer_leg
from calls.legs import (
    DigitPressed,
    LegArrived,
    LegEnded,
    LegLeft,
    PeopleJoined,
    PromptFinished,
    RecordingStopped,
    TimerExpired,
)
from calls.words import CallPhase, HangupCause, InboundOutcome
from ivr.entry import VoicemailPlan
from ivr.flow import RECORDING_TIMER, SILENCE_TIMER
from ivr.hours import Opening, OpeningReason
from routing.flow import STILL_WAITING_TIMER, AgentChosen, RoutedCall, RoutingFact, Stage
from tests.fakes.virtual_time import START, after
from tests.unit.app.people import ANNA, CALLER, ENTRY, SALES, arrived, call_id

CALL = call_id(1)
OFFER = offer_leg(CALL, 0)
RECORDING = RecordingId(f"{CALL}-v00")
VOICEMAIL = replace(ENTRY, voicemail=VoicemailPlan("leave-a-message", "thanks", 2, 120, 5))
LAST_WORDS = (LegEnded(after(900), CALLER, HangupCause.NORMAL), TimerExpired(after(906), RECORDING_TIMER))


def a_call(*, is_open: bool = True) -> InboundCall:
    plan = InboundPlan(ENTRY if is_open else VOICEMAIL, opening(is_open), lambda _department: SALES)
    return InboundCall(arrived(), plan)


def opening(is_open: bool) -> Opening:
    return Opening(is_open, OpeningReason.WEEKLY, None, None)


def publishes(commands: Iterable[Command]) -> list[Fact]:
    return [command.fact for command in commands if isinstance(command, Publish)]


def tell(call: InboundCall, *facts: RoutingFact) -> list[Command]:
    return [command for fact in facts for command in call.handle(fact)]


def ends(facts: Sequence[Fact]) -> list[CallEnded]:
    return [fact for fact in facts if isinstance(fact, CallEnded)]


def test_a_call_goes_from_the_menu_to_the_queue_to_an_agent_to_its_end() -> None:
    call = a_call()
    first = call.begin()

    chosen = tell(call, DigitPressed(after(4), CALLER, "1"))
    rung = tell(call, AgentChosen(after(5), ANNA, "longest_idle"))
    answered = tell(call, LegArrived(after(9), OFFER, "offered", OFFER, ""))
    joined = tell(call, PeopleJoined(after(9.1), bridge_of(CALL)))
    over = tell(call, LegEnded(after(69.1), CALLER, HangupCause.NORMAL))

    assert publishes(first) == [call.arrived]
    assert [type(fact) for fact in publishes(chosen)] == [MenuChosen, CallQueued]
    assert RingAgent(OFFER, ANNA, SALES.ring_seconds, "+31612345678") in rung
    assert JoinPeople(bridge_of(CALL), (CALLER, OFFER)) in answered
    assert SetLease(CALLER, 0) in joined
    (connected,) = publishes(joined)
    assert isinstance(connected, CallConnected)
    assert HangUp(OFFER) in over
    (end,) = ends(publishes(over))
    assert (end.outcome, end.phase, end.talk_seconds) == (InboundOutcome.CONNECTED, CallPhase.TALKING, 60)
    assert end.wait_seconds == pytest.approx(5.1)
    assert call.ended


def test_the_arrival_is_told_once_although_the_caller_is_received_again() -> None:
    call = a_call()

    assert publishes(call.begin(again=True)) == []
    assert any(isinstance(command, PlayPrompts) for command in a_call().begin(again=True))


def test_the_legs_to_hang_up_are_the_customers_and_the_agents() -> None:
    call = a_call()
    call.begin()
    tell(call, DigitPressed(after(4), CALLER, "1"))
    before = call.legs()

    tell(call, AgentChosen(after(5), ANNA, "longest_idle"))

    assert (before, call.legs()) == ((CALLER,), (CALLER, OFFER))


def test_whoever_watches_sees_where_the_call_is_and_what_it_hears() -> None:
    call = a_call()
    before = call.phase
    call.begin()
    greeting, playing = call.phase, call.playing
    tell(call, DigitPressed(after(4), CALLER, "1"))

    assert (before, greeting, call.phase) == ("", "greeting", "waiting")
    assert (playing, call.playing) == (f"{CALL}-p01", None)


def test_a_message_outside_opening_hours_ends_as_voicemail() -> None:
    call = a_call(is_open=False)
    call.begin()

    commands = tell(
        call,
        PromptFinished(after(8), CALLER, PlaybackId(f"{CALL}-p01")),
        LegEnded(after(20), CALLER, HangupCause.NORMAL),
        RecordingStopped(after(20.1), RECORDING, 11),
    )

    facts = publishes(commands)
    assert any(isinstance(fact, VoicemailLeft) for fact in facts)
    assert [end.outcome for end in ends(facts)] == [InboundOutcome.VOICEMAIL]


def facts_of_a_call() -> st.SearchStrategy[RoutingFact]:
    """Everything that can reach an inbound call, early, late or twice."""
    seconds = st.floats(0, 800)
    legs = st.sampled_from([CALLER, OFFER, offer_leg(CALL, 1), offer_leg(CALL, 2)])
    playbacks = st.sampled_from(
        [PlaybackId(f"{CALL}-{name}") for name in ("p01", "p02", "p03", "q01", "q02")]
    )
    timers = st.sampled_from(
        [SILENCE_TIMER, RECORDING_TIMER, STILL_WAITING_TIMER, "ring-1", "ring-2", "ring-3"]
    )
    causes = st.sampled_from(list(HangupCause))
    at = seconds.map(after)
    return st.one_of(
        st.builds(DigitPressed, at, st.just(CALLER), st.sampled_from("109")),
        st.builds(PromptFinished, at, st.just(CALLER), playbacks),
        st.builds(TimerExpired, at, timers),
        st.builds(RecordingStopped, at, st.just(RECORDING), st.floats(0, 60)),
        st.builds(AgentChosen, at, st.just(ANNA), st.just("longest_idle")),
        st.builds(LegArrived, at, legs, st.just("offered"), st.just(""), st.just("")),
        st.builds(PeopleJoined, at, st.just(bridge_of(CALL))),
        st.builds(LegEnded, at, legs, causes),
        st.builds(LegLeft, at, legs),
    )


@settings(max_examples=50)
@given(st.booleans(), st.lists(facts_of_a_call(), max_size=25))
def test_a_call_ends_exactly_once_whatever_comes_in_whatever_order(
    is_open: bool, facts: list[RoutingFact]
) -> None:
    call = a_call(is_open=is_open)
    call.begin()

    told = publishes(tell(call, *facts, *LAST_WORDS))
    after_the_end = tell(call, *facts, *LAST_WORDS)

    assert call.ended
    assert len(ends(told)) == 1
    assert isinstance(told[-1], CallEnded)
    assert publishes(after_the_end) == []


@settings(max_examples=50)
@given(st.booleans(), st.lists(facts_of_a_call(), max_size=15))
def test_a_call_that_the_program_fails_has_one_end_too(is_open: bool, facts: list[RoutingFact]) -> None:
    call = a_call(is_open=is_open)
    call.begin()

    told = [*publishes(tell(call, *facts)), *call.failed(after(900))]

    assert len(ends(told)) == 1


def test_a_call_that_the_program_fails_in_the_queue_is_lost_by_its_fault() -> None:
    call = a_call()
    call.begin()
    tell(call, DigitPressed(after(4), CALLER, "1"))

    (end,) = ends(list(call.failed(after(60))))

    assert (end.outcome, end.phase, end.cause) == (
        InboundOutcome.LOST,
        CallPhase.QUEUE,
        HangupCause.FAILURE,
    )


def test_what_is_no_fact_of_a_call_is_passed_over() -> None:
    call = a_call()
    call.begin()

    assert list(call.handle("nonsense")) == []
    assert list(call.handle(AgentChosen(START, ANNA, "longest_idle"))) == []
    tell(call, DigitPressed(after(4), CALLER, "1"))
    assert list(call.handle("nonsense")) == []


def test_a_call_taken_over_in_the_queue_hears_music_again() -> None:
    plan = InboundPlan(ENTRY, opening(True), lambda _department: SALES)
    routed = RoutedCall(CALL, CALLER, SALES, None, START, stage=Stage.WAITING, offers=2)
    call = InboundCall.resumed(arrived(), plan, routed)

    commands = call.resume()
    rung = tell(call, AgentChosen(after(5), ANNA, "longest_idle"))

    assert [type(command).__name__ for command in commands] == ["StartMusic", "SetTimer"]
    assert any(isinstance(one, RingAgent) and one.leg_id == offer_leg(CALL, 2) for one in rung)
