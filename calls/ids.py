"""Identifiers, chosen by us before anything is created.

Every id of a channel we create has the same length (`LEG_ID_LENGTH`) and is lower case, because Asterisk 22.10 refuses
a new channel id that is a case-insensitive prefix of a living one. A leg's id contains its call's id, so a live channel
tells its call even when the database has lost it.

    call     n1 + 26 characters of Crockford base 32 (48 bits of milliseconds, 80 bits of entropy)
    leg      call + "-" + kind + two hex digits      x00 attempt, a00.. offers to agents, l00 an agent's open line,
                                                     m00 what hears the customer for machine detection
    bridge   call + "-b00"                           where the call's people meet
"""

import re
import uuid
from dataclasses import dataclass
from typing import NewType, Protocol

NodeId = NewType("NodeId", str)
CallId = NewType("CallId", str)
LegId = NewType("LegId", str)
BridgeId = NewType("BridgeId", str)
PlaybackId = NewType("PlaybackId", str)
RecordingId = NewType("RecordingId", str)
AgentId = NewType("AgentId", str)
DealerId = NewType("DealerId", str)
CampaignId = NewType("CampaignId", str)
ContactId = NewType("ContactId", int)

_MARK = re.compile("-([xalm])([0-9a-f]{2})")
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # pragma: allowlist secret
NODE_LENGTH = 2
CALL_ID_LENGTH = NODE_LENGTH + 26
LEG_ID_LENGTH = CALL_ID_LENGTH + 4


class Entropy(Protocol):
    """A source of random bits, such as `random.SystemRandom()` or a seeded `random.Random`."""

    def getrandbits(self, k: int, /) -> int:
        """Return a random integer of `k` bits."""
        ...


@dataclass(frozen=True, slots=True)
class LegMark:
    """What a leg id says of itself: the call, the kind (`x`, `a`, `l` or `m`) and its number within the call."""

    call_id: CallId
    kind: str
    number: int


def new_call_id(node: NodeId, unix_ms: int, entropy: Entropy) -> CallId:
    """Make an id that sorts by time within a node. `node` must have `NODE_LENGTH` lower-case characters."""
    if len(node) != NODE_LENGTH or node != node.lower():
        raise ValueError(f"a node name has {NODE_LENGTH} lower-case characters, such as n1; not {node!r}")
    value = ((unix_ms & ((1 << 48) - 1)) << 80) | entropy.getrandbits(80)
    return _call_id(node, value)


def _call_id(node: NodeId, value: int) -> CallId:
    return CallId(node + "".join(_ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5)))


def attempt_leg(call_id: CallId) -> LegId:
    """The customer's leg of an outbound call; also the id of its attempt."""
    return LegId(f"{call_id}-x00")


def offer_leg(call_id: CallId, number: int) -> LegId:
    """The leg that rings an agent for the `number`th offer of this call, 0 to 255 (then it starts again)."""
    return LegId(f"{call_id}-a{number & 255:02x}")


def line_leg(call_id: CallId) -> LegId:
    """An agent's open line."""
    return LegId(f"{call_id}-l00")


def listener_leg(call_id: CallId) -> LegId:
    """What hears the customer of an outbound call, and says nothing."""
    return LegId(f"{call_id}-m00")


def call_uuid(call_id: CallId) -> uuid.UUID:
    """A call's id as Asterisk's AudioSocket wants it; the node is left out. Raises ValueError when it is no id of ours."""
    value = 0
    for character in call_id[NODE_LENGTH:]:
        value = value << 5 | _ALPHABET.index(character)
    return uuid.UUID(int=value)


def call_of_uuid(node: NodeId, value: uuid.UUID) -> CallId:
    """The call of this node that `call_uuid` gave."""
    return _call_id(node, value.int)


def bridge_of(call_id: CallId) -> BridgeId:
    """The bridge in which the people of this call meet."""
    return BridgeId(f"{call_id}-b00")


def call_of_bridge(bridge_id: str) -> CallId | None:
    """The call of one of our bridges, None for any other bridge."""
    if len(bridge_id) == LEG_ID_LENGTH and bridge_id.endswith("-b00"):
        return CallId(bridge_id[:CALL_ID_LENGTH])
    return None


def leg_mark(leg_id: str) -> LegMark | None:
    """Read one of our leg ids; None for a channel that somebody else named (an arriving caller, say)."""
    if len(leg_id) != LEG_ID_LENGTH or (found := _MARK.fullmatch(leg_id, CALL_ID_LENGTH)) is None:
        return None
    return LegMark(CallId(leg_id[:CALL_ID_LENGTH]), found[1], int(found[2], 16))
