import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import time
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.calls_in import Reception
from app.calls_out import OutboundDialler
from app.dealers import Dealer, Dealers
from app.lines import OpenLines
from app.reconcile import Left, Reconciler
from app.storage.takeover import OpenAttempt, OpenCall
from calls.facts import (
    AttemptAbandoned,
    AttemptConnected,
    AttemptEnded,
    CallConnected,
    CallEnded,
    CallOffered,
    DifferenceFound,
    Fact,
)
from calls.ids import BridgeId, ContactId, LegId, attempt_leg, bridge_of, line_leg, offer_leg
from calls.legs import LegEnded
from calls.numbers import PhoneNumber
from calls.words import AgentState, AttemptOutcome, CallPhase, Department, HangupCause, InboundOutcome
from ivr.hours import Block, OpeningHours
from routing.agent import Agent
from tests.fakes.scripted_asterisk import bridge, channel
from tests.fakes.virtual_time import after, settle, virtual_time
from tests.unit.app.bed import Bed, a_bed
from tests.unit.app.people import (
    ANNA,
    APK,
    BRAM,
    CALLER,
    DEMO,
    ENTRY,
    NODE,
    SALES,
    agent,
    call_id,
)

CALL, LINE = call_id(1), call_id(7)
OFFER, ATTEMPT, LINE_LEG = offer_leg(CALL, 0), attempt_leg(CALL), line_leg(LINE)
DDI = "+31401234567"
ALWAYS = OpeningHours(((Block(time(0), time(0)),),) * 7, frozenset(), {}, ZoneInfo("Europe/Amsterdam"))
DEALER = Dealer(
    DEMO, "Demo", ("Eindhoven",), (DDI,), "nl-business", 20, ALWAYS, ENTRY, {Department.SALES: SALES}
)
IN_MENU = OpenCall(CALL, DEMO, DDI, None, CALLER, after(-60), None, None, None, None, None, None, None)
QUEUED = replace(IN_MENU, department=Department.SALES, queued_at=after(-40), priority=0)
RUNG = replace(QUEUED, agent_id=ANNA, agent_leg=OFFER)
TALKING = replace(RUNG, connected_at=after(-30), wait_seconds=10.0)
DIALLED = OpenAttempt(
    CALL,
    ATTEMPT,
    APK,
    DEMO,
    ContactId(1),
    PhoneNumber("+31612345678"),
    "Testpersoon",
    after(-20),
    None,
    None,
    None,
    None,
    None,
    None,
)
ANSWERED = replace(DIALLED, answered_at=after(-1), ring_seconds=19.0)
CONNECTED = replace(ANSWERED, connected_at=after(-1), agent_id=ANNA)
ABANDONED = replace(ANSWERED, abandoned_at=after(-1))


class Restart:
    """A process that begins with what an earlier one left, and an Asterisk that has what it has."""

    def __init__(self, bed: Bed, left: Left) -> None:
        self.bed = bed
        self.channels: list[dict[str, Any]] = []
        self.bridges: list[dict[str, Any]] = []
        self.playing = ""
        numbers = count(500)
        self.reception = Reception(
            NODE,
            Dealers({DEMO: DEALER}, (), {DDI: DEALER}),
            bed.supervisor,
            bed.executor,
            bed.clock,
            lambda: call_id(next(numbers)),
        )
        self.lines = OpenLines(
            bed.desk, bed.supervisor, bed.executor, bed.clock, lambda: call_id(next(numbers)), bed.endpoint_of
        )
        bed.journal.observe("open lines", self.lines.on_fact)
        self.dialler = OutboundDialler(
            bed.supervisor, bed.executor, bed.desk, bed.journal, bed.clock, "trunk"
        )
        self.counted: list[tuple[int, int]] = []
        self.reconciler = Reconciler(
            NODE,
            bed.asterisk.ari,
            bed.supervisor,
            bed.executor,
            bed.desk,
            self.reception,
            self.dialler,
            self.lines,
            bed.journal,
            bed.clock,
            left,
            lambda channels, bridges: self.counted.append((channels, bridges)),
        )

    def has(self, leg_id: LegId, *arguments: str, **look: Any) -> None:
        """Asterisk has this leg; in our Stasis when the dialplan said something."""
        application = "dealerlijn" if arguments else ""
        self.channels.append(channel(leg_id, application=application, arguments=arguments, **look))

    def together(self, bridge_id: BridgeId, *legs: LegId) -> None:
        """Asterisk has this bridge with these legs in it."""
        self.bridges.append(bridge(bridge_id, legs))

    async def reconcile(self) -> tuple[int, int]:
        """The connection came up."""
        self._tell()
        result = await self.reconciler.reconcile("dealerlijn")
        await settle()
        return result

    async def audit(self) -> list[tuple[str, str]]:
        """The look of every half minute; what differed."""
        self._tell()
        await self.reconciler.audit("dealerlijn")
        await settle()
        facts = self.bed.published(DifferenceFound)
        return [(fact.kind, fact.object_id) for fact in facts if isinstance(fact, DifferenceFound)]

    def one(self, kind: type[Fact]) -> Any:
        (fact,) = self.bed.published(kind)
        return fact

    def _tell(self) -> None:
        asterisk = self.bed.asterisk
        asterisk.answers("GET", "/channels/", 404, {"message": "Channel not found"})
        asterisk.answers("GET", "/playbacks/", 404, {"message": "Playback not found"})
        if self.playing:
            asterisk.answers("GET", f"/playbacks/{self.playing}", 200)
        for one in self.channels:
            asterisk.answers("GET", f"/channels/{one['id']}", 200)
        asterisk.answers("GET", "/channels", 200, self.channels, once=True)
        asterisk.answers("GET", "/bridges", 200, self.bridges, once=True)


