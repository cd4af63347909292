"""Counts a campaign anew from the wire alone: every attempt, and what became of it; and what callers heard meanwhile.

Every agent's phone sounds a tone of its own: whose tone reaches the customer is with this customer, from the first frame of
it. That the agent hears the customer is told by the senders' own time stamps, which an Asterisk bridge passes on.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.checker.media import ALONE, Audio, Frame, Side, begins_with, longest_quiet, quiet_times, voice
from tests.checker.pcap import Address, Datagram
from tests.checker.sip import SipCall, read_callers, read_calls

PASSED_ON_SECONDS = 0.05
EDGE_SECONDS = 0.05  # audio may be a little before the answer
FEW_FRAMES = 10  # of so little talk it cannot be told whether the agent heard any
OBJECTION_KEY = "9"
LONG_QUIET_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Sounds:
    """What a customer can hear: the information message's samples, and each agent's own tone in hertz."""

    message: Sequence[float]
    agents: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Seen:
    """One attempt as the wire shows it; times in seconds since 1970, None for what did not happen.

    `connected_at` and `parted_at` are when the first and the last sound of the agent reached the customer, who had not hung up
    yet; `message_at` when the information message did; from `objected_at` to `keyed_until` the key was pressed. `unheard`: the agent heard nothing of what the customer said.
    `quiet_seconds`: the longest time in which the customer heard nothing. `shown`: every number that the invitation gave as ours.
    """

    number: str
    invited_at: float
    ringing_at: float | None = None
    answered_at: float | None = None
    connected_at: float | None = None
    parted_at: float | None = None
    message_at: float | None = None
    objected_at: float | None = None
    keyed_until: float | None = None
    ended_at: float | None = None
    ended_by_them: bool = False
    status: int | None = None
    agent: str | None = None
    unheard: bool = False
    quiet_seconds: float = 0.0
    shown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who called, as the wire shows it; times in seconds since 1970, None for what did not happen.

    `quiet` has from when to when nothing was heard for `LONG_QUIET_SECONDS` or longer, between the answer and the end.
    """

    number: str
    invited_at: float
    answered_at: float | None
    ended_at: float | None
    quiet: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class _Heard:
    """What one customer heard of an agent, and whether it went both ways."""

    agent: str | None = None
    since: float | None = None
    until: float | None = None
    frames: int = 0
    unheard: bool = False


def recount(datagrams: Iterable[Datagram], dealer: Address, trunk: Address, sounds: Sounds) -> list[Seen]:
    """Every attempt on the trunk, in order."""
    trace = list(datagrams)
    calls = read_calls((each for each in trace if _is_of(each, dealer)), dealer)
    audio = _audio(trace, dealer, trunk)
    phones: dict[str, list[Side]] = defaultdict(list)
    for call in calls:
        if call.target != trunk and call.answered_at is not None:
            phones[call.called].append(audio.side(call.dealer_audio, call.their_audio))
    return [_seen(call, audio, phones, sounds) for call in calls if call.target == trunk]


def recount_callers(datagrams: Iterable[Datagram], dealer: Address, trunk: Address) -> list[Caller]:
    """Everybody who called over the trunk, in order."""
    trace = list(datagrams)
    audio = _audio(trace, dealer, trunk)
    return [_caller(call, audio) for call in read_callers(trace, dealer, trunk)]


def _caller(call: SipCall, audio: Audio) -> Caller:
    quiet: tuple[tuple[float, float], ...] = ()
    if call.answered_at is not None and call.ended_at is not None:
        heard = audio.side(call.dealer_audio, call.their_audio).between(call.answered_at, call.ended_at)
        times = quiet_times(heard, call.answered_at, call.ended_at)
        quiet = tuple(each for each in times if each[1] - each[0] >= LONG_QUIET_SECONDS)
    return Caller(call.calling, call.invited_at, call.answered_at, call.ended_at, quiet)


def _audio(trace: Iterable[Datagram], dealer: Address, trunk: Address) -> Audio:
    signalling = dealer, trunk
    return Audio(each for each in trace if each.source not in signalling and each.target not in signalling)


def _is_of(datagram: Datagram, dealer: Address) -> bool:
    return dealer in (datagram.source, datagram.target)


def _seen(call: SipCall, audio: Audio, phones: Mapping[str, Sequence[Side]], sounds: Sounds) -> Seen:
    talk = _Heard()
    message_at = objected = None
    quiet = 0.0
    if call.answered_at is not None:
        until = call.ended_at or float("inf")
        heard = audio.side(call.dealer_audio, call.their_audio).between(
            call.answered_at - EDGE_SECONDS, until
        )
        theirs = audio.side(call.their_audio, call.dealer_audio)
        message_at = begins_with(heard, sounds.message)
        if message_at is None:
            talk = _talk(heard, theirs, phones, sounds.agents)
            message_at = begins_with(heard[talk.frames :], sounds.message)
        objected = next(
            (
                key
                for key in theirs.keys
                if key.digit == OBJECTION_KEY and message_at is not None and message_at <= key.at <= until
            ),
            None,
        )
        if call.ended_at is not None:
            quiet = longest_quiet(heard, call.answered_at, call.ended_at)
    return Seen(
        call.called,
        call.invited_at,
        call.ringing_at,
        call.answered_at,
        talk.since,
        talk.until,
        message_at,
        None if objected is None else objected.at,
        None if objected is None else objected.released_at,
        call.ended_at,
        call.ended_by_them,
        call.status,
        talk.agent,
        talk.unheard,
        quiet,
        tuple(dict.fromkeys((call.calling, *call.asserted))),
    )


def _talk(
    heard: Sequence[Frame], theirs: Side, phones: Mapping[str, Sequence[Side]], agents: Mapping[str, float]
) -> _Heard:
    """The agent whom the customer heard most, from when to when, and after how many frames that was over."""
    places: dict[str, list[int]] = defaultdict(list)
    alone: dict[str, int] = {}
    for place, frame in enumerate(heard):
        agent, share = voice(frame.sound, agents)
        if agent is not None:
            places[agent].append(place)
            if share > ALONE:
                alone[agent] = place
    if not places:
        return _Heard()
    agent = max(places, key=lambda name: (name in alone, len(places[name])))
    first, last = places[agent][0], alone.get(agent, places[agent][-1])
    since, until = heard[first].at, heard[last].at
    said = theirs.between(since, until)
    arrived = any(
        _passed_on(said, phone.between(since, until + PASSED_ON_SECONDS)) for phone in phones.get(agent, ())
    )
    return _Heard(agent, since, until, last + 1, unheard=len(said) > FEW_FRAMES and not arrived)


def _passed_on(sent: Sequence[Frame], received: Sequence[Frame]) -> bool:
    """Whether one of the received frames was sent just before."""
    at = defaultdict(list)
    for frame in sent:
        at[frame.stamp].append(frame.at)
    return any(
        -0.005 <= frame.at - moment <= PASSED_ON_SECONDS
        for frame in received
        for moment in at.get(frame.stamp, ())
    )
