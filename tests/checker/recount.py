"""Counts a campaign anew from the wire alone: every attempt, and what became of it.

A conversation is told by the senders' own time stamps, which an Asterisk bridge passes on: the agent whose phone hears the
stamps of the customer's audio within 50 ms is the agent who is with this customer. A few frames are no proof: stamps of two
people may coincide.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tests.checker.media import AGENT_HERTZ, Audio, Frame, Side, begins_with, first_tone
from tests.checker.pcap import Address, Datagram
from tests.checker.sip import SipCall, read_calls

PASSED_ON_SECONDS = 0.05
EDGE_SECONDS = 0.05  # audio may be a little before the answer, and after the end
FEW_FRAMES = 5
OBJECTION_KEY = "9"


@dataclass(frozen=True, slots=True)
class Seen:
    """One attempt as the wire shows it; times in seconds since 1970, None for what did not happen.

    `connected_at` is when the first sound of an agent reached the customer, `message_at` when the information message did.
    `unclear`: so little was heard before the end that it could have been either. `agent`: None also when too little was said to
    tell which.
    """

    number: str
    invited_at: float
    ringing_at: float | None = None
    answered_at: float | None = None
    connected_at: float | None = None
    message_at: float | None = None
    objected_at: float | None = None
    ended_at: float | None = None
    ended_by_them: bool = False
    status: int | None = None
    agent: str | None = None
    unclear: bool = False


@dataclass(frozen=True, slots=True)
class Phone:
    """One call of an agent's phone."""

    agent: str
    hears: Side
    says: Side


def recount(
    datagrams: Iterable[Datagram], dealer: Address, trunk: Address, message: Sequence[float]
) -> list[Seen]:
    """Every attempt on the trunk, in order. `message` is the information message's sound."""
    trace = list(datagrams)
    signalling = dealer, trunk
    calls = read_calls((each for each in trace if _is_of(each, dealer)), dealer)
    audio = Audio(each for each in trace if each.source not in signalling and each.target not in signalling)
    phones = [
        Phone(
            call.called,
            audio.side(call.dealer_audio, call.their_audio),
            audio.side(call.their_audio, call.dealer_audio),
        )
        for call in calls
        if call.target != trunk and call.answered_at is not None
    ]
    return [_seen(call, audio, phones, message) for call in calls if call.target == trunk]


def _is_of(datagram: Datagram, dealer: Address) -> bool:
    return dealer in (datagram.source, datagram.target)


def _seen(call: SipCall, audio: Audio, phones: Iterable[Phone], message: Sequence[float]) -> Seen:
    connected_at = message_at = objected_at = agent = None
    unclear = False
    if call.answered_at is not None:
        until = (call.ended_at or float("inf")) + EDGE_SECONDS
        since = call.answered_at - EDGE_SECONDS
        heard = audio.side(call.dealer_audio, call.their_audio).between(since, until)
        theirs = audio.side(call.their_audio, call.dealer_audio)
        agent, alone_from = _agent_with(theirs.between(since, until), heard, phones, since, until)
        message_at = begins_with(heard[alone_from:], message)
        if agent is not None or (message_at is None and first_tone(heard, AGENT_HERTZ) is not None):
            connected_at = heard[0].at if heard else None
        unclear = connected_at is None and message_at is None and 0 < len(heard) < FEW_FRAMES
        objected_at = next(
            (
                at
                for at, key in theirs.keys
                if key == OBJECTION_KEY and message_at is not None and message_at <= at <= until
            ),
            None,
        )
    return Seen(
        call.called,
        call.invited_at,
        call.ringing_at,
        call.answered_at,
        connected_at,
        message_at,
        objected_at,
        call.ended_at,
        call.ended_by_them,
        call.status,
        agent,
        unclear,
    )


def _agent_with(
    said: Sequence[Frame], heard: Sequence[Frame], phones: Iterable[Phone], since: float, until: float
) -> tuple[str | None, int]:
    """The agent whom the customer talked with, and from which frame on the customer heard nobody of them any more."""
    best, agent, last = 2 * FEW_FRAMES, None, 0
    for phone in phones:
        to_agent = _passed_on(said, phone.hears.between(since, until))
        to_customer = _passed_on(phone.says.between(since, until), heard)
        if len(to_agent) + len(to_customer) > best and to_customer:
            best, agent = len(to_agent) + len(to_customer), phone.agent
            last = to_customer[-1] + 1
    return agent, last


def _passed_on(sent: Sequence[Frame], received: Sequence[Frame]) -> list[int]:
    """Which of the received frames are frames that were sent just before."""
    at = defaultdict(list)
    for frame in sent:
        at[frame.stamp].append(frame.at)
    return [
        place
        for place, frame in enumerate(received)
        if any(-0.005 <= frame.at - moment <= PASSED_ON_SECONDS for moment in at.get(frame.stamp, ()))
    ]
