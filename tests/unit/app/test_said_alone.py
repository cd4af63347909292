"""Who objects to Asterisk alone is heard before anybody is dialled, and within a second while a controller lives."""

import asyncio

import pytest

from app.said_alone import LISTEN_SECONDS
from app.seldom import AGAIN_SECONDS
from calls.facts import AsteriskLost, DispositionRecorded
from calls.ids import CallId, attempt_leg
from tests.fakes.virtual_time import START, settle, virtual_time
from tests.unit.app.people import NODE, call_id
from tests.unit.app.reached import REACHED
from tests.unit.app.restart import ATTEMPT, CALL, Restart, restart
from tests.unit.app.test_alone import at
from tests.unit.app.test_marks import look


def objects(it: Restart, call: CallId = CALL) -> None:
    it.shelf.mark(attempt_leg(call), answered=at(0), message=at(0.1), objection=at(9))


@virtual_time
async def test_what_was_said_is_stored_before_it_counts_as_heard() -> None:
    async with restart() as it, it.storing() as store:
        objects(it)
        before = it.said.heard
        store.away = True
        await it.said.listen()
        unstored = it.said.heard
        store.away = False
        await it.said.listen()

        assert (before, unstored, it.said.heard) == (False, False, True)
        objection = it.one(DispositionRecorded)
        assert (objection.call_id, objection.disposition) == (CALL, "objection")


@virtual_time
async def test_nothing_is_heard_while_asterisk_cannot_be_asked() -> None:
    async with restart() as it, it.storing():
        it.shelf.away = True
        await it.said.listen()
        away = it.said.heard
        it.shelf.away = False
        await it.said.listen()

        assert (away, it.said.heard) == (False, True)


@virtual_time
async def test_after_another_connection_all_is_read_again() -> None:
    async with restart() as it, it.storing():
        it.bed.journal.observe("said alone", it.said.on_fact)
        it.bed.tasks.start("said alone", it.said.run())
        await settle()
        first = it.said.heard
        it.shelf.away = True
        it.bed.journal.publish(REACHED)
        reached = it.said.heard
        await _pass(LISTEN_SECONDS)
        objects(it)
        it.shelf.away = False
        await _pass(2 * LISTEN_SECONDS)

        assert (first, reached, it.said.heard) == (True, False, True)
        assert it.one(DispositionRecorded).call_id == CALL


@virtual_time
async def test_who_presses_the_key_while_the_message_still_plays_is_heard_within_a_second() -> None:
    async with restart() as it, it.storing():
        it.bed.tasks.start("said alone", it.said.run())
        it.shelf.mark(ATTEMPT, answered=at(0), message=at(0.1))
        await _pass(LISTEN_SECONDS)
        before = it.bed.published(DispositionRecorded)
        objects(it)
        await _pass(LISTEN_SECONDS)

        assert before == []
        assert it.one(DispositionRecorded).call_id == CALL


@virtual_time
async def test_what_is_known_already_or_was_told_is_not_told_again() -> None:
    async with restart() as it, it.storing():
        objects(it)
        objects(it, call_id(9))
        it.told.objected.add(call_id(9))

        for _ in range(3):
            await it.said.listen()
            await look(it, 1)

        assert it.one(DispositionRecorded).call_id == CALL
        assert it.shelf.entries == {}


@virtual_time
async def test_the_link_is_pressed_for_only_while_asterisk_is_reached() -> None:
    async with restart() as it, it.storing():
        it.bed.journal.observe("said alone", it.said.on_fact)
        it.shelf.away = True
        it.bed.tasks.start("said alone", it.said.run())
        asked = []
        for fact in (None, REACHED, AsteriskLost(START, NODE, "socket_down")):
            if fact is not None:
                it.bed.journal.publish(fact)
                await _pass(2 * LISTEN_SECONDS)
            it.shelf.asked_within.clear()
            await _pass(5 * LISTEN_SECONDS)
            asked.append(set(it.shelf.asked_within))

        assert asked == [{0.0}, {LISTEN_SECONDS}, {0.0}]


def _warnings(caplog: pytest.LogCaptureFixture) -> int:
    return sum("nobody is dialled" in record.getMessage() for record in caplog.records)


@virtual_time
async def test_that_nobody_is_dialled_is_told_once_a_minute_and_at_once_when_it_was_well_meanwhile(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with restart() as it, it.storing():
        it.bed.journal.observe("said alone", it.said.on_fact)
        it.shelf.away = True
        it.bed.tasks.start("said alone", it.said.run())
        told = []
        for seconds in (0, AGAIN_SECONDS / 2, AGAIN_SECONDS):
            await _pass(seconds)
            told.append(_warnings(caplog))
        it.shelf.away = False
        await _pass(2 * LISTEN_SECONDS)
        it.shelf.away = True
        it.bed.journal.publish(REACHED)
        await _pass(2 * LISTEN_SECONDS)

        assert [*told, _warnings(caplog)] == [1, 1, 2, 3]


async def _pass(seconds: float) -> None:
    await asyncio.sleep(seconds)
    await settle()
