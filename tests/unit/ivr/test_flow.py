from dataclasses import replace

import pytest

from calls.commands import (
    AnswerLeg,
    CancelTimer,
    HangUp,
    JoinQueue,
    PlayPrompts,
    Publish,
    SetTimer,
    StartRecording,
    StopPrompts,
)
from calls.facts import CallEnded, CallerRecognised, MenuChosen, VoicemailLeft
from calls.ids import (
    BridgeId,
)
from calls.legs import (
    LegAnswered,
    LegArrived,
    LegEnded,
    LegFact,
    LegLeft,
    LegRinging,
    PeopleJoined,
    PromptStarted,
)
from calls.words import CallPhase, Department, HangupCause, InboundOutcome
from ivr.flow import Ivr, IvrFact, Stage, Step, ended, resume, start, step
from ivr.hours import Opening
from tests.unit.ivr.story import (
    ARRIVED,
    CALL,
    CAMPAIGN,
    LEG,
    OPEN,
    PLAN,
    RECORDING,
    SHUT,
    at,
    call,
    digit,
    expired,
    finished,
    gone,
    looked_up,
    playback,
    recognised_call,
    recorded,
)

SITUATIONS: dict[str, Ivr] = {
    "looking up": start(PLAN, CALL, LEG, "+31612345678", OPEN, ARRIVED, looks_up=True).state,
    "greeting a known caller": recognised_call().state,
    "greeting": call().state,
    "menu, silent": call(finished(1)).state,
    "menu, playing": call(digit("9")).state,
    "closed": call(opening=SHUT).state,
    "recording": call(finished(1), opening=SHUT).state,
    "keeping": call(finished(1), gone(), opening=SHUT).state,
    "parting": call(finished(1), recorded(20), opening=SHUT).state,
    "queued": call(digit("1")).state,
    "ended": call(gone()).state,
}
FACTS: dict[str, IvrFact] = {
    "recognised": looked_up(CAMPAIGN),
    "not recognised": looked_up(None),
    "look-up timer": expired("look_up"),
    "known key": digit("1"),
    "wrong key": digit("9"),
    "first prompt finished": finished(1),
    "second prompt finished": finished(2),
    "long recording": recorded(20),
    "short recording": recorded(1.9),
    "silence": expired("silence"),
    "recording timer": expired("recording"),
    "unknown timer": expired("ring-1"),
    "leg ended": gone(),
    "leg left": LegLeft(at(30), LEG),
    "leg arrived": LegArrived(at(30), LEG, "in", "+31401234567", ""),
    "leg ringing": LegRinging(at(30), LEG),
    "leg answered": LegAnswered(at(30), LEG),
    "prompt started": PromptStarted(at(30), LEG, playback(1)),
    "people joined": PeopleJoined(at(30), BridgeId(f"{CALL}-b00")),
}
EFFECTS: dict[tuple[str, str], tuple[Stage, tuple[type, ...]]] = {
    ("looking up", "recognised"): (Stage.GREETING, (CancelTimer, PlayPrompts, Publish)),
    ("looking up", "not recognised"): (Stage.GREETING, (CancelTimer, PlayPrompts)),
    ("looking up", "look-up timer"): (Stage.GREETING, (PlayPrompts,)),
    ("looking up", "leg ended"): (Stage.ENDED, (Publish,)),
    ("looking up", "leg left"): (Stage.ENDED, (Publish,)),
    ("greeting a known caller", "known key"): (Stage.QUEUED, (StopPrompts, JoinQueue)),
    ("greeting a known caller", "wrong key"): (Stage.QUEUED, (StopPrompts, JoinQueue)),
    ("greeting a known caller", "first prompt finished"): (Stage.QUEUED, (JoinQueue,)),
    ("greeting a known caller", "leg ended"): (Stage.ENDED, (Publish,)),
    ("greeting a known caller", "leg left"): (Stage.ENDED, (Publish,)),
    ("greeting", "known key"): (Stage.QUEUED, (StopPrompts, Publish, JoinQueue)),
    ("greeting", "wrong key"): (Stage.MENU, (StopPrompts, PlayPrompts)),
    ("greeting", "first prompt finished"): (Stage.MENU, (SetTimer,)),
    ("greeting", "leg ended"): (Stage.ENDED, (Publish,)),
    ("greeting", "leg left"): (Stage.ENDED, (Publish,)),
    ("menu, silent", "known key"): (Stage.QUEUED, (CancelTimer, Publish, JoinQueue)),
    ("menu, silent", "wrong key"): (Stage.MENU, (CancelTimer, PlayPrompts)),
    ("menu, silent", "silence"): (Stage.MENU, (PlayPrompts,)),
    ("menu, silent", "leg ended"): (Stage.ENDED, (Publish,)),
    ("menu, silent", "leg left"): (Stage.ENDED, (Publish,)),
    ("menu, playing", "known key"): (Stage.QUEUED, (StopPrompts, Publish, JoinQueue)),
    ("menu, playing", "wrong key"): (Stage.QUEUED, (StopPrompts, Publish, JoinQueue)),
    ("menu, playing", "second prompt finished"): (Stage.MENU, (SetTimer,)),
    ("menu, playing", "leg ended"): (Stage.ENDED, (Publish,)),
    ("menu, playing", "leg left"): (Stage.ENDED, (Publish,)),
    ("closed", "first prompt finished"): (Stage.RECORDING, (StartRecording, SetTimer)),
    ("closed", "leg ended"): (Stage.ENDED, (Publish,)),
    ("closed", "leg left"): (Stage.ENDED, (Publish,)),
    ("recording", "long recording"): (Stage.PARTING, (CancelTimer, Publish, PlayPrompts)),
    ("recording", "short recording"): (Stage.PARTING, (CancelTimer, HangUp)),
    ("recording", "recording timer"): (Stage.PARTING, (HangUp,)),
    ("recording", "leg ended"): (Stage.KEEPING, (SetTimer,)),
    ("recording", "leg left"): (Stage.ENDED, (Publish,)),
    ("keeping", "long recording"): (Stage.ENDED, (CancelTimer, Publish, Publish)),
    ("keeping", "short recording"): (Stage.ENDED, (CancelTimer, Publish)),
    ("keeping", "recording timer"): (Stage.ENDED, (Publish,)),
    ("parting", "second prompt finished"): (Stage.PARTING, (HangUp,)),
    ("parting", "leg ended"): (Stage.ENDED, (Publish,)),
    ("parting", "leg left"): (Stage.ENDED, (Publish,)),
}


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_in_every_situation_has_its_effect_or_none(situation: str, fact: str) -> None:
    before = SITUATIONS[situation]

    after = step(before, FACTS[fact])

    if (situation, fact) in EFFECTS:
        assert (after.state.stage, tuple(map(type, after.commands))) == EFFECTS[situation, fact]
    else:
        assert after == Step(before)


