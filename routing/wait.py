"""How long a customer will wait: a forecast from recent service.

With `n` agents who serve the queue, all busy, each ending a conversation after a mean handle time `h`, conversations end
every `h / n` seconds on average (exactly so for exponential handle times: n independent clocks of rate 1/h). Whoever
is `k`th in line is served at the `k`th end: `k * h / n`. Agents who are free take the first in line at once. It is
optimistic where the same agents serve other queues too.
"""

from dataclasses import dataclass

_REMEMBERED_CALLS = 20


@dataclass(frozen=True, slots=True)
class RecentService:
    """Mean handle time (talk and wrap-up) of about the last 20 calls; before the first, a guess."""

    mean_handle_seconds: float = 240.0
    calls: int = 0

    def after(self, handle_seconds: float) -> "RecentService":
        """Learn from one more call: the plain mean at first, then each weighs a twentieth."""
        weight = 1 / min(self.calls + 1, _REMEMBERED_CALLS)
        mean = self.mean_handle_seconds + weight * (handle_seconds - self.mean_handle_seconds)
        return RecentService(mean, self.calls + 1)


def estimated_wait_seconds(
    position: int, free_agents: int, serving_agents: int, service: RecentService
) -> float | None:
    """Forecast the wait of the customer at `position` (1 is next); None when nobody serves the queue.

    `serving_agents` are those at work who can serve it, the `free_agents` among them included.
    """
    if serving_agents == 0:
        return None
    ahead = max(0, position - free_agents)
    return ahead * service.mean_handle_seconds / serving_agents
