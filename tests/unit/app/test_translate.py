import json
from datetime import UTC, datetime
from typing import Any

import pytest

from app.ari.events import decode_event
from app.ari.translate import Translator, recorded_leg
from calls.ids import BridgeId, LegId, PlaybackId
from calls.legs import (
    AnswererHeard,
    DigitPressed,
    HoldChanged,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegFact,
    LegJoined,
    LegLeft,
    LegRinging,
    PromptFinished,
    PromptStarted,
    RecordingStopped,
)
from calls.words import AmdVerdict, HangupCause
from tests.fakes.scripted_asterisk import bridge, channel, playback, recording
from tests.unit.app.people import CALLER

Told = LegFact | LegJoined | AnswererHeard | HoldChanged | None
AT = datetime(2026, 6, 1, 8, 0, 1, 250_000, tzinfo=UTC)
OTHER = LegId("1770000000.2")


def told(translator: Translator, kind: str, leg_id: str = CALLER, **content: Any) -> Told:
    event = {
        "type": kind,
        "application": "dealerlijn",
        "timestamp": "2026-06-01T10:00:01.250+0200",
        "asterisk_id": "one",
        **({"channel": channel(leg_id)} if "playback" not in content and "recording" not in content else {}),
        **content,
    }
    return translator.facts(decode_event(json.dumps(event)))


def hung_up(translator: Translator, leg_id: str = CALLER, cause: int | None = 17) -> Told:
    return told(translator, "ChannelHangupRequest", leg_id, **({} if cause is None else {"cause": cause}))


def destroyed(translator: Translator, cause: int = 16, leg_id: str = CALLER) -> Told:
    return told(translator, "ChannelDestroyed", leg_id, cause=cause, cause_txt="")


def test_a_leg_arrives_with_what_the_dialplan_said_and_asterisks_own_time_in_utc() -> None:
    fact = told(
        Translator(),
        "StasisStart",
        args=["in", "+31401234567"],
        channel=channel(CALLER, number="0612345678"),
    )

    assert fact == LegArrived(AT, CALLER, "in", "+31401234567", "0612345678")
    assert isinstance(fact, LegArrived)
    assert fact.at.tzinfo is UTC


def test_what_asterisks_own_detector_makes_of_a_customer_is_an_opinion_like_any_other() -> None:
    heard = told(Translator(), "StasisStart", args=["judged", "MACHINE/LONGGREETING-2400-2400"])

    assert heard == AnswererHeard(AT, CALLER, AmdVerdict.MACHINE, "longgreeting", certain=False, over=True)


def test_a_leg_may_arrive_with_no_words_at_all() -> None:
    assert told(Translator(), "StasisStart", args=[]) == LegArrived(AT, CALLER, "", "", "")


@pytest.mark.parametrize(
    ("state", "fact"),
    [("Up", LegAnswered(AT, CALLER)), ("Ringing", LegRinging(AT, CALLER)), ("Down", None), ("Busy", None)],
)
def test_a_change_of_state_tells_ringing_and_answer_only(state: str, fact: LegFact | None) -> None:
    changed = told(Translator(), "ChannelStateChange", channel=channel(CALLER, state=state))

    assert changed == fact


@pytest.mark.parametrize("before", [False, True])
def test_a_leg_that_comes_into_a_bridge_tells_whether_it_had_hung_up_before(before: bool) -> None:
    translator = Translator()
    if before:
        hung_up(translator)

    joined = told(translator, "ChannelEnteredBridge", bridge=bridge("b1"))

    assert joined == LegJoined(AT, CALLER, BridgeId("b1"), before)


def test_a_key_is_told() -> None:
    assert told(Translator(), "ChannelDtmfReceived", digit="#", duration_ms=90) == DigitPressed(
        AT, CALLER, "#"
    )


def test_prompts_are_told_of_legs_but_not_of_bridges() -> None:
    translator = Translator()
    of_leg, of_bridge = playback("p01", f"channel:{CALLER}"), playback("p02", "bridge:b")

    assert told(translator, "PlaybackStarted", playback=of_leg) == PromptStarted(
        AT, CALLER, PlaybackId("p01")
    )
    assert told(translator, "PlaybackFinished", playback=of_leg) == PromptFinished(
        AT, CALLER, PlaybackId("p01")
    )
    assert told(translator, "PlaybackFinished", playback=of_bridge) is None


def test_a_prompt_that_asterisk_could_not_play_has_failed_and_one_during_which_somebody_hung_up_has_not() -> (
    None
):
    unplayable = playback("p01", f"channel:{CALLER}") | {"state": "failed"}
    hung_up = Translator()
    told(hung_up, "ChannelHangupRequest", cause=16)

    failed, broken_off = (
        told(translator, "PlaybackFinished", playback=unplayable) for translator in (Translator(), hung_up)
    )

    assert failed == PromptFinished(AT, CALLER, PlaybackId("p01"), failed=True)
    assert broken_off == PromptFinished(AT, CALLER, PlaybackId("p01"))


def test_the_dialplans_own_message_takes_the_leg_from_us_at_the_time_of_the_answer_it_tells() -> None:
    said = {"answered": "2026-06-01T08:00:00.500"}

    fact = told(Translator(), "ChannelUserevent", eventname="DealerlijnMessage", userevent=said)

    assert fact == LegLeft(AT, CALLER, datetime(2026, 6, 1, 8, 0, 0, 500_000, UTC), AT)
    assert told(Translator(), "ChannelUserevent", eventname="Another", userevent={}) is None


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"answered": ""},
        {"answered": "yesterday"},
        {"answered": None},
        {"answered": 1780300800},
        {"answered": ["2026-06-01T08:00:00"]},
        {"answered": "0001-01-01T00:00:00+14:00"},
        {"answered": "2026-06-01T09:00:00.000"},
    ],
)
def test_a_message_whose_answer_has_no_time_that_can_be_was_answered_when_it_began(
    said: dict[str, Any],
) -> None:
    fact = told(Translator(), "ChannelUserevent", eventname="DealerlijnMessage", userevent=said)

    assert fact == LegLeft(AT, CALLER, AT, AT)