def test_every_stage_has_a_situation() -> None:
    assert {ivr.stage for ivr in SITUATIONS.values()} == set(Stage)


@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_call_that_is_hung_up_ends_exactly_once_wherever_it_is(situation: str) -> None:
    ivr = SITUATIONS[situation]
    published: list[CallEnded] = []

    for fact in (gone(), expired("recording"), gone(), LegLeft(at(40), LEG), recorded(20), digit("1")):
        last = step(ivr, fact)
        ivr = last.state
        published += [
            command.fact
            for command in last.commands
            if isinstance(command, Publish) and isinstance(command.fact, CallEnded)
        ]

    assert len(published) == (0 if situation in ("queued", "ended") else 1)


def test_who_returns_a_campaigns_call_hears_the_greeting_alone_and_joins_its_queue() -> None:
    greeted = recognised_call()

    queued = step(greeted.state, finished(1))

    told = CallerRecognised(
        at(0.01), CALL, PLAN.dealer, CAMPAIGN.campaign_id, CAMPAIGN.contact_id, Department.WORKSHOP
    )
    assert greeted.commands[-2:] == (PlayPrompts(LEG, playback(1), ("welcome",)), Publish(told))
    assert queued.commands == (JoinQueue(Department.WORKSHOP),)


@pytest.mark.parametrize("fact", [looked_up(None), expired("look_up")])
def test_a_caller_who_is_not_recognised_in_time_gets_the_ordinary_menu(fact: IvrFact) -> None:
    answered = start(PLAN, CALL, LEG, "+31612345678", OPEN, ARRIVED, looks_up=True)

    greeted = step(answered.state, fact)
    late = step(greeted.state, looked_up(CAMPAIGN))

    assert answered.commands == (AnswerLeg(LEG), SetTimer("look_up", 0.5))
    assert greeted.commands[-1] == PlayPrompts(LEG, playback(1), ("welcome", "menu"))
    assert late == Step(greeted.state)