@asynccontextmanager
async def restart(
    *agents: Agent, calls: tuple[OpenCall, ...] = (), attempts: tuple[OpenAttempt, ...] = ()
) -> AsyncIterator[Restart]:
    async with a_bed(*agents) as bed:
        yield Restart(bed, Left(list(calls), list(attempts)))


# Inbound calls of an earlier process


@virtual_time
async def test_a_conversation_goes_on_and_its_agent_is_on_call() -> None:
    async with restart(agent(ANNA, AgentState.ON_CALL), calls=(TALKING,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, "offered", OFFER)
        it.together(bridge_of(CALL), CALLER, OFFER)

        assert await it.reconcile() == (1, 0)

        assert it.bed.floor.agent(ANNA).state is AgentState.ON_CALL
        assert it.bed.asterisk.asked("DELETE") == []
        assert it.bed.supervisor.owner(OFFER) is it.bed.supervisor.owner(CALLER) is not None
        assert it.bed.published(CallConnected) == []
        assert len(it.bed.leases) == 0


@virtual_time
async def test_a_conversation_that_the_journal_does_not_know_yet_is_told_to_it() -> None:
    async with restart(agent(ANNA, AgentState.RINGING), calls=(RUNG,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, "offered", OFFER)
        it.together(bridge_of(CALL), CALLER, OFFER)

        await it.reconcile()

        connected = it.one(CallConnected)
        assert (connected.agent_id, connected.wait_seconds) == (ANNA, 40)


@virtual_time
async def test_a_call_that_waits_keeps_waiting_and_gets_the_free_agent_once() -> None:
    async with restart(agent(ANNA), agent(BRAM, since=1), calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)

        assert await it.reconcile() == (1, 0)

        assert it.one(CallOffered).agent_id == ANNA
        assert it.bed.floor.agent(ANNA).state is AgentState.RINGING
        assert it.bed.floor.agent(ANNA).call_id == CALL
        assert it.bed.floor.agent(BRAM).state is AgentState.AVAILABLE
        assert it.bed.asterisk.asked("POST", f"/channels/{CALLER}/moh")
        assert len(it.bed.leases) == 1


@virtual_time
async def test_an_offer_that_rang_is_taken_back_and_made_anew_on_another_leg() -> None:
    async with restart(agent(ANNA, AgentState.RINGING), calls=(RUNG,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, state="Ringing")

        await it.reconcile()

        assert it.one(CallOffered).leg_id == offer_leg(CALL, 1)
        assert it.bed.floor.agent(ANNA).call_id == CALL


@virtual_time
async def test_a_caller_found_in_the_menu_in_silence_hears_the_menu_again_and_arrives_once() -> None:
    async with restart(calls=(IN_MENU,)) as it:
        it.has(CALLER, "in", DDI)

        assert await it.reconcile() == (1, 0)
        at_once = it.bed.asterisk.asked(f"/channels/{CALLER}/play")
        await asyncio.sleep(ENTRY.menu.timeout_seconds + 1)

        (again,) = it.bed.asterisk.asked(f"/channels/{CALLER}/play")
        assert at_once == []
        assert "dealerlijn/menu" in again
        assert it.bed.facts == []


@virtual_time
async def test_a_prompt_that_still_plays_is_neither_cut_nor_played_twice() -> None:
    async with restart(calls=(IN_MENU,)) as it:
        it.has(CALLER, "in", DDI)
        it.playing = f"{CALL}-p01"

        await it.reconcile()
        await asyncio.sleep(60)

        assert it.bed.asterisk.asked("play/") == it.bed.asterisk.asked("DELETE") == []
        assert it.bed.leases._covered == {CALLER: it.playing}


@pytest.mark.parametrize(
    ("call", "alive", "outcome", "phase"),
    [
        (IN_MENU, False, InboundOutcome.LOST, CallPhase.MENU),
        (QUEUED, False, InboundOutcome.LOST, CallPhase.QUEUE),
        (TALKING, False, InboundOutcome.CONNECTED, CallPhase.TALKING),
        (IN_MENU, True, InboundOutcome.DIVERTED, CallPhase.MENU),
        (QUEUED, True, InboundOutcome.DIVERTED, CallPhase.QUEUE),
    ],
)
def test_a_call_that_ended_or_left_meanwhile_gets_its_one_end(
    call: OpenCall, alive: bool, outcome: InboundOutcome, phase: CallPhase
) -> None:
    @virtual_time
    async def story() -> None:
        async with restart(agent(ANNA, AgentState.ON_CALL), calls=(call,)) as it:
            if alive:
                it.has(CALLER)

            assert await it.reconcile() == (0, 1)

            end = it.one(CallEnded)
            assert (end.outcome, end.phase, end.cause) == (outcome, phase, HangupCause.LOST_WHILE_DOWN)
            assert it.bed.floor.agent(ANNA).state is AgentState.AVAILABLE
            assert it.bed.asterisk.asked("DELETE") == []

    story()


@virtual_time
async def test_a_caller_whom_nobody_knows_is_received_like_any_other() -> None:
    async with restart() as it:
        it.has(CALLER, "in", DDI)

        assert await it.reconcile() == (1, 0)

        assert it.bed.asterisk.asked(f"/channels/{CALLER}/play")
        assert len(it.bed.facts) == 1


# Attempts of an earlier process


@pytest.mark.parametrize(
    ("attempt", "outcome"),
    [
        (DIALLED, AttemptOutcome.IN_DOUBT),
        (ANSWERED, AttemptOutcome.IN_DOUBT),
        (CONNECTED, AttemptOutcome.CONNECTED),
        (ABANDONED, AttemptOutcome.ABANDONED),
    ],
)
def test_an_attempt_without_a_trace_ends_as_far_as_it_is_known_to_have_come(
    attempt: OpenAttempt, outcome: AttemptOutcome
) -> None:
    @virtual_time
    async def story() -> None:
        async with restart(attempts=(attempt,)) as it:
            assert await it.reconcile() == (0, 1)

            assert it.one(AttemptEnded).outcome is outcome

    story()


@virtual_time
async def test_an_attempt_that_rings_goes_on_ringing() -> None:
    async with restart(attempts=(DIALLED,)) as it:
        it.has(ATTEMPT, state="Ringing")

        assert await it.reconcile() == (1, 0)

        assert it.bed.asterisk.asked("DELETE") == []
        assert it.bed.facts == []
        assert it.bed.supervisor.owner(ATTEMPT) is not None


@virtual_time
async def test_a_customer_who_waits_gets_an_agent_whose_line_lives() -> None:
    async with restart(agent(ANNA, campaign_id=APK), attempts=(ANSWERED,)) as it:
        it.has(ATTEMPT, "answered", ATTEMPT)
        it.has(LINE_LEG, "line", LINE_LEG, name="PJSIP/anna-00000007")
        it.together(bridge_of(LINE), LINE_LEG)

        assert await it.reconcile() == (1, 0)

        assert it.one(AttemptConnected).agent_id == ANNA
        assert it.bed.asterisk.asked(f"POST /bridges/{bridge_of(LINE)}/addChannel?channel={ATTEMPT}")
        assert it.bed.asterisk.asked("DELETE") == []


@virtual_time
async def test_a_customer_with_an_agent_goes_on_talking_and_counts_as_connected() -> None:
    async with restart(agent(ANNA, AgentState.RESERVED, campaign_id=APK), attempts=(ANSWERED,)) as it:
        it.has(ATTEMPT, "answered", ATTEMPT)
        it.has(LINE_LEG, "line", LINE_LEG, name="PJSIP/anna-00000007")
        it.together(bridge_of(LINE), LINE_LEG, ATTEMPT)

        assert await it.reconcile() == (1, 0)

        assert it.one(AttemptConnected).agent_id == ANNA
        assert it.bed.floor.agent(ANNA).state is AgentState.ON_CALL
        assert it.bed.asterisk.asked("DELETE") == []


@virtual_time
async def test_a_customer_whom_the_dialplan_has_counts_as_abandoned_and_is_left_to_the_message() -> None:
    async with restart(attempts=(DIALLED,)) as it:
        it.has(ATTEMPT)

        await it.reconcile()

        assert it.one(AttemptEnded).outcome is AttemptOutcome.ABANDONED
        assert it.bed.asterisk.asked("DELETE") == []


@virtual_time
async def test_a_customer_who_was_abandoned_already_hears_the_message_and_gets_no_agent() -> None:
    async with restart(agent(ANNA, campaign_id=APK), attempts=(ABANDONED,)) as it:
        it.has(ATTEMPT, "answered", ATTEMPT)
        it.has(LINE_LEG, "line", LINE_LEG, name="PJSIP/anna-00000007")
        it.together(bridge_of(LINE), LINE_LEG)

        await it.reconcile()

        assert it.bed.asterisk.asked(f"/channels/{ATTEMPT}/play")
        assert it.bed.published(AttemptConnected) == it.bed.published(AttemptAbandoned) == []


# Agents and lines


@virtual_time
async def test_the_phone_of_an_agent_whose_line_is_gone_is_called_again() -> None:
    async with restart(agent(ANNA, campaign_id=APK)) as it:
        await it.reconcile()

        assert len(it.bed.asterisk.asked("POST", "endpoint=PJSIP/anna")) == 1


@virtual_time
async def test_what_belongs_to_nothing_is_taken_away_but_a_message_is_left_to_its_end() -> None:
    stray_offer, stray_line = offer_leg(call_id(50), 0), line_leg(call_id(51))
    in_dialplan, in_stasis = attempt_leg(call_id(52)), attempt_leg(call_id(53))
    async with restart() as it:
        it.has(stray_offer, state="Ringing")
        it.has(stray_line, "line", stray_line)
        it.has(in_dialplan)
        it.has(in_stasis, "answered", in_stasis)
        it.has(LegId("1770000000.77"))
        it.together(bridge_of(call_id(54)))
        it.together(BridgeId("someone-elses"))

        await it.reconcile()

        gone = {request.split("/")[2].split("?")[0] for request in it.bed.asterisk.asked("DELETE")}
        assert gone == {stray_offer, stray_line, in_stasis, bridge_of(call_id(54))}
        assert it.bed.facts == []


# A later connection


@virtual_time
async def test_asterisk_is_asked_until_it_tells_what_it_has() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        it._tell()
        for _ in range(3):
            it.bed.asterisk.answers("GET", "/bridges", None, once=True)
            it.bed.asterisk.answers("GET", "/channels", 200, [], once=True)

        assert await it.reconciler.reconcile("dealerlijn") == (1, 0)

        assert it.bed.published(CallEnded) == []


@virtual_time
async def test_a_call_that_died_while_the_connection_was_down_ends_once() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        await it.reconcile()
        it.channels.clear()

        assert await it.reconcile() == (1, 1)

        assert it.one(CallEnded).cause is HangupCause.LOST_WHILE_DOWN
        assert len(it.bed.supervisor) == 0


@virtual_time
async def test_a_caller_who_fell_to_the_fallback_meanwhile_is_diverted() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        await it.reconcile()
        it.channels.clear()
        it.has(CALLER)

        await it.reconcile()

        assert it.one(CallEnded).outcome is InboundOutcome.DIVERTED


@virtual_time
async def test_a_conversation_outlives_a_new_name_of_the_application() -> None:
    async with restart(agent(ANNA, AgentState.ON_CALL), calls=(TALKING,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, "offered", OFFER)
        it.together(bridge_of(CALL), CALLER, OFFER)
        await it.reconcile()
        it._tell()

        await it.reconciler.reconcile("dealerlijn-2")
        await settle()

        assert it.bed.published(CallEnded) == []
        assert it.bed.asterisk.asked("DELETE") == []


@virtual_time
async def test_a_prompt_that_ended_unheard_lets_the_call_and_its_lease_go_on() -> None:
    async with restart(calls=(IN_MENU,)) as it:
        it.has(CALLER, "in", DDI)
        it.playing = f"{CALL}-p01"
        await it.reconcile()
        it.playing = ""

        await it.reconcile()
        covered = dict(it.bed.leases._covered)
        await asyncio.sleep(ENTRY.menu.timeout_seconds + 1)

        assert covered == {}
        assert len(it.bed.asterisk.asked(f"/channels/{CALLER}/play")) == 1


@virtual_time
async def test_a_customer_who_answered_unheard_is_taken_up() -> None:
    async with restart() as it:
        attempt = replace(DIALLED, committed_at=after(0))
        it.reconciler._left = Left([], [attempt])
        it.has(ATTEMPT, state="Ringing")
        await it.reconcile()
        it.channels.clear()
        it.has(ATTEMPT, "answered", ATTEMPT)

        await it.reconcile()
        await asyncio.sleep(2)

        assert len(it.bed.published(AttemptAbandoned)) == 1
        assert it.bed.asterisk.asked(f"/channels/{ATTEMPT}/play")


# The look of every half minute


@virtual_time
async def test_when_all_agrees_nothing_is_told_or_touched() -> None:
    async with restart(agent(ANNA, AgentState.ON_CALL), calls=(TALKING,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, "offered", OFFER)
        it.together(bridge_of(CALL), CALLER, OFFER)
        await it.reconcile()

        assert await it.audit() == []

        assert it.bed.asterisk.asked("DELETE") == []
        assert it.counted[-1] == (2, 1)


@virtual_time
async def test_a_leg_that_is_gone_unheard_is_told_and_its_call_ends() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        await it.reconcile()
        it.channels.clear()

        assert await it.audit() == [("leg_gone", CALLER)]

        assert it.one(CallEnded).cause is HangupCause.LOST_WHILE_DOWN


@virtual_time
async def test_a_leg_that_came_after_the_look_is_not_given_up() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        await it.reconcile()
        it.channels.clear()
        it._tell()
        it.bed.asterisk.answers("GET", f"/channels/{CALLER}", 200)

        await it.reconciler.audit("dealerlijn")
        await settle()

        assert it.bed.published(DifferenceFound) == it.bed.published(CallEnded) == []


@virtual_time
async def test_stray_pieces_are_told_and_taken_away() -> None:
    stray, empty = offer_leg(call_id(50), 0), bridge_of(call_id(51))
    async with restart() as it:
        await it.reconcile()
        it.has(stray, state="Ringing")
        it.together(empty)

        assert await it.audit() == [("orphan_leg", stray), ("empty_bridge", empty)]

        assert len(it.bed.asterisk.asked("DELETE")) == 2


@virtual_time
async def test_what_a_call_leaves_behind_while_it_ends_is_no_difference() -> None:
    async with restart(agent(ANNA, AgentState.ON_CALL), calls=(TALKING,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, "offered", OFFER)
        it.together(bridge_of(CALL), CALLER, OFFER)
        await it.reconcile()
        it.bridges.clear()
        it.together(bridge_of(CALL))
        it._tell()
        held = it.bed.asterisk.holds("GET", "/bridges")

        async with asyncio.TaskGroup() as group:
            group.create_task(it.reconciler.audit("dealerlijn"))
            await settle()
            session = it.bed.supervisor.owner(CALLER)
            assert session is not None
            session.deliver(LegEnded(it.bed.clock.now(), CALLER, HangupCause.NORMAL))
            await settle()
            held.set_result(None)

        assert it.bed.published(DifferenceFound) == []


@virtual_time
async def test_an_asterisk_that_does_not_tell_is_left_alone() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        await it.reconcile()
        it.bed.asterisk.answers("GET", "/channels", None)

        await it.reconciler.audit("dealerlijn")
        await settle()

        assert it.bed.published(DifferenceFound) == it.bed.published(CallEnded) == []
