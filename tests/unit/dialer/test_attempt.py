from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from calls.commands import CancelTimer, Command, HangUp, JoinPeople, PlayPrompts, Publish, SetLease, SetTimer
from calls.facts import (
    AttemptAbandoned,
    AttemptAnswered,
    AttemptConnected,
    AttemptEnded,
    DispositionRecorded,
    Fact,
    InformationMessagePlayed,
)
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
)
from calls.legs import (
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
from calls.words import AttemptOutcome, HangupCause
from dialer.attempt import INFORMATION_MESSAGE, OBJECTION_KEY, Step, step
from dialer.errors import UnexpectedFact
from dialer.life import GRACE, LIFE, AgentFound, Attempt, AttemptInput, AttemptState, Dialled, Trigger

START = datetime(2026, 3, 4, 10, tzinfo=UTC)
CALL = CallId("n1" + "0" * 26)
LINE = CallId("n1" + "1" * 26)
LEG = attempt_leg(CALL)
ANNA = AgentId("anna")
ATTEMPT = Attempt(CALL, CampaignId("apk"), DealerId("demo"), ContactId(7), START)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def fact_of(trigger: Trigger, seconds: float, cause: HangupCause = HangupCause.NORMAL) -> AttemptInput:
    moment, playback = at(seconds), PlaybackId(f"{CALL}-p00")
    facts: dict[Trigger, AttemptInput] = {
        Trigger.DIALLED: Dialled(moment),
        Trigger.RINGING: LegRinging(moment, LEG),
        Trigger.ANSWERED: LegAnswered(moment, LEG),
        Trigger.ARRIVED: LegArrived(moment, LEG, "answered", LEG, ""),
        Trigger.AGENT_FOUND: AgentFound(moment, ANNA, LINE),
        Trigger.JOINED: PeopleJoined(moment, bridge_of(LINE)),
        Trigger.GRACE_EXPIRED: TimerExpired(moment, GRACE),
        Trigger.MESSAGE_STARTED: PromptStarted(moment, LEG, playback),
        Trigger.MESSAGE_FINISHED: PromptFinished(moment, LEG, playback),
        Trigger.KEY: DigitPressed(moment, LEG, OBJECTION_KEY),
        Trigger.LINE_ENDED: LegEnded(moment, line_leg(LINE), HangupCause.NORMAL),
        Trigger.LEFT: LegLeft(moment, LEG),
        Trigger.CUSTOMER_ENDED: LegEnded(moment, LEG, cause),
    }
    return facts[trigger]


class Story:
    """An attempt that facts are told to, and everything it wanted done."""

    def __init__(self) -> None:
        self.attempt = ATTEMPT
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


def story_at(state: AttemptState) -> Story:
    story = Story()
    for second, trigger in enumerate(_PATHS[state]):
        story.tell(trigger, second)
    assert story.attempt.state is state
    return story


@pytest.mark.parametrize(("state", "trigger"), list(product(AttemptState, Trigger)))
def test_every_fact_in_every_state_follows_the_table_or_is_refused(
    state: AttemptState, trigger: Trigger
) -> None:
    story = story_at(state)
    if (state, trigger) in LIFE:
        assert story.tell(trigger, 60).attempt.state is LIFE[state, trigger]
    else:
        with pytest.raises(UnexpectedFact):
            story.tell(trigger, 60)


@pytest.mark.parametrize("state", list(AttemptState))
@pytest.mark.parametrize("cause", list(HangupCause))
def test_an_attempt_ends_exactly_once_from_every_state(state: AttemptState, cause: HangupCause) -> None:
    story = story_at(state)

    for _ in range(2):
        story.tell(Trigger.CUSTOMER_ENDED, 60, cause)

    assert story.attempt.state is AttemptState.ENDED
    assert len(story.facts(AttemptEnded)) == 1


@pytest.mark.parametrize("state", list(AttemptState))
def test_leaving_our_control_ends_the_attempt_exactly_once(state: AttemptState) -> None:
    story = story_at(state)

    story.tell(Trigger.LEFT, 60)
    story.tell(Trigger.CUSTOMER_ENDED, 70)

    assert len(story.facts(AttemptEnded)) == 1


@pytest.mark.parametrize(
    ("cause", "outcome"),
    [
        (HangupCause.BUSY, AttemptOutcome.BUSY),
        (HangupCause.REJECTED, AttemptOutcome.BUSY),
        (HangupCause.NO_ANSWER, AttemptOutcome.UNANSWERED),
        (HangupCause.NORMAL, AttemptOutcome.UNANSWERED),
        (HangupCause.INVALID_NUMBER, AttemptOutcome.FAILED),
        (HangupCause.CONGESTION, AttemptOutcome.FAILED),
        (HangupCause.FAILURE, AttemptOutcome.FAILED),
        (HangupCause.LOST_WHILE_DOWN, AttemptOutcome.IN_DOUBT),
    ],
)
def test_the_cause_tells_the_outcome_of_a_call_nobody_answered(
    cause: HangupCause, outcome: AttemptOutcome
) -> None:
    story = story_at(AttemptState.RINGING)

    story.tell(Trigger.CUSTOMER_ENDED, 22, cause)

    assert (story.end.outcome, story.end.cause) == (outcome, cause)
    assert (story.end.ring_seconds, story.end.talk_seconds) == (22, 0)


def test_a_customer_who_answers_is_joined_to_the_agent_found() -> None:
    story = Story()
    story.tell(Trigger.DIALLED, 0)
    story.tell(Trigger.RINGING, 1)

    assert not story.tell(Trigger.ANSWERED, 9).wants_agent
    assert story.tell(Trigger.ARRIVED, 9.002).wants_agent
    joining = story.tell(Trigger.AGENT_FOUND, 9.002)
    joined = story.tell(Trigger.JOINED, 9.01)
    story.tell(Trigger.CUSTOMER_ENDED, 69.01)

    assert joining.commands == (JoinPeople(bridge_of(LINE), (LEG,)),)
    assert joined.commands[:2] == (SetLease(LEG, 0), CancelTimer(GRACE))
    assert story.facts(AttemptAnswered) == [
        AttemptAnswered(at(9), CALL, ATTEMPT.campaign_id, ATTEMPT.dealer, 9)
    ]
    assert story.facts(AttemptConnected) == [
        AttemptConnected(at(9.01), CALL, ATTEMPT.campaign_id, ATTEMPT.dealer, ANNA, 0.01)
    ]
    assert story.end.outcome is AttemptOutcome.CONNECTED
    assert (story.end.ring_seconds, story.end.talk_seconds) == (9, 60)


def test_an_agent_who_comes_free_within_the_grace_still_gets_the_customer() -> None:
    story = story_at(AttemptState.WAITING)

    story.tell(Trigger.AGENT_FOUND, 4.5)
    story.tell(Trigger.JOINED, 4.51)
    story.tell(Trigger.GRACE_EXPIRED, 4.6)

    assert story.attempt.state is AttemptState.CONNECTED
    assert not story.facts(AttemptAbandoned)


def test_a_customer_who_gets_an_agent_late_is_given_more_time_before_being_joined() -> None:
    early, late = Story(), Story()
    for story in (early, late):
        for trigger, second in ((Trigger.DIALLED, 0.0), (Trigger.ANSWERED, 2.0), (Trigger.ARRIVED, 2.01)):
            story.tell(trigger, second)

    early.tell(Trigger.AGENT_FOUND, 2.9)
    late.tell(Trigger.AGENT_FOUND, 3.1)

    assert not any(isinstance(command, SetLease) for command in early.commands)
    assert late.commands[-2] == SetLease(LEG, 6)
    assert isinstance(late.commands[-1], JoinPeople)


def test_the_grace_runs_from_the_answer_however_late_its_news() -> None:
    story = Story()
    story.tell(Trigger.DIALLED, 0)

    story.tell(Trigger.ANSWERED, 8, late=0.5)

    (timer,) = [command for command in story.commands if isinstance(command, SetTimer)]
    assert (timer.name, round(timer.seconds, 6)) == (GRACE, 1.2)


def test_a_customer_without_an_agent_hears_the_message_and_counts_as_abandoned() -> None:
    story = Story()
    for trigger, second in ((Trigger.DIALLED, 0.0), (Trigger.ANSWERED, 8.0), (Trigger.ARRIVED, 8.0)):
        story.tell(trigger, second)

    played = story.tell(Trigger.GRACE_EXPIRED, 9.7)
    started = story.tell(Trigger.MESSAGE_STARTED, 9.75)
    finished = story.tell(Trigger.MESSAGE_FINISHED, 25)
    story.tell(Trigger.CUSTOMER_ENDED, 25.1)

    assert played.commands[0] == PlayPrompts(LEG, story.attempt.playback_id, (INFORMATION_MESSAGE,))
    assert [type(command) for command in started.commands] == [Publish]
    assert finished.commands == (HangUp(LEG),)
    (abandoned,) = story.facts(AttemptAbandoned)
    assert isinstance(abandoned, AttemptAbandoned)
    assert round(abandoned.waited_seconds, 6) == 1.7
    (message,) = story.facts(InformationMessagePlayed)
    assert isinstance(message, InformationMessagePlayed)
    assert message.after_answer_seconds == 1.75
    assert (story.end.outcome, story.end.talk_seconds) == (AttemptOutcome.ABANDONED, 0)


def test_an_agent_who_comes_too_late_goes_back_to_the_floor() -> None:
    for state in (AttemptState.JOINING, AttemptState.CONNECTED, AttemptState.MESSAGE, AttemptState.ENDED):
        story = story_at(state)

        late = story.tell(Trigger.AGENT_FOUND, 60)

        assert (late.unused_agent, late.commands) == (ANNA, ())


def test_an_agent_whose_line_is_lost_while_joining_leaves_the_customer_the_message_at_the_grace() -> None:
    story = story_at(AttemptState.JOINING)

    lost = story.tell(Trigger.LINE_ENDED, 4)
    expired = story.tell(Trigger.GRACE_EXPIRED, 4.7)
    story.tell(Trigger.CUSTOMER_ENDED, 9)

    assert (lost.attempt.state, lost.commands) == (AttemptState.JOINING, ())
    assert expired.commands[0] == PlayPrompts(LEG, story.attempt.playback_id, (INFORMATION_MESSAGE,))
    assert not story.facts(AttemptConnected)
    assert len(story.facts(AttemptAbandoned)) == 1
    assert story.end.outcome is AttemptOutcome.ABANDONED


def test_an_agent_who_could_not_be_joined_within_the_grace_goes_back_to_the_floor() -> None:
    story = story_at(AttemptState.JOINING)

    expired = story.tell(Trigger.GRACE_EXPIRED, 4.7)

    assert expired.unused_agent == ANNA
    assert (story.attempt.agent_id, story.attempt.line) == (None, None)


@pytest.mark.parametrize("state", [AttemptState.CONNECTED, AttemptState.MESSAGE, AttemptState.ENDED])
def test_a_late_word_of_the_joining_connects_nobody_again(state: AttemptState) -> None:
    story = story_at(state)
    connected_before = len(story.facts(AttemptConnected))

    late = story.tell(Trigger.JOINED, 60)

    assert (late.attempt.state, late.commands) == (state, ())
    assert len(story.facts(AttemptConnected)) == connected_before


@pytest.mark.parametrize("state", [AttemptState.DIALLING, AttemptState.RINGING])
def test_a_key_that_is_heard_before_the_answer_harms_nothing(state: AttemptState) -> None:
    assert story_at(state).tell(Trigger.KEY, 3).commands == ()


@pytest.mark.parametrize("state", [AttemptState.MESSAGE, AttemptState.ENDED])
def test_the_end_of_an_agents_line_does_not_end_a_customer_without_an_agent(state: AttemptState) -> None:
    story = story_at(state)

    assert story.tell(Trigger.LINE_ENDED, 60).commands == ()


def test_the_objection_key_in_the_message_is_recorded_at_once() -> None:
    story = story_at(AttemptState.MESSAGE)

    story.tell(Trigger.KEY, 5)
    ignored = step(story.attempt, DigitPressed(at(6), LEG, "1"), at(6))

    assert story.facts(DispositionRecorded) == [DispositionRecorded(at(5), CALL, None, "objection", "")]
    assert ignored.commands == ()


@pytest.mark.parametrize("state", [AttemptState.ANSWERED, AttemptState.WAITING, AttemptState.JOINING])
def test_who_hangs_up_within_the_grace_is_not_abandoned(state: AttemptState) -> None:
    story = story_at(state)
    answered = story.attempt.answered_at or START

    story.tell(Trigger.CUSTOMER_ENDED, (answered - START).total_seconds() + 1.6)

    assert story.end.outcome is AttemptOutcome.HUNG_UP
    assert not story.facts(AttemptAbandoned)


@pytest.mark.parametrize("state", [AttemptState.ANSWERED, AttemptState.WAITING, AttemptState.JOINING])
def test_who_hangs_up_after_the_grace_without_an_agent_is_abandoned(state: AttemptState) -> None:
    story = story_at(state)

    story.tell(Trigger.CUSTOMER_ENDED, 60)

    assert story.end.outcome is AttemptOutcome.ABANDONED
    assert len(story.facts(AttemptAbandoned)) == 1


@pytest.mark.parametrize(
    "state", [AttemptState.DIALLING, AttemptState.ANSWERED, AttemptState.WAITING, AttemptState.JOINING]
)
def test_a_lease_that_runs_out_leaves_the_message_to_the_dialplan(state: AttemptState) -> None:
    story = story_at(state)

    story.tell(Trigger.LEFT, 6)

    assert len(story.facts(AttemptAnswered)) == 1
    assert len(story.facts(AttemptAbandoned)) == 1
    assert len(story.facts(InformationMessagePlayed)) == 1
    assert story.end.outcome is AttemptOutcome.ABANDONED


def test_what_the_dialplan_told_of_its_message_gives_the_times_of_the_answer_and_the_message() -> None:
    story = story_at(AttemptState.DIALLING)
    answered_at, message_at = at(12), at(12.5)

    story.feed(LegLeft(at(60), LEG, answered_at, message_at), 60)

    (answered,) = story.facts(AttemptAnswered)
    (abandoned,) = story.facts(AttemptAbandoned)
    (message,) = story.facts(InformationMessagePlayed)
    assert (answered.at, abandoned.at, message.at) == (answered_at, message_at, message_at)
    assert story.end.outcome is AttemptOutcome.ABANDONED


def test_a_message_already_heard_is_not_counted_again_when_the_leg_leaves() -> None:
    story = story_at(AttemptState.MESSAGE)
    story.tell(Trigger.MESSAGE_STARTED, 5)

    story.tell(Trigger.LEFT, 20)

    assert len(story.facts(InformationMessagePlayed)) == 1
    assert len(story.facts(AttemptAbandoned)) == 1


def test_a_leg_that_comes_to_us_after_the_grace_hears_the_message() -> None:
    story = story_at(AttemptState.ANSWERED)

    expired = story.tell(Trigger.GRACE_EXPIRED, 3.7)
    arrived = story.tell(Trigger.ARRIVED, 3.8)

    assert not any(isinstance(command, PlayPrompts) for command in expired.commands)
    assert any(isinstance(command, PlayPrompts) for command in arrived.commands)
    assert not arrived.wants_agent


def test_a_customer_whose_agent_drops_out_is_hung_up_and_stays_connected() -> None:
    story = story_at(AttemptState.CONNECTED)

    dropped = story.tell(Trigger.LINE_ENDED, 30)
    story.tell(Trigger.CUSTOMER_ENDED, 31)

    assert dropped.commands == (HangUp(LEG),)
    assert story.end.outcome is AttemptOutcome.CONNECTED


def test_a_leg_handed_to_us_anew_while_waiting_asks_for_an_agent_again() -> None:
    story = story_at(AttemptState.WAITING)

    again = story.tell(Trigger.ARRIVED, 4.1)

    assert again.wants_agent
    assert again.commands == ()


@pytest.mark.parametrize("state", list(AttemptState))
def test_another_prompt_or_clock_changes_nothing(state: AttemptState) -> None:
    story = story_at(state)
    beep = PlaybackId(f"{CALL}-p09")

    for fact in (
        PromptStarted(at(50), LEG, beep),
        PromptFinished(at(51), LEG, beep),
        TimerExpired(at(52), "other"),
    ):
        assert step(story.attempt, fact, at(52)) == Step(story.attempt)