def test_nobody_is_looked_up_when_the_dealer_is_closed() -> None:
    shut = start(PLAN, CALL, LEG, "+31612345678", SHUT, ARRIVED, looks_up=True)

    assert shut == call(opening=SHUT)


def test_who_was_recognised_before_a_restart_joins_the_queue_at_the_end_of_the_greeting() -> None:
    ivr = Ivr(CALL, LEG, PLAN, None, ARRIVED, Stage.MENU, playbacks=1, playing=playback(1))
    found = resume(replace(ivr, recognised=CAMPAIGN))
    begun_again = start(PLAN, CALL, LEG, "+31612345678", OPEN, ARRIVED, recognised=CAMPAIGN)

    heard = step(found.state, finished(1))

    assert heard.commands == (JoinQueue(Department.WORKSHOP),)
    assert begun_again.commands == (AnswerLeg(LEG), PlayPrompts(LEG, playback(1), ("welcome",)))


def test_an_open_dealer_answers_with_greeting_and_menu_in_one() -> None:
    assert call().commands == (AnswerLeg(LEG), PlayPrompts(LEG, playback(1), ("welcome", "menu")))


def test_silence_counts_from_the_end_of_the_prompt() -> None:
    assert call(finished(1)).commands == (SetTimer("silence", 5),)


@pytest.mark.parametrize(
    ("key", "department"), [("1", Department.SALES), ("2", Department.PARTS), ("3", Department.WORKSHOP)]
)
def test_a_key_during_the_prompt_leads_to_its_department(key: str, department: Department) -> None:
    chosen = MenuChosen(at(10), CALL, PLAN.dealer, department, 0, False)

    assert call(digit(key)).commands == (StopPrompts(playback(1)), Publish(chosen), JoinQueue(department))


def test_a_miss_says_so_and_plays_the_menu_again() -> None:
    step_after = call(finished(1), expired("silence"))

    assert step_after.commands == (PlayPrompts(LEG, playback(2), ("menu-miss", "menu")),)
    assert step_after.state.misses == 1


def test_a_choice_after_a_miss_tells_of_the_miss() -> None:
    chosen = MenuChosen(at(10), CALL, PLAN.dealer, Department.SALES, 1, False)

    assert Publish(chosen) in call(digit("9"), digit("1")).commands


def test_two_misses_lead_to_reception_by_default() -> None:
    chosen = MenuChosen(at(30), CALL, PLAN.dealer, Department.RECEPTION, 2, True)

    step_after = call(digit("9"), finished(2), expired("silence"))

    assert step_after.commands == (Publish(chosen), JoinQueue(Department.RECEPTION))


def test_a_closed_dealer_offers_to_take_a_message() -> None:
    assert call(opening=SHUT).commands == (
        AnswerLeg(LEG),
        PlayPrompts(LEG, playback(1), ("closed", "voicemail-offer")),
    )


def test_a_message_is_recorded_within_the_plans_limits() -> None:
    assert call(finished(1), opening=SHUT).commands[0] == StartRecording(LEG, RECORDING, 120, 4)


