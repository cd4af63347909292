"""The checker recounts a campaign from packets alone."""

from dataclasses import replace

import pytest

from tests.checker.media import decode, encode
from tests.checker.pcap import Address, Datagram
from tests.checker.recount import Caller, Seen, Sounds, recount, recount_callers
from tests.unit.checker.traces import (
    DEALER,
    MESSAGE,
    PHONES,
    TRUNK,
    answered,
    called,
    dialled,
    hung_up,
    key,
    message_frames,
    signal,
    sound,
    tone,
)

NUMBER = "+31610000001"
SOUNDS = Sounds(MESSAGE, {"agent1": 1000.0, "agent2": 1100.0})
CUSTOMER, LINE = Address("127.0.0.2", 20_000), Address("127.0.0.1", 10_000)
PHONE, PHONE_LINE = Address("127.0.0.1", 20_002), Address("127.0.0.1", 10_002)


def test_a_refusal_is_an_end_with_its_status_however_often_the_invitation_was_sent() -> None:
    invitation = dialled(1.0, "a", NUMBER, LINE.port)
    busy = signal(2.0, "a", "SIP/2.0 486 Busy Here", by_us=False)

    (seen,) = _recount([*invitation, *dialled(1.5, "a", NUMBER, LINE.port), busy])

    assert (seen.number, seen.invited_at, seen.ringing_at) == (NUMBER, 1.0, 1.0)
    assert (seen.status, seen.ended_at, seen.answered_at) == (486, 2.0, None)


def test_every_number_that_an_invitation_gives_as_ours_is_read() -> None:
    ours = '"Garage" <sip:+31401234567@127.0.0.1>;tag=1'
    heads = f"From: {ours}\r\nP-Asserted-Identity: <sip:+31409999999@127.0.0.1>, <tel:+31401234567>"
    invitation, ringing = dialled(1.0, "a", NUMBER, LINE.port)
    start, _, rest = invitation.payload.partition(b"\r\n")
    told = replace(invitation, payload=b"\r\n".join([start, heads.encode(), rest]))

    (plain,), (seen,) = _recount([invitation, ringing]), _recount([told, ringing])

    assert (plain.shown, seen.shown) == (("",), ("+31401234567", "+31409999999"))


def test_our_giving_up_ends_an_attempt_before_the_network_says_so() -> None:
    cancel = signal(16.0, "a", "CANCEL sip:x SIP/2.0", by_us=True, method="CANCEL")
    confirmed = signal(16.0, "a", "SIP/2.0 200 OK", by_us=False, method="CANCEL")
    terminated = signal(16.1, "a", "SIP/2.0 487 Request Terminated", by_us=False)

    (seen,) = _recount([*dialled(1.0, "a", NUMBER, LINE.port), cancel, confirmed, terminated])

    assert (seen.status, seen.ended_at, seen.ended_by_them, seen.answered_at) == (487, 16.0, False, None)


def test_a_conversation_is_told_by_what_the_bridge_passes_on() -> None:
    says, hears = [tone(440)] * 50, [tone(1000)] * 50
    trace = [
        *_agent("agent1", 0.0, PHONE_LINE.port, PHONE.port),
        *_agent("agent2", 0.1, 10_004, 20_004),
        *_customer(answer=2.0, end=3.1),
        *sound(2.05, CUSTOMER, LINE, says, stamp=160),
        *sound(2.06, PHONE_LINE, PHONE, says, stamp=160),
        *sound(2.05, PHONE, PHONE_LINE, hears, stamp=80_000),
        *sound(2.06, LINE, CUSTOMER, hears, stamp=80_000),
    ]

    (seen,) = _recount(trace)

    assert (seen.connected_at, seen.agent, seen.message_at) == (2.06, "agent1", None)
    assert seen.parted_at == pytest.approx(3.04)
    assert not seen.unheard


def test_an_agent_who_hears_somebody_else_does_not_hear_this_customer() -> None:
    says, hears = [tone(440)] * 50, [tone(1000)] * 50
    trace = [
        *_agent("agent1", 0.0, PHONE_LINE.port, PHONE.port),
        *_customer(answer=2.0, end=3.1),
        *sound(2.05, CUSTOMER, LINE, says, stamp=160),
        *sound(2.06, PHONE_LINE, PHONE, says, stamp=5_000),
        *sound(2.06, LINE, CUSTOMER, hears, stamp=80_000),
    ]

    (seen,) = _recount(trace)

    assert (seen.agent, seen.unheard) == ("agent1", True)


def test_the_message_is_known_by_its_sound_and_key_nine_in_it_is_an_objection() -> None:
    trace = [
        *_customer(answer=2.0, end=6.0),
        *key(2.5, CUSTOMER, LINE, 9),
        *sound(3.7, LINE, CUSTOMER, message_frames()),
        *key(4.5, CUSTOMER, LINE, 4),
        *key(5.0, CUSTOMER, LINE, 9),
    ]

    (seen,) = _recount(trace)

    assert (seen.message_at, seen.objected_at, seen.keyed_until, seen.connected_at) == (3.7, 5.0, 5.04, None)


