from dataclasses import replace

import pytest

from calls.commands import (
    CancelTimer,
    CloseBridge,
    Command,
    HangUp,
    JoinPeople,
    PlayPrompts,
    Publish,
    RingAgent,
    SetLease,
    SetTimer,
    StartMusic,
    StopMusic,
    StopPrompts,
)
from calls.facts import CallConnected, CallEnded, CallOffered, CallQueued, Fact, OfferUnanswered
from calls.ids import LegId, PlaybackId, RecordingId, bridge_of, offer_leg
from calls.legs import (
    DigitPressed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegLeft,
    LegRinging,
    PeopleJoined,
    PromptFinished,
    PromptStarted,
    RecordingStopped,
    TimerExpired,
)
from calls.words import CallPhase, Department, HangupCause, InboundOutcome
from routing.flow import (
    AgentChosen,
    AgentGone,
    RoutedCall,
    RoutingFact,
    Stage,
    Step,
    ended,
    resume,
    start,
    step,
)
from tests.unit.routing.people import ANNA, BRAM, DEMO, SALES, START, after, call_id

CALL = call_id(1)
CUSTOMER = LegId("1700000000.1")
BRIDGE = bridge_of(CALL)
FIRST, SECOND = offer_leg(CALL, 0), offer_leg(CALL, 1)
PLAYBACK = PlaybackId(f"{CALL}-q01")

CHOSEN = AgentChosen(after(10), ANNA, "longest_idle")
ARRIVED = LegArrived(after(12), FIRST, "offered", FIRST, "")
JOINED = PeopleJoined(after(12.5), BRIDGE)
STILL_WAITING = TimerExpired(after(8), "still-waiting")
CUSTOMER_GONE = LegEnded(after(20), CUSTOMER, HangupCause.NORMAL)
CUSTOMER_LEFT = LegLeft(after(20), CUSTOMER)
AGENT_REJECTED = LegEnded(after(20), FIRST, HangupCause.REJECTED)
RING_TIMER = TimerExpired(after(25), "ring-1")


def call(*facts: RoutingFact) -> Step:
    last = start(SALES, CALL, CUSTOMER, "+31612345678", START)
    for fact in facts:
        last = step(last.state, fact)
    return last


def published(commands: tuple[Command, ...]) -> list[Fact]:
    return [command.fact for command in commands if isinstance(command, Publish)]


