"""What the ARI client relies on: bridges."""

from app.ari.models import (
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelLeftBridge,
    PlaybackFinished,
    PlaybackStarted,
    RecordingFinished,
    RecordingStarted,
    StasisEnd,
)
from app.ari.outcome import Done, Gone, WrongMoment, confirmed
from app.ari.translate import Translator
from calls.ids import LegId
from calls.legs import LegEnded, LegLeft
from tests.integration.ari.people import (
    ATTEMPT,
    BRIDGE,
    CALLER,
    NOBODY,
    OTHER,
    answered_caller,
    comes_to,
    dial,
)
from tests.integration.ari.under_test import ANOTHER, UnderTest


class BridgeContract:
    """A part of the contract."""

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
        second = await comes_to(Gone, lambda: under_test.ari.bridges.destroy(bridge_id=BRIDGE))

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

    async def test_an_application_hears_of_the_legs_of_another_that_it_follows(
        self, under_test: UnderTest
    ) -> None:
        await answered_caller(under_test)
        await answered_caller(under_test, OTHER)
        await under_test.ari.bridges.create_with_id(bridge_id=BRIDGE)
        await under_test.ari.bridges.add_channel(bridge_id=BRIDGE, channel=[OTHER])

        async with under_test.another() as heard:
            for leg in (CALLER, OTHER):
                await under_test.ari.applications.subscribe(
                    application_name=ANOTHER, event_source=[f"channel:{leg}"]
                )
            await under_test.ari.channels.play(channel_id=CALLER, media=[under_test.short_sound])
            await heard.event(PlaybackFinished)
            await under_test.far_end.press(CALLER, "3")
            await heard.event(ChannelDtmfReceived)
            await under_test.far_end.hang_up(OTHER)
            await under_test.far_end.hang_up(CALLER)

            translator = Translator()
            ends = {LegId(OTHER): 0, LegId(CALLER): 0}

            def both_ended() -> bool:
                facts = [translator.facts(event) for event in heard.events]
                heard.events.clear()
                for fact in facts:
                    assert not isinstance(fact, LegLeft)
                    if isinstance(fact, LegEnded):
                        ends[fact.leg_id] += 1
                return all(ends.values())

            await heard.until(both_ended)
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

        added = await under_test.ari.bridges.add_channel(bridge_id=BRIDGE, channel=[CALLER])

        assert added == Done(None)
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
        again = await comes_to(Gone, lambda: recordings.stop(recording_name="talk"))
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
