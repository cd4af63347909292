"""What a restart or a lost connection leaves behind, and what each piece becomes. Pure.

Asterisk is the truth for what exists, the database for what was intended. Joined by leg id they give, for each open call
and attempt, one of a few answers; what is alive and belongs to nothing is orphaned.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.alone import Alone
from calls.ids import BridgeId, CallId, LegId, bridge_of, call_of_bridge, leg_mark
from calls.legs import LegEnded, LegLeft
from calls.words import HangupCause
from ivr.flow import Stage


@dataclass(frozen=True, slots=True)
class LiveLeg:
    """A channel that Asterisk has. `ours`: in Stasis under our application; `arguments`: what the dialplan said then.

    `heard`: under its present name, so that the leg's events reach us without being asked for. `rings`: its phone is known to.
    """

    leg_id: LegId
    up: bool
    ours: bool
    arguments: tuple[str, ...]
    endpoint: str
    cli_text: str
    heard: bool = True
    rings: bool = False


@dataclass(frozen=True, slots=True)
class Live:
    """All that Asterisk has at one moment. `bridges` are ours only, with the legs in them."""

    legs: Mapping[LegId, LiveLeg]
    bridges: Mapping[BridgeId, tuple[LegId, ...]]

    def has_answered(self, leg_id: LegId) -> bool:
        """Whether somebody picked up this leg, and the dialplan gave it to us."""
        leg = self.legs.get(leg_id)
        return leg is not None and leg.up and leg.ours

    def bridge_with(self, leg_id: LegId) -> CallId | None:
        """The call whose bridge a leg is in."""
        for bridge_id, legs in self.bridges.items():
            if leg_id in legs:
                return call_of_bridge(bridge_id)
        return None


class Found(StrEnum):
    """What a call or attempt turned out to be. FORSAKEN: the customer of a conversation whose agent's leg is gone."""

    GONE = "gone"
    DIVERTED = "diverted"
    TALKING = "talking"
    FORSAKEN = "forsaken"
    WAITING = "waiting"
    ENTERING = "entering"
    RINGING = "ringing"


def found_inbound(
    live: Live,
    customer: LegId,
    call_id: CallId,
    fallback: Collection[LegId],
    *,
    queued: bool,
    connected: bool,
) -> tuple[Found, LegId | None]:
    """What became of an inbound call, and the agent's leg that is in the bridge with the customer: the call's own, or a line's.

    `fallback` are the legs that Asterisk alone has served; `queued` and `connected` is what the journal knows.
    """
    leg = live.legs.get(customer)
    if leg is None:
        return (Found.DIVERTED if customer in fallback else Found.GONE), None
    together = live.bridges.get(bridge_of(live.bridge_with(customer) or call_id), ())
    agent = next((other for other in together if other != customer), None)
    if customer in together and agent is not None:
        return Found.TALKING, agent
    if customer not in together and not leg.ours:
        return Found.DIVERTED, None
    if connected:
        return Found.FORSAKEN, None
    return (Found.WAITING if queued else Found.ENTERING), None


def entry_stage(*, is_open: bool, up: bool, plays: bool, recorded: bool, listed: bool) -> Stage | None:
    """Where a caller found before the queue goes on; None: begins again.

    `plays`: a prompt is heard; `recorded`: a message is being recorded or is stored; `listed`: the journal has it.
    """
    if listed:
        return Stage.PARTING
    if recorded:
        return Stage.RECORDING
    if not is_open:
        return Stage.CLOSED if plays else None
    return Stage.MENU if up else None


def left(leg_id: LegId, alone: Alone, now: datetime) -> LegLeft:
    """A leg that the dialplan has, or had, with what it told of an attempt."""
    heard = alone.messages.get(leg_id)
    if heard is None:
        return LegLeft(now, leg_id)
    return LegLeft(now, leg_id, heard.answered_at, heard.message_at)


def gone(leg_id: LegId, alone: Alone, now: datetime) -> LegLeft | LegEnded:
    """A leg that Asterisk has not any more: served by Asterisk alone before its end, or lost without a trace."""
    if leg_id in alone.messages or leg_id in alone.callers:
        return left(leg_id, alone, now)
    return LegEnded(now, leg_id, HangupCause.LOST_WHILE_DOWN)


def found_attempt(live: Live, leg_id: LegId) -> tuple[Found, CallId | None]:
    """What became of an attempt, and the line whose agent the customer is with."""
    leg = live.legs.get(leg_id)
    if leg is None:
        return Found.GONE, None
    line = live.bridge_with(leg_id)
    if line is not None:
        return Found.TALKING, line
    if not leg.up:
        return Found.RINGING, None
    return (Found.WAITING if leg.ours else Found.DIVERTED), None


def unheard(live: Live, owned: Iterable[LegId]) -> list[LegId]:
    """Living legs of ours whose events nobody sends us unless asked: not in Stasis yet, or under an earlier name of our application."""
    return [leg_id for leg_id in owned if leg_id in live.legs and not live.legs[leg_id].heard]


def in_dialplan(live: Live, leg_id: LegId) -> bool:
    """Whether a customer whom we rang has answered and is not with us: on the way, or with the dialplan's message."""
    leg, mark = live.legs.get(leg_id), leg_mark(leg_id)
    return leg is not None and leg.up and not leg.ours and mark is not None and mark.kind == "x"


def orphans(live: Live, owned: Iterable[LegId]) -> list[LegId]:
    """Legs that we made and nobody owns: they are hung up."""
    known = set(owned)
    return [leg_id for leg_id in live.legs if leg_mark(leg_id) is not None and leg_id not in known]


def empty_bridges(live: Live, used: Iterable[BridgeId]) -> list[BridgeId]:
    """Our bridges that nobody uses and nobody is in."""
    known = set(used)
    return [bridge for bridge, legs in live.bridges.items() if not legs and bridge not in known]