SITUATIONS: dict[str, RoutedCall] = {
    "waiting": call().state,
    "waiting, told so": call(STILL_WAITING).state,
    "waiting again": call(CHOSEN, AGENT_REJECTED).state,
    "offered": call(CHOSEN).state,
    "offered, prompt stopping": call(STILL_WAITING, CHOSEN).state,
    "joining": call(CHOSEN, ARRIVED).state,
    "talking": call(CHOSEN, ARRIVED, JOINED).state,
    "ended": call(CUSTOMER_GONE).state,
}
FACTS: dict[str, RoutingFact] = {
    "agent chosen": CHOSEN,
    "agent gone": AgentGone(after(20), ANNA),
    "another agent gone": AgentGone(after(20), BRAM),
    "agent's leg arrived": ARRIVED,
    "older leg arrived": LegArrived(after(12), offer_leg(CALL, 9), "offered", "", ""),
    "customer arrived": LegArrived(after(12), CUSTOMER, "in", "+31401234567", ""),
    "joined": JOINED,
    "customer ended": CUSTOMER_GONE,
    "customer left": CUSTOMER_LEFT,
    "agent's leg ended": AGENT_REJECTED,
    "agent's leg left": LegLeft(after(20), FIRST),
    "older leg ended": LegEnded(after(20), offer_leg(CALL, 9), HangupCause.NORMAL),
    "older leg left": LegLeft(after(20), offer_leg(CALL, 9)),
    "ring timer": RING_TIMER,
    "older ring timer": TimerExpired(after(25), "ring-0"),
    "still-waiting timer": STILL_WAITING,
    "prompt finished": PromptFinished(after(15), CUSTOMER, PLAYBACK),
    "older prompt finished": PromptFinished(after(15), CUSTOMER, PlaybackId(f"{CALL}-p01")),
    "ringing": LegRinging(after(11), FIRST),
    "answered": LegAnswered(after(12), FIRST),
    "digit": DigitPressed(after(12), CUSTOMER, "1"),
    "prompt started": PromptStarted(after(12), CUSTOMER, PLAYBACK),
    "recording stopped": RecordingStopped(after(12), RecordingId(f"{CALL}-v00"), 9),
}
OFFER = (Publish, RingAgent, SetTimer)
PROMPT = (StopMusic, PlayPrompts, SetTimer)
JOIN = (StopMusic, JoinPeople, SetTimer)
UNANSWERED = (HangUp, CancelTimer, Publish)
UNJOINED = (HangUp, CancelTimer, Publish, CloseBridge, StartMusic)
EFFECTS: dict[tuple[str, str], tuple[Stage, tuple[type, ...]]] = {
    ("waiting", "agent chosen"): (Stage.OFFERED, OFFER),
    ("waiting", "agent's leg arrived"): (Stage.WAITING, (HangUp,)),
    ("waiting", "customer ended"): (Stage.ENDED, (Publish,)),
    ("waiting", "customer left"): (Stage.ENDED, (Publish,)),
    ("waiting", "still-waiting timer"): (Stage.WAITING, PROMPT),
    ("waiting, told so", "agent chosen"): (Stage.OFFERED, (StopPrompts, *OFFER)),
    ("waiting, told so", "agent's leg arrived"): (Stage.WAITING, (HangUp,)),
    ("waiting, told so", "customer ended"): (Stage.ENDED, (Publish,)),
    ("waiting, told so", "customer left"): (Stage.ENDED, (Publish,)),
    ("waiting, told so", "still-waiting timer"): (Stage.WAITING, PROMPT),
    ("waiting, told so", "prompt finished"): (Stage.WAITING, (StartMusic,)),
    ("waiting again", "agent chosen"): (Stage.OFFERED, OFFER),
    ("waiting again", "agent's leg arrived"): (Stage.WAITING, (HangUp,)),
    ("waiting again", "customer ended"): (Stage.ENDED, (Publish,)),
    ("waiting again", "customer left"): (Stage.ENDED, (Publish,)),
    ("waiting again", "still-waiting timer"): (Stage.WAITING, PROMPT),
    ("offered", "agent gone"): (Stage.WAITING, UNANSWERED),
    ("offered", "agent's leg arrived"): (Stage.JOINING, JOIN),
    ("offered", "customer ended"): (Stage.ENDED, (HangUp, Publish)),
    ("offered", "customer left"): (Stage.ENDED, (HangUp, Publish)),
    ("offered", "agent's leg ended"): (Stage.WAITING, UNANSWERED),
    ("offered", "agent's leg left"): (Stage.WAITING, UNANSWERED),
    ("offered", "ring timer"): (Stage.WAITING, UNANSWERED),
    ("offered", "still-waiting timer"): (Stage.OFFERED, (SetTimer,)),
    ("joining", "agent gone"): (Stage.WAITING, UNJOINED),
    ("joining", "joined"): (Stage.TALKING, (SetLease, CancelTimer, CancelTimer, Publish)),
    ("joining", "customer ended"): (Stage.ENDED, (HangUp, CloseBridge, Publish)),
    ("joining", "customer left"): (Stage.ENDED, (HangUp, CloseBridge, Publish)),
    ("joining", "agent's leg ended"): (Stage.WAITING, UNJOINED),
    ("joining", "agent's leg left"): (Stage.WAITING, UNJOINED),
    ("joining", "ring timer"): (Stage.WAITING, UNJOINED),
    ("joining", "still-waiting timer"): (Stage.JOINING, (SetTimer,)),
    ("talking", "customer ended"): (Stage.ENDED, (HangUp, CloseBridge, Publish)),
    ("talking", "customer left"): (Stage.ENDED, (HangUp, CloseBridge, Publish)),
    ("talking", "agent's leg ended"): (Stage.ENDED, (HangUp, CloseBridge, Publish)),
    ("talking", "agent's leg left"): (Stage.ENDED, (HangUp, HangUp, CloseBridge, Publish)),
    ("ended", "agent's leg arrived"): (Stage.ENDED, (HangUp,)),
}
EFFECTS |= {(situation, "older leg arrived"): (one.stage, (HangUp,)) for situation, one in SITUATIONS.items()}
EFFECTS |= {
    ("offered, prompt stopping", fact): effect
    for (situation, fact), effect in EFFECTS.items()
    if situation == "offered"
}
EFFECTS["offered, prompt stopping", "prompt finished"] = (Stage.OFFERED, (StartMusic,))


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_in_every_situation_has_its_effect_or_none(situation: str, fact: str) -> None:
    before = SITUATIONS[situation]

    last = step(before, FACTS[fact])

    if (situation, fact) in EFFECTS:
        assert (last.state.stage, tuple(map(type, last.commands))) == EFFECTS[situation, fact]
    else:
        assert last == Step(before)


