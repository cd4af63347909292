"""After a restart: callers who talk with an agent on a campaign's open line."""

from dataclasses import replace

from msgspec.structs import replace as changed

from calls.facts import CallConnected, CallEnded
from calls.ids import LegId, bridge_of
from calls.legs import LegEnded
from calls.words import AgentState, HangupCause, InboundOutcome
from tests.fakes.virtual_time import settle, virtual_time
from tests.unit.app.people import ANNA, APK, BRAM, CALLER, agent
from tests.unit.app.restart import CALL, DDI, LINE, LINE_LEG, RUNG, TALKING, Restart, restart

IN_THE_LINE = replace(TALKING, agent_leg=LINE_LEG)
ON_CALL = agent(ANNA, AgentState.ON_CALL, campaign_id=APK)


def line(it: Restart, *others: LegId) -> None:
    it.has(LINE_LEG, "line", LINE_LEG, name="PJSIP/anna-00000007")
    it.together(bridge_of(LINE), LINE_LEG, *others)


@virtual_time
async def test_their_conversation_goes_on_and_the_line_stays_when_the_caller_hangs_up() -> None:
    async with restart(ON_CALL, calls=(IN_THE_LINE,)) as it:
        it.has(CALLER, "in", DDI)
        line(it, CALLER)

        assert await it.reconcile() == (1, 0)
        talking = it.bed.floor.agent(ANNA).state
        session = it.bed.supervisor.owner(CALLER)
        assert session is not None
        session.deliver(LegEnded(it.bed.clock.now(), CALLER, HangupCause.NORMAL))
        await settle()

        assert talking is AgentState.ON_CALL
        assert it.one(CallEnded).outcome is InboundOutcome.CONNECTED
        assert it.bed.floor.agent(ANNA).state is AgentState.WRAP_UP
        assert it.lines.agent_on(LINE) == ANNA
        assert it.bed.asterisk.asked("DELETE") == []


@virtual_time
async def test_the_line_is_of_the_agent_at_work_also_when_one_of_another_shift_has_the_same_phone() -> None:
    same_phone = replace(agent(BRAM).profile, endpoint=ON_CALL.profile.endpoint)
    at_home = changed(agent(BRAM, AgentState.LOGGED_OUT), profile=same_phone)
    async with restart(ON_CALL, at_home, calls=(IN_THE_LINE,)) as it:
        it.has(CALLER, "in", DDI)
        line(it, CALLER)

        await it.reconcile()

        assert it.lines.agent_on(LINE) == ANNA
        assert it.bed.asterisk.asked("DELETE") == []


@virtual_time
async def test_the_line_is_of_whom_it_was_opened_for_though_the_agent_has_another_phone_by_now() -> None:
    moved = changed(ON_CALL, profile=replace(ON_CALL.profile, endpoint="PJSIP/another"))
    has_it_now = changed(
        agent(BRAM, AgentState.AVAILABLE, campaign_id=APK),
        profile=replace(agent(BRAM).profile, endpoint=ON_CALL.profile.endpoint),
    )
    async with restart(moved, has_it_now, calls=(IN_THE_LINE,)) as it:
        it.has(CALLER, "in", DDI)
        line(it, CALLER)
        it.noted_on[LINE_LEG] = {"DL_AGENT": ANNA}

        await it.reconcile()

        assert it.lines.agent_on(LINE) == ANNA
        assert it.bed.asterisk.asked("DELETE") == []
        assert it.bed.published(CallEnded) == []


@virtual_time
async def test_one_that_the_journal_does_not_know_yet_is_told_to_it() -> None:
    async with restart(
        changed(ON_CALL, state=AgentState.RINGING), calls=(replace(RUNG, agent_leg=LINE_LEG),)
    ) as it:
        it.has(CALLER, "in", DDI)
        line(it, CALLER)

        await it.reconcile()

        assert it.one(CallConnected).leg_id == LINE_LEG


@virtual_time
async def test_a_caller_whose_agents_line_is_gone_is_hung_up_and_was_connected() -> None:
    async with restart(ON_CALL, calls=(IN_THE_LINE,)) as it:
        it.has(CALLER, "in", DDI)

        await it.reconcile()
        await settle()

        assert it.one(CallEnded).outcome is InboundOutcome.CONNECTED
        assert it.bed.asterisk.asked(f"DELETE /channels/{CALLER}")


@virtual_time
async def test_a_caller_who_was_about_to_come_into_the_line_waits_again() -> None:
    async with restart(
        changed(ON_CALL, state=AgentState.RINGING), calls=(replace(RUNG, agent_leg=LINE_LEG),)
    ) as it:
        it.has(CALLER, "in", DDI)
        line(it)

        assert await it.reconcile() == (1, 0)

        assert it.bed.supervisor.call(CALL) is not None
        assert it.bed.published(CallEnded) == []
        assert it.lines.agent_on(LINE) == ANNA
