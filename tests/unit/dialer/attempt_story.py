"""An attempt that a test tells facts to, and everything it wanted done."""

from datetime import UTC, datetime, timedelta

from calls.commands import Command, Publish
from calls.facts import AttemptEnded, Fact
from calls.ids import (
    AgentId,
    CallId,
    CampaignId,
    ContactId,
    DealerId,
    PlaybackId,
    attempt_leg,
    bridge_of,
    line_leg,
    listener_leg,
)
from calls.legs import (
    AnswererHeard,
    DigitPressed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegLeft,
    LegRinging,
    PeopleJoined,
    PromptFinished,
    PromptStarted,
    TimerExpired,
)
from calls.words import AmdVerdict, HangupCause
from dialer.attempt import OBJECTION_KEY, Step, step
from dialer.life import (
    GRACE,
    RING,
    AgentFound,
    Attempt,
    AttemptInput,
    AttemptState,
    CalledOff,
    Dialled,
    Trigger,
)

START = datetime(2026, 3, 4, 10, tzinfo=UTC)
CALL = CallId("n1" + "0" * 26)
LINE = CallId("n1" + "1" * 26)
LEG = attempt_leg(CALL)
LISTENER = listener_leg(CALL)
ANNA = AgentId("anna")
ATTEMPT = Attempt(CALL, CampaignId("apk"), DealerId("demo"), ContactId(7), START)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def fact_of(trigger: Trigger, seconds: float, cause: HangupCause = HangupCause.NORMAL) -> AttemptInput:
    moment, playback = at(seconds), PlaybackId(f"{CALL}-p00")
    facts: dict[Trigger, AttemptInput] = {
        Trigger.DIALLED: Dialled(moment),
        Trigger.CALLED_OFF: CalledOff(moment),
        Trigger.RINGING: LegRinging(moment, LEG),
        Trigger.ANSWERED: LegAnswered(moment, LEG),
        Trigger.ARRIVED: LegArrived(moment, LEG, "answered", LEG, ""),
        Trigger.AGENT_FOUND: AgentFound(moment, ANNA, LINE),
        Trigger.JOINED: PeopleJoined(moment, bridge_of(LINE)),
        Trigger.GRACE_EXPIRED: TimerExpired(moment, GRACE),
        Trigger.RING_EXPIRED: TimerExpired(moment, RING),
        Trigger.MESSAGE_STARTED: PromptStarted(moment, LEG, playback),
        Trigger.MESSAGE_FINISHED: PromptFinished(moment, LEG, playback),
        Trigger.KEY: DigitPressed(moment, LEG, OBJECTION_KEY),
        Trigger.LINE_ENDED: LegEnded(moment, line_leg(LINE), HangupCause.NORMAL),
        Trigger.LISTENING: LegArrived(moment, LISTENER, "listening", "", ""),
        Trigger.HEARD: AnswererHeard(moment, LISTENER, AmdVerdict.MACHINE, "beep", certain=True),
        Trigger.LEFT: LegLeft(moment, LEG),
        Trigger.CUSTOMER_ENDED: LegEnded(moment, LEG, cause),
    }
    return facts[trigger]


class Story:
    """An attempt that facts are told to, and everything it wanted done."""

    def __init__(self, attempt: Attempt = ATTEMPT) -> None:
        self.attempt = attempt
        self.commands: list[Command] = []

    def tell(
        self, trigger: Trigger, seconds: float, cause: HangupCause = HangupCause.NORMAL, late: float = 0
    ) -> Step:
        return self.feed(fact_of(trigger, seconds, cause), seconds + late)

    def feed(self, fact: AttemptInput, seconds: float) -> Step:
        told = step(self.attempt, fact, at(seconds))
        self.attempt = told.attempt
        self.commands += told.commands
        return told

    def facts(self, kind: type[Fact]) -> list[Fact]:
        return [
            command.fact
            for command in self.commands
            if isinstance(command, Publish) and isinstance(command.fact, kind)
        ]

    @property
    def end(self) -> AttemptEnded:
        (ended,) = self.facts(AttemptEnded)
        assert isinstance(ended, AttemptEnded)
        return ended


_PATHS: dict[AttemptState, tuple[Trigger, ...]] = {
    AttemptState.COMMITTED: (),
    AttemptState.DIALLING: (Trigger.DIALLED,),
    AttemptState.RINGING: (Trigger.DIALLED, Trigger.RINGING),
    AttemptState.ANSWERED: (Trigger.DIALLED, Trigger.RINGING, Trigger.ANSWERED),
    AttemptState.WAITING: (Trigger.DIALLED, Trigger.RINGING, Trigger.ANSWERED, Trigger.ARRIVED),
    AttemptState.JOINING: (Trigger.DIALLED, Trigger.ANSWERED, Trigger.ARRIVED, Trigger.AGENT_FOUND),
    AttemptState.CONNECTED: (
        Trigger.DIALLED,
        Trigger.ANSWERED,
        Trigger.ARRIVED,
        Trigger.AGENT_FOUND,
        Trigger.JOINED,
    ),
    AttemptState.MESSAGE: (Trigger.DIALLED, Trigger.ANSWERED, Trigger.ARRIVED, Trigger.GRACE_EXPIRED),
    AttemptState.ENDED: (Trigger.DIALLED, Trigger.CUSTOMER_ENDED),
}


def story_at(state: AttemptState, attempt: Attempt = ATTEMPT) -> Story:
    story = Story(attempt)
    for second, trigger in enumerate(_PATHS[state]):
        story.tell(trigger, second)
    assert story.attempt.state is state
    return story