def test_every_stage_has_a_situation() -> None:
    assert {one.stage for one in SITUATIONS.values()} == set(Stage)


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("first", [CUSTOMER_GONE, CUSTOMER_LEFT, AGENT_REJECTED])
def test_a_call_ends_exactly_once_wherever_it_is_and_nobody_is_left_behind(
    situation: str, first: RoutingFact
) -> None:
    routed = SITUATIONS[situation]
    commands: list[Command] = []

    for fact in (first, CUSTOMER_GONE, ARRIVED, JOINED, CHOSEN, RING_TIMER, CUSTOMER_LEFT, STILL_WAITING):
        last = step(routed, fact)
        routed = last.state
        commands += last.commands

    endings = [fact for fact in published(tuple(commands)) if isinstance(fact, CallEnded)]
    assert len(endings) == (0 if situation == "ended" else 1)
    assert routed.stage is Stage.ENDED
    assert HangUp(FIRST) in commands


def test_a_customer_who_joins_is_told_of_hears_music_and_gets_a_clock() -> None:
    queued = CallQueued(START, CALL, DEMO, Department.SALES, 0)

    assert call().commands == (Publish(queued), StartMusic(CUSTOMER), SetTimer("still-waiting", 30))


def test_a_waiting_call_found_after_a_restart_gets_music_and_clock_but_is_not_counted_again() -> None:
    found = replace(SITUATIONS["waiting again"], playing=None)

    assert resume(found) == Step(found, (StartMusic(CUSTOMER), SetTimer("still-waiting", 30)))


def test_a_conversation_found_after_a_restart_is_left_alone() -> None:
    assert resume(SITUATIONS["talking"]) == Step(SITUATIONS["talking"])


def test_a_call_found_waiting_under_a_prompt_gets_its_music_when_the_prompt_is_over() -> None:
    found = replace(SITUATIONS["waiting"], playbacks=2, playing=PlaybackId(f"{CALL}-q02"))

    resumed = resume(found)
    over = step(resumed.state, PromptFinished(START, CUSTOMER, PlaybackId(f"{CALL}-q02")))

    assert resumed.commands == (SetTimer("still-waiting", 30),)
    assert over.commands == (StartMusic(CUSTOMER),)


def test_who_waits_is_told_so_again_and_again_with_music_between() -> None:
    again = call(STILL_WAITING, PromptFinished(after(15), CUSTOMER, PLAYBACK), STILL_WAITING)

    assert again.commands == (
        StopMusic(CUSTOMER),
        PlayPrompts(CUSTOMER, PlaybackId(f"{CALL}-q02"), ("still-waiting",)),
        SetTimer("still-waiting", 30),
    )


def test_an_offer_is_told_before_the_phone_is_rung_and_has_its_own_leg_and_clock() -> None:
    offered = CallOffered(after(10), CALL, DEMO, Department.SALES, ANNA, FIRST, "longest_idle")

    assert call(CHOSEN).commands == (
        Publish(offered),
        RingAgent(FIRST, ANNA, 15, "+31612345678"),
        SetTimer("ring-1", 15),
    )


def test_the_second_offer_rings_another_leg() -> None:
    again = call(CHOSEN, AGENT_REJECTED, AgentChosen(after(30), BRAM, "relaxed"))

    assert again.commands[1:] == (RingAgent(SECOND, BRAM, 15, "+31612345678"), SetTimer("ring-2", 15))


def test_a_prompt_is_stopped_before_the_phone_rings_so_that_the_bridge_need_not_wait() -> None:
    assert call(STILL_WAITING, CHOSEN).commands[0] == StopPrompts(PLAYBACK)


def test_an_agent_who_answers_is_joined_with_the_customer() -> None:
    assert call(CHOSEN, ARRIVED).commands[:2] == (
        StopMusic(CUSTOMER),
        JoinPeople(BRIDGE, (CUSTOMER, FIRST)),
    )


def test_connected_is_when_both_are_in_the_bridge_and_ends_the_lease() -> None:
    connected = CallConnected(after(12.5), CALL, DEMO, Department.SALES, ANNA, FIRST, 12.5)

    commands = call(CHOSEN, ARRIVED, JOINED).commands

    assert commands[0] == SetLease(CUSTOMER, 0)
    assert published(commands) == [connected]


@pytest.mark.parametrize(
    ("fact", "cause"),
    [
        (AGENT_REJECTED, HangupCause.REJECTED),
        (RING_TIMER, HangupCause.NO_ANSWER),
        (LegLeft(after(20), FIRST), HangupCause.FAILURE),
        (AgentGone(after(20), ANNA), HangupCause.FAILURE),
    ],
)
def test_an_offer_that_fails_is_told_with_its_cause(fact: RoutingFact, cause: HangupCause) -> None:
    last = call(CHOSEN, fact)

    (unanswered,) = published(last.commands)
    assert unanswered == OfferUnanswered(fact.at, CALL, DEMO, Department.SALES, ANNA, cause)
    assert HangUp(FIRST) in last.commands