@pytest.mark.parametrize("kind", ["RecordingFinished", "RecordingFailed"])
def test_a_recording_stops_once_however_it_ended(kind: str) -> None:
    fact = told(Translator(), kind, recording=recording(CALLER, "v00") | {"duration": 7})

    assert isinstance(fact, RecordingStopped)
    assert (fact.recording_id, fact.seconds) == ("v00", 7)


def test_a_recording_without_a_length_lasted_no_time() -> None:
    fact = told(Translator(), "RecordingFailed", recording=recording(CALLER))

    assert isinstance(fact, RecordingStopped)
    assert fact.seconds == 0


def test_a_recording_event_names_the_recorded_leg() -> None:
    event = {
        "type": "RecordingFinished",
        "application": "dealerlijn",
        "timestamp": "2026-06-01T10:00:01.250+0200",
        "recording": recording(CALLER),
    }

    assert recorded_leg(decode_event(json.dumps(event))) == CALLER
    event["recording"] = recording(CALLER) | {"target_uri": "bridge:b"}
    assert recorded_leg(decode_event(json.dumps(event))) is None


def test_a_leg_that_was_hung_up_ends_when_it_leaves_with_the_cause_of_the_request() -> None:
    translator = Translator()

    assert hung_up(translator, cause=17) is None
    assert told(translator, "StasisEnd") == LegEnded(AT, CALLER, HangupCause.BUSY)


def test_the_first_request_names_the_cause() -> None:
    translator = Translator()

    hung_up(translator, cause=21)
    hung_up(translator, cause=16)

    assert told(translator, "StasisEnd") == LegEnded(AT, CALLER, HangupCause.REJECTED)


def test_a_request_without_a_cause_is_an_ordinary_hang_up() -> None:
    translator = Translator()

    hung_up(translator, cause=None)

    assert told(translator, "StasisEnd") == LegEnded(AT, CALLER, HangupCause.NORMAL)


@pytest.mark.parametrize(
    ("flag", "ended"), [(32, HangupCause.NORMAL), (1, HangupCause.FAILURE), (4, HangupCause.FAILURE)]
)
def test_a_leg_that_asterisk_hangs_up_ends_normally_when_we_asked_for_it_and_else_fails(
    flag: int, ended: HangupCause
) -> None:
    translator = Translator()

    told(translator, "ChannelHangupRequest", cause=flag, soft=True)
    hung_up(translator, cause=16)

    assert told(translator, "StasisEnd") == LegEnded(AT, CALLER, ended)
    assert translator._requested == {}


def test_a_leg_that_leaves_without_a_request_lives_on_in_the_dialplan() -> None:
    translator = Translator()

    assert told(translator, "StasisEnd") == LegLeft(AT, CALLER)
    hung_up(translator)
    assert destroyed(translator) == LegEnded(AT, CALLER, HangupCause.NORMAL)


@pytest.mark.parametrize(
    ("requested", "cause", "ended"),
    [
        (None, 17, HangupCause.BUSY),
        (21, 0, HangupCause.REJECTED),
        (16, 19, HangupCause.NO_ANSWER),
        (None, 0, HangupCause.FAILURE),
    ],
)
def test_a_leg_that_never_came_to_us_ends_when_it_is_destroyed(
    requested: int | None, cause: int, ended: HangupCause
) -> None:
    translator = Translator()
    if requested is not None:
        hung_up(translator, cause=requested)

    assert destroyed(translator, cause) == LegEnded(AT, CALLER, ended)


def test_a_leg_that_is_destroyed_after_it_left_is_told_to_end_twice_for_the_machine_to_pass_over() -> None:
    translator = Translator()
    hung_up(translator)

    facts = [told(translator, "StasisEnd"), destroyed(translator)]

    assert [type(fact) for fact in facts] == [LegEnded, LegEnded]


def test_a_request_is_remembered_for_its_own_leg_only_and_not_for_ever() -> None:
    translator = Translator()
    hung_up(translator, OTHER)

    assert told(translator, "StasisEnd") == LegLeft(AT, CALLER)
    assert told(translator, "StasisEnd", OTHER) == LegEnded(AT, OTHER, HangupCause.BUSY)
    assert translator._requested == {}


def test_a_new_life_of_the_connection_begins_with_nothing_remembered() -> None:
    translator = Translator()
    hung_up(translator)

    translator.forget()

    assert told(translator, "StasisEnd") == LegLeft(AT, CALLER)


@pytest.mark.parametrize(("kind", "on_hold"), [("ChannelHold", True), ("ChannelUnhold", False)])
def test_a_phone_that_goes_on_hold_or_comes_back_is_told(kind: str, on_hold: bool) -> None:
    assert told(Translator(), kind) == HoldChanged(AT, CALLER, on_hold)


@pytest.mark.parametrize("kind", ["ChannelTalkingStarted", "SomethingNewInAsterisk23"])
def test_what_is_no_news_to_a_call_tells_nothing(kind: str) -> None:
    assert told(Translator(), kind) is None
