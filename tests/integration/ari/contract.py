"""What the ARI client relies on: run against the fake server here and against the real Asterisk in `tests/e2e/ari`."""

import asyncio
from time import monotonic

import pytest

from app.ari.connection import Replaced
from app.ari.models import (
    Channel,
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelHangupRequest,
    ChannelLeftBridge,
    ChannelStateChange,
    ChannelUserevent,
    ChannelVarset,
    Dial,
    PlaybackFinished,
    PlaybackStarted,
    RecordingFinished,
    RecordingStarted,
    StasisEnd,
    StasisStart,
)
from app.ari.outcome import AriRequestError, Done, Gone, Outcome, Unknown, WrongMoment, confirmed
from tests.integration.ari.under_test import APPLICATION, Recorder, UnderTest

CALLER = "call-0001-a"
OTHER = "call-0002-a"
ATTEMPT = "call-0003-a"
NOBODY = "call-0009-a"
BRIDGE = "bridge-0001"


async def answered_caller(to: UnderTest, channel_id: str = CALLER) -> None:
    await to.far_end.call_in(channel_id)
    await to.heard.until(
        lambda: any(isinstance(e, StasisStart) and e.channel.id == channel_id for e in to.heard.events)
    )
    assert await to.ari.channels.answer(channel_id=channel_id) == Done(None)


async def dial(
    to: UnderTest, person: str, *, ring_seconds: int = 30, attempt: str = ATTEMPT
) -> Outcome[Channel]:
    outcome = await to.ari.channels.originate_with_id(
        channel_id=attempt,
        endpoint=f"Local/{person}@person/n",
        context="answered",
        extension=attempt,
        priority=1,
        timeout=ring_seconds,
        formats="slin",
    )
    source = [f"channel:{attempt}"]
    await to.ari.applications.subscribe(application_name=APPLICATION, event_source=source)
    return outcome


