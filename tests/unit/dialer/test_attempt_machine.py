"""An attempt whose campaign listens for machines: who listens, what is told, and who is never hung up on."""

from dataclasses import replace

import pytest

from calls.commands import Detect, HangUp, JoinPeople, ListenIn, Publish
from calls.facts import AnswererJudged, DispositionRecorded
from calls.ids import bridge_of
from calls.legs import AnswererHeard, LegEnded, LegLeft
from calls.words import AmdVerdict, AttemptOutcome, HangupCause, MachineDetection
from dialer.attempt import Step, step
from dialer.life import Attempt, AttemptInput, AttemptState, Trigger
from tests.unit.dialer.attempt_story import ATTEMPT, LEG, LINE, LISTENER, at, story_at

FEATURES = replace(ATTEMPT, detection=MachineDetection.FEATURES)
DROPPING = replace(FEATURES, drop_machines=True)


def test_nobody_listens_to_the_customer_unless_the_campaign_wants_it() -> None:
    assert not [c for c in story_at(AttemptState.CONNECTED).commands if isinstance(c, ListenIn)]


def test_listening_begins_after_customer_and_agent_were_joined() -> None:
    story = story_at(AttemptState.CONNECTED, FEATURES)
    detect = story.tell(Trigger.LISTENING, 6)

    assert story.commands.index(ListenIn(LEG, LISTENER)) > story.commands.index(
        JoinPeople(bridge_of(LINE), (LEG,))
    )
    assert detect.commands == (Detect(LISTENER, MachineDetection.FEATURES),)


@pytest.mark.parametrize("attempt", [FEATURES, DROPPING])
@pytest.mark.parametrize(
    ("verdict", "certain"),
    [
        (AmdVerdict.PERSON, False),
        (AmdVerdict.UNSURE, False),
        (AmdVerdict.MACHINE, False),
        (AmdVerdict.PERSON, True),
    ],
)
def test_a_possible_person_is_told_of_and_never_hung_up_on(
    attempt: Attempt, verdict: AmdVerdict, certain: bool
) -> None:
    story = story_at(AttemptState.CONNECTED, attempt)
    heard = AnswererHeard(at(8), LISTENER, verdict, "short_answer", certain=certain)
    after = step(story.attempt, heard, at(8))

    (told,) = after.commands
    assert isinstance(told, Publish)
    assert isinstance(told.fact, AnswererJudged)
    assert (told.fact.verdict, told.fact.dropped, told.fact.after_seconds) == (verdict, False, 4)
    assert after.attempt.answerer is verdict


def test_a_certain_machine_is_hung_up_on_only_where_the_campaign_drops_machines() -> None:
    kept, dropped = story_at(AttemptState.CONNECTED, FEATURES), story_at(AttemptState.CONNECTED, DROPPING)
    for story in (kept, dropped):
        story.tell(Trigger.HEARD, 8)
        story.tell(Trigger.CUSTOMER_ENDED, 9)

    assert HangUp(LEG) not in kept.commands
    assert kept.end.outcome is AttemptOutcome.CONNECTED
    assert HangUp(LEG) in dropped.commands
    assert dropped.end.outcome is AttemptOutcome.MACHINE
    (recorded,) = dropped.facts(DispositionRecorded)
    assert isinstance(recorded, DispositionRecorded)
    assert (recorded.agent_id, recorded.disposition) == (None, "machine")


def test_a_last_opinion_is_told_and_its_listening_leg_sent_away() -> None:
    story = story_at(AttemptState.CONNECTED, replace(DROPPING, detection=MachineDetection.APP_AMD))
    last = AnswererHeard(at(8), LISTENER, AmdVerdict.MACHINE, "longgreeting", certain=False, over=True)
    after = step(story.attempt, last, at(8))

    told, away = after.commands
    assert isinstance(told, Publish)
    assert isinstance(told.fact, AnswererJudged)
    assert (told.fact.verdict, told.fact.reason, told.fact.certain) == (
        AmdVerdict.MACHINE,
        "longgreeting",
        False,
    )
    assert away == HangUp(LISTENER)


@pytest.mark.parametrize("gone", [LegLeft(at(8), LISTENER), LegEnded(at(8), LISTENER, HangupCause.NORMAL)])
def test_the_listening_legs_end_touches_nobody(gone: AttemptInput) -> None:
    story = story_at(AttemptState.CONNECTED, FEATURES)

    assert step(story.attempt, gone, at(8)) == Step(story.attempt)