def test_a_customer_cut_off_from_the_agent_and_given_the_message_had_both() -> None:
    says, hears = [tone(440)] * 30, [tone(1000)] * 30
    trace = [
        *_agent("agent1", 0.0, PHONE_LINE.port, PHONE.port),
        *_customer(answer=2.0, end=6.0),
        *sound(2.05, CUSTOMER, LINE, says, stamp=160),
        *sound(2.06, PHONE_LINE, PHONE, says, stamp=160),
        *sound(2.05, PHONE, PHONE_LINE, hears, stamp=80_000),
        *sound(2.06, LINE, CUSTOMER, hears, stamp=80_000),
        *sound(3.9, LINE, CUSTOMER, message_frames()),
    ]

    (seen,) = _recount(trace)

    assert (seen.connected_at, seen.message_at) == (2.06, 3.9)


def test_a_customer_who_hears_nothing_met_nobody() -> None:
    (seen,) = _recount(_customer(answer=2.0, end=2.3))

    assert (seen.connected_at, seen.message_at, seen.agent) == (None, None, None)


def test_one_frame_of_an_agent_is_enough_beside_a_beep_too() -> None:
    both = encode(
        3 * beep + agent for beep, agent in zip(*(decode(tone(hertz)) for hertz in (880, 1100)), strict=True)
    )
    trace = [*_customer(answer=2.0, end=2.1), *sound(2.05, LINE, CUSTOMER, [both])]

    (seen,) = _recount(trace)

    assert (seen.connected_at, seen.agent) == (2.05, "agent2")


def test_what_reaches_a_customer_who_has_hung_up_is_not_heard() -> None:
    trace = [*_customer(answer=2.0, end=2.1), *sound(2.11, LINE, CUSTOMER, [tone(1000)] * 2)]

    (seen,) = _recount(trace)

    assert (seen.connected_at, seen.agent) == (None, None)


def test_silence_is_measured_between_sounds_and_at_both_ends() -> None:
    silence = encode([0.0] * 160)
    trace = [
        *_customer(answer=2.0, end=9.0),
        *sound(3.0, LINE, CUSTOMER, [tone(1000)]),
        *sound(3.02, LINE, CUSTOMER, [silence] * 50),
        *sound(7.0, LINE, CUSTOMER, [tone(1000)]),
    ]

    (seen,) = _recount(trace)

    assert seen.quiet_seconds == pytest.approx(4.0)


def test_a_caller_is_known_by_the_number_and_by_what_was_heard_between_answer_and_end() -> None:
    silence = encode([0.0] * 160)
    trace = [
        *_customer(answer=2.0, end=9.0),
        *called(1.0, "b", "+31201", 20_006, 10_006, answer=1.5),
        *sound(2.0, Address(DEALER.host, 10_006), Address(TRUNK.host, 20_006), [tone(440)] * 50),
        *sound(3.0, Address(DEALER.host, 10_006), Address(TRUNK.host, 20_006), [silence] * 100),
        *sound(6.0, Address(DEALER.host, 10_006), Address(TRUNK.host, 20_006), [tone(440)]),
        hung_up(7.0, "b"),
    ]

    (caller,) = recount_callers(sorted(trace, key=lambda each: each.at), DEALER, TRUNK)
    (seen,) = _recount(trace)

    assert replace(caller, quiet=()) == Caller("+31201", 1.0, 1.5, 7.0)
    ((since, until),) = caller.quiet
    assert (since, until) == pytest.approx((2.98, 6.0))
    assert seen.number == NUMBER


def test_a_caller_who_is_not_answered_heard_no_silence() -> None:
    ring, _ = called(1.0, "b", "+31201", 20_006, 10_006, answer=9.0)
    cancel = signal(8.0, "b", "CANCEL sip:x SIP/2.0", by_us=False, method="CANCEL")

    (caller,) = recount_callers([ring, cancel], DEALER, TRUNK)

    assert caller == Caller("+31201", 1.0, None, 8.0)


def _agent(name: str, at: float, ours: int, theirs: int) -> list[Datagram]:
    return [*dialled(at, name, name, ours, PHONES), answered(at, name, theirs, PHONES)]


def _customer(answer: float, end: float) -> list[Datagram]:
    return [*dialled(1.0, "a", NUMBER, LINE.port), answered(answer, "a", CUSTOMER.port), hung_up(end, "a")]


def _recount(trace: list[Datagram]) -> list[Seen]:
    return recount(sorted(trace, key=lambda each: each.at), DEALER, TRUNK, SOUNDS)