class AriContract:
    """The contract; a subclass's module provides the fixture `under_test`."""

    async def test_echoes_come_back_quickly(self, under_test: UnderTest) -> None:
        await under_test.heard.until(lambda: len(under_test.heard.echoes) >= 2)

        assert max(under_test.heard.echoes) < 1.0
        assert under_test.heard.names() == []

    async def test_an_incoming_call_enters_ringing_and_can_be_answered(self, under_test: UnderTest) -> None:
        await under_test.far_end.call_in(CALLER)
        start = await under_test.heard.event(StasisStart)

        answered = await under_test.ari.channels.answer(channel_id=CALLER)

        change = await under_test.heard.event(ChannelStateChange)
        assert answered == Done(None)
        assert (start.channel.id, start.channel.state, start.args) == (CALLER, "Ring", ("in", "100"))
        assert (start.application, start.timestamp.tzinfo is not None) == (APPLICATION, True)
        assert change.channel.state == "Up"

    async def test_a_prompt_is_played_to_its_end(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)

        queued = await under_test.ari.channels.play_with_id(
            channel_id=CALLER, playback_id="play-1", media=[under_test.short_sound]
        )

        finished = await under_test.heard.event(PlaybackFinished)
        assert isinstance(queued, Done)
        assert queued.value.state in ("queued", "playing")
        assert under_test.heard.names()[-2:] == ["PlaybackStarted", "PlaybackFinished"]
        assert (finished.playback.id, finished.playback.state) == ("play-1", "done")
        assert finished.playback.target_uri == f"channel:{CALLER}"

    async def test_a_prompt_can_be_stopped_once(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)
        await under_test.ari.channels.play_with_id(
            channel_id=CALLER, playback_id="play-1", media=[under_test.long_sound]
        )
        await under_test.heard.event(PlaybackStarted)

        stopped = await under_test.ari.playbacks.stop(playback_id="play-1")

        finished = await under_test.heard.event(PlaybackFinished)
        again = await under_test.ari.playbacks.stop(playback_id="play-1")
        assert stopped == Done(None)
        assert finished.playback.state == "done"
        assert isinstance(again, Gone)

    async def test_a_missing_sound_ends_as_failed(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)

        await under_test.ari.channels.play(channel_id=CALLER, media=["sound:/no/such/sound"])

        finished = await under_test.heard.event(PlaybackFinished)
        assert finished.playback.state == "failed"

    async def test_prompts_queue_behind_one_another(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)

        for name in ("play-1", "play-2"):
            await under_test.ari.channels.play_with_id(
                channel_id=CALLER, playback_id=name, media=[under_test.short_sound]
            )

        await under_test.heard.until(lambda: under_test.heard.names().count("PlaybackFinished") == 2)
        ends = [e.playback.id for e in under_test.heard.events if isinstance(e, PlaybackFinished)]
        assert ends == ["play-1", "play-2"]

    async def test_a_pressed_key_is_heard(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)

        await under_test.far_end.press(CALLER, "3")

        pressed = await under_test.heard.event(ChannelDtmfReceived)
        assert (pressed.digit, pressed.channel.id) == ("3", CALLER)

    async def test_hanging_up_ends_stasis_and_leaves_nothing(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)

        first = await under_test.ari.channels.hangup(channel_id=CALLER, reason_code="16")
        await under_test.heard.event(StasisEnd)
        second = await under_test.ari.channels.hangup(channel_id=CALLER)

        assert first == Done(None)
        assert isinstance(second, Gone)
        assert "ChannelDestroyed" not in under_test.heard.names()
        assert isinstance(await under_test.ari.channels.get(channel_id=CALLER), Gone)

    async def test_a_caller_who_hangs_up_ends_stasis(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)

        await under_test.far_end.hang_up(CALLER)

        await under_test.heard.event(StasisEnd)
        assert under_test.heard.names()[-2:] == ["ChannelHangupRequest", "StasisEnd"]

    async def test_hanging_up_during_a_prompt_finishes_the_prompt(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)
        await under_test.ari.channels.play(channel_id=CALLER, media=[under_test.long_sound])
        await under_test.heard.event(PlaybackStarted)

        await under_test.far_end.hang_up(CALLER)

        await under_test.heard.event(StasisEnd)
        assert under_test.heard.names()[-3:] == ["ChannelHangupRequest", "PlaybackFinished", "StasisEnd"]

    async def test_two_callers_meet_in_a_bridge_and_leave_it(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)
        await answered_caller(under_test, OTHER)
        bridges = under_test.ari.bridges

        made = await bridges.create_with_id(bridge_id=BRIDGE, type="mixing")
        added = await bridges.add_channel(bridge_id=BRIDGE, channel=[CALLER, OTHER])
        seen = await bridges.get(bridge_id=BRIDGE)
        removed = await bridges.remove_channel(bridge_id=BRIDGE, channel=[CALLER])
        again = await bridges.remove_channel(bridge_id=BRIDGE, channel=[CALLER])
        destroyed = await bridges.destroy(bridge_id=BRIDGE)

        assert isinstance(made, Done)
        assert (added, removed, destroyed) == (Done(None), Done(None), Done(None))
        assert isinstance(seen, Done)
        assert set(seen.value.channels) == {CALLER, OTHER}
        assert isinstance(again, WrongMoment)
        left = await under_test.heard.event(ChannelLeftBridge)
        entered = await under_test.heard.event(ChannelEnteredBridge)
        assert (left.channel.id, left.bridge.channels) == (CALLER, (OTHER,))
        assert entered.channel is not None
        assert (entered.channel.id, entered.bridge.id) == (CALLER, BRIDGE)

    async def test_an_empty_bridge_is_destroyed_once(self, under_test: UnderTest) -> None:
        await under_test.ari.bridges.create_with_id(bridge_id=BRIDGE)

        first = await under_test.ari.bridges.destroy(bridge_id=BRIDGE)
        second = await under_test.ari.bridges.destroy(bridge_id=BRIDGE)

        assert first == Done(None)
        assert isinstance(second, Gone)

    async def test_hanging_up_in_a_bridge_leaves_it_first(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)
        await under_test.ari.bridges.create_with_id(bridge_id=BRIDGE)
        await under_test.ari.bridges.add_channel(bridge_id=BRIDGE, channel=[CALLER])

        await under_test.far_end.hang_up(CALLER)

        await under_test.heard.event(StasisEnd)
        assert under_test.heard.names()[-3:] == ["ChannelHangupRequest", "ChannelLeftBridge", "StasisEnd"]
        await under_test.ari.bridges.destroy(bridge_id=BRIDGE)

    async def test_bridging_someone_who_is_not_there_is_told_apart(self, under_test: UnderTest) -> None:
        await dial(under_test, "3")
        await under_test.ari.bridges.create_with_id(bridge_id=BRIDGE)

        nobody = await under_test.ari.bridges.add_channel(bridge_id=BRIDGE, channel=[NOBODY])
        outside = await under_test.ari.bridges.add_channel(bridge_id=BRIDGE, channel=[ATTEMPT])
        nowhere = await under_test.ari.bridges.add_channel(bridge_id="bridge-0009", channel=[ATTEMPT])

        assert isinstance(nobody, Gone)
        assert isinstance(outside, WrongMoment)
        assert isinstance(nowhere, Gone)
        await under_test.ari.bridges.destroy(bridge_id=BRIDGE)

    async def test_adding_a_channel_waits_for_its_prompt(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)
        await under_test.ari.bridges.create_with_id(bridge_id=BRIDGE)
        await under_test.ari.channels.play(channel_id=CALLER, media=[under_test.short_sound])
        await under_test.heard.event(PlaybackStarted)
        began = monotonic()

        added = await under_test.ari.bridges.add_channel(bridge_id=BRIDGE, channel=[CALLER])

        assert added == Done(None)
        assert monotonic() - began > 0.15
        assert "PlaybackFinished" in under_test.heard.names()
        await under_test.ari.bridges.destroy(bridge_id=BRIDGE)

    async def test_a_bridge_id_taken_twice_is_found_and_its_beginning_is_free(
        self, under_test: UnderTest
    ) -> None:
        bridges = under_test.ari.bridges
        await bridges.create_with_id(bridge_id=BRIDGE)

        twice = await bridges.create_with_id(bridge_id=BRIDGE)
        found = await confirmed(twice, lambda: bridges.get(bridge_id=BRIDGE))
        beginning = await bridges.create_with_id(bridge_id=BRIDGE[:-1])

        assert isinstance(twice, WrongMoment)
        assert isinstance(found, Done)
        assert isinstance(beginning, Done)
        await bridges.destroy(bridge_id=BRIDGE)
        await bridges.destroy(bridge_id=BRIDGE[:-1])

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

    async def test_a_bridge_is_recorded_until_stopped(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)
        await under_test.ari.bridges.create_with_id(bridge_id=BRIDGE)
        await under_test.ari.bridges.add_channel(bridge_id=BRIDGE, channel=[CALLER])
        recordings = under_test.ari.recordings

        begun = await under_test.ari.bridges.record(
            bridge_id=BRIDGE, name="talk", format="wav", if_exists="overwrite"
        )
        await under_test.heard.event(RecordingStarted)
        live = await recordings.get_live(recording_name="talk")
        stopped = await recordings.stop(recording_name="talk")
        finished = await under_test.heard.event(RecordingFinished)
        again = await recordings.stop(recording_name="talk")
        stored = await recordings.get_stored(recording_name="talk")

        assert isinstance(begun, Done)
        assert isinstance(live, Done)
        assert stopped == Done(None)
        assert (finished.recording.name, finished.recording.state) == ("talk", "done")
        assert isinstance(again, Gone)
        assert isinstance(stored, Done)
        await under_test.ari.bridges.destroy(bridge_id=BRIDGE)

    async def test_a_prompt_to_a_bridge_is_heard_by_the_application(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)
        await under_test.ari.bridges.create_with_id(bridge_id=BRIDGE)
        await under_test.ari.bridges.add_channel(bridge_id=BRIDGE, channel=[CALLER])

        played = await under_test.ari.bridges.play_with_id(
            bridge_id=BRIDGE, playback_id="play-1", media=[under_test.short_sound]
        )

        finished = await under_test.heard.event(PlaybackFinished)
        assert isinstance(played, Done)
        assert finished.playback.target_uri == f"bridge:{BRIDGE}"
        await under_test.ari.bridges.destroy(bridge_id=BRIDGE)

    async def test_music_starts_and_stops(self, under_test: UnderTest) -> None:
        await answered_caller(under_test)

        started = await under_test.ari.channels.start_moh(channel_id=CALLER)
        stopped = await under_test.ari.channels.stop_moh(channel_id=CALLER)
        nobody = await under_test.ari.channels.start_moh(channel_id=NOBODY)

        assert (started, stopped) == (Done(None), Done(None))
        assert isinstance(nobody, Gone)

    async def test_a_channel_sent_back_to_the_dialplan_leaves_us_and_lives(
        self, under_test: UnderTest
    ) -> None:
        await answered_caller(under_test)

        sent = await under_test.ari.channels.continue_in_dialplan(
            channel_id=CALLER, context="person", extension="caller", priority=1
        )
        await under_test.heard.event(StasisEnd)
        command = await under_test.ari.channels.answer(channel_id=CALLER)

        assert sent == Done(None)
        assert isinstance(command, WrongMoment)
        assert isinstance(await under_test.ari.channels.get(channel_id=CALLER), Done)

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
