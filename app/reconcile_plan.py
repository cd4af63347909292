"""What a restart or a lost connection leaves behind, and what each piece becomes. Pure.

Asterisk is the truth for what exists, the database for what was intended. Joined by leg id they give, for each open call
and attempt, one of a few answers; what is alive and belongs to nothing is orphaned.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from calls.ids import BridgeId, CallId, LegId, bridge_of, call_of_bridge, leg_mark


@dataclass(frozen=True, slots=True)
class LiveLeg:
    """A channel that Asterisk has. `ours`: in Stasis under our application; `arguments`: what the dialplan said then."""

    leg_id: LegId
    up: bool
    ours: bool
    arguments: tuple[str, ...]
    endpoint: str
    cli_text: str


@dataclass(frozen=True, slots=True)
class Live:
    """All that Asterisk has at one moment. `bridges` are ours only, with the legs in them."""

    legs: Mapping[LegId, LiveLeg]
    bridges: Mapping[BridgeId, tuple[LegId, ...]]

    def bridge_with(self, leg_id: LegId) -> CallId | None:
        """The call whose bridge a leg is in."""
        for bridge_id, legs in self.bridges.items():
            if leg_id in legs:
                return call_of_bridge(bridge_id)
        return None


class Found(StrEnum):
    """What a call or attempt turned out to be."""

    GONE = "gone"
    DIVERTED = "diverted"
    TALKING = "talking"
    WAITING = "waiting"
    ENTERING = "entering"
    RINGING = "ringing"


def found_inbound(
    live: Live, customer: LegId, call_id: CallId, *, queued: bool
) -> tuple[Found, LegId | None]:
    """What became of an inbound call, and the agent's leg that is in the bridge with the customer."""
    leg = live.legs.get(customer)
    if leg is None:
        return Found.GONE, None
    together = live.bridges.get(bridge_of(call_id), ())
    if customer in together:
        agent = next((other for other in together if other != customer), None)
        return Found.TALKING, agent
    if not leg.ours:
        return Found.DIVERTED, None
    return (Found.WAITING if queued else Found.ENTERING), None


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


def orphans(live: Live, owned: Iterable[LegId]) -> list[LegId]:
    """Legs that we made and nobody owns: they are hung up."""
    known = set(owned)
    return [leg_id for leg_id in live.legs if leg_mark(leg_id) is not None and leg_id not in known]


def empty_bridges(live: Live, used: Iterable[BridgeId]) -> list[BridgeId]:
    """Our bridges that nobody uses and nobody is in."""
    known = set(used)
    return [bridge for bridge, legs in live.bridges.items() if not legs and bridge not in known]
