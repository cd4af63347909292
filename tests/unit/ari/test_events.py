"""Decoding what comes over the events socket."""

from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ari.events import UnknownEvent, decode_event
from app.ari.models import ChannelDtmfReceived, PlaybackFinished

PLAYBACK = (
    b'{"type": "PlaybackFinished", "timestamp": "2026-05-04T10:00:00.125+0200", "application": "dealerlijn",'
    b' "asterisk_id": "x", "new_in_a_later_release": [1],'
    b' "playback": {"id": "p", "media_uri": "sound:menu", "target_uri": "channel:c", "state": "a-new-state"}}'
)


def test_an_event_is_decoded_with_its_time_and_unknown_fields_are_passed_over() -> None:
    event = decode_event(PLAYBACK)

    assert isinstance(event, PlaybackFinished)
    assert event.timestamp.astimezone(UTC) == datetime(2026, 5, 4, 8, 0, 0, 125_000, tzinfo=UTC)
    assert (event.playback.state, event.playback.language) == ("a-new-state", None)


def test_an_unknown_type_is_no_problem() -> None:
    assert decode_event(b'{"type": "Sang", "application": "a"}') == UnknownEvent(type="Sang", application="a")


@pytest.mark.parametrize("type_name", ["StasisStart", "ChannelDestroyed"])
def test_a_known_type_without_its_content_is_a_problem(type_name: str) -> None:
    event = decode_event(msgspec.json.encode({"type": type_name, "application": "a"}))

    assert isinstance(event, UnknownEvent)
    assert event.type == type_name
    assert "missing required field" in event.problem


def test_the_problem_does_not_repeat_the_content() -> None:
    event = decode_event(b'{"type": "ChannelDtmfReceived", "application": "a", "digit": 31401234567}')

    assert isinstance(event, UnknownEvent)
    assert "31401234567" not in event.problem


@given(st.binary())
def test_no_message_makes_decoding_fail(message: bytes) -> None:
    assert not isinstance(decode_event(message), ChannelDtmfReceived)
