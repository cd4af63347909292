"""Whose turn it is when several dealers want more of the trunk than there is.

A dealer's share is its weight's part of all that the lacking dealers have in flight and of what is free, rounded up so that the
last place is never left empty. Room that others do not lack belongs to whoever asks.
"""

from collections.abc import Collection, Mapping
from math import ceil

from calls.ids import DealerId


def fair_room(
    room: int,
    in_flight: Mapping[DealerId, int],
    asking: DealerId,
    lacking: Collection[DealerId],
    weights: Mapping[DealerId, float] | None = None,
) -> int:
    """How many of the `room` attempts that may start now may be those of the dealer who asks.

    `in_flight` counts each dealer's attempts, `lacking` are the dealers who want more than they have; a dealer without a weight has 1.
    """
    rivals = {*lacking, asking}
    if room <= 0 or len(rivals) == 1:
        return max(0, room)
    weight = {dealer: (weights or {}).get(dealer, 1.0) for dealer in rivals}
    shared = room + sum(in_flight.get(dealer, 0) for dealer in rivals)
    share = ceil(shared * weight[asking] / sum(weight.values()))
    return max(0, min(room, share - in_flight.get(asking, 0)))