def test_back_in_the_queue_nothing_of_the_wait_is_forgotten() -> None:
    assert call(CHOSEN, RING_TIMER).state.queued_at == START


def test_an_agent_who_answers_after_the_ring_time_is_hung_up() -> None:
    assert call(CHOSEN, RING_TIMER, ARRIVED).commands == (HangUp(FIRST),)


def test_an_agent_who_answers_after_the_ring_time_does_not_disturb_the_next_offer() -> None:
    last = call(CHOSEN, RING_TIMER, AgentChosen(after(30), BRAM, "relaxed"), ARRIVED)

    assert last.commands == (HangUp(FIRST),)
    assert last.state.stage is Stage.OFFERED


def test_the_clock_of_an_earlier_offer_does_not_end_the_next() -> None:
    last = call(CHOSEN, AGENT_REJECTED, AgentChosen(after(21), BRAM, "relaxed"), RING_TIMER)

    assert last.state.stage is Stage.OFFERED
    assert last.commands == ()


def test_an_agent_who_answers_just_as_the_customer_hangs_up_is_hung_up() -> None:
    assert call(CHOSEN, CUSTOMER_GONE, ARRIVED).commands == (HangUp(FIRST),)


def test_when_the_agent_hangs_up_the_customer_is_too() -> None:
    assert HangUp(CUSTOMER) in call(CHOSEN, ARRIVED, JOINED, AGENT_REJECTED).commands


def test_when_the_customer_hangs_up_the_agent_is_too() -> None:
    assert HangUp(FIRST) in call(CHOSEN, ARRIVED, JOINED, CUSTOMER_GONE).commands


def ending(*facts: RoutingFact) -> CallEnded:
    (fact,) = published(call(*facts).commands)
    assert isinstance(fact, CallEnded)
    return fact


def test_a_conversation_ends_as_connected_with_its_wait_and_its_talk() -> None:
    assert ending(CHOSEN, ARRIVED, JOINED, CUSTOMER_GONE) == CallEnded(
        after(20),
        CALL,
        DEMO,
        Department.SALES,
        CallPhase.TALKING,
        InboundOutcome.CONNECTED,
        HangupCause.NORMAL,
        12.5,
        7.5,
    )


GONE_SOON = LegEnded(after(4.9), CUSTOMER, HangupCause.NORMAL)
GONE_A_LITTLE_LATER = LegEnded(after(5), CUSTOMER, HangupCause.NORMAL)


@pytest.mark.parametrize(
    ("facts", "phase", "outcome"),
    [
        ((GONE_SOON,), CallPhase.QUEUE, InboundOutcome.SHORT_ABANDONED),
        ((CHOSEN, GONE_SOON), CallPhase.RINGING, InboundOutcome.SHORT_ABANDONED),
        ((GONE_A_LITTLE_LATER,), CallPhase.QUEUE, InboundOutcome.LOST),
        ((CHOSEN, CUSTOMER_GONE), CallPhase.RINGING, InboundOutcome.LOST),
        ((CHOSEN, ARRIVED, CUSTOMER_GONE), CallPhase.RINGING, InboundOutcome.LOST),
        ((CHOSEN, AGENT_REJECTED, CUSTOMER_GONE), CallPhase.QUEUE, InboundOutcome.LOST),
        ((CUSTOMER_LEFT,), CallPhase.QUEUE, InboundOutcome.DIVERTED),
        ((CHOSEN, CUSTOMER_LEFT), CallPhase.RINGING, InboundOutcome.DIVERTED),
        ((CHOSEN, ARRIVED, JOINED, CUSTOMER_LEFT), CallPhase.TALKING, InboundOutcome.CONNECTED),
        ((CHOSEN, ARRIVED, JOINED, AGENT_REJECTED), CallPhase.TALKING, InboundOutcome.CONNECTED),
    ],
)
def test_an_ended_call_has_the_phase_it_was_in_and_one_outcome(
    facts: tuple[RoutingFact, ...], phase: CallPhase, outcome: InboundOutcome
) -> None:
    fact = ending(*facts)

    assert (fact.phase, fact.outcome) == (phase, outcome)


def test_a_call_lost_with_asterisk_is_never_a_short_abandon() -> None:
    fact = ended(SITUATIONS["waiting"], HangupCause.LOST_WHILE_DOWN, after(1))

    assert fact.outcome is InboundOutcome.LOST
