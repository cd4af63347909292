"""Agents on a campaign's open line who take callers too."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from calls.commands import (
    CancelTimer,
    HangUp,
    JoinPeople,
    Publish,
    RingAgent,
    SetLease,
    SetTimer,
    StartMusic,
    StopMusic,
    StopPrompts,
)
from calls.facts import CallConnected, CallEnded, CallOffered, OfferUnanswered
from calls.ids import CampaignId, DealerId, LegId, bridge_of, line_leg
from calls.legs import LegEnded, LegLeft, PeopleJoined, TimerExpired
from calls.words import AgentState, CallPhase, Department, HangupCause, InboundOutcome
from routing.agent import Agent
from routing.flow import AgentChosen, RoutedCall, RoutingFact, Stage, Step, playback_id, start, step
from tests.unit.routing.people import (
    ANNA,
    APK,
    BRAM,
    DEMO,
    PARTS,
    SALES,
    START,
    after,
    agent,
    call_id,
    floor_with,
    waiting,
)

CALL, LINE = call_id(1), call_id(7)
CUSTOMER = LegId("1700000000.1")
CHOSEN = AgentChosen(after(10), ANNA, "only_qualified", LINE)
JOINED = PeopleJoined(after(10.2), bridge_of(LINE))
CUSTOMER_GONE = LegEnded(after(20), CUSTOMER, HangupCause.NORMAL)
LINE_GONE = LegEnded(after(20), line_leg(LINE), HangupCause.NORMAL)
TYRES = CampaignId("tyres-june")


def on_line(campaign_id: CampaignId = APK, *, up: bool = True, sales: int = 0, parts: int = 0) -> Agent:
    return changed(agent(ANNA, sales=sales, parts=parts), campaign_id=campaign_id, line_open=up)


def call(*facts: RoutingFact) -> Step:
    last = start(SALES, CALL, CUSTOMER, None, START)
    for fact in facts:
        last = step(last.state, fact)
    return last


def talking() -> RoutedCall:
    return call(CHOSEN, JOINED).state


# Choosing


def test_an_agent_on_a_line_gets_no_callers_unless_the_campaign_is_blended() -> None:
    floor = floor_with(on_line(sales=9))
    floor.enqueue(waiting(1))

    before = floor.assign(after(1))
    floor.blend([APK])
    (assignment,) = floor.assign(after(1))

    assert before == []
    assert assignment.agent_id == ANNA


@pytest.mark.parametrize(
    "nobody",
    [on_line(up=False, sales=9), on_line(TYRES, sales=9), on_line(parts=9)],
    ids=["line not up", "other campaign", "other skill"],
)
def test_a_caller_waits_when_no_line_agent_can_help(nobody: Agent) -> None:
    floor = floor_with(nobody)
    floor.blend([APK])
    floor.enqueue(waiting(1))

    assert floor.assign(after(1)) == []


def test_somebody_who_only_takes_callers_goes_before_one_on_a_line_who_is_idle_for_longer() -> None:
    floor = floor_with(on_line(sales=9), agent(BRAM, since=100, sales=5))
    floor.blend([APK])
    floor.enqueue(waiting(1, since=100))
    floor.enqueue(waiting(2, since=101))

    first, second = floor.assign(after(102))

    assert (first.agent_id, second.agent_id) == (BRAM, ANNA)


def test_whoever_waits_for_agents_on_lines_is_told_to_the_pacing() -> None:
    floor = floor_with(on_line(sales=9), agent(BRAM, parts=9))
    floor.enqueue(waiting(1))
    floor.enqueue(waiting(2, plan=replace(PARTS, requirements=(*SALES.requirements, *PARTS.requirements))))

    unblended = floor.callers_for(APK)
    floor.blend([APK])
    blended = floor.callers_for(APK)

    assert (unblended.waiting, blended.waiting, blended.others_free) == (0, 1, 1)
    assert floor.lines_take(APK, SALES)
    assert not floor.lines_take(APK, PARTS)
    assert not floor.lines_take(TYRES, SALES)


def test_agents_on_a_campaign_count_as_given_callers_only_over_the_open_line_of_a_blended_one() -> None:
    floor = floor_with(changed(on_line(), state=AgentState.ON_CALL))
    unblended = floor.inbound_agents(DEMO)
    floor.blend([APK])
    blended = floor.inbound_agents(DEMO)
    floor.line_down(ANNA)

    assert (unblended, blended, floor.inbound_agents(DEMO)) == (0, 1, 0)


@pytest.mark.parametrize("state", AgentState)
def test_agents_at_work_busy_or_not_count_as_given_the_callers_of_their_dealers(state: AgentState) -> None:
    floor = floor_with(agent(ANNA, state), agent(BRAM, state, dealers=frozenset({DealerId("noord")})))

    at_work = state not in (AgentState.LOGGED_OUT, AgentState.PAUSED)
    assert floor.inbound_agents(DEMO) == at_work
    assert floor.inbound_agents(DealerId("noord")) == 2 * at_work


def test_the_estimate_of_the_wait_counts_agents_on_the_lines_of_blended_campaigns() -> None:
    floor = floor_with(on_line(sales=9))
    floor.enqueue(waiting(1))

    before = floor.view(after(1)).queues[0].estimated_wait_seconds
    floor.blend([APK])

    assert before is None
    assert floor.view(after(1)).queues[0].estimated_wait_seconds is not None


# The call


def test_the_caller_comes_into_the_agents_line_at_once_and_no_phone_rings() -> None:
    offered = call(CHOSEN)

    assert offered.state.stage is Stage.JOINING
    assert offered.commands == (
        Publish(CallOffered(after(10), CALL, DEMO, Department.SALES, ANNA, line_leg(LINE), "only_qualified")),
        StopMusic(CUSTOMER),
        JoinPeople(bridge_of(LINE), (CUSTOMER,)),
        SetTimer("ring-1", 5.0),
    )
    assert not any(isinstance(command, RingAgent) for command in offered.commands)


def test_a_prompt_that_plays_is_stopped_first() -> None:
    told = call(TimerExpired(after(8), "still-waiting"))

    offered = step(told.state, CHOSEN)

    assert offered.commands[0] == StopPrompts(playback_id(CALL, 1))


def test_in_the_line_they_talk_and_the_lease_is_off() -> None:
    joined = call(CHOSEN, JOINED)

    (connected,) = [each.fact for each in joined.commands if isinstance(each, Publish)]
    assert isinstance(connected, CallConnected)
    assert (connected.agent_id, connected.leg_id) == (ANNA, line_leg(LINE))
    assert SetLease(CUSTOMER, 0) in joined.commands


@pytest.mark.parametrize("end", [CUSTOMER_GONE, LegLeft(after(20), CUSTOMER)], ids=["hangs up", "leaves"])
def test_when_the_customer_goes_the_line_stays(end: RoutingFact) -> None:
    over = step(talking(), end)

    (ended,) = [command.fact for command in over.commands if isinstance(command, Publish)]
    assert len(over.commands) == 1
    assert isinstance(ended, CallEnded)
    assert (ended.phase, ended.outcome) == (CallPhase.TALKING, InboundOutcome.CONNECTED)


def test_when_the_line_goes_the_customer_is_hung_up() -> None:
    over = step(talking(), LINE_GONE)

    assert over.commands[0] == HangUp(CUSTOMER)
    assert over.state.stage is Stage.ENDED
    assert len(over.commands) == 2


@pytest.mark.parametrize(
    "late", [LINE_GONE, TimerExpired(after(15), "ring-1")], ids=["line gone", "not joined in time"]
)
def test_a_caller_who_does_not_come_into_the_line_waits_on_with_music(late: RoutingFact) -> None:
    back = step(call(CHOSEN).state, late)

    assert (back.state.stage, back.state.offer) == (Stage.WAITING, None)
    (unanswered,) = [command.fact for command in back.commands if isinstance(command, Publish)]
    assert isinstance(unanswered, OfferUnanswered)
    assert [each for each in back.commands if not isinstance(each, Publish)] == [
        CancelTimer("ring-1"),
        StartMusic(CUSTOMER),
    ]


def test_a_customer_who_goes_while_being_joined_leaves_the_line_alone() -> None:
    over = step(call(CHOSEN).state, CUSTOMER_GONE)

    assert [type(command) for command in over.commands] == [Publish]
