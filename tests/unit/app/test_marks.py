from pathlib import Path

from calls.facts import CallServedAlone, DispositionRecorded, VoicemailLeft
from calls.ids import LegId, attempt_leg
from calls.words import CallPhase, InboundOutcome
from tests.fakes.virtual_time import settle, virtual_time
from tests.unit.app.people import CALLER, call_id
from tests.unit.app.restart import ATTEMPT, CALL, DDI, DIALLED, QUEUED, Restart, restart
from tests.unit.app.test_alone import at

OTHER = LegId("1770000000.9")


async def look(it: Restart, times: int = 2) -> None:
    it._tell()
    for _ in range(times):
        await it.marks.look()
        await settle()


def served(it: Restart, leg_id: LegId = CALLER, ddi: str = DDI) -> None:
    it.shelf.mark(leg_id, caller=f"{at(0)} {ddi} 0612345678", connected=at(5), ended=at(60))


@virtual_time
async def test_a_caller_whom_asterisk_alone_served_is_told_once_and_then_forgotten() -> None:
    async with restart() as it, it.storing():
        served(it)

        await look(it, 5)

        assert it.one(CallServedAlone).leg_id == CALLER
        assert it.shelf.entries == {}


@virtual_time
async def test_a_mark_is_believed_at_the_second_look() -> None:
    async with restart() as it, it.storing():
        served(it)

        await look(it, 1)

        assert it.bed.facts == []
        assert it.shelf.entries


@virtual_time
async def test_a_caller_whose_call_is_journalled_is_not_told_again() -> None:
    async with restart() as it, it.storing():
        served(it)
        it.told.known[CALLER] = CALL

        await look(it)

        assert it.bed.facts == []
        assert it.shelf.entries == {}


@virtual_time
async def test_a_caller_who_is_ours_again_or_still_in_the_fallback_is_left_alone() -> None:
    async with restart(calls=(QUEUED,)) as it, it.storing():
        it.has(CALLER, "in", DDI)
        it.has(OTHER)
        await it.reconcile()
        facts = list(it.bed.facts)
        served(it)
        it.shelf.mark(OTHER, caller=f"{at(0)} {DDI} ")

        await look(it)

        assert it.bed.facts == facts
        assert len(it.shelf.entries) == 4


def recorded(it: Restart) -> None:
    it.shelf.mark(CALLER, caller=f"{at(0)} {DDI} 0612345678", recording=at(30), ended=at(60))


@virtual_time
async def test_a_message_to_the_fallback_is_listed_and_is_the_calls_outcome() -> None:
    async with restart() as it, it.storing():
        recorded(it)

        await look(it, 3)

        call, message = it.one(CallServedAlone), it.one(VoicemailLeft)
        assert (call.outcome, call.phase, call.wait_seconds) == (
            InboundOutcome.VOICEMAIL,
            CallPhase.VOICEMAIL,
            30,
        )
        assert (message.call_id, message.recording_id, message.cli) == (
            call.call_id,
            f"alone-{CALLER}",
            "+31612345678",
        )
        assert it.shelf.entries == {}


@virtual_time
async def test_a_message_of_a_caller_whose_call_is_journalled_is_listed_with_that_call_once() -> None:
    async with restart() as it, it.storing():
        it.told.known[CALLER] = CALL
        recorded(it)

        await look(it, 3)

        assert it.one(VoicemailLeft).call_id == CALL
        it.told.listed.add(it.one(VoicemailLeft).recording_id)
        recorded(it)
        await look(it, 3)
        assert len(it.bed.facts) == 1


@virtual_time
async def test_who_heard_the_tone_and_said_nothing_left_no_message(tmp_path: Path) -> None:
    async with restart(recordings=tmp_path) as it, it.storing():
        recorded(it)

        await look(it, 3)

        assert it.one(CallServedAlone).outcome is InboundOutcome.LOST
        assert it.bed.published(VoicemailLeft) == []


@virtual_time
async def test_a_mark_without_an_end_is_over_when_asterisk_has_the_leg_no_more() -> None:
    async with restart() as it, it.storing():
        it.shelf.mark(OTHER, caller=f"{at(0)} {DDI} ", connected=at(2))

        await look(it)

        assert it.one(CallServedAlone).leg_id == OTHER


@virtual_time
async def test_a_mark_stays_until_its_facts_are_stored_and_is_told_once_meanwhile() -> None:
    async with restart() as it:
        served(it)

        async with it.storing() as store:
            store.away = True
            await look(it, 3)
            waiting = dict(it.shelf.entries)
            store.away = False
            await look(it, 2)

        assert waiting
        assert it.shelf.entries == {}
        assert len(it.bed.published(CallServedAlone)) == 1


@virtual_time
async def test_what_no_dealer_was_called_for_is_forgotten() -> None:
    async with restart() as it, it.storing():
        served(it, ddi="+31999")

        await look(it)

        assert it.bed.facts == []
        assert it.shelf.entries == {}


@virtual_time
async def test_an_objection_in_the_dialplans_own_message_is_told_once() -> None:
    other = attempt_leg(call_id(9))
    async with restart() as it, it.storing():
        for leg_id in (ATTEMPT, other):
            it.shelf.mark(leg_id, answered=at(0), message=at(0.1), objection=at(9))
        it.told.objected.add(call_id(9))

        await look(it, 5)

        objection = it.one(DispositionRecorded)
        assert (objection.call_id, objection.disposition, objection.agent_id) == (CALL, "objection", None)
        assert it.shelf.entries == {}


@virtual_time
async def test_the_mark_of_an_attempt_that_is_not_over_waits_for_its_end() -> None:
    async with restart(attempts=(DIALLED,)) as it, it.storing():
        it.has(ATTEMPT, state="Ringing")
        await it.reconcile()
        it.shelf.mark(ATTEMPT, answered=at(0), message=at(0.1))

        await look(it)

        assert it.shelf.entries


@virtual_time
async def test_while_asterisk_cannot_be_asked_nothing_is_told() -> None:
    async with restart() as it, it.storing():
        served(it)
        it.shelf.away = True

        await look(it)

        assert it.bed.facts == []
        assert await it.marks.read(1.0) is None
