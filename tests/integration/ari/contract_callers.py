"""What the ARI client relies on: callers, what they hear and press, and their end."""

from app.ari.models import (
    ChannelDtmfReceived,
    ChannelStateChange,
    PlaybackFinished,
    PlaybackStarted,
    StasisEnd,
    StasisStart,
)
from app.ari.outcome import Done, Gone, WrongMoment
from tests.integration.ari.people import CALLER, NOBODY, answered_caller, comes_to
from tests.integration.ari.under_test import APPLICATION, UnderTest


class CallerContract:
    """A part of the contract."""

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
        again = await comes_to(Gone, lambda: under_test.ari.playbacks.stop(playback_id="play-1"))
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
        second = await comes_to(Gone, lambda: under_test.ari.channels.hangup(channel_id=CALLER))

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
        command = await comes_to(WrongMoment, lambda: under_test.ari.channels.answer(channel_id=CALLER))

        assert sent == Done(None)
        assert isinstance(command, WrongMoment)
        assert isinstance(await under_test.ari.channels.get(channel_id=CALLER), Done)
