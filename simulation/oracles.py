"""Policies that know a part of the future, to see what that knowledge would be worth. They ask the real `decide`.

`AnswersKnown` (O1) dials only people who will answer; `FinishesKnown` (O2) knows when every busy agent will be free. Everything
else they learn as the product does.
"""

import numpy as np

from dialer.campaign import PacingSettings
from dialer.forecast import Forecast
from dialer.shortage import Floats, Rows, event_table
from simulation.campaign_day import CampaignDay
from simulation.product_policy import ProductPolicy
from simulation.scenario import Scenario


class KnownForecast(Forecast):
    """A forecast made for one moment: a row for each agent and each call, in the order of the snapshot."""

    __slots__ = ()

    def rows(
        self,
        talking: tuple[float, ...],
        wrapping_up: tuple[float, ...],
        ringing: tuple[float, ...],
        chances: tuple[float, ...],  # noqa: ARG002 - what is known is in the table
    ) -> Rows:
        """All rows but the last, which is a new call's."""
        return list(range(len(talking) + len(wrapping_up) + len(ringing)))


class Oracle(ProductPolicy):
    """The product with better tables."""

    def __init__(self, scenario: Scenario, settings: PacingSettings) -> None:
        super().__init__(scenario, settings)
        self._grace_seconds = scenario.grace_seconds

    def forecast(self, day: CampaignDay) -> Forecast:
        """The learned tables, with what is known in the place of what is guessed."""
        learned = super().forecast(day)
        now = day.now
        rows = learned.rows(
            tuple(now - since for since in day.talking.values()),
            tuple(now - since for since in day.wrapping_up.values()),
            tuple(now - since for since in day.ringing.values()),
            self.chances,
        )
        new = learned.new_row(self.next_chance)
        guessed = learned.events.chances.take([*rows, new], axis=0, mode="clip")
        chances = self.know(day, guessed, learned.moments)
        return KnownForecast(
            answer_rate=learned.answer_rate,
            counted=learned.counted,
            moments=learned.moments,
            events=event_table(chances),
            wrap_up_row=0,
            ring_row=len(chances) - 1,
            ring_steps=0,
            talk_bin_seconds=1.0,
        )

    def know(self, day: CampaignDay, chances: Floats, moments: Floats) -> Floats:
        """Chances with what is known filled in: rows of talks, wrap-ups, ringing calls and a new call; a column a moment."""
        raise NotImplementedError


class FinishesKnown(Oracle):
    """O2."""

    def know(self, day: CampaignDay, chances: Floats, moments: Floats) -> Floats:
        """Fill in the agents."""
        done = np.array([day.done_at[agent] - day.now for agent in (*day.talking, *day.wrapping_up)])
        chances[: len(done)] = done[:, None] <= moments + self._grace_seconds
        return chances


class AnswersKnown(Oracle):
    """O1."""

    clairvoyant = True

    def know(self, day: CampaignDay, chances: Floats, moments: Floats) -> Floats:  # noqa: ARG002 - they will answer, no matter when
        """Fill in the calls: each will need an agent, be it after the new one, which would have taken that agent by then."""
        chances[len(day.talking) + len(day.wrapping_up) : -1] = 0.0
        return chances
