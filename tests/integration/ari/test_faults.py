"""The connection when the way to Asterisk breaks, in each way that it can."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.ari.connection import AriConnection, ConnectionLimits
from app.ari.events import UnknownEvent
from app.ari.http import HttpTransport
from app.ari.models import ChannelUserevent, StasisStart
from app.ari.operations import Ari
from app.ari.outcome import AriRequestError, Done, Unknown
from app.ari.transport import Lane, LaneLimits
from tests.fakes.ari_server import PASSWORD, USER, FakeAri
from tests.integration.ari.under_test import APPLICATION, Recorder

LIMITS = ConnectionLimits(
    echo_every=0.02,
    echo_within=0.15,
    connect_within=0.3,
    close_within=0.05,
    pause_least=0.01,
    pause_most=0.05,
    buffered_events=50,
)


@pytest.fixture
def heard() -> Recorder:
    return Recorder()


@asynccontextmanager
async def connecting(fake: FakeAri, ari: Ari, heard: Recorder) -> AsyncIterator[AriConnection]:
    connection = AriConnection(ari, fake.url, USER, PASSWORD, APPLICATION, heard, LIMITS)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(connection.run())
        yield connection
        running.cancel()


async def comes_back(fake: FakeAri, heard: Recorder) -> None:
    """Wait for a second life and prove that events flow in it."""
    await heard.until(lambda: len(heard.ups) >= 2 and len(heard.echoes) >= 1)
    generation = len(heard.ups)
    await heard.until(lambda: len(heard.ups) >= generation)
    echoes = len(heard.echoes)
    await heard.until(lambda: len(heard.echoes) > echoes)
    fake.world.call_in("call-0001-a", "100")
    await heard.event(StasisStart)


async def test_a_reset_connection_comes_back(fake: FakeAri, ari: Ari, heard: Recorder) -> None:
    async with connecting(fake, ari, heard) as connection:
        await heard.until(lambda: heard.echoes != [])

        fake.faults.drop()

        while connection.live:
            await asyncio.sleep(0)
        live = []
        for seconds in (0, 5):
            await connection.until_live(seconds)
            live.append(connection.live)
        assert live == [False, True]
        await comes_back(fake, heard)
        assert len(heard.downs) == 1
        assert heard.downs[0].startswith("socket ended")
        assert [up.generation for up in heard.ups] == [1, 2]
        assert (connection.counters.lives, connection.counters.failures) == (2, 1)


async def test_a_stalled_connection_is_noticed_by_its_echo(fake: FakeAri, ari: Ari, heard: Recorder) -> None:
    async with connecting(fake, ari, heard):
        await heard.until(lambda: heard.echoes != [])

        fake.faults.set("stalled", True)
        await heard.until(lambda: heard.downs != [])
        fake.faults.set("stalled", False)

        assert heard.downs == ["no echo in time"]
        await comes_back(fake, heard)


async def test_a_half_open_connection_is_noticed_and_closing_it_does_not_wait(
    fake: FakeAri, ari: Ari, heard: Recorder
) -> None:
    async with connecting(fake, ari, heard):
        await heard.until(lambda: heard.echoes != [])

        fake.faults.freeze()
        # A close that waited for the other side would take 10 s.
        await heard.until(lambda: len(heard.ups) >= 2)

        assert heard.downs == ["no echo in time"]
        await comes_back(fake, heard)


async def test_a_password_that_asterisk_takes_no_more_is_tried_until_it_does(
    fake: FakeAri, ari: Ari, heard: Recorder
) -> None:
    async with connecting(fake, ari, heard) as connection:
        await heard.until(lambda: heard.echoes != [])

        fake.faults.set("failing", 401)
        async with asyncio.timeout(3):
            while connection.counters.failures < 3:
                await asyncio.sleep(0.01)
        fake.faults.set("failing", 0)

        assert heard.downs[0].startswith("Asterisk refuses us")
        await comes_back(fake, heard)


async def test_a_listener_who_is_refused_is_asked_again_in_the_next_life(
    fake: FakeAri, ari: Ari, heard: Recorder
) -> None:
    async def ask_together() -> None:
        fake.faults.set("failing", 401 if len(heard.ups) == 1 else 0)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(2):
                    group.create_task(ari.channels.list())
        finally:
            fake.faults.set("failing", 0)

    heard.reconcile = ask_together
    async with connecting(fake, ari, heard):
        await comes_back(fake, heard)

    assert heard.downs[0].startswith("Asterisk refuses us")


async def test_a_byte_at_a_time_is_no_connection(fake: FakeAri, ari: Ari, heard: Recorder) -> None:
    async with connecting(fake, ari, heard):
        await heard.until(lambda: heard.echoes != [])

        fake.faults.trickle(every=1.0)

        await comes_back(fake, heard)
        assert heard.downs == ["no echo in time"]


async def test_a_message_cut_in_the_middle_ends_the_life(fake: FakeAri, ari: Ari, heard: Recorder) -> None:
    async with connecting(fake, ari, heard):
        await heard.until(lambda: heard.echoes != [])

        fake.faults.cut()

        await comes_back(fake, heard)
        assert len(heard.downs) == 1


@pytest.mark.parametrize("garbage", ["{", "[]", "null", '{"type": "StasisStart"}', '{"type": 7}', "\u0000"])
async def test_garbage_is_counted_and_the_stream_goes_on(
    fake: FakeAri, ari: Ari, heard: Recorder, garbage: str
) -> None:
    async with connecting(fake, ari, heard) as connection:
        await heard.until(lambda: heard.echoes != [])

        fake.faults.send(garbage)
        fake.world.call_in("call-0001-a", "100")
        await heard.event(StasisStart)

        unknown = await heard.event(UnknownEvent)
        assert unknown.problem != ""
        assert connection.counters.unreadable == 1
        assert heard.downs == []


async def test_an_event_of_a_later_asterisk_is_passed_on_as_unknown(
    fake: FakeAri, ari: Ari, heard: Recorder
) -> None:
    async with connecting(fake, ari, heard) as connection:
        await heard.until(lambda: heard.echoes != [])

        fake.faults.send('{"type": "ChannelSang", "application": "contract", "song": {"key": "D"}}')

        unknown = await heard.event(UnknownEvent)
        assert unknown == UnknownEvent(type="ChannelSang", application="contract")
        assert connection.counters.unreadable == 0


async def test_events_wait_for_reconciling_and_come_in_order(
    fake: FakeAri, ari: Ari, heard: Recorder
) -> None:
    async def reconcile() -> None:
        fake.world.call_in("call-0001-a", "100")
        for number in range(5):
            variables = {"number": str(number)}
            await ari.events.user_event(event_name="m", application=APPLICATION, variables=variables)
        await asyncio.sleep(0.05)
        assert heard.events == []
        assert heard.echoes == []

    heard.reconcile = reconcile
    async with connecting(fake, ari, heard):
        await heard.until(lambda: heard.echoes != [])

        assert heard.names() == ["StasisStart"] + ["ChannelUserevent"] * 5
        markers = [e.userevent["number"] for e in heard.events if isinstance(e, ChannelUserevent)]
        assert markers == ["0", "1", "2", "3", "4"]


async def test_a_connection_lost_while_reconciling_cancels_it(
    fake: FakeAri, ari: Ari, heard: Recorder
) -> None:
    begun: list[bool] = []

    async def reconcile() -> None:
        begun.append(True)
        if len(begun) == 1:
            fake.faults.drop()
            await asyncio.sleep(10)

    heard.reconcile = reconcile
    async with connecting(fake, ari, heard):
        await comes_back(fake, heard)

        assert len(heard.downs) == 1
        assert len(begun) == 2


async def test_too_many_events_while_reconciling_begin_it_anew(
    fake: FakeAri, ari: Ari, heard: Recorder
) -> None:
    async def reconcile() -> None:
        if len(heard.ups) == 1:
            for _ in range(LIMITS.buffered_events + 1):
                fake.faults.send('{"type": "ChannelSang"}')
            await asyncio.sleep(10)

    heard.reconcile = reconcile
    async with connecting(fake, ari, heard):
        await comes_back(fake, heard)

        assert heard.downs == ["too many events while reconciling"]


async def test_a_listener_that_fails_ends_the_connection_with_its_error(
    fake: FakeAri, ari: Ari, heard: Recorder
) -> None:
    async def reconcile() -> None:
        raise ValueError("a mistake above")

    heard.reconcile = reconcile
    connection = AriConnection(ari, fake.url, USER, PASSWORD, APPLICATION, heard, LIMITS)

    with pytest.raises(ValueError, match="a mistake above"):
        await connection.run()

    assert heard.downs == ["a mistake above"]


async def test_a_deaf_application_gets_a_new_name(fake: FakeAri, ari: Ari, heard: Recorder) -> None:
    async with connecting(fake, ari, heard) as connection:
        await heard.until(lambda: heard.echoes != [])

        fake.faults.set("deaf", [APPLICATION])
        await heard.until(lambda: len(heard.ups) == 2)

        assert heard.deaf == [APPLICATION]
        assert heard.ups[1].application == f"{APPLICATION}-2" == connection.application


async def test_an_asterisk_that_is_away_is_waited_for_without_a_new_name(heard: Recorder) -> None:
    async with FakeAri() as gone:
        url, port = gone.url, int(gone.url.rpartition(":")[2].removesuffix("/ari"))
    async with HttpTransport(url, USER, PASSWORD) as transport:
        ari = Ari(transport)
        async with connecting(gone, ari, heard) as connection:
            while connection.counters.failures < 4:
                await asyncio.sleep(0.01)

            async with FakeAri(port=port):
                await heard.until(lambda: heard.ups != [])

                assert heard.ups[0].application == APPLICATION
                assert (heard.downs, heard.deaf) == ([], [])


async def test_cancelling_tells_the_listener(fake: FakeAri, ari: Ari, heard: Recorder) -> None:
    async with connecting(fake, ari, heard):
        await heard.until(lambda: heard.echoes != [])

    assert heard.downs == ["stopped"]


async def test_a_failing_asterisk_is_unknown_and_answered(fake: FakeAri, ari: Ari) -> None:
    fake.faults.set("failing", 503)

    outcome = await ari.channels.list()

    assert outcome == Unknown("Internal Server Error", answered=True)


async def test_an_unreadable_answer_is_unknown(fake: FakeAri, ari: Ari) -> None:
    fake.faults.set("garbling", True)

    outcome = await ari.channels.list()

    assert isinstance(outcome, Unknown)
    assert outcome.answered


async def test_a_wrong_password_is_our_mistake(fake: FakeAri) -> None:
    async with HttpTransport(fake.url, USER, "wrong") as transport:
        with pytest.raises(AriRequestError):
            await Ari(transport).channels.list()


async def test_a_slow_asterisk_is_unknown_after_the_lane_limit_and_other_lanes_go_on(fake: FakeAri) -> None:
    limits = LaneLimits(connections=1, seconds=0.05)
    patient = LaneLimits(connections=1, seconds=2.0)
    lanes = {Lane.BRIDGE: patient, Lane.NORMAL: limits, Lane.HEALTH: patient, Lane.SLOW: patient}
    async with HttpTransport(fake.url, USER, PASSWORD, lanes) as transport:
        ari = Ari(transport)
        fake.faults.set("slow_seconds", 0.2)

        async with asyncio.TaskGroup() as tasks:
            stuck = tasks.create_task(ari.asterisk.ping())
            queued = tasks.create_task(ari.asterisk.ping())
            other = tasks.create_task(ari.asterisk.ping(lane=Lane.BRIDGE))

        assert isinstance(stuck.result(), Unknown)
        assert isinstance(queued.result(), Unknown)
        assert isinstance(other.result(), Done)


async def test_nobody_there_is_unknown(fake: FakeAri) -> None:
    async with HttpTransport("http://127.0.0.1:1/ari", USER, PASSWORD) as transport:
        outcome = await Ari(transport).asterisk.ping()

    assert isinstance(outcome, Unknown)
    assert not outcome.answered