def test_a_dealer_without_voicemail_says_it_is_closed_and_hangs_up() -> None:
    plan = replace(PLAN, voicemail=None)

    assert call(opening=SHUT, plan=plan).commands[1] == PlayPrompts(LEG, playback(1), ("closed",))
    assert call(finished(1), opening=SHUT, plan=plan).commands == (HangUp(LEG),)


def test_a_message_of_which_is_told_only_after_our_own_clock_has_ended_it_is_listed_and_counts() -> None:
    left = VoicemailLeft(at(30), CALL, PLAN.dealer, RECORDING, "+31612345678", 20, True)
    parting = call(finished(1), expired("recording"), opening=SHUT)

    told = step(parting.state, recorded(20))
    again = step(told.state, recorded(20))
    over = step(told.state, gone())

    assert told.commands == (CancelTimer("recording"), Publish(left))
    assert again.commands == ()
    (end,) = over.commands
    assert isinstance(end, Publish)
    assert isinstance(end.fact, CallEnded)
    assert end.fact.outcome is InboundOutcome.VOICEMAIL


def test_a_message_is_told_thanked_for_and_the_call_hung_up() -> None:
    left = VoicemailLeft(at(30), CALL, PLAN.dealer, RECORDING, "+31612345678", 20, True)

    thanked = call(finished(1), recorded(20), opening=SHUT)

    assert Publish(left) in thanked.commands
    assert thanked.commands[-1] == PlayPrompts(LEG, playback(2), ("voicemail-thanks",))
    assert step(thanked.state, finished(2)).commands == (HangUp(LEG),)


def ending(*facts: LegFact, opening: Opening = OPEN) -> CallEnded:
    (command,) = call(*facts, opening=opening).commands[-1:]
    assert isinstance(command, Publish)
    assert isinstance(command.fact, CallEnded)
    return command.fact


def test_a_caller_who_hangs_up_in_the_greeting_within_the_threshold_is_a_short_abandon() -> None:
    assert ending(gone(4.9)) == CallEnded(
        at(4.9),
        CALL,
        PLAN.dealer,
        None,
        CallPhase.GREETING,
        InboundOutcome.SHORT_ABANDONED,
        HangupCause.NORMAL,
        None,
        0.0,
    )


@pytest.mark.parametrize(
    ("facts", "opening", "phase", "outcome"),
    [
        ((gone(5),), OPEN, CallPhase.GREETING, InboundOutcome.LOST),
        ((finished(1), gone(20)), OPEN, CallPhase.MENU, InboundOutcome.LOST),
        ((gone(9),), SHUT, CallPhase.CLOSED, InboundOutcome.LOST),
        ((finished(1), gone(), recorded(2)), SHUT, CallPhase.VOICEMAIL, InboundOutcome.VOICEMAIL),
        ((finished(1), gone(), recorded(1.9)), SHUT, CallPhase.VOICEMAIL, InboundOutcome.LOST),
        ((finished(1), gone(), expired("recording")), SHUT, CallPhase.VOICEMAIL, InboundOutcome.LOST),
        ((finished(1), recorded(20), gone()), SHUT, CallPhase.VOICEMAIL, InboundOutcome.VOICEMAIL),
        ((LegLeft(at(2), LEG),), OPEN, CallPhase.GREETING, InboundOutcome.DIVERTED),
    ],
)
def test_an_ended_call_has_the_phase_it_was_in_and_one_outcome(
    facts: tuple[LegFact, ...], opening: Opening, phase: CallPhase, outcome: InboundOutcome
) -> None:
    fact = ending(*facts, opening=opening)

    assert (fact.phase, fact.outcome) == (phase, outcome)


def test_a_call_lost_with_asterisk_is_never_a_short_abandon() -> None:
    fact = ended(call().state, HangupCause.LOST_WHILE_DOWN, at(1))

    assert fact.outcome is InboundOutcome.LOST


def test_a_message_of_who_hung_up_keeps_the_cause_of_the_hang_up() -> None:
    busy = LegEnded(at(25), LEG, HangupCause.FAILURE)

    assert ending(finished(1), busy, recorded(20), opening=SHUT).cause is HangupCause.FAILURE
