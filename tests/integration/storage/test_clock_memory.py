"""What the next process knows of a clock by what the journal tells."""

from datetime import timedelta

from app.storage.clock_memory import believed_offset, clock_memory, keep_offset
from app.storage.database import Database
from app.storage.epochs import take_epoch
from app.storage.journal import Journal
from calls.facts import AsteriskLost, ClockBelieved, ClockJumped, ControllerStarted, Fact
from calls.ids import NodeId
from dialer.clock_guard import ClockMemory
from tests.integration.storage.builders import NODE, NOW

HOUR = timedelta(hours=1)


async def tell(database: Database, *facts: Fact, node: NodeId = NODE) -> None:
    await Journal(database, node, await take_epoch(database, node)).write_facts(facts)


def lost(ahead: timedelta = timedelta(), node: NodeId = NODE) -> AsteriskLost:
    return AsteriskLost(NOW + ahead, node, "socket_down")


async def test_a_new_database_remembers_nothing_of_the_clock(database: Database) -> None:
    assert await clock_memory(database, NODE) is None


async def test_the_latest_moment_counts_also_when_something_was_told_by_a_wrong_clock_since(
    database: Database,
) -> None:
    await tell(database, lost(HOUR), lost())
    await tell(database, ControllerStarted(NOW, NODE, 2), lost())

    assert await clock_memory(database, NODE) == ClockMemory(NOW + HOUR)


async def test_what_another_node_told_does_not_count(database: Database) -> None:
    await tell(database, lost())
    await tell(database, lost(HOUR, NodeId("n2")), node=NodeId("n2"))

    assert await clock_memory(database, NODE) == ClockMemory(NOW)


async def test_a_jump_takes_along_what_was_told_before_and_leaves_the_clock_in_doubt(
    database: Database,
) -> None:
    jumps = [
        ClockJumped(NOW + 2 * HOUR, NODE, HOUR.total_seconds()),
        ClockJumped(NOW, NODE, -2 * HOUR.total_seconds()),
    ]
    await tell(database, lost(), *jumps)

    assert await clock_memory(database, NODE) == ClockMemory(NOW, -HOUR)


async def test_a_jump_that_is_the_first_there_is_to_know_lies_not_ahead(database: Database) -> None:
    await tell(database, ClockJumped(NOW, NODE, HOUR.total_seconds()))

    assert await clock_memory(database, NODE) == ClockMemory(NOW, HOUR)


async def test_once_the_clock_is_believed_again_nothing_earlier_speaks_against_it(database: Database) -> None:
    await tell(database, lost(HOUR), ClockJumped(NOW, NODE, -HOUR.total_seconds()), ClockBelieved(NOW, NODE))

    assert await clock_memory(database, NODE) == ClockMemory(NOW)


async def test_what_is_believed_is_kept_for_the_same_run_of_the_machine_by_whoever_is_in_charge(
    database: Database,
) -> None:
    first = await take_epoch(database, NODE)
    await keep_offset(database, NODE, first, "boot-1", 1.5)
    second = await take_epoch(database, NODE)
    await keep_offset(database, NODE, first, "boot-1", 9.0)
    kept = await believed_offset(database, NODE, "boot-1")
    await keep_offset(database, NODE, second, "boot-2", 2.5)

    assert kept == 1.5
    assert await believed_offset(database, NODE, "boot-2") == 2.5
    assert await believed_offset(database, NODE, "boot-1") is None
    assert await believed_offset(database, NodeId("n2"), "boot-2") is None


async def test_nothing_is_kept_where_nobody_can_tell_whether_the_machine_was_started_anew(
    database: Database,
) -> None:
    await keep_offset(database, NODE, await take_epoch(database, NODE), "", 1.5)

    assert await believed_offset(database, NODE, "") is None
