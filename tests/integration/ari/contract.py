"""What the ARI client relies on: run against the fake server here and against the real Asterisk in `tests/e2e/ari`."""

import asyncio

import pytest

from app.ari.connection import Replaced
from app.ari.models import (
    ChannelDestroyed,
    ChannelHangupRequest,
    ChannelUserevent,
    ChannelVarset,
    Dial,
    StasisEnd,
    StasisStart,
)
from app.ari.outcome import AriRequestError, Done, Gone, Unknown, WrongMoment, confirmed
from tests.integration.ari.contract_bridges import BridgeContract
from tests.integration.ari.contract_callers import CallerContract
from tests.integration.ari.people import ATTEMPT, BRIDGE, CALLER, NOBODY, answered_caller, dial
from tests.integration.ari.under_test import APPLICATION, Recorder, UnderTest


class AriContract(CallerContract, BridgeContract):
    """The contract; a subclass's module provides the fixture `under_test`."""

    async def test_echoes_come_back(self, under_test: UnderTest) -> None:
        await under_test.heard.until(lambda: len(under_test.heard.echoes) >= 2)

        assert under_test.heard.names() == []

    async def test_a_channel_id_taken_twice_is_found(self, under_test: UnderTest) -> None:
        first = await dial(under_test, "3")

        twice = await dial(under_test, "3")
        found = await confirmed(twice, lambda: under_test.ari.channels.get(channel_id=ATTEMPT))

        assert isinstance(first, Done)
        assert isinstance(twice, WrongMoment)
        assert isinstance(found, Done)
        assert found.value.id == ATTEMPT

    async def test_an_id_that_begins_another_is_refused_though_it_does_not_exist(
        self, under_test: UnderTest
    ) -> None:
        await dial(under_test, "3")
        beginning = ATTEMPT[:-2].upper()

        refused = await dial(under_test, "3", attempt=beginning)
        found = await confirmed(refused, lambda: under_test.ari.channels.get(channel_id=beginning))

        assert isinstance(refused, WrongMoment)
        assert isinstance(found, Gone)

    async def test_an_endpoint_that_cannot_be_called_leaves_nothing(self, under_test: UnderTest) -> None:
        refused = await under_test.ari.channels.originate_with_id(
            channel_id=ATTEMPT, endpoint="Telex/1", context="answered", extension=ATTEMPT, priority=1
        )
        found = await confirmed(refused, lambda: under_test.ari.channels.get(channel_id=ATTEMPT))

        assert refused == Unknown("Allocation failed", answered=True)
        assert isinstance(found, Gone)

    async def test_a_malformed_request_is_our_mistake(self, under_test: UnderTest) -> None:
        with pytest.raises(AriRequestError) as raised:
            await under_test.ari.channels.originate_with_id(
                channel_id=ATTEMPT, endpoint="Local", extension="1"
            )

        assert (raised.value.method, raised.value.path) == ("POST", f"/channels/{ATTEMPT}")

    async def test_a_customer_who_answers_reaches_us_through_the_dialplan(
        self, under_test: UnderTest
    ) -> None:
        await dial(under_test, "1")

        start = await under_test.heard.event(StasisStart)

        heard = [name for name in under_test.heard.names() if name != "Dial"]
        assert heard == ["ChannelStateChange", "StasisStart"]
        assert (start.channel.id, start.channel.state, start.args) == (ATTEMPT, "Up", ("answered", ATTEMPT))
        answers = [e for e in under_test.heard.events if isinstance(e, Dial) and e.dialstatus == "ANSWER"]
        assert [answer.peer.id for answer in answers] == [ATTEMPT]

    async def test_a_busy_customer_ends_the_attempt(self, under_test: UnderTest) -> None:
        await dial(under_test, "2")

        ended = await under_test.heard.event(ChannelDestroyed)

        assert ended.channel.id == ATTEMPT
        assert "BUSY" in [e.dialstatus for e in under_test.heard.events if isinstance(e, Dial)]
        assert "StasisStart" not in under_test.heard.names()

    async def test_a_customer_who_does_not_answer_is_given_up(self, under_test: UnderTest) -> None:
        await dial(under_test, "3", ring_seconds=1)

        ended = await under_test.heard.event(ChannelDestroyed)

        assert (ended.channel.id, ended.cause) == (ATTEMPT, 19)

    async def test_variables_are_kept_and_their_absence_is_no_absence_of_the_channel(
        self, under_test: UnderTest
    ) -> None:
        await answered_caller(under_test)
        channels = under_test.ari.channels

        written = await channels.set_channel_var(channel_id=CALLER, variable="DL_CALL", value="a b,c&d")
        read = await channels.get_channel_var(channel_id=CALLER, variable="DL_CALL")
        unset = await channels.get_channel_var(channel_id=CALLER, variable="DL_NEVER")
        gone = await channels.get_channel_var(channel_id=NOBODY, variable="DL_CALL")

        assert written == Done(None)
        assert isinstance(read, Done)
        assert read.value.value == "a b,c&d"
        assert isinstance(unset, WrongMoment)
        assert isinstance(gone, Gone)

    async def test_global_variables_are_kept(self, under_test: UnderTest) -> None:
        await under_test.ari.asterisk.set_global_var(variable="DL_HEARTBEAT", value="1700000000")

        read = await under_test.ari.asterisk.get_global_var(variable="DL_HEARTBEAT")

        assert isinstance(read, Done)
        assert read.value.value == "1700000000"

    async def test_filtered_events_do_not_come(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)

        await under_test.ari.channels.set_channel_var(channel_id=CALLER, variable="DL_CALL", value="x")
        await under_test.ari.events.user_event(
            event_name="marker", application=APPLICATION, variables={"number": "1"}
        )

        marker = await under_test.heard.event(ChannelUserevent)
        assert (marker.eventname, marker.userevent["number"]) == ("marker", "1")
        assert not any(isinstance(event, ChannelVarset) for event in under_test.heard.events)

    async def test_what_does_not_exist_cannot_be_subscribed_or_told(self, under_test: UnderTest) -> None:
        source = [f"channel:{NOBODY}"]

        channel = await under_test.ari.applications.subscribe(
            application_name=APPLICATION, event_source=source
        )
        application = await under_test.ari.applications.subscribe(
            application_name="nobody", event_source=source
        )
        event = await under_test.ari.events.user_event(event_name="x", application="nobody")

        assert isinstance(channel, Gone)
        assert isinstance(application, Gone)
        assert isinstance(event, Gone)

    async def test_reconciling_sees_what_lives(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)
        await under_test.ari.bridges.create_with_id(bridge_id=BRIDGE)
        await under_test.ari.bridges.add_channel(bridge_id=BRIDGE, channel=[CALLER])

        channels = await under_test.ari.channels.list()
        bridges = await under_test.ari.bridges.list()
        application = await under_test.ari.applications.get(application_name=APPLICATION)

        assert isinstance(channels, Done)
        assert isinstance(bridges, Done)
        assert isinstance(application, Done)
        assert CALLER in [channel.id for channel in channels.value]
        assert [bridge.channels for bridge in bridges.value if bridge.id == BRIDGE] == [(CALLER,)]
        assert (application.value.channel_ids, application.value.bridge_ids) == ((CALLER,), (BRIDGE,))
        await under_test.ari.bridges.destroy(bridge_id=BRIDGE)

    async def test_whoever_connects_later_takes_over(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)
        later = Recorder()

        async with asyncio.TaskGroup() as tasks:
            taker = tasks.create_task(under_test.connect(later).run())
            await under_test.heard.until(lambda: under_test.heard.downs != [])
            await later.until(lambda: later.ups != [])
            await under_test.far_end.hang_up(CALLER)
            await later.event(StasisEnd)
            taker.cancel()

        assert under_test.heard.downs == [str(Replaced(APPLICATION))]
        assert not under_test.connection.live
        assert "ChannelHangupRequest" in later.names()
        assert isinstance(await later.event(ChannelHangupRequest), ChannelHangupRequest)
