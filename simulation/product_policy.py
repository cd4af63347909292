"""The product's pacing as a policy of the laboratory: the real `decide` and `choose`, fed by the real estimators."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

from calls.numbers import NumberKind
from dialer.answering import choose
from dialer.callers import Arrivals, expected
from dialer.campaign import PacingSettings, Traits
from dialer.estimators import CampaignEstimates, RescueShare, SpeculativeChance
from dialer.forecast import Forecast
from dialer.pacing import PacingSnapshot
from dialer.to_come import answers_to_come
from dialer.workshop import decide_within
from simulation.campaign_day import CampaignDay
from simulation.people_called import Person
from simulation.scenario import Scenario

_MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


class ProductPolicy:
    """What the running dialler would do."""

    clairvoyant = False

    def __init__(self, scenario: Scenario, settings: PacingSettings) -> None:
        self._settings = settings
        self._estimates = CampaignEstimates(scenario.ringing.longest_seconds, scenario.grace_seconds)
        self._arrivals = Arrivals(_MIDNIGHT, _MIDNIGHT)
        self._certain = 0
        self._called_off: tuple[int, ...] = ()
        self._traits: dict[int, Traits] = {}
        self._chances: dict[int, float] = {}
        self._next_chance = SpeculativeChance()
        self._rescue = RescueShare()

    def calls_to_place(self, day: CampaignDay) -> int:
        """As many as the running dialler would."""
        decision = decide_within(self.snapshot(day), self._settings, ())
        self._certain = decision.certain
        self._called_off = decision.called_off
        return decision.calls_to_place

    def calls_to_call_off(self, day: CampaignDay) -> Sequence[int]:
        """Those that the same decision calls off."""
        if not self._called_off:
            return ()
        ringing = list(day.ringing)
        return [ringing[place] for place in self._called_off]

    def chance(self, day: CampaignDay, person: Person) -> float:
        """What the model says."""
        return self._estimates.answers.model.chance(_traits(day, person))

    def choose(self, day: CampaignDay, call: int, people: Sequence[Person], chances: Sequence[float]) -> int:
        """As the running dialler does."""
        certain = self._certain > 0
        self._certain -= 1
        [place] = choose(chances, certain, 1)
        person = people[place]
        self._traits[call] = _traits(day, person)
        self._chances[call] = chance = self.chance(day, person)
        if not certain:
            self._next_chance.add(chance)
        return place

    def snapshot(self, day: CampaignDay) -> PacingSnapshot:
        """The day as the running dialler would see it."""
        now, record = day.now, day.record
        ringing = tuple([now - since for since in day.ringing.values()])
        return PacingSnapshot(
            free=len(day.free),
            talking=tuple([now - since for since in day.talking.values()]),
            wrapping_up=tuple([now - since for since in day.wrapping_up.values()]),
            ringing=ringing,
            chances=self.chances,
            waiting=len(day.waiting) + len(day.callers),
            connected=record.connected,
            abandoned=len(record.abandoned_at),
            room=1000,
            window_open=True,
            list_empty=record.list_ended_at is not None,
            forecast=self.forecast(day),
            next_chance=self.next_chance,
            rescuers=min(len(day.talking) + len(day.wrapping_up), day.rescuers),
            rescue_chance=self._rescue.value,
            callers=self._callers_to_come(now) if day.scenario.inbound else (),
            rung=ringing,
            answers_to_come=answers_to_come(
                day.agents / self._estimates.seconds_per_answer,
                day.scenario.seconds - now,
                self._estimates.answers.rate,
                day.contacts_left,
            ),
        )

    def _callers_to_come(self, now: float) -> tuple[float, ...]:
        return expected(
            self._arrivals.per_second(_moment(now)), self._estimates.answers.ring.mean(), others_free=0
        )

    @property
    def chances(self) -> tuple[float, ...]:
        """Of each ringing call, in the order of dialling, as `CampaignDay.ringing` has them."""
        return tuple(self._chances.values())

    @property
    def next_chance(self) -> float:
        """Of a call without an agent for certain."""
        return self._next_chance.value(self._estimates.answers.rate)

    def forecast(self, day: CampaignDay) -> Forecast:
        """What the estimators have learned."""
        return self._estimates.forecast(_moment(day.now))

    def attempt_resolved(self, call: int, dialled_at: float, ring_seconds: float, *, answered: bool) -> None:
        """Learn."""
        del self._chances[call]
        self._estimates.attempt_resolved(
            _moment(dialled_at), ring_seconds, answered=answered, traits=self._traits.pop(call)
        )

    def called_off(self, call: int, dialled_at: float, ring_seconds: float) -> None:
        """Learn what there is to learn."""
        del self._chances[call]
        self._estimates.attempt_resolved(
            _moment(dialled_at),
            ring_seconds,
            answered=False,
            traits=self._traits.pop(call),
            called_off=True,
        )

    def overflowed(self, *, rescued: bool) -> None:
        """Learn."""
        self._rescue.add(rescued=rescued)

    def talk_ended(self, seconds: float) -> None:
        """Learn."""
        self._estimates.talk_ended(seconds)

    def caller_came(self, at: float) -> None:
        """Learn."""
        self._arrivals = self._arrivals.came(_moment(at))

    def wrap_up_ended(self, seconds: float) -> None:
        """Learn."""
        self._estimates.wrap_up_ended(seconds)


class ChancesKnown(ProductPolicy):
    """The product, told of every contact how likely it is to answer."""

    def chance(self, day: CampaignDay, person: Person) -> float:
        """The truth."""
        return min(1.0, day.factor * person.probability)


def _traits(day: CampaignDay, person: Person) -> Traits:
    return _known(int(day.now / 3600) % 24, person.answered_before, person.unanswered_before)


@cache
def _known(hour: int, answered: int, unanswered: int) -> Traits:
    """The same object for all who are alike, which finds their chance the sooner."""
    return Traits(NumberKind.MOBILE, 0, hour, answered, unanswered)


def _moment(seconds: float) -> datetime:
    return _MIDNIGHT + timedelta(0, seconds)
