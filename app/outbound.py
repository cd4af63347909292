"""An outbound call's machine: the life of its attempt, joined to the floor that has the agents."""

from collections.abc import Callable, Sequence
from datetime import datetime

from app.clock import Clock
from app.floor_desk import FloorDesk
from calls.commands import Command, Publish
from calls.facts import Fact
from calls.ids import CallId, LegId, PlaybackId, attempt_leg
from calls.legs import LegEnded
from calls.words import HangupCause
from dialer import attempt as life
from dialer.life import Attempt, AttemptInput, AttemptState


class OutboundCall:
    """One attempt, from the request to its end."""

    def __init__(
        self,
        attempt: Attempt,
        desk: FloorDesk,
        clock: Clock,
        give_up: Callable[[], None] = lambda: None,
        rang: Callable[[], None] = lambda: None,
    ) -> None:
        """`give_up` rings the customer no longer, without making the call wait; `rang` hears of the first ring."""
        self.attempt = attempt
        self._give_up = give_up
        self._rang = rang
        self._desk = desk
        self._clock = clock

    @property
    def call_id(self) -> CallId:
        """The call."""
        return self.attempt.call_id

    @property
    def ended(self) -> bool:
        """Whether its `AttemptEnded` has been published."""
        return self.attempt.state is AttemptState.ENDED

    @property
    def customer(self) -> LegId:
        """The leg of the customer whom we rang."""
        return attempt_leg(self.attempt.call_id)

    @property
    def playing(self) -> PlaybackId | None:
        """The information message, when it plays."""
        plays = self.attempt.state is AttemptState.MESSAGE and self.attempt.message_at is not None
        return self.attempt.playback_id if plays else None

    def legs(self) -> Sequence[LegId]:
        """The customer's leg."""
        return (self.customer,)

    def failed(self, at: datetime) -> Sequence[Fact]:
        """The end of an attempt that this program fails."""
        lost = LegEnded(at, attempt_leg(self.attempt.call_id), HangupCause.FAILURE)
        commands = life.step(self.attempt, lost, at).commands
        return [command.fact for command in commands if isinstance(command, Publish)]

    def handle(self, fact: object) -> Sequence[Command]:
        """Take one fact and say what to do. An agent is asked for and reserved in the same breath."""
        if not isinstance(fact, AttemptInput):
            return ()
        was_waiting = self.attempt.state is AttemptState.WAITING
        step = life.step(self.attempt, fact, self._clock.now())
        if self.attempt.ringing_at is None and step.attempt.ringing_at is not None:
            self._rang()
        self.attempt = step.attempt
        commands = step.commands
        if step.gives_up:
            self._give_up()
        if step.unused_agent is not None:
            self._desk.release(step.unused_agent, self.call_id)
        if step.wants_agent and not was_waiting:
            attempt = self.attempt
            found = self._desk.find_line_agent(attempt.campaign_id, self.call_id, attempt.language)
            if found is not None:
                return (*commands, *self.handle(found))
        if was_waiting and self.attempt.state is not AttemptState.WAITING:
            self._desk.waits_no_more(self.attempt.campaign_id, self.call_id)
        return commands
