"""The closed formulas of telephone traffic. `load` is arrivals per second × mean handle time, in erlangs."""

from math import exp


def erlang_b(agents: int, load: float) -> float:
    """The chance that a call finds every one of the agents busy and is lost (M/G/c/c)."""
    blocked = 1.0
    for busy in range(1, agents + 1):
        blocked = load * blocked / (busy + load * blocked)
    return blocked


def erlang_c(agents: int, load: float) -> float:
    """The chance that a call has to wait, where everybody waits until served (M/M/c); 1 when they cannot keep up."""
    if load >= agents:
        return 1.0
    blocked = erlang_b(agents, load)
    return blocked / (1 - load / agents * (1 - blocked))


def waits_longer(agents: int, load: float, handle_seconds: float, seconds: float) -> float:
    """The chance to wait longer than `seconds` (M/M/c)."""
    return erlang_c(agents, load) * exp(-(agents - load) * seconds / handle_seconds)


def erlang_a(agents: int, load: float, handle_seconds: float, patience_seconds: float) -> tuple[float, float]:
    """The chance to wait and the chance to hang up first, with exponential patience (M/M/c+M)."""
    serving, leaving, arriving = agents / handle_seconds, 1 / patience_seconds, load / handle_seconds
    # The states above "all busy", relative to it: each more waiting customer adds a customer who may leave.
    weight = total = 1.0
    queued = 0.0
    waiting = 0
    while weight > 1e-15 or waiting < agents:
        waiting += 1
        weight *= arriving / (serving + waiting * leaving)
        total += weight
        queued += weight * waiting
        if weight == 0.0:
            break
    blocked = erlang_b(agents, load)
    # The states below, in the same measure, from Erlang B: all busy ÷ (all busy and below).
    whole = 1 / blocked - 1 + total
    return total / whole, leaving * queued / (arriving * whole)
