import asyncio
from collections.abc import Sequence

import pytest

from app.journal import Journal
from calls.facts import Fact
from tests.fakes.fact_store import FactStore
from tests.fakes.virtual_time import settle, virtual_time
from tests.unit.app.people import some_facts


@virtual_time
async def test_facts_are_stored_in_the_order_in_which_they_were_published() -> None:
    store = FactStore()
    journal = Journal(store, batch=3)
    facts = some_facts(10)
    async with asyncio.TaskGroup() as group:
        writer = group.create_task(journal.run())

        for fact in facts:
            journal.publish(fact)
        assert await journal.flushed(1)

        writer.cancel()

    assert store.facts == facts
    assert [len(batch) for batch in store.attempts] == [3, 3, 3, 1]
    assert journal.depth == 0


@virtual_time
async def test_whatever_gathers_while_a_batch_is_written_goes_with_the_next() -> None:
    store = FactStore()
    store.slow = 1.0
    journal = Journal(store)
    first, *later = some_facts(5)
    async with asyncio.TaskGroup() as group:
        writer = group.create_task(journal.run())

        journal.publish(first)
        await asyncio.sleep(0.5)
        journal.publish(*later)
        assert journal.depth == 5
        assert await journal.flushed(10)

        writer.cancel()

    assert store.attempts == [[first], later]


@virtual_time
async def test_after_an_outage_the_same_facts_come_first_again() -> None:
    store = FactStore()
    store.away = True
    journal = Journal(store, batch=2)
    facts = some_facts(4)
    async with asyncio.TaskGroup() as group:
        writer = group.create_task(journal.run())

        journal.publish(*facts[:3])
        await asyncio.sleep(1)
        was_writable, depth = journal.writable, journal.depth
        journal.publish(facts[3])
        store.away = False
        assert await journal.flushed(10)

        writer.cancel()

    assert (was_writable, depth) == (False, 3)
    assert all(attempt == facts[:2] for attempt in store.attempts[:-1])
    assert store.facts == facts
    assert journal.writable


@virtual_time
async def test_a_database_that_stays_away_is_asked_ever_less_often_but_at_least_every_five_seconds() -> None:
    store = FactStore()
    store.away = True
    journal = Journal(store)
    async with asyncio.TaskGroup() as group:
        writer = group.create_task(journal.run())

        journal.publish(*some_facts(1))
        await asyncio.sleep(60)
        in_a_minute = len(store.attempts)
        await asyncio.sleep(60)
        in_two_minutes = len(store.attempts)

        writer.cancel()

    assert 12 <= in_two_minutes - in_a_minute <= 13
    assert in_a_minute <= 18


def test_a_full_queue_loses_the_newest_facts_for_the_database_only() -> None:
    journal = Journal(FactStore(), capacity=3)
    seen: list[Fact] = []
    journal.observe("console", seen.append)
    facts = some_facts(5)

    journal.publish(*facts)

    assert (journal.depth, journal.dropped) == (3, 2)
    assert seen == facts


@virtual_time
async def test_a_failing_observer_harms_neither_the_others_nor_the_database() -> None:
    store = FactStore()
    journal = Journal(store)
    seen: list[Fact] = []

    def fails(fact: Fact) -> None:
        raise ValueError("this observer has a fault")

    journal.observe("faulty", fails)
    journal.observe("console", seen.append)
    facts = some_facts(2)
    async with asyncio.TaskGroup() as group:
        writer = group.create_task(journal.run())

        journal.publish(*facts)
        await journal.flushed(1)

        writer.cancel()

    assert seen == store.facts == facts
    assert journal.observer_errors == 2


def test_what_follows_from_a_fact_is_kept_after_it_although_it_is_told_first() -> None:
    first, follows = some_facts(2)
    journal = Journal(FactStore())
    seen: list[Fact] = []
    journal.observe("floor", lambda fact: journal.publish(follows) if fact is first else None)
    journal.observe("console", seen.append)

    journal.publish(first)

    assert seen == [follows, first]
    assert list(journal._waiting) == [first, follows]


def test_a_fact_that_is_stored_already_is_told_to_the_observers_only() -> None:
    journal = Journal(FactStore())
    seen: list[Fact] = []
    journal.observe("console", seen.append)
    (fact,) = some_facts(1)

    journal.tell(fact)

    assert (seen, journal.depth) == ([fact], 0)


@virtual_time
async def test_waiting_for_the_database_ends_when_the_time_is_up() -> None:
    store = FactStore()
    store.away = True
    journal = Journal(store)
    journal.publish(*some_facts(1))

    began = asyncio.get_running_loop().time()
    flushed = await journal.flushed(5)

    assert not flushed
    assert asyncio.get_running_loop().time() - began == pytest.approx(5)


@virtual_time
async def test_another_controllers_rule_ends_the_writer() -> None:
    class Ruled(FactStore):
        async def write_facts(self, facts: object) -> int:
            raise PermissionError("another epoch")

    journal = Journal(Ruled())
    journal.publish(*some_facts(1))

    with pytest.raises(PermissionError):
        await journal.run()


@virtual_time
async def test_a_fact_that_the_database_cannot_hold_is_counted_as_dropped() -> None:
    class Particular(FactStore):
        async def write_facts(self, facts: Sequence[Fact]) -> int:
            return await super().write_facts(facts[1:]) + 1

    journal = Journal(Particular())
    async with asyncio.TaskGroup() as group:
        writer = group.create_task(journal.run())
        journal.publish(*some_facts(3))

        assert await journal.flushed(1)
        writer.cancel()

    assert journal.dropped == 1


@virtual_time
async def test_nothing_published_means_nothing_written() -> None:
    store = FactStore()
    journal = Journal(store)
    async with asyncio.TaskGroup() as group:
        writer = group.create_task(journal.run())

        journal.publish()
        await settle()

        writer.cancel()

    assert store.attempts == []
    assert await journal.flushed(1)
