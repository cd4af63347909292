"""Callers reach the right agent, and every call that ends has the outcome that it really had."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from app.asterisk.call_files import Caller
from calls.facts import (
    AgentStateChanged,
    CallArrived,
    CallConnected,
    CallEnded,
    CallOffered,
    CallQueued,
    MenuChosen,
    OfferUnanswered,
    VoicemailLeft,
)
from calls.ids import AgentId
from calls.words import AgentState, CallPhase, Department, HangupCause, InboundOutcome
from tests.e2e.audio import tone_seconds
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.floor import (
    ALWAYS_CLOSED,
    ALWAYS_OPEN,
    QUICK,
    RING_SECONDS,
    complete,
    controller,
    dealers,
    prompt,
    prompt_length,
    with_still_waiting,
)
from tests.e2e.wire import Wire

AGENT_HERTZ, CALLER_HERTZ = 1000.0, 440.0
pytestmark = pytest.mark.usefixtures("quiet")


async def test_callers_reach_the_agents_of_all_departments_and_they_hear_each_other(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    chosen = {
        "+31612345671": ("1", Department.SALES, "agent1"),
        "+31612345672": ("2", Department.PARTS, "agent2"),
        "+31612345673": ("3", Department.WORKSHOP, "agent3"),
        "+31612345670": ("0", Department.RECEPTION, "agent4"),
    }
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    at_work = [agent for _, _, agent in chosen.values()]
    async with controller(dealer_asterisk, tmp_path, known, at_work) as watched:
        for cli, (key, _, _) in chosen.items():
            network_asterisk.call(Caller(person=f"presses-{key}", ddi=DDI, cli=cli, press=key, talk=3))
        await watched.ended(count=len(chosen))

    clis = {call.call_id: call.cli for call in watched.of(CallArrived)}
    for call in watched.of(CallConnected):
        _, department, agent = chosen[clis[call.call_id] or ""]
        assert (call.department, call.agent_id) == (department, agent)
    for ended in watched.of(CallEnded):
        assert (ended.outcome, ended.phase) == (InboundOutcome.CONNECTED, CallPhase.TALKING)
        assert 2.5 < ended.talk_seconds < 4.5
    for leg in wire.lines():
        assert leg.heard.tone_seconds(AGENT_HERTZ) > 1.5
    for leg in wire.phones():
        assert leg.heard.tone_seconds(CALLER_HERTZ) > 2.5
    assert (len(wire.lines()), len(wire.phones())) == (len(chosen), len(chosen))


async def test_a_caller_who_is_hung_up_on_had_a_conversation_and_the_agent_gets_wrap_up(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",)) as watched:
        network_asterisk.call(Caller(person="talks", ddi=DDI, cli="+31612345671", press="1", talk=60))
        connected = await watched.fact(CallConnected)
        await watched.program.control.hang_up(connected.call_id, "test")
        ended = await watched.ended()
        await network_asterisk.step("talks", "ended")
        await network_asterisk.step("agent1", "ended")

    assert (ended.outcome, ended.phase, ended.cause) == (
        InboundOutcome.CONNECTED,
        CallPhase.TALKING,
        HangupCause.NORMAL,
    )
    assert AgentState.WRAP_UP in [fact.after for fact in watched.of(AgentStateChanged)]


async def test_a_key_during_the_prompt_ends_the_prompt_and_is_understood(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known) as watched:
        network_asterisk.call(
            Caller(person="knows", ddi=DDI, cli="+31612345671", press="3", press_after=1.2, patience=1)
        )
        chosen = await watched.fact(MenuChosen)
        arrived = await watched.fact(CallArrived)
        await watched.ended()

    assert (chosen.department, chosen.misses) == (Department.WORKSHOP, 0)
    assert chosen.at - arrived.at > timedelta(seconds=1)
    (line,) = wire.lines()
    greeting = line.heard.hears(prompt(dealer_asterisk, "welcome"))
    assert greeting is not None
    assert chosen.at - greeting < prompt_length(dealer_asterisk, "welcome")
    assert line.heard.hears(prompt(dealer_asterisk, "menu")) is None


async def test_after_two_misses_the_caller_is_helped_by_the_reception(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent4",)) as watched:
        network_asterisk.call(Caller(person="lost", ddi=DDI, cli="+31612345671", press="9w8", talk=1))
        chosen = await watched.fact(MenuChosen)
        connected = await watched.fact(CallConnected)
        await watched.ended()

    assert (chosen.department, chosen.misses, chosen.by_default) == (Department.RECEPTION, 2, True)
    assert connected.agent_id == "agent4"
    (line,) = wire.lines()
    assert line.heard.hears(prompt(dealer_asterisk, "menu-miss")) is not None


async def test_a_caller_who_hangs_up_in_the_menu_is_lost_there_and_a_quick_one_is_a_short_abandon(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known) as watched:
        network_asterisk.call(Caller(person="hasty", ddi=DDI, cli="+31612345671", patience=1))
        network_asterisk.call(Caller(person="slow", ddi=DDI, cli="+31612345672", press="9", patience=6))
        hasty, slow = await watched.ended(), await watched.ended(count=2)

    assert hasty.outcome is InboundOutcome.SHORT_ABANDONED
    assert (slow.outcome, slow.phase, slow.department) == (InboundOutcome.LOST, CallPhase.MENU, None)


async def test_a_caller_who_gives_up_in_the_queue_is_lost_for_that_department(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known) as watched:
        network_asterisk.call(Caller(person="waits", ddi=DDI, cli="+31612345673", press="2", patience=7))
        ended = await watched.ended()

    assert (ended.outcome, ended.phase) == (InboundOutcome.LOST, CallPhase.QUEUE)
    assert ended.department is Department.PARTS
    assert ended.wait_seconds is not None
    assert 6 < ended.wait_seconds < 8


async def test_a_caller_who_gives_up_while_the_phone_rings_is_lost_there_and_the_agent_is_free_again(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    await network_asterisk.phone_does("agent2", "noanswer")
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent2",)) as watched:
        network_asterisk.call(Caller(person="gives-up", ddi=DDI, cli="+31612345673", press="2", patience=6))
        ended = await watched.ended()
        agent = watched.program.desk.floor.agent(AgentId("agent2"))

    assert (ended.outcome, ended.phase) == (InboundOutcome.LOST, CallPhase.RINGING)
    assert agent.state is AgentState.AVAILABLE
    assert (await network_asterisk.step("agent2", "ended")).at >= ended.at - timedelta(seconds=0.1)


async def test_who_waits_hears_music_and_then_that_it_still_takes_a_while(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    known = with_still_waiting(dealers(tmp_path, ALWAYS_OPEN, QUICK), 3)
    async with controller(dealer_asterisk, tmp_path, known) as watched:
        network_asterisk.call(Caller(person="waits", ddi=DDI, cli="+31612345671", press="1", patience=10))
        queued = await watched.fact(CallQueued)
        ended = await watched.ended()

    heard = wire.lines()[0].heard
    told = heard.hears(prompt(dealer_asterisk, "still-waiting"))
    assert told is not None
    # The second time is due after 6 seconds.
    assert timedelta(seconds=2.8) < told - queued.at < timedelta(seconds=5.8)
    music_before, after = heard.since(queued.at).until(told), heard.since(told)
    assert music_before.loud_seconds() > 1.5
    # A prompt of 4 seconds and music after it; neither the caller's lease nor their patience ran out.
    assert after.loud_seconds() > 5
    assert (ended.outcome, ended.phase) == (InboundOutcome.LOST, CallPhase.QUEUE)


async def test_an_agent_who_does_not_answer_is_paused_and_the_caller_gets_the_next_one(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    await network_asterisk.phone_does("agent1", "noanswer")
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1", "agent5")) as watched:
        network_asterisk.call(Caller(person="patient", ddi=DDI, cli="+31612345674", press="1", talk=2))
        unanswered = await watched.fact(OfferUnanswered)
        connected = await watched.fact(CallConnected)
        ended = await watched.ended()
        agent = watched.program.desk.floor.agent(AgentId("agent1"))

    assert unanswered.agent_id == "agent1"
    assert connected.agent_id == "agent5"
    assert ended.outcome is InboundOutcome.CONNECTED
    assert (agent.state, agent.reason) == (AgentState.PAUSED, "no_answer")


async def test_an_agent_whose_phone_is_busy_is_passed_over_at_once(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    await network_asterisk.phone_does("agent1", "busy")
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1", "agent5")) as watched:
        network_asterisk.call(Caller(person="patient", ddi=DDI, cli="+31612345674", press="1", talk=1))
        offered = await watched.fact(CallOffered)
        unanswered = await watched.fact(OfferUnanswered)
        connected = await watched.fact(CallConnected)
        await watched.ended()
        agent = watched.program.desk.floor.agent(AgentId("agent1"))

    assert unanswered.cause is HangupCause.BUSY
    assert unanswered.at - offered.at < timedelta(seconds=RING_SECONDS)
    assert connected.agent_id == "agent5"
    assert agent.state is AgentState.PAUSED


async def test_a_pressing_queue_goes_first_and_the_others_keep_their_order(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    pressing = QUICK.replace("[dealers.demo.queues.workshop]", "[dealers.demo.queues.workshop]\npriority = 5")
    known = dealers(tmp_path, ALWAYS_OPEN, pressing)
    async with controller(dealer_asterisk, tmp_path, known) as watched:
        for number, key in enumerate("223", 1):
            network_asterisk.call(
                Caller(person=f"caller{number}", ddi=DDI, cli=f"+3161234567{number}", press=key, talk=1)
            )
            await watched.fact(CallQueued, count=number)
        watched.program.desk.login(AgentId("agent6"))
        await watched.ended(count=3)

    clis = {call.call_id: call.cli for call in watched.of(CallArrived)}
    served = [clis[call.call_id] for call in watched.of(CallConnected)]
    assert served == ["+31612345673", "+31612345671", "+31612345672"]


async def test_the_agent_who_is_free_for_longest_is_rung_among_equals(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent5",)) as watched:
        watched.program.desk.login(AgentId("agent1"))
        for number in (1, 2):
            network_asterisk.call(
                Caller(person=f"caller{number}", ddi=DDI, cli="+31612345671", press="1", talk=1)
            )
            await watched.ended(count=number)

    assert [call.agent_id for call in watched.of(CallConnected)] == ["agent5", "agent1"]


async def test_after_a_call_the_agent_has_time_to_write_up_and_may_be_done_early(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    long = QUICK.replace("[dealers.demo.queues.parts]\nwrap_up_seconds = 1", "[dealers.demo.queues.parts]")
    known = dealers(tmp_path, ALWAYS_OPEN, long)
    agents = {"agent1": "1", "agent2": "2"}
    async with controller(dealer_asterisk, tmp_path, known, tuple(agents)) as watched:
        for agent, key in agents.items():
            network_asterisk.call(
                Caller(person=f"calls-{agent}", ddi=DDI, cli="+31612345671", press=key, talk=1)
            )
        await watched.ended(count=2)
        await asyncio.sleep(2)
        watched.program.desk.finish_wrap_up(AgentId("agent2"))

    moves = {
        (move.agent_id, move.after): move
        for move in watched.of(AgentStateChanged)
        if AgentState.WRAP_UP in (move.before, move.after)
    }
    began = moves[AgentId("agent1"), AgentState.WRAP_UP]
    timed = moves[AgentId("agent1"), AgentState.AVAILABLE]
    assert timed.at - began.at > timedelta(seconds=0.9)
    assert timed.reason == "wrap_up_timer"
    assert moves[AgentId("agent2"), AgentState.AVAILABLE].reason == "wrap_up_finished"


async def test_outside_opening_hours_the_caller_can_leave_a_message(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    known = dealers(tmp_path, ALWAYS_CLOSED)
    async with controller(dealer_asterisk, tmp_path, known) as watched:
        network_asterisk.call(Caller(person="evening", ddi=DDI, cli="+31612345675", patience=15))
        left = await watched.fact(VoicemailLeft, limit=40)
        ended = await watched.ended(limit=40)

    assert left.seconds >= 2
    assert ended.outcome is InboundOutcome.VOICEMAIL
    recording = dealer_asterisk.node.state_dir / "spool" / "recording" / f"{left.recording_id}.wav"
    assert tone_seconds(await complete(recording), CALLER_HERTZ) > 2


async def test_hidden_and_malformed_numbers_are_served_like_any_other(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    numbers = {"1": None, "2": "not-a-number", "3": "anonymous", "0": "0" * 28}
    at_work = ("agent1", "agent2", "agent3", "agent4")
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, at_work) as watched:
        for key, cli in numbers.items():
            network_asterisk.call(Caller(person=f"hidden{key}", ddi=DDI, cli=cli, press=key, talk=1))
        await watched.ended(count=len(numbers))

    assert {call.cli for call in watched.of(CallArrived)} == {None}
    assert {call.outcome for call in watched.of(CallEnded)} == {InboundOutcome.CONNECTED}
